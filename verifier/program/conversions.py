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


def converted(v: Value, to: tree.Type | None) -> Value:
    """`v` as a value of that type, of one of at most 16 bits: those of others are taken to hold all there are."""
    if to is None or to.pointers:
        return v
    if to.name in _BOOLEAN:
        return Number(int(v.value != 0)) if isinstance(v, Number) else truth(v)
    if bits := _UNSIGNED.get(to.name) or _SIGNED.get(to.name):
        mask, sign = (1 << bits) - 1, (1 << bits - 1) if to.name in _SIGNED else 0
        if isinstance(v, Number):
            return Number(((v.value & mask) ^ sign) - sign)
        low = Apply("&", (v, Number(mask)))
        return Apply("-", (Apply("^", (low, Number(sign))), Number(sign))) if sign else low
    return v
