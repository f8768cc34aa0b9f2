"""Asks Lark for the tables of a grammar whose words are made elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lark import Lark, Token
from lark.lexer import Lexer

from verifier.syntax.lalr import HANDS_ON, MAKES_LIST, Data, Rule


class _Feed(Lexer):
    """Hands the words over as they are."""

    def __init__(self, lexer_conf: object) -> None:
        pass

    def lex(self, data: Sequence[Token]) -> Iterator[Token]:  # type: ignore[override]
        return iter(data)


def generate(grammar: str, starts: Sequence[str]) -> tuple[Data, dict[str, str]]:
    """The tables, and the grammar's name for each terminal that is written out in it."""
    lark = make(grammar, starts, None)
    return _tables_of(lark), {t.pattern.value: t.name for t in lark.terminals if t.pattern}


def make(grammar: str, starts: Sequence[str], builder: Any) -> Lark:
    """Lark's own parser, with an object that has a method for each rule."""
    return Lark(
        grammar,
        parser="lalr",
        lexer=_Feed,
        start=[*starts],
        strict=True,
        keep_all_tokens=True,
        maybe_placeholders=False,
        transformer=builder,
    )


def _tables_of(lark: Lark) -> Data:
    """Lark's tables, as data."""
    frontend: Any = lark.parser
    table = frontend.parser.parser.parse_table
    numbers: dict[Any, int] = {}
    states = {
        state: {
            kind: target if isinstance(target, int) else -1 - numbers.setdefault(target, len(numbers))
            for kind, (_, target) in steps.items()
        }
        for state, steps in table.states.items()
    }
    return dict(table.start_states), dict(table.end_states), states, [_rule(rule) for rule in numbers]


def _rule(rule: Any) -> Rule:
    origin = str(rule.origin.name)
    lists = tuple(i for i, s in enumerate(rule.expansion) if not s.is_term and s.name.startswith("_"))
    size = len(rule.expansion)
    if rule.options.expand1 and not rule.alias:
        if lists:
            raise NotImplementedError(f"{origin}: a rule that may hand on one child takes no repetitions")
        if size == 1:
            return origin, HANDS_ON, size, ()
    return origin, MAKES_LIST if origin.startswith("_") else str(rule.alias or origin), size, lists
