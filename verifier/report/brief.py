"""The shortest complete rendering of a result: what a golden file next to a snippet holds.

    armv8: refuted
      line 9 smp_wmb: unpaired [MP]; missing smp_rmb in reader after line 17
      line 30 lost wake-up: violated, even under sc

More than one program in a file: each starts with `lines FIRST-LAST: TITLE`. A barrier inside a
called function has `(via FUNCTION)` after its name, a note has `note` before its line. Missing
barriers for one and the same place are alternatives, joined by "or"; all others are needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.pairing.verdict import BarrierVerdict, Missing, ModelResult, PropertyVerdict, UnitResult


def render(units: Sequence[UnitResult]) -> str:
    """All results of one file; ends with a newline."""
    lines: list[str] = []
    for unit in units:
        if len(units) > 1:
            lines.append(_head(unit))
        for result in unit.results:
            lines += render_result(result)
    return "\n".join(lines) + "\n"


def render_result(result: ModelResult) -> list[str]:
    """One model's block."""
    lines = [f"{result.model}: {result.verdict}"]
    lines += [f"  {_barrier(barrier)}" for barrier in result.barriers]
    lines += [f"  {_property(verdict)}" for verdict in result.properties]
    return lines


def group_alternatives(missing: Iterable[Missing]) -> list[tuple[Missing, ...]]:
    """Missing barriers by place, in order: those of one place are alternatives."""
    groups: dict[tuple[str, int, int], list[Missing]] = {}
    for one in missing:
        groups.setdefault((one.thread, one.after_line, one.before_line), []).append(one)
    return [tuple(group) for group in groups.values()]


def _head(unit: UnitResult) -> str:
    side = f" ({unit.side})" if unit.side else ""
    title = f": {unit.title}" if unit.title else ""
    return f"lines {unit.lines[0]}-{unit.lines[1]}{side}{title}"


def _barrier(verdict: BarrierVerdict) -> str:
    place = verdict.place
    text = f"line {place.line} {place.name}"
    if place.via:
        text += f" (via {place.via})"
    text += f": {verdict.status}"
    if verdict.half_paired:
        text += ", half paired"
    if verdict.shape:
        text += f" [{verdict.shape}]"
    if verdict.partners_text:
        text += f" with {verdict.partners_text}"
    if verdict.missing:
        text += f"; missing {_missing(verdict.missing)}"
    return f"note {text}" if verdict.is_note else text


def _missing(missing: Sequence[Missing]) -> str:
    places = []
    for group in group_alternatives(missing):
        barriers = " or ".join(one.barrier for one in group)
        places.append(f"{barriers} in {group[0].thread} after line {group[0].after_line}")
    return ", ".join(places)


def _property(verdict: PropertyVerdict) -> str:
    text = f"line {verdict.line} {verdict.kind}: {verdict.answer}"
    if verdict.missing:
        text += f"; missing {_missing(verdict.missing)}"
    return f"{text}, even under sc" if verdict.even_under_sc else text
