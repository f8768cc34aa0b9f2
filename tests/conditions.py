"""Conditions of litmus tests, for the tests' own readers: `exists (0:r0=1 /\\ ~(x=2 \\/ [y]=1))`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from verifier.events.expression import Apply, Const, Expression


class UnsupportedError(Exception):
    """The reader does not know this; the argument says what."""


Kind = Literal["exists", "~exists", "forall"]


def read(text: str, atom: Callable[[str], Expression]) -> tuple[Kind, Expression]:
    """The kind and formula of a test's last part; `atom` gives the value that a name stands for."""
    match = re.search(r"(~\s*exists|exists|forall)\s*(.*)\Z", text, re.S)
    if match is None:
        raise UnsupportedError("no condition")
    kinds: dict[str, Kind] = {"~exists": "~exists", "exists": "exists", "forall": "forall"}
    kind = kinds[match.group(1).replace(" ", "")]
    tokens = re.findall(r"/\\|\\/|~|\(|\)|!=|==|=|not|true|false|[\w:.\[\]*-]+", match.group(2))
    rest, formula = _either(tokens, atom)
    if rest:
        raise UnsupportedError(f"condition: {rest[0]}")
    return kind, formula


def _either(tokens: list[str], atom: Callable[[str], Expression]) -> tuple[list[str], Expression]:
    tokens, left = _both(tokens, atom)
    while tokens[:1] == ["\\/"]:
        tokens, right = _both(tokens[1:], atom)
        left = Apply("||", (left, right))
    return tokens, left


def _both(tokens: list[str], atom: Callable[[str], Expression]) -> tuple[list[str], Expression]:
    tokens, left = _one(tokens, atom)
    while tokens[:1] == ["/\\"]:
        tokens, right = _one(tokens[1:], atom)
        left = Apply("&&", (left, right))
    return tokens, left


def _one(tokens: list[str], atom: Callable[[str], Expression]) -> tuple[list[str], Expression]:
    if not tokens:
        raise UnsupportedError("condition ends")
    match tokens[0]:
        case "~" | "not":
            rest, inner = _one(tokens[1:], atom)
            return rest, Apply("!", (inner,))
        case "(":
            rest, inner = _either(tokens[1:], atom)
            return rest[1:], inner
        case "true" | "false":
            return tokens[1:], Const(int(tokens[0] == "true"))
        case name:
            if len(tokens) < 3 or tokens[1] not in ("=", "==", "!="):
                raise UnsupportedError(f"condition: {name}")
            if not re.fullmatch(r"-?\d+|0x[\da-fA-F]+", tokens[2]):
                raise UnsupportedError("an address in the condition")
            operator = "!=" if tokens[1] == "!=" else "=="
            return tokens[3:], Apply(operator, (atom(name), Const(int(tokens[2], 0))))
