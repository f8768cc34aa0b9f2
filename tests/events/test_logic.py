"""Conditions are put together without what says nothing."""

from __future__ import annotations

from verifier.events.expression import FALSE, TRUE, Apply, Const, ReadValue
from verifier.events.logic import conjunction, disjunction, either, negation

A, B, C = (Apply("==", (ReadValue(n), Const(1))) for n in range(3))


def test_constants_decide_or_go() -> None:
    assert conjunction((A, TRUE, B)) == conjunction((TRUE, A, B)) == Apply("&&", (A, B))
    assert conjunction((A, FALSE)) == conjunction((FALSE, A)) == FALSE
    assert disjunction((A, FALSE, B)) == disjunction((FALSE, A, B)) == Apply("||", (A, B))
    assert disjunction((A, TRUE)) == disjunction((TRUE, A)) == TRUE
    assert (conjunction(()), disjunction(())) == (TRUE, FALSE)
    seven = Const(7)  # a number that stands for no truth is kept
    assert conjunction((seven,)) == disjunction((seven,)) == seven


def test_where_ways_meet_their_guards_are_what_they_share() -> None:
    assert either((A,), (A, B)) == either((A, B), (A,)) == (A,)
    assert either((), (A, B)) == either((A,), ()) == ()
    assert either((A, B), (A, negation(B))) == either((A, negation(B)), (A, B)) == (A,)
    assert either((A, B), (A, C)) == (A, Apply("||", (B, C)))
