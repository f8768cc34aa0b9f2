"""The syntax tree of a memory model in the cat language.

Every node ends with its span, a place in the model's file, left out of comparisons.
"""

from __future__ import annotations

from typing import Literal

from verifier.record import field, record
from verifier.source import Source, Span


@record(frozen=True, slots=True)
class Name:
    name: str
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Zero:
    """`0`, the empty relation, or the empty set where a set is wanted."""

    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Everything:
    """`_`, the set of all events."""

    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Nothing:
    """`{}`, the empty set."""

    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Tag:
    """`'name`, a tag as a value."""

    name: str
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Braces:
    """`{a, b, …}`, a set by its elements."""

    items: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Insert:
    """`element ++ rest`: a set and one element more."""

    element: Expression
    rest: Expression
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
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


@record(frozen=True, slots=True)
class Operation:
    """An operator of cat; union, inter and sequence take two operands or more."""

    operator: Operator
    operands: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Apply:
    """`function argument`."""

    function: Expression
    argument: Expression
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Function:
    """`fun x -> body` and `fun (x, y) -> body`; `is_tuple` where the parameters stand in parentheses.

    A parameter `_` takes its argument and forgets it.
    """

    parameters: tuple[str, ...]
    is_tuple: bool
    body: Expression
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Binding:
    """`name = value` of a let; a binding of a function has a Function as its value."""

    name: str
    value: Expression
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Unpack:
    """`(a, b) = value` of a let."""

    names: tuple[str, ...]
    value: Expression
    span: Span = field(compare=False, repr=False)


Bindings = tuple[Binding | Unpack, ...]


@record(frozen=True, slots=True)
class LetIn:
    """`let … and … in body`, `let rec … and … in body`."""

    bindings: Bindings
    body: Expression
    is_recursive: bool
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Attempt:
    """`try first with otherwise`: `otherwise` where a name in `first` is undefined."""

    first: Expression
    otherwise: Expression
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Variant:
    """`"name"` as a condition: whether a variant of the model is wanted."""

    name: str
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Compare:
    """`left = right`, `left subset right`, `left in right`."""

    operator: Literal["=", "subset", "in"]
    left: Expression
    right: Expression
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Connective:
    """not, && and || of conditions."""

    operator: Literal["not", "and", "or"]
    operands: tuple[Condition, ...]
    span: Span = field(compare=False, repr=False)


Condition = Variant | Compare | Connective


@record(frozen=True, slots=True)
class Choose:
    """`if condition then first else otherwise`."""

    condition: Condition
    first: Expression
    otherwise: Expression
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class MatchTag:
    """`match subject with 'a -> x || … || _ -> y end`; the tag of the last case may be `_`."""

    subject: Expression
    cases: tuple[tuple[str, Expression], ...]
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class MatchSet:
    """`match subject with {} -> empty || head ++ tail -> body end`."""

    subject: Expression
    empty: Expression
    head: str
    tail: str
    body: Expression
    span: Span = field(compare=False, repr=False)


Expression = (
    Name
    | Zero
    | Everything
    | Nothing
    | Tag
    | Braces
    | Insert
    | Tuple
    | Operation
    | Apply
    | Function
    | LetIn
    | Attempt
    | Choose
    | MatchTag
    | MatchSet
)


@record(frozen=True, slots=True)
class Let:
    """`let … and …` or `let rec … and …`; `when` is a test that the latter must pass."""

    bindings: Bindings
    is_recursive: bool
    when: Test | None
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Test:
    """`acyclic operand as name` and its kin; `name` is empty where the model gives none.

    `is_flag` also for `assert` and `undefined_unless`, which report that their test fails: they have
    `negated` the other way round.
    """

    kind: Literal["acyclic", "irreflexive", "empty"]
    negated: bool
    is_flag: bool
    operand: Expression
    name: str
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Show:
    """show, show … as, unshow, debug: what pictures and logs contain, no part of the model."""

    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Include:
    path: str
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Procedure:
    name: str
    parameters: tuple[str, ...]
    is_tuple: bool
    body: tuple[Statement, ...]
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Call:
    """`call name argument as label`."""

    name: str
    argument: Expression
    label: str
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Enumeration:
    """`enum name = 'a || 'b`."""

    name: str
    tags: tuple[Tag, ...]
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Annotation:
    """`instructions R[…]` and `default R[…]`: which events may carry which tags."""

    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class If:
    """`if condition … else … end` over statements."""

    condition: Condition
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class MatchBody:
    """`match subject with 'a -> … || _ -> … end` over statements."""

    subject: Expression
    cases: tuple[tuple[str, tuple[Statement, ...]], ...]
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class ForAll:
    """`forall name in set do … end`."""

    name: str
    over: Expression
    body: tuple[Statement, ...]
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class WithFrom:
    """`with name from choices`: one execution for each element of a set."""

    name: str
    choices: Expression
    span: Span = field(compare=False, repr=False)


Statement = (
    Let
    | Test
    | Show
    | Include
    | Procedure
    | Call
    | Enumeration
    | Annotation
    | If
    | MatchBody
    | ForAll
    | WithFrom
)


@record(frozen=True, slots=True)
class CatFile:
    """One file: the words of its head (an architecture's name, if any, and a title), and its statements.

    `catdep`: the model finds dependencies by itself.
    """

    architecture: str
    title: str
    catdep: bool
    statements: tuple[Statement, ...]
    source: Source
