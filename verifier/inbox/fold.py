"""Columns of a diagram whose white space was folded: told apart by the code itself.

A row's cells can be cut apart wherever a statement may end. Of all ways to cut the rows, those
are searched (by dynamic programming over the rows, a state for each column) under which every
column is well-formed code; the most natural ones come first, and the full parser has the last word.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from verifier.errors import SyntaxProblem
from verifier.inbox.columns import Cell, trimmed
from verifier.inbox.fragment import can_end, read_fragment, starts_operand
from verifier.inbox.line import Row
from verifier.inbox.nesting import State, advance, is_finished
from verifier.record import record
from verifier.source import Source
from verifier.syntax.scanner import Token, scan

BEAM = 200
NARROWEST = 10
WORK = 20_000
MOST = 4_000
CHARACTERS = 600_000  # that are read of one diagram
SLACK = 8.0
AWAITING = 0.2
ANSWERS = 12
_COMMENT_CODE = re.compile(r"(?<=\s)(?=[A-Za-z_*&][\w\->.\[\]&*]*\s*(?:\([^;]*\)|=[^;=][^;]*);)")
_DEPTH = {"(": 1, "[": 1, ")": -1, "]": -1}
_ENDS = frozenset((";", "{", "}", "else", "do", ")", ":"))
_LATER_COMMENT = re.compile(r"(?<=\s)(?=//|/\*)")

Places = tuple[tuple[int, int] | None, ...]


@record(frozen=True, slots=True)
class Split:
    """One way to cut a row: each column's cell, which columns have one, how many do, and where they stand."""

    cells: tuple[Cell | None, ...]
    filled: tuple[bool, ...]
    width: int
    places: Places


def split_into(cells: Sequence[Cell | None]) -> Split:
    """The split with these cells, one for each column."""
    filled = tuple(cell is not None for cell in cells)
    places = tuple(None if cell is None else (cell.start, cell.end) for cell in cells)
    return Split(tuple(cells), filled, sum(filled), places)


_Key = tuple[tuple[State, ...], tuple[bool, ...]]


@record(frozen=True, slots=True)
class _Path:
    """The best way found to cut the rows so far that ends in these states."""

    states: tuple[State, ...]
    cost: float
    split: Split
    before: _Path | None

    @property
    def key(self) -> _Key:
        return self.states, self.split.filled


@record(frozen=True, slots=True)
class Reading:
    """One way to cut all rows, and what speaks against it."""

    rows: tuple[Split, ...]
    cost: float


@record(frozen=True, slots=True)
class Readings:
    """The ways to cut all rows, the most natural first; for each row, what each way costs at best."""

    best: tuple[Reading, ...]
    costs: tuple[Mapping[Places, float], ...]


class _Step(NamedTuple):
    """From the path at `key`, which costs `so_far`, by one row's split to the path at `reached`."""

    key: _Key
    split: Split
    so_far: float
    cost: float
    reached: _Key


def read_folded(choices: Sequence[Sequence[Split]]) -> Readings:
    """Searches the ways to cut the rows.

    `choices` gives each row's; there is no reading where no way works, or where it takes too long to tell.
    """
    columns = len(choices[0][0].cells)
    start = _Path((State(),) * columns, 0.0, split_into((None,) * columns), None)
    beam = {start.key: start}
    layers: list[list[_Step]] = []
    reader = _Reader()
    for splits in choices:
        beam, steps = _extend(beam, splits, reader)
        layers.append(steps)
        if reader.characters > CHARACTERS:
            return Readings((), ())
    finished = [path for path in beam.values() if _is_finished(path)]
    answers = sorted(finished, key=lambda path: path.cost)[:ANSWERS]
    costs = _costs(layers, [path.key for path in finished])
    return Readings(tuple(_unwound(path) for path in answers), costs)


def _is_finished(path: _Path) -> bool:
    return all(is_finished(state) and state.used for state in path.states)


