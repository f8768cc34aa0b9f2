"""The cheapest additions that forbid a cycle, and where they are to be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from verifier.events.graph import EventGraph, line_of
from verifier.execution.cycles import Segment
from verifier.execution.skeleton import Skeleton, annotated
from verifier.pairing.spelling import spelled
from verifier.pairing.verdict import AdditionKind, Missing

# Numbers of segments, each with the additions (keys of execution.skeleton.ADDITIONS) any of which will do there.
Additions = tuple[tuple[int, tuple[str, ...]], ...]

COSTS: Mapping[str, int] = {"smp_rmb": 2, "smp_wmb": 2, "acquire": 2, "release": 2, "smp_mb": 5}
_NAMES = tuple(COSTS)
_TRIES = 2_000


def cheapest(skeleton: Skeleton, free: Sequence[int]) -> Additions:
    """The additions of the least cost that forbid a cycle, to those of its segments that are `free`."""
    segments = skeleton.cycle.segments
    best: dict[int, dict[str, None]] = {}
    least: int | None = None
    for option in islice(_by_cost(len(free)), _TRIES):
        cost = sum(COSTS.get(a, 0) for a in option)
        if least is not None and cost > least:
            break
        chosen = {
            i: a for i, a in zip(free, option, strict=True) if a and fits(skeleton.graph, segments[i], a)
        }
        if len(chosen) != sum(1 for a in option if a) or not chosen or skeleton.is_allowed((), chosen):
            continue
        if least is not None and chosen.keys() != best.keys():
            continue
        least = cost
        for i, a in chosen.items():
            best.setdefault(i, {})[a] = None
    return tuple((i, tuple(sorted(names, key=_NAMES.index))) for i, names in sorted(best.items()))


def _by_cost(length: int) -> Iterator[tuple[str, ...]]:
    """All ways to give each of so many segments an addition or none, the cheapest first, then by name. There are more
    than can be held: a cycle may have twenty segments."""
    names = sorted(("", *COSTS))
    totals = [frozenset((0,))]  # for each number of segments, what they can cost
    for _ in range(length):
        totals.append(frozenset(total + COSTS.get(name, 0) for total in totals[-1] for name in names))

    def of(left: int, cost: int) -> Iterator[tuple[str, ...]]:
        if left == 0:
            yield ()
            return
        for name in names:
            rest = cost - COSTS.get(name, 0)
            if rest in totals[left - 1]:
                yield from ((name, *more) for more in of(left - 1, rest))

    for cost in sorted(totals[length]):
        yield from of(length, cost)


def fits(graph: EventGraph, segment: Segment, addition: str) -> bool:
    """Whether the text could say it there."""
    start, end = graph.events[segment.start], graph.events[segment.end]
    is_one = start.span is not None and (start.span, start.iteration) == (end.span, end.iteration)
    if is_one and addition not in _KINDS:  # a fence does not fit into a statement
        return False
    at = annotated(graph, segment, addition)
    kind = {"acquire": "R", "release": "W"}.get(addition, graph.events[at].kind)
    return graph.events[at].kind == kind and written(graph, addition, segment) != ""


def missing(graph: EventGraph, segment: Segment, additions: Iterable[str]) -> tuple[Missing, ...]:
    """These additions to a segment, as lines to write."""
    thread = graph.threads[segment.thread]
    lines = (line_of(graph, segment.start), line_of(graph, segment.end))
    spans = (graph.events[segment.start].span, graph.events[segment.end].span)
    names = {written(graph, a, segment): a for a in additions}
    return tuple(
        Missing(thread, *lines, name, _KINDS.get(a, "fence"), *spans, COSTS[a])
        for name, a in names.items()
        if name
    )


_KINDS: Mapping[str, AdditionKind] = {"acquire": "acquire", "release": "release"}


def written(graph: EventGraph, addition: str, segment: Segment) -> str:
    """How an addition is spelt at an access; "" where the access has no such form."""
    return spelled(graph, addition, annotated(graph, segment, addition))
