"""What counts as an execution: each way to be none is told apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.graphs import graph
from tests.oracle import executions
from verifier.events.expression import Apply, Const, ReadValue
from verifier.execution.candidate import Execution, bases, holds, well_formed

GRAPH = graph("W x 1; W x 2 | R x; if r0==1 { Mb; W y 1 }; assume r0==1")
# events: 0 x=0, 1 y=0, 2 W x 1, 3 W x 2, 4 R x, 5 Mb, 6 W y 1
RUN = Execution(0b1111111, ((4, 2),), ((0, 2, 3), (1, 6)), (), (0, 0, 1, 2, 1, None, 1))


def test_a_good_execution() -> None:
    assert well_formed(GRAPH, RUN) is None
    assert RUN in set(executions(GRAPH))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"executed": 0b1011111, "coherence": ((0, 2, 3), (1,))}, "event 5"),
        ({"executed": 0b0011111}, "event 5"),
        ({"values": (0, 0, 1, 3, 1, None, 1)}, "writes 2, not 3"),
        ({"values": (0, 0, 1, 2, 1, None, None)}, "event 6 (W y 1) has no value"),
        ({"values": (0, 0, 1, 2, 1, 1, 1)}, "event 5 (Mb) has a value"),
        ({"values": (0, 0, 1, 2, 1, None)}, "other events than the graph"),
        ({"reads_from": ()}, "rf does not give each executed read one write"),
        ({"reads_from": ((4, 6),)}, "another location"),
        ({"reads_from": ((4, 5),)}, "no executed write"),
        ({"reads_from": ((4, 3),)}, "read 4 returns 1, but its write wrote 2"),
        ({"coherence": ((2, 0, 3), (1, 6))}, "does not start with the initial write"),
        ({"coherence": ((0, 2), (1, 6))}, "not an order of its executed writes"),
        ({"coherence": ((0, 2, 2, 3), (1, 6))}, "not an order of its executed writes"),
        ({"coherence": ((0, 2, 3),)}, "coherence does not cover each location"),
    ],
)
def test_bad_executions(change: dict[str, object], reason: str) -> None:
    found = well_formed(GRAPH, replace(RUN, **change))  # type: ignore[arg-type]
    assert found is not None
    if "event 5" not in reason:
        assert reason in found


def test_constraints() -> None:
    other = Execution(0b0011111, ((4, 3),), ((0, 2, 3), (1,)), (), (0, 0, 1, 2, 2, None, None))
    assert well_formed(GRAPH, other) == "constraint 0 of the graph does not hold"


def test_final_values() -> None:
    assert holds(GRAPH, RUN, Apply("==", (ReadValue(-1), Const(2))))
    assert holds(GRAPH, RUN, Apply("==", (ReadValue(-2), Const(1))))
    assert not holds(GRAPH, RUN, Apply("==", (ReadValue(4), Const(2))))


def test_bases() -> None:
    found = bases(GRAPH, RUN)
    u = found.universe
    assert set(u.pairs(found.relations["rf"])) == {(2, 4)}
    assert set(u.pairs(found.relations["co"])) == {(0, 2), (0, 3), (2, 3), (1, 6)}
    assert set(u.pairs(found.relations["po"])) == {(2, 3), (4, 5), (4, 6), (5, 6)}
    assert set(u.pairs(found.relations["ctrl"])) == {(4, 5), (4, 6)}
    assert found.sets["Mb"] == 0b100000
    assert u.has(found.relations["ext"], 0, 2)
    assert not u.has(found.relations["int"], 2, 4)
    off = bases(GRAPH, RUN, frozenset(s.place for s in GRAPH.sources))
    assert off.sets.get("Mb", 0) == 0
    assert off.relations["ctrl"] == 0
