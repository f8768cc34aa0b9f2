"""What to add to a program so that a property holds: barriers on the cycles of the executions that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution
from verifier.execution.cycles import Cycle, Segment
from verifier.execution.skeleton import Skeleton
from verifier.pairing.missing import COSTS, cheapest, fits, missing
from verifier.pairing.moves import strengthened
from verifier.pairing.verdict import Missing
from verifier.search.questions import Questions

Addition = tuple[Segment, str]  # a key of execution.skeleton.ADDITIONS, to a segment
MOST_ROUNDS = 8


def repair(
    session: Questions,
    violated: Callable[[Questions], int],
    cycles_of: Callable[[Execution], Sequence[Cycle]],
) -> tuple[Missing, ...]:
    """Additions with which no execution of the session's program is `violated`, none of which can be left out; those
    of one place are alternatives. Nothing where none were found in MOST_ROUNDS.

    `cycles_of`: the critical cycles of an execution. Raises what Questions.find raises.
    """

    def broken(additions: Sequence[Addition]) -> tuple[Questions, Execution | None]:
        graph = session.graph
        for segment, name in additions:
            graph = strengthened(graph, segment, name)
        edited = session.variant(graph) if additions else session
        return edited, edited.find(violated(edited))

    chosen: list[Addition] = []
    for _ in range(MOST_ROUNDS):
        edited, execution = broken(chosen)
        if execution is None:
            kept = _minimal(session.graph, chosen, lambda a: broken(a)[1] is None)
            return _described(session.graph, kept)
        more = _additions(edited, execution, cycles_of(execution))
        if not more:
            break
        chosen += more
    return ()


def _additions(edited: Questions, execution: Execution, cycles: Iterable[Cycle]) -> list[Addition]:
    """The cheapest that forbid one of the cycles, the first of each segment's alternatives; of several such cycles
    those for the one whose segments are shortest."""
    best: tuple[int, int, list[Addition]] | None = None
    for cycle in cycles:
        skeleton = Skeleton(edited.graph, edited.model, execution, cycle)
        free = [i for i, s in enumerate(cycle.segments) if not s.is_single]
        found = [(cycle.segments[i], names[0]) for i, names in cheapest(skeleton, free)]
        rank = (sum(COSTS[a] for _, a in found), sum(s.end - s.start for s in cycle.segments))
        if found and (best is None or rank < best[:2]):
            best = (*rank, found)
    return best[2] if best else []


def _minimal(
    graph: EventGraph, chosen: Sequence[Addition], suffices: Callable[[Sequence[Addition]], bool]
) -> list[tuple[Segment, list[str]]]:
    """Those of the additions that are needed, each with the others that would do in its stead."""
    kept = list(chosen)
    for addition in chosen:
        rest = [a for a in kept if a is not addition]
        if rest and suffices(rest):
            kept = rest
    found = []
    for i, (segment, name) in enumerate(kept):
        others = [a for a in COSTS if COSTS[a] <= COSTS[name] and fits(graph, segment, a)]
        fitting = [a for a in others if a == name or suffices([*kept[:i], (segment, a), *kept[i + 1 :]])]
        found.append((segment, fitting))
    return found


def _described(graph: EventGraph, found: Sequence[tuple[Segment, list[str]]]) -> tuple[Missing, ...]:
    return tuple(dict.fromkeys(one for segment, names in found for one in missing(graph, segment, names)))
