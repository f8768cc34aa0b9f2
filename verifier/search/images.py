"""The values that an expression may have, given those of its reads and unknowns."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from verifier.events.expression import OPERATORS, Apply, Const, Expression, ReadValue, Unknown
from verifier.limits import GaveUp

Truths = tuple[bool, ...]
BOTH: Truths = (False, True)
MOST_COMBINATIONS = 4096


class Images:
    """Images of expressions under value sets, each worked out once; larger than they are where a read counts twice."""

    __slots__ = ("memo", "reads", "unknowns")

    def __init__(self, reads: Mapping[int, frozenset[int]], unknowns: Mapping[int, frozenset[int]]) -> None:
        self.reads = reads
        self.unknowns = unknowns
        self.memo: dict[Expression, frozenset[int]] = {}

    def truths(self, e: Expression) -> Truths:
        """Which truth values it may have. Raises GaveUp where there are too many combinations."""
        match e:
            case Apply("&&", (a, b)):
                left = self.truths(a)
                if left == (False,):
                    return left
                right = self.truths(b)
                if right == (False,) or left == right:
                    return right
                return BOTH
            case Apply("||", (a, b)):
                left = self.truths(a)
                if left == (True,):
                    return left
                right = self.truths(b)
                if right == (True,) or left == right:
                    return right
                return BOTH
            case Apply("!", (a,)):
                return tuple(not t for t in reversed(self.truths(a)))
            case _:
                found = self.values(e)
                return (0 not in found,) if len(found) == 1 or 0 not in found else BOTH

    def values(self, e: Expression) -> frozenset[int]:
        """Which values it may have. Raises GaveUp."""
        match e:
            case Const(value):
                return frozenset((value,))
            case ReadValue(event):
                return self.reads[event]
            case Unknown(index, _):
                return self.unknowns[index]
        found = self.memo.get(e)
        if found is None:
            found = self.memo[e] = self._apply(e.operator, e.arguments)
        return found

    def _apply(self, operator: str, arguments: tuple[Expression, ...]) -> frozenset[int]:
        if operator == "?:":
            condition, a, b = arguments
            truths = self.truths(condition)
            if len(truths) == 1:
                return self.values(a if truths[0] else b)
            return self.values(a) | self.values(b)
        if operator in ("&&", "||", "!"):
            return frozenset(map(int, self.truths(Apply(operator, arguments))))
        parts = [self.values(a) for a in arguments]
        size = 1
        for p in parts:
            size *= len(p)
        if size > MOST_COMBINATIONS:
            raise GaveUp
        apply = OPERATORS[operator]
        return frozenset(apply(*c) for c in product(*parts))
