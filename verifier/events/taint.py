"""Which reads a value comes from: what dependencies are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from verifier.events.expression import TRUE, Expression
from verifier.events.logic import conjunction, disjunction

# (a read, whether the way from it passes a choice between values) -> the condition on which it is an origin
Taint = Mapping[tuple[int, bool], Expression]
NONE: Taint = {}


def union(taints: Iterable[Taint]) -> Taint:
    """Where a value made of several comes from."""
    given = [taint for taint in taints if taint]
    if len(given) < 2:
        return given[0] if given else NONE
    found: dict[tuple[int, bool], Expression] = {}
    for taint in given:
        for key, holds in taint.items():
            found[key] = disjunction((found[key], holds)) if key in found and found[key] != holds else holds
    return found


def under(taint: Taint, condition: Expression) -> Taint:
    """The same, where `condition` holds."""
    if not taint or condition == TRUE:
        return taint
    return {key: conjunction((condition, holds)) for key, holds in taint.items()}


def picked(taint: Taint) -> Taint:
    """The same, seen through a choice."""
    return union({(read, True): holds} for (read, _), holds in taint.items()) if taint else NONE
