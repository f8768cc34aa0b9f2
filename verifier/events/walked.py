"""What the walk of one thread gives; for a text that many tests have, it is walked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verifier.events.draft import Arms, Draft, Visits, may_meet
from verifier.events.expression import Expression
from verifier.events.graph import Atomic, Dependency, Event, OrderingSource, Property, Recursion, Sleep
from verifier.events.outline import Outline
from verifier.events.walk import ThreadWalk
from verifier.memo import Memo
from verifier.program import program as p
from verifier.program.program import flatten
from verifier.record import record, replace


@record(frozen=True, slots=True, eq=False)
class Walked:
    """A thread's part of an event graph, its events, sources, places and unknowns numbered from 0, itself THIS.

    Spans and lines are places in the thread's own text where it has one. `places`, `unknowns`: how many there are;
    `is_open`: some unknown has no domain; `moved`: locks of several objects that go by one name, which it holds at
    once: location, line, text; `blocked`: when it stops at a lock; `end`, `cut`: see EventGraph; `locals`: the values
    at the end of the thread; `is_plain`: it has nothing of what few threads have (see Merge). `world`: the program's
    locations and addresses, where `body` is not all that matters. `paths`: what the numbers of locations stand for;
    None where they are those of the program.
    """

    body: tuple[p.Operation, ...]
    world: object
    paths: tuple[p.Path, ...] | None
    events: tuple[Event, ...]
    outline: Outline
    order: tuple[int, ...]
    sources: tuple[OrderingSource, ...]
    dependencies: tuple[Dependency, ...]
    atomics: tuple[Atomic, ...]
    constraints: tuple[Expression, ...]
    sleeps: tuple[Sleep, ...]
    recursions: tuple[Recursion, ...]
    elements: tuple[tuple[int, Expression], ...]
    moved: tuple[tuple[int, int, str], ...]
    blocked: tuple[Expression, ...]
    assertions: tuple[Property, ...]
    doubtful: frozenset[tuple[int, int]]
    escapes: tuple[tuple[int, Expression], ...]
    unreached: tuple[int, ...]
    unmodelled: tuple[tuple[int, str], ...]
    places: int
    unknowns: int
    is_open: bool
    end: Expression
    cut: Expression
    locals: Mapping[str, Expression]
    is_plain: bool


_WALKED: Memo[object, Walked] = Memo()
_PATHS: Memo[int, tuple[object, tuple[p.Path, ...]]] = Memo()


def walked(program: p.Program, thread: p.Thread, architecture: str, bound: int, most: int) -> Walked:
    """What a thread of a program does, in at most so many events, loops unrolled `bound` times."""
    is_apart = thread.source is not None and program.isa is None  # in assembly, the body has addresses in it
    paths = _own_paths(thread.body) if is_apart else ()

    # The same objects stand for the same operations and locations: the value keeps them, so that no others get
    # their ids.
    world = () if paths else (program.locations, program.addresses)
    key = (id(thread.body), architecture, bound, program.isa, *map(id, world))
    found = None if thread.source is None else _WALKED.get(key)
    if found is None:
        locations = dict(program.locations) if not paths else {path: i for i, path in enumerate(paths)}
        found = _walk(Draft(program, architecture, bound, locations, most), thread, paths or None, world)
        if thread.source is not None:
            _WALKED.keep(key, found)
    return found


def _own_paths(body: tuple[p.Operation, ...]) -> tuple[p.Path, ...]:
    """The locations that a thread accesses, empty where that depends on what there are: it follows a pointer."""

    def find() -> tuple[object, tuple[p.Path, ...]]:
        accesses = (
            o for o in flatten(body) if isinstance(o, p.Load | p.Store | p.StoreExclusive | p.Rmw | p.Fence)
        )
        addresses = [o.address for o in accesses if o.address is not None]
        if any(address.is_computed for address in addresses):
            return body, ()
        return body, tuple(dict.fromkeys(address.path for address in addresses))

    return _PATHS(id(body), find)[1]


def _walk(draft: Draft, thread: p.Thread, paths: tuple[p.Path, ...] | None, world: object) -> Walked:
    walk = ThreadWalk(draft, thread)
    walk.run()
    return Walked(
        body=thread.body,
        world=world,
        paths=paths,
        events=tuple(draft.events),
        outline=Outline(draft.events),
        order=_order(draft.arms),
        sources=tuple(
            [
                replace(s, events=tuple(draft.members[i])) if i in draft.members else s
                for i, s in enumerate(draft.sources)
            ]
        ),
        dependencies=tuple(draft.dependencies),
        atomics=tuple(draft.atomics),
        constraints=tuple(draft.constraints),
        sleeps=tuple(draft.sleeps),
        recursions=tuple(draft.recursions),
        elements=tuple(draft.elements),
        moved=tuple(dict.fromkeys(draft.moved)),
        blocked=tuple(draft.blocked),
        assertions=tuple(draft.assertions),
        doubtful=frozenset(draft.doubtful),
        escapes=tuple(draft.escapes),
        unreached=tuple(draft.unreached),
        unmodelled=tuple(draft.unmodelled),
        places=len(draft.places),
        unknowns=len(draft.unknowns),
        is_open=any(not u.domain for u in draft.unknowns.values()),
        end=walk.end_condition(),
        cut=walk.cut_condition(),
        locals={} if walk.end is None else walk.end.locals,
        is_plain=not any(
            (
                *(draft.sleeps, draft.assertions, draft.recursions, draft.constraints, draft.blocked),
                *(
                    draft.doubtful,
                    draft.elements,
                    draft.escapes,
                    draft.unreached,
                    draft.unmodelled,
                    draft.moved,
                ),
            )
        ),
    )


def _order(arms: Sequence[tuple[Arms, Visits]]) -> tuple[int, ...]:
    """For each event the later ones that are not on an exclusive path, as a bit set."""
    if not any(branches for branches, _ in arms):
        every = (1 << len(arms)) - 1
        return tuple([every >> i + 1 << i + 1 for i in range(len(arms))])
    same: dict[tuple[Arms, Visits], int] = {}
    for i, mine in enumerate(arms):
        same[mine] = same.get(mine, 0) | 1 << i
    meeting = {mine: sum(events for other, events in same.items() if may_meet(mine, other)) for mine in same}
    return tuple(meeting[mine] >> i + 1 << i + 1 for i, mine in enumerate(arms))
