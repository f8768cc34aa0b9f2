"""The axioms of a model that no ordering source has a part in: coherence, atomicity."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.cat.terms import BaseRelation, BaseSet, Fixpoint, Model, RelationTerm, SetTerm, Term
from verifier.memo import Memo
from verifier.record import replace

# What is the same whichever sources are on and wherever fences stand: no tags, no dependencies.
FIXED = frozenset(
    ("_", "W", "R", "M", "IW", "id", "po", "loc", "int", "ext", "rf", "co", "rmw", "amo", "lxsx")
)


def unconditional(model: Model) -> Model:
    """The model with those axioms alone that range over FIXED sets and relations: every execution that `model` allows
    with some ordering sources off, it allows."""
    return _KNOWN(id(model), lambda: (model, _reduced(model)))[1]


_KNOWN: Memo[int, tuple[Model, Model]] = Memo(64)  # with the models, to keep their ids


def _reduced(model: Model) -> Model:
    axioms = (a for a in model.axioms if not a.is_flag and set(_leaves(a.term)) <= FIXED)
    return replace(model, axioms=tuple(axioms))


def _leaves(term: Term) -> Iterator[str]:
    match term:
        case BaseSet(name) | BaseRelation(name):
            yield name
        case SetTerm(_, arguments) | RelationTerm(_, arguments):
            for argument in arguments:
                yield from _leaves(argument)
        case Fixpoint():
            yield ""  # a recursive relation is taken to have a part of anything
        case _:
            pass
