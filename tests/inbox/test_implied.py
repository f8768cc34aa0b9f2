"""Words that claim a barrier inside of a function."""

from __future__ import annotations

import time

import pytest

from verifier.inbox.implied import comment_lines, implied


def named(text: str) -> list[tuple[str, str]]:
    return [(c.name, c.strength) for c in implied(list(enumerate(text.split("\n"), 1)))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wake_up() implies a full barrier", [("wake_up", "full")]),
        ("xchg() and cmpxchg() imply a full\nmemory barrier", [("cmpxchg", "full"), ("xchg", "full")]),
        ("spin_lock implies a memory barrier.", [("spin_lock", "any")]),
        ("that is, an smp_mb() is implied by xchg()", [("xchg", "full")]),
        ("pairs with the implied barrier in wake_up()", [("wake_up", "any")]),
        ("the implicit full barrier of schedule()", [("schedule", "full")]),
        ("put() has a write barrier in it", [("put", "write")]),
        ("get() provides an smp_rmb()", [("get", "read")]),
        ("pairs with the barrier in put()", []),  # what a barrier pairs with
        ("does wake_up() imply a full barrier?", []),
        ("spin_unlock() + spin_lock() implies a full barrier", []),
        ("spin_unlock() followed by spin_lock() is a full barrier", []),
        ("if wake_up() implies a barrier, so be it", []),
        ("barrier() is a compiler barrier", []),
        ("wake_up() does so.\n\nA full barrier", []),
    ],
)
def test_claims(text: str, expected: list[tuple[str, str]]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "is_negated", "is_hedged"),
    [
        ("set_bit() does not imply a memory barrier", True, False),
        ("set_bit() isn't a memory barrier", True, False),
        ("set_bit() has no barrier", True, False),
        ("wake_up() implies a full barrier if it wakes a task", False, True),
        ("wake_up() implies a full barrier. Only that counts.", False, False),
    ],
)
def test_what_is_said_of_it(text: str, is_negated: bool, is_hedged: bool) -> None:
    (claim,) = implied([(7, text)])
    assert (claim.line, claim.is_negated, claim.is_hedged) == (7, is_negated, is_hedged)


def test_a_comment_ends_a_sentence_and_one_below_another_goes_on() -> None:
    apart = comment_lines([(1, 1, "wake_up() implies"), (3, 1, "a full barrier")])
    below = comment_lines([(1, 1, "wake_up() implies"), (2, 1, "a full barrier")])
    assert (len(implied(apart)), [c.line for c in implied(below)]) == (0, [1])


@pytest.mark.parametrize(
    "text", ["abc, ", "abc() and ", "the barrier ", "full ", "x() is a barrier ", "implicit a "]
)
def test_long_texts_take_no_longer_than_they_are_long(text: str) -> None:
    start = time.process_time()
    implied([(1, text * (400_000 // len(text)) + "barrier")])
    assert time.process_time() - start < 5
