"""The names that the field has for cycles, from the directions of their accesses and the kinds of their legs."""

from __future__ import annotations

from verifier.events.graph import EventGraph
from verifier.execution.cycles import Cycle, leg_kind

# Alglave, Maranget, Tautschnig: Herding Cats, TOPLAS 2014, table 3; and the names of the public litmus suites.
_NAMES = {
    "WW rf RR fr": "MP",
    "WR fr WR fr": "SB",
    "RW rf RW rf": "LB",
    "WW co WR fr": "R",
    "WW rf RW co": "S",
    "WW co WW co": "2+2W",
    "W rf RW rf RR fr": "WRC",
    "WW rf RW rf RR fr": "ISA2",
    "W rf RR fr W rf RR fr": "IRIW",
    "W rf RR fr WR fr": "RWC",
    "W rf RW rf RW co": "WWC",
    "WW rf RR fr WR fr": "W+RWC",
    "W rf RR fr WW co": "WRR+2W",
    "W rf RW co WW co": "WRW+2W",
    "W rf RW co WR fr": "WRW+WR",
    "W rf RR fr W rf RW co": "IRRWIW",
    "W rf RW co W rf RW co": "IRWIW",
    "WW rf RW co WR fr": "Z6.0",
    "WW co WW rf RW co": "Z6.1",
    "WW rf RW rf RW co": "Z6.2",
    "WW co WW rf RR fr": "Z6.3",
    "WW co WR fr WR fr": "Z6.4",
    "WW co WW co WR fr": "Z6.5",
    "WR fr WR fr WR fr": "3.SB",
    "RW rf RW rf RW rf": "3.LB",
    "WW co WW co WW co": "3.2W",
}
ORDER = ("MP", "S", "LB", "WRC", "ISA2", "SB", "R", "2+2W")


def shape(graph: EventGraph, cycle: Cycle) -> str:
    """The name of a cycle's shape, or its directions and legs where it has none."""
    parts = []
    for segment, (a, b) in zip(cycle.segments, cycle.legs(), strict=True):
        ends = (segment.start,) if segment.is_single else (segment.start, segment.end)
        parts.append("".join(graph.events[e].kind for e in ends) + " " + leg_kind(graph, a, b))
    rotations = [" ".join(parts[i:] + parts[:i]) for i in range(len(parts))]
    for text in rotations:
        if text in _NAMES:
            return _NAMES[text]
    return min(rotations)
