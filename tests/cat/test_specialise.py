"""A specialised model says the same, in fewer words."""

from __future__ import annotations

import pytest

from tests.graphs import graph
from tests.oracle import executions
from verifier.cat.build import parts
from verifier.cat.evaluate import Evaluator, holds
from verifier.cat.load import load
from verifier.cat.specialise import specialise
from verifier.events.graph import present
from verifier.execution.candidate import bases

PROGRAMS = [
    "W x 1; Wmb; W y 1 | R y; Rmb; R x",
    "W x 1; W[Release] y 1 | R[Acquire] y; W x r0 | R x; R x",
    "W x 1; X[Mb] z 1; R y | W y 1; Mb; R x",
    "R x; if r0==1 { W y r0 } else { Mb } | R y; W x 1+(r0^r0)",
    "CAS[Mb] x 0 1; R y | W y 1; A[Once] x 2",
]


@pytest.mark.parametrize("name", ["armv8", "lkmm", "sc"])
@pytest.mark.parametrize("text", PROGRAMS)
def test_each_axiom_says_the_same(text: str, name: str) -> None:
    model = load(name)
    g = graph(text, model.architecture)
    special = specialise(model, present(g))
    for execution in executions(g, coherent=False):
        seen = bases(g, execution)
        one, other = Evaluator(seen), Evaluator(seen)
        for a, b in zip(model.axioms, special.axioms, strict=True):
            assert a.name == b.name
            assert holds(a, one) == holds(b, other)


def test_what_is_absent_is_gone() -> None:
    model = load("lkmm")
    special = specialise(model, frozenset(("Once", "Mb")))
    count = [len(list(parts(a.term for a in m.axioms))) for m in (model, special)]
    assert count[1] < count[0] // 2
