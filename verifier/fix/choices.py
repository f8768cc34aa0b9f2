"""What a verdict asks for, as edits to the text: alternatives, each of which puts the verdict right by itself."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from itertools import islice, product
from typing import Protocol

from verifier.fix.edits import Edit, Parts
from verifier.fix.text import Text
from verifier.pairing.missing import COSTS
from verifier.pairing.spelling import FULL
from verifier.pairing.verdict import (
    BarrierVerdict,
    Missing,
    ModelResult,
    PropertyVerdict,
    Relocation,
    UnitResult,
)
from verifier.record import record
from verifier.report.brief import group_alternatives
from verifier.report.entries import thread_label
from verifier.report.executions import call_of, is_fence_between, replaces
from verifier.source import Span

Choice = tuple[Edit, ...]
_MOST = 16  # alternatives of one verdict


class Writable(Protocol):
    """A text in which barriers can be written. Each answer is None, or empty, where they can't."""

    def fences(self, call: str, after: Span | None, before: Span | None) -> Iterator[Parts]:
        """Ways to write a fence after the one access and before the other."""

    def stronger(self, name: str, access: Span) -> Parts | None:
        """The access as an acquire or a release of that name."""

    def renamed(self, barrier: Span, call: str) -> Parts | None:
        """Another barrier in the place of that one."""

    def without(self, barrier: Span) -> Parts | None:
        """No barrier there: a fence goes, an acquire or a release becomes a plain access of its kind."""

    def relocated(self, barrier: Span, side: str, access: Span) -> Parts | None:
        """A barrier on the other side of an access: "before" or "after" it."""


def is_wrong(verdict: BarrierVerdict | PropertyVerdict) -> bool:
    """Whether a verdict refutes its program."""
    if isinstance(verdict, PropertyVerdict):
        return verdict.status == "violated" and not verdict.is_question
    return verdict.is_refuting


def choices(
    unit: UnitResult, result: ModelResult, text: Text, places: Sequence[Writable]
) -> tuple[Choice, ...]:
    """Those for the verdict that leaves the fewest; none where there is nothing to choose for any."""
    asked = _Asked(unit, result, text, places)
    verdicts: list[BarrierVerdict | PropertyVerdict] = [*result.barriers, *result.properties]
    found = [tuple(dict.fromkeys(islice(asked.choices(v), _MOST))) for v in verdicts if is_wrong(v)]
    return min((f for f in found if f), key=len, default=())


def removals(
    result: ModelResult, was: Container[str], text: Text, places: Sequence[Writable]
) -> tuple[Choice, ...]:
    """For the first barrier that nothing needs, of those that did something before: `was` has their names."""
    for barrier in result.barriers:
        span = barrier.place.span
        if barrier.status != "unmatched" or barrier.is_note or span is None or barrier.place.name not in was:
            continue
        found = [parts for place in places if (parts := place.without(span))]
        call, at = call_of(barrier.place.name), (text.start(span),)
        why = "nothing in the text needs it then"
        return tuple((Edit(parts, 0, f"{_removal(parts, call)} on line {{}}: {why}", at),) for parts in found)
    return ()


def _removal(parts: Parts, call: str) -> str:
    """What becomes of a barrier that nothing needs."""
    instead = re.match(r"\w+", parts[0].text)
    if instead is None:
        return f"remove {call}"
    return f"use {instead[0]}{'()' if call.endswith('()') else ''} for {call}"


@record(frozen=True, slots=True)
class _Asked:
    """One result, and where what it asks for can be written."""

    unit: UnitResult
    result: ModelResult
    text: Text
    places: Sequence[Writable]

    def choices(self, verdict: BarrierVerdict | PropertyVerdict) -> Iterator[Choice]:
        if isinstance(verdict, BarrierVerdict) and verdict.move is not None:
            yield from ((edit,) for edit in self._moves(verdict, verdict.move))
        elif verdict.missing:
            groups = group_alternatives(verdict.missing)
            yield from product(*([edit for one in group for edit in self._edits(one)] for group in groups))

    def _moves(self, verdict: BarrierVerdict, move: Relocation) -> Iterator[Edit]:
        barrier, access = verdict.place.span, move.access
        if barrier is None or access is None or not self.text.has(access):
            return
        what = f"move {call_of(verdict.place.name)} from line {{}} to {move.side} the access on line {{}}"
        at = (self.text.start(barrier), self.text.start(access))
        for place in self.places:
            if parts := place.relocated(barrier, move.side, access):
                yield Edit(parts, 0, what, at)

    def _edits(self, missing: Missing) -> Iterator[Edit]:
        """Ways to write what is missing."""
        call = call_of(missing.barrier)
        if missing.kind != "fence":
            yield from self._stronger(missing, call)
            return
        cost = missing.cost
        for weak in [b for b in self.result.barriers if self._gives_way(b, missing)][:1]:
            for edit in self._replacements(weak, missing, call):
                yield edit
                cost = missing.cost + COSTS["smp_wmb"]  # of what would stay beside it
        ends = [s for s in (missing.after, missing.before) if s is not None and self.text.has(s)]
        between = {2: "between lines {} and {}", 1: "at line {}", 0: ""}[len(ends)]
        what = f"add {call}{self._where(missing)} {between}"
        for place in self.places:
            for parts in place.fences(call, missing.after, missing.before):
                yield Edit(parts, cost, what, tuple(self.text.start(s) for s in ends))

    def _replacements(self, weak: BarrierVerdict, missing: Missing, call: str) -> Iterator[Edit]:
        """The missing barrier in the place of one that is too weak."""
        span = weak.place.span
        if span is None:
            return
        what = f"use {call} for {call_of(weak.place.name)} on line {{}}{self._where(missing)}"
        for place in self.places:
            if parts := place.renamed(span, call):
                yield Edit(parts, missing.cost, what, (self.text.start(span),))

    def _gives_way(self, barrier: BarrierVerdict, missing: Missing) -> bool:
        """Whether a barrier that is too weak stands where the missing one belongs."""
        if missing.barrier in FULL and is_fence_between(barrier, missing):
            return barrier.place.name not in FULL
        return replaces(barrier, missing)

    def _stronger(self, missing: Missing, call: str) -> Iterator[Edit]:
        access = missing.after if missing.kind == "acquire" else missing.before
        if access is None or not self.text.has(access):
            return
        kind = "read" if missing.kind == "acquire" else "write"
        what = f"use {call} for the {kind} on line {{}}{self._where(missing)}"
        for place in self.places:
            if parts := place.stronger(missing.barrier, access):
                yield Edit(parts, missing.cost, what, (self.text.start(access),))

    def _where(self, missing: Missing) -> str:
        return f" in {thread_label(self.unit, missing.thread)}"