def _extend(
    beam: Mapping[_Key, _Path], splits: Sequence[Split], reader: _Reader
) -> tuple[dict[_Key, _Path], list[_Step]]:
    """The best paths with one more row, and the steps between the paths that are kept."""
    best: dict[_Key, _Path] = {}
    steps: list[_Step] = []
    for key, path in beam.items():
        for split in splits:
            following = _follow(path, split, reader)
            if following is None:
                continue
            reached = following.key
            steps.append(_Step(key, split, path.cost, following.cost - path.cost, reached))
            if reached not in best or following.cost < best[reached].cost:
                best[reached] = following
    limit = min((path.cost for path in best.values()), default=0.0) + SLACK
    near = [item for item in best.items() if item[1].cost <= limit]
    width = max(NARROWEST, min(BEAM, WORK // len(splits)))
    kept = dict(sorted(near, key=lambda item: item[1].cost)[:width])
    return kept, [step for step in steps if step.reached in kept]


def _costs(layers: Sequence[Sequence[_Step]], final: Iterable[_Key]) -> tuple[Mapping[Places, float], ...]:
    """For each row, what each way to cut it costs at best: the steps walked backwards.

    `ahead` is what is still to come after a path, at best.
    """
    found: list[Mapping[Places, float]] = []
    ahead = dict.fromkeys(final, 0.0)
    for steps in reversed(layers):
        costs: dict[Places, float] = {}
        before: dict[_Key, float] = {}
        for step in steps:
            if step.reached in ahead:
                rest = step.cost + ahead[step.reached]
                total = step.so_far + rest
                costs[step.split.places] = min(total, costs.get(step.split.places, total))
                before[step.key] = min(rest, before.get(step.key, rest))
        found.append(costs)
        ahead = before
    return tuple(reversed(found))


def _unwound(path: _Path) -> Reading:
    found: list[Split] = []
    step: _Path | None = path
    while step is not None and step.before is not None:
        found.append(step.split)
        step = step.before
    return Reading(tuple(found[::-1]), path.cost)


class _Reader:
    """Reads cells, and counts the characters: those of a statement that goes on are read again with each cell."""

    def __init__(self) -> None:
        self.characters = 0
        self._read: set[tuple[State, str]] = set()

    def taken(self, state: State, text: str) -> tuple[State, float, bool] | None:
        """As `_taken`, which remembers what others read as well."""
        if (state, text) not in self._read:
            self._read.add((state, text))
            self.characters += len(state.pending) + len(text)
        return _taken(state, text)


def _follow(path: _Path, split: Split, reader: _Reader) -> _Path | None:
    """The path with one row more; None where a column can't take its cell."""
    states: list[State] = []
    cost = path.cost
    for state, cell in zip(path.states, split.cells, strict=True):
        if cell is None:
            states.append(state)
            cost += 3.0 if state.pending else 0.0
            continue
        step = reader.taken(state, cell.text)
        if step is None:
            return None
        states.append(step[0])
        cost += step[1] + (0.8 if step[2] and split.width > 1 else 0.0)
    return _Path(tuple(states), cost + _row_cost(path, split), split, path)


@lru_cache(maxsize=50_000)
def _taken(state: State, text: str) -> tuple[State, float, bool] | None:
    """The column's state after the cell, what speaks against that, and whether the cell is only a comment."""
    fragment = read_fragment(f"{state.pending} {text}" if state.pending else text)
    step = None if fragment is None else advance(state, fragment)
    if fragment is None or step is None:
        return None
    return (
        step[0],
        step[1] + (AWAITING if step[0].is_awaiting else 0.0),
        not (fragment.parts or fragment.pending),
    )


def _row_cost(path: _Path, split: Split) -> float:
    """What speaks against the row having just these cells, after the row before and the columns' states."""
    cost, width = 0.0, split.width
    if path.before is not None and path.split.filled != split.filled:
        changed = sum(now != then for now, then in zip(split.filled, path.split.filled, strict=True))
        grown = abs(width - path.split.width)
        cost = 0.4 * grown + 0.15 * (changed - grown)
    if width == len(split.cells):
        return cost
    awaiting = any(state.is_awaiting for state in path.states)
    some_open = any(state.is_open for state in path.states)
    for index, (state, is_filled) in enumerate(zip(path.states, split.filled, strict=True)):
        if not is_filled:
            continue
        if awaiting and not state.is_awaiting and width == 1:
            cost += 0.8
        if some_open and not state.is_open:
            cost += 0.5 if width == 1 else 0.1
        cost += 0.25 * index / width
    return cost


def choices(row: Row, count: int) -> tuple[Split, ...]:
    """All ways to cut the row into at most `count` cells, in order, each once; none if more than MOST."""
    found = {split.places: split for split in itertools.islice(_choices(row, count), MOST + 1)}
    return tuple(found.values()) if len(found) <= MOST else ()


def _choices(row: Row, count: int) -> Iterator[Split]:
    """All ways to cut the row into at most `count` cells in the columns' order."""
    start = len(row.text) - len(row.text.lstrip())
    edges = _edges(row)
    for cuts in itertools.combinations_with_replacement([start, *edges, len(row.text)], count - 1):
        bounds = [start, *cuts, len(row.text)]
        split = split_into([trimmed(row, a, b) if a < b else None for a, b in itertools.pairwise(bounds)])
        if split.width:
            yield split


def _edges(row: Row) -> list[int]:
    """The characters of the row at which a cell may start."""
    text = row.text
    try:
        scanned = scan(Source.whole("", text))
    except SyntaxProblem:
        return []
    edges: set[int] = set()
    depth = 0
    is_cut_short = sum(_DEPTH.get(token.text, 0) for token in scanned.tokens) != 0
    for before, token in itertools.pairwise(scanned.tokens):
        depth += _DEPTH.get(before.text, 0)
        if token.text in (";", ")", "]"):
            continue
        is_unfinished = is_cut_short and before.text in (",", "&&", "||")
        if is_unfinished or (depth <= 0 and _may_start_cell(before, token)):
            edges.add(token.column - 1)
    for comment in scanned.comments:
        edges |= _comment_edges(text, comment.column - 1, comment.end_column - 1)
    return sorted(edges)


def _may_start_cell(before: Token, token: Token) -> bool:
    """Whether a statement may end at `before`, and another start at `token`."""
    if before.text in _ENDS or token.text in ("{", "}"):
        return True
    return can_end(before) and starts_operand(token)


def _comment_edges(text: str, start: int, end: int) -> set[int]:
    """Where a cell may start at, after or inside a comment: folding may have put code after a `//`."""
    edges = {start} if start else set()
    rest = end + len(text[end:]) - len(text[end:].lstrip())
    if rest < len(text):
        edges.add(rest)
    if text.startswith("//", start):
        inside = text[:end]
        edges |= {match.start() for match in _COMMENT_CODE.finditer(inside, start + 2)}
        edges |= {match.start() for match in _LATER_COMMENT.finditer(inside, start + 2)}
    return edges
