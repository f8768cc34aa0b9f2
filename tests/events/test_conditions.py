"""What a program's conditions come to in unknowns alone, and for which of them their form says the values."""

from __future__ import annotations

import pytest

from tests.programs import event_graph
from verifier.events.conditions import Group, conditions_on_unknowns
from verifier.events.domains import by_form
from verifier.events.expression import Apply, Const, Expression, Unknown, unknowns_of
from verifier.limits import NotModelled

TEXT = "int x, y;\nvoid f(int v, int w) {{ {} }}\nvoid g(int n) {{ int a = READ_ONCE(x), b = READ_ONCE(y); {} }}\n"


def shown(e: Expression) -> str:
    match e:
        case Const(value):
            return str(value)
        case Unknown(index):
            return "vwn"[index]
        case Apply("?:", (c, a, b)):
            return f"({shown(c)} ? {shown(a)} : {shown(b)})"
        case Apply(operator, (a, b)):
            return f"({shown(a)} {operator} {shown(b)})"
    raise AssertionError(e)


@pytest.mark.parametrize(
    ("writer", "reader", "expected"),
    [
        ("WRITE_ONCE(x, v);", "BUG_ON(a == 3);", [["(v == 3)"]]),
        ("WRITE_ONCE(x, v);", "BUG_ON(a > 3);", [["(v <= 3)"]]),
        ("WRITE_ONCE(x, v + 1);", "BUG_ON(3 == a);", [["(v == 2)"]]),
        ("WRITE_ONCE(x, v - 1);", "BUG_ON(3 > a);", [["(v < 4)"]]),
        ("WRITE_ONCE(x, v);", "BUG_ON(3 >= a);", [["(v <= 3)"]]),
        ("WRITE_ONCE(x, 1 + v);", "BUG_ON(a + 5);", [["(v == -6)"]]),
        ("WRITE_ONCE(x, v);", "if (a) BUG_ON(b == 2);", [["(v == 0)"]]),
        ("WRITE_ONCE(x, v); WRITE_ONCE(y, w);", "BUG_ON(a == b);", [["(v == 0)", "(v == w)", "(w == 0)"]]),
        (
            "WRITE_ONCE(x, v * 2); WRITE_ONCE(x, READ_ONCE(x) + 1);",
            "BUG_ON(a == 7);",
            [["((v * 2) == 5)", "((v * 2) == 6)", "((v * 2) == 7)"]],
        ),
        ("WRITE_ONCE(x, v & 4 ? 1 : 2);", "BUG_ON(a == 1);", [["((v & 4) == 0)"]]),
        ("WRITE_ONCE(x, (v == 4) + w);", "BUG_ON(a == 1);", [["(v == 4)"], ["(w == 0)", "(w == 1)"]]),
        ("WRITE_ONCE(x, 5);", "BUG_ON(a * n == 10);", [["((5 * n) == 10)"]]),
        (
            "WRITE_ONCE(x, v & 1); WRITE_ONCE(y, w & 2);",
            "BUG_ON(a && b);",
            [["((v & 1) == 0)"], ["((w & 2) == 0)"]],
        ),
        ("WRITE_ONCE(x, v); WRITE_ONCE(y, READ_ONCE(x) | 8);", "BUG_ON(b & 2);", [["(((v | 8) & 2) == 0)"]]),
        ("WRITE_ONCE(x, v);", "WRITE_ONCE(y, a);", []),
        ("WRITE_ONCE(x, 5);", "BUG_ON(a == 5);", []),
    ],
)
def test_conditions_on_unknowns(writer: str, reader: str, expected: list[list[str]]) -> None:
    groups = conditions_on_unknowns(event_graph(TEXT.format(writer, reader), "linux"))
    assert sorted(sorted(map(shown, g.conditions)) for g in groups) == expected
    for g in groups:
        assert list(g.unknowns) == sorted(
            {u for c in g.conditions for u in unknowns_of(c)}, key=lambda u: u.index
        )


def test_what_a_value_may_come_to_can_be_too_much() -> None:
    several = " + ".join(["READ_ONCE(x)"] * 6)
    writer = "".join(f"WRITE_ONCE(x, v * {i});" for i in range(2, 9))
    with pytest.raises(NotModelled, match="too many possible values"):
        event_graph(TEXT.format(writer, f"BUG_ON({several} == 5);"), "linux")


U, V, CHANCE = Unknown(0, (0, 7001)), Unknown(1, (0, 7002)), Unknown(2, (0, 1))


WORD = (1 << 32) - 1


def condition(operator: str, *arguments: Expression) -> Apply:
    return Apply(operator, arguments)


def word(u: Unknown) -> Apply:
    return condition("&", u, Const(WORD))


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([condition("==", U, Const(3))], {U: (0, 3, 7001)}),
        ([condition("==", U, Const(3)), condition("==", U, Const(-4))], {U: (0, -4, 3, 7001)}),
        ([condition("<", U, Const(3))], {U: (0, 2, 3, 4, 7001)}),
        ([condition("==", U, V)], {U: (0, 7001, 7002), V: (0, 7001, 7002)}),
        (
            [condition("==", U, V), condition("==", V, Const(9))],
            {U: (0, 9, 7001, 7002), V: (0, 9, 7001, 7002)},
        ),
        ([condition("==", U, CHANCE)], {U: (0, 1, 7001)}),
        ([condition("==", CHANCE, Const(0))], {}),
        ([condition("==", word(U), Const(3))], {U: (0, 3, 7001)}),
        ([condition("<", word(U), Const(0))], {U: (0, 1, 7001)}),
        ([condition("<", word(U), Const(WORD))], {U: (0, WORD - 1, WORD, 7001)}),
        ([condition("==", word(U), Const(-4))], {U: (0, 7001)}),
        ([condition("==", word(U), word(V))], {U: (0, 7001, 7002), V: (0, 7001, 7002)}),
        ([condition("==", word(U), Const(3)), condition("==", U, Const(4))], None),  # another value in each
        ([condition("==", condition("&", U, Const(255)), Const(3))], None),
        ([condition("<", U, V)], None),
        ([condition("==", condition("*", U, Const(2)), Const(4))], None),
        ([condition("==", U, Const(7001)), condition("==", U, Const(0))], None),  # nothing else is left
    ],
)
def test_the_form_of_conditions_may_tell_the_values(
    conditions: list[Apply], expected: dict[Unknown, tuple[int, ...]] | None
) -> None:
    unknowns = sorted({u for c in conditions for u in unknowns_of(c)}, key=lambda u: u.index)
    assert by_form(Group(tuple(unknowns), tuple(conditions))) == expected
