"""Facts about rf and co that hold in every execution a model allows, found before any clause is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from verifier.cat.bits import Universe, from_members
from verifier.cat.bounds import BaseBounds, Pair
from verifier.cat.bounds import propagate as narrow
from verifier.cat.terms import Model
from verifier.events.expression import TRUE
from verifier.events.graph import INITIAL, DependencyKind, EventGraph, observed_locations


@dataclass(frozen=True, slots=True)
class Facts:
    """`forbidden_rf`: (write, read) pairs in no allowed execution; `known_co`: (write, write) pairs in each
    execution where both happen. Both hold whichever ordering sources are on."""

    forbidden_rf: frozenset[tuple[int, int]]
    known_co: frozenset[tuple[int, int]]


NOTHING = Facts(frozenset(), frozenset())


def propagate(graph: EventGraph, model: Model) -> Facts:
    """The facts that the model's axioms imply, with every ordering source free to be on or off."""
    bases = base_bounds(graph)
    found = narrow(model, bases)
    universe = bases.universe
    lost = bases.relations["rf"][1] & ~found["rf"][1]
    return Facts(frozenset(universe.pairs(lost)), frozenset(universe.pairs(found["co"][0])))


def base_bounds(graph: EventGraph) -> BaseBounds:
    """What the graph alone says of the base sets and relations."""
    events = graph.events
    universe = Universe(len(events))
    by_location: dict[int, tuple[list[int], list[int]]] = {}
    located: dict[int, int] = {}
    threads: dict[int, int] = {}
    for i, e in enumerate(events):
        if e.location is not None:
            located[e.location] = located.get(e.location, 0) | 1 << i
            if e.kind != "F":
                by_location.setdefault(e.location, ([], []))[e.kind == "R"].append(i)
        if e.thread != INITIAL:
            threads[e.thread] = threads.get(e.thread, 0) | 1 << i
    internal = universe.IDENTITY
    for s in threads.values():
        internal |= universe.product(s, s)
    location = sum(universe.product(s, s) for s in located.values())
    rf = universe.from_pairs((w, r) for writes, reads in by_location.values() for w in writes for r in reads)
    co = universe.from_pairs(
        (a, b) for l, (writes, _) in by_location.items() for a in writes for b in writes if a != b and b != l
    )
    first = universe.from_pairs((l, b) for l, (writes, _) in by_location.items() for b in writes if b != l)
    relations: dict[str, Pair] = {
        "id": _fixed(universe.IDENTITY),
        "po": _fixed(universe.from_rows(graph.order)),
        "loc": _fixed(location),
        "int": _fixed(internal),
        "ext": _fixed(universe.FULL & ~internal),
        "rf": (0, rf),
        "co": (first, co),
    }
    for name in ("amo", "lxsx", "rmw"):
        atomics = [a for a in graph.atomics if name in ("rmw", a.kind)]
        always = universe.from_pairs((a.read, a.write) for a in atomics if a.holds == TRUE)
        relations[name] = (always, universe.from_pairs((a.read, a.write) for a in atomics))
    for name in get_args(DependencyKind):
        pairs = ((d.start, d.end) for d in graph.dependencies if d.kind == name)
        relations[name] = (0, universe.from_pairs(pairs))
    sure = from_members(i for i, e in enumerate(events) if e.executes == TRUE)
    return BaseBounds(universe, sure, _sets(graph), relations)


def _fixed(a: int) -> Pair:
    return a, a


def _sets(graph: EventGraph) -> dict[str, Pair]:
    must: dict[str, int] = {}
    may: dict[str, int] = {}
    for i, e in enumerate(graph.events):
        kinds = {e.kind} | ({"M"} if e.kind != "F" else set()) | ({"IW"} if e.thread == INITIAL else set())
        always = kinds | (e.tags if e.source is None else e.tags & e.relaxed)
        for name in always:
            must[name] = must.get(name, 0) | 1 << i
        for name in always | e.tags | (e.relaxed if e.source is not None else frozenset()):
            may[name] = may.get(name, 0) | 1 << i
    tested = observed_locations(graph)
    may["FW"] = from_members(i for i, e in enumerate(graph.events) if e.kind == "W" and e.location in tested)
    return {name: (must.get(name, 0), s) for name, s in may.items()}
