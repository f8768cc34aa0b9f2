"""The bit relations against sets of pairs."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.cat import bits
from verifier.cat.bits import Universe, from_members, members

Pairs = set[tuple[int, int]]


@st.composite
def relations(draw: st.DrawFn) -> tuple[int, Pairs, Pairs]:
    n = draw(st.integers(1, 9))
    event = st.integers(0, n - 1)
    pairs = st.sets(st.tuples(event, event), max_size=20)
    return n, draw(pairs), draw(pairs)


def closure(a: Pairs) -> Pairs:
    out = set(a)
    while True:
        new = out | {(i, k) for i, j in out for h, k in out if j == h}
        if new == out:
            return out
        out = new


def closure_through(a: Pairs, inner: set[int]) -> Pairs:
    out = set(a)
    while True:
        new = out | {(i, k) for i, j in a for h, k in out if j == h and j in inner}
        if new == out:
            return out
        out = new


WAYS = [
    (bits.SMALL, bits.DENSE),
    (0, 1),
    (0, 1 << 20),
]  # of small universes, and of sparse and dense large ones


@pytest.mark.parametrize(("small", "dense"), WAYS)
@given(given_relations=relations())
def test_operators(small: int, dense: int, given_relations: tuple[int, Pairs, Pairs]) -> None:
    with patch.object(bits, "SMALL", small), patch.object(bits, "DENSE", dense):
        check_operators(*given_relations)


def check_operators(n: int, a: Pairs, b: Pairs) -> None:
    u = Universe(n)
    x, y = u.from_pairs(a), u.from_pairs(b)
    assert set(u.pairs(x)) == a
    assert set(u.pairs(u.sequence(x, y))) == {(i, k) for i, j in a for h, k in b if j == h}
    assert set(u.pairs(u.inverse(x))) == {(j, i) for i, j in a}
    assert set(u.pairs(u.plus(x))) == closure(a)
    assert set(u.pairs(u.plus(x, through=0b101))) == closure_through(a, {0, 2})
    assert set(u.pairs(u.star(x))) == closure(a) | {(i, i) for i in range(n)}
    assert u.domain(x) == from_members({i for i, _ in a})
    assert u.rng(x) == from_members({j for _, j in a})
    assert u.is_acyclic(x) == all(i != j for i, j in closure(a))
    assert u.is_irreflexive(x) == all(i != j for i, j in a)


def test_dense_relations_take_the_other_ways() -> None:
    u = Universe(40)
    order = {(i, j) for i in range(40) for j in range(i + 1, 40)}
    x = u.from_pairs(order)
    assert set(u.pairs(u.sequence(x, x))) == {(i, j) for i, j in order if j > i + 1}
    assert set(u.pairs(u.inverse(x))) == {(j, i) for i, j in order}
    assert u.plus(x) == x
    assert u.is_acyclic(x)
    assert not u.is_acyclic(x | u.inverse(x))


def test_sets_and_masks() -> None:
    u = Universe(3)
    assert list(members(0b101)) == [0, 2]
    assert list(u.pairs(u.product(0b101, 0b010))) == [(0, 1), (2, 1)]
    assert list(u.pairs(u.identity(0b110))) == [(1, 1), (2, 2)]
    assert u.row(u.from_pairs([(1, 2)]), 1) == 0b100
    assert u.COL == 0b001001001
    assert Universe(0).FULL == 0


@given(st.integers(0, bits.SMALL + 2).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, (1 << n) - 1))))
def test_sets_as_columns_and_as_identities(drawn: tuple[int, int]) -> None:
    n, s = drawn
    u = Universe(n)
    assert set(u.pairs(u.spread(s))) == {(i, 0) for i in members(s)}
    assert set(u.pairs(u.identity(s))) == {(i, i) for i in members(s)}
