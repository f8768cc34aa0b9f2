"""Finds the diagrams of a text and tells their columns apart."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence

from verifier.errors import InputError, SyntaxProblem
from verifier.inbox import columns, fold
from verifier.inbox.boxes import box_header
from verifier.inbox.columns import Cell, column_source
from verifier.inbox.header import Header, find_header, is_ruler
from verifier.inbox.line import Line, Row, leader, row
from verifier.inbox.outcomes import outcome_said
from verifier.inbox.pieces import Diagram, Piece, Unreadable
from verifier.inbox.spelling import UNNAMED, is_of_unnamed
from verifier.record import record
from verifier.source import Origin, Source
from verifier.syntax import parse

LONGEST = 400
LONG = 50
NEAR = 6  # lines below a diagram in which its outcome may be spoken of
_MARGIN = 0.6
_CODE = re.compile(
    r"[;{}]\s*(?:$|//|/\*|\|)|\w\(.*\)\s*(?:$|//|/\*|\||\s{2})|[^=!<>]=[^=]|->|\+\+|--\s*;"
    r"|^\s*(?:else|do)\b|^\s*\.\.\."
)
_STOP = re.compile(
    r"(?:diff --git|@@ |index [0-9a-f]{7}|--- |\+\+\+ |[A-Z][A-Za-z-]+(?:-by|ixes|loses|ink|c): )"
    r"|--\s*$|---\s*$"
)
_PLAIN = re.compile(r"[A-Za-z][a-z']*[,.:;]?$|[A-Z]+[,.:;]?$")
_CONDITION = re.compile(r"\s*~?\s*(?:exists|forall)\s*\(")
_NAME = re.compile(r"[A-Za-z_]\w*")
_HUNK = re.compile(r"@@ -\d")
_SIGNS = ("", " ", "+", "-", "\t")
_GAP = re.compile(r"\S(?:[ ]{2,}|[ ]*\t[ \t]*)\S")


@record(frozen=True, slots=True)
class _Region:
    """A header, the rows below it, and the index of the line after the last row."""

    header: Header
    first: Row
    rows: tuple[Row, ...]
    lead: str
    end: int


def find_diagrams(name: str, raw: tuple[str, ...], lines: Sequence[Line]) -> list[Piece]:
    """The diagrams among `lines`, which are lines of the user's file `name`, in order.

    One that is found and can't be read comes as Unreadable.
    """
    pieces: list[Piece] = []
    index = 0
    while index < len(lines):
        region = _region(lines, index)
        piece = None if region is None else _diagram(name, raw, lines, region, index)
        if region is None or piece is None:
            index = index + 1 if region is None or len(region.rows) < LONG else region.end
            continue
        pieces.append(piece)
        index = region.end
    return pieces


# --------------------------------------------------------------------- regions


def _region(lines: Sequence[Line], index: int) -> _Region | None:
    """The header at `index` with its rows, if there is one."""
    line = lines[index]
    if line.is_blank or len(line.text) > LONGEST:
        return None
    lead = leader(line)
    first = row(line, lead)
    if first is None:
        return None
    following = _row_at(lines, index + 1, line.depth, lead)
    header = find_header(first, following)
    if header is None:
        return _box(lines, index, lead)
    if not header.strong and _is_code_of_hunk(lines, index, lead):
        return None
    start = index + 1
    while (
        start < len(lines)
        and (below := _row_at(lines, start, line.depth, lead)) is not None
        and (is_ruler(below) or below.is_blank)
    ):
        start += 1
    rows, end = _rows(lines, start, line.depth, lead, header)
    return _Region(header, first, tuple(rows), lead, end) if rows else None


def _box(lines: Sequence[Line], index: int, lead: str) -> _Region | None:
    """The diagram without a header whose first row is at `index`, the first of its block."""
    line = lines[index]
    before = lines[index - 1] if index else None
    if lead == "+" or (before is not None and not before.is_blank and not _begins_block(before, line, lead)):
        return None
    rows: list[Row] = []
    end = index
    while (found := _row_at(lines, end, line.depth, lead)) is not None and not found.is_blank:
        if _is_paragraph(found.text) or _STOP.match(found.text) or len(rows) > LONG:
            break
        rows.append(found)
        end += 1
    header = box_header(rows)
    if header is None or _is_code_of_hunk(lines, index, lead):
        return None
    return _Region(header, rows[0], tuple(rows), lead, end)


def _is_code_of_hunk(lines: Sequence[Line], index: int, lead: str) -> bool:
    """Whether a line stands in a diff's hunk, and not in a comment there."""
    above: list[str] = []
    while "*" not in lead and index >= 0 and lines[index].text[:1] in _SIGNS:
        above.append(lines[index].text)
        index -= 1
    if not above or index < 0 or not _HUNK.match(lines[index].text):
        return False
    text = "\n".join(reversed(above))
    return text.rfind("/*") <= text.rfind("*/")


