"""A program becomes an event graph: every path is walked once, loops up to a bound, for one architecture."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.events.domains import settle
from verifier.events.draft import Draft
from verifier.events.expression import Const, Expression, ReadValue
from verifier.events.graph import (
    INITIAL,
    Event,
    EventGraph,
    Property,
)
from verifier.events.logic import conjunction, fold
from verifier.events.loops import flatten
from verifier.events.walk import ThreadWalk
from verifier.program import program as p
from verifier.program.primitives import table


def build(program: p.Program, architecture: str, bound: int) -> EventGraph:
    """The event graph of `program` for "linux" or "aarch64", loops unrolled `bound` times."""
    draft = Draft(program, table("mapping.toml")[architecture], bound)
    for location, _ in enumerate(program.names):
        value = _initial_value(draft, location)
        draft.events.append(_initial_write(location, value, program.names[location]))
        draft.arms.append(())
    walks = []
    for number, thread in enumerate(program.threads):
        walk = ThreadWalk(draft, number, thread)
        walk.run()
        walks.append(walk)
    graph = EventGraph(
        threads=tuple(t.name for t in program.threads),
        locations=program.names,
        events=tuple(draft.events),
        order=_order(draft.events, draft.arms),
        sources=tuple(draft.sources),
        dependencies=tuple(draft.dependencies),
        atomics=tuple(draft.atomics),
        constraints=(),
        sleeps=tuple(draft.sleeps),
        properties=(*draft.assertions, *_conditions(program, walks)),
        values=program.constants,
        running=program.running,
        ends=tuple(w.end_condition() for w in walks),
        cuts=tuple(w.cut_condition() for w in walks),
        unreached=tuple(draft.unreached),
        bound=bound,
    )
    return settle(graph)


def _initial_value(draft: Draft, location: int) -> Expression:
    """What a location starts with: what the text says; any value where it neither declares nor writes it; else 0."""
    program = draft.program
    initial = dict(program.initial)
    if location in initial or location in program.declared or location in _written(program):
        return Const(initial.get(location, 0))
    return draft.unknown(("initial", location))


def _written(program: p.Program) -> frozenset[int]:
    """The locations that some thread may write."""
    numbers = dict(program.locations)
    found: set[int] = set()
    for thread in program.threads:
        for o in flatten(thread.body):
            if isinstance(o, p.Store | p.Rmw):
                found.add(numbers[o.address.path])
                if o.address.is_computed:
                    found.update(l for _, l in program.addresses)
    return frozenset(found)


def _initial_write(location: int, value: Expression, name: str) -> Event:
    nothing: frozenset[str] = frozenset()
    return Event(
        INITIAL, "W", location, Const(1), value, nothing, nothing, None, 0, f"{name} (initial)", None, None
    )


def _order(events: Sequence[Event], arms: Sequence[tuple[tuple[int, int], ...]]) -> tuple[int, ...]:
    order = []
    for i, event in enumerate(events):
        later = 0
        for j in range(i + 1, len(events)):
            if event.thread != INITIAL and events[j].thread == event.thread and _may_meet(arms[i], arms[j]):
                later |= 1 << j
        order.append(later)
    return tuple(order)


def _may_meet(a: tuple[tuple[int, int], ...], b: tuple[tuple[int, int], ...]) -> bool:
    """False for two events in different arms of one branch."""
    for (branch, arm), (other, other_arm) in zip(a, b, strict=False):
        if branch != other:
            return True
        if arm != other_arm:
            return False
    return True


def _conditions(program: p.Program, walks: Sequence[ThreadWalk]) -> list[Property]:
    numbers = dict(program.locations)
    reached = conjunction(w.end_condition() for w in walks)

    def translate(f: p.Final) -> Expression:
        match f:
            case p.Number(value):
                return Const(value)
            case p.FinalLocation(path):
                return ReadValue(-1 - numbers[path])
            case p.FinalLocal(thread, name):
                return walks[thread].final_value(name)
            case p.Formula(operator, arguments):
                from verifier.events.expression import Apply

                return fold(Apply(operator, tuple(translate(a) for a in arguments)))

    return [Property(c.kind, translate(c.formula), reached, c.text, c.span) for c in program.conditions]
