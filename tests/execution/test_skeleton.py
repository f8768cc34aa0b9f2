"""A cycle by itself, put to a model, against executions that have it."""

from __future__ import annotations

import pytest

from tests.graphs import graph
from tests.oracle import allowed
from verifier.cat.load import load
from verifier.execution.cycles import occurring
from verifier.execution.skeleton import Skeleton


@pytest.mark.parametrize(("name", "architecture"), [("lkmm", "linux"), ("armv8", "aarch64")])
@pytest.mark.parametrize(
    "text",
    [
        "W x 1; W y 1 | R y; R x",
        "W x 1; R x; W y 1 | R y; R x | W x 2",  # between, a read of what another thread overwrites it with
        "W x 1; Rmb; R x; W y 1 | R y; Wmb; R x | W x 2",
        "r0 = X[Once] x 1; W y 1 | R y; R x | W x 2",
        "W x 1; r0 = X[Once] y 1 | R y; R x | W y 2",
        "W x 1; R y | W y 1; r0 = A[Once] x 1 | W x 2",
    ],
)
def test_a_cycle_that_an_allowed_execution_has_is_allowed_by_itself(
    text: str, name: str, architecture: str
) -> None:
    program, model = graph(text, architecture), load(name)
    cycles = 0
    for execution in allowed(program, model):
        for cycle in occurring(program, execution):
            assert Skeleton(program, model, execution, cycle).is_allowed()
            cycles += 1
    assert cycles
