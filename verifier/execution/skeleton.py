"""A cycle by itself: its segments and what stands on them, put to a model without a solver.

The rest of the program is left out, so that order is judged where it is made: on the paths
between the ends of the segments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import get_args

from verifier.cat.bits import Universe, members
from verifier.cat.compiled import is_consistent
from verifier.cat.evaluate import Bases
from verifier.cat.terms import Model
from verifier.events.expression import evaluate
from verifier.events.graph import DependencyKind, EventGraph
from verifier.execution.candidate import Execution, read_values
from verifier.execution.cycles import Cycle, Segment
from verifier.record import record

# What may be added to a segment: a fence behind its start, or a stronger end.
ADDITIONS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "linux": {
        "smp_rmb": frozenset(("Rmb",)),
        "smp_wmb": frozenset(("Wmb",)),
        "smp_mb": frozenset(("Mb",)),
        "acquire": frozenset(("Acquire",)),
        "release": frozenset(("Release",)),
    },
    "aarch64": {
        "smp_rmb": frozenset(("DMB.ISHLD",)),
        "smp_wmb": frozenset(("DMB.ISHST",)),
        "smp_mb": frozenset(("DMB.ISH",)),
        "acquire": frozenset(("A",)),
        "release": frozenset(("L",)),
    },
    "x86": {
        "smp_rmb": frozenset(),
        "smp_wmb": frozenset(),
        "smp_mb": frozenset(("MFENCE",)),
        "acquire": frozenset(),
        "release": frozenset(),
    },
    "riscv": {
        "smp_rmb": frozenset(("Fence.r.r",)),
        "smp_wmb": frozenset(("Fence.w.w",)),
        "smp_mb": frozenset(("Fence.rw.rw",)),
        "acquire": frozenset(("Acq",)),
        "release": frozenset(("Rel",)),
    },
    "power": {
        "smp_rmb": frozenset(("LWSYNC",)),
        "smp_wmb": frozenset(("LWSYNC",)),
        "smp_mb": frozenset(("SYNC",)),
        "acquire": frozenset(),
        "release": frozenset(),
    },
}


@record(frozen=True, slots=True)
class _Piece:
    """What a segment keeps: its events in program order, and the places of the sources among them."""

    segment: Segment
    events: tuple[int, ...]
    places: frozenset[int]


class Skeleton:
    """One cycle as an execution shows it, under one model. `off` and additions vary from question to question."""

    def __init__(self, graph: EventGraph, model: Model, execution: Execution, cycle: Cycle) -> None:
        self.graph = graph
        self.model = model
        self.cycle = cycle
        self.pieces = tuple(_piece(graph, execution, s) for s in cycle.segments)
        self._events = tuple(sorted({e for p in self.pieces for e in p.events}))
        places = {graph.events[e].location for e in self._events}
        self._locations = tuple(l for l in range(len(graph.locations)) if l in places)
        self._number = {e: i for i, e in enumerate((*self._locations, *self._events))}
        self._slots = {i: len(self._number) + i for i in range(len(self.pieces))}
        self.universe = Universe(len(self._number) + len(self.pieces))
        self._fixed = self._relations(execution)
        self._dependencies = self._list_dependencies(execution)
        self._memo: dict[tuple[frozenset[int], tuple[str, ...]], bool] = {}

    def places(self, segment: int) -> frozenset[int]:
        """The places of the ordering sources on that segment, dependencies included."""
        return self.pieces[segment].places

    def is_allowed(self, off: Iterable[int] = (), additions: Mapping[int, str] | None = None) -> bool:
        """Whether the model allows the cycle with those places off and, segment by segment, an addition
        (a key of ADDITIONS; "" for none)."""
        switched = frozenset(off)
        added = tuple((additions or {}).get(i, "") for i in range(len(self.pieces)))
        key = (switched, added)
        if key not in self._memo:
            self._memo[key] = is_consistent(self.model, self._bases(switched, added))
        return self._memo[key]

    def is_ordered(self, segment: int, off: Iterable[int] = ()) -> bool:
        """Whether a segment's own sources, but those off, forbid the cycle once all others have full fences."""
        full = {i: "smp_mb" for i in range(len(self.pieces)) if i != segment}
        return not self.is_allowed(off, full)

    def _bases(self, off: frozenset[int], added: tuple[str, ...]) -> Bases:
        n = self.universe.n
        relations = dict(self._fixed)
        for name in get_args(DependencyKind):
            relations[name] = sum(
                {
                    1 << a * n + b
                    for kind, a, b, place in self._dependencies
                    if kind == name and place not in off
                }
            )
        return Bases(self.universe, self._sets(off, added), relations)

    def _sets(self, off: frozenset[int], added: tuple[str, ...]) -> dict[str, int]:
        found: dict[str, int] = dict.fromkeys(("R", "W", "F", "M", "IW"), 0)

        def put(name: str, number: int) -> None:
            found[name] = found.get(name, 0) | 1 << number

        for location in self._locations:
            for name in ("W", "M", "IW"):
                put(name, self._number[location])
        for e in self._events:
            event, number = self.graph.events[e], self._number[e]
            is_off = event.source is not None and self.graph.sources[event.source].place in off
            for name in event.relaxed if is_off else event.tags:
                put(name, number)
            put(event.kind, number)
            if event.kind != "F":
                put("M", number)
        for i, addition in enumerate(added):
            put("F", self._slots[i])
            if addition:
                self._add(put, i, addition)
        found["_"] = self.universe.ROW
        return found

    def _add(self, put: Callable[[str, int], None], i: int, addition: str) -> None:
        tags = ADDITIONS[self.graph.architecture][addition]
        segment = self.pieces[i].segment
        is_fence = addition not in ("acquire", "release")
        number = self._slots[i] if is_fence else self._number.get(annotated(self.graph, segment, addition))
        if number is None:  # an atomic that failed writes nothing, and is no release
            return
        for tag in tags:
            put(tag, number)

    def _relations(self, execution: Execution) -> dict[str, int]:
        u = self.universe
        order = self._order()
        threads: dict[int, int] = {}
        locations: dict[int, int] = {}
        for e in self._events:
            event = self.graph.events[e]
            threads[event.thread] = threads.get(event.thread, 0) | 1 << self._number[e]
            if event.location is not None:
                locations[event.location] = locations.get(event.location, 0) | 1 << self._number[e]
        for i, piece in enumerate(self.pieces):
            threads[piece.segment.thread] |= 1 << self._slots[i]
        for l in self._locations:
            locations[l] |= 1 << self._number[l]
        internal = u.IDENTITY | u.within(threads.values())
        atomics = {"amo": 0, "lxsx": 0}
        reads, unknowns = read_values(self.graph, execution), dict(execution.unknowns)
        for a in self.graph.atomics:
            if a.read in self._number and a.write in self._number and evaluate(a.holds, reads, unknowns):
                atomics[a.kind] |= 1 << self._number[a.read] * u.n + self._number[a.write]
        return {
            "id": u.IDENTITY,
            "po": u.from_pairs(order),
            "loc": u.within(locations.values()),
            "int": internal,
            "ext": u.FULL & ~internal,
            **atomics,
            "rmw": atomics["amo"] | atomics["lxsx"],
            "different-values": self._different_values(execution),
            "rf": u.from_pairs(self._reads_from(execution)),
            "co": u.from_pairs(self._coherence(execution)),
        }

    def _different_values(self, execution: Execution) -> int:
        """The pairs of accesses that did not read or write the same value."""
        values = {self._number[e]: execution.values[e] for e in (*self._locations, *self._events)}
        known = {n: v for n, v in values.items() if v is not None}
        return self.universe.from_pairs((a, b) for a, x in known.items() for b, y in known.items() if x != y)

    def _order(self) -> list[tuple[int, int]]:
        """Program order, with each segment's slot right behind its start (and the write of its RMW)."""
        pairs = []
        for i, piece in enumerate(self.pieces):
            slot = self._slots[i]
            head = {piece.segment.start} | {
                a.write for a in self.graph.atomics if a.read == piece.segment.start
            }
            for e in piece.events:
                number = self._number[e]
                pairs += [(number, self._number[x]) for x in piece.events if self.graph.order[e] >> x & 1]
                before_slot = e in head or self.graph.order[e] >> piece.segment.start & 1
                pairs.append((number, slot) if before_slot else (slot, number))
        return pairs

    def _reads_from(self, execution: Execution) -> list[tuple[int, int]]:
        """rf among the events kept. A read whose write is left out gets the initial value where that puts it
        before the same writes: all that are kept. (That keeps, say, an RMW's read before its write.)"""
        leaving = {a for a, _ in self.cycle.legs() if self.graph.events[a].kind == "R"}
        pairs = []
        for read, write in execution.reads_from:
            if read not in self._number:
                continue
            location = self.graph.events[read].location
            assert location is not None
            order = execution.coherence[location]
            kept = [w for w in order if w in self._number and w != location]
            if write in kept:
                pairs.append((self._number[write], self._number[read]))
            elif read in leaving or (kept and order.index(kept[0]) > order.index(write)):
                pairs.append((self._number[location], self._number[read]))
        return pairs

    def _coherence(self, execution: Execution) -> list[tuple[int, int]]:
        pairs = []
        for order in execution.coherence:
            kept = [self._number[w] for w in order if w in self._number]
            pairs += [(a, b) for i, a in enumerate(kept) for b in kept[i + 1 :]]
        return pairs

    def _list_dependencies(self, execution: Execution) -> list[tuple[str, int, int, int]]:
        reads, unknowns = read_values(self.graph, execution), dict(execution.unknowns)
        return [
            (d.kind, self._number[d.start], self._number[d.end], self.graph.sources[d.source].place)
            for d in self.graph.dependencies
            if d.start in self._number and d.end in self._number and evaluate(d.holds, reads, unknowns)
        ]


def annotated(graph: EventGraph, segment: Segment, addition: str) -> int:
    """The end of a segment that an addition is written at: the last access for a release, of an atomic its write."""
    if addition != "release":
        return segment.start
    return next((a.write for a in graph.atomics if a.read == segment.end), segment.end)


def between(graph: EventGraph, executed: int, segment: Segment) -> int:
    """The executed events strictly between the ends of a segment, as a bit set."""
    found = 0
    for e in members(graph.order[segment.start] & executed):
        if graph.order[e] >> segment.end & 1:
            found |= 1 << e
    return found


def _piece(graph: EventGraph, execution: Execution, segment: Segment) -> _Piece:
    kept = set(members(between(graph, execution.executed, segment))) | {segment.start, segment.end}
    for a in graph.atomics:
        if (a.read in kept or a.write in kept) and execution.executed >> a.write & 1:
            kept |= {a.read, a.write}
    places = {graph.sources[s].place for e in kept if (s := graph.events[e].source) is not None}
    places |= {graph.sources[d.source].place for d in graph.dependencies if d.start in kept and d.end in kept}
    return _Piece(segment, tuple(sorted(kept)), frozenset(places))
