"""Expressions have the values that C gives them, found once for each part."""

from __future__ import annotations

import pytest

from verifier.events.expression import Apply, Const, Expression, ReadValue, Unknown, evaluate, evaluator


def test_a_part_that_many_share_is_evaluated_once() -> None:
    e: Expression = ReadValue(0)
    for _ in range(80):  # as a tree it has 2 ** 80 leaves
        e = Apply("+", (e, e))
    assert evaluate(e, {0: 3}, {}) == 3 * 2**80


def test_each_evaluator_has_its_own_values() -> None:
    e = Apply("-", (Apply("+", (ReadValue(0), Unknown(1, (5, 6)))), ReadValue(7)))
    one, other = evaluator({0: 1}, {1: 5}), evaluator({0: 2, 7: 1}, {1: 6})
    assert [one(e), other(e), one(e)] == [6, 7, 6]


@pytest.mark.parametrize(("operator", "decided"), [("&&", 0), ("||", 1)])
def test_what_does_not_matter_is_not_looked_at(operator: str, decided: int) -> None:
    nowhere = Unknown(0, (1,))
    assert evaluate(Apply(operator, (Const(decided), nowhere)), {}, {}) == decided
    assert evaluate(Apply("?:", (Const(decided), *[Const(4), nowhere][:: 2 * decided - 1])), {}, {}) == 4
    with pytest.raises(KeyError):
        evaluate(Apply(operator, (Const(1 - decided), nowhere)), {}, {})
