"""An event graph out of its threads: each is numbered after those before it, and placed in the user's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from verifier.events.expression import Const, Expression, ReadValue, Unknown
from verifier.events.graph import (
    INITIAL,
    Atomic,
    Dependency,
    Event,
    OrderingSource,
    Property,
    Recursion,
    Sleep,
)
from verifier.events.logic import rewrite
from verifier.events.outline import Events, Outline, Stretch
from verifier.events.walked import Walked
from verifier.later import Later
from verifier.program.program import Path
from verifier.record import record
from verifier.source import Source, Span

Spans = Mapping[int, Span]  # by the id of the span in the thread's own text
_ZERO = Const(0)


class Merge:
    """An event graph while it grows, the initial writes first, then thread by thread.

    Events and sources, which say where all stands in the user's file, are made when somebody looks at them.
    """

    def __init__(self) -> None:
        self.order: list[int] = []
        self.dependencies: list[Dependency] = []
        self.atomics: list[Atomic] = []
        self.constraints: list[Expression] = []
        self.sleeps: list[Sleep] = []
        self.recursions: list[Recursion] = []
        self.blocked: list[Expression] = []
        self.assertions: list[Property] = []
        self.doubtful: set[tuple[int, int]] = set()
        self.escapes: list[tuple[int, Expression]] = []
        self.unreached: list[int] = []
        self.elements: list[tuple[int, Expression]] = []
        self.unmodelled: list[tuple[int, str]] = []
        self._moved: list[tuple[int, int, int, str]] = []  # see Walked: thread, location, line, text
        self.ends: list[Expression] = []
        self.cuts: list[Expression] = []
        self.is_open = False  # whether there are unknowns without a domain
        self._initial: Sequence[Event] = ()
        self._stretches: list[Stretch] = []
        self._threads: list[_Placed] = []
        self._sources = 0
        self._places = 0
        self._unknowns = 0

    def unknown(self) -> Unknown:
        """A new unknown, its domain left open."""
        self.is_open = True
        self._unknowns += 1
        return Unknown(self._unknowns - 1, ())

    def initial(self, writes: Sequence[Event], outline: Outline) -> None:
        """Adds the initial writes."""
        self._initial = writes
        self._stretches.append(Stretch(outline, INITIAL, 0, Shift(0, 0), None))
        self.order += [0] * outline.size

    def events(self) -> Events:
        """The events of all threads so far."""
        initial, threads = self._initial, tuple(self._threads)

        def make() -> Iterator[Event]:
            yield from initial
            for thread in threads:
                yield from thread.events()

        return Events(make, tuple(self._stretches), self._unknowns)

    def held_at_once(self) -> list[tuple[int, str]]:
        """The lines and texts of locks of several objects that a thread holds at once, and that others access: which
        of them is whose is not modelled."""
        events = self.events() if self._moved else ()
        users = {(e.location, e.thread) for e in events}
        return [
            (line, text)
            for thread, location, line, text in self._moved
            if any(l == location and INITIAL != other != thread for l, other in users)
        ]

    def sources(self) -> Sequence[OrderingSource]:
        """The ordering sources of all threads so far."""
        threads = tuple(self._threads)
        return Later(lambda: (s for thread in threads for s in thread.sources()))

    def final_value(self, thread: int, name: str) -> Expression:
        """A local's value at the end of its thread."""
        placed = self._threads[thread]
        return placed.shift(placed.walked.locals.get(name, _ZERO))

    def thread(self, walked: Walked, source: Source | None, numbers: Mapping[Path, int]) -> None:
        """Adds a thread; `source` knows where its own text stands, if it has one, `numbers` are of locations."""
        number, first, first_source = len(self._threads), len(self.order), self._sources
        shift = Shift(first, self._unknowns)
        locations = None if walked.paths is None else [numbers[path] for path in walked.paths]
        placed = _Placed(walked, number, source, shift, locations, first_source, self._places)
        self._threads.append(placed)
        self._stretches.append(Stretch(walked.outline, number, first, shift, locations))
        self.order += [later << first for later in walked.order]
        for d in walked.dependencies:
            holds = shift(d.holds)
            self.dependencies.append(
                Dependency(d.kind, d.start + first, d.end + first, holds, d.source + first_source)
            )
        for a in walked.atomics:
            self.atomics.append(Atomic(a.read + first, a.write + first, a.kind, shift(a.holds)))
        self.ends.append(shift(walked.end))
        self.cuts.append(shift(walked.cut))
        self._sources += len(walked.sources)
        self._places += walked.places
        self._unknowns += walked.unknowns
        self.is_open = self.is_open or walked.is_open
        if not walked.is_plain:
            self._rest(placed)

    def _rest(self, placed: _Placed) -> None:
        """Adds what few threads have."""
        walked, source, shift = placed.walked, placed.source, placed.shift
        if walked.sleeps or walked.assertions or walked.recursions:
            spans = _spans(walked, source)
            self.sleeps += [_sleep(w, placed.number, shift, spans) for w in walked.sleeps]
            self.recursions += [
                _recursion(w, placed.number, shift, spans, placed.locations) for w in walked.recursions
            ]
            for q in walked.assertions:
                formula, reached = shift(q.formula), shift(q.reached)
                self.assertions.append(Property(q.kind, formula, reached, q.text, spans[id(q.span)]))
        self.constraints += [shift(c) for c in walked.constraints]
        self.blocked += [shift(b) for b in walked.blocked]
        self.doubtful |= {(a + shift.events, b + shift.events) for a, b in walked.doubtful}
        self.elements += [(event + shift.events, shift(e)) for event, e in walked.elements]
        self.escapes += [(_line(source, line), shift(e)) for line, e in walked.escapes]
        self.unreached += [_line(source, line) for line in walked.unreached]
        self.unmodelled += [(_line(source, line), name) for line, name in walked.unmodelled]
        places = placed.locations
        self._moved += [
            (placed.number, location if places is None else places[location], _line(source, line), text)
            for location, line, text in walked.moved
        ]


