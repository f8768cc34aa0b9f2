"""What a value becomes where it is converted to an integer type that may be too small for it."""

from __future__ import annotations

from verifier.program.program import Apply, Number, Value
from verifier.syntax import tree

_BOOLEAN = frozenset(("bool", "_Bool"))
_UNSIGNED = dict.fromkeys(("u8", "__u8", "uint8_t", "unsigned char"), 8) | dict.fromkeys(
    ("u16", "__u16", "uint16_t", "unsigned short", "unsigned short int"), 16
)
_SIGNED = dict.fromkeys(("s8", "__s8", "int8_t", "signed char", "char"), 8) | dict.fromkeys(
    ("s16", "__s16", "int16_t", "short", "short int"), 16
)


def truth(v: Value) -> Value:
    """`v` as 0 or 1."""
    if isinstance(v, Apply) and v.operator in ("==", "!=", "<", ">", "<=", ">=", "&&", "||", "!"):
        return v
    return Apply("!=", (v, Number(0)))


def fitting(v: int, to: tree.Type) -> int:
    """The number as one of that type, of one of at most 16 bits: those of others are taken to hold all there are."""
    if to.pointers:
        return v
    if to.name in _BOOLEAN:
        return int(v != 0)
    if bits := _UNSIGNED.get(to.name) or _SIGNED.get(to.name):
        mask, sign = _mask_and_sign(bits, to)
        return ((v & mask) ^ sign) - sign
    return v


def converted(v: Value, to: tree.Type | None) -> Value:
    """A value as `fitting` is for a number."""
    if to is None or to.pointers:
        return v
    if isinstance(v, Number):
        return Number(fitting(v.value, to))
    if to.name in _BOOLEAN:
        return truth(v)
    if bits := _UNSIGNED.get(to.name) or _SIGNED.get(to.name):
        mask, sign = _mask_and_sign(bits, to)
        low = Apply("&", (v, Number(mask)))
        return Apply("-", (Apply("^", (low, Number(sign))), Number(sign))) if sign else low
    return v


def _mask_and_sign(bits: int, to: tree.Type) -> tuple[int, int]:
    """The bits of a type, and of them the one that says the sign; 0 where none does."""
    return (1 << bits) - 1, (1 << bits - 1) if to.name in _SIGNED else 0
