"""The syntax tree of litmus tests, as herd7 and the kernel write them.

A test comes in parts, and each distinct text of a part is parsed once: the same text gives the same object (which is
why State, Column, Code and Final compare by identity). So spans are places in the part's own text; Part.source knows
where that stands in the user's file.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from verifier.record import field, record
from verifier.source import Source, Span
from verifier.syntax import tree

T = TypeVar("T")

# -------------------------------------------------------- initial and final state


@record(frozen=True, slots=True)
class Initial:
    """One item of the initial state: `0:X1=x`, `x=1`, `int *y=&x`, `int a[2]={1,2}`, `a[1]=3`, `uint64_t x`.

    `type` is as written, with its stars (`int *`); `size` is that of a declared array, `index` the element that is
    set. `thread` is None for a location, and for a register `%name` that one thread alone has. A str as `value` is
    the location whose address it is (`x`, `a[1]`), None: no value is given.
    """

    thread: int | None
    name: str
    type: str | None
    size: int | None
    index: int | None
    value: int | str | tuple[int | str, ...] | None
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Place:
    """A register or local of a thread, a location (`thread` is None), or an element of one."""

    thread: int | None
    name: str
    index: int | None
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Comparison:
    """Places and values compared; a str is the location whose address is meant."""

    left: Place
    operator: Literal["==", "!="]
    right: int | str | Place
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Truth:
    value: bool
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Not:
    formula: Formula
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class And:
    items: tuple[Formula, ...]
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Or:
    items: tuple[Formula, ...]
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Implies:
    left: Formula
    right: Formula
    span: Span = field(compare=False, repr=False)


Formula = Comparison | Truth | Not | And | Or | Implies


@record(frozen=True, slots=True)
class Quantified:
    """The test's condition; `text` as written."""

    kind: Literal["exists", "~exists", "forall"]
    formula: Formula
    text: str
    span: Span = field(compare=False, repr=False)


# --------------------------------------------------------------------- assembly


@record(frozen=True, slots=True)
class Register:
    """A register by the name it is written with (`W0`, `%eax`, `x5`); `%name` stands for any free one."""

    name: str


@record(frozen=True, slots=True)
class Immediate:
    value: int


@record(frozen=True, slots=True)
class Word:
    """A label, a condition, a barrier's domain …: what it is depends on the instruction."""

    name: str


@record(frozen=True, slots=True)
class Shift:
    """How the operand before it is shifted or extended (LSL, SXTW …), and by how much."""

    kind: str
    amount: int


@record(frozen=True, slots=True)
class Memory:
    """A memory operand: registers, numbers and locations that add up to an address.

    `writes_back`: the first register gets the address (`[X1,#8]!`).
    """

    parts: tuple[Register | Immediate | Word | Shift, ...]
    writes_back: bool


Operand = Register | Immediate | Word | Shift | Memory


@record(frozen=True, slots=True)
class Instruction:
    """A cell of a column: the labels on it, and an instruction (`name` is empty where there is none).

    `name` is upper case and without the suffixes and prefixes that stand apart in `modifiers`
    (RISC-V's aq and rl, x86's LOCK).
    """

    labels: tuple[str, ...]
    name: str
    modifiers: tuple[str, ...]
    operands: tuple[Operand, ...]
    text: str
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True, eq=False)
class Column:
    """A thread in assembly, whichever of the test's it is; its own text (`source`) has the place of the head on the
    first line (`span`), then the cells."""

    instructions: tuple[Instruction, ...]
    source: Source
    span: Span


# ---------------------------------------------------------------------------- C


@record(frozen=True, slots=True, eq=False)
class Code:
    """Functions in C; `source` is their own text."""

    unit: tree.Unit
    source: Source


# ------------------------------------------------------------------------- test


@record(frozen=True, slots=True, eq=False)
class State:
    """The initial state."""

    items: tuple[Initial, ...]


@record(frozen=True, slots=True, eq=False)
class Final:
    """What is asked of the final state."""

    locations: tuple[Place, ...]
    filter: Formula | None
    condition: Quantified | None


@record(frozen=True, slots=True)
class Part(Generic[T]):
    """A part of a test, and where its text stands in the user's file."""

    tree: T
    source: Source


@record(frozen=True, slots=True)
class LitmusTest:
    """A test: `columns` are its threads in assembly; in C they are the functions P0, P1 … of `codes`, each a code of
    its own where nothing but functions that do not know each other stands in the text."""

    architecture: str
    name: str
    initial: Part[State]
    columns: tuple[Part[Column], ...]
    codes: tuple[Part[Code], ...]
    final: Part[Final]
