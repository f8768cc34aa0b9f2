"""A litmus test's text -> its syntax tree: cut into parts, each piece parsed by its own grammar.

What repeats from test to test (a cell, an item of the initial state, a comparison) is parsed once and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from verifier.source import Source, Span
from verifier.syntax import litmus_state as state
from verifier.syntax import litmus_tree as tree
from verifier.syntax import tree as c_tree
from verifier.syntax.litmus_cells import Cell, cell
from verifier.syntax.litmus_pieces import Unreadable
from verifier.syntax.litmus_split import Parts, Piece, Text, has_head, split
from verifier.syntax.read import parse

_DIRECTIVE = re.compile(r"^[ \t]*(#.*)$", re.MULTILINE)
_THREAD = re.compile(r"P?(\d{1,9})\Z")
_KINDS: dict[str, Literal["exists", "~exists", "forall"]] = {
    "exists": "exists",
    "final": "exists",
    "~exists": "~exists",
    "forall": "forall",
}
_CONTINUE = re.compile(
    r"\bcontinue\b(?!\s*;)"
)  # no keyword in herd7's C: some tests have a variable of that name
_T = TypeVar("_T")


def is_litmus(text: str) -> bool:
    """Whether the text starts like a litmus test: an architecture and a name, then somewhere an initial state."""
    return has_head(text)


def parse_litmus(source: Source) -> tree.LitmusTest:
    """The tree of a litmus test.

    Raises SyntaxProblem; its code is "not-modelled" for what litmus tests may hold but this project does not model.
    """
    text = Text(replace(source, text=_CONTINUE.sub("Continue", source.text)))
    parts = split(text)
    is_c = parts.architecture == "C"
    final = _final(text, parts)
    return tree.LitmusTest(
        architecture=parts.architecture,
        name=parts.name,
        initial=_initial(text, parts.initial),
        columns=() if is_c else _columns(text, parts),
        functions=_functions(text, parts.threads) if is_c else None,
        locations=final.locations,
        filter=final.filter,
        condition=final.condition,
        span=text.span(0, len(source.text)),
    )


def _pieces(whole: Piece, separator: str) -> Iterator[Piece]:
    """The pieces between separators without the blanks around them; empty ones are left out."""
    offset = whole.offset
    for part in whole.text.split(separator):
        stripped = part.strip()
        if stripped:
            yield Piece(stripped, offset + part.index(stripped[0]))
        offset += len(part) + 1


def _read(text: Text, piece: Piece, read: Callable[[str], _T]) -> _T:
    try:
        return read(piece.text)
    except Unreadable as error:
        raise text.unreadable(error, piece.offset) from None


def _span(text: Text, piece: Piece) -> Span:
    return text.span(piece.offset, piece.offset + len(piece.text))


def _initial(text: Text, whole: Piece) -> tuple[tree.Initial, ...]:
    return tuple(
        tree.Initial(*_read(text, piece, state.initial), _span(text, piece)) for piece in _pieces(whole, ";")
    )


# -------------------------------------------------------------------- threads


def _functions(text: Text, body: Piece) -> c_tree.Unit:
    """The functions of a C test, by the parser of pseudo-C."""
    directive = _DIRECTIVE.search(body.text)
    if directive is not None:
        start, end = body.offset + directive.start(1), body.offset + directive.end(1)
        raise text.fail(
            "found a preprocessor line; expected the test as it is after the preprocessor", start, end
        )
    first, last = text.line(body.offset), text.line(body.offset + len(body.text))
    indent = body.offset - text.starts[first - 1]
    origins = text.source.origins[first - 1 : last]
    return parse(replace(text.source, text=" " * indent + body.text, origins=origins))


def _columns(text: Text, parts: Parts) -> tuple[tree.Column, ...]:
    """The columns of an assembly test: rows end in `;`, cells are parted by `|`, the first row names threads."""
    rows = [_cells(row) for row in _pieces(parts.threads, ";")]
    if not rows:
        raise text.fail("found no threads; expected columns headed `P0 | P1 | … ;`", parts.threads.offset, 0)
    heads, *below = rows
    threads = [_thread(text, number, head) for number, head in enumerate(heads)]
    columns: list[list[tree.Instruction]] = [[] for _ in heads]
    for row in below:
        if len(row) > len(heads):
            extra = row[len(heads)]
            message = f"found a cell in column {len(heads) + 1}; expected {len(heads)} columns"
            raise text.fail(message, extra.offset, extra.offset + len(extra.text))
        for column, piece in zip(columns, row, strict=False):
            if piece.text:
                column.append(_instruction(text, parts.architecture, piece))
    return tuple(
        tree.Column(thread, head.text, tuple(column), _span(text, head))
        for thread, head, column in zip(threads, heads, columns, strict=True)
    )


def _cells(row: Piece) -> list[Piece]:
    """The cells of a row, empty ones among them, without the blanks around them."""
    cells, offset = [], row.offset
    for part in row.text.split("|"):
        stripped = part.strip()
        cells.append(Piece(stripped, offset + part.index(stripped[0]) if stripped else offset))
        offset += len(part) + 1
    return cells


def _thread(text: Text, number: int, head: Piece) -> int:
    named = _THREAD.match(head.text)
    if named is None and head.text.startswith("P"):
        message = f"a column `{head.text}` is not modelled; expected `P{number}`"
        raise text.fail(message, head.offset, head.offset + len(head.text), "not-modelled")
    if named is None or int(named[1]) != number:
        raise text.fail(
            f"found `{head.text}`; expected `P{number}`", head.offset, head.offset + len(head.text)
        )
    return number


def _instruction(text: Text, architecture: str, piece: Piece) -> tree.Instruction:
    try:
        found: Cell = cell(architecture, piece.text)
    except Unreadable as error:
        raise text.unreadable(error, piece.offset) from None
    return tree.Instruction(*found, piece.text, _span(text, piece))


# ---------------------------------------------------------------- final state


@dataclass(frozen=True, slots=True)
class _Final:
    locations: tuple[tree.Place, ...]
    filter: tree.Formula | None
    condition: tree.Quantified | None


def _final(text: Text, parts: Parts) -> _Final:
    locations: tuple[tree.Place, ...] = ()
    filtered: tree.Formula | None = None
    condition: tree.Quantified | None = None
    for word, piece in parts.clauses:
        if word == "locations":
            locations += _locations(text, piece)
        elif word == "filter":
            if filtered is not None:
                message = "a second filter; expected one: `filter (… /\\ …)`"
                raise text.fail(message, piece.offset - len(word), piece.offset)
            filtered = _formula(text, piece)
        elif word in _KINDS:
            if condition is not None:
                message = f"a second condition; the first is on line {condition.span.line}"
                raise text.fail(message, piece.offset - len(word), piece.offset)
            stretch = Piece(" ".join((word, *piece.text.rstrip().rstrip(";").split())), piece.offset)
            span = text.span(piece.offset - len(word), piece.offset + len(piece.text.rstrip()))
            condition = tree.Quantified(_KINDS[word], _formula(text, piece), stretch.text, span)
        else:
            message = f"`{word}` is not modelled; expected exists, ~exists or forall"
            raise text.fail(message, piece.offset - len(word), piece.offset, "not-modelled")
    return _Final(locations, filtered, condition)


def _locations(text: Text, piece: Piece) -> tuple[tree.Place, ...]:
    opening, closing = piece.text.find("["), piece.text.rfind("]")
    if opening < 0 or closing < opening or piece.text[:opening].strip():
        raise text.fail("expected `locations [x; 0:X1; …]`", piece.offset - len("locations"), piece.offset)
    inside = Piece(piece.text[opening + 1 : closing], piece.offset + opening + 1)
    return tuple(
        replace(_read(text, item, state.location), span=_span(text, item)) for item in _pieces(inside, ";")
    )


def _formula(text: Text, whole: Piece) -> tree.Formula:
    """A formula; one that is a conjunction through and through is parsed a conjunct at a time."""
    stripped = whole.text.strip().rstrip(";").rstrip()
    if not stripped:
        raise text.fail(
            "found no condition; expected one such as `(x=1 /\\ 1:r0=0)`", whole.offset, whole.offset + 1
        )
    piece = Piece(stripped, whole.offset + whole.text.index(stripped[0]))
    inside = _inside(piece)
    if re.search(r"[()~]|\\/|=>|\b(?:not|true|false)\b", inside.text) is not None or "/\\" not in inside.text:
        return _placed(text, piece, _read(text, piece, state.formula))
    items = tuple(_placed(text, p, _read(text, p, state.formula)) for p in _conjuncts(text, inside))
    return tree.And(items, _span(text, piece))


def _inside(piece: Piece) -> Piece:
    text = piece.text
    if not (text.startswith("(") and text.endswith(")")):
        return piece
    inner = text[1:-1]
    lead = len(inner) - len(inner.lstrip())
    return Piece(inner.strip(), piece.offset + 1 + lead)


def _conjuncts(text: Text, whole: Piece) -> list[Piece]:
    offset, found = whole.offset, []
    for part in whole.text.split("/\\"):
        stripped = part.strip()
        if not stripped:
            raise text.fail("found nothing beside `/\\`; expected a comparison", offset, offset + 1)
        found.append(Piece(stripped, offset + part.index(stripped[0])))
        offset += len(part) + 2
    return found


def _placed(text: Text, piece: Piece, formula: tree.Formula) -> tree.Formula:
    """The formula with spans of the user's file in place of spans relative to the piece."""
    line = text.line(piece.offset)
    return _moved(text.source, line, piece.offset - text.starts[line - 1] + 1, formula)


def _moved(source: Source, line: int, column: int, node: tree.Formula) -> tree.Formula:
    def placed(span: Span) -> Span:
        return source.span(
            line + span.line - 1,
            span.column + (column - 1 if span.line == 1 else 0),
            line + span.end_line - 1,
            span.end_column + (column - 1 if span.end_line == 1 else 0),
        )

    def moved(formula: tree.Formula) -> tree.Formula:
        return _moved(source, line, column, formula)

    match node:
        case tree.Comparison(left, operator, right, span):
            other = replace(right, span=placed(right.span)) if isinstance(right, tree.Place) else right
            where = placed(left.span)
            return tree.Comparison(replace(left, span=where), operator, other, where)
        case tree.Truth(value, span):
            return tree.Truth(value, placed(span))
        case tree.Not(inner, span):
            return tree.Not(moved(inner), placed(span))
        case tree.And(items, span):
            return tree.And(tuple(moved(item) for item in items), placed(span))
        case tree.Or(items, span):
            return tree.Or(tuple(moved(item) for item in items), placed(span))
        case tree.Implies(left_side, right_side, span):
            return tree.Implies(moved(left_side), moved(right_side), placed(span))
