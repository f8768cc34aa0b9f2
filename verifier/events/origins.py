"""Which reads a value is made of."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache

from verifier.events.expression import TRUE, Apply, Expression, ReadValue, reads_of
from verifier.events.logic import BOOLEAN, conjunction, disjunction, negation


class Through(Enum):
    """What a dependency goes through: of the operators that a compiler may make branches of."""

    NUMBERS = 0  # none of them
    COMPARISONS = 1  # those that compare, and !, && and ||
    CHOICES = 2  # and the condition of ?:


@lru_cache(maxsize=1 << 16)
def origins(e: Expression, through: Through = Through.COMPARISONS) -> Mapping[int, Expression]:
    """The reads whose values `e` is made of, each with the condition on which it is."""
    match e:
        case ReadValue(event):
            return {event: TRUE}
        case Apply("?:", (condition, a, b)):
            found = {r: conjunction((condition, h)) for r, h in origins(a, through).items()}
            for r, h in origins(b, through).items():
                other = conjunction((negation(condition), h))
                found[r] = disjunction((found[r], other)) if r in found else other
            if through is Through.CHOICES:
                found.update(dict.fromkeys(reads_of(condition), TRUE))
            return found
        case Apply(operator) if operator in BOOLEAN and through is Through.NUMBERS:
            return {}
        case Apply(_, arguments):
            merged: dict[int, Expression] = {}
            for argument in arguments:
                for r, h in origins(argument, through).items():
                    merged[r] = disjunction((merged[r], h)) if r in merged else h
            return merged
        case _:
            return {}
