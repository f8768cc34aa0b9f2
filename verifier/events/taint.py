"""Which reads, and stores of RISC-V's sc, a value comes from: what dependencies are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from verifier.events.expression import TRUE, Expression
from verifier.events.logic import Guard, conjunction, conjuncts, disjunction
from verifier.events.origins import Through, origins
from verifier.events.ranges import where

# (an event, whether the way from it passes a choice between values) -> the condition on which it is an origin
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


def by_meaning(e: Expression, through: Through) -> Taint:
    """Where a value comes from that is made of these reads."""
    return {(read, False): holds for read, holds in origins(e, through).items()}


def control_of(guard: Guard) -> Taint:
    """What decided whether control gets where a guard holds, by meaning."""
    parts = tuple(conjuncts(guard))
    return union(_deciding(parts[:n], part) for n, part in enumerate(parts))


@lru_cache(maxsize=1 << 14)
def _deciding(before: Guard, part: Expression) -> Taint:
    """What decides a condition where those before it hold."""
    return by_meaning(where(before, part), Through.CHOICES)
