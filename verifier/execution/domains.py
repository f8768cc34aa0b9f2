"""Which values reads may return."""

from __future__ import annotations

from itertools import product

from verifier.events.expression import (
    OPERATORS,
    THIN_AIR,
    Apply,
    Const,
    Expression,
    ReadValue,
    Unknown,
    reads_of,
)
from verifier.events.graph import EventGraph
from verifier.limits import NotModelled

DOMAIN_LIMIT = 64
TABLE_LIMIT = 20_000


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
                new = _image(value, found, memo) - found[read]
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


def _image(e: Expression, reads: dict[int, set[int]], memo: dict[Expression, set[int]]) -> set[int]:
    if e in memo:
        return memo[e]
    match e:
        case Const(value):
            result = {value}
        case ReadValue(event):
            result = set(reads.get(event, {0}))
        case Unknown(_, domain):
            result = set(domain)
        case Apply("?:", (_, a, b)):
            result = _image(a, reads, memo) | _image(b, reads, memo)
        case Apply(operator, arguments):
            parts = [_image(a, reads, memo) for a in arguments]
            check_size([len(p) for p in parts])
            result = {OPERATORS[operator](*c) for c in product(*parts)}
    memo[e] = result
    return result


def check_size(sizes: list[int]) -> None:
    total = 1
    for s in sizes:
        total *= s
    if total > TABLE_LIMIT:
        raise NotModelled("an expression has too many possible values")
