"""The verdict that follows when findings on a program are left out or changed."""

from __future__ import annotations

import pytest

from verifier import decide
from verifier.engine import Engine
from verifier.limits import OUT_OF_TIME, Deadline, Undecided
from verifier.options import Options
from verifier.pairing.verdict import PropertyVerdict
from verifier.pipeline import check
from verifier.program.lower import lower
from verifier.record import replace
from verifier.source import Source
from verifier.syntax import parse

TEXT = b"""
void f(struct d *d) { int a; WRITE_ONCE(d->x, 1); smp_mb(); a = READ_ONCE(d->y); BUG_ON(a == 0); }
void g(struct d *d) { int b; WRITE_ONCE(d->y, 1); smp_mb(); b = READ_ONCE(d->x); }
"""


def test_what_refuted_a_program_is_gone_and_a_barrier_is_undecided() -> None:
    (unit,) = check("a.c", TEXT, Options())
    result = unit.results[0]
    assert (result.verdict, {p.status for p in result.properties}) == ("refuted", {"violated"})
    open_ = tuple(replace(b, status="undecided", reason="time ran out") for b in result.barriers)
    engine = Engine(Options(), Deadline(10))

    def is_property(found: object) -> bool:
        return isinstance(found, PropertyVerdict)

    left = engine.without(replace(result, barriers=open_), is_property)
    assert (left.verdict, left.reason) == ("undecided", "time ran out")
    kept = engine.with_barriers(result, open_)
    assert kept.verdict == "refuted"
    assert engine.without(result, is_property).verdict == "proved"
    beside = engine.without(replace(result, open_end="too many cycles"), is_property)
    assert (beside.verdict, beside.reason) == ("undecided", "too many cycles")


def test_no_program_is_begun_when_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes before the first question may take long: the graph, and values for what it leaves open."""
    source = Source.whole("a.c", TEXT.decode())
    program = lower(parse(source), source, Options())
    monkeypatch.setattr(decide, "build_graph", None)
    engine = Engine(Options(), Deadline(0))
    result = engine.judge(program, decide.model("armv8"))
    assert (result.verdict, result.reason) == ("undecided", OUT_OF_TIME)
    with pytest.raises(Undecided):
        engine.classes(program, "armv8", lambda _: True)
