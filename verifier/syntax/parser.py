"""The Lark parser for pseudo-C: built once, fed with words, its errors said in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache

from lark import Lark, Token, UnexpectedToken
from lark.lexer import Lexer

from verifier.source import Source, Span
from verifier.syntax import literals
from verifier.syntax.build import Builder
from verifier.syntax.grammars import load, table_file
from verifier.syntax.lalr import Tables, Unexpected
from verifier.syntax.problem import problem
from verifier.syntax.words import Word


class _Feed(Lexer):
    """Hands the words over as they are: the layout has made them."""

    def __init__(self, lexer_conf: object) -> None:
        pass

    def lex(self, data: Sequence[Token]) -> Iterator[Token]:  # type: ignore[override]
        return iter(data)


class Rejected(Exception):
    """The grammar does not accept the word at `index` (the text's end where it is len(words))."""

    def __init__(self, index: int, expected: Collection[str]) -> None:
        super().__init__(index)
        self.index = index
        self.expected = expected


def parse_words(source: Source, words: Sequence[Word], start: str) -> object:
    """What the start rule builds from the words. Raises Rejected."""
    names = _terminals()
    tokens = [_token(source, names, word, index) for index, word in enumerate(words)]
    try:
        return _tables().run(tokens, start)
    except Unexpected:
        pass
    try:
        return _lark().parse(tokens, start=start)
    except UnexpectedToken as error:
        index = error.token.start_pos if error.token.type != "$END" else len(words)
        spelled = {name: text for text, name in names.items()}
        accepted = error.interactive_parser.accepts()  # type: ignore[no-untyped-call]
        raise Rejected(index or 0, [spelled.get(name, name) for name in accepted]) from None


def explain(source: Source, words: Sequence[Word], rejected: Rejected) -> Exception:
    """The syntax error for the reader: what was found and what would be accepted."""
    expected = _expected(rejected.expected)
    if rejected.index >= len(words):
        found, span = "the end of the text", _last(source, words)
    else:
        word = words[rejected.index]
        span = source.span(*word[2:])
        found = "the end of the line" if word[2:4] == word[4:6] else f"`{_short(word.text)}`"
    return problem(source, "syntax", f"found {found}; expected {expected}", span)


def _last(source: Source, words: Sequence[Word]) -> Span:
    if not words:
        return source.span(1, 1, 1, 1)
    return source.span(words[-1].end_line, words[-1].end_column, words[-1].end_line, words[-1].end_column)


def _short(text: str) -> str:
    first = text.split("\n", 1)[0]
    return first if len(first) <= 40 else first[:37] + "..."


_STATEMENT = frozenset(("if", "while", "return"))
_NAMED = {"NAME": "a name", "TYPE": "a type", "STRING": "a string", "$END": "the end of the text"}
_HIDDEN = frozenset(
    ("NUMBER", "CHAR", "SCOPED", "LOOP", "FIELDS", "PROSE", "WORDS", "SKIPPED", "NAME", "STRING")
)


def _expected(accepted: Collection[str]) -> str:
    """Words for a set of terminals: whole classes by name, the rest as they are written."""
    rest = set(accepted)
    classes: list[str] = []
    if rest >= _STATEMENT:
        classes.append("a statement")
        rest &= {"}", "else", "$END"}
    elif "exists" in rest:
        classes.append("a function, a declaration or `exists (…)`")
        rest = set()
    elif rest >= {"NUMBER", "NAME"}:
        classes.append("an expression")
        rest &= {")", "]", "}", ";", "{"}
    elif rest >= {"==", "+", "&&"}:
        classes.append("an operator")
        rest &= {")", "]", "}", ";", ",", ":"}
    named = [_NAMED[kind] for kind in sorted(rest & set(_NAMED))]
    spelled = [f"`{kind}`" for kind in sorted(rest - set(_NAMED) - _HIDDEN)]
    return _either(spelled[:6] + named + classes)


def _either(items: Sequence[str]) -> str:
    if len(items) < 2:
        return "".join(items) or "nothing more"
    return ", ".join(items[:-1]) + " or " + items[-1]


def _token(source: Source, names: dict[str, str], word: Word, index: int) -> Token:
    if len(word.text) > literals.LONGEST and word.text[0].isdigit():
        literals.check_length(source, word.text, source.span(*word[2:]))
    line, column = source.place(word.line, word.column)
    end_line, end_column = source.place(word.end_line, word.end_column)
    return Token(
        names.get(word.kind, word.kind), word.text, index, line, column, end_line, end_column, index + 1
    )


@cache
def _lark() -> Lark:
    return Lark(
        load("pseudo_c"),
        parser="lalr",
        lexer=_Feed,
        start=["unit", "column", "expression"],
        strict=True,
        keep_all_tokens=True,
        maybe_placeholders=False,
        transformer=Builder(),
        cache=table_file("pseudo_c"),
    )


@cache
def _tables() -> Tables:
    return Tables(_lark())


@cache
def _terminals() -> dict[str, str]:
    """The grammar's name for each terminal that is written out in it."""
    return {terminal.pattern.value: terminal.name for terminal in _lark().terminals if terminal.pattern}
