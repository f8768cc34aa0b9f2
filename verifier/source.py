"""A text and the places in it, mapped back to the file that the user gave.

Lines and columns start at 1 and ends are exclusive; this module alone decides that.
A Source may be a derived text (a mail with its quoting taken off, one column of a
diagram); every place that leaves a parser is a place in the user's own file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from verifier.record import record


@record(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the user's file: from (line, column) up to, not including, (end_line, end_column)."""

    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of `other`."""
        return Span(self.line, self.column, other.end_line, other.end_column)


class Elsewhere(int):
    """A line of another file than the one that a text mostly comes from: `number` in `file`. Without a file, a line
    that the text's own file has encoded, and that begins on its line `number`, as others may.

    As a number it stands behind the lines of the files before it; as text it is "12 of fs/x.c", or "12".
    """

    file: str
    number: int

    def __new__(cls, value: int, file: str = "", number: int = 0) -> Elsewhere:
        line = super().__new__(cls, value)
        line.file, line.number = file, number
        return line

    def __str__(self) -> str:
        return f"{self.number} of {self.file}" if self.file else str(self.number)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class Decoded(str):
    """A line that the user's file has encoded, decoded; it begins on line `number` of the file."""

    number: int

    def __new__(cls, text: str, number: int = 0) -> Decoded:
        line = super().__new__(cls, text)
        line.number = number
        return line


def line_below(line: int, count: int) -> int:
    """The line that many lines below another, in the same file."""
    if not isinstance(line, Elsewhere):
        return line + count
    # how far an encoded text goes on, only its lines know
    return Elsewhere(line + count, line.file, line.number + (count if line.file else 0))


def number_in_file(line: int) -> int:
    """The number of a line in its own file."""
    return line.number if isinstance(line, Elsewhere) else line


def file_of(line: int, file: str) -> str:
    """The file that a line is in, where `file` is the one that the text mostly comes from."""
    return line.file or file if isinstance(line, Elsewhere) else file


def is_encoded(line: int) -> bool:
    """Whether the user's file has the line encoded, so that columns are none of the file's."""
    return isinstance(line, Elsewhere) and not line.file


class Origin(NamedTuple):
    """Where a line of a derived text stands in the user's file: its line, and the column of its first character."""

    line: int
    column: int


@record(frozen=True, slots=True)
class Source:
    """A text to parse, the name of the user's file, that file's lines, and an origin for each line of the text."""

    name: str
    text: str
    lines: tuple[str, ...]
    origins: Sequence[Origin]

    @staticmethod
    def whole(name: str, text: str) -> Source:
        """The source whose text is the user's file itself."""
        lines = tuple(text.split("\n"))
        return Source(name, text, lines, _own_places(len(lines)))

    def part(self, text: str, line: int, column: int) -> Source:
        """The source of a stretch of this text that starts there."""
        rest = self.origins[line : line + text.count("\n")]
        return Source(self.name, text, self.lines, (Origin(*self.place(line, column)), *rest))

    def place(self, line: int, column: int) -> tuple[int, int]:
        """The user's (line, column) for a place of the derived text; past the end gives the end."""
        origins = self.origins
        if not origins:
            return 1, 1
        first_line, first_column = origins[line - 1 if line <= len(origins) else -1]
        return first_line, first_column + column - 1

    def span(self, line: int, column: int, end_line: int, end_column: int) -> Span:
        """The user's span for a stretch of the derived text."""
        if line == end_line and self.origins:
            first, by = self.place(line, 0)
            return Span(first, by + column, first, by + end_column)
        return Span(*self.place(line, column), *self.place(end_line, end_column))

    def placed(self, span: Span) -> Span:
        """The user's span for a span of the derived text."""
        if span.line != span.end_line or span.line > len(self.origins):
            return self.span(span.line, span.column, span.end_line, span.end_column)
        line, column = self.origins[span.line - 1]
        return Span(line, column + span.column - 1, line, column + span.end_column - 1)

    def quote(self, line: int) -> str:
        """The user's line of that number, or an empty text where the file has none."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""


_FEW = tuple(Origin(line, 1) for line in range(1, 257))


def _own_places(lines: int) -> tuple[Origin, ...]:
    """The origins of a text that is the user's file."""
    return _FEW[:lines] if lines <= len(_FEW) else tuple(Origin(line, 1) for line in range(1, lines + 1))
