"""Facts about rf and co that hold in every execution a model allows, found before any clause is made."""

from __future__ import annotations

from verifier.cat.bounds import Bounds, Impossible
from verifier.cat.compiled import compiled
from verifier.cat.terms import Model
from verifier.events.graph import EventGraph
from verifier.record import record
from verifier.search.space import Space


@record(frozen=True, slots=True)
class Facts:
    """`forbidden_rf`: (write, read) pairs in no allowed execution; `known_co`: (write, write) pairs in each
    execution where both happen. Both hold whichever ordering sources are on."""

    forbidden_rf: frozenset[tuple[int, int]]
    known_co: frozenset[tuple[int, int]]


NOTHING = Facts(frozenset(), frozenset())


def propagate(graph: EventGraph, model: Model) -> Facts:
    """The facts that the model's axioms imply, with every ordering source free to be on or off."""
    space = Space(graph, is_guarded=True)
    u, rf, co = space.universe, space.reads_from(), space.coherence()
    made = compiled(model)
    bounds = Bounds(made.plan, made.code, space.bases(space.sure, {}))
    try:
        (_, kept), (known, _) = bounds.narrow((0, rf), co, space.total)
    except Impossible:
        return NOTHING  # the solver will find that, too
    return Facts(frozenset(u.pairs(rf & ~kept)), frozenset(u.pairs(known)))
