"""The definition of a properly paired barrier, by enumerated executions, word for word: its status.

Independent of verifier.pairing and verifier.encoding. Where the definition leaves room:
 1. Critical cycles are the induced cycles of po, rf, co and fr over the accesses of one execution: no proper
    subset of a cycle's accesses forms a cycle. An edge within a thread is a segment, any other a leg.
 2. A class is the cycle's accesses, its legs' kinds and, for each segment, the places of the ordering sources
    that touch it or are dependencies within it, and the RMWs within it that succeeded.
 3. Only executions that are coherent are looked at: a class that no coherent execution shows is none.
 4. What b forbids: the classes that are forbidden with everything on and allowed with b off, shown by an
    execution that is consistent with b off and inconsistent with b on.
 5. "Full fences on the other segments" are added to what is there; a full fence in b's place stands right
    after a fence or an acquire, right before a release, and on both sides of an RMW, failed or not.
 6. Minimal sets are sought among all sources of the segment's thread, on the segment or not: another access
    of the thread may carry the order (accesses that read the same write).
 7. Only fences are moved, over one instruction of their own block (an RMW is one instruction).
 8. An acquire or a release that orders a write before a later read does more than it promises: a class that it
    serves so makes it neither half paired nor, where it serves forbidden ones, unpaired.
 9. A fence is stronger than another by rank: barrier() < rmb, wmb < mb; a full RMW is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, islice

from tests.oracle import Checker, TooBigError, executions
from verifier.cat.bits import Universe, members
from verifier.cat.terms import Model
from verifier.events.graph import INITIAL, Event, EventGraph, OrderingSource
from verifier.execution.candidate import Execution, bases
from verifier.source import Span

RANKS = {
    **dict.fromkeys(("Mb", "DMB.ISH", "DMB.SY", "DSB.ISH", "DSB.SY", "MFENCE", "Fence.rw.rw", "SYNC"), 3),
    **dict.fromkeys(("Before-atomic", "After-atomic"), 2),
    **dict.fromkeys(("Rmb", "Wmb", "DMB.ISHLD", "DMB.ISHST", "DMB.LD", "DMB.ST"), 2),
    **dict.fromkeys(("Fence.r.r", "Fence.w.w", "LWSYNC"), 2),
}


@dataclass(frozen=True)
class Segment:
    """Two accesses of a thread, the places of the sources on the path between them, and its atomics."""

    start: int
    end: int
    sources: frozenset[int]
    atomics: frozenset[int]


@dataclass(frozen=True)
class CycleClass:
    """The accesses from the least on, and what leads from each to the next: a Segment or a leg's kind."""

    accesses: tuple[int, ...]
    edges: tuple[Segment | str, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(e for e in self.edges if isinstance(e, Segment))


@dataclass(frozen=True)
class Verdict:
    """A place's status; for paired ones the classes that it forbids, and the partners.

    `partners` has one element for each other segment of those classes: its minimal sets ("A or B" for two
    sets, "A with B" for one set of two).
    """

    status: str
    half_paired: bool = False
    forbids: tuple[CycleClass, ...] = ()
    partners: frozenset[frozenset[frozenset[int]]] = frozenset()


# ------------------------------------------------------------ optional full fences


@dataclass(frozen=True)
class Augmented:
    """A graph with full fences that are off unless asked for; `before` an access, `at` a barrier's place."""

    graph: EventGraph
    before: dict[int, int]
    at: dict[int, frozenset[int]]
    extra: frozenset[int]


FULL_FENCES = {
    "linux": "Mb",
    "aarch64": "DMB.SY",
    "x86": "MFENCE",
    "riscv": "Fence.rw.rw",
    "power": "SYNC",
}


@dataclass
class _Augmenter:
    original: EventGraph
    architecture: str
    events: list[Event] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    sources: list[OrderingSource] = field(default_factory=list)

    def insert(self, after: int, ahead_of: int, guard_of: int) -> int:
        """A full fence between two sets of events; the place that switches it."""
        number = len(self.events)
        tag = FULL_FENCES[self.architecture]
        model = self.original.events[guard_of]
        fence = replace(
            model,
            kind="F",
            location=None,
            value=None,
            tags=frozenset((tag,)),
            relaxed=frozenset(),
            text="full fence",
        )
        self.events.append(fence)
        self.order.append(ahead_of)
        for i in members(after):
            self.order[i] |= 1 << number
        place = 1_000_000 + number
        self.sources.append(
            OrderingSource(
                "fence", "full", model.thread, (number,), False, False, place, None, Span(1, 1, 1, 1)
            )
        )
        return place


def instructions(graph: EventGraph) -> dict[int, tuple[int, ...]]:
    """For each access the accesses of its instruction: itself, or both halves of its RMW."""
    found = {i: (i,) for i, e in enumerate(graph.events) if e.kind != "F" and e.thread != INITIAL}
    for a in graph.atomics:
        found[a.read] = found[a.write] = (a.read, a.write)
    return found


def predecessors(graph: EventGraph, event: int) -> int:
    return sum(1 << i for i, later in enumerate(graph.order) if later >> event & 1)


def augment(graph: EventGraph, architecture: str) -> Augmented:
    """The graph with an optional full fence before each instruction and in each barrier's place."""
    a = _Augmenter(graph, architecture, list(graph.events), list(graph.order), list(graph.sources))
    before: dict[int, int] = {}
    after: dict[int, int] = {}
    for i, unit in instructions(graph).items():
        first, inside = unit[0], sum(1 << e for e in unit)
        if first not in before:
            before[first] = a.insert(
                predecessors(graph, first) & ~inside, graph.order[first] | 1 << first, first
            )
            after[first] = a.insert(predecessors(graph, first) | inside, graph.order[first] & ~inside, first)
        before[i], after[i] = before[first], after[first]
    at: dict[int, set[int]] = {}
    for s in graph.sources:
        for e in s.events:
            places = at.setdefault(s.place, set())
            if graph.events[e].kind == "F":
                places.add(a.insert(predecessors(graph, e) | 1 << e, graph.order[e], e))
            else:
                places |= {before[e]} if s.kind != "acquire" else set()
                places |= {after[e]} if s.kind != "release" else set()
    extra = frozenset(s.place for s in a.sources[len(graph.sources) :])
    bigger = replace(graph, events=tuple(a.events), order=tuple(a.order), sources=tuple(a.sources))
    return Augmented(bigger, before, {p: frozenset(s) for p, s in at.items()}, extra)


# ------------------------------------------------------------ cycles and classes


def critical_cycles(
    graph: EventGraph, execution: Execution
) -> Iterator[tuple[tuple[int, ...], dict[tuple[int, int], str]]]:
    """The induced cycles of po, rf, co and fr, each with the kinds of its edges."""
    n = len(graph.events)
    universe = Universe(n)
    relations = bases(graph, execution).relations
    fr = universe.sequence(universe.inverse(relations["rf"]), relations["co"])
    named = {"rf": relations["rf"], "co": relations["co"], "fr": fr}
    accesses = sum(
        1 << i
        for i in members(execution.executed)
        if graph.events[i].kind != "F" and i >= len(graph.locations)
    )
    whole = relations["po"] | relations["rf"] | relations["co"] | fr
    rows = {i: universe.row(whole, i) & accesses for i in members(accesses)}
    for start in rows:
        for cycle in _induced([start], rows):
            pairs = zip(cycle, (*cycle[1:], cycle[0]), strict=True)
            yield cycle, {(a, b): _kind(graph, universe, named, a, b) for a, b in pairs}


def _kind(graph: EventGraph, universe: Universe, named: dict[str, int], a: int, b: int) -> str:
    if graph.events[a].thread == graph.events[b].thread:
        return "po"
    return next(k for k, relation in named.items() if universe.has(relation, a, b))


def _induced(path: list[int], rows: dict[int, int]) -> Iterator[tuple[int, ...]]:
    """The induced cycles that extend a path, with no event below its start."""
    start = path[0]
    inner = sum(1 << p for p in path[1:])
    for w in members(rows[path[-1]]):
        if w <= start or w in path:
            continue
        if any(rows[p] >> w & 1 for p in path[:-1]) or rows[w] & inner:
            continue
        if rows[w] >> start & 1:
            yield (*path, w)
        else:
            yield from _induced([*path, w], rows)


def touching(
    graph: EventGraph, execution: Execution, start: int, end: int
) -> tuple[frozenset[int], frozenset[int]]:
    """The places of barriers and dependencies on a segment's path, and its RMWs that succeeded."""
    inside = graph.order[start] & predecessors(graph, end) & execution.executed | 1 << start | 1 << end
    places = {s.place for s in graph.sources if any(inside >> e & 1 for e in s.events)}
    for d in graph.dependencies:
        if inside >> d.start & inside >> d.end & 1:
            places.add(graph.sources[d.source].place)
    atomics = {
        i
        for i, a in enumerate(graph.atomics)
        if execution.executed >> a.write & 1 and (inside >> a.read | inside >> a.write) & 1
    }
    return frozenset(places), frozenset(atomics)


# ------------------------------------------------------------ the judge


@dataclass
class Judge:
    """Answers the questions of the definition for one graph and one model.

    Two short cuts, both sound for models in which order only forbids: what is consistent with everything
    on stays so with less, and what is inconsistent with all sources off stays so with more. TooBigError
    where there are more than `limit` executions.
    """

    graph: EventGraph
    model: Model
    limit: int = 10**9
    augmented: Augmented = field(init=False)
    everything: frozenset[int] = field(init=False)
    runs: list[Execution] = field(init=False)
    shows: dict[CycleClass, list[int]] = field(init=False)
    classes_of: list[frozenset[CycleClass]] = field(init=False)
    checker: Checker = field(init=False)
    known: dict[tuple[int, frozenset[int]], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.augmented = augment(self.graph, self.graph.architecture)
        bigger = self.augmented.graph
        self.everything = frozenset(s.place for s in bigger.sources)
        self.runs = list(islice(executions(bigger, limit=20 * self.limit), self.limit + 1))
        if len(self.runs) > self.limit:
            raise TooBigError
        self.checker = Checker(bigger, self.model)
        self.shows, self.classes_of = {}, []
        for i, run in enumerate(self.runs):
            found = frozenset(self._class(run, *c) for c in critical_cycles(bigger, run))
            self.classes_of.append(found)
            for c in found:
                self.shows.setdefault(c, []).append(i)

    def _class(self, run: Execution, cycle: tuple[int, ...], kinds: dict[tuple[int, int], str]) -> CycleClass:
        edges: list[Segment | str] = []
        for (a, b), kind in kinds.items():
            edges.append(Segment(a, b, *touching(self.graph, run, a, b)) if kind == "po" else kind)
        return CycleClass(cycle, tuple(edges))

    def consistent(self, run: int, off: Iterable[int] = (), fences: Iterable[int] = ()) -> bool:
        """Whether a run is consistent with some places off and some of the optional full fences on."""
        fences = frozenset(fences)
        if not self._is_consistent(run, self.everything):
            return False
        if not fences and self._is_consistent(run, self.augmented.extra):
            return True
        return self._is_consistent(run, frozenset(off) | (self.augmented.extra - fences))

    def _is_consistent(self, run: int, closed: frozenset[int]) -> bool:
        key = (run, closed)
        if key not in self.known:
            self.known[key] = self.checker.is_consistent(self.runs[run], closed)
        return self.known[key]

    def is_allowed(self, c: CycleClass, off: Iterable[int] = (), fences: Iterable[int] = ()) -> bool:
        """Whether some consistent execution shows a class."""
        off, fences = frozenset(off), frozenset(fences)
        return any(self.consistent(run, off, fences) for run in self.shows.get(c, ()))

    def minimal_sets(
        self, c: CycleClass, segment: Segment, fences: frozenset[int] = frozenset()
    ) -> list[frozenset[int]]:
        """The minimal sets of the thread's sources that, with its others off, forbid the class."""
        found: list[frozenset[int]] = []
        own = self.sources_of(self.graph.events[segment.start].thread)
        for size in range(len(own) + 1):
            for chosen in map(frozenset, combinations(sorted(own), size)):
                if any(f <= chosen for f in found):
                    continue
                if not self.is_allowed(c, own - chosen, fences):
                    found.append(chosen)
        return found

    def sources_of(self, thread: int) -> frozenset[int]:
        """The places of a thread's sources."""
        return frozenset(s.place for s in self.graph.sources if s.thread == thread)

    def other_segments(self, place: int, c: CycleClass) -> list[Segment]:
        """The segments of the threads that have no source at the place."""
        return [s for s in c.segments if place not in self.sources_of(self.graph.events[s.start].thread)]

    def serves(self, place: int, c: CycleClass) -> bool:
        """With full fences on the other segments, the place is in a minimal set of its own."""
        for own in c.segments:
            if place not in self.sources_of(self.graph.events[own.start].thread):
                continue
            fences = frozenset(self.augmented.before[s.end] for s in c.segments if s is not own)
            if any(place in m for m in self.minimal_sets(c, own, fences)):
                return True
        return False

    def _is_promised(self, place: int, c: CycleClass) -> bool:
        """Whether the place orders nothing on the class but what an acquire or a release is for, if it is one."""
        weak = {s.thread for s in self.graph.sources if s.place == place and s.kind in ("acquire", "release")}
        kinds = {
            (self.graph.events[s.start].kind, self.graph.events[s.end].kind)
            for s in c.segments
            if self.graph.events[s.start].thread in weak
        }
        return ("W", "R") not in kinds

    def touches(self, place: int, c: CycleClass) -> bool:
        return any(place in s.sources for s in c.segments)

    def barriers(self) -> list[int]:
        """The places that get verdicts."""
        return sorted({s.place for s in self.graph.sources if s.is_barrier})

    def needed_runs(self, place: int) -> list[int]:
        """The executions that are consistent with the place off and inconsistent with everything on."""
        weak = (i for i, shown in enumerate(self.classes_of) if shown)
        return [i for i in weak if not self.consistent(i) and self.consistent(i, (place,))]

    def needed(self) -> frozenset[int]:
        return frozenset(p for p in self.barriers() if self.needed_runs(p))

    def verdict(self, place: int) -> Verdict:
        """The first status that applies."""
        allowed = {c for c in self.shows if self.is_allowed(c)}
        served = {c for c in self.shows if self.serves(place, c)}
        promised = {c for c in served & allowed if self._is_promised(place, c)}
        runs = self.needed_runs(place)
        if runs:
            return self._paired(place, runs, bool(promised))
        if promised or (served and served <= allowed):
            return Verdict("unpaired")
        if served or self._is_shadowed(place):
            return Verdict("redundant")
        touched = [c for c in sorted(allowed, key=str) if self.touches(place, c)]
        fences = self.augmented.at.get(place, frozenset())
        if any(not self.is_allowed(c, (), fences) for c in touched):
            return Verdict("too weak")
        if self._is_misplaced(place):
            return Verdict("misplaced")
        if any(self._others_are_ordered(place, c) for c in touched):
            return Verdict("too weak")
        return Verdict("unmatched")

    def _paired(self, place: int, runs: list[int], half: bool) -> Verdict:
        shown = {c for i in runs for c in self.classes_of[i]}
        forbids = sorted(
            (c for c in shown if not self.is_allowed(c) and self.is_allowed(c, (place,))), key=str
        )
        partners: set[frozenset[frozenset[int]]] = set()
        for c in forbids:
            for segment in self.other_segments(place, c):
                partners.add(frozenset(self.minimal_sets(c, segment)))
        return Verdict("paired", half, tuple(forbids), frozenset(partners))

    def _is_shadowed(self, place: int) -> bool:
        """Whether each fence of the place stands next to a stronger one, with no access between."""
        fences = [e for s in self.graph.sources if s.place == place for e in s.events]
        return bool(fences) and all(self._has_stronger(f) for f in fences)

    def _has_stronger(self, f: int) -> bool:
        graph, fence = self.graph, self.graph.events[f]
        if fence.kind != "F":
            return False
        for g, other in enumerate(graph.events):
            if other.kind != "F" or other.thread != fence.thread or _rank(other) <= _rank(fence):
                continue
            ordered = graph.order[f] >> g & 1 or graph.order[g] >> f & 1
            if ordered and other.executes == fence.executes and not self._accesses_between(f, g):
                return True
        return False

    def _accesses_between(self, f: int, g: int) -> int:
        graph = self.graph
        between = graph.order[f] & predecessors(graph, g) | graph.order[g] & predecessors(graph, f)
        return sum(1 << i for i in members(between) if graph.events[i].kind != "F")

    def _others_are_ordered(self, place: int, c: CycleClass) -> bool:
        """Whether each other segment has a touching barrier or a dependency."""
        orders = {s.place for s in self.graph.sources if s.is_barrier or s.kind in ("addr", "data", "ctrl")}
        return all(s.sources & orders for s in self.other_segments(place, c))

    def _is_misplaced(self, place: int) -> bool:
        before = self.needed()
        for moved in moves(self.graph, place):
            after = Judge(moved, self.model, self.limit).needed()
            if place in after and before <= after:
                return True
        return False

    def verdicts(self) -> dict[int, Verdict]:
        return {p: self.verdict(p) for p in self.barriers()}


def _rank(fence: Event) -> int:
    return max((RANKS.get(t, 1) for t in fence.tags), default=1)


def moves(graph: EventGraph, place: int) -> Iterator[EventGraph]:
    """The graphs in which the only fence of a place has moved over one instruction of its block."""
    fences = [e for s in graph.sources if s.place == place for e in s.events]
    if len(fences) != 1 or graph.events[fences[0]].kind != "F":
        return
    f = fences[0]
    accesses = sum(1 << i for i in instructions(graph))
    for unit in sorted(set(instructions(graph).values())):
        first = graph.events[unit[0]]
        if first.thread != graph.events[f].thread or first.executes != graph.events[f].executes:
            continue
        inside = sum(1 << e for e in unit)
        later = bool(graph.order[f] >> unit[0] & 1)
        if later:
            between = graph.order[f] & predecessors(graph, unit[0])
        else:
            between = graph.order[unit[-1]] & predecessors(graph, f)
        if between & accesses & ~inside:
            continue
        order = list(graph.order)
        for e in unit:
            if later:
                order[f] &= ~(1 << e)
                order[e] |= 1 << f
            else:
                order[e] &= ~(1 << f)
                order[f] |= 1 << e
        yield replace(graph, order=tuple(order))


def judge(graph: EventGraph, model: Model, limit: int = 10**9) -> dict[int, Verdict]:
    """The verdict on each barrier's place. Raises TooBigError where there are more executions than `limit`."""
    return Judge(graph, model, limit).verdicts()
