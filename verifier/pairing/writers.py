"""Writers of one location in code that is shown in part: they may exclude each other by a lock that is not shown."""

from __future__ import annotations

from verifier.pairing.verdict import BarrierVerdict, Counterexample
from verifier.record import replace


def without_lone_writers(barriers: tuple[BarrierVerdict, ...]) -> tuple[BarrierVerdict, ...]:
    """The verdicts; what is unpaired only by a thread that writes the same location and has no barrier of its own, or
    refuted by writes alone, is unmatched: such writers exclude each other as a rule, and the lock is where the text
    does not reach."""
    barred = {b.place.thread for b in barriers if not b.is_note}
    return tuple(_excused(b, barred) for b in barriers)


def _excused(b: BarrierVerdict, barred: set[str]) -> BarrierVerdict:
    example = b.counterexample
    if example is None or not b.is_refuting:
        return b
    written = _written_by_both(example)
    others_barred = b.status != "unpaired" or (set(example.threads) - {b.place.thread}) & barred
    if not written or (others_barred and any(e.relation in ("rf", "fr") for e in example.cycle)):
        return b
    both = " and ".join(example.threads)
    reason = (
        f"{both} write {written} both: taken to exclude each other, by a lock that the text does not show"
    )
    return replace(
        b, status="unmatched", half_paired=False, shape=None, counterexample=None, missing=(), reason=reason
    )


def _written_by_both(example: Counterexample) -> str:
    """The location that the cycle of an execution has two writes of, one after the other; "" for none."""
    return next((example.steps[e.start].location or "" for e in example.cycle if e.relation == "co"), "")
