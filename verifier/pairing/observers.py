"""What two versions of a program let others see: outcomes between their threads, and what a supposed observer sees.

The observer stands for the other side of a barrier whose partner is not in the text. It has its half, a full
barrier; so what it can still see, the barrier at hand does not forbid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from verifier.cat.bits import from_members
from verifier.events.graph import EventGraph
from verifier.execution.cycles import Segment, TooManyCycles
from verifier.limits import NotModelled, Undecided
from verifier.pairing.changes import BY_ATOMIC, FORBIDS
from verifier.pairing.classes import Classes, CycleClass, is_touched
from verifier.pairing.judge import Judge
from verifier.pairing.outcomes import Outcome, is_seen_unordered, outcomes
from verifier.pairing.verdict import BarrierVerdict, ModelResult, OutcomeChange
from verifier.program.probes import End, Probe, probes
from verifier.program.program import Program
from verifier.program.standing import (
    fenced,
    has_fence,
    is_after_a_loop,
    is_moved,
    is_passed_by,
    on_fewer_ways,
)
from verifier.program.suppose import OBSERVER, hides_order, mirrored, supposed
from verifier.record import record, replace

State = Literal["allowed", "forbidden", "not there"]
# The classes of a program under the model of that name; of cycles, those whose outcome is wanted
ToClasses = Callable[[Program, str, Callable[[Outcome], bool]], Classes]
MOST = 8  # questions about a program
OPEN = frozenset({"unmatched", "undecided"})
THROUGH = "on the ways through it"  # of what is ordered only where a barrier is passed


@record(frozen=True, slots=True)
class Sight:
    """What an observer sees of a probe under one model. `status` is the barrier's beside it: paired where it is
    needed, redundant where other order does the same."""

    state: State
    status: str


def compare(
    programs: Sequence[Program | None], models: Sequence[str], classes: ToClasses
) -> tuple[OutcomeChange, ...]:
    """The outcomes that one of two versions allows and the other forbids."""
    before, after = programs
    if before is None or after is None:
        return ()
    found: list[OutcomeChange] = []
    for model in models:
        try:
            old, new = (outcomes(classes(p, model, lambda _: True)) for p in (before, after))
        except (Undecided, NotModelled, TooManyCycles, RecursionError, MemoryError):
            continue
        for o in sorted((old[0] | new[0]) & old[1] & new[1]):
            a, b = o in old[0], o in new[0]
            if a != b:
                found.append(OutcomeChange(model, o.text, _state(a), _state(b)))
        found += [
            OutcomeChange(model, f"{o.text} (even under sc: in the other order)", "allowed", "forbidden")
            for o in sorted(new[1] - new[0] - old[1])
            if _is_reordered(before, o, classes)
        ]
    return tuple(found)


def _is_reordered(program: Program, o: Outcome, classes: ToClasses) -> bool:
    """Whether an earlier version, with accesses in another order, shows the outcome even under sc."""
    try:
        return is_seen_unordered(classes(program, "sc", lambda _: False), o)
    except (Undecided, NotModelled, TooManyCycles, RecursionError, MemoryError):
        return False


def _state(is_allowed: bool) -> State:
    return "allowed" if is_allowed else "forbidden"


def open_probes(
    program: Program, results: Sequence[ModelResult], changed: frozenset[int]
) -> tuple[Probe, ...]:
    """The questions about the barriers that found no partner under any model: those on changed lines, if any is."""
    lines: dict[int, set[str]] = {}
    for result in results:
        for b in result.barriers:
            if b.place.line in changed or (b.place.via is None and not b.is_note):
                lines.setdefault(b.place.line, set()).add(b.status)
    unknown = {line for line, _ in program.unmodelled}
    lonely = [line for line, statuses in lines.items() if statuses <= OPEN and line not in unknown]
    wanted = [line for line in lonely if line in changed] or lonely
    found: dict[tuple[str, ...], Probe] = {}
    for line in wanted:
        for thread in program.threads:
            for probe in probes(program, thread, line, said_at(program, line)):
                found.setdefault(probe.key, probe)
    return tuple(found.values())[:MOST]


def said_at(program: Program, line: int) -> str:
    """What the comments on a line, and right above it, say."""
    texts = [
        text
        for first, _, text in program.comments
        if first == line or first < line <= first + text.count("\n") + 4
    ]
    return " ".join(" ".join(text.split()) for text in texts[-2:])


@record(slots=True)
class Watch:
    """Looks at programs through observers' eyes, once for each question."""

    classes: ToClasses
    known: dict[tuple[object, ...], Sight | None]

    def look(self, program: Program, probe: Probe, model: str, is_ordered: bool = True) -> Sight | None:
        """What the observer of a probe sees; None where the program lacks what it asks for, or it can't be told.

        The barrier is looked at where it stands on the probe's line.
        """
        key = (id(program), probe, model, is_ordered)
        if key not in self.known:
            self.known[key] = self._look(program, probe, model, is_ordered)
        return self.known[key]

    def _look(self, program: Program, probe: Probe, model: str, is_ordered: bool) -> Sight | None:
        other = supposed(program, probe, is_ordered)
        if other is None or is_after_a_loop(program, probe):
            return None
        try:
            seen = self.classes(other, model, lambda o: _is_asked(o, probe))
            target = _across(seen, probe)
            if not target:
                return None
            state = _state(any(c in seen.allowed for c in target))
            if state == "allowed" and hides_order(program, probe):
                return None
            return Sight(state, _status_of(seen, probe) if is_ordered else "")
        except (Undecided, NotModelled, TooManyCycles, RecursionError, MemoryError):
            return None

    def state(self, program: Program | None, probe: Probe, model: str, is_ordered: bool = True) -> State:
        """Whether the observer may see the outcome."""
        sight = None if program is None else self.look(program, probe, model, is_ordered)
        return "not there" if sight is None else sight.state


