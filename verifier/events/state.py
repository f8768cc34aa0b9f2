"""What holds where control stands in a thread, and how paths meet."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.events.expression import TRUE, Apply, Const, Expression
from verifier.events.logic import Guard, common_prefix, conjunction, either, negation


class State:
    """What holds where control stands: the guard, and each local's value."""

    __slots__ = ("guard", "locals")

    def __init__(self, guard: Guard, values: dict[str, Expression]) -> None:
        self.guard = guard
        self.locals = values

    def under(self, condition: Expression) -> State | None:
        """This state where `condition` holds too; None where it can't."""
        if condition == Const(0):
            return None
        guard = self.guard if condition == TRUE or condition in self.guard else (*self.guard, condition)
        if negation(condition) in self.guard:
            return None
        return State(guard, dict(self.locals))


def join(states: Sequence[State | None]) -> State | None:
    """The state after paths meet."""
    alive = sorted((s for s in states if s is not None), key=lambda s: -len(s.guard))
    if not alive:
        return None
    result = alive[0]
    for other in alive[1:]:
        result = _join_two(result, other)
    return result


def _join_two(a: State, b: State) -> State:
    n = common_prefix(a.guard, b.guard)
    condition = conjunction(a.guard[n:])
    values: dict[str, Expression] = {}
    for name in a.locals.keys() | b.locals.keys():
        x, y = a.locals.get(name, Const(0)), b.locals.get(name, Const(0))
        values[name] = x if x == y else Apply("?:", (condition, x, y))
    return State(either(a.guard, b.guard), values)
