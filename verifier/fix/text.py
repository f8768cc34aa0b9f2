"""A file's text as it is, byte order mark and line ends included, and how places in it become offsets."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from verifier.fix.edits import Part
from verifier.record import record
from verifier.source import Span

_MARK = "\ufeff"


@record(frozen=True, slots=True)
class Text:
    """`starts`: the offset of each line."""

    text: str
    starts: tuple[int, ...]

    @staticmethod
    def of(text: str) -> Text:
        """The text; a byte order mark is no part of its first line."""
        first = len(_MARK) if text.startswith(_MARK) else 0
        lengths = accumulate(len(line) + 1 for line in text.split("\n")[:-1])
        return Text(text, (first, *lengths))

    def has(self, span: Span) -> bool:
        return 0 < span.line <= span.end_line <= len(self.starts)

    def start(self, span: Span) -> int:
        return self.starts[span.line - 1] + span.column - 1

    def end(self, span: Span) -> int:
        return self.starts[span.end_line - 1] + span.end_column - 1

    def of_span(self, span: Span) -> str:
        return self.text[self.start(span) : self.end(span)]

    def line_number(self, offset: int) -> int:
        return bisect_right(self.starts, offset)

    def line(self, number: int) -> str:
        """A line without its end; "" beyond the text."""
        if not 0 < number <= len(self.starts):
            return ""
        end = self.text.find("\n", self.starts[number - 1])
        return self.text[self.starts[number - 1] : None if end < 0 else end].removesuffix("\r")

    def end_of_line(self, number: int) -> int:
        """The offset of the line's end."""
        return self.starts[number - 1] + len(self.line(number))

    def fitted(self, span: Span, new: str) -> Part:
        """A stretch replaced such that what stands behind it in columns stays where it is, if there is room."""
        start, end = self.start(span), self.end(span)
        rest = self.text[end : self.end_of_line(span.end_line)]
        close = len(rest) - len(rest.lstrip(";,)"))
        behind = rest[close:].lstrip(" ")
        room = len(rest) - close - len(behind)
        if not behind or (room < 2 and not (room and behind[0] in "|;")):
            return Part(start, end, new)
        more = len(new) - (end - start)
        eaten = max(0, min(more, room - 1))
        return Part(start, end + close + eaten, new + rest[:close] + " " * max(0, -more))

    def newline(self, number: int) -> str:
        """How that line ends."""
        end = self.end_of_line(number)
        return "\r\n" if self.text.startswith("\r", end) else "\n"
