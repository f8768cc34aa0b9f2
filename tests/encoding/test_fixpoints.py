"""Recursive relations of the models: encoded exactly, and no smaller where any solution will do."""

from __future__ import annotations

from itertools import islice, pairwise
from pathlib import Path

import pytest

from tests import cycles
from verifier.cat.evaluate import Evaluator
from verifier.cat.load import load
from verifier.cat.terms import Fixpoint
from verifier.encoding.clauses import TRUE
from verifier.encoding.relations import RelationEncoding
from verifier.encoding.session import Session
from verifier.events.build import build
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution, bases
from verifier.options import Options
from verifier.pipeline import litmus
from verifier.program.litmus.lower import lower_litmus
from verifier.source import Source
from verifier.syntax.litmus import parse_litmus

RCU = """C rcu
{}
P0(int *x, int *y) { rcu_read_lock(); int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*y); rcu_read_unlock(); }
P1(int *y, int *z) { WRITE_ONCE(*y, 1); synchronize_rcu(); WRITE_ONCE(*z, 1); }
P2(int *z, int *x) { rcu_read_lock(); int r0 = READ_ONCE(*z); rcu_read_unlock(); synchronize_rcu(); WRITE_ONCE(*x, 1); }
exists (0:r0=1 /\\ 0:r1=0 /\\ 2:r0=1)
"""


def graph_of(text: str, architecture: str) -> EventGraph:
    source = Source.whole("x.litmus", text)
    return build(lower_litmus(parse_litmus(source)), architecture, 2)


def fixed(session: Session, execution: Execution) -> list[int]:
    """Literals that leave a session no other execution than this one."""
    candidate = session.candidate
    found = [l if execution.executed >> e & 1 else -l for e, l in candidate.executes.items()]
    found += [candidate.rf[(w, r)] for r, w in execution.reads_from]
    return found + [candidate.co[pair] for order in execution.coherence for pair in pairwise(order)]


GRAPHS = [
    ("lkmm", "linux", RCU),
    *(("lkmm", "linux", cycles.linux(seed)) for seed in (3, 8)),
    *(("power", "power", cycles.linux(seed, rcu=False)) for seed in (1, 2)),
]


@pytest.mark.parametrize(("name", "architecture", "text"), GRAPHS)
def test_recursive_relations(name: str, architecture: str, text: str) -> None:
    graph, model = graph_of(text, architecture), load(name)
    terms = [term for _, term in model.definitions if isinstance(term, Fixpoint)]
    assert terms
    session = Session(graph, model)
    exact = RelationEncoding(session.candidate, lambda _: TRUE, is_exact=True)
    some = RelationEncoding(session.candidate, lambda _: TRUE)
    n = len(graph.events)
    pairs = [(term, exact.relation(term), some.relation(term)) for term in terms]
    assert not session.allows(exact.unfinished())
    for execution in islice(session.executions(), 6):
        evaluator, literals = Evaluator(bases(graph, execution)), fixed(session, execution)
        for term, least, any_solution in pairs:
            value = evaluator.value(term)
            assert all(pair in least for pair in evaluator.bases.universe.pairs(value))
            wrong = [-l if value >> i * n + j & 1 else l for (i, j), l in least.items()]
            if wrong:
                assert not session.allows(*literals, session.any_of(wrong))
            missed = [-l for (i, j), l in any_solution.items() if value >> i * n + j & 1]
            if missed:
                assert not session.allows(*literals, session.any_of(missed))
            right = [l if value >> i * n + j & 1 else -l for (i, j), l in any_solution.items()]
            assert session.allows(*literals, *right)


# No execution has a pair in the base of `loops`, though each pair may seem to be one: any pair there comes from a
# solution that is not the least. `chain` needs more steps than are always taken; `inner` stands inside another.
LOOPS = """let rec loops = (fr & rf^-1) | loops ; po ; loops
flag ~empty loops as loops"""
AXIOM = """let rec loops = (fr & rf^-1) | loops ; po ; loops
empty rfe \\ loops^-1 as nothing
flag ~empty rfe as external"""
CHAIN = """let imm = po \\ (po ; po)
let rec chain = [R] ; imm | chain ; (imm | rfe)
flag ~empty chain ; [W] as chain"""
INNER = """let imm = po \\ (po ; po)
let rec outer = imm | (let rec inner = outer | imm ; inner in inner ; imm)
flag ~empty [W] ; (outer & ~imm & rf^-1 ; rf) ; [R] as inner
flag ~empty outer & ~imm as longer"""


@pytest.mark.parametrize("body", [LOOPS, AXIOM, CHAIN, INNER])
@pytest.mark.parametrize("seed", [2, 4, 7])
def test_flags_of_recursive_relations_are_those_of_all_executions(
    body: str, seed: int, tmp_path: Path
) -> None:
    path = tmp_path / "recursive.cat"
    path.write_text(f'"recursion"\nacyclic po-loc | rf | co | fr as coherence\n{body}\n')
    text = cycles.linux(seed, rcu=False).encode()
    decided, counted = (
        litmus("x.litmus", text, Options(models=(str(path),), states=states)).outcome
        for states in (False, True)
    )
    if body is CHAIN and (decided is None or counted is None):
        return  # undecided is an answer where a chain is long
    assert decided is not None
    assert counted is not None
    assert decided.flags == counted.flags
    assert decided.observation == counted.observation
