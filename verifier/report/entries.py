"""What the report says of one barrier or property: its place, then a line for each distinct answer.

Models that agree share a line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from verifier.pairing.verdict import BarrierVerdict, Place, PropertyVerdict, UnitResult
from verifier.record import record
from verifier.source import file_of, number_in_file

OPEN = frozenset({"unmatched", "undecided"})


@record(frozen=True, slots=True)
class Entry:
    """`urgency`: 0 for what refutes, then what is open, what is fine, and notes last. `line`: where it is;
    `is_wrong`: it refutes, or a comment on it is wrong."""

    head: str
    body: tuple[str, ...]
    urgency: int
    line: int
    is_wrong: bool


Verdict = TypeVar("Verdict", BarrierVerdict, PropertyVerdict)
Answers = list[tuple[str, Verdict]]


def place_in(unit: UnitResult, line: int) -> str:
    """A line as tools that read reports know it: `file:line`."""
    return f"{file_of(line, unit.file)}:{number_in_file(line)}"


def place_text(unit: UnitResult, place: Place, verbose: bool = False) -> str:
    """`smp_wmb in writer()`; inside a called function `smp_wmb in kvm_make_request(), called at line 31 in handler()`.

    What lies between the two is only said in a `verbose` report.
    """
    thread = thread_label(unit, place.thread)
    if not place.via:
        return f"{place.name} in {thread}"
    if verbose:
        return f"{place.name} in {_chain(place, thread)}"
    if place.way and place.way[0][1] < 0:
        inside = "" if place.via == place.way[0][0] else f"{place.via}(), called in "
        return f"{place.name} in {inside}{place.way[0][0]}(), interrupting {thread}"
    line = next((line for _, line in reversed(place.way) if line), place.line)
    return f"{place.name} in {place.via}(), called at line {line} in {thread}"


def _chain(place: Place, thread: str) -> str:
    """The functions around a place, the innermost first: `kvm_make_request(), called at line 4 in kick(), called …`."""
    text = ""
    for name, line in reversed(place.way or ((str(place.via), place.line),)):
        how = "interrupting" if line < 0 else f"called at line {line} in" if line else "called by"
        text += f"{name}(), {how} "
    return text + thread


def thread_label(unit: UnitResult, thread: str) -> str:
    """A thread as a reader knows it: with parentheses where it is surely a function."""
    return f"{thread}()" if unit.file.endswith(".c") and thread.isidentifier() else thread


def barrier_entries(unit: UnitResult, verbose: bool) -> list[Entry]:
    """An entry for each barrier, in the order of the first model that has it."""
    return [entry for _, entry in gathered_barriers(unit, verbose)]


def gathered_barriers(unit: UnitResult, verbose: bool) -> list[tuple[Answers[BarrierVerdict], Entry]]:
    """Each barrier's verdicts by model, in the order of the first model that has it, and its entry."""
    gathered = _gather((result.model, result.barriers) for result in unit.results)
    shown = [answers for answers in gathered if verbose or not _is_idle_note(answers)]
    return [(answers, _barrier_entry(unit, answers, verbose)) for answers in shown]


def _is_idle_note(answers: Answers[BarrierVerdict]) -> bool:
    """Whether it is only the strength that an atomic has by default, and nothing depends on it."""
    return all(verdict.is_note and verdict.status == "unmatched" for _, verdict in answers)


def property_entries(unit: UnitResult, verbose: bool) -> list[Entry]:
    """An entry for each property."""
    return [entry for _, entry in gathered_properties(unit, verbose)]


def gathered_properties(unit: UnitResult, verbose: bool) -> list[tuple[Answers[PropertyVerdict], Entry]]:
    """Each property's verdicts by model, and its entry."""
    gathered = _gather_properties(unit)
    return [(answers, _property_entry(unit, answers, verbose)) for answers in gathered]


def _gather(results: Iterable[tuple[str, Sequence[BarrierVerdict]]]) -> list[Answers[BarrierVerdict]]:
    """Verdicts on the same barrier, by model; two barriers in one place are told apart by their order."""
    found: dict[tuple[Place, int], Answers[BarrierVerdict]] = {}
    for model, verdicts in results:
        seen: Counter[Place] = Counter()
        for verdict in verdicts:
            key = (verdict.place, seen[verdict.place])
            seen[verdict.place] += 1
            found.setdefault(key, []).append((model, verdict))
    return list(found.values())


