"""Results as text that can be read in a terminal and pasted into a mail.

Per program: the verdict and what to do; each barrier and property, what is wrong first; the executions that go
wrong, each with its cycle and the line that is missing; assumptions and what was skipped.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Literal

from verifier.pairing.verdict import Answer, Change, ModelResult, Remark, SkippedText, UnitResult
from verifier.report.entries import Entry, barrier_entries, property_entries
from verifier.report.executions import Execution, collect, draw_execution, fix_lines
from verifier.report.style import Style, and_list, one_line, paint, visible, wrap

Level = Literal["quiet", "normal", "verbose"]
WIDEST = 100
MOST_REMEDIES = 3
SHORTEST_TITLE = 30
WORST_FIRST: tuple[Answer, ...] = ("refuted", "undecided", "vacuous", "nothing to check", "proved")


def render(units: Sequence[UnitResult], style: Style, level: Level = "normal") -> str:
    """The report on all programs of a file; ends with a newline."""
    if level == "quiet":
        blocks = [line for unit in units for line in _brief(unit)]
        return paint(visible("\n".join(blocks)), style) + "\n"
    blocks = ["\n".join(_unit_lines(unit, style, level == "verbose")) for unit in units]
    if units and units[0].side == "before":
        ahead = [line for unit in units for line in _outcome(unit, style.width)]
        blocks = ["\n".join(ahead), *blocks] if ahead else blocks
    return paint(visible("\n\n".join(blocks)), style) + "\n"


def _brief(unit: UnitResult) -> list[str]:
    return [verdict_line(unit), *([f"  change: {unit.change.summary}"] if unit.change else [])]


def _outcome(unit: UnitResult, width: int) -> list[str]:
    """What a patch comes to, ahead of what was before it: the verdict on its last side, the change, and what to do."""
    if unit.side != "after":
        return []
    change = wrap(f"change: {unit.change.summary}", width, 2, 6) if unit.change else []
    return [verdict_line(unit), *change, *_remedies(collect(unit, verbose=False), width)]


def verdict_line(unit: UnitResult) -> str:
    """`refuted under lkmm, proved under armv8: FILE:FIRST-LAST: TITLE`."""
    place = f"{one_line(unit.file)}:{unit.lines[0]}-{unit.lines[1]}"
    side = f" ({unit.side})" if unit.side else ""
    line = f"{verdicts(unit.results)}: {place}{side}"
    if unit.title in ("", unit.file):
        return line
    room = max(SHORTEST_TITLE, WIDEST - len(line) - 2)
    return f"{line}: {textwrap.shorten(unit.title.rstrip(':'), room, placeholder='…')}"


def verdicts(results: Sequence[ModelResult]) -> str:
    """`refuted under lkmm, proved under armv8`."""
    parts = []
    for verdict in WORST_FIRST:
        models = [result.model for result in results if result.verdict == verdict]
        if models:
            parts.append(f"{verdict} under {and_list(models)}")
    return ", ".join(parts) or "nothing to check"


def _unit_lines(unit: UnitResult, style: Style, verbose: bool) -> list[str]:
    width = style.width
    lines = [verdict_line(unit)]
    for reason in reasons(unit.results):
        lines += wrap(reason, width, 2, 6)
    entries = sorted([*barrier_entries(unit, verbose), *property_entries(unit, verbose)], key=_urgency)
    executions = collect(unit, verbose)
    if unit.side != "before":  # what a patch does to that stands below
        lines += _remedies(executions, width)
    for entry in entries:
        lines += ["", *_entry_lines(entry, width)]
    for number, execution in enumerate(executions, 1):
        lines += ["", *draw_execution(execution, number, unit, style, verbose)]
    lines += _remarks(unit.remarks, width)
    lines += _assumptions(unit, width)
    lines += _skipped(unit.skipped, width)
    if unit.change is not None:
        lines += ["", *_change_lines(unit.change, width)]
    return lines


def _remedies(executions: Sequence[Execution], width: int) -> list[str]:
    """What to do, on the first screen: the executions that say so, too, may be far below."""
    found = list(dict.fromkeys(tuple(fix_lines(e, width, 2)) for e in executions if e.fixes))
    more = f"  and {len(found) - MOST_REMEDIES} more, below the executions"
    return [*chain.from_iterable(found[:MOST_REMEDIES]), *([more] if len(found) > MOST_REMEDIES else [])]


def _change_lines(change: Change, width: int) -> list[str]:
    """What a diff changes: the sentence, then what it rests on."""
    lines = wrap(f"Change: {change.summary}", width, 2, 6)
    for line in change_items(change):
        lines += wrap(line, width, 4, 8)
    return lines


def change_items(change: Change) -> list[str]:
    """What the sentence on a change rests on: barriers and outcomes."""
    states: dict[tuple[str, str, str, str], list[str]] = {}
    for o in change.outcomes:
        states.setdefault((o.outcome, o.before, o.after, o.given), []).append(o.model)
    items = [*change.details]
    for (outcome, before, after, given), models in states.items():
        said = f"{_states(before, after)}{f', {given}' if given else ''}"
        items.append(f"{', '.join(models)}: {said}: {outcome}")
    return items


def _states(before: str, after: str) -> str:
    return f"{before} before and after" if before == after else f"{before} before, {after} after"


def _urgency(entry: Entry) -> int:
    return entry.urgency


def reasons(results: Sequence[ModelResult]) -> list[str]:
    """Why no verdict was reached, once for models that give the same reason."""
    models: dict[str, list[str]] = {}
    for result in results:
        if result.reason:
            models.setdefault(result.reason, []).append(result.model)
    return [f"{', '.join(names)}: {reason}" for reason, names in models.items()]


def _entry_lines(entry: Entry, width: int) -> list[str]:
    lines = wrap(entry.head, width, 2, 6)
    for text in entry.body:
        lines += wrap(text, width, 6, 10)
    return lines


def _remarks(remarks: Sequence[Remark], width: int) -> list[str]:
    if not remarks:
        return []
    lines = ["", "  Remarks"]
    for one in remarks:
        lines += wrap(f"- line {one.line}: {one.text}", width, 4, 6)
    return lines


def _assumptions(unit: UnitResult, width: int) -> list[str]:
    items = assumptions(unit)
    if not items:
        return []
    lines = ["", "  Assumptions"]
    for item in items:
        lines += wrap(f"- {item}", width, 4, 6)
    return lines


def assumptions(unit: UnitResult) -> list[str]:
    """What the verdicts on a program rest on, and how far its loops were followed."""
    return [*unit.assumptions, *_bounds(unit.results)]


def _bounds(results: Sequence[ModelResult]) -> Iterable[str]:
    for bound in sorted({result.bound for result in results if result.bound is not None}):
        models = [result.model for result in results if result.bound == bound]
        times = "once" if bound == 1 else f"at most {bound} times"
        yield f"each loop runs {times} ({', '.join(models)}); raise this with --bound"


def _skipped(skipped: Sequence[SkippedText], width: int) -> list[str]:
    if not skipped:
        return []
    lines = ["", "  Skipped"]
    for one in skipped:
        reason = f" ({one.reason})" if one.reason else ""
        lines += wrap(f"line {one.line}: {' '.join(one.text.split())}{reason}", width, 4, 6)
    return lines
