"""The executions that go wrong: which to show, for which barriers and properties, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from verifier.pairing.verdict import (
    BarrierVerdict,
    Counterexample,
    Law,
    Missing,
    ModelResult,
    PropertyVerdict,
    UnitResult,
)
from verifier.record import record
from verifier.report.axioms import axiom_text
from verifier.report.brief import group_alternatives
from verifier.report.columns import chain, draw, list_relations
from verifier.report.entries import thread_label
from verifier.report.style import Style, wrap
from verifier.source import file_of

_FUNCTION = re.compile(r"(?:\w+_)?[rw]?mb(?:__\w+)?$|barrier$|smp_\w+$")
_FENCE = re.compile(r"barrier$|DMB |DSB |DFB |fence |lwsync$|eieio$|[SL]FENCE$", re.IGNORECASE)
REPLACE = "replace"
MOVE = "move"
# The alternatives, as lines to add, by place: thread, line after, line before.
Fixes = dict[tuple[str, int, int], tuple[str, ...]]
Verdict = BarrierVerdict | PropertyVerdict
# What has an execution to show: its name in a heading, the execution, the fixes, whether it forbids it, the verdict.
Subject = tuple[str, Counterexample, Fixes, bool, Verdict]


@record(frozen=True, slots=True)
class Execution:
    """A counterexample, the models that allow it, what it is shown for, and the fixes.

    All `fixes` are needed, one a place; each is a group of alternatives, as lines to add.
    `is_forbidden`: it is what a paired barrier forbids, drawn as it would be without the barrier. `verdicts`: those
    of the subjects; `axioms`: by model, those that forbid it with the barrier.
    """

    example: Counterexample
    models: tuple[str, ...]
    subjects: tuple[str, ...]
    fixes: Fixes
    is_forbidden: bool
    verdicts: tuple[Verdict, ...]
    axioms: tuple[tuple[str, Law], ...] = ()


def collect(unit: UnitResult, verbose: bool) -> list[Execution]:
    """Each distinct execution once, one that models show in different ways by the way of the first; with
    `verbose`, what each paired barrier forbids too."""
    found: dict[tuple[object, ...], Execution] = {}
    for result in unit.results:
        for subject, example, fixes, forbidden, verdict in _subjects(unit, result, verbose):
            key = (forbidden, _signature(example))
            known = found.get(key, Execution(example, (), (), {}, forbidden, ()))
            found[key] = Execution(
                known.example,
                tuple(dict.fromkeys([*known.models, result.model])),
                tuple(dict.fromkeys([*known.subjects, subject])),
                merge(known.fixes, fixes),
                forbidden,
                (*known.verdicts, verdict),
                tuple(dict.fromkeys([*known.axioms, *_axioms(result.model, verdict, forbidden)])),
            )
    return sorted(found.values(), key=lambda e: e.is_forbidden)


def _axioms(model: str, verdict: Verdict, forbidden: bool) -> list[tuple[str, Law]]:
    if not forbidden or isinstance(verdict, PropertyVerdict):
        return []
    return [(model, law) for law in verdict.forbidden_by]


def _signature(example: Counterexample) -> tuple[object, ...]:
    """What makes two pictures the same to a reader: the cycle; where there is none, what each thread does and
    the end."""
    if not example.cycle:
        steps = sorted((s.thread, i) for i, s in enumerate(example.steps))
        shown = ((example.threads[t], example.steps[i]) for t, i in steps)
        return (example.final, *((name, s.line, s.text, s.value) for name, s in shown))
    ends = ((e.relation, example.steps[e.start], example.steps[e.end]) for e in example.cycle)
    return tuple((r, example.threads[a.thread], a.line, a.text, b.line, b.text) for r, a, b in ends)


def draw_execution(
    execution: Execution, number: int, unit: UnitResult, style: Style, verbose: bool = False
) -> list[str]:
    """The execution's heading, its columns, its cycle, its end and the fix, indented."""
    return [
        *wrap(_heading(execution, number), style.width, 2, 6),
        *draw_steps(execution, unit, style, verbose),
        *fix_lines(execution, style.width),
    ]


def _heading(execution: Execution, number: int) -> str:
    example = execution.example
    shape = f"{example.shape}, " if example.shape else ""
    models = " and ".join(execution.models)
    subjects = "; ".join(execution.subjects)
    if execution.is_forbidden:
        return f"Forbidden {number}: {shape}ruled out by {subjects} under {models}; drawn without it"
    return f"Execution {number}: {shape}allowed by {models} ({subjects})"


def draw_steps(execution: Execution, unit: UnitResult, style: Style, verbose: bool) -> list[str]:
    """The execution's columns, its cycle and its end, indented; with `verbose`, its relations and what forbids it."""
    example, width = execution.example, style.width
    lines = _state("initially", example.initial, width)
    threads = [thread_label(unit, thread) for thread in example.threads]
    lines += [f"    {line}".rstrip() for line in draw(example, threads, style.drawing_width - 4)]
    lines += _state("finally", example.final, width)
    cycle = chain(example, width - 11)
    lines += [f"    {'cycle: ' if i == 0 else '       '}{line}" for i, line in enumerate(cycle)]
    if verbose:
        lines += [f"    {line}" for line in list_relations(example, width - 4)]
    for model, law in execution.axioms if verbose else ():
        lines += wrap(axiom_text(model, law), width, 4, 8)
    return lines + (wrap(example.note, width, 4, 8) if example.note else [])


