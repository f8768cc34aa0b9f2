"""Sets of sets: those known when a model is read, and those with a set or relation for each event of a set.

An operator keeps a family (Typed.member) where it does the same to the union of its members as to each
of them: what is not like that is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verifier.cat.build import TermBuilder
from verifier.cat.values import (
    Collection,
    Each,
    Edge,
    Member,
    OnePerMember,
    Pair,
    Typed,
    Value,
)


def member_of(operator: str, values: Sequence[Typed]) -> Member | None:
    """The member that the result of an operator stands for; None where its arguments are no families.

    Raises ValueError where the operator does not distribute over families, or its pairs do not all end
    in the member.
    """
    members = [v.member for v in values]
    found = next((m for m in members if m is not None), None)
    if found is None:
        return None
    only_first = all(m is None for m in members[1:])
    match operator:
        case "union" if all(m is found for m in members):
            return found
        case "inter" if sum(m is not None for m in members) == 1:
            return found
        case "minus" | "identity" if only_first:
            return found
        case "product" | "sequence" if members[-1] is found and all(m is None for m in members[:-1]):
            return found
        case _:
            raise ValueError(f"'{operator}' of sets that differ from event to event")


def is_empty(value: Value, build: TermBuilder) -> bool:
    """Whether a set of sets, a set or a relation is known to be empty."""
    match value:
        case Collection(items):
            return not items
        case Typed(_, term):
            return term is build.zero or term is build.nothing
        case _:
            return False


def items(value: Value, build: TermBuilder) -> tuple[Value, ...] | None:
    """The elements of a set that is known; None where they are known in an execution only."""
    if isinstance(value, Collection):
        return value.items
    return () if is_empty(value, build) else None


def insert(element: Value, rest: Value, build: TermBuilder) -> Value | None:
    """element ++ rest; None where that has no meaning here."""
    known = items(rest, build)
    if known is None:
        return None
    match element:
        case Pair(of) if not known:
            return Edge(of)
        case Member(of) if not known:
            return Typed("set", of, element)
        case Pair() | Member():
            return None
        case _:
            return Collection((element, *known))


def braces(values: Sequence[Value]) -> Value | None:
    """{a, b, …}; None where that has no meaning here."""
    match values:
        case [Member(of) as member]:
            return Typed("set", of, member)
        case _ if any(isinstance(v, Pair | Member) for v in values):
            return None
        case _:
            return Collection(tuple(values))


def apply_to_all(function: Callable[[Value], Value], over: Value, build: TermBuilder) -> Value | None:
    """map: the values of a function for all elements of a set; None where there is no set."""
    known = items(over, build)
    if known is not None:
        return Collection(tuple(function(v) for v in known))
    argument: Member | Pair
    match over:
        case Typed("set", term, None):
            argument = Member(term)
        case Typed("relation"):
            argument = Pair(over)
        case _:
            return None
    return Each(argument, function(argument))


def cross(over: Value, build: TermBuilder) -> Value | None:
    """All unions of one relation out of each set of a set; None where that is not known."""
    match over:
        case Each(Member() as member, Each(Pair(pairs), Edge(edges))) if (
            pairs is edges and pairs.member is member
        ):
            return OnePerMember(member.of, pairs.term)
        case Each(Member(members), Collection(())):
            return OnePerMember(members, build.zero)
        case _:
            return _cross_known(over, build)


def _cross_known(over: Value, build: TermBuilder) -> Value | None:
    sets = items(over, build)
    if sets is None:
        return None
    found = [build.zero]
    for one in sets:
        relations = items(one, build)
        if relations is None or not all(isinstance(r, Typed) for r in relations):
            return None
        terms = [r.term for r in relations if isinstance(r, Typed)]
        found = [build.relation("union", (f, t)) for f in found for t in terms]
    return Collection(tuple(Typed("relation", f) for f in found))
