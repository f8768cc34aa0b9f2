"""A litmus test's text -> its syntax tree: cut into parts, each piece parsed by its own grammar.

What repeats from test to test (a cell, an item of the initial state, a comparison) is parsed once and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Literal, NamedTuple, TypeVar

from verifier.errors import SyntaxProblem
from verifier.later import Later
from verifier.memo import Memo
from verifier.record import replace
from verifier.source import Origin, Source, Span
from verifier.syntax import litmus_state as state
from verifier.syntax import litmus_tree as tree
from verifier.syntax import tree as c_tree
from verifier.syntax.litmus_cells import cell
from verifier.syntax.litmus_code import parse_function
from verifier.syntax.litmus_split import Parts, Piece, Text, clauses, functions, split
from verifier.syntax.problem import Unreadable
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
_STATES: Memo[str, tree.State] = Memo()
_FINALS: Memo[str, tree.Final] = Memo()
_COLUMNS: Memo[tuple[str, int, tuple[str, ...]], tree.Column] = Memo()
_ROWS: Memo[str, _Row] = Memo()
_INSTRUCTIONS: Memo[tuple[str, int, str], tree.Instruction] = Memo()
_CODES: Memo[str, tree.Code] = Memo()


def parse_litmus(source: Source) -> tree.LitmusTest:
    """The tree of a litmus test.

    Raises SyntaxProblem; its code is "not-modelled" for what litmus tests may hold but this project does not model.
    """
    text = Text(_without_continue(source))
    parts = split(text)
    is_c = parts.architecture == "C"
    final = _part(text, parts.final, _FINALS, _final)
    return tree.LitmusTest(
        architecture=parts.architecture,
        name=parts.name,
        initial=_part(text, parts.initial, _STATES, _state),
        columns=() if is_c else _columns(text, parts),
        codes=_codes(source, text, parts.threads) if is_c else (),
        final=final,
    )


def _without_continue(source: Source) -> Source:
    """The source with variables called `continue` under another name of that length."""
    if "continue" not in source.text:
        return source
    return replace(source, text=_CONTINUE.sub("Continue", source.text))


def _part(text: Text, piece: Piece, memo: Memo[str, _T], parse_part: Callable[[Text], _T]) -> tree.Part[_T]:
    """A part of the test: what `parse_part` makes of its text, with places in that text alone."""
    source = text.part(piece)
    return tree.Part(_remembered(memo, source, lambda own: parse_part(Text(own))), source)


def _remembered(memo: Memo[str, _T], source: Source, work: Callable[[Source], _T]) -> _T:
    """What `work` makes of a text of its own; where it fails, the error is about the user's file."""
    try:
        return memo(source.text, lambda: work(Source.whole("", source.text)))
    except SyntaxProblem:
        work(source)
        raise


def _pieces(whole: Piece, separator: str) -> Iterator[Piece]:
    """The pieces between separators without the blanks around them; empty ones are left out."""
    offset = whole.offset
    for part in whole.text.split(separator):
        rest = part.lstrip()
        if rest:
            yield Piece(rest.rstrip(), offset + len(part) - len(rest))
        offset += len(part) + 1


def _read(text: Text, piece: Piece, read: Callable[[str], _T]) -> _T:
    try:
        return read(piece.text)
    except Unreadable as error:
        raise text.unreadable(error, piece.offset) from None


def _span(text: Text, piece: Piece) -> Span:
    return text.span(piece.offset, piece.offset + len(piece.text))


def _state(text: Text) -> tree.State:
    whole = Piece(text.text, 0)
    return tree.State(
        tuple(tree.Initial(*_read(text, p, state.initial), _span(text, p)) for p in _pieces(whole, ";"))
    )


# -------------------------------------------------------------- threads in C


