"""An execution as reviewers draw it: its steps in an order that reads well, the cycle, the end."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from verifier.cat.bits import members
from verifier.cat.terms import Model
from verifier.events.expression import evaluate
from verifier.events.graph import INITIAL, EventGraph
from verifier.execution.candidate import Execution, read_values
from verifier.execution.cycles import Cycle, leg_kind
from verifier.execution.shapes import shape
from verifier.execution.skeleton import Skeleton
from verifier.pairing.verdict import Counterexample, Edge, Relation, Step

MOST_STEPS = 60
RelationName = Literal["co", "fr", "addr", "data", "ctrl"]


def counterexample(
    graph: EventGraph,
    model: Model,
    execution: Execution,
    cycle: Cycle | None,
    note: str = "",
    off: frozenset[int] = frozenset(),
    threads: frozenset[int] | None = None,
) -> Counterexample:
    """The picture of an execution; with a cycle, of the threads that the cycle visits and what they read from. Of more
    than MOST_STEPS it has those that are nearest to the cycle, or to the end, and its note says so.

    `threads`: those to show, without a cycle, where it is not all. `off`: the places of ordering sources that were off
    in it; they are not drawn.
    """
    chosen = [e for e in _chosen(graph, execution, cycle) if not _is_off(graph, e, off)]
    if threads is not None:
        chosen = [e for e in chosen if graph.events[e].thread in threads]
    whole = _interleave(graph, execution, chosen)
    order = _nearest(whole, cycle)
    if left_out := len(whole) - len(order):
        where = "before these" if cycle is None else "further from the cycle"
        note = f"{note} ({left_out} more steps, {where}, are left out)".lstrip()
    numbers = {e: i for i, e in enumerate(order)}
    shown = sorted({graph.events[e].thread for e in order})
    columns = {t: i for i, t in enumerate(shown)}
    steps = tuple(_step(graph, execution, e, columns, numbers, cycle) for e in order)
    return Counterexample(
        threads=tuple(graph.threads[t] for t in shown),
        steps=steps,
        cycle=_edges(graph, model, execution, cycle, numbers, off) if cycle else (),
        shape=shape(graph, cycle) if cycle else "",
        final=_final(graph, execution, order, cycle),
        initial=_initial(graph, execution, order),
        note=note,
        relations=_relations(graph, execution, numbers, off),
    )


def value_text(graph: EventGraph, location: int | None, value: int | None) -> str:
    """A value of a location by its symbolic name, if it has one."""
    if value is None:
        return ""
    if value == 0 and any(s.state == location for s in graph.sleeps):
        return graph.running
    return dict(graph.values).get(value, str(value))


def _chosen(graph: EventGraph, execution: Execution, cycle: Cycle | None) -> list[int]:
    """The events to show: of each thread of the cycle up to its last access on it, and the writes read from."""
    shown = [e for e in members(execution.executed) if graph.events[e].thread != INITIAL]
    shown = [e for e in shown if graph.events[e].kind != "F" or _is_visible(graph, e)]
    if cycle is None:
        return shown
    last = {s.thread: max(s.start, s.end) for s in cycle.segments}
    kept = {e for e in shown if e <= last.get(graph.events[e].thread, -1)}
    kept |= {w for r, w in execution.reads_from if r in kept and graph.events[w].thread != INITIAL}
    return sorted(kept)


def _nearest(order: list[int], cycle: Cycle | None) -> list[int]:
    """As many as a picture may have, in that order: all on the cycle, and what is nearest to these; else the last."""
    on_cycle = {e for s in cycle.segments for e in (s.start, s.end)} if cycle else set(order[-1:])
    places = [i for i, e in enumerate(order) if e in on_cycle]
    nearest = sorted(range(len(order)), key=lambda i: min(abs(i - p) for p in places))
    return [order[i] for i in sorted(nearest[: max(MOST_STEPS, len(places))])]


def _is_visible(graph: EventGraph, fence: int) -> bool:
    source = graph.events[fence].source
    return source is not None and bool(graph.sources[source].name)


def _interleave(graph: EventGraph, execution: Execution, chosen: Iterable[int]) -> list[int]:
    """Each thread in program order and, as far as there is such an order, every access after what it reads
    from and overwrites, and before what overwrites it: a read after its write first of all."""
    queues: dict[int, list[int]] = {}
    for e in chosen:
        queues.setdefault(graph.events[e].thread, []).append(e)
    left = {e for queue in queues.values() for e in queue}
    reads = {r: {w} for r, w in execution.reads_from}
    earlier = _communication(execution)
    done: list[int] = []
    current = min(queues, default=0)
    while left:
        heads = {t: q[0] for t, q in sorted(queues.items()) if q}
        free = [t for t, e in heads.items() if not earlier.get(e, set()) & left]
        fed = [t for t, e in heads.items() if not reads.get(e, set()) & left]
        choice = free or fed or list(heads)
        current = current if current in choice else choice[0]
        done.append(queues[current].pop(0))
        left.discard(done[-1])
    return done


def _communication(execution: Execution) -> dict[int, set[int]]:
    """For each access, those that communication puts before it: rf, co and fr."""
    earlier: dict[int, set[int]] = {}
    for order in execution.coherence:
        for i, w in enumerate(order):
            earlier.setdefault(w, set()).update(order[:i])
    place = {w: (l, i) for l, order in enumerate(execution.coherence) for i, w in enumerate(order)}
    for r, w in execution.reads_from:
        earlier.setdefault(r, set()).add(w)
        l, i = place[w]
        for later in execution.coherence[l][i + 1 :]:
            earlier[later].add(r)
    return earlier


def _step(
    graph: EventGraph,
    execution: Execution,
    e: int,
    columns: dict[int, int],
    numbers: dict[int, int],
    cycle: Cycle | None,
) -> Step:
    event = graph.events[e]
    legs = list(cycle.legs()) if cycle else []
    source = dict(execution.reads_from).get(e)
    value = execution.values[e]
    return Step(
        thread=columns[event.thread],
        kind=event.kind,
        text=event.text,
        line=event.span.line if event.span else 0,
        location=graph.locations[event.location] if event.location is not None else None,
        value=None if value is None else value_text(graph, event.location, value),
        reads_from=numbers.get(source) if source is not None else None,
        is_stale=event.kind == "R" and any(a == e for a, _ in legs),
        on_cycle=any(e in leg for leg in legs),
        via=event.via,
        handler=event.handler,
    )


def _edges(
    graph: EventGraph,
    model: Model,
    execution: Execution,
    cycle: Cycle,
    numbers: dict[int, int],
    off: frozenset[int],
) -> tuple[Edge, ...]:
    skeleton = Skeleton(graph, model, execution, cycle)
    edges = []
    for i, (segment, (a, b)) in enumerate(zip(cycle.segments, cycle.legs(), strict=True)):
        if not segment.is_single:
            ordered = ordering_text(graph, skeleton, i, off)
            edges.append(Edge(numbers[segment.start], numbers[segment.end], "po", ordered))
        edges.append(Edge(numbers[a], numbers[b], leg_kind(graph, a, b), ""))  # type: ignore[arg-type]
    return tuple(edges)


def _relations(
    graph: EventGraph, execution: Execution, numbers: dict[int, int], off: frozenset[int]
) -> tuple[Relation, ...]:
    """What holds between the steps beside po and rf: co and fr to the next write that is shown, and dependencies."""
    found: set[tuple[int, int, RelationName]] = set()
    orders = [[w for w in order if w in numbers] for order in execution.coherence]
    found |= {(numbers[a], numbers[b], "co") for order in orders for a, b in pairwise(order)}
    for read, write in execution.reads_from:
        order = execution.coherence[graph.events[read].location or 0]
        missed = [w for w in order[order.index(write) + 1 :] if w in numbers and w != _own_write(graph, read)]
        if read in numbers and missed:
            found.add((numbers[read], numbers[missed[0]], "fr"))
    reads, unknowns = read_values(graph, execution), dict(execution.unknowns)
    for d in graph.dependencies:
        if d.kind not in ("addr", "data", "ctrl") or not {d.start, d.end} <= numbers.keys():
            continue
        is_off = bool(graph.sources) and graph.sources[d.source].place in off
        if not is_off and evaluate(d.holds, reads, unknowns):
            found.add((numbers[d.start], numbers[d.end], d.kind))
    return tuple(Relation(*r) for r in sorted(found))


def _own_write(graph: EventGraph, read: int) -> int | None:
    """The write of the atomic that the read is of."""
    return next((a.write for a in graph.atomics if a.read == read), None)


def ordering_text(graph: EventGraph, skeleton: Skeleton, i: int, off: frozenset[int] = frozenset()) -> str:
    """The names of what orders a segment once the others have full fences; "" where nothing does."""
    if not skeleton.is_ordered(i, off):
        return ""
    places = skeleton.places(i) - off
    needed = sorted(p for p in places if not skeleton.is_ordered(i, off | {p})) or sorted(places)[:1]
    names = {s.place: s.name for s in graph.sources}
    return ", ".join(dict.fromkeys(names[p] for p in needed))


def _is_off(graph: EventGraph, e: int, off: frozenset[int]) -> bool:
    source = graph.events[e].source
    return graph.events[e].kind == "F" and source is not None and graph.sources[source].place in off


def _final(
    graph: EventGraph, execution: Execution, order: list[int], cycle: Cycle | None
) -> tuple[tuple[str, str], ...]:
    """The final values of the locations that the cycle overwrites; of all that are written, without a cycle."""
    if cycle is not None:
        wanted = {graph.events[a].location for a, b in cycle.legs() if leg_kind(graph, a, b) == "co"}
    else:
        wanted = {graph.events[e].location for e in order if graph.events[e].kind == "W"}
    return tuple(
        (name, value_text(graph, l, execution.values[execution.coherence[l][-1]]))
        for l, name in enumerate(graph.locations)
        if l in wanted
    )


def _initial(graph: EventGraph, execution: Execution, order: list[int]) -> tuple[tuple[str, str], ...]:
    used = {graph.events[e].location for e in order}
    return tuple(
        (name, value_text(graph, l, execution.values[l]))
        for l, name in enumerate(graph.locations)
        if l in used
    )
