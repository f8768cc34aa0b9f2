"""Items of the initial state, of `locations`, and formulas: each distinct text is parsed once."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal, NamedTuple, cast

from lark import Token, Transformer
from lark.exceptions import UnexpectedInput

from verifier.source import Span
from verifier.syntax import litmus_tree as tree
from verifier.syntax.litmus_pieces import explain, parser
from verifier.syntax.problem import Unreadable

Value = int | str | tuple[int | str, ...]
Children = list[Any]

_NAMES = {
    "NUMBER": "a number",
    "NAME": "a name",
    "THREAD": "a thread's register (`0:X1`)",
    "SYMBOLIC": "",
    "STARS": "`*`",
    "EQUAL": "`=`",
    "OTHER": "",
    "OR": "`\\/`",
    "AND": "`/\\`",
    "NOT": "`~`",
    "TRUE": "",
    "FALSE": "",
    "ATOMIC_INIT": "",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "COMMA": "`,`",
    "COLON": "`:`",
    "AMPERSAND": "`&`",
    "__ANON_0": "`=>`",
    "$END": "",
}
_FOREIGN = (
    (r"\b(?:PTE|TTD|PA|pa_\w+)\s*\(|\boa\s*:|\bpte_\w+|\bparel1_t", "page tables"),
    (r"\bfault\s*\(|\bFault\s*\(", "faults"),
    (r"\binstr:|\blabel:|=\s*P?\d+\s*:\s*[A-Za-z_.]\w*\s*\Z|=\s*\"|=\s*NOP", "code as data"),
    (r"\btag\s*\(|=\s*:\s*\w+|\b[A-Za-z_]\w*:(?:red|green|blue|yellow)", "memory tags"),
    (r"\bpac\w*\s*\(", "pointer authentication"),
    (r"\{\s*[\d:]", "vectors"),
)


class Fields(NamedTuple):
    """An Initial without its span."""

    thread: int | None
    name: str
    type: str | None
    size: int | None
    element: int | None
    value: Value | None


@lru_cache(maxsize=4096)
def initial(text: str) -> Fields:
    """An item of the initial state. Raises Unreadable."""
    return cast(Fields, _parse(text, "initial"))


@lru_cache(maxsize=4096)
def location(text: str) -> tree.Place:
    """An item of `locations`, its span relative to the item. Raises Unreadable."""
    return cast(tree.Place, _parse(text, "location"))


@lru_cache(maxsize=4096)
def formula(text: str) -> tree.Formula:
    """A formula, its spans relative to the text. Raises Unreadable."""
    return cast(tree.Formula, _parse(text, "formula"))


def _parse(text: str, start: str) -> object:
    try:
        return parser("litmus", _Builder, ("initial", "location", "formula")).parse(text, start=start)
    except UnexpectedInput as error:
        for pattern, what in _FOREIGN:
            foreign = re.search(pattern, text)
            if foreign is not None:
                message = f"{what} are not modelled; expected numbers and addresses of locations"
                raise Unreadable("not-modelled", message, foreign.start(), foreign.end()) from None
        raise explain(error, text, _NAMES) from None


_LONGEST = 40  # characters of a number, zeros before it too


def number(text: str) -> int:
    """A decimal or hexadecimal number with its sign. Raises Unreadable if it has more than 64 bits."""
    value = None
    if len(text) <= _LONGEST:
        value = int(text, 16) if "x" in text or "X" in text else int(text)
    if value is None or not -(1 << 63) <= value < 1 << 64:
        start = text.start_pos or 0 if isinstance(text, Token) else 0
        message = f"found a number of {len(text)} characters; expected one of at most 64 bits"
        raise Unreadable("litmus-syntax", message, start, start + len(text))
    return value


def _span(first: Token, last: Token) -> Span:
    return Span(first.line or 1, first.column or 1, last.end_line or 1, last.end_column or 1)


def _thread(text: Token) -> int:
    return number(text.update(value=text.lstrip("P")))


class _Builder(Transformer[Token, Any]):
    def initial(self, c: Children) -> Fields:
        type_, stars, where, _, value = c
        words = " ".join(word for word in (type_, "*" * str(stars or "").count("*")) if word) or None
        place: tree.Place = where
        is_array = place.index is not None and type_ is not None
        size, index = (place.index, None) if is_array else (None, place.index)
        return Fields(place.thread, place.name, words, size, index, value)

    def untyped(self, c: Children) -> Fields:
        place: tree.Place = c[0]
        return Fields(None, place.name, None, None, place.index, c[2])

    def type(self, c: Children) -> str:
        return " ".join(str(word) for word in c)

    def wrapped(self, c: Children) -> Value:
        return cast(Value, c[1])

    def values(self, c: Children) -> Value:
        return (*c,)

    def number(self, c: Children) -> int:
        return number(c[0])

    def address(self, c: Children) -> str:
        name, index = c
        return str(name) if index is None else f"{name}[{number(index)}]"

    def location(self, c: Children) -> tree.Place:
        return cast(tree.Place, c[0])

    def register(self, c: Children) -> tree.Place:
        return tree.Place(_thread(c[0]), str(c[1]), None, _span(c[0], c[1]))

    def element(self, c: Children) -> tree.Place:
        name, index = c
        return tree.Place(
            None, str(name), None if index is None else number(index), _span(name, index or name)
        )

    bracketed = element

    def symbolic(self, c: Children) -> tree.Place:
        """A register of one thread, which need not be said."""
        return tree.Place(None, str(c[0]), None, _span(c[0], c[0]))

    def other(self, c: Children) -> tree.Place:
        return cast(tree.Place, c[1])

    left = other

    def comparison(self, c: Children) -> tree.Comparison:
        left, operator, right = c
        equal: Literal["==", "!="] = "==" if operator in ("=", "==") else "!="
        return tree.Comparison(left, equal, right, left.span)

    def true(self, c: Children) -> tree.Truth:
        return tree.Truth(True, _span(c[0], c[0]))

    def false(self, c: Children) -> tree.Truth:
        return tree.Truth(False, _span(c[0], c[0]))

    def not_(self, c: Children) -> tree.Not:
        return tree.Not(c[1], c[1].span)

    def and_(self, c: Children) -> tree.And:
        return tree.And((*c[::2],), c[0].span.to(c[-1].span))

    def or_(self, c: Children) -> tree.Or:
        return tree.Or((*c[::2],), c[0].span.to(c[-1].span))

    def implies(self, c: Children) -> tree.Implies:
        return tree.Implies(c[0], c[1], c[0].span.to(c[1].span))