def _codes(source: Source, text: Text, body: Piece) -> tuple[tree.Part[tree.Code], ...]:
    """The functions of a C test, by the parser of pseudo-C: each on its own where that is the same."""
    directive = _DIRECTIVE.search(body.text) if "#" in body.text else None
    if directive is not None:
        start, end = body.offset + directive.start(1), body.offset + directive.end(1)
        raise text.fail(
            "found a preprocessor line; expected the test as it is after the preprocessor", start, end
        )
    original = source.text[body.offset : body.offset + len(body.text)]
    try:
        codes = [_code(text.part(Piece(p.text, body.offset + p.offset))) for p in functions(original)]
    except SyntaxProblem:
        codes = []
    if codes and all(_is_function(part.tree.unit) for part in codes):
        return tuple(codes)
    first = text.line(body.offset)
    indent = body.offset - text.starts[first - 1]
    return (_code(text.source.part(" " * indent + original, first, 1)),)


def _code(source: Source) -> tree.Part[tree.Code]:
    def work(own: Source) -> tree.Code:
        return tree.Code(parse_function(own.text) or parse(_without_continue(own)), own)

    return tree.Part(_remembered(_CODES, source, work), source)


def _is_function(unit: c_tree.Unit) -> bool:
    """Whether it is one function and nothing else."""
    return len(unit.functions) == 1 and not (unit.variables or unit.conditions or unit.skipped)


# ------------------------------------------------------- threads in assembly


def _columns(text: Text, parts: Parts) -> tuple[tree.Part[tree.Column], ...]:
    """The columns of an assembly test: rows end in `;`, cells are parted by `|`, the first row names threads."""
    found = [_row(row) for row in map(str.strip, parts.threads.text.split(";")) if row]
    if not found:
        raise text.fail("found no threads; expected columns headed `P0 | P1 | … ;`", parts.threads.offset, 0)
    number = len(found[0].texts)
    rows = Later(lambda: _pieces(parts.threads, ";"))
    if not found[0].is_head:
        for thread, head in enumerate(_cells(rows[0])):
            _require_thread(text, thread, head)
    if max([len(row.texts) for row in found]) > number:
        raise _unreadable_row(text, parts.architecture, number, rows[1:])
    columns = list(zip_longest(*[row.texts for row in found], fillvalue=""))
    try:
        return tuple(
            [
                _column(parts.architecture, tuple(filter(None, texts)), text.source, origins)
                for texts, origins in zip(columns, _origins(text, rows, found, number), strict=True)
            ]
        )
    except Unreadable:
        raise _unreadable_row(text, parts.architecture, number, rows[1:]) from None


def _row(text: str) -> _Row:
    """The cells of a row of that text."""
    found = _ROWS.get(text)
    if found is None:
        found = _Row.of(text)
        _ROWS.keep(text, found)
    return found


class _Row(NamedTuple):
    """The cells of a row, their texts, and whether these are the names of threads in order."""

    cells: tuple[Piece, ...]
    texts: tuple[str, ...]
    is_head: bool

    @staticmethod
    def of(text: str) -> _Row:
        cells = tuple(_cells(Piece(text, 0)))
        texts = tuple([c.text for c in cells])
        return _Row(cells, texts, all(text == f"P{number}" for number, text in enumerate(texts)))


def _origins(text: Text, rows: Sequence[Piece], found: Sequence[_Row], number: int) -> list[Later[Origin]]:
    """For each column, where the lines of its own text stand in the user's file."""

    def of(column: int) -> Iterator[Origin]:
        for row, (cells, *_) in zip(rows, found, strict=True):
            if column < len(cells) and cells[column].text:
                cell_ = cells[column]
                yield from text.origins(Piece(cell_.text, row.offset + cell_.offset))

    return [Later(lambda column=column: of(column)) for column in range(number)]  # type: ignore[misc]


def _unreadable_row(text: Text, architecture: str, number: int, rows: Sequence[Piece]) -> Exception:
    """The first error in the rows of a test with that many threads."""
    for row in map(_cells, rows):
        if len(row) > number:
            extra = row[number]
            message = f"found a cell in column {number + 1}; expected {number} columns"
            return text.fail(message, extra.offset, extra.offset + len(extra.text))
        for piece in row:
            try:
                cell(architecture, piece.text or "NOP")
            except Unreadable as error:
                return text.unreadable(error, piece.offset)
    raise RuntimeError("no row of these is wrong")


