"""Executions listed a location at a time, against those found node by node."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.programs import event_graph
from tests.search.test_listing import LOCKED
from tests.search.test_search import graphs, model, structured_graphs
from verifier.cat.compiled import compiled
from verifier.cat.local import is_local
from verifier.cat.terms import Axiom, BaseRelation, BaseSet, RelationTerm, SetTerm, Term
from verifier.cat.unconditional import unconditional
from verifier.events.expression import Apply, Const, ReadValue
from verifier.events.graph import Atomic, EventGraph
from verifier.record import replace
from verifier.search import by_location
from verifier.search.by_location import ByLocation
from verifier.search.listing import AllowedListing, TooMany
from verifier.search.node import Node

CONDITIONAL = """
int l, x, y;
void f(void) { int a = atomic_cmpxchg(&l, 0, 1); if (a == 0) { WRITE_ONCE(x, 1); atomic_inc(&l); } }
void g(void) { int b = xchg(&l, 2); int c = cmpxchg(&x, b, 3); WRITE_ONCE(y, c); }
void h(void) { int d = READ_ONCE(y); if (!atomic_add_unless(&l, 1, d)) WRITE_ONCE(x, 4); }
"""
WRITERS = """
int x, y;
void f(void) { WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); WRITE_ONCE(x, 2); }
void g(void) { WRITE_ONCE(x, 3); int a = READ_ONCE(y); WRITE_ONCE(x, 2); }
void h(void) { WRITE_ONCE(x, 5); int b = READ_ONCE(x); }
"""
COMPUTED = """
int x, y;
void f(void) { int a = READ_ONCE(y); int b = xchg(&x, a); int c = xchg(&x, 3); }
void g(void) { WRITE_ONCE(y, 1); int d = xchg(&x, 2); }
"""


def _last_is(graph: EventGraph, value: int) -> EventGraph:
    """The program where the first location ends with that value."""
    last = Apply("==", (ReadValue(-1), Const(value)))
    return replace(graph, constraints=(*graph.constraints, last))


def _conditional(graph: EventGraph, read: Callable[[Atomic], int]) -> EventGraph:
    """The program in which each atomic is one only where some read returns 0."""
    atomics = (replace(a, holds=Apply("==", (ReadValue(read(a)), Const(0)))) for a in graph.atomics)
    return replace(graph, atomics=tuple(atomics))


def _programs() -> Iterator[EventGraph]:
    for graph, _, _ in (*graphs(range(70, 76)), *structured_graphs(range(920, 928))):
        yield graph
    for architecture in ("aarch64", "linux", "aarch64-ll-sc"):
        for text in (LOCKED, CONDITIONAL, WRITERS):
            yield event_graph(text, architecture)
    yield from (_last_is(event_graph(WRITERS, "linux"), value) for value in (2, 3, 5))
    yield from (_conditional(event_graph(t, "aarch64"), lambda a: a.read) for t in (CONDITIONAL, COMPUTED))


def _keys(graph: EventGraph, name: str) -> set[tuple[object, ...]]:
    found = AllowedListing(graph, model(name)).up_to(10_000)
    keys = {(e.executed, e.reads_from, e.coherence, e.unknowns, e.values) for e in found}
    assert len(keys) == len(found), "each once"
    return keys


@pytest.mark.parametrize("choices", [2, by_location.MOST_CHOICES])
def test_the_same_executions_are_listed(monkeypatch: pytest.MonkeyPatch, choices: int) -> None:
    monkeypatch.setattr(by_location, "MOST_CHOICES", choices)
    monkeypatch.setattr(AllowedListing, "few", 1)  # so that it is nodes with few choices that are left to it
    used: list[int] = []
    executions = ByLocation.executions

    def counted(self: ByLocation, node: Node) -> object:
        found = executions(self, node)
        used.append(0 if found is None else len(found))
        return found

    for graph in _programs():
        monkeypatch.setattr(ByLocation, "executions", counted)
        found = _keys(graph, "armv8")
        monkeypatch.setattr(ByLocation, "executions", lambda self, node: None)
        assert found == _keys(graph, "armv8")
    assert sum(used) > 300


def test_a_model_that_relates_locations_is_not_taken_apart() -> None:
    graph = event_graph(LOCKED, "aarch64")
    space = AllowedListing(graph, model("sc")).space
    assert ByLocation(space, compiled(unconditional(model("armv8")))).is_possible
    assert not ByLocation(space, compiled(unconditional(model("sc")))).is_possible


def test_an_atomic_that_another_location_decides_on_is_not_taken_apart() -> None:
    graph = event_graph(CONDITIONAL, "aarch64")
    reads = {e.location: number for number, e in enumerate(graph.events) if e.kind == "R"}
    elsewhere = {l: next(r for m, r in reads.items() if m != l) for l in reads}
    made = compiled(unconditional(model("armv8")))
    for of, expected in (
        (_conditional(graph, lambda a: a.read), True),
        (_conditional(graph, lambda a: elsewhere[graph.events[a.read].location]), False),
    ):
        assert ByLocation(AllowedListing(of, model("armv8")).space, made).is_possible == expected


def test_a_node_with_very_many_executions_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_location, "MOST_EXECUTIONS", 3)
    listing = AllowedListing(event_graph(LOCKED, "aarch64"), model("armv8"))
    for most in (10_000, 20_000):
        with pytest.raises(TooMany):
            listing.up_to(most)


RF, CO, PO, LOC, RMW = (BaseRelation(name) for name in ("rf", "co", "po", "loc", "rmw"))
FR = RelationTerm("sequence", (RelationTerm("inverse", (RF,)), CO))
PO_LOC = RelationTerm("inter", (PO, LOC))
LOCAL: list[Term] = [
    RF,
    FR,
    PO_LOC,
    RelationTerm("union", (PO_LOC, RF, CO, FR)),
    RelationTerm("inter", (RMW, RelationTerm("sequence", (FR, CO)))),
    RelationTerm("inter", (LOC, RelationTerm("sequence", (RF, PO)))),
    RelationTerm("plus", (RelationTerm("union", (RF, CO)),)),
    RelationTerm("minus", (CO, RelationTerm("complement", (PO,)))),
    RelationTerm("sequence", (RelationTerm("identity", (SetTerm("range", (RF,)),)), FR)),
]
NOT_LOCAL: list[Term] = [
    PO,
    RMW,
    BaseSet("W"),
    RelationTerm("union", (PO, RF)),
    RelationTerm("inter", (PO, RMW)),
    RelationTerm("sequence", (RF, PO)),
    RelationTerm("inter", (LOC, RelationTerm("sequence", (PO, PO)))),
    RelationTerm("inter", (LOC, RelationTerm("plus", (RelationTerm("union", (PO, RF)),)))),
    RelationTerm("inter", (CO, BaseRelation("addr"))),
    RelationTerm("sequence", (RelationTerm("identity", (BaseSet("A"),)), RF)),
    RelationTerm("sequence", (RelationTerm("identity", (SetTerm("domain", (PO,)),)), RF)),
    RelationTerm("minus", (RF, RelationTerm("sequence", (PO, PO)))),
    RelationTerm("complement", (CO,)),
]


@pytest.mark.parametrize(("term", "expected"), [(t, True) for t in LOCAL] + [(t, False) for t in NOT_LOCAL])
def test_what_one_location_tells(term: Term, expected: bool) -> None:
    assert is_local(Axiom("acyclic", False, term, "", is_flag=False)) == expected
    assert not is_local(Axiom("empty", True, term, "", is_flag=False))


def test_coherence_and_atomicity_of_the_models_are_told_by_one_location() -> None:
    for name in ("armv8", "lkmm", "tso", "riscv", "power"):
        assert all(map(is_local, unconditional(model(name)).axioms)), name
