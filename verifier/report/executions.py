"""The executions that go wrong: which to show, for which barriers and properties, and what is missing."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from verifier.pairing.verdict import (
    BarrierVerdict,
    Counterexample,
    Missing,
    ModelResult,
    PropertyVerdict,
    UnitResult,
)
from verifier.report.brief import group_alternatives
from verifier.report.columns import chain, draw
from verifier.report.entries import thread_label
from verifier.report.style import Style

REPLACE = "replace"
# The alternatives, as lines to add, by place: thread, line after, line before.
Fixes = dict[tuple[str, int, int], tuple[str, ...]]
# What has a counterexample: its identity across models, its name in a heading, the execution, the fixes.
Subject = tuple[tuple[object, ...], str, Counterexample, Fixes]


@dataclass(frozen=True, slots=True)
class Execution:
    """A counterexample, the models that allow it, what it is shown for, and the fixes.

    All `fixes` are needed, one a place; each is a group of alternatives, as lines to add.
    """

    example: Counterexample
    models: tuple[str, ...]
    subjects: tuple[str, ...]
    fixes: Fixes


def collect(unit: UnitResult, verbose: bool) -> list[Execution]:
    """Each distinct execution once; without `verbose`, of each barrier or property only the first model's."""
    found: dict[Counterexample, Execution] = {}
    shown: set[tuple[object, ...]] = set()
    for result in unit.results:
        for identity, subject, example, fixes in _subjects(unit, result):
            if identity in shown and example not in found and not verbose:
                continue
            shown.add(identity)
            known = found.get(example, Execution(example, (), (), {}))
            found[example] = Execution(
                example,
                tuple(dict.fromkeys([*known.models, result.model])),
                tuple(dict.fromkeys([*known.subjects, subject])),
                merge(known.fixes, fixes),
            )
    return list(found.values())


def draw_execution(execution: Execution, number: int, unit: UnitResult, style: Style) -> list[str]:
    """The execution's heading, its columns, its cycle, its end and the fix, indented."""
    example, width = execution.example, style.width
    shape = f"{example.shape}, " if example.shape else ""
    models = " and ".join(execution.models)
    subjects = "; ".join(execution.subjects)
    lines = _indent(f"Execution {number}: {shape}allowed by {models} ({subjects})", width, 2)
    lines += _state("initially", example.initial, width)
    threads = [thread_label(unit, thread) for thread in example.threads]
    lines += [f"    {line}".rstrip() for line in draw(example, threads, style.drawing_width - 4)]
    lines += _state("finally", example.final, width)
    cycle = chain(example, width - 11)
    lines += [f"    {'cycle: ' if i == 0 else '       '}{line}" for i, line in enumerate(cycle)]
    if example.note:
        lines += _indent(example.note, width, 4)
    for position, group in enumerate(execution.fixes.values()):
        word = "to fix" if position == 0 else "and"
        for choice, fix in enumerate(group):
            lines += _indent(f"{word if choice == 0 else 'or'}: {fix}", width, 4)
    return lines


def _subjects(unit: UnitResult, result: ModelResult) -> list[Subject]:
    """What has a counterexample under one model."""
    found: list[Subject] = []
    for number, barrier in enumerate(result.barriers):
        if barrier.counterexample is not None:
            name = f"{barrier.place.name}, line {barrier.place.line}"
            found.append(((barrier.place, number), name, barrier.counterexample, _fixes(unit, barrier)))
    for verdict in result.properties:
        if verdict.counterexample is not None:
            identity = (verdict.kind, verdict.line, verdict.text)
            found.append((identity, _property_name(verdict), verdict.counterexample, {}))
    return found


def _property_name(verdict: PropertyVerdict) -> str:
    return f"{verdict.kind}, line {verdict.line}"


def merge(first: Fixes, second: Fixes) -> Fixes:
    """Both; for one and the same place, what replaces a barrier wins over what adds one."""
    merged = dict(first)
    for place, group in second.items():
        if place not in merged or group[0].startswith(REPLACE):
            merged[place] = group
    return merged


def _fixes(unit: UnitResult, barrier: BarrierVerdict) -> Fixes:
    groups = group_alternatives(barrier.missing)
    return {
        (group[0].thread, group[0].after_line, group[0].before_line): tuple(
            _fix(unit, barrier, one) for one in group
        )
        for group in groups
    }


def _fix(unit: UnitResult, barrier: BarrierVerdict, missing: Missing) -> str:
    where = f"in {thread_label(unit, missing.thread)}"
    if "acquire" in missing.barrier:
        return f"use {missing.barrier} for the read on line {missing.after_line} {where}"
    if "release" in missing.barrier:
        return f"use {missing.barrier} for the write on line {missing.before_line} {where}"
    call = missing.barrier if "(" in missing.barrier or " " in missing.barrier else f"{missing.barrier}()"
    if _replaces(barrier, missing):
        return f"{REPLACE} {barrier.place.name}() on line {barrier.place.line} by {call} {where}"
    return f"add {call} {where} {_between(missing.after_line, missing.before_line)}"


def _replaces(barrier: BarrierVerdict, missing: Missing) -> bool:
    """Whether the barrier stands where the missing one belongs, and is only too weak."""
    place = barrier.place
    return (
        barrier.status == "too weak"
        and place.thread == missing.thread
        and place.via is None
        and missing.after_line <= place.line <= missing.before_line
        and "barrier" not in missing.barrier
    )


def _between(after: int, before: int) -> str:
    if before <= 0:
        return f"after line {after}"
    if after <= 0:
        return f"before line {before}"
    if after == before:
        return f"between the accesses of line {after}"
    return f"between lines {after} and {before}"


def _state(name: str, values: tuple[tuple[str, str], ...], width: int) -> list[str]:
    if not values:
        return []
    text = ", ".join(f"{location}={value.removeprefix('=').strip()}" for location, value in values)
    return _indent(f"{name}: {text}", width, 4)


def _indent(text: str, width: int, indent: int) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 4),
        break_long_words=False,
        break_on_hyphens=False,
    )
