"""What a search knows of an event graph before it starts: its events by kind and location, as bit sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from verifier.cat.bits import Universe
from verifier.cat.bounds import BaseBounds, Pair
from verifier.cat.evaluate import Bases
from verifier.events.expression import FALSE, TRUE, Const, Expression, evaluate
from verifier.events.graph import INITIAL, DependencyKind, Event, EventGraph, observed_locations, unknowns
from verifier.record import record


@record(frozen=True, slots=True)
class Conditional:
    """A pair of a base relation (amo, addr …) that is there where `holds` is true."""

    name: str
    pair: int
    holds: Expression

    def is_held(self, reads: Mapping[int, int], unknowns: Mapping[int, int]) -> bool:
        """Whether it is there in an execution in which both its events happen."""
        return bool(evaluate(self.holds, reads, unknowns))


class Space:
    """The candidate executions of an event graph.

    reads, writes    event numbers
    writers          for each location, its writes as a bit set, the initial one among them
    computed         writes whose value, and `conditional` events whose execution, depends on reads or unknowns
    unknowns         all of the graph
    sure             events that always happen, as a bit set
    total            pairs of writes that co relates, one way or the other
    pairs            pairs of base relations that depend on values
    is_guarded       whether ordering sources may be switched off: then what they give is no must
    """

    def __init__(self, graph: EventGraph, is_guarded: bool = False) -> None:
        self.graph = graph
        self.is_guarded = is_guarded
        self.universe = Universe(len(graph.events))
        self.unknowns = unknowns(graph)
        self.reads: list[int] = []
        self.writes: list[int] = []
        self.writers = [0] * len(graph.locations)
        self.computed: list[tuple[int, Expression]] = []
        self.conditional: list[tuple[int, Expression]] = []
        self.constants: dict[int, int] = {}
        self.pairs: list[Conditional] = []
        self.sure = 0
        self._sets: dict[str, Pair] = {}
        self._relations: dict[str, Pair] = {}
        self._sort_events()
        self._relate_pairs()

    def bases(self, sure: int, held: Mapping[Expression, bool]) -> BaseBounds:
        """The bounds of base sets and relations where these events happen and these conditions are known."""
        relations = dict(self._relations)
        for p in self.pairs:
            must, may = relations[p.name]
            holds = held.get(p.holds)
            if holds is not False:
                relations[p.name] = (must | p.pair if holds else must, may | p.pair)
        return BaseBounds(self.universe, sure, self._sets, relations)

    @property
    def is_exact(self) -> bool:
        """Whether all events happen, and all base sets and relations but rf, co and FW are known."""
        return not self.conditional and not self.pairs and not self.is_guarded

    @property
    def present(self) -> frozenset[str]:
        """The names of the base sets and relations that are not empty by the text alone."""
        related = {name for name, (_, may) in self._relations.items() if may} | {p.name for p in self.pairs}
        return frozenset(self._sets) | related

    def bases_of_all(self) -> Bases:
        """The base sets and relations but rf and co where all events happen and all conditions hold."""
        sets = {"_": self.universe.ROW, **{name: may for name, (_, may) in self._sets.items()}}
        return Bases(self.universe, sets, {name: may for name, (_, may) in self._relations.items()})

    def reads_from(self) -> int:
        """All pairs of a write and a read of its location."""
        u = self.universe
        return u.inverse(u.from_some_rows((r, self.writers_for(r)) for r in self.reads))

    def writers_for(self, access: int) -> int:
        """The writes to the location of an access."""
        location = self.graph.events[access].location
        assert location is not None
        return self.writers[location]

    def coherence(self) -> Pair:
        """The bounds of co by itself: the initial writes come first."""
        return self._first, self._first | self.total

    def _sort_events(self) -> None:
        kinds = {"R": 0, "W": 0, "F": 0}
        tagged: dict[tuple[frozenset[str], frozenset[str]], int] = {}
        initial = 0
        threads: dict[int, int] = {}
        located: dict[int, int] = {}
        for number, event in enumerate(self.graph.events):
            bit, kind, location = 1 << number, event.kind, event.location
            kinds[kind] |= bit
            if location is not None:
                located[location] = located.get(location, 0) | bit
            if kind == "R":
                self.reads.append(number)
            elif kind == "W":
                self._sort_write(number, event)
            if event.executes is TRUE or event.executes == TRUE:
                self.sure |= bit
            else:
                self.conditional.append((number, event.executes))
            if event.thread == INITIAL:
                initial |= bit
            else:
                threads[event.thread] = threads.get(event.thread, 0) | bit
            if event.tags or event.relaxed:
                is_free = self.is_guarded and event.source is not None
                key = (event.tags, event.relaxed if is_free else event.tags)
                tagged[key] = tagged.get(key, 0) | bit
        self._relate(threads.values(), located.values())
        self._name_sets({**kinds, "M": kinds["R"] | kinds["W"], "IW": initial}, tagged)

    def _sort_write(self, number: int, event: Event) -> None:
        if event.location is not None:
            self.writers[event.location] |= 1 << number
        self.writes.append(number)
        match event.value:
            case Const(value):
                self.constants[number] = value
            case None:
                raise AssertionError("a write has a value")
            case value:
                self.computed.append((number, value))

    def _name_sets(
        self, kinds: Mapping[str, int], tagged: Mapping[tuple[frozenset[str], frozenset[str]], int]
    ) -> None:
        """The base sets: by kind, by what tags are while the sources are on and while they are off, and FW."""
        must = {name: s for name, s in kinds.items() if s}
        may = dict(must)
        for (on, off), events in tagged.items():
            for name in on & off:
                must[name] = must.get(name, 0) | events
            for name in on | off:
                may[name] = may.get(name, 0) | events
        self._sets = {name: (must.get(name, 0), s) for name, s in may.items()}
        tested = observed_locations(self.graph)
        if tested:
            finals = 0
            for l in tested:
                finals |= self.writers[l]
            self._sets["FW"] = (0, finals)

    def _relate(self, threads: Iterable[int], located: Iterable[int]) -> None:
        u = self.universe
        internal, same = u.IDENTITY | u.within(threads), u.within(located)
        fixed = {
            "id": u.IDENTITY,
            "po": u.from_rows(self.graph.order),
            "loc": same,
            "int": internal,
            "ext": u.FULL & ~internal,
        }
        self._relations = {name: (a, a) for name, a in fixed.items()}
        self._first = self.total = 0
        for l, writers in enumerate(self.writers):
            others = writers & ~(1 << l)
            self._first |= u.product(1 << l, others)
            self.total |= u.product(others, others)
        self.total &= ~u.IDENTITY

    def _relate_pairs(self) -> None:
        """The atomics and dependencies."""
        n, relations = self.universe.n, self._relations
        for name in ("amo", "lxsx", "rmw", *get_args(DependencyKind)):
            relations[name] = (0, 0)
        for a in self.graph.atomics:
            for name in (a.kind, "rmw"):
                self._relate_pair(name, 1 << a.read * n + a.write, a.holds, False)
        for d in self.graph.dependencies:
            self._relate_pair(d.kind, 1 << d.start * n + d.end, d.holds, self.is_guarded)

    def _relate_pair(self, name: str, pair: int, holds: Expression, is_free: bool) -> None:
        if holds == FALSE:
            return
        must, may = self._relations[name]
        if is_free:
            self._relations[name] = (must, may | pair)
        elif holds == TRUE:
            self._relations[name] = (must | pair, may | pair)
        else:
            self.pairs.append(Conditional(name, pair, holds))
