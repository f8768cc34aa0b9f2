"""The parser for pseudo-C: built once, fed with words, its errors said in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from verifier.cache import get, keep
from verifier.source import Source, Span
from verifier.syntax import literals
from verifier.syntax.build import Builder
from verifier.syntax.grammars import load
from verifier.syntax.lalr import Rejected, Tables
from verifier.syntax.leaf import Leaf, leaf
from verifier.syntax.problem import problem
from verifier.syntax.words import Word

STARTS = ("unit", "column", "expression")


def parse_words(source: Source, words: Sequence[Word], start: str) -> object:
    """What the start rule builds from the words. Raises Rejected."""
    tables, names = _tables()
    leaves = [_leaf(source, names, word, number) for number, word in enumerate(words)]
    try:
        return tables.run(leaves, start)
    except Rejected as rejected:
        spelled = {name: text for text, name in names.items()}
        raise Rejected(rejected.index, [spelled.get(n, n) for n in rejected.expected]) from None


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


def _leaf(source: Source, names: dict[str, str], word: Word, number: int) -> Leaf:
    if len(word.text) > literals.LONGEST and word.text[0].isdigit():
        literals.check_length(source, word.text, source.span(*word[2:]))
    line, column = source.place(word.line, word.column)
    end_line, end_column = source.place(word.end_line, word.end_column)
    return leaf(names.get(word.kind, word.kind), word.text, number, line, column, end_line, end_column)


@cache
def _tables() -> tuple[Tables, dict[str, str]]:
    """The tables of the grammar, and its name for each terminal that is written out in it."""
    grammar = load("pseudo_c")
    kept = get("pseudo_c", grammar.encode())
    if kept is None:
        from verifier.syntax.generate import generate  # with lark, which takes long to load

        kept = generate(grammar, STARTS)
        keep("pseudo_c", grammar.encode(), kept)
    data, names = kept
    return Tables(data, Builder()), names
