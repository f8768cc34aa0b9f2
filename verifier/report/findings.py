"""What services want to hear of: a case for each barrier and property, with a finding where not all is well.

Of a patch, what counts is the code after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from verifier.pairing.verdict import BarrierVerdict, Counterexample, PropertyVerdict, Remark, UnitResult
from verifier.record import record
from verifier.report.entries import Entry, gathered_barriers, gathered_properties
from verifier.report.executions import Verdict, fixes_of
from verifier.source import Span

Level = Literal["error", "warning", "note"]
_CLAIMS: dict[str, tuple[str, Level]] = {
    "refuted": ("wrong-comment", "warning"),
    "in part": ("wrong-comment", "note"),
}
LEVELS: tuple[Level, ...] = ("error", "warning", "note")


@record(frozen=True, slots=True)
class Finding:
    """`rule`: the kind, a stable word. `line` is 0, and `span` None, where no place is known."""

    rule: str
    level: Level
    message: str
    line: int
    span: Span | None
    partners: tuple[tuple[str, int], ...]
    example: Counterexample | None


@record(frozen=True, slots=True)
class Case:
    """`subject`: the barrier or property, in words that stay while lines move. `details`: what the models say."""

    subject: str
    details: tuple[str, ...]
    finding: Finding | None


def cases(unit: UnitResult) -> list[Case]:
    """Those of one program, and one for each model that says nothing of any."""
    found = [
        _barrier_case(unit, [v for _, v in answers], entry)
        for answers, entry in gathered_barriers(unit, False)
    ]
    found += [
        _property_case(unit, [v for _, v in answers], entry)
        for answers, entry in gathered_properties(unit, False)
    ]
    found += [_remark_case(remark) for remark in unit.remarks]
    for result in unit.results:
        if result.verdict in ("undecided", "vacuous") and not (result.barriers or result.properties):
            said = f"{result.model}: {result.verdict}: {result.reason}"
            finding = Finding("no-answer", "note", said, unit.lines[0], None, (), None)
            found.append(Case(f"the program under {result.model}", (said,), finding))
    return found


def is_left_behind(unit: UnitResult, units: Sequence[UnitResult]) -> bool:
    """Whether a patch takes the program away: it is the one before, and there is one after."""
    return unit.side == "before" and any(
        u.side == "after" and (u.file, u.title, u.lines) == (unit.file, unit.title, unit.lines) for u in units
    )


def _barrier_case(unit: UnitResult, verdicts: Sequence[BarrierVerdict], entry: Entry) -> Case:
    place = verdicts[0].place
    inside = f"{place.via}() in " if place.via else ""
    subject = f"{place.name} in {inside}{place.thread}"
    told = [(found, v) for v in verdicts if (found := _barrier_rule(v)) is not None]
    if not told:
        return Case(subject, entry.body, None)
    (rule, level), worst = min(told, key=lambda pair: LEVELS.index(pair[0][1]))
    example = next((v.counterexample for _, v in told if v.counterexample is not None), None)
    partners = tuple((p.name, p.line) for p in worst.partners if p.line > 0)
    message = _message(unit, subject, entry, worst)
    return Case(subject, entry.body, Finding(rule, level, message, place.line, place.span, partners, example))


def _barrier_rule(verdict: BarrierVerdict) -> tuple[str, Level] | None:
    if verdict.is_refuting:
        return ("half-paired" if verdict.half_paired else verdict.status.replace(" ", "-")), "error"
    if verdict.claim == "refuted":
        return "wrong-comment", "warning"
    if verdict.is_note or verdict.status == "paired":
        return None
    return verdict.status, "warning" if verdict.status == "redundant" else "note"


def _property_case(unit: UnitResult, verdicts: Sequence[PropertyVerdict], entry: Entry) -> Case:
    first = verdicts[0]
    subject = f"{first.kind}: {' '.join(first.text.split())}" if first.text else first.kind
    told = [v for v in verdicts if v.status != "holds" and not v.is_question]
    if not told:
        return Case(subject, entry.body, None)
    violated = [v for v in told if v.status == "violated"]
    worst = (violated or told)[0]
    rule = worst.kind.replace(" ", "-") if violated else "no-answer"
    level: Level = "error" if violated else "note"
    message = _message(unit, subject, entry, worst)
    return Case(
        subject, entry.body, Finding(rule, level, message, worst.line, None, (), worst.counterexample)
    )


def _remark_case(remark: Remark) -> Case:
    subject = "a barrier without a comment" if remark.kind == "uncommented" else "a claim about a function"
    if remark.kind == "uncommented":
        rule: tuple[str, Level] | None = ("uncommented", "note")
    else:
        rule = _CLAIMS.get(remark.answer or "unknown")
    if rule is None:
        return Case(subject, (remark.text,), None)
    return Case(subject, (remark.text,), Finding(rule[0], rule[1], remark.text, remark.line, None, (), None))


def _message(unit: UnitResult, subject: str, entry: Entry, verdict: Verdict) -> str:
    """Sentences: what it is about, what the models say, what to do."""
    fixes = [", or ".join(group) for group in fixes_of(unit, verdict).values()]
    said = [subject, "; ".join(entry.body)]
    return ": ".join(filter(None, said)) + (f". To fix: {'; and '.join(fixes)}" if fixes else "")
