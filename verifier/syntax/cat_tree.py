"""The syntax tree of a memory model in the cat language.

Every node ends with its span, a place in the model's file, left out of comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from verifier.source import Source, Span


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Zero:
    """`0`, the empty relation, or the empty set where a set is wanted."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Everything:
    """`_`, the set of all events."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Nothing:
    """`{}`, the empty set."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Tag:
    """`'name`, a tag as a value; the interpreter does not support it."""

    name: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Tuple:
    """`()` or `(a, b, …)`, the argument of a function."""

    items: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)


Operator = Literal[
    "union",
    "inter",
    "minus",
    "complement",
    "sequence",
    "inverse",
    "plus",
    "star",
    "optional",
    "product",
    "identity",
]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator of cat; union, inter and sequence take two operands or more."""

    operator: Operator
    operands: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Apply:
    """`function argument`."""

    function: Expression
    argument: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Function:
    """`fun x -> body` and `fun (x, y) -> body`; `is_tuple` where the parameters stand in parentheses."""

    parameters: tuple[str, ...]
    is_tuple: bool
    body: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Binding:
    """`name = value` of a let; a binding of a function has a Function as its value."""

    name: str
    value: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LetIn:
    """`let … and … in body`."""

    bindings: tuple[Binding, ...]
    body: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """`try first with otherwise`: `otherwise` where a name in `first` is undefined."""

    first: Expression
    otherwise: Expression
    span: Span = field(compare=False, repr=False)


Expression = Name | Zero | Everything | Nothing | Tag | Tuple | Operation | Apply | Function | LetIn | Attempt


@dataclass(frozen=True, slots=True)
class Let:
    """`let … and …` or `let rec … and …`."""

    bindings: tuple[Binding, ...]
    is_recursive: bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Test:
    """`acyclic operand as name` and its kin; `name` is empty where the model gives none."""

    kind: Literal["acyclic", "irreflexive", "empty"]
    negated: bool
    is_flag: bool
    operand: Expression
    name: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Show:
    """show, show … as, unshow: what pictures contain, no part of the model."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Include:
    path: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Procedure:
    name: str
    parameters: tuple[str, ...]
    is_tuple: bool
    body: tuple[Statement, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`call name argument as label`."""

    name: str
    argument: Expression
    label: str
    span: Span = field(compare=False, repr=False)


Statement = Let | Test | Show | Include | Procedure | Call


@dataclass(frozen=True, slots=True)
class CatFile:
    """One file: the words of its head (an architecture's name, if any, and a title), and its statements."""

    architecture: str
    title: str
    statements: tuple[Statement, ...]
    source: Source
