"""The encoder against the concrete evaluator and the enumerator, on random programs."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest
import z3

from tests.graphs import graph as drawn
from tests.oracle import Checker, TooBigError, executions
from tests.programs import event_graph, random_program
from verifier.cat.compiled import flags_raised, is_consistent
from verifier.cat.evaluate import Evaluator
from verifier.cat.load import load
from verifier.cat.terms import RelationTerm
from verifier.encoding.bounds import Facts, propagate
from verifier.encoding.session import Session
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution, bases
from verifier.limits import NotModelled
from verifier.options import Options
from verifier.pipeline import check

MODELS = ("armv8", "lkmm", "sc", "tso")


def _program(seed: int) -> str:
    rng = random.Random(seed)
    threads = rng.choice((2, 2, 3))
    return random_program(rng, threads, 4 if threads == 2 else 2)


def _literals(session: Session, execution: Execution) -> list[int]:
    """Literals that leave a session no other execution than this one."""
    candidate = session.candidate
    fixed = [l if execution.executed >> e & 1 else -l for e, l in candidate.executes.items()]
    fixed += [candidate.rf[(w, r)] for r, w in execution.reads_from]
    for order in execution.coherence:
        fixed += [candidate.co[(a, b)] for a, b in pairwise(order)]
    return fixed


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("propagation", [True, False])
def test_every_relation_is_what_the_evaluator_says(name: str, propagation: bool) -> None:
    model = load(name)
    for seed in range(3):
        graph = event_graph(_program(seed), model.architecture)
        session = Session(graph, model, propagation=propagation)
        rng = random.Random(seed)
        off = frozenset(p for p in session.places if rng.random() < 0.4)
        execution = session.find(off=off)
        assert execution is not None
        evaluator = Evaluator(bases(graph, execution, off))
        fixed = _literals(session, execution)
        for _, term in model.definitions:
            if isinstance(term, RelationTerm):
                _compare(session, evaluator, term, fixed, off)


def _compare(
    session: Session, evaluator: Evaluator, term: RelationTerm, fixed: list[int], off: frozenset[int]
) -> None:
    """Every pair at once: no way to set the encoding's literals otherwise than the evaluator did."""
    n = len(session.graph.events)
    value = evaluator.value(term)
    matrix = session._guarded.relation(term)
    assert all(pair in matrix for pair in evaluator.bases.universe.pairs(value))
    wrong = [-l if value >> i * n + j & 1 else l for (i, j), l in matrix.items()]
    if wrong:
        assert session.allows(*fixed, off=off)
        assert not session.allows(*fixed, session.any_of(wrong), off=off)


def _some_executions(graph: EventGraph) -> list[Execution]:
    try:
        return list(executions(graph, limit=2_000))
    except TooBigError:
        return []


def _unseen(execution: Execution, facts: Facts) -> list[tuple[str, int, int]]:
    """Pairs of the execution that propagation says are in none."""
    found = [("rf", w, r) for r, w in execution.reads_from if (w, r) in facts.forbidden_rf]
    for order in execution.coherence:
        found += [("co", a, b) for i, a in enumerate(order) for b in order[:i] if (a, b) in facts.known_co]
    return found


@pytest.mark.parametrize("name", MODELS)
def test_propagation_loses_no_allowed_execution(name: str) -> None:
    model = load(name)
    facts = 0
    for seed in range(20):
        graph = event_graph(_program(seed), model.architecture)
        found = propagate(graph, model)
        facts += len(found.forbidden_rf) + len(found.known_co)
        checker = Checker(graph, model)
        everything = frozenset(s.place for s in graph.sources)
        for execution in _some_executions(graph):
            if _unseen(execution, found):
                assert not checker.is_consistent(execution, everything)
                assert not checker.is_consistent(execution)
    assert facts > 50


