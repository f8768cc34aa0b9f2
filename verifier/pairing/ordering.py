"""What a barrier orders by itself: pairs of accesses around it, each put to the model without a solver."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.cat.bits import members
from verifier.events.expression import TRUE
from verifier.events.graph import Event, EventGraph, Kind, line_of
from verifier.execution.candidate import Execution
from verifier.execution.cycles import Cycle, Segment
from verifier.execution.skeleton import Skeleton
from verifier.pairing.verdict import Access, Ordered
from verifier.record import replace
from verifier.search.questions import Questions

NEAREST = 4  # accesses on each side of a barrier that are looked at


def kept_orders(session: Questions, place: int) -> tuple[Ordered, ...]:
    """The pairs of accesses near the barrier at `place` that it alone keeps in order: with every other ordering source
    off another CPU, with a full barrier of its own, can't see them the other way round, and without the barrier it
    can. Accesses to one location are kept in order anyhow. Raises what Questions.find raises.
    """
    graph = session.graph
    events = [e for s in graph.sources if s.place == place for e in s.events]
    execution = session.find(session.any_of([session.executes(e) for e in events]))
    if execution is None:
        return ()
    pairs = dict.fromkeys(
        p for e in events if execution.executed >> e & 1 for p in _around(graph, execution, e)
    )
    kept = [p for p in pairs if _keeps(session, execution, p, place)]
    return tuple(dict.fromkeys(Ordered(_access(graph, a), _access(graph, b)) for a, b in kept))


def _access(graph: EventGraph, e: int) -> Access:
    return Access(graph.events[e].text, line_of(graph, e))


def _around(graph: EventGraph, execution: Execution, barrier: int) -> Iterator[tuple[int, int]]:
    """Pairs of accesses with a barrier between them, which may itself be one of the two."""
    own = graph.events[barrier]
    mine = [e for e in members(execution.executed) if _is_beside(graph.events[e], own)]
    itself = [barrier] if own.kind != "F" else []
    before = [*(e for e in mine if graph.order[e] >> barrier & 1), *itself][-NEAREST:]
    after = [*itself, *(e for e in mine if graph.order[barrier] >> e & 1)][:NEAREST]
    for a in before:
        for b in after:
            if graph.order[a] >> b & 1 and graph.events[a].location != graph.events[b].location:
                yield a, b


def _is_beside(event: Event, barrier: Event) -> bool:
    return event.kind != "F" and (event.thread, event.handler) == (barrier.thread, barrier.handler)


def _keeps(session: Questions, execution: Execution, pair: tuple[int, int], place: int) -> bool:
    everything = frozenset(session.places)
    seen = _observed(session, execution, pair)
    return seen.is_ordered(0, everything - {place}) and not seen.is_ordered(0, everything)


def _observed(session: Questions, execution: Execution, pair: tuple[int, int]) -> Skeleton:
    """The cycle in which another thread accesses what a pair accesses, the other way round: it reads the second one's
    write, or overwrites what that reads, and then reads before the first one's write, or writes what that reads."""
    graph, (a, b) = session.graph, pair
    c, d = len(graph.events), len(graph.events) + 1
    thread = len(graph.threads)
    seen = replace(
        graph,
        threads=(*graph.threads, ""),
        events=(*graph.events, _other(graph.events[b], thread), _other(graph.events[a], thread)),
        order=(*graph.order, 1 << d, 0),
    )
    cycle = Cycle((Segment(graph.events[a].thread, a, b), Segment(thread, c, d)))
    return Skeleton(seen, session.model, _showing(seen, execution, cycle), cycle)


def _showing(graph: EventGraph, execution: Execution, cycle: Cycle) -> Execution:
    """The execution with that cycle, as far as a skeleton asks: the legs, and the one write on each."""
    reads: list[tuple[int, int]] = []
    coherence: list[tuple[int, ...]] = [(l,) for l in range(len(graph.locations))]
    for start, end in cycle.legs():
        location = graph.events[start].location
        assert location is not None
        is_read = graph.events[start].kind == "W"
        write, read = (start, end) if is_read else (end, start)
        reads.append((read, write if is_read else location))
        coherence[location] = (location, write)
    return replace(
        execution,
        reads_from=tuple(sorted(reads)),
        coherence=tuple(coherence),
        values=(*execution.values, None, None),
    )


def _other(own: Event, thread: int) -> Event:
    """The access of the other thread: a write where this one is a read."""
    kind: Kind = "R" if own.kind == "W" else "W"
    plain: frozenset[str] = frozenset()
    return Event(thread, kind, own.location, TRUE, None, plain, plain, None, 0, "", None, None)
