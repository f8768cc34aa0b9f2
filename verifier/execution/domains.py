"""Which values reads may return."""

from __future__ import annotations

from verifier.events.expression import THIN_AIR, Expression, ReadValue, reads_of
from verifier.events.graph import EventGraph
from verifier.events.image import image
from verifier.limits import NotModelled

DOMAIN_LIMIT = 64


def domains(graph: EventGraph, sources: dict[int, tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
    """For each read, the values that it may return; `sources` are the writes that it may read from.

    A value comes from a constant through writes of which each passes on what it read; none does so twice
    in one execution, or the value would come out of thin air. Reads that could go round in a circle of
    copies may also return THIN_AIR, which stands for any value without an origin; most models forbid it.

    Raises NotModelled where there are more than DOMAIN_LIMIT.
    """
    found: dict[int, set[int]] = {r: {0} for r in sources}
    for r in _copied_in_circles(graph, sources):
        found[r].add(THIN_AIR)
    computed = sum(e.value is not None and bool(reads_of(e.value)) for e in graph.events)
    for _ in range(computed + 1):
        changed = False
        memo: dict[Expression, set[int]] = {}
        for read, writes in sources.items():
            for w in writes:
                value = graph.events[w].value
                assert value is not None
                new = image(value, found, memo) - found[read]
                if new:
                    found[read] |= new
                    changed = True
            if len(found[read]) > DOMAIN_LIMIT:
                name = graph.locations[graph.events[read].location or 0]
                raise NotModelled(f"{name} can have more than {DOMAIN_LIMIT} values")
        if not changed:
            break
    return {r: tuple(sorted(v)) for r, v in found.items()}


def _copied_in_circles(graph: EventGraph, sources: dict[int, tuple[int, ...]]) -> list[int]:
    """The reads that may return what was copied, write by write, from themselves."""
    copies = {
        r: {
            value.event
            for w in writes
            if isinstance(value := graph.events[w].value, ReadValue) and value.event in sources
        }
        for r, writes in sources.items()
    }
    for middle in copies:
        for r in copies:
            if middle in copies[r]:
                copies[r] |= copies[middle]
    return [r for r, origins in copies.items() if r in origins]
