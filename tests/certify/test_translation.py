"""The formulas of certificates against brute force: what they say of each single execution, on random programs."""

from __future__ import annotations

import random
from itertools import islice, pairwise

import pytest

from certify.proofs import check_proofs
from tests import cycles
from tests.oracle import Checker, TooBigError, executions
from tests.programs import event_graph, random_program
from verifier.cat.compiled import flags_raised
from verifier.cat.load import load
from verifier.certify.proof import proofs
from verifier.events.build import build
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution, bases
from verifier.limits import Deadline
from verifier.program.litmus.lower import lower_litmus
from verifier.search.formula import (
    Broken,
    Executes,
    Formula,
    Raised,
    ReadsLast,
    Related,
    conjunction,
    negation,
)
from verifier.search.recording import Answered
from verifier.source import Source
from verifier.syntax.litmus import parse_litmus

SECONDS = 20.0
MODELS = ("armv8", "lkmm", "sc", "tso")
RCU = """C rcu
{}
P0(int *x, int *y) { rcu_read_lock(); int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*y); rcu_read_unlock(); }
P1(int *x, int *y) { WRITE_ONCE(*y, 1); synchronize_rcu(); WRITE_ONCE(*x, 1); }
exists (0:r0=1 /\\ 0:r1=0)
"""
PLAIN = """C plain
{}
P0(int *x, int *y) { *x = 1; smp_wmb(); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0 = READ_ONCE(*y); smp_rmb(); int r1 = *x; }
exists (1:r0=1 /\\ 1:r1=0)
"""


def graph_of(text: str, architecture: str = "linux") -> EventGraph:
    return build(lower_litmus(parse_litmus(Source.whole("x.litmus", text))), architecture, 2)


def exactly(execution: Execution, events: int) -> Formula:
    """What is true of one execution alone."""
    happens = (Executes(e) if execution.executed >> e & 1 else negation(Executes(e)) for e in range(events))
    rf = (Related("rf", w, r) for r, w in execution.reads_from)
    co = (Related("co", a, b) for order in execution.coherence for a, b in pairwise(order))
    return conjunction((*happens, *rf, *co))


def answers(asked: list[Answered]) -> list[str]:
    text, count, missing = proofs(asked, Deadline(None))
    assert not missing
    found = [c.answer for c in check_proofs(text, SECONDS)]
    assert len(found) == count
    return found


def compare(graph: EventGraph, name: str, rng: random.Random, most: int = 12) -> set[bool]:
    """Each claim that an execution is not allowed is rejected just where it is; whether there were both kinds."""
    model = load(name)
    off = frozenset(s.place for s in graph.sources if rng.random() < 0.4)
    checker = Checker(graph, model)
    found = list(islice(executions(graph, limit=3000), 400))
    chosen = rng.sample(found, min(most, len(found)))
    expected = [checker.is_consistent(e, off) for e in chosen]
    asked = [Answered(graph, model, off, exactly(e, len(graph.events)), None) for e in chosen]
    for execution, allowed in zip(chosen[:most], expected[:most], strict=True):
        broken = conjunction((exactly(execution, len(graph.events)), Broken()))
        asked.append(Answered(graph, model, off, broken, None))
        expected.append(allowed and not checker.is_consistent(execution))
    rejected = [a == "rejected" for a in answers(asked)[: len(asked)]]
    assert rejected == expected
    return set(expected)


@pytest.mark.parametrize("name", MODELS)
def test_an_execution_is_possible_just_where_the_evaluator_allows_it(name: str) -> None:
    kinds: set[bool] = set()
    for seed in range(4):
        rng = random.Random(seed)
        graph = event_graph(random_program(rng, 2, 3), load(name).architecture)
        try:
            kinds |= compare(graph, name, rng, 6)
        except TooBigError:
            continue
    assert kinds == {True, False}


@pytest.mark.full
@pytest.mark.parametrize("name", MODELS)
def test_the_same_of_many_programs(name: str) -> None:
    for seed in range(100, 130):
        rng = random.Random(seed)
        graph = event_graph(random_program(rng, rng.choice((2, 3)), 3), load(name).architecture)
        try:
            compare(graph, name, rng)
        except TooBigError:
            continue


@pytest.mark.full
@pytest.mark.parametrize(("name", "architecture"), [("lkmm", "linux"), ("power", "power")])
def test_the_same_of_cycles_of_many_threads(name: str, architecture: str) -> None:
    for seed in range(1, 9):
        graph = graph_of(cycles.linux(seed, rcu=name == "lkmm"), architecture)
        try:
            compare(graph, name, random.Random(seed))
        except TooBigError:
            continue


def test_grace_periods_are_recursive() -> None:
    assert compare(graph_of(RCU), "lkmm", random.Random(1), 8) == {True, False}


def test_flags_are_raised_where_the_evaluator_says_so() -> None:
    graph, model = graph_of(PLAIN), load("lkmm")
    checker = Checker(graph, model)
    allowed = [e for e in executions(graph) if checker.is_consistent(e)]
    raised = ["data-race" in flags_raised(model, bases(graph, e)) for e in allowed]
    assert set(raised) == {True, False}
    for sign, expected in ((True, raised), (False, [not r for r in raised])):
        flag: Formula = Raised("data-race") if sign else negation(Raised("data-race"))
        asked = [
            Answered(graph, model, frozenset(), conjunction((exactly(e, len(graph.events)), flag)), None)
            for e in allowed
        ]
        assert [a == "rejected" for a in answers(asked)] == expected


def test_the_last_write_is_read_where_it_is() -> None:
    graph, model = graph_of(PLAIN), load("lkmm")
    found = [e for e in executions(graph) if Checker(graph, model).is_consistent(e)]
    read = max(r for e in found for r, _ in e.reads_from)
    asked = [
        Answered(
            graph, model, frozenset(), conjunction((exactly(e, len(graph.events)), ReadsLast(read))), None
        )
        for e in found
    ]
    expected = [dict(e.reads_from)[read] in {order[-1] for order in e.coherence} for e in found]
    assert set(expected) == {True, False}
    assert [a == "rejected" for a in answers(asked)] == expected