def _begins_block(before: Line, line: Line, lead: str) -> bool:
    """Whether a new block begins below `before`: other quoting or leader, an empty comment line, a paragraph."""
    above = row(before, lead) if len(before.text) <= LONGEST else None
    return before.depth != line.depth or above is None or above.is_blank or _is_paragraph(above.text)


def _row_at(lines: Sequence[Line], index: int, depth: int, lead: str) -> Row | None:
    """The row of that line; None where the line has another quoting or leader."""
    if index >= len(lines):
        return None
    line = lines[index]
    if line.is_blank:
        return Row("", line.number, line.column, ())
    if line.depth != depth or len(line.text) > LONGEST:
        return None
    return row(line, lead)


def _rows(lines: Sequence[Line], start: int, depth: int, lead: str, header: Header) -> tuple[list[Row], int]:
    rows: list[Row] = []
    index = end = start
    blank = False
    while index < len(lines):
        found = _row_at(lines, index, depth, lead)
        if found is None or (not found.is_blank and _ends(found, header, blank)):
            break
        index += 1
        blank = found.is_blank
        if not blank:
            if not is_ruler(found):
                rows.append(found)
            end = index
    return rows, end


def _ends(found: Row, header: Header, after_blank: bool) -> bool:
    """Whether the row is none of the diagram's: a paragraph, a diff, a condition, the next header."""
    text = found.text
    if _STOP.match(text) or _CONDITION.match(text) or (after_blank and find_header(found, None) is not None):
        return True
    indent = len(text) - len(text.lstrip())
    if _GAP.search(text) or (header.barred and "|" in text) or text.lstrip().startswith(("//", "/*")):
        return False
    if (
        len(header.starts) > 1
        and found.screen[indent] >= header.starts[1] - 2 > 3
        and not _is_paragraph(text)
    ):
        return False
    if _is_paragraph(text):
        return True
    return after_blank and not _CODE.search(text)


def _is_paragraph(text: str) -> bool:
    """Whether the line is a sentence: mostly plain words, four or more, and no statement's end."""
    words = text.split()
    plain = sum(bool(_PLAIN.match(word)) for word in words)
    return plain >= 4 and plain * 10 >= len(words) * 6 and not text.rstrip().endswith((";", "{", "}", "..."))


# -------------------------------------------------------------------- columns


def _diagram(
    name: str, raw: tuple[str, ...], lines: Sequence[Line], region: _Region, index: int
) -> Piece | None:
    """The region as a diagram; None where it turns out to be none."""
    if not any(_CODE.search(found.text) for found in region.rows):
        return None
    header, rows = region.header, region.rows
    title = _title(lines, index)
    extent = (region.first.number, rows[-1].number)
    is_box = region.first is rows[0]
    notes: tuple[str, ...] = ("these columns have no header: named P0 and P1",) if is_box else ()
    folded = not is_box and not (_GAP.search(region.first.text) or header.barred)
    if folded:
        found = _told_by_code(name, raw, region)
        if found is None:
            return Unreadable(_untold(name, raw, region), title, extent)
        cells, notes = found
    else:
        cells = _told_by_place(region)
    if not header.strong and sum(any(_CODE.search(cell.text) for cell in column) for column in cells) < 2:
        return None
    missing = [title_ for title_, column in zip(header.names, cells, strict=True) if not column]
    if missing:
        return Unreadable(_empty(name, raw, region, missing[0]), title, extent)
    sources = tuple(
        (n, column_source(name, raw, column, folded)) for n, column in zip(header.names, cells, strict=True)
    )
    if any(is_of_unnamed(cell.text) for column in cells for cell in column):
        notes += (f"`->` without an object is about one and the same object, here {UNNAMED}",)
    rest = _rest(name, raw, lines, region)
    return Diagram(sources, title, extent, notes, rest)


def _told_by_place(region: _Region) -> list[list[Cell]]:
    if region.header.barred or columns.has_wide_gaps(region.rows):
        barred = columns.split_by_bars(region.rows, len(region.header.names))
        if barred is not None:
            return barred
    return columns.split_by_gaps(region.rows, region.header)


def _told_by_code(
    name: str, raw: tuple[str, ...], region: _Region
) -> tuple[list[list[Cell]], tuple[str, ...]] | None:
    """The cells of a folded diagram, and notes on rows that could stand elsewhere as well."""
    count = len(region.header.names)
    choices = [fold.choices(found, count) for found in region.rows]
    if not all(choices):
        return None
    readings = fold.read_folded(choices)
    for reading in readings.best:
        cells = _columns(reading, count)
        if _is_readable(name, raw, region.header, cells):
            return cells, _doubts(region, reading, readings)
    return None


