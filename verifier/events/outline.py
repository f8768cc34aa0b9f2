"""What a search asks of events before it starts, as sets and lists: worked out once for each text of a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from verifier.events.expression import TRUE, Const, Expression
from verifier.events.graph import Event, EventGraph, unknowns
from verifier.later import Later
from verifier.record import record

Tags = frozenset[str]


@record(frozen=True, slots=True, eq=False)
class Outline:
    """Events of one thread, or initial writes, that come one after the other, numbered from 0; sets are bits.

    kinds        the reads, the writes and the fences
    accesses     number, location and whether it is a read, of each read and write
    located      the events at each location, fences that are about one among them
    tags         the events with the same tags, with their tags while their source is off, where they have one
    constants    the values of writes that write always the same
    computed     those of the others
    conditional  the events that do not always happen, and when they do
    """

    size: int
    kinds: tuple[int, int, int]
    accesses: tuple[tuple[int, int, bool], ...]
    located: tuple[tuple[int, int], ...]
    tags: tuple[tuple[Tags, Tags, bool, int], ...]
    constants: tuple[tuple[int, int], ...]
    computed: tuple[tuple[int, Expression], ...]
    conditional: tuple[tuple[int, Expression], ...]


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
        made = outline(tuple(events))
        found.append(Stretch(made, thread, first, _same, None))
        first += made.size
    return found


def has_unknowns(graph: EventGraph) -> bool:
    """Whether anything in a graph is not fixed but by what is read."""
    return bool(graph.events.unknowns if isinstance(graph.events, Events) else unknowns(graph))


def outline(events: Sequence[Event]) -> Outline:
    """The outline of events of one thread."""
    kinds = {"R": 0, "W": 0, "F": 0}
    accesses: list[tuple[int, int, bool]] = []
    located: dict[int, int] = {}
    tags: dict[tuple[Tags, Tags, bool], int] = {}
    constants: list[tuple[int, int]] = []
    computed: list[tuple[int, Expression]] = []
    conditional: list[tuple[int, Expression]] = []
    for number, event in enumerate(events):
        bit, location = 1 << number, event.location
        kinds[event.kind] |= bit
        if location is not None:
            located[location] = located.get(location, 0) | bit
            if event.kind != "F":
                accesses.append((number, location, event.kind == "R"))
        if event.kind == "W":
            _add_value(number, event, constants, computed)
        if event.executes != TRUE:
            conditional.append((number, event.executes))
        if event.tags or event.relaxed:
            key = (event.tags, event.relaxed, event.source is not None)
            tags[key] = tags.get(key, 0) | bit
    return Outline(
        len(events),
        (kinds["R"], kinds["W"], kinds["F"]),
        tuple(accesses),
        tuple(located.items()),
        tuple([(*key, found) for key, found in tags.items()]),
        tuple(constants),
        tuple(computed),
        tuple(conditional),
    )


def _add_value(
    number: int, event: Event, constants: list[tuple[int, int]], computed: list[tuple[int, Expression]]
) -> None:
    assert event.value is not None, "a write has a value"
    if isinstance(event.value, Const):
        constants.append((number, event.value.value))
    else:
        computed.append((number, event.value))


def _same(e: Expression) -> Expression:
    return e
