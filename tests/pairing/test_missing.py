"""Which additions to a cycle are tried, in which order."""

from __future__ import annotations

from itertools import islice, product

import pytest

from verifier.pairing.missing import COSTS, _by_cost


@pytest.mark.parametrize("length", range(5))
def test_all_choices_come_the_cheapest_first(length: int) -> None:
    every = product(("", *COSTS), repeat=length)
    expected = sorted(every, key=lambda o: (sum(COSTS.get(a, 0) for a in o), o))
    assert list(_by_cost(length)) == expected


def test_the_cheapest_for_a_long_cycle_come_without_the_others() -> None:
    first = list(islice(_by_cost(40), 2_000))
    assert len(set(first)) == 2_000
    costs = [sum(COSTS.get(a, 0) for a in option) for option in first]
    assert costs == sorted(costs)
    assert costs[:2] == [0, 2]
