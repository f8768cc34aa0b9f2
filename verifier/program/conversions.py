"""C's integer types, and what a value becomes where it is converted from one to another.

A type is a Kind here, in which bool is one byte without a sign, or None: no integer, or unknown. A value of a known
kind is one that the kind has. Signed arithmetic is taken not to overflow, as C has it; what has no sign wraps.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from verifier.program.program import Apply, Local, Number, Value
from verifier.program.words import Kind, signed, unsigned
from verifier.syntax import tree

Typed = tuple[Value, Kind | None]

INT = Kind(4, True)
SIZE = Kind(8, False)  # what sizeof gives
_BOOLEAN = frozenset(("bool", "_Bool"))
_NAMED = {
    **dict.fromkeys(("u8", "__u8", "uint8_t", "uchar"), Kind(1, False)),
    **dict.fromkeys(("u16", "__u16", "uint16_t", "ushort", "__le16", "__be16"), Kind(2, False)),
    **dict.fromkeys(("u32", "__u32", "uint32_t", "uint", "__le32", "__be32", "gfp_t"), Kind(4, False)),
    **dict.fromkeys(("u64", "__u64", "uint64_t", "ulong", "__le64", "__be64"), Kind(8, False)),
    **dict.fromkeys(("size_t", "uintptr_t", "sector_t", "pgoff_t", "dma_addr_t"), Kind(8, False)),
    **dict.fromkeys(("s8", "__s8", "int8_t"), Kind(1, True)),
    **dict.fromkeys(("s16", "__s16", "int16_t"), Kind(2, True)),
    **dict.fromkeys(("s32", "__s32", "int32_t", "atomic_t"), INT),
    **dict.fromkeys(("s64", "__s64", "int64_t", "ssize_t", "loff_t", "ptrdiff_t", "ktime_t"), Kind(8, True)),
    **dict.fromkeys(("atomic64_t", "atomic_long_t"), Kind(8, True)),
    **dict.fromkeys(_BOOLEAN, Kind(1, False)),
}
_WORDS = frozenset(("char", "short", "int", "long", "signed", "unsigned"))
_COMPARED = frozenset(("==", "!=", "<", ">", "<=", ">="))
_ASKED = _COMPARED | {"&&", "||", "!"}


@cache
def named(name: str) -> Kind | None:
    """The kind of a type by its words, in whatever order these are."""
    words = name.split()
    if name in _NAMED or not words or not _WORDS.issuperset(words):
        return _NAMED.get(name)
    is_signed = "unsigned" not in words
    if "char" in words:
        return Kind(1, "signed" in words)  # alone it has no sign, as on Arm, and in all kernels since 6.2
    if "short" in words:
        return Kind(2, is_signed)
    return Kind(8 if "long" in words else 4, is_signed)


def kind_of(of: tree.Type | None) -> Kind | None:
    """The kind of a type; None for a pointer."""
    return None if of is None or of.pointers else named(of.name)


def of_literal(text: str, value: int) -> Kind | None:
    """The kind of a number as it is written: C11 6.4.4.1."""
    suffix = text.lower()[len(text.lower().rstrip("ul")) :]
    sizes = (8,) if "l" in suffix else (4, 8)
    signs = (False,) if "u" in suffix else (True,) if text[:1] in "123456789" else (True, False)
    kinds = (Kind(size, is_signed) for size in sizes for is_signed in signs)
    return next((k for k in kinds if k.fit(value) == value), None)


def of_value(v: Value, kinds: Mapping[str, Kind]) -> Kind | None:
    """The kind of a value by what it is; `kinds` are those of locals."""
    match v:
        case Number(value):
            return of_literal("0", value)
        case Apply(operator) if operator in _ASKED:
            return INT
        case Local(name):
            return kinds.get(name)
        case _:
            return None


def truth(v: Value) -> Value:
    """`v` as 0 or 1."""
    return v if isinstance(v, Apply) and v.operator in _ASKED else Apply("!=", (v, Number(0)))


def fitting(v: int, to: tree.Type) -> int:
    """The number as one of that type."""
    if not to.pointers and to.name in _BOOLEAN:
        return int(v != 0)
    kind = kind_of(to)
    return v if kind is None else kind.fit(v)


def converted(v: Typed, to: tree.Type | None) -> Value:
    """A value as `fitting` is for a number."""
    value, _ = v
    if to is None or to.pointers:
        return value
    if to.name in _BOOLEAN:
        return Number(int(value.value != 0)) if isinstance(value, Number) else truth(value)
    return as_kind(v, named(to.name))


def as_kind(v: Typed, to: Kind | None) -> Value:
    """A value as one of that kind. Of one that the text does not tell the kind of, it is taken to fit into those with a
    sign and at least 32 bits; and what is read, which may be a pointer, into those of 64 bits."""
    value, kind = v
    if to is None or _fits(value, kind, to):
        return value
    if to.is_signed:
        return value if kind is None and to.size >= INT.size else signed(value, to.size)
    return unsigned(value, to.size)


def _fits(v: Value, kind: Kind | None, to: Kind) -> bool:
    """Whether it is sure that a kind has a value."""
    match v:
        case Number(value):
            return to.fit(value) == value
        case Apply(operator) if operator in _ASKED:
            return True
        case Apply("&", (_, Number(mask)) | (Number(mask), _)) if 0 <= mask == to.fit(mask):
            return True
        case _:
            pass
    if kind is None:
        return isinstance(v, Local) and to.size == SIZE.size
    return kind == to or (kind.size < to.size and (to.is_signed or not kind.is_signed))


def promoted(kind: Kind | None) -> Kind | None:
    """The integer promotions: C11 6.3.1.1."""
    return INT if kind is not None and kind.size < INT.size else kind


def common(a: Kind | None, b: Kind | None) -> Kind | None:
    """The usual arithmetic conversions: C11 6.3.1.8. What the text does not tell the kind of is taken to be of the
    other's."""
    a, b = promoted(a), promoted(b)
    if a is None or b is None or a == b:
        return a or b
    if a.is_signed == b.is_signed:
        return max(a, b, key=lambda k: k.size)
    with_sign, without = (a, b) if a.is_signed else (b, a)
    return with_sign if with_sign.size > without.size else without


def unary(operator: str, operand: Typed) -> Typed:
    """-, ~ or ! of a value."""
    value, kind = operand
    if operator == "!":
        return Apply("!", (value,)), INT
    return _wrapped(Apply("neg" if operator == "-" else operator, (value,)), promoted(kind))


def binary(operator: str, a: Typed, b: Typed) -> Typed:
    """An operator that evaluates both its operands."""
    if operator in ("<<", ">>"):
        return _wrapped(Apply(operator, (a[0], b[0])), promoted(a[1]), operator == "<<")
    kind = common(a[1], b[1])
    if kind is None or kind.is_signed:
        found: Value = Apply(operator, (a[0], b[0]))
        return found, INT if operator in _COMPARED else kind
    if operator in ("+", "-", "*"):
        return _wrapped(Apply(operator, (a[0], b[0])), kind)
    if operator == "&" and (_fits(*a, kind) or _fits(*b, kind)):
        return Apply("&", (a[0], b[0])), kind
    found = Apply(operator, (as_kind(a, kind), as_kind(b, kind)))
    return found, INT if operator in _COMPARED else kind


def _wrapped(value: Value, kind: Kind | None, may_exceed: bool = True) -> Typed:
    """The result of an operator, of that kind."""
    if kind is None or kind.is_signed or not may_exceed:
        return value, kind
    return unsigned(value, kind.size), kind
