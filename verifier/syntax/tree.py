"""The syntax tree of pseudo-C: what a snippet or a diagram's columns parse into.

Every node ends with its span, a place in the user's own file, left out of comparisons.
"""

from __future__ import annotations

from typing import Literal

from verifier.record import field as declare
from verifier.record import record
from verifier.source import Span

# ---------------------------------------------------------------- expressions


@record(frozen=True, slots=True)
class Number:
    """An integer or character literal; `text` as written."""

    value: int
    text: str
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class String:
    text: str
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Name:
    name: str
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Scoped:
    """A thread's local in a condition: `1:r0`, `handler:r0`."""

    thread: str
    name: str
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Call:
    """A call of a function or macro. A type given as an argument is a TypeArgument."""

    function: Expression
    arguments: tuple[Expression, ...]
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Member:
    """`object.field`, or `object->field` where `arrow`."""

    object: Expression
    field: str
    arrow: bool
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Index:
    array: Expression
    index: Expression
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Unary:
    """One of - + ! ~ * & before its operand."""

    operator: str
    operand: Expression
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Increment:
    """++ or --, before the operand where `prefix`."""

    operator: Literal["++", "--"]
    operand: Expression
    prefix: bool
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Binary:
    """C's binary operators, && || and the comma among them."""

    operator: str
    left: Expression
    right: Expression
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Conditional:
    condition: Expression
    then: Expression
    otherwise: Expression
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Assign:
    """= or a compound assignment such as +=."""

    operator: str
    target: Expression
    value: Expression
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Cast:
    type: Type
    operand: Expression
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class TypeArgument:
    """A type where a value could stand: sizeof(struct foo), container_of(p, struct foo, m)."""

    type: Type
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Braces:
    """An initialiser list. `names`: for each item the members and elements that lead to it, such as ("kref",) or
    ("[2]",); none where it has no designator, None where an index is no number."""

    items: tuple[Expression, ...]
    names: tuple[tuple[str, ...] | None, ...]
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Words:
    """A value or a condition said in words: `if (there is work)`, `...`."""

    text: str
    span: Span = declare(compare=False, repr=False)


Expression = (
    Number
    | String
    | Name
    | Scoped
    | Call
    | Member
    | Index
    | Unary
    | Increment
    | Binary
    | Conditional
    | Assign
    | Cast
    | TypeArgument
    | Braces
    | Words
)


@record(frozen=True, slots=True)
class Type:
    """A type's words without qualifiers (`unsigned long`, `struct kvm_vcpu`) and how many stars follow."""

    name: str
    pointers: int
    span: Span = declare(compare=False, repr=False)


# ----------------------------------------------------------------- statements


@record(frozen=True, slots=True)
class Evaluate:
    """An expression as a statement."""

    expression: Expression
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Variable:
    """One declarator: `int *p = &x`, `int a[4]`. `dimensions` are None where empty."""

    type: Type
    name: str
    dimensions: tuple[Expression | None, ...]
    initial: Expression | None
    static: bool
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Declare:
    variables: tuple[Variable, ...]
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Block:
    body: tuple[Statement, ...]
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class If:
    condition: Expression
    then: Statement
    otherwise: Statement | None
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class While:
    condition: Expression
    body: Statement
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class DoWhile:
    body: Statement
    condition: Expression
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class For:
    initial: Statement | None
    condition: Expression | None
    step: Expression | None
    body: Statement
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class MacroLoop:
    """`list_for_each_entry(p, head, node) body`: a call followed by a statement that it repeats."""

    call: Call
    body: Statement
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Switch:
    """`body` is a Block with Case statements in it, as in C."""

    value: Expression
    body: Statement
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Case:
    """`case value:`, `case value ... last:` or, where `value` is None, `default:`; the statements after it follow as
    siblings."""

    value: Expression | None
    span: Span = declare(compare=False, repr=False)
    last: Expression | None = None


@record(frozen=True, slots=True)
class Label:
    name: str
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Goto:
    label: str
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Break:
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Continue:
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Return:
    value: Expression | None
    span: Span = declare(compare=False, repr=False)


# Proses that are put where a hunk leaves out how a function goes on, and how it begins
OMITTED = "⋯"
OMITTED_ABOVE = "⋯⋯"


@record(frozen=True, slots=True)
class Prose:
    """Text that stands for code: `... stop waiting ...`, `return to guest`, a bare `...`.

    `leaves` says what it does to the flow, by its words: "break" (leaves the innermost loop),
    "return" (leaves the function) or None (skipped, with a note).
    """

    text: str
    leaves: Literal["break", "return"] | None
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Empty:
    span: Span = declare(compare=False, repr=False)


Statement = (
    Evaluate
    | Declare
    | Block
    | If
    | While
    | DoWhile
    | For
    | MacroLoop
    | Switch
    | Case
    | Label
    | Goto
    | Break
    | Continue
    | Return
    | Prose
    | Empty
)

# ------------------------------------------------------------------ top level


@record(frozen=True, slots=True)
class Parameter:
    type: Type
    name: str
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Function:
    """A function of the text or, where `column`, a diagram's column under its header."""

    name: str
    returns: Type | None
    parameters: tuple[Parameter, ...]
    body: Block
    column: bool
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Condition:
    """`exists (…)`, `~exists (…)` or `forall (…)`, its formula written with == && || ! as a C expression.

    Litmus spelling (`1:r0=0 /\\ x=1`) parses into the same nodes.
    """

    kind: Literal["exists", "~exists", "forall"]
    formula: Expression
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Field:
    """A member of a struct: its type, its dimensions as an array (each None where it is no name or number), and whether
    it is a bit-field.

    `unions` are the unnamed unions around it, each with the number of its member that this is or is inside of.
    """

    type: Type
    name: str
    dimensions: tuple[Name | Number | None, ...]
    is_bits: bool
    unions: tuple[tuple[Span, int], ...]
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Struct:
    """A definition of a struct or union, named as a Type is; those of unnamed ones inside are among its fields."""

    name: str
    fields: tuple[Field, ...]
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Typedef:
    """Another name of a type that is neither an array nor a function."""

    name: str
    type: Type
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Enum:
    """A definition of an enumeration, named as a Type is, and the names of its constants."""

    name: str
    enumerators: tuple[str, ...]
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Comment:
    """A comment's text without its markers, in the order of the text."""

    text: str
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Skipped:
    """A stretch, at top level or in a function, that was not understood and does not change the meaning."""

    text: str
    span: Span = declare(compare=False, repr=False)


@record(frozen=True, slots=True)
class Unit:
    """One program's text: a snippet or a diagram. `types` are those that it defines, `elsewhere` the names of the
    variables that it declares with `extern`."""

    functions: tuple[Function, ...]
    variables: tuple[Variable, ...]
    conditions: tuple[Condition, ...]
    comments: tuple[Comment, ...]
    skipped: tuple[Skipped, ...]
    span: Span = declare(compare=False, repr=False)
    types: tuple[Struct | Typedef | Enum, ...] = ()
    elsewhere: frozenset[str] = frozenset()
