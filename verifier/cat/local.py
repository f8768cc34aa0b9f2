"""Axioms that relate accesses to one location only: whether an execution meets them is told location by location."""

from __future__ import annotations

from verifier.cat.terms import Axiom, BaseRelation, BaseSet, EmptyRelation, RelationTerm, SetTerm, Term

_WITHIN = frozenset(("rf", "co", "loc", "id"))  # base relations of accesses to one location
# What is said of a pair, or an event, whatever other accesses there are.
_OF_THE_PAIR = _WITHIN | {"po", "int", "ext", "rmw", "amo", "lxsx"}
_OF_THE_EVENT = frozenset(("_", "W", "R", "M", "IW"))


def is_local(axiom: Axiom) -> bool:
    """Whether an execution meets an axiom exactly where the accesses to each location, by themselves, meet it."""
    return not axiom.negated and _is_within(axiom.term) and _is_told_by_one(axiom.term)


def _is_within(term: Term) -> bool:
    """Whether a relation has no pair of accesses to different locations."""
    match term:
        case BaseRelation(name):
            return name in _WITHIN
        case EmptyRelation() | RelationTerm("identity"):
            return True
        case RelationTerm("inter", arguments):
            return any(map(_is_within, arguments))
        case RelationTerm("minus", (first, _)):
            return _is_within(first)
        case RelationTerm("union" | "sequence" | "inverse" | "plus" | "star" | "optional", arguments):
            return all(map(_is_within, arguments))
        case _:
            return False


def _is_told_by_one(term: Term) -> bool:
    """Whether the accesses to a location tell which of them are in a set, and which pairs of them in a relation. In a
    sequence all events on the way are of that location, where no more than one step may leave it."""
    match term:
        case BaseRelation(name):
            return name in _OF_THE_PAIR
        case BaseSet(name):
            return name in _OF_THE_EVENT
        case EmptyRelation():
            return True
        case RelationTerm("sequence", arguments):
            leaving = [a for a in arguments if not _is_within(a)]
            return len(leaving) <= 1 and all(map(_is_told_by_one, arguments))
        case RelationTerm("plus" | "star", arguments) | SetTerm("domain" | "range", arguments):
            return all(_is_within(a) and _is_told_by_one(a) for a in arguments)
        case RelationTerm(_, arguments) | SetTerm(_, arguments):
            return all(map(_is_told_by_one, arguments))
        case _:
            return False