def _gather_properties(unit: UnitResult) -> list[Answers[PropertyVerdict]]:
    found: dict[tuple[str, int, str], Answers[PropertyVerdict]] = {}
    for result in unit.results:
        for verdict in result.properties:
            found.setdefault((verdict.kind, verdict.line, verdict.text), []).append((result.model, verdict))
    return list(found.values())


def _barrier_entry(unit: UnitResult, answers: Answers[BarrierVerdict], verbose: bool) -> Entry:
    first = answers[0][1]
    is_note = all(verdict.is_note for _, verdict in answers)
    head = f"{place_in(unit, first.place.line)}: {place_text(unit, first.place, verbose)}{' (note)' if is_note else ''}"
    body = _by_answer(answers, lambda verdict: _barrier_sentence(verdict, verbose))
    for _, verdict in answers:
        if verdict.claim is not None:
            body.append(f"comment {verdict.claim}: {verdict.claim_text}")
        if not verdict.supposed:
            body += [f"hint: {hint}" for hint in verdict.hints]
    body += _by_answer([a for a in answers if a[1].supposed], lambda verdict: verdict.supposed)
    urgency = min(_urgency(verdict) for _, verdict in answers)
    is_wrong = urgency == 0 or any(verdict.claim == "refuted" for _, verdict in answers)
    return Entry(head, tuple(dict.fromkeys(body)), urgency, first.place.line, is_wrong)


def _urgency(verdict: BarrierVerdict) -> int:
    if verdict.is_note:
        return 4
    if verdict.is_refuting:
        return 0
    return 2 if verdict.status in OPEN else 3


def status_of(verdict: BarrierVerdict) -> str:
    """The status in a word or two."""
    return "half paired" if verdict.half_paired else verdict.status


def _barrier_sentence(verdict: BarrierVerdict, verbose: bool) -> str:
    text = status_of(verdict)
    if verdict.partners_text and verdict.status == "paired":
        text += f" with {verdict.partners_text}"
    if verdict.status == "paired":
        text += _forbidden(verdict)
        if verdict.half_paired:
            return f"{text}; but {verdict.reason}".removesuffix("; but ")
        return f"{text}. {verdict.reason}" if verbose and verdict.reason else text
    if verdict.shape and verdict.status != "redundant":
        text += f" ({verdict.shape})"
    if verdict.reason:
        text += f": {verdict.reason}"
    if verdict.partners_text and verdict.status == "redundant":
        text += f"; its partner would be {verdict.partners_text}"
    return text


def _forbidden(verdict: BarrierVerdict) -> str:
    if verdict.shape and verdict.forbids:
        return f"; forbids {verdict.shape}: {verdict.forbids}"
    forbidden = verdict.shape or verdict.forbids
    return f"; forbids {forbidden}" if forbidden else ""


def _property_entry(unit: UnitResult, answers: Answers[PropertyVerdict], verbose: bool) -> Entry:
    first = answers[0][1]
    text = f": {' '.join(first.text.split())}" if first.text else ""
    body = _by_answer(answers, lambda verdict: _property_sentence(verdict, verbose))
    statuses = {verdict.status for _, verdict in answers}
    urgency = 3 if first.is_question or statuses == {"holds"} else 1 if "violated" in statuses else 2
    return Entry(
        f"{place_in(unit, first.line)}: {first.kind}{text}", tuple(body), urgency, first.line, urgency == 1
    )


def _property_sentence(verdict: PropertyVerdict, verbose: bool) -> str:
    text = verdict.answer
    if verdict.even_under_sc:
        lacks = "nobody waits for the readers" if verdict.kind == "use after free" else "no barrier helps"
        text += f" even under sc: {lacks}, this is a logic error"
    if verdict.reason and (verbose or verdict.status != "holds"):
        text += f": {verdict.reason}" if not verdict.even_under_sc else f"; {verdict.reason}"
    return text


def _by_answer(answers: Answers[Verdict], sentence: Callable[[Verdict], str]) -> list[str]:
    models: dict[str, list[str]] = {}
    for model, verdict in answers:
        models.setdefault(sentence(verdict), []).append(model)
    return [f"{', '.join(dict.fromkeys(names))}: {text}" for text, names in models.items()]
