"""An event graph out of its threads: each is numbered after those before it, and placed in the user's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verifier.events.expression import Const, Expression, ReadValue, Unknown
from verifier.events.graph import Atomic, Dependency, Event, OrderingSource, Property, Sleep
from verifier.events.logic import rewrite
from verifier.events.walked import Walked
from verifier.program.program import Path
from verifier.source import Source, Span

Spans = Mapping[int, Span]  # by the id of the span in the thread's own text


class Merge:
    """An event graph while it grows, the initial writes first, then thread by thread."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.order: list[int] = []
        self.sources: list[OrderingSource] = []
        self.dependencies: list[Dependency] = []
        self.atomics: list[Atomic] = []
        self.constraints: list[Expression] = []
        self.sleeps: list[Sleep] = []
        self.assertions: list[Property] = []
        self.escapes: list[tuple[int, Expression]] = []
        self.unreached: list[int] = []
        self.unmodelled: list[tuple[int, str]] = []
        self.ends: list[Expression] = []
        self.cuts: list[Expression] = []
        self.is_open = False  # whether there are unknowns without a domain
        self._unknowns = 0
        self._places = 0
        self._threads: list[tuple[Walked, Shift]] = []

    def unknown(self) -> Unknown:
        """A new unknown, its domain left open."""
        self.is_open = True
        self._unknowns += 1
        return Unknown(self._unknowns - 1, ())

    def initial(self, event: Event) -> None:
        """Adds an initial write."""
        self.events.append(event)
        self.order.append(0)

    def final_value(self, thread: int, name: str) -> Expression:
        """A local's value at the end of its thread."""
        walked, shift = self._threads[thread]
        return shift(walked.locals.get(name, Const(0)))

    def thread(self, walked: Walked, source: Source | None, numbers: Mapping[Path, int]) -> None:
        """Adds a thread; `source` knows where its own text stands, if it has one, `numbers` are of locations."""
        first, first_source, first_place = len(self.events), len(self.sources), self._places
        shift = Shift(first, self._unknowns)
        spans = _spans(walked, source)
        places = None if walked.paths is None else [numbers[path] for path in walked.paths]
        self._threads.append((walked, shift))
        self.order += [later << first for later in walked.order]
        self.events += [_event(e, shift, first_source, spans, places) for e in walked.events]
        self.sources += [_source(s, first, first_place, spans) for s in walked.sources]
        for d in walked.dependencies:
            holds = shift(d.holds)
            self.dependencies.append(
                Dependency(d.kind, d.start + first, d.end + first, holds, d.source + first_source)
            )
        for a in walked.atomics:
            self.atomics.append(Atomic(a.read + first, a.write + first, a.kind, shift(a.holds)))
        self.ends.append(shift(walked.end))
        self.cuts.append(shift(walked.cut))
        self._unknowns += walked.unknowns
        self._places += walked.places
        self.is_open = self.is_open or walked.is_open
        self._rest(walked, source, shift, spans)

    def _rest(self, walked: Walked, source: Source | None, shift: Shift, spans: Spans) -> None:
        """Adds what few threads have."""
        for w in walked.sleeps:
            self.sleeps.append(_sleep(w, shift, spans))
        for q in walked.assertions:
            formula, reached = shift(q.formula), shift(q.reached)
            self.assertions.append(Property(q.kind, formula, reached, q.text, spans[id(q.span)]))
        self.constraints += [shift(c) for c in walked.constraints]
        self.escapes += [(_line(source, line), shift(e)) for line, e in walked.escapes]
        self.unreached += [_line(source, line) for line in walked.unreached]
        self.unmodelled += [(_line(source, line), name) for line, name in walked.unmodelled]


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


def _spans(walked: Walked, source: Source | None) -> Spans:
    """Where the spans of a thread are in the user's file."""
    if source is None:
        return {id(span): span for span in walked.spans}
    return {id(span): source.placed(span) for span in walked.spans}


def _event(e: Event, shift: Shift, sources: int, spans: Spans, places: Sequence[int] | None) -> Event:
    return Event(
        e.thread,
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
    )


def _source(s: OrderingSource, first: int, places: int, spans: Spans) -> OrderingSource:
    return OrderingSource(
        s.kind,
        s.name,
        s.thread,
        tuple([e + first for e in s.events]),
        s.is_barrier,
        s.is_note,
        s.place + places,
        s.via,
        spans[id(s.span)],
        s.in_primitive,
        s.way,
    )


def _sleep(s: Sleep, shift: Shift, spans: Spans) -> Sleep:
    awaited = None if s.awaited is None else shift(s.awaited)
    reads = tuple(r + shift.events for r in s.reads)
    return Sleep(s.thread, shift(s.sleeps), reads, s.state, awaited, s.awaited_text, spans[id(s.span)])


def _line(source: Source | None, line: int) -> int:
    return line if source is None else source.place(line, 1)[0]
