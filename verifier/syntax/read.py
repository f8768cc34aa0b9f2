"""The front end's two functions: a snippet, and a diagram, to their syntax trees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import cast

from verifier.errors import SyntaxProblem
from verifier.record import replace
from verifier.source import Origin, Source, Span
from verifier.syntax import brackets, layout, toplevel, tree
from verifier.syntax.depth import check_depth
from verifier.syntax.lalr import Rejected
from verifier.syntax.macros import function_macros
from verifier.syntax.objectlike import ObjectMacros
from verifier.syntax.parser import explain, parse_words
from verifier.syntax.preprocessor import Macro, Preprocessed, preprocess
from verifier.syntax.scanner import Remark, Token, scan
from verifier.syntax.structs import types
from verifier.syntax.tidy import extern_names, tidy, typedef_names
from verifier.syntax.words import Text, Word

PROSE = 50


def parse(source: Source, column: str | None = None) -> tree.Unit:
    """The tree of a snippet; or, where `column` is a diagram's header, one function of that name.

    A column is read leniently: what can't be code there is prose. Raises SyntaxProblem.
    """
    scanned = scan(source)
    prepared = preprocess(scanned, source.text.split("\n"))
    values = {macro: _value(source, macro) for macro in prepared.macros}
    own = ObjectMacros(prepared.tokens, prepared.macros, prepared.directives, values)
    prepared = replace(prepared, tokens=own.spread(prepared.tokens))
    text = _text(source, prepared, column is not None)
    unit = _snippet(text) if column is None else _column(text, column)
    check_depth(source, unit)
    constants = [_constant(source, macro, values[macro]) for macro in own.constants]
    lines = [*prepared.directives, *(macro.remark for macro in own.functions)]
    macros, skipped = function_macros(source, lines, partial(_macro, own=own))
    remarks = [*skipped, *prepared.arms, *(m.remark for m in own.unread)]
    notes = [*_notes(source, remarks), *unit.skipped]
    return replace(
        unit,
        functions=(*unit.functions, *macros),
        variables=(*constants, *unit.variables),
        comments=tuple(_comment(source, remark) for remark in scanned.comments),
        skipped=tuple(sorted(notes, key=lambda note: note.span)),
        span=_whole(source),
        types=types(text),
        elsewhere=extern_names(prepared.tokens),
    )


def parse_diagram(columns: Sequence[tuple[str, Source]], rest: Source | None = None) -> tree.Unit:
    """The tree of a diagram: a function for each (header, column), and the conditions of the text below it.

    Raises SyntaxProblem.
    """
    units = [parse(source, header) for header, source in columns]
    if rest is not None:
        units.append(parse(rest))
    return tree.Unit(
        functions=tuple(f for unit in units for f in unit.functions),
        variables=tuple(v for unit in units for v in unit.variables),
        conditions=tuple(c for unit in units for c in unit.conditions),
        comments=tuple(sorted((c for unit in units for c in unit.comments), key=lambda c: c.span)),
        skipped=tuple(sorted((s for unit in units for s in unit.skipped), key=lambda s: s.span)),
        span=_around([unit.span for unit in units]),
        types=tuple(t for unit in units for t in unit.types),
        elsewhere=frozenset().union(*(unit.elsewhere for unit in units)),
    )


def parse_statements(source: Source) -> tuple[tree.Statement, ...]:
    """The statements of a stretch of a function's body, in which are no comments nor preprocessor lines.

    They are those that `parse` finds there, if nothing outside says more about them. Raises SyntaxProblem.
    """
    text = _text(source, Preprocessed(scan(source).tokens), False)
    words = layout.statements(text, 0, len(text.tokens))
    try:
        body = cast(tree.Block, parse_words(source, words, "column"))
    except Rejected as rejected:
        raise explain(source, words, rejected) from None
    function = tree.Function("", None, (), body, False, body.span)
    check_depth(source, tree.Unit((function,), (), (), (), (), body.span))  # as deep as they are in the whole
    return body.body


def _text(source: Source, prepared: Preprocessed, lenient: bool) -> Text:
    tokens = tidy(source, prepared.tokens)
    closing = brackets.match(source, tokens)
    opening = {close: opener for opener, close in closing.items()}
    starts = {
        token.column
        for before, token in zip((None, *tokens), tokens, strict=False)
        if _starts_line(before, token)
    }
    indented = lenient and len(starts) > 1
    return Text(source, tokens, closing, opening, typedef_names(tokens), lenient, indented=indented)


def _starts_line(before: Token | None, token: Token) -> bool:
    return before is None or before.line != token.line


def _snippet(text: Text) -> tree.Unit:
    words: list[Word] = []
    position = 0
    while position < len(text.tokens):
        piece, position = toplevel.external(text, position)
        words += piece
    try:
        return cast(tree.Unit, parse_words(text.source, words, "unit"))
    except Rejected as rejected:
        raise explain(text.source, words, rejected) from None


def _column(text: Text, header: str) -> tree.Unit:
    """Parses a column's statements; at most PROSE statements that the grammar rejects are prose."""
    while True:
        doubtful = len(text.prose)
        words = layout.statements(text, 0, len(text.tokens))
        try:
            body = cast(tree.Block, parse_words(text.source, words, "column"))
        except Rejected as rejected:
            blamed = layout.statement_at(text, words, rejected.index)
            if blamed is None or doubtful == PROSE:
                raise explain(text.source, words, rejected) from None
            text = replace(text, prose=text.prose | {blamed})
            continue
        span = body.span if words else _whole(text.source)
        function = tree.Function(header, None, (), replace(body, span=span), True, span)
        return tree.Unit((function,), (), (), (), (), span)


