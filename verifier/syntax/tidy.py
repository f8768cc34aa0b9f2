"""Takes out of the tokens what says nothing about order: qualifiers and attributes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from verifier.source import Source
from verifier.syntax.problem import problem
from verifier.syntax.scanner import Token
from verifier.syntax.vocabulary import ATTRIBUTES, QUALIFIERS

_AFTER_NAME = frozenset((";", ",", "["))


def tidy(source: Source, tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens without qualifiers and attributes, pseudo-code's `a <- b` made an assignment."""
    kept: list[Token] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        is_name = token.kind == "name"
        if is_name and token.text in ATTRIBUTES:
            position = _past_group(source, tokens, position)
            continue
        if is_name and token.text == "scoped_cond_guard":
            kept += tokens[position : (first := _next_comma(tokens, position))]
            position = _next_comma(tokens, first)  # past a statement, which is no argument
            continue
        if not is_name and _is_assigning_arrow(tokens, position):
            end = tokens[position + 1]
            kept.append(token._replace(text="=", end_line=end.end_line, end_column=end.end_column))
            position += 2
            continue
        if not (is_name and token.text in QUALIFIERS):
            kept.append(token)
        position += 1
    return tuple(kept)


def typedef_names(tokens: Sequence[Token]) -> frozenset[str]:
    """The names that `typedef … name;` introduces anywhere in the text."""
    names: set[str] = set()
    for position, token in enumerate(tokens):
        if token.text == "typedef" and token.kind == "keyword":
            name = _defined(tokens, position)
            if name is not None:
                names.add(name)
    return frozenset(names)


def extern_names(tokens: Sequence[Token]) -> frozenset[str]:
    """The names of the variables that are declared with `extern`; the tokens have it still."""
    names: set[str] = set()
    for position, token in enumerate(tokens):
        if token.text == "extern" and token.kind == "name":
            end = next(
                (p for p in range(position, len(tokens)) if tokens[p].text in (";", "(", "{")), position
            )
            if tokens[end].text == ";":
                stretch = tokens[position : end + 1]
                names.update(
                    a.text for a, b in pairwise(stretch) if a.kind == "name" and b.text in _AFTER_NAME
                )
    return frozenset(names)


def _defined(tokens: Sequence[Token], first: int) -> str | None:
    depth = 0
    for position in range(first + 1, len(tokens)):
        text = tokens[position].text
        depth += {"{": 1, "}": -1}.get(text, 0)
        if (
            depth == 0
            and text == "("
            and tokens[position + 1 : position + 2]
            and tokens[position + 1].text == "*"
        ):
            return tokens[position + 2].text if position + 2 < len(tokens) else None
        if text == "typedef":
            return None
        if depth == 0 and text == ";":
            return tokens[position - 1].text if tokens[position - 1].kind == "name" else None
    return None


def _next_comma(tokens: Sequence[Token], position: int) -> int:
    """The position of the next comma of the same call; that after `position` where there is none."""
    if position >= len(tokens):
        return position
    depth = int(tokens[position].text == ",")
    for index in range(position + 1, len(tokens)):
        text = tokens[index].text
        if depth == 1 and text == ",":
            return index
        depth += {"(": 1, ")": -1}.get(text, 0)
        if depth == 0:
            break
    return position + 1


def _past_group(source: Source, tokens: Sequence[Token], position: int) -> int:
    """The position after an attribute and its parentheses."""
    following = position + 1
    if following >= len(tokens) or tokens[following].text != "(":
        return following
    depth = 0
    for index in range(following, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[index].text, 0)
        if depth == 0:
            return index + 1
    message = "this `(` is never closed; expected `)` before the end"
    raise problem(source, "unbalanced", message, source.span(*tokens[following][2:]))


def _is_assigning_arrow(tokens: Sequence[Token], position: int) -> bool:
    """`a <- b`: `<` and `-` without a blank between, with blanks around."""
    if tokens[position].text != "<" or position == 0 or position + 2 >= len(tokens):
        return False
    before, less, minus, following = tokens[position - 1 : position + 3]
    return (
        minus.text == "-"
        and (less.end_line, less.end_column) == (minus.line, minus.column)
        and (before.end_line, before.end_column) != (less.line, less.column)
        and (minus.end_line, minus.end_column) != (following.line, following.column)
    )
