"""An execution as reviewers draw it: a column a thread, a row an event, and the cycle below."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from verifier.pairing.verdict import Counterexample, Edge, Step
from verifier.record import record, replace
from verifier.report.relations import telling
from verifier.source import number_in_file

GAP = "   "
NARROWEST = 20  # of a column; with less room the events are listed one below the other
STALE = "<-- stale"
_WORDS = re.compile(r"\S+\s*")
_PARTS = re.compile(r".+?(?:\((?!\))|,|(?<=\w)\[|$)\s*")


@record(frozen=True, slots=True)
class Row:
    """One event, or both halves of an atomic: where it stands, its code, what it reads and writes.

    `gap` says, where it is not empty, that what stands before it in its thread does not order it
    after the cycle's access there. `handler`: the interrupt handler that it is in; `notes` say where one comes and
    goes.
    """

    thread: int
    line: int
    code: str
    effect: str
    gap: str
    handler: str | None = None
    notes: tuple[str, ...] = ()


def draw(example: Counterexample, threads: Sequence[str], width: int) -> list[str]:
    """The execution as lines of at most `width` characters where its words allow it."""
    rows = merge_atomics(example)
    share = (width - len(GAP) * (len(threads) - 1)) // max(1, len(threads))
    if share < NARROWEST:
        return _list_rows(rows, threads, width)
    return _table(rows, threads, width)


def chain(example: Counterexample, width: int) -> list[str]:
    """The cycle as a chain of accesses and edges; an edge of program order says what orders it."""
    if not example.cycle:
        return []
    words = [_access(example, example.cycle[0].start)]
    for position, edge in enumerate(example.cycle):
        is_last = position == len(example.cycle) - 1
        goal = "the first" if is_last else _access(example, edge.end)
        words.append(f"{_arrow(example, edge)} {goal}")
    return _fill(words, width)


def list_relations(example: Counterexample, width: int) -> list[str]:
    """rf, co, fr and the dependencies, one below the other: `rf: W x=1 (p0:3) -> R x=1 (p1:7)`."""
    found: dict[tuple[str, str], None] = {}
    for start, end, name in telling(example):
        found[(f"{name}: {_access(example, start)}", f"-> {_access(example, end)}")] = None
    return [line for words in found for line in _fill(words, width)]


def merge_atomics(example: Counterexample) -> list[Row]:
    """A row for each step; a read and the write of the same atomic right after it share one."""
    rows: list[Row] = []
    previous: Step | None = None
    for step, row in zip(example.steps, _plain_rows(example), strict=True):
        if previous is not None and _is_same_atomic(previous, step):
            effects = filter(None, (effect_of(previous), row.effect))
            rows.append(replace(rows.pop(), effect=", ".join(effects)))
        else:
            rows.append(row)
        previous = step
    return _note_interrupts(rows)


def all_rows(example: Counterexample) -> list[Row]:
    """A row for each step."""
    return _note_interrupts(_plain_rows(example))


def _plain_rows(example: Counterexample) -> list[Row]:
    gaps = {edge.end: f"~ {why_unordered(example, edge)} ~" for edge in example.cycle if is_gap(edge)}
    return [
        Row(s.thread, s.line, code_of(s), effect_of(s), gaps.get(number, ""), s.handler)
        for number, s in enumerate(example.steps)
    ]


def _note_interrupts(rows: Sequence[Row]) -> list[Row]:
    """The rows, each with a note on the handler that begins or ends right before it."""
    running: dict[int, str | None] = {}
    noted: list[Row] = []
    for row in rows:
        before = running.get(row.thread)
        running[row.thread] = row.handler
        ended = (f"<-- {before}() returns",) if before and before != row.handler else ()
        begun = (f"--> {row.handler}() interrupts",) if row.handler and row.handler != before else ()
        noted.append(replace(row, notes=(*ended, *begun)))
    return noted


def is_gap(edge: Edge) -> bool:
    """Whether the edge is a part of program order that nothing keeps."""
    return edge.relation == "po" and not edge.ordered_by


def why_unordered(example: Counterexample, edge: Edge) -> str:
    """What is wrong between the two accesses of a gap: nothing stands there, or what does is not enough."""
    between = (s for s in example.steps[edge.start + 1 : edge.end] if s.kind == "F")
    thread = example.steps[edge.start].thread
    fences = dict.fromkeys(s.text.rstrip(";").strip() for s in between if s.thread == thread)
    return f"{' and '.join(fences)} not enough" if fences else "nothing orders"


def _is_same_atomic(first: Step, second: Step) -> bool:
    return (
        (first.kind, second.kind) == ("R", "W")
        and first.thread == second.thread
        and first.line == second.line
        and first.text == second.text
        and first.location == second.location
        and not first.is_stale
    )


def code_of(step: Step) -> str:
    """The code on one line, with the function that it is inside of."""
    code = " ".join(step.text.split()).rstrip(";")
    return f"{code} [{step.via}()]" if step.via and step.via != step.handler else code


def effect_of(step: Step) -> str:
    """What is read or written, where the code does not say so."""
    value = bare_value(step)
    if value is None or step.kind == "F":
        return ""
    if step.kind == "W":
        return "" if _shows(step, value) else f"writes {value}"
    return f"reads {value} {STALE}" if step.is_stale else f"reads {value}"


def _shows(step: Step, value: str) -> bool:
    """Whether the code of a write says what it writes."""
    return re.search(rf"(?<![\w-]){re.escape(value)}(?!\w)", step.text) is not None


def bare_value(step: Step) -> str | None:
    """The value without the equals sign that it may come with."""
    return None if step.value is None else step.value.removeprefix("=").strip()


def _list_rows(rows: Sequence[Row], threads: Sequence[str], width: int) -> list[str]:
    lines: list[str] = []
    for row in rows:
        lines += [f"{threads[row.thread]}:  {note}" for note in row.notes]
        if row.gap:
            lines.append(f"{threads[row.thread]}:  {row.gap}")
        text = f"{threads[row.thread]}:{number_in_file(row.line)}  {row.code}  {row.effect}".rstrip()
        lines += textwrap.wrap(text, width, subsequent_indent="    ", break_on_hyphens=False)
    return lines


def _table(rows: Sequence[Row], threads: Sequence[str], width: int) -> list[str]:
    digits = max((len(str(number_in_file(row.line))) for row in rows), default=1)
    natural = [_natural_width(rows, thread, threads, digits) for thread in range(len(threads))]
    widths = _share(natural, width - len(GAP) * (len(threads) - 1))
    lines = [_join(_header(threads, widths), widths), _join(["-" * w for w in widths], widths)]
    for row in rows:
        code_width = _code_width(rows, row.thread, widths[row.thread], digits)
        parts = _cell(row, widths[row.thread], code_width, digits)
        lines += [_join([""] * row.thread + [part], widths) for part in parts]
    return lines


def _header(threads: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        textwrap.shorten(name, width, placeholder="…") for name, width in zip(threads, widths, strict=True)
    ]


def _natural_width(rows: Sequence[Row], thread: int, threads: Sequence[str], digits: int) -> int:
    own = [row for row in rows if row.thread == thread]
    code = max((len(row.code) for row in own), default=0)
    told = [row for row in own if row.effect]
    aligned = max((len(row.code) for row in told), default=0) + 2
    effect = max((aligned + len(row.effect) for row in told), default=0)
    gap = max((len(text) for row in own for text in (row.gap, *row.notes)), default=0)
    return max(digits + 2 + max(gap, code, effect), len(threads[thread]), NARROWEST)


def _share(natural: Sequence[int], room: int) -> list[int]:
    """Each column's natural width where the room suffices; else the widest give way, evenly."""
    widths = list(natural)
    while sum(widths) > room:
        widest = max(widths)
        if widest <= NARROWEST:
            break
        widths[widths.index(widest)] -= 1
    return widths


