"""Executions with wanted values, straight from the writes that have these values: for a program in which all else is
fixed, as it is in most litmus tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import permutations

from verifier.cat.bits import members
from verifier.events.expression import Apply, Const, Expression, ReadValue
from verifier.execution.candidate import Execution
from verifier.search import completions
from verifier.search.completions import Order, combine
from verifier.search.space import Space

_MOST_WRITES = 3  # to one location, of which all orders are looked at
_Demand = tuple[int, bool, int]  # a read, whether it must return that value (or must not), and the value


def direct_executions(
    space: Space, wanted: Iterable[tuple[Expression, bool]], most: int | None = None
) -> Iterable[Execution] | None:
    """All candidate executions in which these expressions are true, or false; None where they are more than `most`
    (FEW), or where it takes more to find them."""
    if not space.is_plain:
        return None
    sources = _sources(space, wanted)
    if sources is None:
        return None
    choices, reads = 1, []
    for read in space.reads:
        found = sources.get(read)
        writes = tuple(members(space.writers_for(read) if found is None else found))
        choices *= len(writes)
        reads.append((read, writes))
    orders = []
    for location, writers in enumerate(space.writers):
        possible = _orders(location, writers & ~(1 << location), sources.get(-1 - location))
        if possible is None:
            return None
        choices *= len(possible)
        orders.append(possible)
    if choices > (completions.FEW if most is None else most):
        return None
    values: list[int | None] = [None] * space.universe.n
    for write, value in space.constants.items():
        values[write] = value
    return combine(space.sure, values, reads, orders, ()) if choices else ()


def _sources(space: Space, wanted: Iterable[tuple[Expression, bool]]) -> dict[int, int] | None:
    """For each read that is asked for the writes that it may read from, for -1 - l those that may be the last to
    location l; None where it is asked for more than that."""
    found: dict[int, int] = {}
    for e, truth in wanted:
        demands = _demands(e) if truth else None
        if demands is None:
            return None
        for read, is_equal, value in demands:
            writes = found.get(read)
            if writes is None:
                writes = space.writers_for(read) if read >= 0 else space.writers[-1 - read]
            those = space.writing(value)
            found[read] = writes & (those if is_equal else ~those)
    return found


@lru_cache(maxsize=1 << 12)
def _demands(e: Expression) -> tuple[_Demand, ...] | None:
    """What an expression that must be true asks of single reads; None where it asks for something else."""
    found = []
    waiting = [e]
    while waiting:
        match waiting.pop():
            case Apply("&&", parts):
                waiting += parts
            case Apply("==" | "!=" as operator, (ReadValue(read), Const(value))):
                found.append((read, operator == "==", value))
            case Const(value) if value:
                pass
            case _:
                return None
    return tuple(found)


def _orders(location: int, others: int, last: int | None) -> Sequence[Order] | None:
    """The orders of the writes to a location, the initial one first, of which one of `last` is the last; None where
    there are many."""
    if others & (others - 1) == 0:
        order = (location, others.bit_length() - 1) if others else (location,)
        return (order,) if last is None or last >> order[-1] & 1 else ()
    if others.bit_count() > _MOST_WRITES:
        return None
    every = permutations(members(others))
    return [(location, *order) for order in every if last is None or last >> order[-1] & 1]
