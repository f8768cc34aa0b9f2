"""Edits to what stands in columns: a diagram's pseudo-C, and the table of a litmus test in assembly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.fix.code import Code
from verifier.fix.edits import Part, Parts
from verifier.fix.text import Text
from verifier.record import record
from verifier.source import Span

_MARKS = re.compile(r"(?:[ \t]*[>|*#])*")  # a quote's or a comment's, before the first column
_CELL_ENDS = re.compile(r"[|;]")
_BARS = re.compile(r"(?<=\s)\|(?=\s|$)")  # not those of C's operators
_FENCE = re.compile(r"DMB|MFENCE|fence|lwsync|sync", re.IGNORECASE)
_ORDERED = re.compile(r"((?:LD|ST)(?=A?P?L?R))(?:AP?|L)(?=R)", re.IGNORECASE)
_MNEMONIC = re.compile(r"(?:\w+:\s*)*(\S+)")


@record(frozen=True, slots=True)
class Columns:
    """Columns of pseudo-C; a fence gets a row of its own."""

    code: Code

    def fences(self, call: str, after: Span | None, before: Span | None) -> Iterator[Parts]:
        text = self.code.text
        for span, is_below in ((before, False), (after, True)):
            if (start := self.code.start_of_statement(span)) is not None and span is not None:
                line = span.end_line if is_below else span.line
                yield (_row(text, line, start, f"{call};", is_below, _BARS),)

    def stronger(self, name: str, access: Span) -> Parts | None:
        return self.code.stronger(name, access)

    def without(self, barrier: Span) -> Parts | None:
        return self.code.without(barrier)

    def renamed(self, barrier: Span, call: str) -> Parts | None:
        return self.code.renamed(barrier, call)

    def relocated(self, barrier: Span, _: str, access: Span) -> Parts | None:
        return (
            None
            if self.code.start_of_statement(barrier) is None
            else _swapped(self.code.text, barrier, access)
        )


@record(frozen=True, slots=True)
class Table:
    """Rows of instructions, a cell a thread."""

    text: Text

    def fences(self, call: str, after: Span | None, before: Span | None) -> Iterator[Parts]:
        for span, is_below in ((before, False), (after, True)):
            if span is not None and self.text.has(span):
                yield (_row(self.text, span.line, span.column - 1, call, is_below, _CELL_ENDS),)

    def stronger(self, name: str, access: Span) -> Parts | None:
        if not self.text.has(access):
            return None
        cell = self.text.of_span(access)
        found = _MNEMONIC.match(cell)
        if found is None:
            return None
        rest = cell[found.end(1) :]
        if found[1].upper().startswith("ST") and name.upper().startswith("LD"):
            rest = self._with_result(rest)  # an atomic that gives back what it read has one operand more
        return (self.text.fitted(access, cell[: found.start(1)] + name + rest),)

    def _with_result(self, operands: str) -> str:
        """The operands with a register that nothing uses behind the first."""
        used = {int(n) for n in re.findall(r"\b[WX](\d+)\b", self.text.text)}
        free = next(n for n in (*range(9, 29), *range(9)) if n not in used)
        first, comma, rest = operands.partition(",")
        return f"{first},{first.strip()[:1]}{free}{comma}{rest}"

    def renamed(self, barrier: Span, call: str) -> Parts | None:
        return (self.text.fitted(barrier, call),) if self.text.has(barrier) else None

    def without(self, barrier: Span) -> Parts | None:
        if not self.text.has(barrier):
            return None
        cell = self.text.of_span(barrier)
        if ordered := _ORDERED.match(cell):
            return (self.text.fitted(barrier, ordered[1] + cell[ordered.end() :]),)
        return (self.text.fitted(barrier, ""),) if _FENCE.match(cell) else None

    def relocated(self, barrier: Span, _: str, access: Span) -> Parts | None:
        return _swapped(self.text, barrier, access) if self.text.has(barrier) else None


def _row(text: Text, line: int, column: int, words: str, is_below: bool, ends: re.Pattern[str]) -> Part:
    """A row like that of a line, empty but for what stands at an offset in it; `ends` are those of cells."""
    like = text.line(line)
    marks = _MARKS.match(like)
    kept = min(len(marks[0]) if marks else 0, column)
    bars = {found.start(): found[0] for found in ends.finditer(like)}
    blank = "".join(bars.get(i, "\t" if like[i] == "\t" else " ") for i in range(kept, column))
    end = column + len(words)
    rest = "".join(bars.get(i, " ") for i in range(end, len(like)))
    narrow = [bars[i] for i in sorted(bars) if column <= i < end]  # of a cell that has no room
    row = (like[:kept] + blank + words + " ".join(["", *narrow]) + rest).rstrip()
    newline = text.newline(line)
    if is_below:
        at = text.end_of_line(line)
        return Part(at, at, f"{newline}{row}")
    return Part(text.starts[line - 1], text.starts[line - 1], f"{row}{newline}")


def _swapped(text: Text, one: Span, other: Span) -> Parts | None:
    """The cells of two rows, each in the other's place; None where others stand between them."""
    if not text.has(other) or abs(one.line - other.line) != 1:
        return None
    first, second = (text.of_span(s) for s in (one, other))
    return tuple(sorted((text.fitted(one, second), text.fitted(other, first))))