def fix_lines(execution: Execution, width: int, indent: int = 4) -> list[str]:
    """What to do, with alternatives, indented."""
    lines: list[str] = []
    for position, group in enumerate(execution.fixes.values()):
        word = "to fix" if position == 0 else "and"
        for choice, fix in enumerate(group):
            lines += wrap(f"{word if choice == 0 else 'or'}: {fix}", width, indent, indent + 4)
    return lines


def _subjects(unit: UnitResult, result: ModelResult, verbose: bool) -> list[Subject]:
    """What has an execution to show under one model."""
    found: list[Subject] = []
    for barrier in result.barriers:
        name = f"{barrier.place.name}, line {barrier.place.line}"
        if barrier.counterexample is not None:
            found.append((name, barrier.counterexample, _fixes(unit, barrier), False, barrier))
        if verbose and barrier.witness is not None:
            found.append((name, barrier.witness, {}, True, barrier))
    shown = ((v, v.counterexample) for v in result.properties)
    return found + [
        (_property_name(v), example, _additions(unit, v.missing), False, v)
        for v, example in shown
        if example is not None
    ]


def _property_name(verdict: PropertyVerdict) -> str:
    return f"{verdict.kind}, line {verdict.line}"


def merge(first: Fixes, second: Fixes) -> Fixes:
    """Both; for one and the same place what replaces a barrier, else the alternatives that both have, else
    those of the second (the later model asks for more)."""
    merged = dict(first)
    for place, group in second.items():
        known = merged.get(place, group)
        common = tuple(fix for fix in known if fix in group)
        replaces = group[0].startswith(REPLACE)
        if replaces and not known[0].startswith(REPLACE):
            merged[place] = group
        elif replaces or not known[0].startswith(REPLACE):
            merged[place] = common or group
    moving = {place[0] for place, group in merged.items() if group[0].startswith(MOVE)}
    return {p: g for p, g in merged.items() if p[0] not in moving or g[0].startswith(MOVE)}


def fixes_of(unit: UnitResult, verdict: Verdict) -> Fixes:
    """What would put a verdict right."""
    if isinstance(verdict, PropertyVerdict):
        return _additions(unit, verdict.missing)
    return _fixes(unit, verdict)


def _fixes(unit: UnitResult, barrier: BarrierVerdict) -> Fixes:
    if barrier.fix:
        return {(barrier.place.thread, barrier.place.line, barrier.place.line): (barrier.fix,)}
    return _additions(unit, barrier.missing, barrier)


def _additions(unit: UnitResult, missing: Iterable[Missing], barrier: BarrierVerdict | None = None) -> Fixes:
    """What to add, as sentences; to replace `barrier`, where that is one too weak in the same place."""
    return {
        (group[0].thread, group[0].after_line, group[0].before_line): tuple(
            _fix(unit, barrier, one) for one in group
        )
        for group in group_alternatives(missing)
    }


def _fix(unit: UnitResult, barrier: BarrierVerdict | None, missing: Missing) -> str:
    where = f"in {thread_label(unit, missing.thread)}"
    if missing.kind == "acquire":
        return f"use {missing.barrier} for the read on line {missing.after_line} {where}"
    if missing.kind == "release":
        return f"use {missing.barrier} for the write on line {missing.before_line} {where}"
    call = call_of(missing.barrier)
    if barrier is not None and replaces(barrier, missing):
        return f"{REPLACE} {call_of(barrier.place.name)} on line {barrier.place.line} by {call} {where}"
    return f"add {call} {where} {_between(missing.after_line, missing.before_line)}"


def replaces(barrier: BarrierVerdict, missing: Missing) -> bool:
    """Whether the barrier stands where the missing one belongs, and is only too weak."""
    return barrier.status == "too weak" and is_fence_between(barrier, missing)


def is_fence_between(barrier: BarrierVerdict, missing: Missing) -> bool:
    """Whether the barrier is a fence that stands where the missing one belongs."""
    place = barrier.place
    return (
        place.thread == missing.thread
        and place.via is None
        and missing.after_line <= place.line <= missing.before_line
        and (place.name.endswith("mb") or "mb__" in place.name or _FENCE.match(place.name) is not None)
    )


def call_of(barrier: str) -> str:
    """A barrier as a line to write: the kernel's are functions, an instruction stands as it is."""
    return f"{barrier}()" if _FUNCTION.match(barrier) else barrier


def _between(after: int, before: int) -> str:
    if before <= 0:
        return f"after line {after}"
    if after <= 0:
        return f"before line {before}"
    if after == before:
        return f"between the accesses of line {after}"
    if file_of(after, "") != file_of(before, ""):
        return f"between line {after} and line {before}"
    if after > before:  # in a function that is called
        return f"after line {after}, before line {before} is reached"
    return f"between lines {after} and {before}"


def _state(name: str, values: tuple[tuple[str, str], ...], width: int) -> list[str]:
    if not values:
        return []
    text = ", ".join(f"{location}={value.removeprefix('=').strip()}" for location, value in values)
    return wrap(f"{name}: {text}", width, 4, 8)
