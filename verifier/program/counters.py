"""Counters that a text takes from and never sets: references that are put, requests that end.

They start with any number, as 0 is the one from which nothing can be taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from verifier.program.program import (
    Address,
    Apply,
    Load,
    Local,
    Number,
    Path,
    Rmw,
    Store,
    StoreExclusive,
    Thread,
    Value,
    flatten,
)
from verifier.program.values import given

_LOCKS = ("lock", "lock-acquire", "unlock", "unlock-release")
_Write = Store | StoreExclusive | Rmw


def counters(
    threads: Sequence[Thread], numbers: Mapping[Path, int], known: Collection[int]
) -> frozenset[int]:
    """The locations that threads make less, and more at most where they are not 0; but for those whose value at first
    is `known`, and those that a pointer may lead to, or to others."""
    taken: set[int] = set()
    otherwise = set(known)
    for thread in threads:
        operations = flatten(thread.body)
        writes = [o for o in operations if isinstance(o, _Write)]
        reads = {o.target: o.address for o in operations if isinstance(o, Load | Rmw)}
        values = _Values(given(operations), reads)
        for o in writes:
            is_elsewhere = len(o.address.targets()) > 1  # or may be
            steps = None if is_elsewhere or _is_internal(o) else values.steps(o)
            if steps is None or (max(steps) > 0 and not _needs_some(o)):
                otherwise.update(numbers[path] for path in o.address.targets())
            elif min(steps) < 0:
                taken.update(numbers[path] for path in o.address.targets())
    return frozenset(taken - otherwise)


def _is_internal(o: _Write) -> bool:
    """Whether it is a lock's, or a plain one of a primitive, whose parts start as nothing has called it before."""
    return o.order in _LOCKS or (not isinstance(o, Rmw) and o.origin.in_primitive)


def _needs_some(o: _Write) -> bool:
    """Whether it changes nothing that is 0."""
    return isinstance(o, Rmw) and o.succeeds == Apply("!=", (Local(o.target), Number(0)))


class _Values:
    """How what a thread writes differs from what it read there."""

    def __init__(self, known: Mapping[str, Sequence[Value]], reads: Mapping[str, Address]) -> None:
        self.known = known
        self.reads = reads

    def steps(self, o: _Write) -> set[int] | None:
        """For each value that it may write -1, 0 or 1: what is read there made less, kept or made more. None where it
        may be anything else."""
        return self._steps(o.new if isinstance(o, Rmw) else o.value, o.address, frozenset()) or None

    def _steps(self, value: Value, at: Address, seen: frozenset[str]) -> set[int] | None:
        match value:
            case Local(name) if name in self.reads:
                return {0} if self.reads[name].targets() == at.targets() else None
            case Local(name) if name in self.known and name not in seen:
                # a local that is declared without a value is set to 0
                found = [self._steps(v, at, seen | {name}) for v in self.known[name] if v != Number(0)]
                return set().union(*(s for s in found if s)) if None not in found else None
            case Apply("+" | "-" as operator, (before, Number() | Apply("neg", (Number(),)) as amount)):
                steps = self._steps(before, at, seen)
                sign = _sign(amount) if operator == "+" else -_sign(amount)
                return None if steps is None else {max(-1, min(1, s + sign)) for s in steps}
            case _:
                return None


def _sign(amount: Number | Apply) -> int:
    """-1, 0 or 1."""
    if isinstance(amount, Number):
        return (amount.value > 0) - (amount.value < 0)
    (negated,) = amount.arguments
    return -_sign(negated) if isinstance(negated, Number) else 0