def _is_asked(o: Outcome, probe: Probe) -> bool:
    """Whether an outcome is between the probe's two accesses and the observer's."""
    wanted = ((probe.first.kind, probe.first.name), (probe.second.kind, probe.second.name))
    return len(o.segments) == 2 and (probe.thread, wanted) in o.segments and _has_observer(o)


def _has_observer(o: Outcome) -> bool:
    return any(thread == OBSERVER for thread, _ in o.segments)


def _across(seen: Classes, probe: Probe) -> list[CycleClass]:
    """The classes that go over the probe's line: by the barrier there, or, in a version without it, by accesses above
    and below. All, where none does: an access may have been moved."""
    graph = seen.graph
    barrier = from_members(
        e
        for s in graph.sources
        if s.is_barrier and s.span.line == probe.line and graph.threads[s.thread] == probe.thread
        for e in s.events
    )

    def is_across(c: CycleClass) -> bool:
        if barrier:
            return is_touched(graph, c.cycle, barrier)
        segments = [s for s in c.cycle.segments if graph.threads[s.thread] == probe.thread]
        return all(_is_over(graph, s, probe.line) for s in segments)

    found = list(seen.all())
    return [c for c in found if is_across(c)] or found


def _is_over(graph: EventGraph, segment: Segment, line: int) -> bool:
    """Whether the line may be between the two accesses; where one is a called function's, its line doesn't tell."""
    start, end = graph.events[segment.start], graph.events[segment.end]
    if start.span is None or end.span is None or start.via or end.via:
        return True
    return start.span.line <= line <= end.span.line


def _status_of(seen: Classes, probe: Probe) -> str:
    """The status of the barrier on the probe's line beside the observer."""
    graph = seen.graph
    places = {
        s.place
        for s in graph.sources
        if s.is_barrier and s.span.line == probe.line and graph.threads[s.thread] == probe.thread
    }
    judge = Judge(seen.session, seen)
    statuses = {judge.judge(place).status for place in sorted(places)}
    return next((s for s in ("paired", "redundant") if s in statuses), "")


# ---------------------------------------------------------------------- words


def probe_changes(
    asked: Iterable[Probe], programs: Sequence[Program | None], models: Sequence[str], watch: Watch
) -> tuple[OutcomeChange, ...]:
    """What an observer sees of each probe in two versions, where it tells them apart or stays possible."""
    found: list[OutcomeChange] = []
    rarer = on_fewer_ways(programs)
    for probe in asked:
        for model in models:
            a, b = (watch.state(p, probe, model) for p in programs)
            if "not there" in (a, b):
                continue
            in_part = probe.is_in_part
            if in_part and (a, b) == ("forbidden", "allowed") and is_moved(probe, programs):
                continue  # it no longer orders what may stand on its other side
            if in_part and (a, b) == ("forbidden", "forbidden") and probe.thread in rarer:
                continue  # what stands beside it is looked at, not the ways round it
            alone = watch.state(programs[-1], probe, model, is_ordered=False)
            given = _given(probe, programs, (a, b), model, watch)
            found.append(
                OutcomeChange(model, described(probe), a, b, True, alone == "allowed", in_part, given)
            )
    return tuple(found)


