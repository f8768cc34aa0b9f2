"""What is listed by a model's unconditional axioms: nothing is lost that the model allows with some sources off."""

from __future__ import annotations

import random
from contextlib import suppress

from tests.oracle import Checker
from tests.programs import event_graph
from tests.search.test_search import graphs, model, structured_graphs
from verifier.cat.compiled import is_consistent
from verifier.cat.terms import Model
from verifier.cat.unconditional import FIXED, unconditional
from verifier.decide import MOST_ALLOWED
from verifier.encoding.session import Session
from verifier.events.expression import THIN_AIR
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution, bases, well_formed
from verifier.limits import Deadline
from verifier.pairing.moves import fenced, moved, moves
from verifier.search import listing
from verifier.search.enumeration import Enumeration
from verifier.search.listing import AllowedListing, Listing, TooMany

LOCKED = """
struct d { spinlock_t l; int a, b; };
void f(struct d *d) { spin_lock(&d->l); d->a = 1; smp_wmb(); d->b = 1; spin_unlock(&d->l); }
void g(struct d *d) { int s = READ_ONCE(d->b); spin_lock(&d->l); d->a = s; smp_mb(); spin_unlock(&d->l); s = d->b; }
"""


def _key(e: Execution) -> tuple[object, ...]:
    return e.executed, e.reads_from, e.coherence, e.values


def _allowed(graph: EventGraph, m: Model) -> tuple[Execution, ...]:
    return AllowedListing(graph, m, Deadline(None)).up_to(MOST_ALLOWED)


def _some_off(graph: EventGraph, draw: random.Random) -> frozenset[int]:
    places = sorted({s.place for s in graph.sources})
    return frozenset(draw.sample(places, draw.randint(0, len(places))))


def test_nothing_that_the_model_allows_is_lost(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(listing, "FEW", 1)  # so that the bounds have something to do
    draw = random.Random(1)
    compared = pruned = 0
    for graph, m, found in (*graphs(range(40, 48)), *structured_graphs(range(900, 908))):
        listed = {_key(e) for e in _allowed(graph, m) if THIN_AIR not in e.values}
        assert listed <= {_key(e) for e in found}
        pruned += len(listed) < len(found)
        checker = Checker(graph, m)
        for off in (frozenset[int](), *(_some_off(graph, draw) for _ in range(3))):
            lost = [e for e in found if _key(e) not in listed and checker.is_consistent(e, off)]
            assert not lost
        compared += 1
    assert compared > 20
    assert pruned > 10


def test_unconditional_axioms_are_of_fixed_sets_and_relations() -> None:
    for name in ("armv8", "lkmm", "sc", "tso", "riscv", "power"):
        assert unconditional(model(name)).axioms, name
    assert {a.name for a in unconditional(model("armv8")).axioms} == {"internal", "atomic"}
    assert not FIXED & {"A", "L", "addr", "data", "ctrl", "F"}


def test_the_list_answers_as_the_solver_does() -> None:
    draw = random.Random(2)
    for name, architecture in (("armv8", "aarch64"), ("lkmm", "linux")):
        graph, m = event_graph(LOCKED, architecture), model(name)
        answers = (
            Enumeration(graph, m, Deadline(None), _allowed(graph, m)),
            Session(graph, m),
        )
        pairs = [(i, j) for i in range(len(graph.events)) for j in range(len(graph.events)) if i != j]
        told = set()
        for kind in ("rf", "co", "fr"):
            for i, j in draw.sample(pairs, 60):
                off = _some_off(graph, draw)
                a, b = (s.allows(s.relation(kind, i, j), off=off) for s in answers)
                assert a == b, (kind, i, j, off)
                told.add(a)
        assert told == {True, False}


def test_variants_have_the_executions_of_the_program_with_other_fences() -> None:
    graph, m = event_graph(LOCKED, "aarch64"), model("armv8")
    listed = Enumeration(graph, m, Deadline(None), _allowed(graph, m))
    starts = [e for e, event in enumerate(graph.events) if event.kind != "F" and event.thread >= 0]
    places = {s.place for s in graph.sources if s.kind == "fence"}
    edits = [fenced(graph, starts[:3], frozenset(("DMB.ISH",)))]
    edits += [moved(graph, move) for place in places for move in moves(graph, place)]
    assert len(edits) > 2
    for edited in edits:
        derived = listed.variant(edited)
        assert all(well_formed(edited, e) is None for e in derived.executions)
        afresh = _allowed(edited, m)
        assert {_key(e) for e in derived.executions} == {_key(e) for e in afresh}
        assert any(is_consistent(m, bases(edited, e)) for e in derived.executions)


def test_a_list_goes_on_from_where_there_were_too_many() -> None:
    stopped = 0
    for graph, m, _ in graphs(range(40, 46)):
        for afresh, going_on in (
            (Listing(graph), Listing(graph)),
            (AllowedListing(graph, m, Deadline(None)), AllowedListing(graph, m, Deadline(None))),
        ):
            for most in (1, 2, 3, 7):
                with suppress(TooMany):
                    assert len(going_on.up_to(most)) <= most
                    continue
                stopped += 1
            found, expected = going_on.up_to(MOST_ALLOWED), afresh.up_to(MOST_ALLOWED)
            assert len(found) == len(expected)
            assert {_key(e) for e in found} == {_key(e) for e in expected}
    assert stopped > 20
