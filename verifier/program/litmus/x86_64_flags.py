"""The flags of x86-64, kept as the numbers that they compare."""

from __future__ import annotations

from verifier.program.litmus.column import Column
from verifier.program.program import Number, Value
from verifier.program.words import apply, signed, unsigned

_ZERO = Number(0)
_EQUAL = {**dict.fromkeys(("E", "Z"), "=="), **dict.fromkeys(("NE", "NZ"), "!=")}
_SIGNED = {
    **dict.fromkeys(("L", "LT", "NGE"), "<"),
    **dict.fromkeys(("LE", "NG"), "<="),
    **dict.fromkeys(("G", "GT", "NLE"), ">"),
    **dict.fromkeys(("GE", "NL"), ">="),
}
_SIGN = {"S": "<", "NS": ">="}
_BELOW = frozenset(("B", "C", "NAE"))
_NOT_BELOW = frozenset(("AE", "NB", "NC"))
_NOT_ABOVE = frozenset(("BE", "NA"))
_ABOVE = frozenset(("A", "NBE"))
_CARRY = _BELOW | _NOT_BELOW | _NOT_ABOVE | _ABOVE
CONDITIONS = frozenset((*_EQUAL, *_SIGNED, *_SIGN, *_CARRY))
_INITIAL = {"same": 1, "other": 0, "left": 1, "right": 0, "result": 1, "carry": 0}  # all flags 0


def compared(c: Column, a: Value, b: Value, size: int) -> None:
    """Sets the flags as CMP and SUB of b from a do."""
    carry = apply("<", unsigned(a, size), unsigned(b, size))
    _set(c, (a, b), (a, b), signed(apply("-", a, b), size), carry)


def summed(c: Column, a: Value, b: Value, size: int, has_carry: bool = True) -> None:
    """Sets the flags as ADD does; INC and DEC leave the carry as it is."""
    total = apply("+", a, b)
    result = signed(total, size)
    carry = apply(">", apply("+", unsigned(a, size), unsigned(b, size)), Number((1 << 8 * size) - 1))
    _set(c, (result, _ZERO), (total, _ZERO), result, carry if has_carry else None)


def computed(c: Column, result: Value) -> None:
    """Sets the flags as AND, OR, XOR and TEST do."""
    _set(c, (result, _ZERO), (result, _ZERO), result, _ZERO)


def _set(
    c: Column, same: tuple[Value, Value], signs: tuple[Value, Value], result: Value, carry: Value | None
) -> None:
    """Sets those of the flags that the thread's jumps ask for."""
    if c.conditions & (_EQUAL.keys() | _NOT_ABOVE | _ABOVE):
        _pair(c, ("same", "other"), same)
    if c.conditions & _SIGNED.keys():
        _pair(c, ("left", "right"), signs)
    if c.conditions & _SIGN.keys():
        c.set("flags.result", result)
    if c.conditions & _CARRY and carry is not None:
        c.set("flags.carry", carry)


def _pair(c: Column, names: tuple[str, str], values: tuple[Value, Value]) -> None:
    for name, value in zip(names, values, strict=True):
        c.set(f"flags.{name}", value)


def holds(c: Column, condition: str) -> Value:
    """Whether the flags meet one of CONDITIONS."""
    if condition in _EQUAL:
        return apply(_EQUAL[condition], _flag(c, "same"), _flag(c, "other"))
    if condition in _SIGNED:
        return apply(_SIGNED[condition], _flag(c, "left"), _flag(c, "right"))
    if condition in _SIGN:
        return apply(_SIGN[condition], _flag(c, "result"), _ZERO)
    below = apply("!=" if condition in _BELOW | _NOT_ABOVE else "==", _flag(c, "carry"), _ZERO)
    if condition in _NOT_ABOVE:
        return apply("||", below, holds(c, "E"))
    return apply("&&", below, holds(c, "NE")) if condition in _ABOVE else below


def _flag(c: Column, name: str) -> Value:
    c.start.setdefault(f"flags.{name}", _INITIAL[name])
    return c.get(f"flags.{name}")
