"""Machine words as values: numbers with a sign, of 1 to 8 bytes."""

from __future__ import annotations

from verifier.program.program import Apply, Number, Value
from verifier.record import record


@record(frozen=True, slots=True)
class Kind:
    """The values of a location or register: how many bytes, and whether the highest bit is a sign."""

    size: int
    is_signed: bool

    def fit(self, value: int) -> int:
        """The value of this kind with the same low bits."""
        low = value & ((1 << 8 * self.size) - 1)
        return low - (1 << 8 * self.size) if self.is_signed and low >> (8 * self.size - 1) else low


def apply(operator: str, *arguments: Value) -> Value:
    """An operator's result. Nothing is simplified: a dependency may rest on it."""
    return Apply(operator, arguments)


def negation(condition: Value) -> Value:
    return Apply("!", (condition,))


def signed(value: Value, size: int) -> Value:
    """The number with a sign that the low bytes are."""
    if isinstance(value, Number):
        return Number(Kind(size, True).fit(value.value))
    sign = Number(1 << (8 * size - 1))
    return apply("-", apply("^", unsigned(value, size), sign), sign)


def unsigned(value: Value, size: int) -> Value:
    """The number without a sign that the low bytes are."""
    if isinstance(value, Number):
        return Number(Kind(size, False).fit(value.value))
    return apply("&", value, Number((1 << 8 * size) - 1))


def added(a: Value, b: Value, size: int) -> Value:
    """The sum, as a word."""
    return signed(apply("+", a, b), size)


def shifted(kind: str, value: Value, by: Value, size: int) -> Value:
    """LSL, LSR, ASR or ROR of a word, by as many bits as `by` is modulo the word's."""
    bits = 8 * size
    by = Number(by.value % bits) if isinstance(by, Number) else apply("&", by, Number(bits - 1))
    if by == Number(0):
        return value
    if kind == "ASR":
        return apply(">>", value, by)
    if kind == "LSL":
        return signed(apply("<<", value, by), size)
    low = apply(">>", unsigned(value, size), by)
    if kind == "LSR":
        return signed(low, size)
    rest = Number(bits - by.value) if isinstance(by, Number) else apply("-", Number(bits), by)
    return signed(apply("|", low, apply("<<", unsigned(value, size), rest)), size)
