"""What holds where control stands in a thread, and how paths meet."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.events.expression import FALSE, Apply, Const, Expression
from verifier.events.logic import Guard, common_prefix, conjunction, either, negation
from verifier.events.taint import NONE, Taint, under, union
from verifier.program.program import Fence, Load

Monitor = tuple[
    tuple[int, Expression], ...
]  # exclusive loads, each with the condition on which it was the last


class State:
    """What holds where control stands.

    guard     what is true there
    locals    each local's value
    taints    where each local's value comes from by syntax (litmus tests only)
    control   what decided by syntax whether control gets there (litmus tests only)
    monitor   the exclusive load that an exclusive store may pair with
    sections  the read-side sections that the thread is in, by their starts: those of RCU that it may be in, and
              those of SRCU (loads) that it is in for sure
    """

    __slots__ = ("control", "guard", "locals", "monitor", "sections", "taints")

    def __init__(self, guard: Guard, values: dict[str, Expression]) -> None:
        self.guard = guard
        self.locals = values
        self.taints: dict[str, Taint] = {}
        self.control: Taint = NONE
        self.monitor: Monitor = ()
        self.sections: tuple[Fence | Load, ...] = ()

    def under(self, condition: Expression) -> State | None:
        """This state where `condition` holds too; None where it can't."""
        guard = self.guard
        if isinstance(condition, Const):
            if not condition.value:
                return None
            if condition.value != 1 and condition not in guard:
                guard = (*guard, condition)
        elif not guard:
            guard = (condition,)
        else:
            if negation(condition) in guard:
                return None
            guard = guard if condition in guard else (*guard, condition)
        state = State(guard, dict(self.locals))
        state.taints, state.control = dict(self.taints), self.control
        state.monitor, state.sections = self.monitor, self.sections
        return state


def join(states: Sequence[State | None]) -> State | None:
    """The state after paths meet."""
    alive = [s for s in states if s is not None]
    if len(alive) < 2:
        return alive[0] if alive else None
    alive.sort(key=lambda s: -len(s.guard))
    result = alive[0]
    for other in alive[1:]:
        result = _join_two(result, other)
    return result


def _join_two(a: State, b: State) -> State:
    n = common_prefix(a.guard, b.guard)
    condition = conjunction(a.guard[n:])
    otherwise = negation(condition)
    result = State(either(a.guard, b.guard), dict(a.locals))
    if a.locals != b.locals:
        for name in a.locals.keys() | b.locals.keys():
            x, y = a.locals.get(name, FALSE), b.locals.get(name, FALSE)
            result.locals[name] = x if x is y or x == y else Apply("?:", (condition, x, y))
    result.taints = dict(a.taints)
    if a.taints != b.taints:
        for name in a.taints.keys() | b.taints.keys():
            here, there = a.taints.get(name, NONE), b.taints.get(name, NONE)
            result.taints[name] = here if here is there else _either(here, there, condition, otherwise)
    result.control = _either(a.control, b.control, condition, otherwise)
    result.monitor = _monitors(a.monitor, b.monitor, condition, otherwise)
    longer = max(a.sections, b.sections, key=len)
    both = (a.sections, b.sections)
    result.sections = tuple(s for s in longer if isinstance(s, Fence) or all(s in one for one in both))
    return result


def _either(a: Taint, b: Taint, condition: Expression, otherwise: Expression) -> Taint:
    if a is b or a == b:
        return a
    both = {key: holds for key, holds in a.items() if b.get(key) == holds}
    only_a = {key: holds for key, holds in a.items() if key not in both}
    only_b = {key: holds for key, holds in b.items() if key not in both}
    return union((both, under(only_a, condition), under(only_b, otherwise)))


def _monitors(a: Monitor, b: Monitor, condition: Expression, otherwise: Expression) -> Monitor:
    if a == b:
        return a
    here = tuple((read, conjunction((condition, c))) for read, c in a)
    return (*here, *((read, conjunction((otherwise, c))) for read, c in b))