class Shift:
    """Expressions of a thread, with the numbers that its reads and unknowns get in the graph."""

    def __init__(self, events: int, unknowns: int) -> None:
        self.events = events
        self.unknowns = unknowns
        self._memo: dict[Expression, Expression] = {}

    def __call__(self, e: Expression) -> Expression:
        if isinstance(e, Const):
            return e
        if isinstance(e, ReadValue):
            return ReadValue(e.event + self.events) if e.event >= 0 else e
        return rewrite(e, self._leaf, self._memo)

    def _leaf(self, e: Expression) -> Expression:
        match e:
            case ReadValue(event):
                return ReadValue(event + self.events) if event >= 0 else e
            case Unknown(index, domain):
                return Unknown(index + self.unknowns, domain)
            case _:
                return e


@record(frozen=True, slots=True, eq=False)
class _Placed:
    """A thread, its number, and what comes before it in the graph: events and unknowns (`shift`), sources, places."""

    walked: Walked
    number: int
    source: Source | None
    shift: Shift
    locations: Sequence[int] | None
    first_source: int
    first_place: int

    def events(self) -> list[Event]:
        """Its events in the graph."""
        spans, given = _spans(self.walked, self.source), (self.number, self.shift, self.first_source)
        return [_event(e, *given, spans, self.locations) for e in self.walked.events]

    def sources(self) -> list[OrderingSource]:
        """Its ordering sources in the graph."""
        spans, given = _spans(self.walked, self.source), (self.number, self.shift.events, self.first_place)
        return [_source(s, *given, spans) for s in self.walked.sources]


def _spans(walked: Walked, source: Source | None) -> Spans:
    """Where the spans of a thread are in the user's file; what has the same span there has the same here."""
    spans = {id(e.span): e.span for e in walked.events if e.span is not None}
    for parts in (walked.sources, walked.sleeps, walked.recursions, walked.assertions):
        spans.update({id(part.span): part.span for part in parts})
    return spans if source is None else {i: source.placed(span) for i, span in spans.items()}


def _event(
    e: Event, thread: int, shift: Shift, sources: int, spans: Spans, places: Sequence[int] | None
) -> Event:
    return Event(
        thread,
        e.kind,
        e.location if places is None or e.location is None else places[e.location],
        shift(e.executes),
        None if e.value is None else shift(e.value),
        e.tags,
        e.relaxed,
        None if e.source is None else e.source + sources,
        e.iteration,
        e.text,
        e.via,
        None if e.span is None else spans[id(e.span)],
        e.handler,
    )


def _source(s: OrderingSource, thread: int, first: int, places: int, spans: Spans) -> OrderingSource:
    return OrderingSource(
        s.kind,
        s.name,
        thread,
        tuple([e + first for e in s.events]),
        s.is_barrier,
        s.is_note,
        s.place + places,
        s.via,
        spans[id(s.span)],
        s.in_primitive,
        s.way,
    )


def _sleep(s: Sleep, thread: int, shift: Shift, spans: Spans) -> Sleep:
    awaited = None if s.awaited is None else shift(s.awaited)
    reads = tuple(r + shift.events for r in s.reads)
    return Sleep(thread, shift(s.sleeps), reads, s.state, awaited, s.awaited_text, spans[id(s.span)])


def _recursion(
    r: Recursion, thread: int, shift: Shift, spans: Spans, places: Sequence[int] | None
) -> Recursion:
    location = r.location if places is None else places[r.location]
    return Recursion(thread, shift(r.waits), r.read + shift.events, location, r.handler, spans[id(r.span)])


def _line(source: Source | None, line: int) -> int:
    return line if source is None else source.place(line, 1)[0]
