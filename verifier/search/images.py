"""The values that an expression may have, given those of its reads and unknowns."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from verifier.events.expression import Apply, Const, Expression, ReadValue
from verifier.limits import GaveUp
from verifier.program.operators import OPERATORS

Truths = tuple[bool, ...]
BOTH: Truths = (False, True)
_TRUE: Truths = (True,)
_FALSE: Truths = (False,)
MOST_COMBINATIONS = 4096


class Images:
    """Images of expressions under value sets, each worked out once; larger than they are where a read counts twice."""

    __slots__ = ("_truths", "_values", "reads", "unknowns")

    def __init__(self, reads: Mapping[int, frozenset[int]], unknowns: Mapping[int, frozenset[int]]) -> None:
        self.reads = reads
        self.unknowns = unknowns
        self._values: dict[Expression, frozenset[int]] = {}
        self._truths: dict[Expression, Truths] = {}

    def truths(self, e: Expression) -> Truths:
        """Which truth values it may have. Raises GaveUp where there are too many combinations."""
        known = self._truths.get(e)
        if known is not None:
            return known
        operator = e.operator if isinstance(e, Apply) else ""
        if operator == "&&" or operator == "||":
            decides = _FALSE if operator == "&&" else _TRUE
            a, b = e.arguments  # type: ignore[union-attr]
            found = self.truths(a)
            if found != decides:
                right = self.truths(b)
                found = right if right == decides or found == right else BOTH
        elif operator == "!":
            inner = self.truths(e.arguments[0])  # type: ignore[union-attr]
            found = tuple([not t for t in reversed(inner)])
        else:
            values = self.values(e)
            found = (0 not in values,) if len(values) == 1 or 0 not in values else BOTH
        self._truths[e] = found
        return found

    def values(self, e: Expression) -> frozenset[int]:
        """Which values it may have. Raises GaveUp."""
        if isinstance(e, Apply):
            found = self._values.get(e)
            if found is None:
                found = self._values[e] = self._apply(e.operator, e.arguments)
            return found
        if isinstance(e, ReadValue):
            return self.reads[e.event]
        return frozenset((e.value,)) if isinstance(e, Const) else self.unknowns[e.index]

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
