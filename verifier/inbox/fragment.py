"""What a stretch of a folded row would be as a cell: its statements and headers, and how likely it looks.

Costs are small numbers of no unit; only their order matters. 0 is code as people write it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from verifier.errors import SyntaxProblem
from verifier.record import record
from verifier.source import Source
from verifier.syntax.scanner import Token, scan
from verifier.syntax.vocabulary import is_loop_macro, is_type, leaving

Kind = Literal[
    "open", "close", "if", "loop", "while", "switch", "else", "do", "label", "case", "simple", "break", "jump"
]

_OPENERS = {"(": 1, "[": 1, ")": -1, "]": -1}
_HEADERS: dict[str, Kind] = {"if": "if", "for": "loop", "while": "while", "switch": "switch"}
_INFIX = frozenset("= == != && || + / % < > <= >= | ^ , ? -> . += -= *= |= &= << >>".split())
_STARTERS = frozenset(
    ("if", "else", "while", "do", "for", "switch", "case", "default", "goto", "break", "continue", "return")
)
_JOINED: dict[tuple[str, str], float] = {
    ("close", "else"): 0.0,
    ("close", "while"): 0.0,
    ("else", "if"): 0.3,
    ("if", "simple"): 0.6,
    ("if", "jump"): 0.4,
    ("if", "break"): 0.4,
    ("loop", "simple"): 0.6,
    ("while", "simple"): 0.4,
    ("else", "simple"): 0.5,
    ("else", "jump"): 0.4,
    ("else", "break"): 0.4,
}
_MARKS = frozenset((",", ".", "?", "!", ":", "-"))


@record(frozen=True, slots=True)
class Part:
    """A header, a brace or a simple statement; `ended` where it has its own `;`."""

    kind: Kind
    cost: float
    ended: bool


@record(frozen=True, slots=True)
class Fragment:
    """The parts of a cell, what they cost, and the text of a statement that the cell leaves unfinished."""

    parts: tuple[Part, ...]
    cost: float
    pending: str


@lru_cache(maxsize=20_000)
def read_fragment(text: str) -> Fragment | None:
    """The cell's parts; None where no code could look like that (a closing bracket too many)."""
    try:
        tokens = scan(Source.whole("", text)).tokens
    except SyntaxProblem:
        return None
    closing = _closing(tokens)
    if closing is None:
        return None
    parts: list[Part] = []
    position = 0
    while position < len(tokens):
        part, stop = _part(tokens, closing, position)
        if part is None:
            pending = text[tokens[position].column - 1 :]
            return Fragment(tuple(parts), _cost(parts) + 2.0, pending)
        parts.append(part)
        position = stop
    return Fragment(tuple(parts), _cost(parts), "")


def _cost(parts: Sequence[Part]) -> float:
    return sum(part.cost for part in parts) + sum(_join(a, b) for a, b in itertools.pairwise(parts))


def _join(before: Part, part: Part) -> float:
    """What speaks against two parts standing in one cell."""
    if part.kind == "open" and before.kind in ("if", "loop", "while", "switch", "else", "do"):
        return 0.0
    if before.kind in ("case", "label"):
        return 0.0
    if (before.kind, part.kind) in _JOINED:
        return _JOINED[before.kind, part.kind]
    return (
        1.2
        if before.ended or before.kind == "close"
        else 2.0
        if before.kind in ("simple", "jump", "break")
        else 1.0
    )


