"""Which reads a value is made of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from verifier.events.expression import TRUE, Apply, Expression, ReadValue, reads_of
from verifier.events.logic import conjunction, disjunction, negation


@lru_cache(maxsize=1 << 16)
def origins(e: Expression, whole: bool = False) -> Mapping[int, Expression]:
    """The reads whose values `e` is made of, each with the condition on which it is.

    The condition of a choice is no origin of its value, unless `whole`.
    """
    match e:
        case ReadValue(event):
            return {event: TRUE}
        case Apply("?:", (condition, a, b)):
            found = {r: conjunction((condition, h)) for r, h in origins(a, whole).items()}
            for r, h in origins(b, whole).items():
                other = conjunction((negation(condition), h))
                found[r] = disjunction((found[r], other)) if r in found else other
            if whole:
                found.update(dict.fromkeys(reads_of(condition), TRUE))
            return found
        case Apply(_, arguments):
            merged: dict[int, Expression] = {}
            for argument in arguments:
                for r, h in origins(argument, whole).items():
                    merged[r] = disjunction((merged[r], h)) if r in merged else h
            return merged
        case _:
            return {}
