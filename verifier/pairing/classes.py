"""Cycle classes of a program: which there are, which the model allows, and what stands on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from verifier.cat.bits import from_members
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution
from verifier.execution.cycles import Cycle, Segment, candidates, leg_kind, occurring
from verifier.execution.shapes import ORDER, shape
from verifier.execution.skeleton import Skeleton, between
from verifier.record import record
from verifier.search.questions import Questions


@record(frozen=True, slots=True, order=True)
class CycleClass:
    """A cycle, and which of the conditional events on its paths (fences, the writes of RMWs) happen."""

    cycle: Cycle
    path: frozenset[int]


class Classes:
    """The cycle classes of a session's program that some execution shows with every ordering source off.

    `allowed` has, for each class that the model allows with everything on, an execution; `witness` one for each class
    met so far, with some sources off. Only cycles that a barrier touches are looked at, or those that are `wanted`.

    Raises TooManyCycles, and what Session.find raises.
    """

    def __init__(self, session: Questions, wanted: Callable[[Cycle], bool] | None = None) -> None:
        self.session = session
        self.graph: EventGraph = session.graph
        self.witness: dict[CycleClass, Execution] = {}
        self.allowed: dict[CycleClass, Execution] = {}
        self._literals: dict[Cycle, int] = {}
        self._skeletons: dict[CycleClass, Skeleton] = {}
        self._conditional: dict[Cycle, tuple[int, ...]] = {}
        barriers = from_members(e for s in self.graph.sources if s.is_barrier for e in s.events)
        is_wanted = wanted or (lambda c: is_touched(self.graph, c, barriers))
        self.cycles = dict.fromkeys(c for c in candidates(self.graph) if is_wanted(c))
        self._add(self.allowed, ())
        self.witness.update(self.allowed)
        self._is_complete = False

    def _add(self, known: dict[CycleClass, Execution], off: Iterable[int]) -> None:
        """Add to `known` the classes that executions show with those places off, a question for each execution."""
        paths = _paths(known)
        while True:
            literals = [l for c in self.cycles if (l := self._still_open(c, paths.get(c))) != -1]
            execution = self.session.find(self.session.any_of(literals), off=off) if literals else None
            if execution is None:
                return
            for shown in self.shown(execution):
                known.setdefault(shown, execution)
                paths.setdefault(shown.cycle, set()).add(shown.path)

    def _still_open(self, cycle: Cycle, known: set[frozenset[int]] | None) -> int:
        """The literal that an execution shows the cycle, by another path than the known ones; -1 if it can't."""
        both = self.session.conjunction
        literal = self.cycle_literal(cycle)
        if known is None:
            return literal
        if not self.conditional(cycle):
            return -1
        return both((literal, *(-self._path_in(self.session, cycle, p) for p in known)))

    def all(self) -> Mapping[CycleClass, Execution]:
        """Each class that an execution shows with everything off, with such an execution."""
        if not self._is_complete:
            self._add(self.witness, self.session.places)
            self._is_complete = True
        return self.witness

    def forbidden(self) -> list[CycleClass]:
        """Those that the model forbids with everything on."""
        return [c for c in self.all() if c not in self.allowed]

    def opened(self, place: int) -> tuple[CycleClass | None, Execution] | None:
        """The forbidden class to show of those that the model allows with one place off, and an execution of it: one
        that the place touches, if there is any. No class where the place forbids an execution without one; None where
        it forbids nothing."""
        execution = self.session.find(self.session.violated_with_all_on(), off=(place,))
        if execution is None:
            return None
        barrier = from_members(e for s in self.graph.sources if s.place == place for e in s.events)
        touched = [c for c in self.cycles if is_touched(self.graph, c, barrier)]
        found = self._best_opened(place, touched, lambda c: self.segment_of(c, place) is not None)
        return found or self._best_opened(place, self.cycles, lambda _: True) or (None, execution)

    def _best_opened(
        self, place: int, cycles: Iterable[Cycle], counts: Callable[[CycleClass], bool]
    ) -> tuple[CycleClass, Execution] | None:
        """The class to show of those that count, with an execution. Each question is for a better one."""
        paths = _paths(self.allowed)
        best: tuple[CycleClass, Execution] | None = None
        least = {c: self._least_rank(c) for c in cycles}
        while True:
            bound = None if best is None else self.rank(best[0])[:-1]
            better = [c for c, rank in least.items() if bound is None or rank <= bound]
            literals = [l for c in better if (l := self._still_open(c, paths.get(c))) != -1]
            execution = self.session.find(self.session.any_of(literals), off=(place,)) if literals else None
            if execution is None:
                return best
            for shown in self.shown(execution):
                paths.setdefault(shown.cycle, set()).add(shown.path)
                if shown in self.allowed:
                    continue
                self.witness.setdefault(shown, execution)
                if counts(shown) and (best is None or self.rank(shown) < self.rank(best[0])):
                    best = shown, execution

    def shown(self, execution: Execution) -> list[CycleClass]:
        """The classes that an execution shows."""
        self.session.deadline.remaining()
        return [
            CycleClass(c, frozenset(e for e in self.conditional(c) if execution.executed >> e & 1))
            for c in occurring(self.graph, execution)
            if c in self.cycles
        ]

    # ------------------------------------------------------------- literals

    def cycle_literal(self, cycle: Cycle) -> int:
        """The literal that an execution has the cycle."""
        if cycle not in self._literals:
            self._literals[cycle] = self._cycle_in(self.session, cycle)
        return self._literals[cycle]

    def literal(self, c: CycleClass) -> int:
        """The literal that an execution shows the class."""
        both = self.session.conjunction
        return both((self.cycle_literal(c.cycle), self._path_in(self.session, c.cycle, c.path)))

    def literal_in(self, session: Questions, c: CycleClass) -> int:
        """The same literal in a session of the program with more events."""
        parts = (self._cycle_in(session, c.cycle), self._path_in(session, c.cycle, c.path))
        return session.conjunction(parts)

    def _cycle_in(self, session: Questions, cycle: Cycle) -> int:
        legs = [session.relation(leg_kind(self.graph, a, b), a, b) for a, b in cycle.legs()]
        return session.conjunction(legs)

    def _path_in(self, session: Questions, cycle: Cycle, path: frozenset[int]) -> int:
        executes = session.executes
        return session.conjunction(
            executes(e) if e in path else -executes(e) for e in self.conditional(cycle)
        )

    def conditional(self, cycle: Cycle) -> tuple[int, ...]:
        """The events on the cycle's paths that order something and need not happen where the cycle does."""
        if cycle not in self._conditional:
            executes = self.session.executes
            found: list[int] = []
            for segment in cycle.segments:
                sure = {1, executes(segment.start), executes(segment.end)}
                found += [e for e in self._ordering_events(segment) if executes(e) not in sure]
            self._conditional[cycle] = tuple(sorted(set(found)))
        return self._conditional[cycle]

    def _ordering_events(self, segment: Segment) -> list[int]:
        graph = self.graph
        inside = between(graph, (1 << len(graph.events)) - 1, segment)
        inside |= 1 << segment.start | 1 << segment.end
        writes = {a.write for a in graph.atomics if inside >> a.read & 1 or inside >> a.write & 1}
        events = [
            e for e in range(len(graph.events)) if inside >> e & 1 and graph.events[e].source is not None
        ]
        return events + sorted(writes)

    # -------------------------------------------------- what stands on a class

    def skeleton(self, c: CycleClass) -> Skeleton:
        if c not in self._skeletons:
            self._skeletons[c] = Skeleton(self.graph, self.session.model, self.witness[c], c.cycle)
        return self._skeletons[c]

    def touching(self, c: CycleClass, segment: Segment) -> frozenset[int]:
        """The places of barriers that lie on a segment of the class or annotate its ends."""
        executed = self.witness[c].executed
        on_path = between(self.graph, executed, segment) | 1 << segment.start | 1 << segment.end
        return frozenset(
            s.place for s in self.graph.sources if s.is_barrier and any(on_path >> e & 1 for e in s.events)
        )

    def segment_of(self, c: CycleClass, place: int) -> int | None:
        """The number of the segment that a barrier touches, or None."""
        for i, segment in enumerate(c.cycle.segments):
            if not segment.is_single and place in self.touching(c, segment):
                return i
        return None

    def serves(self, c: CycleClass, place: int) -> bool:
        """Whether, with full fences on the other segments, the barrier is in a minimal set of its own
        thread's sources that forbids the class."""
        self.session.deadline.remaining()
        i = self.segment_of(c, place)
        if i is None:
            return False
        skeleton = self.skeleton(c)
        others = skeleton.places(i) - {place}
        return is_in_minimal_set(place, others, lambda off: not skeleton.is_ordered(i, off))

    def orders_write_to_read(self, c: CycleClass, place: int) -> bool:
        """Whether the barrier touches a segment of the class that goes from a write to a read."""
        i = self.segment_of(c, place)
        if i is None:
            return False
        segment, events = c.cycle.segments[i], self.graph.events
        return events[segment.start].kind == "W" and events[segment.end].kind == "R"

    def stands_alone(self, c: CycleClass) -> bool:
        """Whether no ordering source of the program lies off the class's paths."""
        skeleton = self.skeleton(c)
        on_paths = frozenset().union(*(skeleton.places(i) for i in range(len(c.cycle.segments))))
        return on_paths >= set(self.session.places)

    # --------------------------------------------------------------- order

    def rank(self, c: CycleClass) -> tuple[object, ...]:
        """The key by which the class to show is chosen: the least one."""
        graph, cycle = self.graph, c.cycle
        ends = [e for s in cycle.segments for e in (s.start, s.end)]
        failed = sum(
            1 for a in graph.atomics if a.read in ends and not self.witness[c].executed >> a.write & 1
        )
        least = self._least_rank(cycle)
        return (*least[:2], failed, *least[3:], sorted(c.path))

    def _least_rank(self, cycle: Cycle) -> tuple[object, ...]:
        """The least key, but for its last part, that a class of a cycle may have."""
        name = shape(self.graph, cycle)
        ends = [e for s in cycle.segments for e in (s.start, s.end)]
        return (
            len(cycle.segments),
            ORDER.index(name) if name in ORDER else len(ORDER),
            0,
            max(self.graph.events[e].iteration for e in ends),
            sum(s.end - s.start for s in cycle.segments),
            cycle,
        )

    def best(self, classes: Iterable[CycleClass]) -> CycleClass:
        """The class to show."""
        return min(classes, key=self.rank)


