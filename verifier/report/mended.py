"""The execution of a counterexample with what is missing put in: it is then forbidden."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.pairing.verdict import BarrierVerdict, Counterexample, Edge, Missing, PropertyVerdict, Step
from verifier.record import record, replace
from verifier.report.brief import group_alternatives
from verifier.report.columns import is_gap
from verifier.report.executions import call_of, replaces


@record(frozen=True, slots=True)
class Mended:
    """The execution, the indexes of the steps that were put in or changed, and what was done, in words."""

    example: Counterexample
    added: frozenset[int]
    what: str


def mended(verdict: BarrierVerdict | PropertyVerdict) -> Mended | None:
    """The counterexample with the first alternative of each missing barrier in its place.

    None where there is none, or where that does not close each gap of the cycle.
    """
    example = verdict.counterexample
    if example is None or not example.cycle or not verdict.missing:
        return None
    added: set[int] = set()
    for group in group_alternatives(verdict.missing):
        missing = group[0]
        edge = _part_of(example, missing)
        if edge is None:
            return None
        weak = _weak_step(example, edge, verdict, missing)
        if weak is not None:
            example = _with_step(example, weak, _fence(example, edge, missing, example.steps[weak].line))
            added.add(weak)
        elif missing.kind == "fence":
            place = edge.start + 1
            added = {_moved(i, place) for i in added} | {place}
            example = _inserted(example, place, _fence(example, edge, missing, 0))
        else:
            added.add(edge.start if missing.kind == "acquire" else edge.end)
        example = _ordered(example, missing)
    if any(is_gap(edge) for edge in example.cycle):
        return None
    names = dict.fromkeys(call_of(group[0].barrier) for group in group_alternatives(verdict.missing))
    return Mended(example, frozenset(added), " and ".join(names))


def _part_of(example: Counterexample, missing: Missing) -> Edge | None:
    """The part of the cycle that a missing barrier is for: a gap, or what is kept, but not strongly enough."""
    own = [e for e in example.cycle if e.relation == "po" and _thread(example, e) == missing.thread]
    gaps = [e for e in own if is_gap(e)]
    lines = (missing.after_line, missing.before_line)
    same = [e for e in own if (example.steps[e.start].line, example.steps[e.end].line) == lines]
    return same[0] if same else gaps[0] if len(gaps) == 1 else None


def _thread(example: Counterexample, edge: Edge) -> str:
    return example.threads[example.steps[edge.start].thread]


def _weak_step(
    example: Counterexample, edge: Edge, verdict: BarrierVerdict | PropertyVerdict, missing: Missing
) -> int | None:
    """The step of a barrier that is too weak, where the missing one takes its place."""
    if not isinstance(verdict, BarrierVerdict) or missing.kind != "fence" or not replaces(verdict, missing):
        return None
    between = range(edge.start + 1, edge.end)
    fences = [i for i in between if example.steps[i].kind == "F" and _same_place(example, i, edge, verdict)]
    return fences[0] if fences else None


def _same_place(example: Counterexample, i: int, edge: Edge, verdict: BarrierVerdict) -> bool:
    step = example.steps[i]
    return step.thread == example.steps[edge.start].thread and step.line == verdict.place.line


def _fence(example: Counterexample, edge: Edge, missing: Missing, line: int) -> Step:
    thread = example.steps[edge.start].thread
    return Step(thread, "F", call_of(missing.barrier), line, None, None, None, False, False, None)


def _moved(index: int, place: int) -> int:
    """Where a step is once another one was put in at `place`."""
    return index + (index >= place)


def _with_step(example: Counterexample, place: int, step: Step) -> Counterexample:
    return replace(example, steps=(*example.steps[:place], step, *example.steps[place + 1 :]))


def _inserted(example: Counterexample, place: int, step: Step) -> Counterexample:
    def shifted(steps: Sequence[Step]) -> tuple[Step, ...]:
        return tuple(
            s if s.reads_from is None else replace(s, reads_from=_moved(s.reads_from, place)) for s in steps
        )

    cycle = (replace(e, start=_moved(e.start, place), end=_moved(e.end, place)) for e in example.cycle)
    others = (replace(r, start=_moved(r.start, place), end=_moved(r.end, place)) for r in example.relations)
    steps = (*shifted(example.steps[:place]), step, *shifted(example.steps[place:]))
    return replace(example, steps=steps, cycle=tuple(cycle), relations=tuple(others))


def _ordered(example: Counterexample, missing: Missing) -> Counterexample:
    part = _part_of(example, missing)
    done = (replace(e, ordered_by=missing.barrier) if e is part else e for e in example.cycle)
    return replace(example, cycle=tuple(done))
