"""The event graph: the events of a program on all its paths, and everything that the text fixes about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from verifier.events.expression import TRUE, Apply, Expression, Unknown, reads_of, unknowns_of
from verifier.events.logic import disjunction
from verifier.record import field, record, replace
from verifier.source import Span

Kind = Literal["R", "W", "F"]
INITIAL = -1  # the thread of initial writes
THIS = 0  # the thread at hand, while it is walked by itself


@record(frozen=True, slots=True)
class Event:
    """One access or fence of one thread on one path; its number is its place in EventGraph.events.

    `thread` is an index into EventGraph.threads, or INITIAL. `location` indexes
    EventGraph.locations, None for a fence that is about no object (micro events of events.elaborate have
    numbers beyond). `executes` tells, from the thread's reads, whether
    control reaches the event (an initial write always executes). `value` is what a write writes,
    None for others. `tags` are the model's names of sets that the event belongs to while its
    ordering source is on, `relaxed` those while it is off (a fence without tags orders nothing).
    `iteration` is 0 but in later copies of an unrolled loop's body; `text` is the access as the
    user wrote it; `via` the called function or primitive that contains it, where it is not in the
    thread's own code; `handler` the interrupt handler, where the thread is interrupted.
    """

    thread: int
    kind: Kind
    location: int | None
    executes: Expression
    value: Expression | None
    tags: frozenset[str]
    relaxed: frozenset[str]
    source: int | None
    iteration: int
    text: str
    via: str | None
    span: Span | None = field(compare=False, repr=False)
    handler: str | None = None


SourceKind = Literal["fence", "acquire", "release", "rmw", "lock", "addr", "data", "ctrl"]


@record(frozen=True, slots=True)
class OrderingSource:
    """Whatever orders accesses of one thread, and can be switched off.

    `events` are the fences it consists of or the accesses it annotates (switching it off gives
    them their `relaxed` tags); a dependency has none, its pairs in addr, data and ctrl carry its
    number. `is_barrier`: somebody wrote it for its order (it gets a verdict); the default
    strength of an RMW has `is_note` as well (a verdict only as a note). Sources that stand for
    one place of the user's text in several unrolled copies or paths share `place`: pairing
    switches a whole place, i.e. all sources with that number, on or off at once. `in_primitive`: it
    stands inside a primitive of the kernel, not in the user's text. `way`: see program.program.Way.
    """

    kind: SourceKind
    name: str
    thread: int
    events: tuple[int, ...]
    is_barrier: bool
    is_note: bool
    place: int
    via: str | None
    span: Span = field(compare=False, repr=False)
    in_primitive: bool = False
    way: tuple[tuple[str, int], ...] = ()


DependencyKind = Literal[
    "addr",
    "data",
    "ctrl",
    "pick-addr",
    "pick-data",
    "pick-ctrl",
    "pick",
    "iico_data",
    "iico_ctrl",
    "same-instance",
]


@record(frozen=True, slots=True)
class Dependency:
    """From read `start` to a later event `end` of its thread, in executions where both happen and `holds` is true.

    A pick dependency goes through a choice between values (AArch64's CSEL): to an address, to a written
    value, to a branch, or ("pick") to whether an atomic writes at all. The last three are between the micro
    events of events.elaborate.
    """

    kind: DependencyKind
    start: int
    end: int
    holds: Expression
    source: int


@record(frozen=True, slots=True)
class Atomic:
    """Read and write of one atomic: one instruction (amo) or an exclusive pair (lxsx).

    They are a pair in executions where both happen and `holds` is true.
    """

    read: int
    write: int
    kind: Literal["amo", "lxsx"]
    holds: Expression = TRUE


@record(frozen=True, slots=True)
class Sleep:
    """A thread that stops for ever at a wait: the execution in which `sleeps` is true.

    `reads` are the reads that it would repeat for ever: in such an execution each must read the
    co-last write to its location. `state` is the location of the task's state, for schedule();
    None for a spinning loop. `awaited` is the condition that it waits for, asked of the final
    memory (by FinalValue pseudo-reads, see EventGraph); None: no condition can be told from the code.
    """

    thread: int
    sleeps: Expression
    reads: tuple[int, ...]
    state: int | None
    awaited: Expression | None
    awaited_text: str
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Recursion:
    """A thread that waits for a lock which it holds itself: the execution in which `waits` is true.

    It waits in vain where `read` reads the co-last write to `location`, the lock. `handler`: who takes it, where
    that is an interrupt handler.
    """

    thread: int
    waits: Expression
    read: int
    location: int
    handler: str | None
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Property:
    """An assertion or condition. `formula` ranges over reads, unknowns and, by FinalValue numbers, final memory.

    `kind` "assertion" and "use after free": violated where `reached` holds and `formula` is false. "exists": reachable
    or not. "~exists" and "forall" as in litmus tests. `doubt`: why what speaks against it decides nothing.
    """

    kind: Literal["assertion", "use after free", "exists", "~exists", "forall"]
    formula: Expression
    reached: Expression
    text: str
    span: Span = field(compare=False, repr=False)
    doubt: str = ""


@record(frozen=True, slots=True)
class EventGraph:
    """What `build` makes of a program for one architecture.

    events          initial writes first, one a location and in its order, then thread by thread in program order
    constraints     expressions that are true in every execution considered (a loop that ends within
                    its bound, a waiting loop whose one modelled iteration succeeds)
    order           program order: `order[i]` is the set of po-later events of event i, as a bit set; events on
                    exclusive paths are unrelated; empty for initial writes
    finals          FinalValue pseudo-reads: ReadValue(-1 - l) in a property is the final value of location l
    values          names of symbolic constants, for printing
    running         what the text calls the state 0 of a task
    ends            for each thread, whether it ran to its end (true for one that never ends)
    cuts            for each thread, whether it was stopped at the bound of a loop (false where no loop is)
    architecture    the one that the tags are of
    isa             the instructions that the text is written in; None: C
    is_litmus       a litmus test: all threads there are, and nothing calls them
    observed        label and value of what a State line of herd7 shows, for a litmus test
    escapes         line of an access, and when it goes to no location: by a wild pointer, or out of bounds
    unmodelled      line and name of what the architecture has no row for: no verdict can be given
    recursions      waits of a thread for a lock that it holds itself
    unreached       lines of loops that can be left, but not within the bound: what follows is missing
    unknown_calls   lines of calls that the text tells nothing of
    elements        accesses to elements of arrays that are one location, and which element it is, where that is known;
                    unknowns in it stand without their domains
    doubtful        pairs of a read and a later access that depends on it in the text, and need not when it is compiled
    """

    threads: tuple[str, ...]
    locations: tuple[str, ...]
    events: Sequence[Event]
    order: tuple[int, ...]
    sources: Sequence[OrderingSource]
    dependencies: tuple[Dependency, ...]
    atomics: tuple[Atomic, ...]
    constraints: tuple[Expression, ...]
    sleeps: tuple[Sleep, ...]
    properties: tuple[Property, ...]
    values: tuple[tuple[int, str], ...]
    running: str
    ends: tuple[Expression, ...]
    cuts: tuple[Expression, ...]
    unreached: tuple[int, ...]
    bound: int
    architecture: str = "linux"
    observed: tuple[tuple[str, Expression], ...] = ()
    unmodelled: tuple[tuple[int, str], ...] = ()
    escapes: tuple[tuple[int, Expression], ...] = ()
    isa: str | None = None
    is_litmus: bool = False
    recursions: tuple[Recursion, ...] = ()
    unknown_calls: tuple[int, ...] = ()
    doubtful: frozenset[tuple[int, int]] = frozenset()
    elements: tuple[tuple[int, Expression], ...] = ()


def expressions(graph: EventGraph) -> Iterator[Expression]:
    """All expressions of a graph."""
    yield from (e.value for e in graph.events if e.value is not None)
    yield from asked(graph)


def asked(graph: EventGraph) -> Iterator[Expression]:
    """The expressions of a graph of which it matters whether they are 0: all but what is written."""
    yield from (e.executes for e in graph.events)
    yield from (d.holds for d in graph.dependencies)
    yield from (a.holds for a in graph.atomics)
    yield from graph.constraints
    for sleep in graph.sleeps:
        yield sleep.sleeps
        if sleep.awaited is not None:
            yield sleep.awaited
    yield from (r.waits for r in graph.recursions)
    for p in graph.properties:
        yield from (p.formula, p.reached)
    yield from graph.ends
    yield from graph.cuts
    yield from (e for _, e in graph.observed)
    yield from (e for _, e in graph.escapes)


def unknowns(graph: EventGraph) -> frozenset[Unknown]:
    """All unknowns of a graph."""
    compound = {e for e in expressions(graph) if type(e) is Apply or type(e) is Unknown}
    return frozenset(u for e in compound for u in unknowns_of(e))


def observed_locations(graph: EventGraph) -> frozenset[int]:
    """The locations whose final value the text mentions."""
    formulas = [p.formula for p in graph.properties]
    formulas += [e for _, e in graph.observed]
    formulas += graph.constraints
    return frozenset([-1 - r for f in formulas for r in reads_of(f) if r < 0])


def line_of(graph: EventGraph, event: int) -> int:
    """The line of an event in the user's file; 0 where it stands nowhere."""
    span = graph.events[event].span
    return span.line if span else 0


def without_escapes(graph: EventGraph) -> EventGraph:
    """The same program, where no access goes to no location."""
    if not graph.escapes:
        return graph
    inside = tuple(Apply("!", (e,)) for _, e in graph.escapes)
    return replace(graph, constraints=tuple(dict.fromkeys((*graph.constraints, *inside))), escapes=())


def escaping(graph: EventGraph) -> EventGraph:
    """The same program, where some access goes to no location."""
    return replace(graph, constraints=(*graph.constraints, disjunction(e for _, e in graph.escapes)))


def present(graph: EventGraph) -> frozenset[str]:
    """The tags, dependencies and pairs that a graph has any of."""
    tags = frozenset(t for e in graph.events for t in e.tags | e.relaxed)
    pairs = {a.kind for a in graph.atomics} | ({"rmw"} if graph.atomics else set())
    return (
        tags | {d.kind for d in graph.dependencies} | pairs | ({"FW"} if observed_locations(graph) else set())
    )
