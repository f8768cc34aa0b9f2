"""The values that an expression may have, whatever its conditions are."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod

from verifier.events.expression import Apply, Const, Expression, ReadValue, Unknown
from verifier.limits import NotModelled
from verifier.program.operators import OPERATORS

TABLE_LIMIT = 20_000


def image(e: Expression, reads: Mapping[int, set[int]], memo: dict[Expression, set[int]]) -> set[int]:
    """Its values, where reads return these, those that are not named 0, and unknowns are in their domains.

    `memo` has what was worked out with the same reads. Raises NotModelled where an operator has more than TABLE_LIMIT
    combinations of operands.
    """
    if e in memo:
        return memo[e]
    match e:
        case Const(value):
            result = {value}
        case ReadValue(event):
            result = set(reads.get(event, {0}))
        case Unknown(_, domain):
            result = set(domain)
        case Apply("?:", (_, a, b)):
            result = image(a, reads, memo) | image(b, reads, memo)
        case Apply(operator, arguments):
            parts = [image(a, reads, memo) for a in arguments]
            check_size([len(p) for p in parts])
            result = {OPERATORS[operator](*c) for c in product(*parts)}
    memo[e] = result
    return result


def check_size(sizes: list[int]) -> None:
    """Raises NotModelled where so many operands have more than TABLE_LIMIT combinations."""
    if prod(sizes) > TABLE_LIMIT:
        raise NotModelled("an expression has too many possible values")
