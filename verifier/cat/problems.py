"""Errors in models, with their place."""

from __future__ import annotations

from verifier.cat.values import Scope
from verifier.errors import ModelError
from verifier.source import Span


class UndefinedError(ModelError):
    """An undefined name: `try … with …` catches it."""


def error(code: str, message: str, scope: Scope, span: Span) -> ModelError:
    """A ModelError at a place of the file that is being read."""
    return ModelError(code, message, *place(scope, span))


def place(scope: Scope, span: Span) -> tuple[str, Span, str]:
    """The last three arguments of a ModelError."""
    return scope.source.name, span, scope.source.quote(span.line)
