"""Time that runs out in a stage that does not look at the clock: an alarm raises Undecided in it."""

from __future__ import annotations

import pytest

from verifier import decide, pipeline
from verifier.limits import OUT_OF_TIME, Undecided
from verifier.options import Options

SNIPPET = b"""int x, y;
void f(void) { WRITE_ONCE(x, 1); smp_wmb(); WRITE_ONCE(y, 1); }
void g(void) { READ_ONCE(y); smp_rmb(); READ_ONCE(x); }
"""
LITMUS = b"AArch64 t\n{ 0:X1=x; }\n P0 ;\n LDR W0,[X1] ;\nexists (0:X0=0)\n"


def ring(*_: object) -> None:
    raise Undecided(OUT_OF_TIME)


@pytest.mark.parametrize("stage", ["lower", "build"])
def test_a_snippet_is_undecided(monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    monkeypatch.setattr(decide if stage == "build" else pipeline, stage, ring)
    (unit,) = pipeline.check("x.c", SNIPPET, Options())
    expected = [(model, "undecided", OUT_OF_TIME) for model in ("armv8", "lkmm")]
    assert [(r.model, r.verdict, r.reason) for r in unit.results] == expected
    assert unit.lines == (1, 4)


@pytest.mark.parametrize("stage", ["lower_litmus", "build"])
def test_the_barriers_of_a_litmus_test_are_undecided(monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    monkeypatch.setattr(decide if stage == "build" else pipeline, stage, ring)
    (unit,) = pipeline.check("t.litmus", LITMUS, Options())
    assert [(r.model, r.verdict) for r in unit.results] == [("armv8", "undecided")]


def test_a_condition_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "build", ring)
    verdict = pipeline.litmus("t.litmus", LITMUS, Options())
    assert verdict.outcome is None
    assert verdict.reason == OUT_OF_TIME
