"""Critical cycles: the minimal cycles of program order and communication (Shasha and Snir, TOPLAS 1988)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from verifier.events.expression import Apply, Const, ReadValue, Unknown
from verifier.events.graph import INITIAL, EventGraph
from verifier.execution.candidate import Execution
from verifier.record import record


@record(frozen=True, slots=True, order=True)
class Segment:
    """What a cycle has of one thread: two accesses in program order, or one (`start` is `end`)."""

    thread: int
    start: int
    end: int

    @property
    def is_single(self) -> bool:
        return self.start == self.end


@record(frozen=True, slots=True, order=True)
class Cycle:
    """Segments of different threads in cyclic order, the one of the lowest thread first.

    A leg goes from the end of each to the start of the next; its kind follows from the two
    accesses: W to R is rf, W to W co, R to W fr.
    """

    segments: tuple[Segment, ...]

    def legs(self) -> Iterator[tuple[int, int]]:
        """The pairs of accesses that communicate."""
        for i, segment in enumerate(self.segments):
            yield segment.end, self.segments[(i + 1) % len(self.segments)].start


class TooManyCycles(Exception):
    """A program has more candidate cycles than can be looked at."""


LIMIT = 20_000


def candidates(graph: EventGraph) -> tuple[Cycle, ...]:
    """Every cycle that is critical wherever it occurs: at most two accesses a thread, of different
    locations, at most three a location, no shortcut.

    Left out are those that have an element of an array be two at once. Raises TooManyCycles beyond LIMIT.
    """
    return _Search(graph, (1 << len(graph.events)) - 1, _may_communicate).run()


def occurring(graph: EventGraph, execution: Execution) -> tuple[Cycle, ...]:
    """Those of the candidates that an execution has. They are looked for in it alone, where they are few, however
    many the program has. Raises TooManyCycles beyond LIMIT."""
    return _Search(graph, execution.executed, _Related(execution).by_leg).run()


class _Search:
    """Depth-first over segments of the `executed` accesses, each thread once, the lowest thread first."""

    def __init__(
        self, graph: EventGraph, executed: int, related: Callable[[EventGraph, int, int], bool]
    ) -> None:
        self.graph = graph
        self.related = related
        self.found: list[Cycle] = []
        self.elements = dict(graph.elements)
        self.by_location: dict[int, list[int]] = {}
        accesses = [i for i, e in enumerate(graph.events) if e.kind != "F" and e.thread != INITIAL]
        accesses = [i for i in accesses if executed >> i & 1]
        accesses = [i for i in accesses if not _stops_waiting(graph, i)]
        contested = _contested(graph, accesses)
        self.segments: dict[int, list[Segment]] = {}
        for i in accesses:
            event = graph.events[i]
            if event.location not in contested:
                continue
            self.segments[i] = [Segment(event.thread, i, i)] if event.kind == "W" else []
            for j in accesses:
                other = graph.events[j]
                if (
                    graph.order[i] >> j & 1
                    and other.location in contested
                    and other.location != event.location
                ):
                    self.segments[i].append(Segment(event.thread, i, j))
            self.by_location.setdefault(event.location or 0, []).append(i)

    def run(self) -> tuple[Cycle, ...]:
        for _, segments in sorted(self.segments.items()):
            for segment in segments:
                self._extend((segment,), frozenset())
        return tuple(self.found)

    def _extend(self, path: tuple[Segment, ...], closed: frozenset[int | None]) -> None:
        """`closed`: locations whose accesses are all on the path already."""
        last = path[-1]
        location = self.graph.events[last.end].location
        assert location is not None
        if location in closed:
            return
        for access in self.by_location[location]:
            if self.related(self.graph, last.end, access):
                if access == path[0].start:
                    self._close(path)
                elif self.graph.events[access].thread > path[0].thread and all(
                    s.thread != self.graph.events[access].thread for s in path
                ):
                    self._enter(path, access, closed)

    def _enter(self, path: tuple[Segment, ...], access: int, closed: frozenset[int | None]) -> None:
        last = path[-1]
        for segment in self.segments[access]:
            if last.is_single and (segment.is_single or not self._joins(path, access)):
                continue
            if segment.is_single:
                self._extend((*path, segment), closed)
            else:
                done = {self.graph.events[access].location} - {self.graph.events[path[0].start].location}
                self._extend((*path, segment), closed | done)

    def _joins(self, path: tuple[Segment, ...], after: int) -> bool:
        """Whether the single access that ends the path has legs on both sides that nothing cuts short."""
        if len(path) == 1:
            return True
        return self._no_shortcut(path[-2].end, after)

    def _no_shortcut(self, before: int, after: int) -> bool:
        return self.graph.events[after].kind == "R" and before != after

    def _close(self, path: tuple[Segment, ...]) -> None:
        if len(path) < 2 or not self._is_closed_well(path):
            return
        if len(self.found) >= LIMIT:
            raise TooManyCycles(f"more than {LIMIT:,} candidate cycles")
        self.found.append(Cycle(path))

    def _is_closed_well(self, path: tuple[Segment, ...]) -> bool:
        first, last = path[0], path[-1]
        if first.is_single and last.is_single:
            return False
        if last.is_single and not self._no_shortcut(path[-2].end, first.start):
            return False
        if first.is_single and not self._no_shortcut(last.end, path[1].start):
            return False
        return self._locations_are_apart(path) and (not self.elements or self._elements_agree(path))

    def _elements_agree(self, path: tuple[Segment, ...]) -> bool:
        """Whether each leg may be between accesses to one element: where all elements of an array are one location,
        those of different numbers are not, and what goes by one expression is one."""
        same: list[set[object]] = []  # accesses, and what elements go by
        for leg in Cycle(path).legs():
            found: set[object] = {*leg, *(self.elements[e] for e in leg if e in self.elements)}
            for other in [s for s in same if not s.isdisjoint(found)]:
                same.remove(other)
                found |= other
            same.append(found)
        return not any(_differ(x, y) for s in same for x, y in combinations(s, 2))

    def _locations_are_apart(self, path: tuple[Segment, ...]) -> bool:
        """Each location belongs to one leg, or to the two legs of a single access."""
        legs: dict[int | None, int] = {}
        for segment in path:
            location = self.graph.events[segment.end].location
            legs[location] = legs.get(location, 0) + 1
        singles = {self.graph.events[s.start].location for s in path if s.is_single}
        return all(count == (2 if location in singles else 1) for location, count in legs.items())


def _differ(x: object, y: object) -> bool:
    """Whether two elements are not the same whatever is read: of different numbers, counted from one value."""
    (a, one), (b, other) = _counted(x), _counted(y)
    return a == b is not None and one != other


def _counted(x: object) -> tuple[object, int]:
    """What an element is counted from (0 for a number), and how far behind it is; None for an access."""
    match x:
        case Const(value):
            return 0, value
        case Apply("+", (base, Const(value))):
            return base, value
        case ReadValue() | Unknown() | Apply():
            return x, 0
        case _:
            return None, 0


def _may_communicate(graph: EventGraph, a: int, b: int) -> bool:
    one, other = graph.events[a], graph.events[b]
    return one.thread != other.thread and (one.kind == "W" or other.kind == "W")


def _stops_waiting(graph: EventGraph, event: int) -> bool:
    """Whether a task sets its own state back to running: who misses that wakes a task that is awake, no more."""
    e = graph.events[event]
    return e.value == Const(0) and any(
        s.thread == e.thread and s.state == e.location for s in graph.sleeps if s.state is not None
    )


def _contested(graph: EventGraph, accesses: list[int]) -> set[int | None]:
    """The locations that two threads access and one writes."""
    threads: dict[int | None, set[int]] = {}
    written: set[int | None] = set()
    for i in accesses:
        event = graph.events[i]
        threads.setdefault(event.location, set()).add(event.thread)
        if event.kind == "W":
            written.add(event.location)
    return {l for l, t in threads.items() if len(t) > 1 and l in written}


def leg_kind(graph: EventGraph, start: int, end: int) -> str:
    """rf, co or fr, by the kinds of the two accesses."""
    if graph.events[start].kind == "R":
        return "fr"
    return "rf" if graph.events[end].kind == "R" else "co"


class _Related:
    """Which accesses communicate in an execution."""

    def __init__(self, execution: Execution) -> None:
        self._position = {w: i for order in execution.coherence for i, w in enumerate(order)}
        self._reads_from = dict(execution.reads_from)

    def by_leg(self, graph: EventGraph, a: int, b: int) -> bool:
        """Whether two executed accesses of one location, of different threads, are related as a leg is."""
        if not _may_communicate(graph, a, b):
            return False
        match leg_kind(graph, a, b):
            case "rf":
                return self._reads_from[b] == a
            case "co":
                return self._position[a] < self._position[b]
            case _:
                return self._position[self._reads_from[a]] < self._position[b]
