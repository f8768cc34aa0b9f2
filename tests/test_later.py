"""A tuple that is made late is like one that is made at once."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.later import Later


def test_it_is_made_once_and_when_it_is_looked_at() -> None:
    made: list[int] = []

    def make() -> Iterator[int]:
        for i in range(3):
            made.append(i)
            yield i

    later = Later(make)
    assert made == []
    assert later[1] == 1
    assert (list(later), len(later), later[1:], 2 in later) == ([0, 1, 2], 3, (1, 2), True)
    assert made == [0, 1, 2]


def test_it_is_equal_to_what_it_holds() -> None:
    later = Later(lambda: "ab")
    assert later == ("a", "b")
    assert later == Later(lambda: ("a", "b"))
    assert later != ("a",)
    assert hash(later) == hash(("a", "b"))
    assert repr(later) == "('a', 'b')"
