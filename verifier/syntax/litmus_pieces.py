"""Parsing of small pieces: Lark's errors, as offsets into the piece and words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from verifier.syntax import grammars
from verifier.syntax.problem import Unreadable


@cache
def parser(name: str, builder: type[Transformer[Token, Any]], starts: tuple[str, ...]) -> Lark:
    """The parser of `grammars/NAME.lark`, which builds nodes while it parses."""
    with grammars.table_file(name) as table:
        return Lark(
            grammars.load(name),
            parser="lalr",
            lexer="contextual",
            start=list(starts),
            maybe_placeholders=True,
            transformer=builder(),
            cache=table,
        )


def explain(error: UnexpectedInput, text: str, names: Mapping[str, str]) -> Unreadable:
    """The error in words; `names` are words for the grammar's terminals, empty for those not to be listed."""
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return Unreadable(
            "litmus-syntax", f"found its end; expected {_listed(error.expected, names)}", len(text), 0
        )
    start = error.pos_in_stream or 0
    accepted: Collection[str] = ()
    if isinstance(error, UnexpectedToken):
        accepted = error.expected
    elif isinstance(error, UnexpectedCharacters):
        accepted = error.allowed
    found = re.match(r"[\w.%$]+|\S", text[start:])
    word = found[0] if found else text[start:]
    return Unreadable(
        "litmus-syntax", f"found `{word}`; expected {_listed(accepted, names)}", start, start + len(word)
    )


def _listed(accepted: Collection[str], names: Mapping[str, str]) -> str:
    words = sorted({names.get(kind, kind) for kind in accepted} - {""})
    if len(words) < 2:
        return "".join(words) or "nothing more"
    return ", ".join(words[:-1]) + " or " + words[-1]
