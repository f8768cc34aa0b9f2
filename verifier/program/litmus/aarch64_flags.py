"""AArch64's flags, kept as the numbers that they compare, and the selects that rest on them."""

from __future__ import annotations

from verifier.program.litmus.aarch64_operands import ZERO, nothing_more, put, registers, size_of, sized
from verifier.program.litmus.column import Column
from verifier.program.program import Number, Value
from verifier.program.words import added, apply, signed, unsigned
from verifier.syntax import litmus_tree as tree

CONDITIONS = frozenset("EQ NE CS HS CC LO MI PL VS VC HI LS GE LT GT LE AL".split())
_EQUAL = {"EQ": "==", "NE": "!="}
_SIGNED = {"LT": "<", "GE": ">=", "GT": ">", "LE": "<="}
_UNSIGNED = {"CS": ">=", "HS": ">=", "CC": "<", "LO": "<", "HI": ">", "LS": "<="}
_SIGN = {"MI": "<", "PL": ">="}
_OVERFLOW = {"VS": "!=", "VC": "=="}
_INITIAL = {
    "same": 1,
    "other": 0,
    "left": 1,
    "right": 0,
    "low": 0,
    "high": 1,
    "result": 1,
}  # all four flags 0


def set_flags(c: Column, operation: str, a: Value, b: Value, result: Value, size: int) -> None:
    """Sets the flags for ADD, SUB or a logical operation of two words, as far as the thread asks for them.

    EQ and NE compare `same` with `other`, signed conditions `left` with `right`, the carry's `low` with `high`.
    Sign and overflow are those of `result`.
    """
    same, other = (a, b) if operation == "SUB" else (result, ZERO)
    left, right = (apply("+", a, b), ZERO) if operation == "ADD" else (same, other)
    if c.conditions & _EQUAL.keys():
        _set(c, same=same, other=other)
    if c.conditions & (_SIGNED.keys() | _OVERFLOW.keys()):
        _set(c, left=left, right=right)
    if c.conditions & _UNSIGNED.keys():
        low, high = unsigned(a, size), unsigned(b, size)
        if operation == "ADD":
            low, high = apply("+", low, high), Number(1 << 8 * size)
        elif operation != "SUB":
            low, high = apply("&", result, ZERO), Number(1)
        _set(c, low=low, high=high)
    if c.conditions & (_SIGN.keys() | _OVERFLOW.keys()):
        _set(c, result=result)


def _set(c: Column, **values: Value) -> None:
    for name, value in values.items():
        c.set(f"flags.{name}", value)


def _flag(c: Column, name: str) -> Value:
    c.start.setdefault(f"flags.{name}", _INITIAL[name])
    return c.get(f"flags.{name}")


def holds(c: Column, condition: str) -> Value:
    """Whether the flags meet a condition."""
    if condition in _EQUAL:
        return apply(_EQUAL[condition], _flag(c, "same"), _flag(c, "other"))
    if condition in _SIGNED:
        return apply(_SIGNED[condition], _flag(c, "left"), _flag(c, "right"))
    if condition in _UNSIGNED:
        return apply(_UNSIGNED[condition], _flag(c, "low"), _flag(c, "high"))
    if condition in _SIGN:
        return apply(_SIGN[condition], _flag(c, "result"), ZERO)
    if condition in _OVERFLOW:
        difference = apply("-", _flag(c, "left"), _flag(c, "right"))
        return apply(_OVERFLOW[condition], _flag(c, "result"), difference)
    return Number(1)


def _condition(c: Column, operand: tree.Operand | None) -> Value:
    if not isinstance(operand, tree.Word) or operand.name.upper() not in CONDITIONS:
        raise c.fail(f"expected a condition such as EQ or NE as {c.instruction.name}'s last operand")
    return holds(c, operand.name.upper())


# --------------------------------------------------------------------- selects

_SHORT = {"CINC": "CSINC", "CINV": "CSINV", "CNEG": "CSNEG"}


def _select(c: Column, i: tree.Instruction) -> None:
    target, a, b = registers(c, i.operands, 3)
    size = size_of(target)
    nothing_more(c, i.operands, 4)
    when = _condition(c, i.operands[3] if len(i.operands) > 3 else None)
    other = _otherwise(i.name, sized(c, b, size), size)
    put(c, target, apply("select", when, sized(c, a, size), other))


def _short_select(c: Column, i: tree.Instruction) -> None:
    """CINC Wd,Wn,cond: the changed value where the condition holds."""
    target, a = registers(c, i.operands, 2)
    size = size_of(target)
    when = _condition(c, i.operands[2] if len(i.operands) == 3 else None)
    value = sized(c, a, size)
    put(c, target, apply("select", when, _otherwise(_SHORT[i.name], value, size), value))


def _set_select(c: Column, i: tree.Instruction) -> None:
    (target,) = registers(c, i.operands, 1)
    when = _condition(c, i.operands[1] if len(i.operands) == 2 else None)
    put(c, target, apply("select", when, Number(1 if i.name == "CSET" else -1), ZERO))


def _otherwise(name: str, value: Value, size: int) -> Value:
    match name:
        case "CSINC":
            return added(value, Number(1), size)
        case "CSINV":
            return apply("~", value)
        case "CSNEG":
            return signed(apply("neg", value), size)
        case _:
            return value


PLAIN = {
    **dict.fromkeys(("CSEL", "CSINC", "CSINV", "CSNEG"), _select),
    **dict.fromkeys(_SHORT, _short_select),
    **dict.fromkeys(("CSET", "CSETM"), _set_select),
}
