"""What a value becomes where it is converted to an integer type that may be too small for it."""

from __future__ import annotations

from verifier.program.program import Apply, Number, Value
from verifier.program.words import Kind, signed, unsigned
from verifier.syntax import tree

_BOOLEAN = frozenset(("bool", "_Bool"))
_KINDS = {
    **dict.fromkeys(("u8", "__u8", "uint8_t", "unsigned char"), Kind(1, False)),
    **dict.fromkeys(("u16", "__u16", "uint16_t", "unsigned short", "unsigned short int"), Kind(2, False)),
    **dict.fromkeys(("s8", "__s8", "int8_t", "signed char", "char"), Kind(1, True)),
    **dict.fromkeys(("s16", "__s16", "int16_t", "short", "short int"), Kind(2, True)),
}


def truth(v: Value) -> Value:
    """`v` as 0 or 1."""
    if isinstance(v, Apply) and v.operator in ("==", "!=", "<", ">", "<=", ">=", "&&", "||", "!"):
        return v
    return Apply("!=", (v, Number(0)))


def fitting(v: int, to: tree.Type) -> int:
    """The number as one of that type, of one of at most 16 bits: those of others are taken to hold all there are."""
    fitted = converted(Number(v), to)
    assert isinstance(fitted, Number)
    return fitted.value


def converted(v: Value, to: tree.Type | None) -> Value:
    """A value as `fitting` is for a number."""
    if to is None or to.pointers:
        return v
    if to.name in _BOOLEAN:
        return Number(int(v.value != 0)) if isinstance(v, Number) else truth(v)
    kind = _KINDS.get(to.name)
    if kind is None:
        return v
    return signed(v, kind.size) if kind.is_signed else unsigned(v, kind.size)
