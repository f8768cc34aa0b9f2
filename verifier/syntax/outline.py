"""Parts of nodes that the grammar's smaller rules hand to the larger ones."""

from __future__ import annotations

from verifier.record import record
from verifier.source import Span
from verifier.syntax import tree


@record(frozen=True, slots=True)
class Head:
    name: str
    returns: tree.Type | None
    parameters: tuple[tree.Parameter, ...]
    span: Span


@record(frozen=True, slots=True)
class Storage:
    span: Span


@record(frozen=True, slots=True)
class Typedef:
    span: Span


@record(frozen=True, slots=True)
class Declarator:
    name: str
    pointers: int
    dimensions: tuple[tree.Expression | None, ...]
    initial: tree.Expression | None
    span: Span


@record(frozen=True, slots=True)
class Designated:
    """An item of an initialiser list, and what it is for; see tree.Braces."""

    names: tuple[str, ...] | None
    value: tree.Expression
    span: Span


@record(frozen=True, slots=True)
class LoopHead:
    initial: tree.Statement | None
    condition: tree.Expression | None
    step: tree.Expression | None
    span: Span


def shaped(type_: tree.Type, declarator: Declarator, static: bool) -> tree.Variable:
    """The variable that a declarator declares after a type."""
    pointers = type_.pointers + declarator.pointers
    return tree.Variable(
        tree.Type(type_.name, pointers, type_.span),
        declarator.name,
        declarator.dimensions,
        declarator.initial,
        static,
        declarator.span,
    )


def unnamed_enum(first: str) -> str:
    """What the type of an enumeration without a name is called, by its first constant."""
    return f"enum {{{first}}}"
