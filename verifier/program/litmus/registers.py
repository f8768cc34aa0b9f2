"""How a thread uses its registers: with what width, and which hold one address throughout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from verifier.memo import Memo
from verifier.record import record
from verifier.syntax import litmus_tree as tree

Register = Callable[[str], tuple[str, int] | None]
Use = Literal["operand", "base", "index"]


def canonical(register: Register, name: str) -> str:
    """A register's name as conditions have it."""
    known = register(name)
    return name if known is None else known[0]


def uses(column: tree.Column) -> Iterator[tuple[Use, str]]:
    """The registers that instructions name; an address's base that changes with the access is an operand too."""
    for i in column.instructions:
        yield from _uses(i)


def _uses(i: tree.Instruction) -> Iterator[tuple[Use, str]]:
    for number, operand in enumerate(i.operands):
        match operand:
            case tree.Register(name):
                yield "operand", name
            case tree.Memory(parts, writes_back):
                names = [p.name for p in parts if isinstance(p, tree.Register)]
                yield from (("base" if p == 0 else "index", name) for p, name in enumerate(names))
                if writes_back or _is_post_indexed(i, number):
                    yield from (("operand", name) for name in names[:1])
            case _:
                pass


def _is_post_indexed(i: tree.Instruction, number: int) -> bool:
    """Whether a number follows the memory operand: `[X1],#8`."""
    return isinstance(i.operands[-1], tree.Immediate) and number + 1 < len(i.operands)


@record(frozen=True, slots=True, eq=False)
class Named:
    """What an instruction names: registers, by their names in conditions, `inside` memory operands, as `operands`, by
    `whole` and by `half`, and `words`. `instruction` is kept, so that no other gets its id."""

    instruction: tree.Instruction
    inside: frozenset[str]
    operands: frozenset[str]
    whole: frozenset[str]
    half: frozenset[str]
    registers: tuple[str, ...]
    words: frozenset[str]


@record(frozen=True, slots=True, eq=False)
class Survey:
    """How a column uses registers.

    `constants`: those that occur in memory operands only, and are not written back: they never change. `narrow`:
    those that instructions name by 4 of their bytes alone, and that are no part of addresses. `words`: the names of
    instructions, their suffixes, and the words among their operands. `named`: an instruction at a time.
    """

    constants: frozenset[str]
    narrow: frozenset[str]
    words: frozenset[str]
    named: tuple[Named, ...]


_SURVEYS: Memo[tuple[Register, tree.Column], Survey] = Memo()
_NAMED: Memo[tuple[Register, int], Named] = Memo()


def survey(register: Register, column: tree.Column) -> Survey:
    """How a column uses its registers."""
    return _SURVEYS((register, column), lambda: _survey(register, column))


def _survey(register: Register, column: tree.Column) -> Survey:
    found = tuple([_named(register, i) for i in column.instructions])
    inside: frozenset[str] = frozenset().union(*[n.inside for n in found])
    half: frozenset[str] = frozenset().union(*[n.half for n in found])
    return Survey(
        inside.difference(*[n.operands for n in found]),
        half.difference(*[n.whole for n in found]),
        frozenset().union(*[n.words for n in found]),
        found,
    )


def _named(register: Register, i: tree.Instruction) -> Named:
    key = (register, id(i))
    found = _NAMED.get(key)
    if found is None:
        found = _name(register, i)
        _NAMED.keep(key, found)
    return found


def _name(register: Register, i: tree.Instruction) -> Named:
    inside: set[str] = set()
    operands: set[str] = set()
    whole: set[str] = set()
    half: set[str] = set()
    for use, name in _uses(i):
        known = register(name)
        (operands if use == "operand" else inside).add(name if known is None else known[0])
        if known is not None:
            (half if known[1] == 4 and use != "base" else whole).add(known[0])
    every = tuple(sorted(inside | operands))
    words = (o.name.upper() for o in i.operands if isinstance(o, tree.Word))
    return Named(
        i,
        frozenset(inside),
        frozenset(operands),
        frozenset(whole),
        frozenset(half),
        every,
        frozenset((i.name, *i.modifiers, *words)),
    )
