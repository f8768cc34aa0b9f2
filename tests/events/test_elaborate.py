"""Micro events: each dependency is a register that one instruction writes and another reads."""

from __future__ import annotations

from dataclasses import replace

from tests.graphs import graph
from tests.oracle import allowed
from verifier.cat.bits import Universe
from verifier.cat.load import load
from verifier.events.elaborate import elaborate
from verifier.events.expression import TRUE
from verifier.events.graph import Dependency, DependencyKind, EventGraph
from verifier.execution.candidate import bases


def with_dependency(kind: DependencyKind, text: str = "R x; W y 1") -> EventGraph:
    """Events 2 (the read) and 3, and one dependency of that kind between them."""
    plain = graph(text, "aarch64")
    source = replace(plain.sources[0], events=()) if plain.sources else graph("Mb").sources[0]
    d = Dependency(kind, 2, 3, TRUE, 0)
    return replace(plain, dependencies=(d,), sources=(source,))


def chain(g: EventGraph) -> list[tuple[str, ...]]:
    """The tags of the micro events from the first event to the last along what relates them."""
    steps = {(d.start, d.end) for d in g.dependencies if d.kind in ("iico_data", "iico_ctrl")}
    registers = [(i, e) for i, e in enumerate(g.events) if e.location is not None and e.kind == "F"]
    steps |= {
        (i, j)
        for i, a in registers
        for j, b in registers
        if "Wreg" in a.tags and a.location == b.location != i
    }
    steps = {(i, j) for i, j in steps if (i != j and "Wreg" not in g.events[j].tags) or i < j}
    found, here = [], 2
    while True:
        later = [j for i, j in sorted(steps) if i == here and (g.order[here] >> j & 1 or j > here or j == 3)]
        if not later:
            return found
        here = later[0]
        found.append(tuple(sorted(g.events[here].tags)) or (g.events[here].kind,))


def test_a_data_dependency_goes_through_a_register() -> None:
    g = elaborate(with_dependency("data"))
    assert chain(g) == [("Wreg",), ("DATA", "Rreg"), ("W",)]
    assert all(e.location is not None and e.location >= len(g.locations) for e in g.events[4:])


def test_an_address_is_read_as_one() -> None:
    assert chain(elaborate(with_dependency("addr", "R x; R y"))) == [("Wreg",), ("ADDR", "Rreg"), ("R",)]


def test_control_goes_to_a_branch_before() -> None:
    g = elaborate(with_dependency("ctrl"))
    assert chain(g) == [("Wreg",), ("Rreg",), ("B", "BCC")]
    branch = len(g.events) - 1
    assert g.order[2] >> branch & 1
    assert g.order[branch] == 1 << 3


def test_a_pick_goes_through_a_select() -> None:
    g = elaborate(with_dependency("pick-data"))
    assert chain(g) == [("Wreg",), ("Rreg",), ("Wreg",), ("DATA", "Rreg"), ("W",)]
    assert sum(d.kind == "iico_ctrl" for d in g.dependencies) == 1


def test_control_to_what_comes_later_follows() -> None:
    plain = graph("R x; W y 1; W x 2", "aarch64")
    dependencies = tuple(Dependency("ctrl", 2, e, TRUE, 0) for e in (3, 4))
    sources = graph("Mb").sources
    g = elaborate(replace(plain, dependencies=dependencies, sources=sources))
    assert sum("BCC" in e.tags for e in g.events) == 1


def test_an_atomic_is_one_instruction() -> None:
    plain = graph("r0 = A[Once] x 1", "aarch64")
    g = elaborate(plain)
    read, write = plain.atomics[0].read, plain.atomics[0].write
    assert plain.order[read] >> write & 1
    assert not g.order[read] >> write & 1
    own = [(d.start, d.end) for d in g.dependencies if d.kind == "iico_data"]
    assert (read, write) in own


def test_program_order_is_transitive_and_irreflexive() -> None:
    g = elaborate(graph("R x; if r0==1 { W y r0 } else { W y 2 }; R x @r0 | A x 1; R y", "aarch64"))
    universe = Universe(len(g.events))
    po = universe.from_rows(g.order)
    assert not universe.sequence(po, po) & ~po
    assert universe.is_irreflexive(po)


def test_nothing_else_changes() -> None:
    plain = graph("W x 1; W[Release] y 1 | R y; W x r0; R x @r0", "aarch64")
    g = elaborate(plain)
    assert g.events[: len(plain.events)] == plain.events
    model = load("armv8")
    key = [(e.executed & (1 << len(plain.events)) - 1, e.reads_from, e.coherence) for e in allowed(g, model)]
    assert key == [(e.executed, e.reads_from, e.coherence) for e in allowed(plain, model)]
    execution = next(iter(allowed(g, model)))
    assert bases(g, execution).relations["same-instance"]


def test_a_comparison_stands_between_what_is_compared_and_what_it_decides() -> None:
    g = elaborate(with_dependency("pick"))
    assert chain(g) == [("Wreg",), ("DATA", "Rreg"), ("B",), ("W",)]
