"""Operators on many executions at once, against the same operators on each execution by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.cat import slices
from verifier.cat.bits import Universe, members
from verifier.cat.slices import Slice, Slices

EVENTS, EXECUTIONS = 6, 5
U = Universe(EVENTS)

event = st.integers(0, EVENTS - 1)
relation = st.sets(st.tuples(event, event), max_size=12).map(U.from_pairs)
subset = st.integers(0, U.ROW)
relations = st.lists(relation, min_size=EXECUTIONS, max_size=EXECUTIONS)
sets = st.lists(subset, min_size=EXECUTIONS, max_size=EXECUTIONS)


def sliced(values: list[int]) -> Slices:
    found: Slices = {}
    for number, value in enumerate(values):
        for i, j in U.pairs(value):
            row = found.setdefault(i, {})
            row[j] = row.get(j, 0) | 1 << number
    return found


def sliced_sets(values: list[int]) -> Slice:
    found: Slice = {}
    for number, value in enumerate(values):
        for i in members(value):
            found[i] = found.get(i, 0) | 1 << number
    return found


UNARY: list[tuple[Callable[[Slices], Slices], Callable[[int], int]]] = [
    (slices.inverse, U.inverse),
    (slices.plus, U.plus),
]
BINARY: list[tuple[Callable[[Slices, Slices], Slices], Callable[[int, int], int]]] = [
    (slices.join, lambda a, b: a | b),
    (slices.inter, lambda a, b: a & b),
    (slices.minus, lambda a, b: a & ~b),
    (slices.sequence, U.sequence),
]
RESTRICTED: list[tuple[Callable[[Slices, Slice], Slices], Callable[[int, int], int]]] = [
    (slices.starting, lambda a, s: a & U.product(s, U.ROW)),
    (slices.ending, lambda a, s: a & U.product(U.ROW, s)),
]
OF_SETS: list[tuple[Callable[[Slice, Slice], Slice], Callable[[int, int], int]]] = [
    (slices.set_union, lambda a, b: a | b),
    (slices.set_inter, lambda a, b: a & b),
    (slices.set_minus, lambda a, b: a & ~b),
]


@pytest.mark.parametrize(("many", "one"), UNARY)
@given(a=relations)
def test_operators_of_one_relation(
    many: Callable[[Slices], Slices], one: Callable[[int], int], a: list[int]
) -> None:
    assert many(sliced(a)) == sliced([one(x) for x in a])


@pytest.mark.parametrize(("many", "one"), BINARY)
@given(a=relations, b=relations)
def test_operators_of_two_relations(
    many: Callable[[Slices, Slices], Slices], one: Callable[[int, int], int], a: list[int], b: list[int]
) -> None:
    assert many(sliced(a), sliced(b)) == sliced([one(x, y) for x, y in zip(a, b, strict=True)])


@pytest.mark.parametrize(("many", "one"), RESTRICTED)
@given(a=relations, s=sets)
def test_restrictions(
    many: Callable[[Slices, Slice], Slices], one: Callable[[int, int], int], a: list[int], s: list[int]
) -> None:
    assert many(sliced(a), sliced_sets(s)) == sliced([one(x, y) for x, y in zip(a, s, strict=True)])


@pytest.mark.parametrize(("many", "one"), OF_SETS)
@given(s=sets, t=sets)
def test_operators_of_sets(
    many: Callable[[Slice, Slice], Slice], one: Callable[[int, int], int], s: list[int], t: list[int]
) -> None:
    assert many(sliced_sets(s), sliced_sets(t)) == sliced_sets([one(x, y) for x, y in zip(s, t, strict=True)])


@given(a=relations, s=sets, t=sets)
def test_sets_and_relations_from_each_other(a: list[int], s: list[int], t: list[int]) -> None:
    assert slices.domain(sliced(a)) == sliced_sets([U.domain(x) for x in a])
    assert slices.rng(sliced(a)) == sliced_sets([U.rng(x) for x in a])
    assert slices.identity(sliced_sets(s)) == sliced([U.identity(x) for x in s])
    products = [U.product(x, y) for x, y in zip(s, t, strict=True)]
    assert slices.product(sliced_sets(s), sliced_sets(t)) == sliced(products)


@given(a=relations)
def test_tests(a: list[int]) -> None:
    assert list(members(slices.cyclic(sliced(a)))) == [n for n, x in enumerate(a) if not U.is_acyclic(x)]
    assert list(members(slices.reflexive(sliced(a)))) == [
        n for n, x in enumerate(a) if not U.is_irreflexive(x)
    ]
    assert list(members(slices.some(sliced(a)))) == [n for n, x in enumerate(a) if x]
