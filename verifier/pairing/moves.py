"""Edits to a program: a fence moved over one access of its thread, or one added; an access made stronger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from verifier.cat.bits import members
from verifier.events.graph import EventGraph
from verifier.execution.cycles import Segment
from verifier.execution.skeleton import ADDITIONS, annotated
from verifier.record import record, replace


@record(frozen=True, slots=True)
class Move:
    """The fence at `place`, moved "up" over the access before it or "down" over the one after it.

    `over` has, for each copy of the fence, the access that it passes.
    """

    place: int
    direction: Literal["up", "down"]
    over: tuple[tuple[int, int], ...]

    @property
    def side(self) -> Literal["before", "after"]:
        """Where the fence then stands, as seen from what it passes."""
        return "before" if self.direction == "up" else "after"


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
        unit = _instruction(graph, access)
        for passed in unit:
            if move.direction == "down":
                order[fence] &= ~(1 << passed)
                order[passed] |= 1 << fence
            else:
                order[passed] &= ~(1 << fence)
                order[fence] |= 1 << passed
        events[fence] = replace(events[fence], executes=events[unit[0]].executes)
    return replace(graph, order=tuple(order), events=tuple(events))


def _instruction(graph: EventGraph, access: int) -> tuple[int, ...]:
    """The accesses of an access's instruction: itself, or both halves of an RMW, the read first."""
    return next(((a.read, a.write) for a in graph.atomics if access in (a.read, a.write)), (access,))


def fenced(graph: EventGraph, starts: Iterable[int], tags: frozenset[str]) -> EventGraph:
    """The graph with a fence of these tags, that is no ordering source, right behind each of `starts`."""
    events, order = list(graph.events), list(graph.order)
    for start in starts:
        unit = sum(1 << e for e in _instruction(graph, start)) | 1 << start
        number = len(events)
        model = graph.events[start]
        events.append(
            replace(model, kind="F", location=None, value=None, tags=tags, relaxed=tags, source=None)
        )
        order.append(order[start] & ~unit)
        for e in range(number):
            if unit >> e & 1 or order[e] >> start & 1:
                order[e] |= 1 << number
    return replace(graph, events=tuple(events), order=tuple(order))


def strengthened(graph: EventGraph, segment: Segment, addition: str) -> EventGraph:
    """The graph with an addition (see execution.skeleton) to a segment, wherever its text stands: in each copy of a
    loop's body, and in each thread that runs it."""
    tags = ADDITIONS[graph.architecture][addition]
    at = annotated(graph, segment, addition)
    like = graph.events[at]
    copies = [
        i
        for i, e in enumerate(graph.events)
        if i == at or (e.span is not None and (e.span, e.kind, e.text) == (like.span, like.kind, like.text))
    ]
    if addition not in ("acquire", "release"):
        return fenced(graph, copies, tags)
    events = list(graph.events)
    for i in copies:
        events[i] = replace(events[i], tags=events[i].tags | tags, relaxed=events[i].relaxed | tags)
    return replace(graph, events=tuple(events))
