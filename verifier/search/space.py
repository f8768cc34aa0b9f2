"""What a search knows of an event graph before it starts: its events by kind and location, as bit sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import get_args

from verifier.cat.bits import universe
from verifier.cat.bounds import BaseBounds, Pair
from verifier.cat.evaluate import Bases
from verifier.events.expression import FALSE, TRUE, Expression, reads_of, unknowns_of
from verifier.events.graph import INITIAL, DependencyKind, EventGraph, observed_locations, unknowns
from verifier.events.outline import Stretch, has_unknowns, stretches
from verifier.record import record

_PAIRS = ("amo", "lxsx", "rmw", *get_args(DependencyKind))


@record(frozen=True, slots=True)
class Conditional:
    """A pair of a base relation (amo, addr …) that is there where `holds` is true."""

    name: str
    pair: int
    holds: Expression


class Space:
    """The candidate executions of an event graph.

    reads, writes    event numbers
    threads          for each thread its accesses in order: their numbers, locations, and whether they are reads
    locations        those of accesses, by number
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
        self.universe = universe(len(graph.order))
        self.unknowns = unknowns(graph) if has_unknowns(graph) else frozenset()
        self.reads: list[int] = []
        self.writes: list[int] = []
        self.threads: list[list[tuple[int, int, bool]]] = [[] for _ in graph.threads]
        self.locations: dict[int, int] = {}
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
        return BaseBounds(self.universe, sure, self._bounded_sets, relations)

    @property
    def is_exact(self) -> bool:
        """Whether all events happen, and all base sets and relations but rf, co and FW are known."""
        return not self.conditional and not self.pairs and not self.is_guarded

    @property
    def is_plain(self) -> bool:
        """Whether it is exact, and only rf and co are open: no value depends on them but those of reads."""
        return self.is_exact and not (self.computed or self.unknowns or self.graph.constraints)

    def writing(self, value: int) -> int:
        """The writes that always write that value."""
        found = 0
        for write, written in self.constants.items():
            if written == value:
                found |= 1 << write
        return found

    @property
    def present(self) -> frozenset[str]:
        """The names of the base sets and relations that are not empty by the text alone."""
        related = {name for name, (_, may) in self._relations.items() if may} | {p.name for p in self.pairs}
        return frozenset(self._bounded_sets) | related

    @cached_property
    def _bounded_sets(self) -> dict[str, Pair]:
        """The base sets, and FW: one of the writes to each location whose final value the text mentions."""
        finals = 0
        for l in observed_locations(self.graph):
            finals |= self.writers[l]
        return {**self._sets, "FW": (0, finals)} if finals else self._sets

    def bases_of_all(self) -> Bases:
        """The base sets and relations but rf, co and FW where all events happen and all conditions hold."""
        sets = {"_": self.universe.ROW, **{name: may for name, (_, may) in self._sets.items()}}
        return Bases(self.universe, sets, {name: may for name, (_, may) in self._relations.items()})

    def reads_from(self) -> int:
        """All pairs of a write and a read of its location."""
        u = self.universe
        return u.inverse(u.from_some_rows((r, self.writers_for(r)) for r in self.reads))

    def writers_for(self, access: int) -> int:
        """The writes to the location of an access."""
        return self.writers[self.locations[access]]

    def place(self, read: int) -> int:
        """The location of a read; of -1 - l, which is what is there at the end, l."""
        return -1 - read if read < 0 else self.locations[read]

    @cached_property
    def carried(self) -> Mapping[int, frozenset[int]]:
        """For each location the indices of the unknowns that its values depend on, by what is read as well."""
        found = {l: frozenset[int]() for l in range(len(self.writers))} if self.unknowns else {}
        before = None
        while before != found:
            before = dict(found)
            for write, e in self.computed if found else ():
                own = frozenset(u.index for u in unknowns_of(e))
                found[self.locations[write]] |= own.union(*(before[self.place(r)] for r in reads_of(e)))
        return found

    def coherence(self) -> Pair:
        """The bounds of co by itself: the initial writes come first."""
        return self._first, self._first | self.total

    def _sort_events(self) -> None:
        n = self.universe.n
        on: dict[str, int] = {}
        off: dict[str, int] = {}
        always: dict[str, int] = {}
        located: dict[int, int] = {}
        conditional = initial = internal = 0
        for stretch in stretches(self.graph):
            outline, first, places = stretch.outline, stretch.first, stretch.locations
            if stretch.thread == INITIAL:
                initial |= (1 << outline.size) - 1 << first
            else:
                internal |= outline.block(n) << first * (n + 1)
            for location, events in outline.located:
                place = location if places is None else places[location]
                located[place] = located.get(place, 0) | events << first
            for name, events in outline.on:
                on[name] = on.get(name, 0) | events << first
            if self.is_guarded:
                for name, events in outline.off():
                    off[name] = off.get(name, 0) | events << first
                for name, events in outline.always():
                    always[name] = always.get(name, 0) | events << first
            self._sort_accesses(stretch)
            for number, value in outline.constants:
                self.constants[number + first] = value
            for number, e in outline.computed:
                self.computed.append((number + first, stretch.shift(e)))
            for number, e in outline.conditional:
                self.conditional.append((number + first, stretch.shift(e)))
                conditional |= 1 << number + first
        self.sure = self.universe.ROW & ~conditional
        self._relate(internal, located.values())
        if initial:
            on["IW"] = always["IW"] = initial
        self._name_sets(on, off, always if self.is_guarded else on)

    def _sort_accesses(self, stretch: Stretch) -> None:
        first, places = stretch.first, stretch.locations
        own = [] if stretch.thread == INITIAL else self.threads[stretch.thread]
        for number, location, is_read in stretch.outline.accesses:
            access = number + first
            place = location if places is None else places[location]
            self.locations[access] = place
            own.append((access, place, is_read))
            if is_read:
                self.reads.append(access)
            else:
                self.writes.append(access)
                self.writers[place] |= 1 << access

    def _name_sets(self, on: Mapping[str, int], off: Mapping[str, int], always: Mapping[str, int]) -> None:
        """The base sets but FW, with what is in them whatever is off."""
        self._sets = {name: (always.get(name, 0), s | off.get(name, 0)) for name, s in on.items()}
        for name in off.keys() - on.keys():
            self._sets[name] = (0, off[name])

    def _relate(self, internal: int, located: Iterable[int]) -> None:
        u, n = self.universe, self.universe.n
        internal, same = u.IDENTITY | internal, u.within(located)
        self._relations = {
            "id": (u.IDENTITY, u.IDENTITY),
            "po": (po := u.from_rows(self.graph.order), po),
            "loc": (same, same),
            "int": (internal, internal),
            "ext": (external := u.FULL & ~internal, external),
        }
        self._first = self.total = 0
        for l, writers in enumerate(self.writers):
            others = writers & ~(1 << l)
            if others:
                self._first |= others << l * n
                if others & (others - 1):
                    self.total |= u.spread(others) * others
        self.total &= ~u.IDENTITY

    def _relate_pairs(self) -> None:
        """The atomics and dependencies."""
        n, relations = self.universe.n, self._relations
        for name in _PAIRS:
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
