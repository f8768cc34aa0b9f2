"""Columns of a diagram whose white space is intact: found by the gaps that its rows share."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from verifier.inbox.header import Header
from verifier.inbox.line import Row
from verifier.inbox.spelling import is_access, spelled
from verifier.record import record
from verifier.source import Origin, Source

_GAP = re.compile(r"(?:[ ]{2,}|[ ]*\t[ \t]*)")
_BAR = re.compile(r"(?<![|])\|(?![|=])")
_NUMBER = re.compile(r"(?:\(\d{1,3}\)|\d{1,3}[.:)](?=\s)|\[[A-Z]\d?\]|\([a-z]\)|<\d{1,2}>)\s*")


@record(frozen=True, slots=True)
class Cell:
    """A stretch of a row, from character `start` up to `end`."""

    row: Row
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.row.text[self.start : self.end]

    @property
    def screen(self) -> int:
        """Where the cell starts on screen."""
        return self.row.screen[self.start]


def trimmed(row: Row, start: int, end: int) -> Cell | None:
    """The cell without blanks at its ends and without a row number; None where nothing is left."""
    text = row.text[start:end]
    start += len(text) - len(text.lstrip())
    end = start + len(text.strip())
    number = _NUMBER.match(row.text[:end], start)
    if number is not None and not is_access(row.text[start:end]):
        start = number.end()
    return Cell(row, start, end) if start < end else None


def has_wide_gaps(rows: Sequence[Row], least: int = 2) -> bool:
    """Whether rows keep their white space: at least `least` of them have a wide gap, or a bar, inside."""
    return sum(bool(_GAP.search(row.text.strip()) or _BAR.search(row.text)) for row in rows) >= least


def split_by_bars(rows: Sequence[Row], count: int) -> list[list[Cell]] | None:
    """The columns of a diagram with bars between them; None where too few rows have the bars."""
    columns: list[list[Cell]] = [[] for _ in range(count)]
    barred = 0
    for row in rows:
        parts = _between_bars(row)
        if len(parts) > count and not row.text[parts[0][0] : parts[0][1]].strip():
            parts = parts[1:]
        if len(parts) > count and not row.text[parts[-1][0] : parts[-1][1]].strip():
            parts = parts[:-1]
        if len(parts) > count:
            return None
        barred += len(parts) == count
        for column, (start, end) in zip(columns, parts, strict=False):
            cell = trimmed(row, start, end)
            if cell is not None:
                column.append(cell)
    return columns if barred * 2 > len(rows) and all(columns) else None


def _between_bars(row: Row) -> list[tuple[int, int]]:
    edges = [-1, *(match.start() for match in _BAR.finditer(row.text)), len(row.text)]
    return [(a + 1, b) for a, b in itertools.pairwise(edges)]


def split_by_gaps(rows: Sequence[Row], header: Header) -> list[list[Cell]]:
    """The columns told apart by the gaps that rows share, the header's places as hints."""
    chunked = [_chunks(row) for row in rows]
    edges = _edges(chunked, header)
    columns: list[list[Cell]] = [[] for _ in header.names]
    for row, chunks in zip(rows, chunked, strict=True):
        for index, (start, end) in sorted(_assigned(row, chunks, edges).items()):
            cell = trimmed(row, start, end)
            if cell is not None:
                columns[index].append(cell)
    return columns


def _chunks(row: Row) -> list[Cell]:
    """The stretches of a row between wide gaps."""
    chunks: list[Cell] = []
    position = len(row.text) - len(row.text.lstrip())
    for gap in [*_GAP.finditer(row.text, position), None]:
        end = gap.start() if gap else len(row.text)
        if end > position:
            chunks.append(Cell(row, position, end))
        position = gap.end() if gap else end
    return chunks


def _edges(chunked: Sequence[Sequence[Cell]], header: Header) -> list[int]:
    """For each column but the first, the place on screen from which on its cells start."""
    edges: list[int] = []
    starts = [cell.screen for chunks in chunked for cell in chunks]
    for index in range(1, len(header.names)):
        low = max([header.starts[index - 1] + 1, *edges[-1:]]) if edges else header.starts[0] + 1
        later = header.starts[index + 1 : index + 2]
        high = min([header.starts[index] + 12, *later])
        candidates = sorted({header.starts[index], *(s for s in starts if low <= s <= high)})
        edges.append(
            min(candidates, key=lambda edge: _edge_cost(chunked, starts, edge, header.starts[index]))
        )
    return edges


def _edge_cost(
    chunked: Sequence[Sequence[Cell]], starts: Sequence[int], edge: int, hint: int
) -> tuple[float, int]:
    """What speaks against a column starting at `edge`: stretches that it cuts, cells just left of it."""
    cut = sum(_is_cut(cell, edge) for chunks in chunked for cell in chunks)
    before = sum(edge - 6 <= start < edge for start in starts if start > 0 and abs(start - hint) < 12)
    return (3.0 * cut + before - 0.5 * starts.count(edge) + 0.05 * abs(edge - hint), edge)


def _is_cut(cell: Cell, edge: int) -> bool:
    """Whether the edge falls inside a stretch and not at a blank of it."""
    if not cell.screen < edge:
        return False
    inside = [i for i in range(cell.start, cell.end) if cell.row.screen[i] == edge]
    return bool(inside) and cell.row.text[inside[0] - 1] != " "


def _assigned(row: Row, chunks: Sequence[Cell], edges: Sequence[int]) -> dict[int, tuple[int, int]]:
    """For each column that the row has a cell in, the cell's first and last character."""
    cells: dict[int, tuple[int, int]] = {}
    for chunk in chunks:
        for start, end in _at_edges(chunk, edges):
            index = sum(row.screen[start] >= edge for edge in edges)
            first, _ = cells.get(index, (start, end))
            cells[index] = (first, end)
    return cells


def _at_edges(chunk: Cell, edges: Sequence[int]) -> list[tuple[int, int]]:
    """The stretch cut where an edge falls on a word after a single blank."""
    cuts = [
        i
        for i in range(chunk.start + 1, chunk.end)
        if chunk.row.screen[i] in edges
        and chunk.row.text[i - 1] == " "
        and chunk.row.text[i] != " "
        and _is_balanced(chunk.row.text[chunk.start : i])
    ]
    return list(itertools.pairwise([chunk.start, *cuts, chunk.end]))


def _is_balanced(text: str) -> bool:
    return text.count("(") == text.count(")")


def column_source(name: str, lines: tuple[str, ...], cells: Sequence[Cell], folded: bool) -> Source:
    """The text of one column, a line for each cell, each knowing its place in the user's file.

    The cells keep their indentation unless it was folded; then a line starts left of its first character.
    """
    left = min(cell.screen for cell in cells)
    indents = [0 if folded else cell.screen - left for cell in cells]
    text = "\n".join(
        " " * indent + spelled(cell.text.rstrip()) for cell, indent in zip(cells, indents, strict=True)
    )
    origins = tuple(
        Origin(cell.row.number, cell.row.column + cell.start - indent)
        for cell, indent in zip(cells, indents, strict=True)
    )
    return Source(name, text, lines, origins)
