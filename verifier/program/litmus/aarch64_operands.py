"""Registers and operands of AArch64: how they are written, and what they stand for."""

from __future__ import annotations

import re
from functools import lru_cache

from verifier.program.litmus.column import Column
from verifier.program.litmus.common import Kind
from verifier.program.program import Number, Value
from verifier.program.words import added, shifted, signed, unsigned
from verifier.record import record
from verifier.syntax import litmus_tree as tree

_REGISTER = re.compile(r"(?:([WX])(ZR|SP|\d+)|(W?)(SP)|([WX]?)(%\w+))\Z", re.IGNORECASE)
BYTES = {"B": 1, "H": 2, "": 0}
ZERO = Number(0)

# ------------------------------------------------------------------- registers


@lru_cache(maxsize=256)
def register(name: str) -> tuple[str, int] | None:
    """A register's name as an X register, and the bytes of the name."""
    match = _REGISTER.match(name)
    if match is None:
        return None
    if match[6] is not None:
        return match[6], 4 if match[5].upper() == "W" else 8
    if match[4] is not None:
        return "SP", 4 if match[3] else 8
    if match[2].isdecimal() and int(match[2]) > 30:
        return None
    return "X" + match[2].upper(), 4 if match[1].upper() == "W" else 8


def order(name: str) -> tuple[int, str]:
    """General registers by number, then the others by name."""
    number = name[1:]
    return (int(number), "") if number.isdecimal() else (99, name)


def is_zero(r: tree.Register) -> bool:
    """Whether it is XZR or WZR, which hold 0 and are never written."""
    return r.name.upper() in ("XZR", "WZR")


def size_of(r: tree.Register) -> int:
    """The bytes of the name that a register is written with."""
    known = register(r.name)
    return 8 if known is None else known[1]


def get(c: Column, r: tree.Register) -> Value:
    """What it holds under that name, as a number with a sign."""
    return ZERO if is_zero(r) else c.view(r.name)


def put(c: Column, r: tree.Register, value: Value) -> None:
    """Sets it to a number that fits its name."""
    if not is_zero(r):
        c.put(r.name, value)


# ------------------------------------------------------------------ operands


def registers(c: Column, operands: tuple[tree.Operand, ...], number: int) -> tuple[tree.Register, ...]:
    """The first operands, which must be that many registers."""
    found = tuple(o for o in operands[:number] if isinstance(o, tree.Register))
    if len(found) < number:
        raise c.fail(f"expected {number} register{'s'[: number - 1]} after {c.instruction.name}")
    return found


def nothing_more(c: Column, operands: tuple[tree.Operand, ...], number: int) -> None:
    """Raises an error if there are more operands than that."""
    if len(operands) > number:
        raise c.fail(f"found {len(operands)} operands after {c.instruction.name}; expected {number}")


def second(c: Column, operands: tuple[tree.Operand, ...], size: int) -> Value:
    """A number, or a register with a shift or an extension: the last operand of arithmetic."""
    match operands:
        case (tree.Immediate(value),):
            return Number(Kind(size, True).fit(value))
        case (tree.Immediate(value), tree.Shift("LSL", by)):
            return Number(Kind(size, True).fit(value << by % 64))
        case (tree.Register() as r,):
            return sized(c, r, size)
        case (tree.Register() as r, tree.Shift(kind, by)):
            return _extended(c, r, kind, by, size)
        case _:
            raise c.fail(f"expected a number or a register as {c.instruction.name}'s last operand")


def sized(c: Column, r: tree.Register, size: int) -> Value:
    """What a register holds that must be written with a name of that many bytes."""
    if size_of(r) != size:
        raise c.fail(f"found {r.name}; expected a register of {8 * size} bits")
    return get(c, r)


def _extended(c: Column, r: tree.Register, kind: str, by: int, size: int) -> Value:
    if kind in ("LSL", "LSR", "ASR", "ROR"):
        return shifted(kind, get(c, r), Number(by), size_of(r))
    return shifted("LSL", extend(c, r, kind, size), Number(by), size)


def extend(c: Column, r: tree.Register, kind: str, size: int) -> Value:
    """UXTB … SXTX of what a register holds, for a result of that many bytes."""
    value = get(c, r)
    width = {"B": 1, "H": 2, "W": 4, "X": 8}[kind[3]]
    if width >= size or (kind[0] == "S" and width >= size_of(r)):
        return value
    return signed(value, width) if kind[0] == "S" else unsigned(value, width)


@record(frozen=True, slots=True)
class Where:
    """A memory operand: its base, what is added for the access, and what the base gets after it."""

    base: str
    offset: Value
    after: Value | None


def memory(c: Column, operands: tuple[tree.Operand, ...]) -> Where:
    """The last operands: `[X1]`, `[X1,#8]`, `[X1,W2,SXTW #3]`, `[X1,#8]!`, `[X1],#8`."""
    match operands:
        case (tree.Memory((tree.Register(base), *rest), writes_back),):
            offset = _offset(c, tuple(rest))
            if not writes_back:
                return Where(base_of(c, base), offset, None)
            c.put(base, added(c.view(base), offset, 8))
            return Where(base_of(c, base), ZERO, None)
        case (tree.Memory((tree.Register(base),), False), tree.Immediate(by)):
            return Where(base_of(c, base), ZERO, Number(by))
        case _:
            raise c.fail(
                f"expected an address such as `[X1]`, `[X1,#8]` or `[X1,W2,SXTW]` after {c.instruction.name}"
            )


def base_of(c: Column, name: str) -> str:
    """The register that an address starts from."""
    known = register(name)
    if known is None or known[1] != 8:
        raise c.fail(f"found {name} as an address; expected an X register")
    return known[0]


def _offset(c: Column, parts: tuple[object, ...]) -> Value:
    match parts:
        case ():
            return ZERO
        case (tree.Immediate(value),):
            return Number(value)
        case (tree.Register() as r,):
            return sized(c, r, 8)
        case (tree.Register() as r, tree.Shift(kind, by)) if kind in ("LSL", "UXTW", "SXTW", "SXTX", "UXTX"):
            return _extended(c, r, kind, by, 8)
        case _:
            raise c.fail("expected an address such as `[X1]`, `[X1,#8]`, `[X1,X2]` or `[X1,W2,SXTW]`")


def write_back(c: Column, where: Where) -> None:
    """Gives the base what it gets after the access."""
    if where.after is not None:
        c.put(where.base, added(c.view(where.base), where.after, 8))


def narrowed(c: Column, r: tree.Register, size: int) -> Value:
    """What a store of the register's low bytes writes."""
    value = get(c, r)
    return signed(value, size) if size < size_of(r) else value
