"""Columns of a diagram whose white space was folded: told apart by the code itself.

A row's cells can be cut apart wherever a statement may end. Of all ways to cut the rows, those
are searched (by dynamic programming over the rows, a state for each column) under which every
column is well-formed code; the most natural ones come first, and the full parser has the last word.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from verifier.errors import SyntaxProblem
from verifier.inbox.columns import Cell, trimmed
from verifier.inbox.fragment import can_end, read_fragment, starts_operand
from verifier.inbox.line import Row
from verifier.inbox.nesting import State, advance, is_finished
from verifier.source import Source
from verifier.syntax.scanner import Token, scan

BEAM = 200
AWAITING = 0.2
ANSWERS = 12
_COMMENT_CODE = re.compile(r"(?<=\s)(?=[A-Za-z_*&][\w\->.\[\]&*]*\s*(?:\([^;]*\)|=[^;=][^;]*);)")
_LATER_COMMENT = re.compile(r"(?<=\s)(?=//|/\*)")

Split = tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class _Path:
    """A way to cut the rows so far."""

    states: tuple[State, ...]
    cost: float
    split: Split
    before: _Path | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to cut all rows, and what speaks against it."""

    rows: tuple[Split, ...]
    cost: float


def readings(choices: Sequence[Sequence[Split]], beam_width: int = BEAM) -> list[Reading]:
    """Ways to cut all rows, the most natural first; none where no way works. `choices`: each row's possible splits."""
    count = len(choices[0][0])
    beam = [_Path(tuple(State() for _ in range(count)), 0.0, (), None)]
    for splits in choices:
        best: dict[tuple[tuple[State, ...], tuple[bool, ...]], _Path] = {}
        for path in beam:
            for split in splits:
                following = _follow(path, split)
                if following is not None:
                    key = (following.states, _filled(split))
                    known = best.get(key)
                    if known is None or following.cost < known.cost:
                        best[key] = following
        beam = sorted(best.values(), key=lambda path: path.cost)[:beam_width]
        if not beam:
            return []
    finished = [path for path in beam if all(is_finished(state) and state.used for state in path.states)]
    return [_unwound(path) for path in sorted(finished, key=lambda path: path.cost)[:ANSWERS]]


def _unwound(path: _Path) -> Reading:
    found: list[Split] = []
    step: _Path | None = path
    while step is not None and step.before is not None:
        found.append(step.split)
        step = step.before
    return Reading(tuple(found[::-1]), path.cost)


def _filled(split: Split) -> tuple[bool, ...]:
    """Which columns have a cell in the row."""
    return tuple(cell is not None for cell in split)


def _width(split: Split) -> int:
    return sum(_filled(split))


def _follow(path: _Path, split: Split) -> _Path | None:
    """The path with one row more; None where a column can't take its cell."""
    states: list[State] = []
    cost = path.cost + _row_cost(path, split)
    for state, cell in zip(path.states, split, strict=True):
        if cell is None:
            states.append(state)
            cost += 3.0 if state.pending else 0.0
            continue
        step = _taken(state, cell.text)
        if step is None:
            return None
        states.append(step[0])
        cost += step[1] + (0.8 if step[2] and _width(split) > 1 else 0.0)
    return _Path(tuple(states), cost, split, path)


@lru_cache(maxsize=50_000)
def _taken(state: State, text: str) -> tuple[State, float, bool] | None:
    """The column's state after the cell, what speaks against that, and whether the cell is only a comment."""
    fragment = read_fragment(f"{state.pending} {text}" if state.pending else text)
    step = None if fragment is None else advance(state, fragment)
    if fragment is None or step is None:
        return None
    return step[0], step[1] + (AWAITING if step[0].is_awaiting else 0.0), not (fragment.parts or fragment.pending)


def _row_cost(path: _Path, split: Split) -> float:
    """What speaks against the row having just these cells, after the row before and the columns' states."""
    width = _width(split)
    cost = 0.0
    if path.before is not None:
        changed = sum(now != then for now, then in zip(_filled(split), _filled(path.split), strict=True))
        grown = abs(width - _width(path.split))
        cost = 0.4 * grown + 0.15 * (changed - grown)
    if width == len(split):
        return cost
    awaiting = any(state.is_awaiting for state in path.states)
    some_open = any(state.is_open for state in path.states)
    for index, (state, cell) in enumerate(zip(path.states, split, strict=True)):
        if cell is None:
            continue
        if awaiting and not state.is_awaiting and width == 1:
            cost += 0.8
        if some_open and not state.is_open:
            cost += 0.5 if width == 1 else 0.1
        cost += 0.25 * index / width
    return cost


def choices(row: Row, count: int) -> tuple[Split, ...]:
    """All ways to cut the row into at most `count` cells in the columns' order, each once."""
    return tuple(dict.fromkeys(_choices(row, count)))


def _choices(row: Row, count: int) -> Iterator[Split]:
    """All ways to cut the row into at most `count` cells in the columns' order."""
    start = len(row.text) - len(row.text.lstrip())
    edges = _edges(row)
    for cuts in itertools.combinations_with_replacement([start, *edges, len(row.text)], count - 1):
        bounds = [start, *cuts, len(row.text)]
        split = tuple(trimmed(row, a, b) if a < b else None for a, b in itertools.pairwise(bounds))
        if any(cell is not None for cell in split):
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
    for before, token in itertools.pairwise(scanned.tokens):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(before.text, 0)
        if token.text in (";", ")", "]"):
            continue
        if depth <= 0 and (before.text in (";", "{", "}", "else", "do", ")", ":") or _side_by_side(before, token)):
            edges.add(token.column - 1)
        elif before.text in (",", "&&", "||", "="):
            edges.add(token.column - 1)
        elif depth <= 0 and token.text in ("}", "{"):
            edges.add(token.column - 1)
    for comment in scanned.comments:
        edges |= _comment_edges(text, comment.column - 1, comment.end_column - 1)
    return sorted(edges)


def _side_by_side(before: Token, token: Token) -> bool:
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
