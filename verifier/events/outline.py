"""What a search asks of events before it starts, as sets and lists: worked out once for each text of a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from verifier.events.expression import TRUE, Const, Expression
from verifier.events.graph import Event, EventGraph, unknowns
from verifier.later import Later
from verifier.record import record


class Outline:
    """Events of one thread, or initial writes, that come one after the other, numbered from 0; sets are bits.

    accesses     number, location and whether it is a read, of each read and write
    located      the events at each location, fences that are about one among them
    on           by name, the events of that kind, or that have that tag while all ordering sources are on
    constants    the values of writes that write always the same
    computed     those of the others
    conditional  the events that do not always happen, and when they do
    """

    __slots__ = (
        *("_alike", "_blocks", "accesses", "computed", "conditional", "constants"),
        *("located", "on", "size"),
    )

    def __init__(self, events: Sequence[Event]) -> None:
        self.size = len(events)
        self.accesses: list[tuple[int, int, bool]] = []
        self.constants: list[tuple[int, int]] = []
        self.computed: list[tuple[int, Expression]] = []
        self.conditional: list[tuple[int, Expression]] = []
        self._blocks: dict[int, int] = {}
        located: dict[int, int] = {}
        alike: dict[tuple[str, frozenset[str], frozenset[str]], int] = {}
        for number, event in enumerate(events):
            bit, location = 1 << number, event.location
            if location is not None:
                located[location] = located.get(location, 0) | bit
                if event.kind != "F":
                    self.accesses.append((number, location, event.kind == "R"))
            if event.kind == "W":
                self._add_value(number, event)
            if event.executes is not TRUE and event.executes != TRUE:
                self.conditional.append((number, event.executes))
            key = (event.kind, event.tags, event.tags if event.source is None else event.relaxed)
            alike[key] = alike.get(key, 0) | bit
        self.located = tuple(located.items())
        self._alike = tuple([(_KINDS[kind], tags, relaxed, s) for (kind, tags, relaxed), s in alike.items()])
        self.on = _named([((*kinds, *tags), s) for kinds, tags, _, s in self._alike])

    def _add_value(self, number: int, event: Event) -> None:
        assert event.value is not None, "a write has a value"
        if isinstance(event.value, Const):
            self.constants.append((number, event.value.value))
        else:
            self.computed.append((number, event.value))

    def always(self) -> Sequence[tuple[str, int]]:
        """Of `on` the events that have a tag whatever is off."""
        return _named([((*kinds, *(tags & relaxed)), s) for kinds, tags, relaxed, s in self._alike])

    def off(self) -> Sequence[tuple[str, int]]:
        """By name, the events that have a tag only while sources are off."""
        return _named([(relaxed - tags, s) for _, tags, relaxed, s in self._alike])

    def block(self, n: int) -> int:
        """All pairs of these events, among n."""
        found = self._blocks.get(n)
        if found is None:
            every = (1 << self.size) - 1
            found = self._blocks[n] = sum(every << i * n for i in range(self.size))
        return found


_KINDS = {"R": ("R", "M"), "W": ("W", "M"), "F": ("F",)}


def _named(sets: Iterable[tuple[Iterable[str], int]]) -> Sequence[tuple[str, int]]:
    """For each name the union of the sets that have it."""
    found: dict[str, int] = {}
    for names, events in sets:
        for name in names:
            found[name] = found.get(name, 0) | events
    return tuple(found.items())


@record(frozen=True, slots=True, eq=False)
class Stretch:
    """Where events with that outline stand in a graph.

    `first`: the number of the first; `shift`: expressions with the graph's numbers; `locations`: the graph's numbers
    of the outline's locations, None where these are the same.
    """

    outline: Outline
    thread: int
    first: int
    shift: Callable[[Expression], Expression]
    locations: Sequence[int] | None


class Events(Later[Event]):
    """The events of a graph that was merged of outlined threads. `unknowns`: how many there are in the graph."""

    __slots__ = ("stretches", "unknowns")

    def __init__(
        self, make: Callable[[], Iterable[Event]], stretches: Sequence[Stretch], unknowns: int
    ) -> None:
        super().__init__(make)
        self.stretches = stretches
        self.unknowns = unknowns


def stretches(graph: EventGraph) -> Sequence[Stretch]:
    """The outlines of all events of a graph."""
    if isinstance(graph.events, Events):
        return graph.events.stretches
    found, first = [], 0
    for thread, events in groupby(graph.events, key=lambda e: e.thread):
        made = Outline(tuple(events))
        found.append(Stretch(made, thread, first, _same, None))
        first += made.size
    return found


def has_unknowns(graph: EventGraph) -> bool:
    """Whether anything in a graph is not fixed but by what is read."""
    return bool(graph.events.unknowns if isinstance(graph.events, Events) else unknowns(graph))


def _same(e: Expression) -> Expression:
    return e
