"""The words that the grammar reads, and the text that the layout passes work on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from verifier.record import record
from verifier.source import Source, Span
from verifier.syntax.problem import problem
from verifier.syntax.scanner import Token
from verifier.syntax.vocabulary import is_type

TAGGED = frozenset(("struct", "union", "enum"))


class Word(NamedTuple):
    """A terminal of the grammar: `kind` is its name (NAME, TYPE, PROSE …) or, for fixed ones, its text."""

    kind: str
    text: str
    line: int
    column: int
    end_line: int
    end_column: int


@record(frozen=True, slots=True)
class Text:
    """Scanned code: its tokens, which bracket closes which, its typedef names, how much prose is let through.

    `lenient`: a diagram's column, where what is no code is prose; else only plain words are.
    `indented`: a column whose lines do not all start at one place, so that indentation means something.
    `prose`: positions of tokens whose simple statement is to be taken as prose whatever it looks like.
    """

    source: Source
    tokens: tuple[Token, ...]
    closing: Mapping[int, int]
    opening: Mapping[int, int]
    types: frozenset[str]
    lenient: bool
    prose: frozenset[int] = frozenset()
    indented: bool = False

    def text(self, position: int) -> str:
        """The token's text, empty past the end."""
        return self.tokens[position].text if position < len(self.tokens) else ""

    def kind(self, position: int) -> str:
        return self.tokens[position].kind if position < len(self.tokens) else "end"

    def is_known_type(self, position: int) -> bool:
        text = self.text(position)
        return self.kind(position) == "name" and (text in self.types or is_type(text))

    def breaks_before(self, position: int) -> bool:
        """Whether the token starts a line."""
        if position == 0 or position >= len(self.tokens):
            return True
        return self.tokens[position].line != self.tokens[position - 1].end_line

    def user_line(self, position: int) -> int:
        """The line of the user's file that the token stands on."""
        token = self.tokens[position]
        return self.source.place(token.line, token.column)[0]

    def span(self, first: int, end: int) -> Span:
        """The user's span of the tokens from `first` up to, not including, `end`."""
        start, last = self.tokens[first], self.tokens[max(first, end - 1)]
        return self.source.span(start.line, start.column, last.end_line, last.end_column)

    def problem(self, code: str, message: str, first: int, end: int) -> Exception:
        return problem(self.source, code, message, self.span(first, end))


def joined(text: Text, kind: str, first: int, end: int) -> Word:
    """One word out of the tokens from `first` up to `end`, its text as it stands in the source."""
    start, last = text.tokens[first], text.tokens[end - 1]
    return Word(kind, written(text, first, end), start.line, start.column, last.end_line, last.end_column)


def written(text: Text, first: int, end: int) -> str:
    """The tokens' own text with single blanks where the source has any."""
    pieces: list[str] = []
    for position in range(first, end):
        token = text.tokens[position]
        before = text.tokens[position - 1]
        if position > first and (token.line, token.column) != (before.end_line, before.end_column):
            pieces.append(" ")
        pieces.append(token.text)
    return "".join(pieces)


def fixed(token: Token) -> Word:
    """The word of a token that stands for itself."""
    return Word(token.text, *token[1:])


def after(text: Text, position: int, kind: str) -> Word:
    """A word of no width that the source leaves out, right after the token at `position`."""
    token = text.tokens[position]
    return Word(kind, kind, token.end_line, token.end_column, token.end_line, token.end_column)
