"""Diagrams without a header: rows of two pieces of code side by side, told by a bar or by a shared gap.

Where the pieces are marked as accesses, `[S] p->on_rq = 0    [L] p->on_cpu`, rows in between may have one piece alone:
an access, a barrier or an operation of a lock.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.inbox.header import Header
from verifier.inbox.line import Row
from verifier.inbox.spelling import MARK, is_spelled

_BAR = re.compile(r"(?<=\s)\|(?=\s)")
_PIECES = re.compile(r"\s\|\s|(?<!LOCK)(?<!ACQUIRE)(?<!RELEASE)(?:[ ]{3,}|[ ]*\t[ \t]*)")
_GAP = re.compile(r"[ ]{3,}|[ ]*\t[ \t]*")
_CODE = re.compile(r"(?:[;)]|\+\+|--)\s*(?://.*|/\*.*)?$|[\w\])][ ]?=[ ]?[\w*&-]|\w->\w")
_NO_CELL = re.compile(
    r"(?:if|else|case|default|for|while|switch|return|struct|enum|typedef|static|#|//|/\*|\*|[-+] )"
)
_MARKED = re.compile(rf"{MARK}[ ]+\S")
LEAST = 2


def box_header(rows: Sequence[Row]) -> Header | None:
    """A header, P0 and P1, for rows that have none: where LEAST rows on end are two pieces of code each, or where all
    pieces are plain and LEAST rows have two."""
    places = [_sides(row) for row in rows]
    run = longest = 0
    for place in places:
        run = run + 1 if place is not None else 0
        longest = max(longest, run)
    found = [place for place in places if place is not None]
    is_marked = len(found) >= LEAST and all(_is_plain(row) for row in rows)
    if (longest < LEAST and not is_marked) or len({barred for _, _, barred in found}) > 1:
        return None
    starts = (min(left for left, _, _ in found), min(right for _, right, _ in found))
    if not found[0][2] and max(right for _, right, _ in found) - starts[1] > 2:
        return None
    return Header(("P0", "P1"), starts, is_marked, found[0][2])


def _is_plain(row: Row) -> bool:
    """Whether each piece of the row is a marked access, a barrier or an operation of a lock."""
    pieces = _PIECES.split(row.text.strip())
    return all(is_spelled(piece.strip()) for piece in pieces)


def _sides(row: Row) -> tuple[int, int, bool] | None:
    """Where the two pieces of code of the row start on screen, and whether a bar parts them."""
    bars = list(_BAR.finditer(row.text))
    indent = len(row.text) - len(row.text.lstrip())
    gaps = bars or [gap for gap in _GAP.finditer(row.text) if gap.start() > indent]
    if len(gaps) != 1:
        return None
    left, right = row.text[: gaps[0].start()].strip(), row.text[gaps[0].end() :].strip()
    if not (_is_code(left) and _is_code(right)):
        return None
    second = gaps[0].end() + len(row.text[gaps[0].end() :]) - len(row.text[gaps[0].end() :].lstrip())
    return row.screen[indent], row.screen[second], bool(bars)


def _is_code(text: str) -> bool:
    is_code = _CODE.search(text) is not None or _MARKED.match(text) is not None
    return is_code and _NO_CELL.match(text) is None