def _column(
    architecture: str, texts: tuple[str, ...], source: Source, origins: Sequence[Origin]
) -> tree.Part[tree.Column]:
    """The column of a head and its cells; the head's width is all that matters of it."""
    width, cells = len(texts[0]), texts[1:]
    column = _COLUMNS((architecture, width, cells), lambda: _own_column(architecture, width, cells))
    return tree.Part(column, Source(source.name, column.source.text, source.lines, origins))


def _own_column(architecture: str, width: int, cells: tuple[str, ...]) -> tree.Column:
    """The column of a text that has a cell a line, or more where a cell has line breaks, below a head of that width.
    Raises Unreadable."""
    line, instructions = 2, []
    for text in cells:
        key = (architecture, line, text)
        made = _INSTRUCTIONS.get(key)
        if made is None:
            made = _instruction(architecture, line, text)
            _INSTRUCTIONS.keep(key, made)
        instructions.append(made)
        line += _height(text)
    source = Source.whole("", "\n".join(("P" * width, *cells)))
    return tree.Column(tuple(instructions), source, Span(1, 1, 1, 1 + width))


def _instruction(architecture: str, line: int, text: str) -> tree.Instruction:
    """The instruction of a cell that starts a line of its column's text. Raises Unreadable."""
    return tree.Instruction(*cell(architecture, text), text, _own_span(line, text))


def _height(text: str) -> int:
    return text.count("\n") + 1


def _own_span(line: int, text: str) -> Span:
    """That of a text that is all that its lines hold."""
    return Span(line, 1, line + text.count("\n"), len(text) - text.rfind("\n"))


def _cells(row: Piece) -> list[Piece]:
    """The cells of a row, empty ones among them, without the blanks around them."""
    cells, offset = [], row.offset
    for part in row.text.split("|"):
        rest = part.lstrip()
        cells.append(Piece(rest.rstrip(), offset + len(part) - len(rest) if rest else offset))
        offset += len(part) + 1
    return cells


def _require_thread(text: Text, number: int, head: Piece) -> None:
    """Raises SyntaxProblem where a column is headed by another thread's name than `P` and its number."""
    named = _THREAD.match(head.text)
    if named is None and head.text.startswith("P"):
        message = f"a column `{head.text}` is not modelled; expected `P{number}`"
        raise text.fail(message, head.offset, head.offset + len(head.text), "not-modelled")
    if named is None or int(named[1]) != number:
        raise text.fail(
            f"found `{head.text}`; expected `P{number}`", head.offset, head.offset + len(head.text)
        )


# ---------------------------------------------------------------- final state


def _final(text: Text) -> tree.Final:
    locations: tuple[tree.Place, ...] = ()
    filtered: tree.Formula | None = None
    condition: tree.Quantified | None = None
    for word, piece in clauses(text):
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
    return tree.Final(locations, filtered, condition)


def _locations(text: Text, piece: Piece) -> tuple[tree.Place, ...]:
    opening, closing = piece.text.find("["), piece.text.rfind("]")
    if opening < 0 or closing < opening or piece.text[:opening].strip():
        raise text.fail("expected `locations [x; 0:X1; …]`", piece.offset - len("locations"), piece.offset)
    inside = Piece(piece.text[opening + 1 : closing], piece.offset + opening + 1)
    return tuple(_at(_read(text, item, state.location), _span(text, item)) for item in _pieces(inside, ";"))


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
    column = piece.offset - text.starts[line - 1] + 1
    if isinstance(formula, tree.Comparison) and not isinstance(formula.right, tree.Place):
        own = formula.span
        if own.line == own.end_line == 1:  # as most are
            span = text.source.span(line, column - 1 + own.column, line, column - 1 + own.end_column)
            return tree.Comparison(_at(formula.left, span), formula.operator, formula.right, span)
    return _moved(text.source, line, column, formula)


def _at(place: tree.Place, span: Span) -> tree.Place:
    return tree.Place(place.thread, place.name, place.index, span)


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
            other = _at(right, placed(right.span)) if isinstance(right, tree.Place) else right
            where = placed(left.span)
            return tree.Comparison(_at(left, where), operator, other, where)
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
