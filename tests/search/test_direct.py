"""Executions found straight from the writes with wanted values are those that enumeration has with these values."""

from __future__ import annotations

import random

from tests.programs import event_graph
from tests.search.test_search import graphs, outcome
from verifier.events.expression import TRUE, Apply, Const
from verifier.events.logic import conjunction
from verifier.search.direct import direct_executions
from verifier.search.sequential import sequential_executions
from verifier.search.space import Space


def test_all_executions_with_an_outcome_are_found() -> None:
    """The outcome of some execution, one value of it changed at times; some of it is asked for by what it is not."""
    rng = random.Random(1)
    compared = some = 0
    for graph, _, found in graphs(range(200, 220)):
        space = Space(graph)
        if not space.is_plain or not found:
            continue
        for e in rng.sample(found, min(8, len(found))):
            asked = [(what, value + (rng.random() < 0.1)) for what, value in outcome(graph, e)]
            parts = [
                Apply("==" if rng.random() < 0.8 else "!=", (what, Const(value))) for what, value in asked
            ]
            wanted = ((TRUE, True), (conjunction(parts), True))
            direct = direct_executions(space, wanted, most=10**9)
            if direct is None:  # too many writes to one location, or nothing that is asked for
                continue
            listed = list(direct)
            expected = {x for x in found if _meets(dict(outcome(graph, x)), parts)}
            assert set(listed) == expected
            assert len(listed) == len(expected)
            compared += 1
            some += bool(listed)
    assert compared > 100
    assert 0 < some < compared


def test_what_is_not_asked_of_single_reads_is_left_to_others() -> None:
    for graph, _, _ in graphs(range(3)):
        space = Space(graph)
        if space.is_plain and space.reads:
            asked = [what for what, _ in outcome(graph, next(sequential_executions(space)))]
            for what in asked:
                assert direct_executions(space, ((Apply("<", (what, Const(1))), True),)) is None
                assert direct_executions(space, ((Apply("==", (what, Const(1))), False),)) is None


def test_threads_run_one_after_the_other_with_the_first_and_the_last_value_of_what_is_open() -> None:
    text = """int x;
    int f(void);
    void p(void) { if (f() > 2) WRITE_ONCE(x, 1); }
    void q(void) { int a = READ_ONCE(x); }
    """
    space = Space(event_graph(text, "aarch64"))
    (unknown,) = space.unknowns
    assert len(unknown.domain) > 2
    (read,) = space.reads
    seen = [(dict(e.unknowns)[unknown.index], e.values[read]) for e in sequential_executions(space)]
    first, last = unknown.domain[0], unknown.domain[-1]
    assert seen == [(first, 0), (first, 0), (last, 1), (last, 0)]


def _meets(values: dict[object, int], parts: list[Apply]) -> bool:
    for part in parts:
        what, value = part.arguments
        assert isinstance(value, Const)
        if (values[what] == value.value) != (part.operator == "=="):
            return False
    return True