def _paths(classes: Iterable[CycleClass]) -> dict[Cycle, set[frozenset[int]]]:
    """The paths of these classes, by their cycles."""
    found: dict[Cycle, set[frozenset[int]]] = {}
    for c in classes:
        found.setdefault(c.cycle, set()).add(c.path)
    return found


def subsets(items: Sequence[int], largest: int = 5) -> list[frozenset[int]]:
    """The subsets of up to `largest` items (all, where there are few), smaller ones first."""
    found = [frozenset[int]()]
    for item in items:
        found += [s | {item} for s in found if len(s) < largest or len(items) <= 8]
    return sorted(found, key=lambda s: (len(s), sorted(s)))


def is_in_minimal_set(place: int, others: frozenset[int], allows: Callable[[frozenset[int]], bool]) -> bool:
    """Whether a place is in some minimal set of places that forbids something; `allows` tells with which
    places off it is allowed. So it is where some of the others leave it allowed, and it makes the difference."""
    return any(allows(others - on | {place}) and not allows(others - on) for on in subsets(sorted(others)))


def touched_cycles(graph: EventGraph, place: int) -> frozenset[Cycle]:
    """The candidate cycles that a barrier would touch, were everything executed."""
    events = from_members(e for s in graph.sources if s.place == place for e in s.events)
    return frozenset(c for c in candidates(graph) if is_touched(graph, c, events))


def is_touched(graph: EventGraph, cycle: Cycle, barriers: int) -> bool:
    """Whether one of the barriers' events, were everything executed, is on a segment of the cycle or at its end."""
    everything = (1 << len(graph.events)) - 1
    return any((between(graph, everything, s) | 1 << s.start | 1 << s.end) & barriers for s in cycle.segments)
