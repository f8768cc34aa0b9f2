"""Diagrams without a header: rows of two pieces of code side by side, told by a bar or by a shared gap."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.inbox.header import Header
from verifier.inbox.line import Row

_BAR = re.compile(r"(?<=\s)\|(?=\s)")
_GAP = re.compile(r"[ ]{3,}|[ ]*\t[ \t]*")
_CODE = re.compile(r"(?:[;)]|\+\+|--)\s*(?://.*|/\*.*)?$|[\w\])][ ]?=[ ]?[\w*&-]|\w->\w")
_NO_CELL = re.compile(
    r"(?:if|else|case|default|for|while|switch|return|struct|enum|typedef|static|#|//|/\*|\*|[-+] )"
)
LEAST = 2


def box_header(rows: Sequence[Row]) -> Header | None:
    """A header, P0 and P1, for rows that have none: where LEAST rows on end are two pieces of code each."""
    places = [_sides(row) for row in rows]
    run = longest = 0
    for place in places:
        run = run + 1 if place is not None else 0
        longest = max(longest, run)
    found = [place for place in places if place is not None]
    if longest < LEAST or len({barred for _, _, barred in found}) > 1:
        return None
    starts = (min(left for left, _, _ in found), min(right for _, right, _ in found))
    if not found[0][2] and max(right for _, right, _ in found) - starts[1] > 2:
        return None
    return Header(("P0", "P1"), starts, False, found[0][2])


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
    return _CODE.search(text) is not None and _NO_CELL.match(text) is None
