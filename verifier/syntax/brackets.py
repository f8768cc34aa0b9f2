"""Which bracket closes which: checked before parsing, so that an error can name the opener."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.source import Source
from verifier.syntax.problem import problem
from verifier.syntax.scanner import Token

NESTING = 200
_CLOSER = {"(": ")", "[": "]", "{": "}"}
_OPENER = {close: opener for opener, close in _CLOSER.items()}


def match(source: Source, tokens: Sequence[Token]) -> dict[int, int]:
    """The index of the closing bracket for each opening one.

    Raises SyntaxProblem where they do not balance or nest deeper than NESTING.
    """
    closing: dict[int, int] = {}
    opened: list[int] = []
    for position, token in enumerate(tokens):
        if token.kind != "operator":
            continue
        if token.text in _CLOSER:
            opened.append(position)
            _check_depth(source, tokens, opened)
        elif token.text in _OPENER:
            closing[_opener(source, tokens, opened, position)] = position
    if opened:
        raise _unclosed(source, tokens, opened)
    return closing


def _opener(source: Source, tokens: Sequence[Token], opened: list[int], position: int) -> int:
    found = tokens[position]
    span = source.span(*found[2:])
    if not opened:
        message = f"found `{found.text}`, but no `{_OPENER[found.text]}` is open here"
        raise problem(source, "unbalanced", message, span)
    opener = opened.pop()
    expected = _CLOSER[tokens[opener].text]
    if found.text != expected:
        line, column = source.place(tokens[opener].line, tokens[opener].column)
        message = (
            f"found `{found.text}`; expected `{expected}` to close the `{tokens[opener].text}` "
            f"of line {line}, column {column}"
        )
        raise problem(source, "unbalanced", message, span)
    return opener


def _check_depth(source: Source, tokens: Sequence[Token], opened: list[int]) -> None:
    if len(opened) > NESTING:
        message = f"brackets nest deeper than {NESTING}; expected simpler code"
        raise problem(source, "too-deep", message, source.span(*tokens[opened[-1]][2:]))


def _unclosed(source: Source, tokens: Sequence[Token], opened: list[int]) -> Exception:
    opener = tokens[opened[-1]]
    message = f"this `{opener.text}` is never closed; expected `{_CLOSER[opener.text]}` before the end"
    return problem(source, "unbalanced", message, source.span(*opener[2:]))
