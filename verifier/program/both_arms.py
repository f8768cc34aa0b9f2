"""Stores with which both arms of a branch start: a compiler may make one of the two, before the branch, and then no
control dependency keeps it behind what the branch looks at (the kernel's memory-barriers.txt, CONTROL DEPENDENCIES)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from verifier.program.program import (
    Branch,
    Fence,
    Leave,
    Loop,
    Operation,
    Scope,
    Set,
    Store,
    Thread,
)
from verifier.program.values import sources
from verifier.record import replace

Pair = tuple[Store, Store]


def made_once(threads: Iterable[Thread]) -> tuple[tuple[Thread, ...], tuple[str, ...]]:
    """The threads with one store before a branch for each two that both of its arms start with, and notes of these.

    An arm may start with barrier() all the same. Where one returns, or goes elsewhere, and the other is empty, that one
    goes on with what follows the branch.
    """
    pairs: list[Pair] = []
    found = tuple(replace(t, body=_sequence(t.body, pairs)) for t in threads)
    return found, tuple(dict.fromkeys(_note(*pair) for pair in pairs))


def _note(first: Store, second: Store) -> str:
    lines = dict.fromkeys(str(o.origin.span.line) for o in (first, second))
    where = f"line{'s' if len(lines) > 1 else ''} {' and '.join(lines)}"
    what = f"{first.origin.text} starts both arms of an if ({where})"
    return f"{what}: a compiler may do it before that, so that nothing keeps it behind the condition's reads"


def _sequence(operations: Sequence[Operation], pairs: list[Pair]) -> tuple[Operation, ...]:
    found: deque[Operation] = deque()
    for o in reversed(operations):
        match o:
            case Branch(condition, then, otherwise, origin):
                arms = (list(_sequence(then, pairs)), list(_sequence(otherwise, pairs)))
                stores = _common(arms, found, pairs)
                found.appendleft(Branch(condition, tuple(arms[0]), tuple(arms[1]), origin))
                found.extendleft(reversed(stores))
            case Loop(body):
                found.appendleft(replace(o, body=_sequence(body, pairs)))
            case Scope(label, body):
                found.appendleft(Scope(label, _sequence(body, pairs)))
            case _:
                found.appendleft(o)
    return tuple(found)


def _common(
    arms: tuple[list[Operation], list[Operation]], after: deque[Operation], pairs: list[Pair]
) -> list[Store]:
    """Take the stores out of the arms that both start with; of an arm that is empty out of what comes `after` it."""
    found: list[Store] = []
    ways = [_way(own, other, after) for own, other in (arms, arms[::-1])]
    while True:
        first, second = (_first(way) for way in ways)
        if first is None or second is None or not _is_same(first, second):
            return found
        for way in ways:
            _take_first(way)
        pairs.append((first, second))
        found.append(first)


def _way(
    own: list[Operation], other: list[Operation], after: deque[Operation]
) -> list[Operation] | deque[Operation]:
    """Where an arm's operations start: in the arm or, where it has none and the other one goes elsewhere, after it."""
    return after if not own and other and isinstance(other[-1], Leave) else own


def _first(operations: Iterable[Operation], changed: frozenset[str] = frozenset()) -> Store | None:
    """The store that operations start with; what is `changed` before it, and barrier(), make no difference to it."""
    for o in operations:
        match o:
            case Set(target, _):
                changed |= {target}
            case Fence("barrier"):
                pass
            case Scope(_, body):
                return _first(body, changed)
            case Store() if o.order == "once" and not _locals(o) & changed:
                return o
            case _:
                return None
    return None


def _take_first(operations: list[Operation] | deque[Operation]) -> None:
    """Take out the store that `_first` finds."""
    for i, o in enumerate(operations):
        if isinstance(o, Store):
            del operations[i]
            return
        if isinstance(o, Scope):
            body = list(o.body)
            _take_first(body)
            operations[i] = Scope(o.label, tuple(body))
            return


def _is_same(a: Store, b: Store) -> bool:
    return replace(a, origin=b.origin) == b


def _locals(o: Store) -> frozenset[str]:
    """The locals that a store depends on."""
    values = [v for v in (o.value, o.address.pointer, o.address.index) if v is not None]
    return frozenset().union(*(sources(v, {}) for v in values))
