"""A program becomes an event graph: every path is walked once, loops up to a bound, for one architecture."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.events.domains import settle
from verifier.events.draft import Arms, Draft, may_meet
from verifier.events.expression import TRUE, Apply, Const, Expression, ReadValue
from verifier.events.graph import (
    INITIAL,
    Event,
    EventGraph,
    Property,
)
from verifier.events.logic import conjunction, fold
from verifier.events.walk import ThreadWalk
from verifier.program import program as p
from verifier.program.program import flatten


def build(program: p.Program, architecture: str, bound: int) -> EventGraph:
    """The event graph of `program`, loops unrolled `bound` times.

    `architecture` is one of kernel/mapping.toml for a program in C ("any": the kernel's own events), else the
    program's own.
    """
    is_any, architecture = architecture == "any", "linux" if architecture == "any" else architecture
    draft = Draft(program, architecture, bound)
    for location, _ in enumerate(program.names):
        value = _initial_value(draft, location)
        draft.events.append(_initial_write(location, value, program.names[location]))
        draft.arms.append(())
    walks = []
    for number, thread in enumerate(program.threads):
        walk = ThreadWalk(draft, number, thread)
        walk.run()
        walks.append(walk)
    if is_any:
        draft.unmodelled += _grace_periods(draft.events)
    final = Finals(program, walks)
    if program.filter is not None:
        draft.constraints.append(final.translate(program.filter))
    graph = EventGraph(
        threads=tuple(t.name for t in program.threads),
        locations=program.names,
        events=tuple(draft.events),
        order=_order(draft.events, draft.arms),
        sources=tuple(draft.sources),
        dependencies=tuple(draft.dependencies),
        atomics=tuple(draft.atomics),
        constraints=tuple(dict.fromkeys(c for c in draft.constraints if c != TRUE)),
        sleeps=tuple(draft.sleeps),
        properties=(*draft.assertions, *final.conditions()),
        values=program.constants,
        running=program.running,
        ends=tuple(w.end_condition() for w in walks),
        cuts=tuple(w.cut_condition() for w in walks),
        unreached=tuple(draft.unreached),
        bound=bound,
        architecture=architecture,
        observed=tuple((label, final.translate(f)) for label, f in program.observed),
        escapes=tuple(draft.escapes),
        unmodelled=tuple(dict.fromkeys((*program.unmodelled, *draft.unmodelled))),
        isa=program.isa,
        is_litmus=program.is_litmus,
    )
    return settle(graph)


def _grace_periods(events: Sequence[Event]) -> list[tuple[int, str]]:
    """Line and text of what waits for readers, or is waited for: no model but the kernel's has that."""
    kinds = ("Rcu-", "Srcu-", "Sync-")
    found = (e for e in events if any(t.startswith(kinds) for t in e.tags))
    return [(e.span.line if e.span else 0, e.text) for e in found]


def _initial_value(draft: Draft, location: int) -> Expression:
    """What a location starts with: what the text says; any value where it neither declares nor writes it; else 0."""
    program = draft.program
    initial = dict(program.initial)
    known = program.is_litmus or location in initial or location in program.declared
    if known or location in _written(program):
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


def _order(events: Sequence[Event], arms: Sequence[Arms]) -> tuple[int, ...]:
    order = []
    for i, event in enumerate(events):
        later = 0
        for j in range(i + 1, len(events)):
            if event.thread != INITIAL and events[j].thread == event.thread and may_meet(arms[i], arms[j]):
                later |= 1 << j
        order.append(later)
    return tuple(order)


class Finals:
    """Conditions on the final state of a program, as expressions over its walks' reads and final memory."""

    def __init__(self, program: p.Program, walks: Sequence[ThreadWalk]) -> None:
        self.program = program
        self.walks = walks
        self.numbers = dict(program.locations)

    def conditions(self) -> list[Property]:
        """The conditions of the text."""
        reached = conjunction(w.end_condition() for w in self.walks)
        return [
            Property(c.kind, self.translate(c.formula), reached, c.text, c.span)
            for c in self.program.conditions
        ]

    def translate(self, f: p.Final) -> Expression:
        """The value of a formula."""
        match f:
            case p.Number(value):
                return Const(value)
            case p.FinalLocation(path):
                return ReadValue(-1 - self.numbers[path])
            case p.FinalLocal(thread, name):
                return self.walks[thread].final_value(name)
            case p.Formula(operator, arguments):
                return fold(Apply(operator, tuple(self.translate(a) for a in arguments)))