def _macro(source: Source, own: ObjectMacros) -> tree.Unit:
    """The function that stands for a macro of a text that has these others. Raises SyntaxProblem."""
    _, name, *_ = tokens = scan(source).tokens
    prepared = Preprocessed(own.spread(tokens, name.text))
    unit = _snippet(_text(source, prepared, False))
    check_depth(source, unit)
    return unit


def _constant(source: Source, macro: Macro, value: tree.Expression | None) -> tree.Variable:
    """A macro that stands for a number, as a variable of type "const"."""
    span = source.span(*macro.remark[1:])
    return tree.Variable(tree.Type("const", 0, span), macro.name, (), value, False, span)


def _value(source: Source, macro: Macro) -> tree.Expression | None:
    line, column = source.place(macro.line, macro.column)
    lines = macro.value.split("\n")
    origins = tuple(Origin(line + i, column if i == 0 else 1) for i in range(len(lines)))
    text = Source(source.name, macro.value, source.lines, origins)
    try:
        prepared = _text(text, Preprocessed(scan(text).tokens), False)
        words = layout.value(prepared)
        return cast(tree.Expression, parse_words(text, words, "expression")) if words else None
    except (SyntaxProblem, Rejected):
        return None


def _notes(source: Source, remarks: Sequence[Remark]) -> list[tree.Skipped]:
    return [tree.Skipped(remark.text.strip(), source.span(*remark[1:])) for remark in remarks]


_LEADER = re.compile(r"^[ \t]*\*+(?!/)[ \t]?", re.MULTILINE)


def _comment(source: Source, remark: Remark) -> tree.Comment:
    text = remark.text
    inside = text[2:] if text.startswith("//") else _LEADER.sub("", text[2:-2].lstrip("*"))
    return tree.Comment(
        "\n".join(line.strip() for line in inside.strip().split("\n")), source.span(*remark[1:])
    )


def _whole(source: Source) -> Span:
    lines = source.text.split("\n")
    return source.span(1, 1, len(lines), len(lines[-1]) + 1)


def _around(spans: Sequence[Span]) -> Span:
    first = min(spans)
    last = max(spans, key=lambda span: (span.end_line, span.end_column))
    return first.to(last)
