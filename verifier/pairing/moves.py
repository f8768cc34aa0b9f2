"""Edits to a program: a fence moved over one access of its thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from verifier.cat.bits import members
from verifier.events.graph import EventGraph


@dataclass(frozen=True, slots=True)
class Move:
    """The fence at `place`, moved "up" over the access before it or "down" over the one after it.

    `over` has, for each copy of the fence, the access that it passes.
    """

    place: int
    direction: Literal["up", "down"]
    over: tuple[tuple[int, int], ...]


def moves(graph: EventGraph, place: int) -> tuple[Move, ...]:
    """The moves that a fence's copies can all make; none for what is no fence of the user's own text."""
    sources = [s for s in graph.sources if s.place == place]
    if any(s.kind != "fence" or s.in_primitive for s in sources):
        return ()
    found = []
    for direction in ("up", "down"):
        pairs = [(f, _neighbour(graph, f, direction)) for s in sources for f in s.events]
        kept = [(f, x) for f, x in pairs if x is not None]
        if kept and len(kept) == len(pairs):
            found.append(Move(place, direction, tuple(kept)))
    return tuple(found)


def _neighbour(graph: EventGraph, fence: int, direction: str) -> int | None:
    """The nearest access of the thread on that side; on the same path, as what a fence is moved into must be."""
    thread = graph.events[fence].thread
    if direction == "down":
        later = [e for e in members(graph.order[fence]) if graph.events[e].kind != "F"]
        found = min(later, default=None, key=lambda e: -bin(graph.order[e]).count("1"))
    else:
        earlier = [
            e
            for e, event in enumerate(graph.events)
            if event.thread == thread and event.kind != "F" and graph.order[e] >> fence & 1
        ]
        found = min(earlier, default=None, key=lambda e: bin(graph.order[e]).count("1"))
    return found


def moved(graph: EventGraph, move: Move) -> EventGraph:
    """The graph after a move. A fence moved out of a branch, or into one, goes on with its access.

    Events keep their numbers; only program order, and where the fence executes, change.
    """
    order = list(graph.order)
    events = list(graph.events)
    for fence, access in move.over:
        partner = next(
            (a.read if a.write == access else a.write for a in graph.atomics if access in (a.read, a.write)),
            access,
        )
        for passed in {access, partner}:
            if move.direction == "down":
                order[fence] &= ~(1 << passed)
                order[passed] |= 1 << fence
            else:
                order[passed] &= ~(1 << fence)
                order[fence] |= 1 << passed
        events[fence] = replace(events[fence], executes=events[access].executes)
    return replace(graph, order=tuple(order), events=tuple(events))
