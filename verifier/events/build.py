"""A program becomes an event graph: every path is walked once, loops up to a bound, for one architecture."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from verifier.events.counters import never_freed, with_counters
from verifier.events.domains import settle
from verifier.events.expression import TRUE, Apply, Const, Expression, ReadValue
from verifier.events.graph import INITIAL, Event, EventGraph, Property
from verifier.events.logic import conjunction, disjunction, fold, negation, simplify
from verifier.events.merge import Merge
from verifier.events.outline import Outline
from verifier.events.rows import family
from verifier.events.walked import walked
from verifier.memo import Memo
from verifier.options import EVENTS
from verifier.program import program as p
from verifier.program.program import flatten
from verifier.record import replace


def build(program: p.Program, architecture: str, bound: int, most: int = EVENTS) -> EventGraph:
    """The event graph of `program`, loops unrolled `bound` times. Raises NotModelled for a thread of more than `most`
    events.

    `architecture` is one of kernel/mapping.toml, or a variant of one, for a program in C ("any": the kernel's own
    events), else the program's own.
    """
    architecture = "linux" if architecture == "any" else architecture
    merge = Merge()
    merge.initial(*_initial_writes(program, merge))
    numbers = dict(program.locations)
    for thread in program.threads:
        merge.thread(walked(program, thread, architecture, bound, most), thread.source, numbers)
    final = Finals(program, merge, numbers)
    if program.filter is not None:
        merge.constraints.append(final.translate(program.filter))
    stuck = disjunction(r.waits for r in merge.recursions)
    merge.constraints += [fold(disjunction((negation(b), stuck))) for b in merge.blocked]
    graph = EventGraph(
        threads=tuple(t.name for t in program.threads),
        locations=program.names,
        events=merge.events(),
        order=tuple(merge.order),
        sources=merge.sources(),
        dependencies=tuple(merge.dependencies),
        atomics=tuple(merge.atomics),
        constraints=tuple(dict.fromkeys(c for c in merge.constraints if c != TRUE)),
        sleeps=tuple(merge.sleeps),
        recursions=tuple(merge.recursions),
        properties=(
            *merge.assertions,
            *(p for f in program.freed for p in _freed(f, program, merge.events())),
            *final.conditions(),
        ),
        values=program.constants,
        running=program.running,
        ends=tuple(merge.ends),
        cuts=tuple(merge.cuts),
        unreached=tuple(merge.unreached),
        unknown_calls=program.unknown_calls,
        bound=bound,
        architecture=family(architecture, program.isa),
        observed=tuple((label, final.translate(f)) for label, f in program.observed),
        doubtful=frozenset(merge.doubtful),
        escapes=tuple(merge.escapes),
        elements=tuple(merge.elements),
        unmodelled=tuple(dict.fromkeys((*program.unmodelled, *merge.unmodelled, *merge.held_at_once()))),
        isa=program.isa,
        is_litmus=program.is_litmus,
    )
    return settle(_with_what_is_known(program, graph)) if merge.is_open else graph


def _with_what_is_known(program: p.Program, graph: EventGraph) -> EventGraph:
    """The graph with what is known of values that the text leaves open."""
    freed = [f.value for f in program.freed]
    if program.counters:
        graph = with_counters(graph, program.counters, freed)
    return replace(graph, constraints=(*graph.constraints, *never_freed(graph, freed))) if freed else graph


def _freed(f: p.Freed, program: p.Program, events: Sequence[Event]) -> Iterator[Property]:
    """That no read sees what memory holds once it is given back, and no write replaces it; reached where that place in
    the text gives any back. A write to what may be another object is asked for by itself, and so are reads of threads
    that put no reference where others do."""
    roots = {path.root for path, n in program.locations if n in f.locations}
    counts = {n for path, n in program.locations if n in program.counters and path.root in roots}
    holders = {e.thread for e in events if e.kind == "W" and e.location in counts} - {INITIAL}
    reads = [i for i, e in enumerate(events) if e.kind == "R" and e.location in f.locations]
    unseen = {
        r: disjunction((negation(events[r].executes), Apply("!=", (ReadValue(r), Const(f.value)))))
        for r in reads
    }
    others = [r for r in reads if holders and events[r].thread not in holders]
    values = [Const(o.value) for o in program.freed if (o.text, o.span) == (f.text, f.span)]
    reached = fold(disjunction(e.executes for e in events if e.kind == "W" and e.value in values))

    def asked(parts: Iterable[Expression], doubt: str = "") -> Property:
        return Property("use after free", conjunction(parts), reached, f.text, f.span, doubt)

    yield asked([*(unseen[r] for r in reads if r not in others), *_kept(f.value, f.surely, events)])
    if guessed := _kept(f.value, f.locations - f.surely, events):
        yield asked(guessed, "what writes to it later may mean another object")
    if others:
        yield asked((unseen[r] for r in others), "whether who reads it has a reference is not shown")


def _kept(freed: int, locations: Container[int], events: Sequence[Event]) -> list[Expression]:
    """That each of these locations that a thread gives back holds that value at the end."""
    return [
        disjunction((negation(e.executes), Apply("==", (ReadValue(-1 - e.location), Const(freed)))))
        for e in events
        if e.kind == "W" and e.value == Const(freed)
        if e.location is not None and e.location in locations
    ]


def _initial_writes(program: p.Program, merge: Merge) -> tuple[Sequence[Event], Outline]:
    """One for each location, in their order, and their outline."""

    def make() -> tuple[Sequence[Event], Outline]:
        events = [
            _initial_write(location, _initial_value(program, merge, location), name)
            for location, name in enumerate(program.names)
        ]
        return events, Outline(events)

    return _INITIAL((program.names, program.initial), make) if program.is_litmus else make()


def _initial_value(program: p.Program, merge: Merge, location: int) -> Expression:
    """What a location starts with: what the text says; any value where it neither declares nor writes it, or only
    takes from it; else 0."""
    if location in program.indeterminate or location in program.counters:
        return merge.unknown()
    initial = dict(program.initial)
    known = program.is_litmus or location in initial or location in program.declared
    if known or location in _written(program):
        return Const(initial.get(location, 0))
    return merge.unknown()


def _written(program: p.Program) -> frozenset[int]:
    """The locations that some thread may write."""
    numbers = dict(program.locations)
    found: set[int] = set()
    for thread in program.threads:
        for o in flatten(thread.body):
            if isinstance(o, p.Store | p.Rmw):
                found.update(numbers[path] for path in o.address.targets())
    return frozenset(found)


def _initial_write(location: int, value: Expression, name: str) -> Event:
    nothing: frozenset[str] = frozenset()
    return Event(
        INITIAL, "W", location, Const(1), value, nothing, nothing, None, 0, f"{name} (initial)", None, None
    )


_INITIAL: Memo[object, tuple[Sequence[Event], Outline]] = Memo()
_Leaves = tuple[p.Final, list[p.FinalLocal], list[p.Path]]
_LEAVES: Memo[int, _Leaves] = Memo()
_TRANSLATED: Memo[object, tuple[p.Final, Expression]] = Memo()


def _leaves(formula: p.Final) -> _Leaves:
    """What a formula asks for; it comes along, so that no other gets its id."""
    return _LEAVES(id(formula), lambda: (formula, *p.finals_in(formula)))


class Finals:
    """Conditions on the final state of a program, as expressions over its threads' reads and final memory."""

    def __init__(self, program: p.Program, merge: Merge, numbers: Mapping[p.Path, int]) -> None:
        self.program = program
        self.merge = merge
        self.numbers = numbers

    def conditions(self) -> list[Property]:
        """The conditions of the text."""
        reached = conjunction(self.merge.ends)
        return [
            Property(c.kind, self.translate(c.formula), reached, c.text, c.span)
            for c in self.program.conditions
        ]

    def translate(self, f: p.Final) -> Expression:
        """The value of a formula; the same of the same values is worked out once."""
        if isinstance(f, p.FinalLocal):
            return self.merge.final_value(f.thread, f.name)
        if not isinstance(f, p.Formula):
            return self._value(f)
        _, asked, paths = _leaves(f)
        values = tuple([self.merge.final_value(a.thread, a.name) for a in asked])
        key = (id(f), values, tuple([self.numbers[path] for path in paths]))
        return _TRANSLATED(key, lambda: (f, self._value(f)))[1]

    def _value(self, f: p.Final) -> Expression:
        if isinstance(f, p.Formula):
            return simplify(f.operator, tuple([self._value(a) for a in f.arguments]))
        if isinstance(f, p.Number):
            return Const(f.value)
        if isinstance(f, p.FinalLocation):
            return ReadValue(-1 - self.numbers[f.path])
        return fold(self.merge.final_value(f.thread, f.name))
