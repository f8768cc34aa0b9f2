"""Syntax errors with their place, in the user's file or in a piece of it."""

from __future__ import annotations

from verifier.errors import SyntaxProblem
from verifier.source import Source, Span


class Unreadable(Exception):
    """A piece that does not parse; `start` and `end` are offsets into it."""

    def __init__(self, code: str, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.start = start
        self.end = end


def problem(source: Source, code: str, message: str, span: Span) -> SyntaxProblem:
    """An error at a place of the user's file."""
    return SyntaxProblem(code, message, source.name, span, source.quote(span.line))
