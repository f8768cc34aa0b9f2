"""What a program's threads may see of each other, said so that two versions of it can be compared."""

from __future__ import annotations

from verifier.events.graph import EventGraph
from verifier.execution.cycles import Cycle, Segment
from verifier.execution.shapes import shape
from verifier.pairing.classes import Classes
from verifier.record import record

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
