"""How an error shows its place in a line."""

from __future__ import annotations

import pytest

from verifier.errors import SHOWN, InputError
from verifier.source import Span


def rendered(line: str, start: int, end: int) -> list[str]:
    return InputError("code", "message", "f.c", Span(3, start, 3, end), line).render().split("\n")


def test_carets_stand_below() -> None:
    assert rendered("\tx = y;", 6, 7) == ["f.c:3:6: error: message", "    \tx = y;", "    \t    ^"]


@pytest.mark.parametrize("start", [1, 90, 101, 5_000, 9_990])
def test_of_a_long_line_the_part_around_the_place(start: int) -> None:
    line = "".join(chr(ord("a") + i % 26) for i in range(10_000))
    _, quoted, carets = rendered(line, start, start + 5)
    assert len(quoted) <= SHOWN + 4
    at = carets.index("^")
    assert quoted[at : at + 5] == line[start - 1 : start + 4]
    assert carets.strip() == "^" * 5


def test_a_place_that_is_longer_than_what_is_shown() -> None:
    _, quoted, carets = rendered("9" * 10_000, 1, 10_001)
    assert len(quoted) == len(carets) == SHOWN + 4
