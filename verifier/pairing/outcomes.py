"""What a program's threads may see of each other, said so that two versions of it can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, product

from verifier.events.graph import EventGraph
from verifier.execution.cycles import Cycle, Segment, leg_kind
from verifier.execution.shapes import shape
from verifier.pairing.classes import Classes
from verifier.record import record

MOST = 64  # choices of events for an outcome's accesses
Access = tuple[str, str]  # R or W, and the location's name


@record(frozen=True, slots=True, order=True)
class Outcome:
    """A critical cycle by its shape and, thread by thread, its accesses; whatever stands between these."""

    shape: str
    segments: tuple[tuple[str, tuple[Access, ...]], ...]

    @property
    def text(self) -> str:
        """`MP: reader() reads flag, then data, against writer() that writes data, then flag`."""
        parts = [f"{thread} {_said(accesses)}" for thread, accesses in self.segments]
        return f"{self.shape}: {'; '.join(parts)}"


def _said(accesses: tuple[Access, ...]) -> str:
    verbs = {"R": "reads", "W": "writes"}
    if len(accesses) == 2 and accesses[0][0] == accesses[1][0]:
        return f"{verbs[accesses[0][0]]} {accesses[0][1]}, then {accesses[1][1]}"
    return ", then ".join(f"{verbs[kind]} {location}" for kind, location in accesses)


def outcomes(classes: Classes) -> tuple[frozenset[Outcome], frozenset[Outcome]]:
    """Those that the model allows, and all that the program could show with nothing ordered."""
    graph = classes.graph
    allowed = frozenset(outcome(graph, c.cycle) for c in classes.allowed)
    return allowed, frozenset(outcome(graph, c.cycle) for c in classes.all())


def outcome(graph: EventGraph, cycle: Cycle) -> Outcome:
    """What a cycle is to a reader."""
    segments = tuple((graph.threads[s.thread], _accesses(graph, s)) for s in cycle.segments)
    return Outcome(shape(graph, cycle), segments)


def _accesses(graph: EventGraph, segment: Segment) -> tuple[Access, ...]:
    ends = (segment.start,) if segment.is_single else (segment.start, segment.end)
    return tuple((graph.events[e].kind, graph.locations[graph.events[e].location or 0]) for e in ends)


def is_seen_unordered(classes: Classes, wanted: Outcome) -> bool:
    """Whether an execution shows what an outcome says of its accesses, whatever order these have in the program."""
    graph, session = classes.graph, classes.session
    accesses = [(t, a) for t, both in wanted.segments for a in both]
    choices = [_events(graph, thread, access) for thread, access in accesses]
    sizes = [len(both) for _, both in wanted.segments]
    for chosen in islice(product(*choices), MOST):
        ends = _cut(chosen, sizes)
        legs = [(ends[i][-1], ends[(i + 1) % len(ends)][0]) for i in range(len(ends))]
        literals = [session.relation(leg_kind(graph, a, b), a, b) for a, b in legs]
        if session.find(session.conjunction(literals)) is not None:
            return True
    return False


def _events(graph: EventGraph, thread: str, access: Access) -> list[int]:
    kind, location = access
    return [
        i
        for i, e in enumerate(graph.events)
        if e.thread >= 0
        and graph.threads[e.thread] == thread
        and e.kind == kind
        and graph.locations[e.location or 0] == location
        and e.iteration == 0
    ]


def _cut(events: Sequence[int], sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """The events segment by segment."""
    found: list[tuple[int, ...]] = []
    start = 0
    for size in sizes:
        found.append(tuple(events[start : start + size]))
        start += size
    return found