def _given(
    probe: Probe, programs: Sequence[Program | None], states: tuple[State, State], model: str, watch: Watch
) -> str:
    """On what an answer depends: if a barrier is about atomic operations and none is shown, whether the access that
    stands there is one's; if an access is not shown and there are ways round the barrier, which one is taken."""
    first, second = probe.first, probe.second
    flipped = (
        ("after-atomic", first, replace(probe, first=replace(first, is_atomic=not first.is_atomic))),
        ("before-atomic", second, replace(probe, second=replace(second, is_atomic=not second.is_atomic))),
    )
    for kind, end, other in flipped:
        if end.path is None and any(has_fence(p, probe.thread, kind) for p in programs):
            if tuple(watch.state(p, other, model) for p in programs) != states:
                return f"{'if' if end.is_atomic else 'unless'} {end.name} is an atomic operation's"
    return THROUGH if any(is_passed_by(p, probe) for p in programs) else ""


def asked_of_both(
    before: tuple[Program, Sequence[Probe]] | None, after: tuple[Program, Sequence[Probe]] | None
) -> tuple[Probe, ...]:
    """The questions to put to both versions.

    Where both accesses are shown around barriers of one name, nothing else is asked about these. That a barrier
    comes or goes in a stretch that shows no access at all says nothing; that one takes another's place there does.
    A barrier that is about atomic operations is taken at its word; not so where the patch puts another in its place.
    """
    sides = [side for side in (before, after) if side is not None]
    found: dict[tuple[str, ...], Probe] = {}
    for _, own in sides[::-1]:
        for probe in own:
            known = found.get(probe.key)
            if known is None or not (_is_about_atomics(known) or _is_about_atomics(probe)):
                found[probe.key] = probe
    shown = {(p.thread, p.barrier) for p in found.values() if p.first.path and p.second.path}
    kept = [
        p for p in found.values() if (p.thread, p.barrier) not in shown or (p.first.path and p.second.path)
    ]
    both = [fenced(program) for program, _ in sides]
    replaced = set.intersection(*both) if len(both) == 2 else set()
    return tuple(p for p in kept if p.first.path or p.second.path or p.thread in replaced)


def _is_about_atomics(probe: Probe) -> bool:
    return probe.first.is_atomic or probe.second.is_atomic


def described(probe: Probe) -> str:
    """`MP: f() writes x, then y; another CPU (supposed) reads y, then x`."""
    first, second = probe.first, probe.second
    own = _actions(first.kind, _named(first), second.kind, _named(second))
    kinds = mirrored(probe)
    other = _actions(kinds[0], second.name, kinds[1], first.name)
    return f"{probe.shape}: {probe.thread}() {own}; {OBSERVER} (supposed) {other}"


def _named(end: End) -> str:
    """An access's place; of one that is not shown, whether it is taken to be an atomic operation's."""
    return f"{end.name}{BY_ATOMIC}" if end.is_atomic else end.name


def _actions(a: str, x: str, b: str, y: str) -> str:
    verbs = {"R": "reads", "W": "writes"}
    return f"{verbs[a]} {x}, then {y}" if a == b else f"{verbs[a]} {x}, then {verbs[b]} {y}"


def with_supposed(
    results: Sequence[ModelResult], sights: Mapping[tuple[str, int], str]
) -> tuple[ModelResult, ...]:
    """The results; what was supposed is said of the barriers at (model, line)."""

    def said(model: str, b: BarrierVerdict) -> BarrierVerdict:
        text = sights.get((model, b.place.line), "")
        return replace(b, supposed=text) if text and b.status in OPEN else b

    return tuple(replace(r, barriers=tuple(said(r.model, b) for b in r.barriers)) for r in results)


def supposed_texts(
    program: Program, all_probes: Sequence[Probe], models: Sequence[str], watch: Watch
) -> dict[tuple[str, int], str]:
    """What to say of each barrier that has no partner in the text, by model and line: of accesses that are shown, if
    any are, and what it does rather than what it doesn't."""
    found: dict[tuple[str, int], tuple[tuple[bool, int], str]] = {}
    for probe in all_probes:
        for model in models:
            sight = watch.look(program, probe, model)
            if sight is None:
                continue
            rank, text = _sentence(probe, sight)
            if sight.state == "forbidden" and is_passed_by(program, probe):
                text = f"{text}, {THROUGH}"
            known = found.get((model, probe.line))
            key = (probe.is_in_part, rank)
            if known is None or key < known[0]:
                found[model, probe.line] = (key, text)
    return {key: text for key, (_, text) in found.items()}


def _sentence(probe: Probe, sight: Sight) -> tuple[int, str]:
    what = described(probe)
    if sight.state == "allowed":
        return 2, f"does not forbid {what}"
    if sight.status == "paired":
        return 0, f"{FORBIDS}{what}"
    return 1, f"is not needed to forbid {what}"
