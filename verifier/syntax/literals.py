"""The values of literals and of enumeration constants."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.record import replace
from verifier.source import Source, Span
from verifier.syntax import tree
from verifier.syntax.problem import problem

LONGEST = 1000  # characters of a number
_ESCAPES = {"n": 10, "t": 9, "r": 13, "0": 0, "a": 7, "b": 8, "f": 12, "v": 11}


def integer(text: str) -> int:
    """The value of `0x1UL`, `017`, `0b1`, `12`."""
    digits = text.rstrip("uUlL")
    if re.fullmatch(r"0[0-7]+", digits):
        return int(digits, 8)
    return int(digits, 10) if digits.isdigit() else int(digits, 0)


def check_length(source: Source, text: str, span: Span) -> None:
    """Raises SyntaxProblem for a number of more characters than can be read."""
    if len(text) > LONGEST:
        message = f"found a number of {len(text)} characters; expected at most {LONGEST}"
        raise problem(source, "syntax", message, span)


def character(text: str) -> int:
    """The value of a character literal, its quotes among the text."""
    inside = text[1:-1]
    if not inside.startswith("\\"):
        return ord(inside)
    escape = inside[1:]
    if escape[0] == "x" and len(escape) > 1:
        return int(escape[1:], 16)
    if re.fullmatch(r"[0-7]+", escape):
        return int(escape, 8)
    return _ESCAPES.get(escape[0], ord(escape[0]))


def string(text: str) -> str:
    """The inside of a string literal, escapes as written; of a macro for a part of one its name."""
    return text.removeprefix("L")[1:-1] if text.endswith('"') else text


def number_constants(constants: Sequence[tree.Variable]) -> tuple[tree.Variable, ...]:
    """Enumeration constants, each without a value given the one after its predecessor's."""
    numbered: list[tree.Variable] = []
    for constant in constants:
        initial = constant.initial
        if initial is None:
            initial = _next(numbered[-1].initial if numbered else None, constant)
        numbered.append(replace(constant, initial=initial))
    return tuple(numbered)


def _next(previous: tree.Expression | None, constant: tree.Variable) -> tree.Expression:
    if previous is None:
        return tree.Number(0, "0", constant.span)
    if isinstance(previous, tree.Number):
        return tree.Number(previous.value + 1, str(previous.value + 1), constant.span)
    one = tree.Number(1, "1", constant.span)
    if (
        isinstance(previous, tree.Binary)
        and previous.operator == "+"
        and isinstance(previous.right, tree.Number)
    ):
        count = previous.right.value + 1
        return tree.Binary("+", previous.left, tree.Number(count, str(count), constant.span), constant.span)
    return tree.Binary("+", previous, one, constant.span)
