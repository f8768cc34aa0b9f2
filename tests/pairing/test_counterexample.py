"""What is drawn of an execution with more steps than a picture may have."""

from __future__ import annotations

from verifier.options import Options
from verifier.pairing.counterexample import MOST_STEPS
from verifier.pairing.verdict import Counterexample
from verifier.pipeline import check

LONG = f"""
void f(void) {{
	WRITE_ONCE(x, 1);
	{" ".join(f"WRITE_ONCE(own{i}, 1);" for i in range(2 * MOST_STEPS))}
	smp_wmb();
	WRITE_ONCE(y, 1);
}}
void g(void) {{ int r = READ_ONCE(y); int s = READ_ONCE(x); BUG_ON(r && !s); }}
"""
ALONE = f"""
void f(void) {{
	{" ".join(f"WRITE_ONCE(own{i}, {i});" for i in range(2 * MOST_STEPS))}
	BUG_ON(READ_ONCE(own1) == 1);
}}
"""


def pictures(text: str) -> list[Counterexample]:
    """The executions that are shown for what is refuted of a text, under one model."""
    (unit,) = check("x.c", text.encode(), Options(models=("armv8",)))
    (result,) = unit.results
    found = [v.counterexample for v in (*result.barriers, *result.properties)]
    return [c for c in found if c is not None]


def test_the_cycle_is_drawn_whole() -> None:
    barrier, assertion = pictures(LONG)
    for shown in (barrier, assertion):
        assert len(shown.steps) == MOST_STEPS
        assert {n for edge in shown.cycle for n in (edge.start, edge.end)} <= set(range(MOST_STEPS))
        assert {s.location for s in shown.steps if s.on_cycle} == {"x", "y"}
    assert (
        barrier.note
        == f"({2 * MOST_STEPS + 5 - MOST_STEPS} more steps, further from the cycle, are left out)"
    )


def test_without_a_cycle_the_last_steps_are_drawn() -> None:
    (shown,) = pictures(ALONE)
    assert [s.text for s in shown.steps][-2:] == [
        f"WRITE_ONCE(own{2 * MOST_STEPS - 1}, {2 * MOST_STEPS - 1})",
        "READ_ONCE(own1)",
    ]
    assert shown.note.endswith("more steps, before these, are left out)")