def _code_width(rows: Sequence[Row], thread: int, width: int, digits: int) -> int:
    """How wide code may get so that the effects of a column line up, where that is possible."""
    own = [row for row in rows if row.thread == thread and row.effect]
    code = max((len(row.code) for row in own), default=0)
    effect = max((len(row.effect) for row in own), default=0)
    return min(code, max(0, width - digits - 4 - effect))


def _cell(row: Row, width: int, code_width: int, digits: int) -> list[str]:
    room = max(8, width - digits - 2)
    head, margin = f"{number_in_file(row.line):>{digits}}  ", " " * (digits + 2)
    if not row.effect:
        parts = _wrap_code(row.code, room)
    elif max(code_width, len(row.code)) + 2 + len(row.effect) <= room:
        parts = [f"{row.code:<{code_width}}  {row.effect}"]
    else:
        parts = _wrap_code(row.code, room)
        parts += _wrap_effect(row.effect, room)
    lines = [(head if i == 0 else margin) + part for i, part in enumerate(parts or [""])]
    before = [
        part for text in (*row.notes, row.gap) for part in textwrap.wrap(text, room, break_on_hyphens=False)
    ]
    return [*(margin + part for part in before), *lines]


def _wrap_code(code: str, room: int) -> list[str]:
    """Code on lines of that width: words too long for one are parted behind commas and brackets where that will do."""
    lines = [""]
    for word in _WORDS.findall(code):
        for part in [word] if len(word.rstrip()) <= room else _PARTS.findall(word):
            for piece in textwrap.wrap(part, room, drop_whitespace=False, break_on_hyphens=False):
                if len((lines[-1] + piece).rstrip()) <= room:
                    lines[-1] += piece
                else:
                    lines.append(piece)
    return [line.rstrip() for line in lines if line.strip()]


def _wrap_effect(effect: str, room: int) -> list[str]:
    """What is read and written, on lines of its own; the mark of a stale read is not broken."""
    whole = effect.replace(STALE, STALE.replace(" ", "\N{NO-BREAK SPACE}"))
    parts = textwrap.wrap(whole, room, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
    return [part.replace("\N{NO-BREAK SPACE}", " ") for part in parts]


def _join(cells: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=False)).rstrip()


def _access(example: Counterexample, index: int) -> str:
    step = example.steps[index]
    place = f"({example.threads[step.thread]}:{number_in_file(step.line)})"
    if step.location is None:
        return f"{step.kind} {place}"
    return f"{step.kind} {step.location}={bare_value(step)} {place}"


def _arrow(example: Counterexample, edge: Edge) -> str:
    if edge.relation != "po":
        return f"--{edge.relation}-->"
    return f"--po, {why_unordered(example, edge) if is_gap(edge) else edge.ordered_by}-->"


def _fill(words: Sequence[str], width: int) -> list[str]:
    """Words that must not be broken, but behind an arrow, as many a line as fit."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        elif len(word) + 2 > width and "--> " in word:
            arrow, _, goal = word.partition("--> ")
            lines += [f"  {arrow}-->", f"    {goal}"]
        else:
            lines.append(f"  {word}")
    return lines
