"""What operators make of numbers. Raises NotModelled where a product or a shift has more than WIDEST bits."""

from __future__ import annotations

from collections.abc import Callable

from verifier.limits import NotModelled

WIDEST = 4096  # bits of a number, where nothing says which type it has
_FURTHEST = 1024  # bits that a number is shifted by


def _divide(a: int, b: int) -> int:
    if b == 0:
        return 0
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def _times(a: int, b: int) -> int:
    _check(a.bit_length() + b.bit_length())
    return a * b


def _shifted(a: int, by: int) -> int:
    by = min(max(by, 0), _FURTHEST)
    _check(a.bit_length() + by)
    return a << by


def _check(bits: int) -> None:
    if bits > WIDEST:
        raise NotModelled(f"a number of more than {WIDEST:,} bits")


OPERATORS: dict[str, Callable[..., int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": _times,
    "/": _divide,
    "%": lambda a, b: a - b * _divide(a, b),
    "<<": _shifted,
    ">>": lambda a, b: a >> min(max(b, 0), _FURTHEST),
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    ">": lambda a, b: int(a > b),
    "<=": lambda a, b: int(a <= b),
    ">=": lambda a, b: int(a >= b),
    "&&": lambda a, b: int(bool(a) and bool(b)),
    "||": lambda a, b: int(bool(a) or bool(b)),
    "!": lambda a: int(not a),
    "~": lambda a: ~a,
    "neg": lambda a: -a,
    "?:": lambda c, a, b: a if c else b,
}
