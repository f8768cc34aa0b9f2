"""The review thread that the project starts from: its three diagrams, read from the mail as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier.options import Options
from verifier.pairing.verdict import BarrierVerdict, ModelResult, PropertyVerdict, UnitResult
from verifier.pipeline import check

MAIL = Path(__file__).resolve().parents[2] / "shared" / "mails" / "gicv4-doorbell-thread.txt"


@pytest.fixture(scope="module")
def diagrams() -> tuple[UnitResult, ...]:
    if not MAIL.exists():
        pytest.skip("the mail is not here")
    found = check("thread.txt", MAIL.read_bytes(), Options(timeout=400))
    return tuple(u for u in found if u.side is None and len(u.threads) == 2)


def _result(unit: UnitResult, model: str) -> ModelResult:
    return next(r for r in unit.results if r.model == model)


def _barrier(result: ModelResult, name: str) -> BarrierVerdict:
    return next(b for b in result.barriers if b.place.name == name)


def _sleep(result: ModelResult) -> PropertyVerdict:
    return next(p for p in result.properties if p.kind == "lost wake-up")


def test_finds_the_three_diagrams(diagrams: tuple[UnitResult, ...]) -> None:
    assert [u.threads for u in diagrams] == [("VCPU", "handler")] * 3
    assert [u.lines for u in diagrams] == [(103, 112), (116, 129), (137, 150)]


def test_current_code_is_paired_under_armv8_alone(diagrams: tuple[UnitResult, ...]) -> None:
    armv8, lkmm = (_result(diagrams[0], m) for m in ("armv8", "lkmm"))
    assert (armv8.verdict, lkmm.verdict) == ("proved", "refuted")
    assert _barrier(armv8, "smp_wmb").partners_text == "smp_mb (line 107)"
    assert _barrier(armv8, "smp_mb").shape == "R"
    assert _barrier(lkmm, "smp_wmb").status == "too weak"
    assert _barrier(lkmm, "smp_mb").status == "unpaired"
    assert (_sleep(armv8).status, _sleep(lkmm).status) == ("holds", "violated")
    assert not _sleep(lkmm).even_under_sc


def test_current_code_has_a_counterexample_of_two_columns(diagrams: tuple[UnitResult, ...]) -> None:
    barrier = _barrier(_result(diagrams[0], "lkmm"), "smp_mb")
    example = barrier.counterexample
    assert example is not None
    assert example.threads == ("VCPU", "handler")
    assert [e.relation for e in example.cycle] == ["po", "fr", "po", "co"]
    assert [s.line for s in example.steps if s.is_stale] == [108]
    assert [(m.thread, m.barrier, m.after_line, m.before_line) for m in barrier.missing] == [
        ("handler", "smp_mb", 106, 108)
    ]


def test_proper_use_still_loses_the_wake_up(diagrams: tuple[UnitResult, ...]) -> None:
    for result in diagrams[1].results:
        assert _barrier(result, "smp_wmb").status == "paired"
        assert [p.name for p in _barrier(result, "smp_wmb").partners] == ["smp_rmb"]
        assert _barrier(result, "smp_mb").status == "unmatched"
        assert _sleep(result).status == "violated"
        assert _sleep(result).even_under_sc


def test_requests_pair_with_the_read_barrier(diagrams: tuple[UnitResult, ...]) -> None:
    for result in diagrams[2].results:
        assert _barrier(result, "smp_wmb").shape == "MP"
        assert _barrier(result, "smp_wmb").partners_text == "smp_rmb (line 143)"
        assert _barrier(result, "smp_rmb").status == "paired"
