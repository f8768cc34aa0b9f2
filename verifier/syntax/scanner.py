"""Text to words: one regular expression cuts a source into tokens, comments and preprocessor lines.

Nothing is judged here but a comment or a string that never ends: what is no C is a token of
kind "junk", so that prose in pseudo-code gets through.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from verifier.errors import SyntaxProblem
from verifier.record import record
from verifier.source import Source

Kind = Literal["name", "keyword", "number", "char", "string", "dots", "operator", "junk"]

KEYWORDS = frozenset(
    """if else while do for switch case default goto break continue return sizeof static typedef
    enum struct union""".split()
)

_PATTERN = re.compile(
    r"""
      (?P<blank>[ \t\r\f\v]+|\\\r?\n)
    | (?P<line>\n)
    | (?P<block>/\*.*?\*/)
    | (?P<open_block>/\*)
    | (?P<slashes>//[^\n]*)
    | (?P<name>[^\W\d]\w*)
    | (?P<number>(?:0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)[uUlL]*(?!\w))
    | (?P<string>L?"(?:[^"\\\n]|\\.)*")
    | (?P<open_string>")
    | (?P<char>'(?:[^'\\\n]|\\[^\n]|\\x[0-9a-fA-F]+|\\[0-7]{2,3})')
    | (?P<dots>\.\.+|…|⋯)
    | (?P<operator>→|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|/\\|\\/
        |[-+*/%&|^!~<>=?:,.;()\[\]{}])
    | (?P<junk>\d\w*|.)
    """,
    re.VERBOSE | re.DOTALL,
)

# One character for one, so that places stay right.
_ASCII = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "\u00a0": " ", "≔": "="}
)


_KINDS: dict[str, Kind] = {
    "name": "name",
    "number": "number",
    "char": "char",
    "string": "string",
    "dots": "dots",
    "operator": "operator",
}


_ON_ONE_LINE = frozenset(("name", "number", "operator", "dots"))


class Token(NamedTuple):
    """A word of the text; the place is one of the derived source, not yet the user's."""

    kind: Kind
    text: str
    line: int
    column: int
    end_line: int
    end_column: int


class Remark(NamedTuple):
    """A comment with its markers, or a preprocessor line with its continuations."""

    text: str
    line: int
    column: int
    end_line: int
    end_column: int


@record(frozen=True, slots=True)
class Scan:
    tokens: tuple[Token, ...]
    comments: tuple[Remark, ...]
    directives: tuple[Remark, ...]


_DIRECTIVE = re.compile(r"[ \t]*#(?:[^\n\\]|\\\r?\n|\\.)*")


def scan(source: Source) -> Scan:
    """All words of `source`, in order. Raises SyntaxProblem at a comment or string without an end."""
    text = source.text if source.text.isascii() else source.text.translate(_ASCII)
    tokens: list[Token] = []
    comments: list[Remark] = []
    directives: list[Remark] = []
    line, start, position = 1, 0, 0
    while position < len(text):
        if position == start and (match := _DIRECTIVE.match(text, position)) is not None:
            kind = "directive"
        else:
            match = _PATTERN.match(text, position)
            if match is None or match.lastgroup is None:
                raise RuntimeError("the scanner's last alternative matches any character")
            kind = match.lastgroup
        value = match.group()
        first_line, column = line, position - start + 1
        if kind not in _ON_ONE_LINE and "\n" in value:
            line += value.count("\n")
            start = position + value.rindex("\n") + 1
        position = match.end()
        if kind in ("blank", "line"):
            continue
        place = (first_line, column, line, position - start + 1)
        if kind in ("block", "slashes"):
            comments.append(Remark(value, *place))
        elif kind == "directive":
            directives.append(Remark(value, *place))
        elif kind == "open_block":
            raise _endless(source, place, "comment", "`*/`")
        elif kind == "open_string":
            raise _endless(source, place, "string", '`"` on the same line')
        else:
            tokens.append(Token(_kind(kind, value), value, *place))
    return Scan(tuple(tokens), tuple(comments), tuple(directives))


def _kind(group: str, value: str) -> Kind:
    if group == "name" and value in KEYWORDS:
        return "keyword"
    return _KINDS.get(group, "junk")


def _endless(source: Source, place: tuple[int, int, int, int], what: str, end: str) -> SyntaxProblem:
    span = source.span(*place)
    message = f"this {what} never ends; expected {end} after it"
    return SyntaxProblem(f"unterminated-{what}", message, source.name, span, source.quote(span.line))
