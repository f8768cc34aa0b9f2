"""Arithmetic, moves, shifts and extensions of AArch64."""

from __future__ import annotations

from verifier.program.litmus.aarch64_flags import set_flags
from verifier.program.litmus.aarch64_operands import (
    ZERO,
    extend,
    get,
    nothing_more,
    put,
    registers,
    second,
    size_of,
    sized,
)
from verifier.program.litmus.column import Column
from verifier.program.program import Number, Value
from verifier.program.words import added, apply, shifted, signed, unsigned
from verifier.syntax import litmus_tree as tree

_TWO = "ADD ADDS SUB SUBS AND ANDS ORR EOR BIC BICS ORN EON".split()
_COMPARISONS = {"CMP": "SUBS", "CMN": "ADDS", "TST": "ANDS"}


def _two(c: Column, i: tree.Instruction) -> None:
    target, left = registers(c, i.operands, 2)
    size = size_of(target)
    b = second(c, i.operands[2:], size)
    put(c, target, _computed(c, i.name, sized(c, left, size), b, size))


def _comparison(c: Column, i: tree.Instruction) -> None:
    (left,) = registers(c, i.operands, 1)
    size = size_of(left)
    _computed(c, _COMPARISONS[i.name], get(c, left), second(c, i.operands[1:], size), size)


def _computed(c: Column, name: str, a: Value, b: Value, size: int) -> Value:
    """The result of an operation; those that end in S set the flags."""
    operation = name.removesuffix("S")
    if operation in ("BIC", "ORN", "EON"):
        b = apply("~", b)
    operator = {"ADD": "+", "SUB": "-", "AND": "&", "BIC": "&", "ORR": "|", "ORN": "|"}.get(operation, "^")
    result = apply(operator, a, b)
    if operation in ("ADD", "SUB"):
        result = signed(result, size)
    if name.endswith("S"):
        set_flags(c, operation, a, b, result, size)
    return result


def _move(c: Column, i: tree.Instruction) -> None:
    """MOV, MOVZ, MOVN, MVN, NEG, NEGS."""
    (target,) = registers(c, i.operands, 1)
    size = size_of(target)
    value = second(c, i.operands[1:], size)
    if i.name in ("MOVN", "MVN"):
        value = Number(~value.value) if isinstance(value, Number) else apply("~", value)
    if i.name in ("NEG", "NEGS"):
        value = _computed(c, i.name.replace("NEG", "SUB"), ZERO, value, size)
    put(c, target, value)


def _move_part(c: Column, i: tree.Instruction) -> None:
    """MOVK: changes 16 bits of a register."""
    (target,) = registers(c, i.operands, 1)
    match i.operands[1:]:
        case (tree.Immediate(value),):
            by = 0
        case (tree.Immediate(value), tree.Shift("LSL", by)) if by in (0, 16, 32, 48):
            pass
        case _:
            raise c.fail("expected `MOVK register,#number` and perhaps `LSL #bits` by 16, 32 or 48")
    kept = apply("&", get(c, target), Number(~(0xFFFF << by)))
    put(c, target, signed(apply("|", kept, Number((value & 0xFFFF) << by)), size_of(target)))


def _shift(c: Column, i: tree.Instruction) -> None:
    target, source = registers(c, i.operands, 2)
    size = size_of(target)
    nothing_more(c, i.operands, 3)
    put(c, target, shifted(i.name, sized(c, source, size), second(c, i.operands[2:], size), size))


def _extension(c: Column, i: tree.Instruction) -> None:
    target, source = registers(c, i.operands, 2)
    nothing_more(c, i.operands, 2)
    put(c, target, extend(c, source, i.name, size_of(target)))


def _bit_field(c: Column, i: tree.Instruction) -> None:
    """UBFM and SBFM: bits `first` to `last` of the source, or its low bits moved up where `first` is the greater."""
    target, source = registers(c, i.operands, 2)
    size = size_of(target)
    value = sized(c, source, size)
    match i.operands[2:]:
        case (tree.Immediate(first), tree.Immediate(last)) if 0 <= first < 8 * size > last >= 0:
            pass
        case _:
            raise c.fail(f"expected `{i.name} register,register,#bit,#bit`")
    number = last - first + 1 if first <= last else last + 1
    low = apply("&", apply(">>", value, Number(first)) if first <= last else value, Number((1 << number) - 1))
    if i.name == "SBFM":
        sign = Number(1 << (number - 1))
        low = apply("-", apply("^", low, sign), sign)
    moved = low if first <= last else apply("<<", low, Number(8 * size - first))
    put(c, target, signed(moved, size))


def _product(c: Column, i: tree.Instruction) -> None:
    """MUL and MNEG, and MADD and MSUB, which add a fourth operand."""
    adds = i.name in ("MADD", "MSUB")
    target, a, b, *rest = registers(c, i.operands, 4 if adds else 3)
    nothing_more(c, i.operands, 4 if adds else 3)
    size = size_of(target)
    product = apply("*", sized(c, a, size), sized(c, b, size))
    put(c, target, _accumulated(i.name, product, sized(c, rest[0], size) if adds else None, size))


def _long_product(c: Column, i: tree.Instruction) -> None:
    """SMULL, SMNEGL, SMADDL, SMSUBL of two W registers, and the same with U."""
    adds = i.name[1:] in ("MADDL", "MSUBL")
    target, a, b, *rest = registers(c, i.operands, 4 if adds else 3)
    nothing_more(c, i.operands, 4 if adds else 3)
    left, right = sized(c, a, 4), sized(c, b, 4)
    if i.name.startswith("U"):
        left, right = unsigned(left, 4), unsigned(right, 4)
    stem = i.name[1:-1]
    put(c, target, _accumulated(stem, apply("*", left, right), sized(c, rest[0], 8) if adds else None, 8))


def _accumulated(name: str, product: Value, addend: Value | None, size: int) -> Value:
    if name in ("MNEG", "MSUB"):
        return signed(apply("-", ZERO if addend is None else addend, product), size)
    return signed(product, size) if addend is None else added(addend, product, size)


PLAIN = {
    **dict.fromkeys(_TWO, _two),
    **dict.fromkeys(_COMPARISONS, _comparison),
    **dict.fromkeys(("MOV", "MOVZ", "MOVN", "MVN", "NEG", "NEGS"), _move),
    "MOVK": _move_part,
    **dict.fromkeys(("LSL", "LSR", "ASR", "ROR"), _shift),
    **dict.fromkeys(("UXTB", "UXTH", "UXTW", "SXTB", "SXTH", "SXTW"), _extension),
    **dict.fromkeys(("UBFM", "SBFM"), _bit_field),
    **dict.fromkeys(("MUL", "MNEG", "MADD", "MSUB"), _product),
    **dict.fromkeys((f"{s}{name}L" for s in "SU" for name in ("MUL", "MNEG", "MADD", "MSUB")), _long_product),
}
