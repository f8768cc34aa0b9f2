"""Syntax errors with their place."""

from __future__ import annotations

from verifier.errors import SyntaxProblem
from verifier.source import Source, Span


def problem(source: Source, code: str, message: str, span: Span) -> SyntaxProblem:
    """An error at a place of the user's file."""
    return SyntaxProblem(code, message, source.name, span, source.quote(span.line))
