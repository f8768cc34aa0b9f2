"""No way for conditions on unknowns to come out is missed, as trying all small values tells."""

from __future__ import annotations

import gc
from itertools import product

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.encoding import unknowns
from verifier.encoding.unknowns import completed
from verifier.events.conditions import Group
from verifier.events.domains import by_form
from verifier.events.expression import Apply, Const, Expression, Unknown, evaluate, unknowns_of
from verifier.limits import NotModelled, Undecided

U, V = Unknown(0, (0, 7001)), Unknown(1, (0, 7002))
CHANCE = Unknown(2, (0, 1))  # may be nothing else


def apply(operator: str, *arguments: Expression | int) -> Apply:
    return Apply(operator, tuple(Const(a) if isinstance(a, int) else a for a in arguments))


def ways(group: Group, domains: list[tuple[int, ...]]) -> set[tuple[bool, ...]]:
    found = set()
    for values in product(*domains):
        by_index = {u.index: v for u, v in zip(group.unknowns, values, strict=True)}
        found.add(tuple(bool(evaluate(c, {}, by_index)) for c in group.conditions))
    return found


def group_of(*conditions: Apply) -> Group:
    unknowns = set().union(*map(unknowns_of, conditions))
    return Group(tuple(sorted(unknowns, key=lambda u: u.index)), conditions)


LEAVES = st.sampled_from((U, V, CHANCE, *map(Const, (-2, -1, 0, 1, 2, 3, 5, 8))))
NUMBERS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(apply, st.sampled_from(("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")), inner, inner),
        st.builds(apply, st.sampled_from(("~", "neg")), inner),
        st.builds(apply, st.just("?:"), inner, inner, inner),
        st.builds(apply, st.sampled_from(("==", "<", "&&", "||")), inner, inner),
        st.builds(apply, st.just("!"), inner),
    ),
    max_leaves=5,
)
CONDITIONS = st.builds(apply, st.sampled_from(("==", "!=", "<", ">", "<=", ">=")), NUMBERS, NUMBERS)


@given(st.lists(CONDITIONS.filter(unknowns_of), min_size=1, max_size=4))
@settings(max_examples=150)
def test_the_ways_of_small_values_are_all_found(conditions: list[Apply]) -> None:
    group = group_of(*conditions)
    try:
        domains = completed(group)
    except NotModelled:
        return
    assert CHANCE not in domains
    small = [u.domain if u == CHANCE else tuple(range(-12, 13)) for u in group.unknowns]
    assert ways(group, small) <= ways(group, [domains.get(u, u.domain) for u in group.unknowns])


def test_a_context_that_is_half_made_goes_away_in_silence(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def stop(_: object) -> object:
        raise Undecided("time ran out")

    monkeypatch.setattr(z3.z3, "Z3_mk_context_rc", stop)
    with pytest.raises(Undecided):
        completed(group_of(apply("==", apply("*", U, 3), 51)))
    gc.collect()
    assert capfd.readouterr().err == ""


WORD = (1 << 32) - 1
CONSTANTS = st.sampled_from((-7, -1, 0, 1, 2, 7002, WORD - 1, WORD, WORD + 1)).map(Const)
WORDS = st.sampled_from((U, V)).map(lambda u: apply("&", u, WORD))
OF_WORDS = st.one_of(
    st.builds(apply, st.sampled_from(("==", "<", "<=")), WORDS, CONSTANTS),
    st.builds(apply, st.just("=="), WORDS, WORDS),
)


@given(st.lists(OF_WORDS, min_size=1, max_size=4))
@settings(max_examples=150)
def test_the_ways_of_words_are_seen_by_their_form(conditions: list[Apply]) -> None:
    group = group_of(*conditions)
    domains = by_form(group)
    if domains is None:
        return
    near = sorted({v + d for v in (-7, 0, 7002, WORD) for d in (-2, -1, 0, 1, 2)})
    tried = [tuple(near) for _ in group.unknowns]
    assert ways(group, tried) <= ways(group, [domains[u] for u in group.unknowns])


@pytest.mark.parametrize(
    ("conditions", "count"),
    [
        ([apply("==", apply("&", U, 15), 3), apply("==", apply("&", U, 240), 80)], 4),
        ([apply(">", apply("*", U, 2), 5), apply("<", apply("*", U, 2), 8)], 3),
        ([apply("==", apply("*", U, U), 50)], 1),
        ([apply("==", apply("+", U, V), 17), apply("==", apply("-", U, V), 4)], 3),
        ([apply("<", U, V), apply("<", V, 17), apply(">", U, 12)], 7),
        ([apply("==", apply("%", U, 4), 1), apply("==", apply("%", U, 2), 0)], 3),
        ([apply("==", V, apply("<<", 1, U)), apply("<", U, 3), apply(">", U, 0)], 6),
        ([apply("==", apply(">>", U, 40), 9)], 2),
        ([apply("&", U, 6)], 2),
        ([apply("==", apply("-", U, 5), 1 << 70)], 2),
        (
            [apply("==", apply("+", U, CHANCE), 3), apply("==", apply("+", U, CHANCE), 4), apply("==", U, 3)],
            5,
        ),
    ],
)
def test_ways(conditions: list[Apply], count: int) -> None:
    group = group_of(*conditions)
    domains = completed(group)
    assert len(ways(group, [domains.get(u, u.domain) for u in group.unknowns])) == count


def test_what_no_text_means_comes_last() -> None:
    assert completed(group_of(apply("==", apply("*", U, 2), 6)))[U] == (0, 3, 6, 7001)


def test_small_values_are_taken_where_there_are() -> None:
    """Of all pairs that differ by 126 one has no value of 64 and more, either way."""
    doubled = apply("-", apply("*", U, 2), apply("*", V, 2))
    domains = completed(group_of(apply("==", doubled, 252)))
    assert 63 in domains[U]
    assert -63 in domains[V]


def test_where_there_are_too_many_ways_there_is_no_answer() -> None:
    bits = [apply("!=", apply("&", U, 1 << i), 0) for i in range(8)]
    with pytest.raises(NotModelled, match="too many conditions on a value that the text does not fix"):
        completed(group_of(*bits))


def test_where_the_solver_would_take_long_there_is_no_answer() -> None:
    """A sum of three cubes that is 114: nobody knows one."""
    w = Unknown(3, (0, 7004))
    cubes = [apply("*", u, apply("*", u, u)) for u in (U, V, w)]
    with pytest.raises(NotModelled):
        completed(group_of(apply("==", apply("+", cubes[0], apply("+", cubes[1], cubes[2])), 114)))


def test_where_words_have_too_few_bits_there_is_no_answer() -> None:
    """A way that values of any size have, and those of 64 bits have not."""
    shifted = apply("<<", U, V)
    with pytest.raises(NotModelled):
        completed(group_of(apply("==", apply("%", shifted, 3), 1), apply(">", V, 900), apply("==", U, 1)))


def test_what_takes_too_long_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[object] = []
    monkeypatch.setattr(unknowns, "_Search", lambda group: tries.append(group) or _TooHard())
    group = group_of(apply("==", apply("*", U, 5), 35))
    for _ in range(2):
        with pytest.raises(NotModelled, match="too many conditions"):
            completed(group)
    assert len(tries) == 1


class _TooHard:
    def exclude(self, way: object) -> None: ...

    def another(self) -> None:
        raise NotModelled("there are too many conditions")
