"""Changes to a text, each with what it costs, and what several of them make of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from verifier.record import record


class Part(NamedTuple):
    """The stretch from `start` up to, not including, `end`, and what stands there instead."""

    start: int
    end: int
    text: str


Parts = tuple[Part, ...]  # in order, and apart


@record(frozen=True, slots=True)
class Edit:
    """One change to a text. `cost`: of what it adds, at run time (pairing.missing.COSTS).

    `what` it does, in words, with `{}` for the line of each of the offsets `at`.
    """

    parts: Parts
    cost: int
    what: str
    at: tuple[int, ...] = ()


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all of the edits, each of which is about the text as it was."""
    pieces, position = [], 0
    for start, end, new in sorted(part for edit in edits for part in edit.parts):
        pieces += [text[position:start], new]
        position = end
    return "".join([*pieces, text[position:]])


class _Placed(NamedTuple):
    """A part of edit number `edit`, and where what it puts there stands in the edited text."""

    start: int
    end: int
    part: Part
    edit: int


def rebased(edits: Sequence[Edit], new: Edit) -> tuple[Edit, ...] | None:
    """The edits and one more, which is about the text that they make: all are then about the text as it was.

    An edit to what another one has put there becomes one with it. None where the two can't be told apart.
    """
    placed = _placed(edits)
    parts: dict[Part, Part] = {}  # of the edits, as the new one changes them
    touched: set[int] = set()
    own: list[Part] = []
    for start, end, text in reversed(new.parts):
        hit = next((p for p in placed if start <= p.end and end >= p.start), None)
        if hit is None:
            own.append(Part(_before(placed, start), _before(placed, end), text))
            continue
        if start < hit.start or end > hit.end:
            return None
        known = parts.get(hit.part, hit.part)
        changed = known.text[: start - hit.start] + text + known.text[end - hit.start :]
        parts[hit.part] = Part(known.start, known.end, changed)
        touched.add(hit.edit)
    rest = [e for i, e in enumerate(edits) if i not in touched]
    joined = [edits[i] for i in sorted(touched)]
    own += [parts.get(p, p) for e in joined for p in e.parts]
    one = Edit(
        tuple(sorted(own)),
        new.cost + sum(e.cost for e in joined),
        " and ".join([*(e.what for e in joined), new.what]),
        (*(offset for e in joined for offset in e.at), *(_before(placed, offset) for offset in new.at)),
    )
    return (*rest, one)


def _before(placed: Sequence[_Placed], offset: int) -> int:
    """The offset in the text as it was; the start of what is changed there."""
    for p in reversed(placed):
        if p.end < offset:
            return offset + p.part.end - p.end
        if p.start <= offset:
            return p.part.start
    return offset


def _placed(edits: Sequence[Edit]) -> list[_Placed]:
    """The parts in the order of the text."""
    found, shift = [], 0
    for part, number in sorted((part, i) for i, e in enumerate(edits) for part in e.parts):
        start = part.start + shift
        found.append(_Placed(start, start + len(part.text), part, number))
        shift += len(part.text) - (part.end - part.start)
    return found
