"""What is known of values that nothing in the text sets: counters, and what is in memory that is in use."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from verifier.events.conditions import elementary, normal, replaced
from verifier.events.domains import constants_in, with_domains
from verifier.events.expression import (
    TRUE,
    Apply,
    Const,
    Expression,
    ReadValue,
    Unknown,
    evaluate,
    reads_of,
    unknowns_of,
)
from verifier.events.graph import Event, EventGraph
from verifier.events.logic import disjunction, fold, negation, simplify
from verifier.record import replace

_ZERO = Const(0)
_MOST = 8  # values that a counter may start with, unless it may with any


def with_counters(graph: EventGraph, counters: Collection[int], freed: Collection[int]) -> EventGraph:
    """The graph, in which each counter starts with what the threads take from it, or more, and those of which nobody
    asks whether they are below 0 are never there. A thread that waits for one in vain waits for the threads that are
    shown: what others hold, they will take. `freed`: see never_freed()."""
    conditions = [c for c in elementary(graph) if constants_in((c,)).isdisjoint(freed)]
    found = [
        _Counter(graph, location, e.value, conditions)
        for location, e in enumerate(graph.events[: len(graph.locations)])
        if location in counters and isinstance(e.value, Unknown)
    ]
    known = tuple(c for counter in found for c in counter.constraints(graph))
    domains = {counter.start: values for counter in found if (values := counter.values(graph))}
    return with_domains(replace(graph, constraints=(*graph.constraints, *known)), domains)


class _Counter:
    """A location that threads take from. `steps`: by how much each write makes it more; `needed`: for reads that a
    thread takes from in any case the value that leaves 0; `is_bounded`: whether it may be said never to be below 0, as
    nobody asks for that, and each write is of what one read saw."""

    def __init__(self, graph: EventGraph, location: int, start: Unknown, conditions: Sequence[Apply]) -> None:
        self.location = location
        self.start = start
        self.steps: list[tuple[Event, Expression]] = []
        self.needed: dict[int, int] = {}
        for e in graph.events:
            if e.kind == "W" and e.location == location and e.value is not None and reads_of(e.value):
                read = max(reads_of(e.value))
                step = fold(replaced(e.value, {read: _ZERO}))
                self.steps.append((e, step))
                if isinstance(step, Const) and graph.events[read].executes == e.executes:
                    self.needed[read] = max(self.needed.get(read, 0), -step.value)
        self.reads = {i for i, e in enumerate(graph.events) if e.kind == "R" and e.location == location}
        self.reads.add(-1 - location)
        self.conditions = [c for c in conditions if reads_of(c) & self.reads]
        is_signed = any(map(self._asks_for_a_sign, self.conditions))
        self.is_bounded = not is_signed and all(isinstance(step, Const) for _, step in self.steps)

    def constraints(self, graph: EventGraph) -> Iterator[Expression]:
        """What is known of it."""
        if not self.is_bounded:
            yield Apply(">=", (self.start, _ZERO))
            return
        left: Expression = self.start  # when all have taken theirs
        for e, step in self.steps:
            left = simplify("+", (left, fold(Apply("?:", (e.executes, step, _ZERO)))))
            yield disjunction((negation(e.executes), Apply(">=", (e.value or _ZERO, _ZERO))))
        yield Apply(">=", (left, _ZERO))
        for s in graph.sleeps:
            if s.awaited is None and self.reads.intersection(s.reads):
                yield disjunction((negation(s.sleeps), Apply("==", (left, _ZERO))))

    def _asks_for_a_sign(self, c: Apply) -> bool:
        """Whether a condition tells what leaves less than 0 from what leaves 0 or more."""
        reads = reads_of(c)
        if len(reads) > 1 or unknowns_of(c):
            return False
        (read,) = reads
        at = self.needed.get(read, 0)
        below, zero, above = (evaluate(c, {read: v}, {}) for v in (at - 1, at, at + 1))
        return zero == above != below

    def values(self, graph: EventGraph) -> tuple[int, ...]:
        """What it is enough to start with, where no more is asked than whether anything is left: all that the threads
        take from it, or one more. Nothing where more is asked."""
        is_copied = any(
            e.kind == "W"
            and e.location != self.location
            and e.value is not None
            and reads_of(e.value) & self.reads
            for e in graph.events
        )
        if not self.is_bounded or is_copied or any(map(self._asks_for_more, self.conditions)):
            return ()
        steps = [(e.executes, s.value) for e, s in self.steps if isinstance(s, Const)]
        most = -sum(s for _, s in steps if s < 0)
        least = max(0, -sum(s for executes, s in steps if s > 0 or executes == TRUE))
        return tuple(range(least, most + 2)) if most + 2 - least <= _MOST else ()

    def _asks_for_more(self, c: Apply) -> bool:
        """Whether a condition asks for more than whether anything is left, or two reads see the same."""
        if reads_of(c) <= self.reads and not unknowns_of(c):
            match normal(c):
                case Apply("==", (ReadValue(), ReadValue())):
                    return False
                case Apply("==" | "<=", (ReadValue(read), Const(value))):
                    return value > self.needed.get(read, 0)
                case Apply("<", (ReadValue(read), Const(value))):
                    return value - 1 > self.needed.get(read, 0)
        return True


def never_freed(graph: EventGraph, values: Collection[int]) -> Iterator[Expression]:
    """That no value which the text leaves open is one of these, which stand for memory that is given back."""
    written = dict.fromkeys(e.value for e in graph.events if e.value is not None)
    for value in written:
        if unknowns_of(value) and not reads_of(value):
            yield from (Apply("!=", (value, Const(v))) for v in values)
