"""What AArch64 instructions mean (Arm ARM, C6.2): operations, with herd7's names for the tags of events.

Words are numbers with a sign. A W register that the thread never names as an X register is kept as one of 4 bytes;
an X register as one of 8.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from verifier.program.litmus import aarch64_arithmetic, aarch64_atomics, aarch64_flags, aarch64_memory
from verifier.program.litmus.aarch64_flags import CONDITIONS, holds
from verifier.program.litmus.aarch64_operands import (
    ZERO,
    get,
    nothing_more,
    order,
    register,
    registers,
    size_of,
)
from verifier.program.litmus.column import Column, Isa
from verifier.program.program import Number
from verifier.program.words import apply
from verifier.syntax import litmus_tree as tree

MODELLED = "loads, stores, exclusives, CAS, SWP, LD<op>, DMB, DSB, ISB, arithmetic, selects and branches"

# -------------------------------------------------------------------- branches


def _label(c: Column, operand: tree.Operand | None) -> str:
    if not isinstance(operand, tree.Word):
        raise c.fail(f"expected a label as {c.instruction.name}'s last operand")
    return operand.name


def _branch(c: Column, i: tree.Instruction) -> None:
    nothing_more(c, i.operands, 1)
    label = _label(c, i.operands[0] if i.operands else None)
    if not i.modifiers:
        c.jump(label)
    elif len(i.modifiers) == 1 and i.modifiers[0] in CONDITIONS:
        c.jump(label, holds(c, i.modifiers[0]))
    else:
        raise c.fail(f"found B.{'.'.join(i.modifiers)}; expected a condition such as B.EQ or B.NE")


def _compare_and_branch(c: Column, i: tree.Instruction) -> None:
    (r,) = registers(c, i.operands, 1)
    nothing_more(c, i.operands, 2)
    label = _label(c, i.operands[1] if len(i.operands) > 1 else None)
    c.jump(label, apply("==" if i.name == "CBZ" else "!=", get(c, r), ZERO))


def _test_and_branch(c: Column, i: tree.Instruction) -> None:
    (r,) = registers(c, i.operands, 1)
    match i.operands[1:]:
        case (tree.Immediate(bit), label) if 0 <= bit < 8 * size_of(r):
            tested = apply("&", get(c, r), Number(1 << bit))
            c.jump(_label(c, label), apply("==" if i.name == "TBZ" else "!=", tested, ZERO))
        case _:
            raise c.fail(f"expected `{i.name} register,#bit,label`")


# -------------------------------------------------------------------- barriers

_DOMAINS = frozenset(d + k for d in ("ISH", "OSH", "NSH") for k in ("", "LD", "ST")) | {"SY", "LD", "ST"}


def _barrier(c: Column, i: tree.Instruction) -> None:
    match i.operands:
        case (tree.Word(name),) if name.upper() in _DOMAINS:
            c.fence(f"{i.name}.{name.upper()}", f"{i.name} {name.upper()}")
        case _:
            raise c.fail(f"expected {', '.join(sorted(_DOMAINS))} after {i.name}")


def _isb(c: Column, i: tree.Instruction) -> None:
    nothing_more(c, i.operands, 0)
    c.fence("ISB", "ISB")


def _nop(c: Column, _: tree.Instruction) -> None:
    """Nothing happens."""


_PLAIN: dict[str, Callable[[Column, tree.Instruction], None]] = {
    **aarch64_arithmetic.PLAIN,
    **aarch64_flags.PLAIN,
    "B": _branch,
    **dict.fromkeys(("CBZ", "CBNZ"), _compare_and_branch),
    **dict.fromkeys(("TBZ", "TBNZ"), _test_and_branch),
    **dict.fromkeys(("DMB", "DSB"), _barrier),
    "ISB": _isb,
    "NOP": _nop,
}
Family = Callable[[Column, tree.Instruction, re.Match[str]], None]
_FAMILIES: tuple[tuple[re.Pattern[str], Family], ...] = (*aarch64_memory.FAMILIES, *aarch64_atomics.FAMILIES)


def lower(c: Column, i: tree.Instruction) -> None:
    """An instruction's operations. Raises ProgramError."""
    if i.name != "B" and i.modifiers:
        raise c.not_modelled(f"{i.name}.{'.'.join(i.modifiers)}", MODELLED)
    known = _PLAIN.get(i.name)
    if known is not None:
        known(c, i)
        return
    family = _family(i.name)
    if family is None:
        raise c.not_modelled(i.name, MODELLED)
    family[0](c, i, family[1])


@lru_cache(maxsize=1024)
def _family(name: str) -> tuple[Family, re.Match[str]] | None:
    """What lowers an instruction of that name, and what its name says."""
    for pattern, family in _FAMILIES:
        match = pattern.match(name)
        if match is not None:
            return family, match
    return None


ISA = Isa(register, order, lower, {c: c for c in CONDITIONS})