def _columns(reading: fold.Reading, count: int) -> list[list[Cell]]:
    return [
        [cell for split in reading.rows if (cell := split.cells[index]) is not None] for index in range(count)
    ]


def _is_readable(name: str, raw: tuple[str, ...], header: Header, cells: Sequence[Sequence[Cell]]) -> bool:
    try:
        for title, column in zip(header.names, cells, strict=True):
            parse(column_source(name, raw, column, True), title)
    except SyntaxProblem:
        return False
    return True


def _doubts(region: _Region, reading: fold.Reading, readings: fold.Readings) -> tuple[str, ...]:
    """A note for the folded white space, and one for each row that could well stand in other columns."""
    notes = ["white space was folded: the columns were told apart by their code"]
    for found, split, costs in zip(region.rows, reading.rows, readings.costs, strict=True):
        notes += [
            _doubt(region, found.number, split, moved)
            for moved in _placements(split)
            if costs.get(moved.places, math.inf) <= reading.cost + _MARGIN
        ]
    return tuple(notes)


def _placements(split: fold.Split) -> list[fold.Split]:
    """The other ways to put the row's cells into columns, in their order."""
    cells = [cell for cell in split.cells if cell is not None]
    columns = range(len(split.cells))
    placed = (dict(zip(places, cells, strict=True)) for places in itertools.combinations(columns, len(cells)))
    placements = [fold.split_into([cell.get(column) for column in columns]) for cell in placed]
    return [placement for placement in placements if placement.places != split.places]


def _doubt(region: _Region, line: int, split: fold.Split, moved: fold.Split) -> str:
    names = region.header.names
    named = zip(names, split.cells, strict=True)
    read = ", ".join(f"`{cell.text.strip()}` in {name}" for name, cell in named if cell)
    other = " and ".join(name for name, filled in zip(names, moved.filled, strict=True) if filled)
    return f"line {line}: read {read}; by its code alone the row could stand in {other} as well"


# ------------------------------------------------------------------ surroundings


def _title(lines: Sequence[Line], index: int) -> str:
    """The last line of text before the diagram."""
    for line in reversed(lines[max(0, index - 4) : index]):
        text = line.text.strip(" \t*/+>|")
        if re.search(r"[A-Za-z]{2}", text):
            return text if len(text) <= 72 else text[:69] + "..."
    return ""


def _rest(name: str, raw: tuple[str, ...], lines: Sequence[Line], region: _Region) -> Source | None:
    """The `exists (…)` that follows the diagram, if one does."""
    index = region.end
    depth = 0
    found: list[Row] = []
    while index < len(lines) and index < region.end + 12:
        line = lines[index]
        current = row(line, region.lead) if len(line.text) <= LONGEST else None
        index += 1
        if not found and (line.is_blank or (current is not None and current.is_blank)):
            continue
        if current is None or (not found and not _CONDITION.match(current.text)):
            break
        found.append(current)
        depth += current.text.count("(") - current.text.count(")")
        if depth <= 0:
            break
    if not found:
        return _said(name, raw, lines, region)
    origins = tuple(Origin(current.number, current.column) for current in found)
    return Source(name, "\n".join(current.text for current in found), raw, origins)


def _said(name: str, raw: tuple[str, ...], lines: Sequence[Line], region: _Region) -> Source | None:
    """What a sentence below the diagram says of an outcome: `r1 == 1 && r2 == 0 must not happen`."""
    for line in lines[region.end : region.end + NEAR]:
        current = row(line, region.lead) if len(line.text) <= LONGEST else None
        if current is None or find_header(current, None) is not None:
            return None
        condition = outcome_said(current.text)
        known = set(_NAME.findall(" ".join(found.text for found in region.rows)))
        if condition is not None and set(_NAME.findall(condition)) <= known | {"exists"}:
            return Source(name, condition, raw, (Origin(current.number, current.column),))
    return None


def _untold(name: str, raw: tuple[str, ...], region: _Region) -> InputError:
    message = (
        "the white space between these columns was folded, and no way to cut the rows gives "
        f"{len(region.header.names)} columns of code; expected two blanks, a tab or `|` between columns"
    )
    return _problem("columns", message, name, raw, region.first)


def _empty(name: str, raw: tuple[str, ...], region: _Region, column: str) -> InputError:
    message = f"found nothing in column `{column}` of this diagram; expected code in every column"
    return _problem("columns", message, name, raw, region.first)


def _problem(code: str, message: str, name: str, raw: tuple[str, ...], place: Row) -> InputError:
    source = Source(name, place.text, raw, (Origin(place.number, place.column),))
    start = len(place.text) - len(place.text.lstrip())
    span = source.span(1, start + 1, 1, len(place.text) + 1)
    return SyntaxProblem(code, message, name, span, source.quote(span.line))
