"""A function of a C test, a statement at a time: what repeats from test to test is parsed once.

The tree is the one that syntax.read makes of the whole. So only functions are taken whose lines say where statements
end; of any other, and of one with an error, nothing is said here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.errors import SyntaxProblem
from verifier.memo import Memo
from verifier.source import Origin, Source, Span
from verifier.syntax import tree
from verifier.syntax.read import parse, parse_statements

# No comments, strings, preprocessor lines, types of its own, nor what another keyword would be without its context
_ODD = re.compile(r"//|/\*|[#\"'\\\f\v\r]|\b(?:continue|typedef|struct|union|enum|static)\b")
_HEAD = re.compile(r"[^{};]*\{[ \t]*\n")
_COMPOUND = re.compile(r"\s*(?:if|while|for|switch)\b")
_ELSE = re.compile(r"[\s}]*else\b")
_HEADS: Memo[str, tree.Function] = Memo()
_STATEMENTS: Memo[tuple[int, str], tuple[tree.Statement, ...]] = Memo()


def parse_function(text: str) -> tree.Unit | None:
    """The tree of a text that is one function; None where that is not sure to be all that it is."""
    head = _HEAD.match(text)
    if head is None or _ODD.search(text) is not None:
        return None
    lines = text.split("\n")
    try:
        function = _HEADS(head[0], lambda: _head(head[0]))
        found = [
            _STATEMENTS((line, part), lambda line=line, part=part: _statements(line, part))  # type: ignore[misc]
            for line, part in _parts(lines, head[0].count("\n"))
        ]
    except (SyntaxProblem, _Unsure):
        return None
    start = function.body.span
    end_line, end_column = len(lines), len(lines[-1]) + 1
    block = tree.Block(
        tuple([statement for part in found for statement in part]),
        Span(start.line, start.column, end_line, end_column),
    )
    first = function.span
    span = Span(first.line, first.column, end_line, end_column)
    whole = tree.Function(function.name, function.returns, function.parameters, block, False, span)
    return tree.Unit((whole,), (), (), (), (), Span(1, 1, end_line, end_column))


class _Unsure(Exception):
    """The lines do not say where statements end."""


def _head(text: str) -> tree.Function:
    unit = parse(Source.whole("", text + "}"))
    if len(unit.functions) != 1 or unit.variables or unit.conditions or unit.skipped:
        raise _Unsure
    return unit.functions[0]


def _statements(line: int, text: str) -> tuple[tree.Statement, ...]:
    """The statements of a text that starts on that line."""
    number = text.count("\n") + 1
    return parse_statements(Source("", text, (), tuple([Origin(line + i, 1) for i in range(number)])))


def _parts(lines: list[str], first: int) -> Iterator[tuple[int, str]]:
    """The statements of a body, each with the number of the line where it starts."""
    if lines[-1].strip() != "}":
        raise _Unsure
    last = len(lines) - 1
    depth, start = 0, first
    for i in range(first, last):
        line = lines[i]
        stripped = line.rstrip()
        if not stripped and start == i:
            start = i + 1
            continue
        if "{" in line or "}" in line:
            depth += line.count("{") - line.count("}")
        if depth > 0 or not stripped.endswith((";", "}")):
            continue
        if stripped[-1] == "}" and (_COMPOUND.match(lines[start]) is None or depth < 0):
            raise _Unsure
        following = next((l for l in lines[i + 1 : last] if l.strip()), "")
        if _ELSE.match(following) is None:
            yield start + 1, "\n".join(lines[start : i + 1])
            start = i + 1
    if start < last:
        raise _Unsure