def _closing(tokens: Sequence[Token]) -> dict[int, int] | None:
    """Which parenthesis closes which, the end where none does. None for a closer without an opener."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for position, token in enumerate(tokens):
        step = _OPENERS.get(token.text, 0)
        if step > 0:
            opened.append(position)
        elif step < 0:
            if not opened:
                return None
            closing[opened.pop()] = position
    return closing | {opener: len(tokens) for opener in opened}


def _text(tokens: Sequence[Token], position: int) -> str:
    return tokens[position].text if position < len(tokens) else ""


def _part(tokens: Sequence[Token], closing: dict[int, int], first: int) -> tuple[Part | None, int]:
    """The part at `first` and where the next one starts; no part where the text ends inside it."""
    token = tokens[first]
    following = _text(tokens, first + 1)
    if token.text in ("{", "}"):
        return Part("open" if token.text == "{" else "close", 0.0, True), first + 1
    if token.text == ";":
        return Part("simple", 1.5, True), first + 1
    if token.text in ("else", "do"):
        return Part("else" if token.text == "else" else "do", 0.0, False), first + 1
    if following == "(" and token.text in _HEADERS:
        return _header(tokens, closing, first, _HEADERS[token.text])
    if token.kind == "name" and following == "(" and is_loop_macro(token.text):
        if _text(tokens, closing[first + 1] + 1) != ";":
            return _header(tokens, closing, first, "loop")
    if token.text in ("case", "default") or (token.kind == "name" and following == ":"):
        stop = next((p for p in range(first, len(tokens)) if tokens[p].text == ":"), None)
        if stop is not None:
            return Part("label" if token.kind == "name" else "case", 0.0, False), stop + 1
    return _simple(tokens, closing, first)


def _header(
    tokens: Sequence[Token], closing: dict[int, int], first: int, kind: Kind
) -> tuple[Part | None, int]:
    closer = closing[first + 1]
    if closer >= len(tokens):
        return None, closer
    ended = kind == "while" and _text(tokens, closer + 1) == ";"
    return Part(kind, 0.0, ended), closer + 2 if ended else closer + 1


def _simple(tokens: Sequence[Token], closing: dict[int, int], first: int) -> tuple[Part | None, int]:
    position = first
    while position < len(tokens) and tokens[position].text not in (";", "}"):
        if position > first and (
            tokens[position].text in _STARTERS and not _is_wordy(tokens, first, position)
        ):
            break
        if tokens[position].text == "{" and not (position and tokens[position - 1].text == "="):
            break
        position = closing.get(position, position) + 1
    body = tokens[first : min(position, len(tokens))]
    ended = _text(tokens, position) == ";"
    stop = position + 1 if ended else position
    if position >= len(tokens) and (position > len(tokens) or _is_unfinished(body)):
        return None, stop
    return Part(_simple_kind(body), _simple_cost(body, ended), ended), stop


def _simple_kind(body: Sequence[Token]) -> Kind:
    """How the statement passes control on."""
    if body[0].text in ("break", "continue"):
        return "break"
    if body[0].text in ("return", "goto"):
        return "jump"
    is_prose = body[0].kind == "dots" or _adjacent(body) is not None
    return "jump" if is_prose and leaving(" ".join(token.text for token in body)) else "simple"


def _is_wordy(tokens: Sequence[Token], first: int, position: int) -> bool:
    """Whether a keyword at `position` is an English word of the prose from `first` on."""
    plain = all(token.kind in ("name", "dots") for token in tokens[first:position])
    return (
        plain
        and tokens[position].text in ("for", "while", "do", "if", "return")
        and (_text(tokens, position + 1) not in ("(", ";", ""))
    )


def _is_unfinished(body: Sequence[Token]) -> bool:
    return bool(body) and body[-1].kind == "operator" and body[-1].text in _INFIX and body[0].kind != "dots"


def _simple_cost(body: Sequence[Token], ended: bool) -> float:
    """How little the tokens look like one statement."""
    if body[0].text in ("break", "continue", "goto"):
        rest = len(body) - (2 if body[0].text == "goto" else 1)
        return 0.0 if ended and not rest else 0.4 if not rest else 1.5
    if body[0].kind == "dots":
        return 0.0 if len(body) == 1 or body[-1].kind == "dots" else 0.8
    if body[0].text == "return":
        body = body[1:]
        if not body:
            return 0.0 if ended else 0.4
    gap = _adjacent(body)
    if gap is None:
        return _expression_cost(body, ended)
    if _is_declaration(body, ended):
        return 0.1
    words = " ".join(token.text for token in body)
    plain = all(
        token.kind in ("name", "keyword", "number", "dots", "junk", "char") or token.text in _MARKS
        for token in body
    )
    if plain and not ended:
        return 0.3 if leaving(words) else 0.7
    return 3.0


def _expression_cost(body: Sequence[Token], ended: bool) -> float:
    if len(body) == 1 and not ended:
        return 1.0
    starts_well = body[0].kind in ("name", "number") or body[0].text in (
        "*",
        "++",
        "--",
        "(",
        "&",
        "!",
        "-",
        "~",
    )
    effect = any(
        token.text in ("=", "++", "--", "(") or re.fullmatch(r"[-+*/|&^%]=", token.text) for token in body
    )
    cost = 0.0 if ended else 0.4
    return cost + (0.0 if starts_well else 3.0) + (0.0 if effect else 0.5)


def _adjacent(body: Sequence[Token]) -> int | None:
    """The first place where two operands stand side by side."""
    for position in range(1, len(body)):
        if can_end(body[position - 1]) and starts_operand(body[position]):
            if not _is_cast(body, position - 1):
                return position
    return None


def _is_cast(body: Sequence[Token], closer: int) -> bool:
    """Whether `)` at `closer` ends `(type)` or `(type *)`."""
    if body[closer].text != ")":
        return False
    opener = closer
    while opener > 0 and body[opener].text != "(":
        opener -= 1
    inside = body[opener + 1 : closer]
    before = body[opener - 1] if opener else None
    called = before is not None and before.kind in ("name", "keyword")
    named = [token for token in inside if token.text != "*"]
    return (
        not called
        and bool(named)
        and all(t.kind in ("name", "keyword") for t in named)
        and (inside[-1].text == "*" or is_type(named[0].text) or len(named) > 1)
    )


def _is_declaration(body: Sequence[Token], ended: bool) -> bool:
    if not (is_type(body[0].text) or body[0].text in ("struct", "static", "union", "enum", "const") or ended):
        return False
    names = 0
    while names < len(body) and (body[names].kind in ("name", "keyword") or body[names].text == "*"):
        names += 1
    return names > 1 and (names == len(body) or body[names].text in ("=", ",", "["))


def can_end(token: Token) -> bool:
    """Whether an operand may end with the token."""
    return token.kind in ("name", "number", "char", "string", "dots", "junk") or token.text in (")", "]")


def starts_operand(token: Token) -> bool:
    """Whether only a new operand or statement can start with the token."""
    return token.kind in ("name", "number", "char", "dots", "junk", "keyword")
