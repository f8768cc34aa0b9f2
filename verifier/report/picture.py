"""An execution as a graph: what each event and each edge is called, and why the edge is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.pairing.verdict import Counterexample, Edge, Step, UnitResult
from verifier.record import record
from verifier.report.columns import Row, all_rows, bare_value, code_of, is_gap, why_unordered
from verifier.report.entries import thread_label
from verifier.report.relations import telling
from verifier.source import number_in_file

DEPENDENCIES = {"addr": "address", "data": "data", "ctrl": "control"}


@record(frozen=True, slots=True)
class Event:
    """A step: `letter` names it (a, b …), `access` is what it does (W x=1; empty for a fence), `said` a sentence,
    `number` that of its line in the line's own file.

    `is_added`: it is not in the code, but would put it right.
    """

    letter: str
    number: int
    row: Row
    access: str
    said: str
    is_stale: bool
    on_cycle: bool
    is_added: bool


@record(frozen=True, slots=True)
class Arrow:
    """An edge between two events (indexes). `kind`: po, rf, co, fr, addr, data or ctrl; `label` is short, `why` a
    sentence. `is_gap`: program order that nothing keeps."""

    start: int
    end: int
    kind: str
    label: str
    why: str
    on_cycle: bool
    is_gap: bool


@record(frozen=True, slots=True)
class Picture:
    """Threads by name, events in an order that reads well, and the edges: plain program order first."""

    threads: tuple[str, ...]
    events: tuple[Event, ...]
    arrows: tuple[Arrow, ...]


def picture(example: Counterexample, unit: UnitResult, added: frozenset[int] = frozenset()) -> Picture:
    """The graph of an execution; the steps `added` are not in the code."""
    names = [thread_label(unit, thread) for thread in example.threads]
    events = [
        Event(
            letter=_letter(number),
            number=number_in_file(step.line),
            row=row,
            access=_access(step),
            said=_said(example, number, names),
            is_stale=step.is_stale,
            on_cycle=step.on_cycle,
            is_added=number in added,
        )
        for number, (step, row) in enumerate(zip(example.steps, all_rows(example), strict=True))
    ]
    return Picture(tuple(names), tuple(events), tuple(_arrows(example, names)))


def _letter(number: int) -> str:
    """a, b … z, aa, ab …, as herd7 names events."""
    rest, last = divmod(number, 26)
    return (_letter(rest - 1) if rest else "") + chr(ord("a") + last)


def _access(step: Step) -> str:
    return "" if step.kind == "F" else f"{step.kind} {step.location}={bare_value(step)}"


def _arrows(example: Counterexample, names: Sequence[str]) -> Iterable[Arrow]:
    """Program order from step to step; what is on the cycle; the rest of rf, co, fr and the dependencies."""
    last: dict[int, int] = {}
    for number, step in enumerate(example.steps):
        if step.thread in last:
            start = last[step.thread]
            yield Arrow(start, number, "po", "", "", False, False)
        last[step.thread] = number
    on_cycle = {(e.start, e.end, e.relation) for e in example.cycle}
    for edge in example.cycle:
        yield _cycle_arrow(example, edge, names)
    for start, end, kind in telling(example):
        if (start, end, kind) not in on_cycle:
            yield Arrow(start, end, kind, kind, _why(example, start, end, kind, names), False, False)


def _cycle_arrow(example: Counterexample, edge: Edge, names: Sequence[str]) -> Arrow:
    gap = is_gap(edge)
    if edge.relation != "po":
        why = _why(example, edge.start, edge.end, edge.relation, names)
        return Arrow(edge.start, edge.end, edge.relation, edge.relation, why, True, False)
    what = why_unordered(example, edge) if gap else edge.ordered_by
    return Arrow(edge.start, edge.end, "po", what, _why_ordered(example, edge, names), True, gap)


def _why_ordered(example: Counterexample, edge: Edge, names: Sequence[str]) -> str:
    """What keeps program order on the cycle, or that nothing does."""
    first, last = example.steps[edge.start], example.steps[edge.end]
    pair = f"{_short(first)} comes before {_short(last)} in {names[first.thread]}"
    if not is_gap(edge):
        return f"po: {pair}, and {edge.ordered_by} keeps that order"
    what = why_unordered(example, edge)
    why = "nothing keeps them in order" if what == "nothing orders" else f"{what} to keep that order"
    return f"po: {pair}, but {why}: other CPUs may see {_short(last)} first"


def _why(example: Counterexample, start: int, end: int, kind: str, names: Sequence[str]) -> str:
    first, last = example.steps[start], example.steps[end]
    a, b = (f"{_short(s)} in {names[s.thread]}" for s in (first, last))
    if kind == "rf":
        return f"rf (reads from): {b} reads the {bare_value(last)} that {a} writes"
    if kind == "fr":
        return f"fr (from reads): {a} reads {bare_value(first)}, which {b} overwrites: it comes too early to see that"
    if kind == "co":
        return f"co (coherence): {b} overwrites what {a} writes"
    what = {"addr": "the address that", "data": "the value that", "ctrl": "whether"}[kind]
    does = {"addr": "accesses", "data": "writes", "ctrl": "happens"}[kind]
    return f"{kind} ({DEPENDENCIES[kind]} dependency): {what} {b} {does} depends on what {a} reads"


def _short(step: Step) -> str:
    """An event in a sentence: what it is, and its line."""
    kind = {"R": "the read", "W": "the write", "F": "the barrier"}[step.kind]
    return f"{kind} of {step.location} (line {step.line})" if step.location else f"{kind} (line {step.line})"


def _said(example: Counterexample, number: int, names: Sequence[str]) -> str:
    """What happens in a step, as a sentence."""
    step = example.steps[number]
    head = f"{names[step.thread]}, line {step.line}: {code_of(step)}"
    if step.kind == "F":
        return f"{head} – a barrier"
    if step.kind == "W":
        return f"{head} – writes {bare_value(step)} to {step.location}"
    if step.reads_from is None:
        where = "the initial value"
    else:
        source = example.steps[step.reads_from]
        where = f"written by {names[source.thread]} on line {source.line}"
    stale = "; stale: it has been overwritten" if step.is_stale else ""
    return f"{head} – reads {step.location} = {bare_value(step)}, {where}{stale}"