@pytest.mark.parametrize("propagation", [True, False])
@pytest.mark.parametrize(
    "axiom",
    [
        "empty [W \\ IW] ; rfe ; po",
        "~empty [W \\ IW] ; rfe ; po",
        "irreflexive rfe ; po ; fr",
        "~irreflexive rfe ; po ; fr",
        "acyclic rf | po | co | fr",
        "~acyclic rf | po | co | fr",
        "empty R & domain(fre)",
    ],
)
def test_axioms_of_each_kind_leave_the_executions_that_enumeration_says(
    axiom: str, propagation: bool, tmp_path: Path
) -> None:
    path = tmp_path / "one.cat"
    path.write_text(f'"one"\n{axiom} as one\n')
    graph, model = drawn("W x 1; R y | W y 1; R x; R x"), load(str(path))
    session = Session(graph, model, propagation=propagation)
    everything = set(executions(graph, coherent=False))
    some = {e for e in everything if is_consistent(model, bases(graph, e))}
    assert set(session.executions()) == some
    assert 0 < len(some) < len(everything)


@pytest.mark.parametrize(("fences", "is_found"), [(2, True), (24, False)])
def test_a_flag_of_a_recursion_that_needs_too_many_steps_is_not_answered(
    fences: int, is_found: bool, tmp_path: Path
) -> None:
    """The chain leads from each fence to the next, however far it has to be followed; so the flag is always raised."""
    path = tmp_path / "chain.cat"
    path.write_text(
        "LINUX chain\nlet next = po \\ (po ; po)\nlet rec chain = [R] ; next | chain ; (next | rfe)\n"
        "flag ~empty chain ; [Release] as arrives\n"
    )
    graph, model = drawn(f"R x; {'Wmb; ' * fences}W[Release] y 1 | W x 1"), load(str(path))
    raised = [flags_raised(model, bases(graph, e)) for e in executions(graph)]
    assert raised == [("arrives",)] * 2
    session = Session(graph, model)
    (flag,) = session.flags
    if is_found:
        assert session.raises(flag)
    else:
        with pytest.raises(NotModelled, match="too many steps"):
            session.raises(flag)


def test_the_same_answers_without_propagation() -> None:
    for seed in range(8):
        data = _program(seed).encode()
        with_it = check("x.c", data, Options())
        without = check("x.c", data, Options(propagation=False))
        for one, other in zip(with_it[0].results, without[0].results, strict=True):
            statuses = [[(b.place, b.status, b.half_paired) for b in r.barriers] for r in (one, other)]
            assert statuses[0] == statuses[1]
            assert one.verdict == other.verdict


def test_time_that_runs_out_is_no_answer() -> None:
    text = b"""int x, y;
void f(void) { WRITE_ONCE(x, 1); smp_wmb(); WRITE_ONCE(y, 1); }
void g(void) { READ_ONCE(y); }
"""
    (unit,) = check("x.c", text, Options(timeout=0.0))
    assert {r.verdict for r in unit.results} == {"undecided"}
    assert {r.reason for r in unit.results} == {"time ran out (--timeout)"}


def test_ctrl_c_in_the_solver_is_no_verdict() -> None:
    class Interrupted:
        """Z3 when it gets SIGINT."""

        def from_string(self, _: str) -> None: ...

        def set(self, *_: object) -> None: ...

        def check(self, *_: object) -> object:
            return z3.unknown

        def reason_unknown(self) -> str:
            return "interrupted from keyboard"

    session = Session(event_graph(_program(0), "linux"), load("lkmm"))
    session._solver = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        session.find()


def test_values_without_end_are_no_answer() -> None:
    steps = "".join(f"WRITE_ONCE(x, READ_ONCE(x) * {k + 2} + READ_ONCE(y)); smp_wmb();" for k in range(4))
    other = "".join(f"WRITE_ONCE(y, READ_ONCE(y) * {k + 3} + READ_ONCE(x) + 1);" for k in range(4))
    text = f"int x, y;\nvoid f(void) {{ {steps} }}\nvoid g(void) {{ {other} }}\n".encode()
    (unit,) = check("x.c", text, Options())
    assert {r.verdict for r in unit.results} == {"undecided"}
    assert all("values" in r.reason for r in unit.results)
