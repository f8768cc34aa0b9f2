"""The enumerator itself: its short cuts lose nothing, and counts that are known by hand."""

from __future__ import annotations

import pytest

from tests.graphs import graph
from tests.oracle import Checker, TooBigError, allowed, executions, is_weak
from verifier.cat.compiled import is_consistent
from verifier.cat.load import load
from verifier.execution.candidate import bases, well_formed

TEXTS = [
    "W x 1; Wmb; W y 1 | R y; Rmb; R x",
    "W x 1; W x 2 | R x; R x",
    "R x; W y r0 | R y; W x r0",
    "A x 1; R x | X[Mb] x 5 | W x 7",
    "CAS[Mb] x 0 1; if r0==0 { W y 1 } else { W y 2 } | R y; W x 3",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", ["armv8", "lkmm", "tso", "sc"])
def test_incoherent_executions_are_never_consistent(text: str, name: str) -> None:
    model = load(name)
    g = graph(text, model.architecture)
    everything = list(executions(g, coherent=False))
    assert len(set(everything)) == len(everything)
    assert all(well_formed(g, e) is None for e in everything)
    consistent = {e for e in everything if is_consistent(model, bases(g, e))}
    assert set(allowed(g, model)) == consistent
    if name == "sc":
        assert not any(is_weak(g, e) for e in consistent)


def test_counts() -> None:
    assert len(list(executions(graph("W x 1; R y | W y 1; R x")))) == 4
    assert len(list(executions(graph("W x 1 | W x 2 | R x")))) == 2 + 2 + 2
    assert len(list(executions(graph("R x; W y r0 | R y; W x r0")))) == 4


def test_a_sleeping_source_relaxes_its_events() -> None:
    g = graph("W x 1; W[Release] y 1 | R[Acquire] y; R x")
    model, checker = load("lkmm"), Checker(graph("W x 1; W[Release] y 1 | R[Acquire] y; R x"), load("lkmm"))
    assert len(list(allowed(g, model))) == 3
    assert len(list(allowed(g, model, frozenset((0,))))) == 4
    assert all(checker.is_consistent(e, frozenset((1,))) for e in executions(g))


def test_a_limit_stops_it() -> None:
    with pytest.raises(TooBigError):
        list(executions(graph("W x 1 | W x 2 | W x 3 | R x; R x"), limit=5))
