"""Which locks a thread surely holds at each of its accesses (the locksets of Savage et al., "Eraser", 1997)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.program import program as p
from verifier.record import field, record

_TAKES = frozenset(("lock", "lock-acquire"))
_GIVES = frozenset(("unlock", "unlock-release"))
Held = frozenset[p.Path]


@record(frozen=True, slots=True)
class Access:
    """One access that a thread makes, and the locks that it holds then."""

    operation: p.Load | p.Store | p.StoreExclusive | p.Rmw
    held: Held


def accesses(body: Sequence[p.Operation]) -> Iterator[Access]:
    """The accesses of a thread's own, those of locks aside, in the order of the text."""
    walk = _Walk()
    walk.sequence(body, frozenset())
    seen: dict[int, Access] = {}
    for access in walk.found:  # a loop's body is walked twice: what it surely holds is held both times
        before = seen.get(id(access.operation))
        held = access.held if before is None else access.held & before.held
        seen[id(access.operation)] = Access(access.operation, held)
    yield from seen.values()


@record(slots=True)
class _Walk:
    """`tried`: the locals that are 0 where a lock was got, and that lock."""

    found: list[Access] = field(default_factory=list)
    tried: dict[str, p.Path] = field(default_factory=dict)
    leaving: dict[str, list[Held]] = field(default_factory=dict)

    def sequence(self, operations: Sequence[p.Operation], held: Held | None) -> Held | None:
        for operation in operations:
            if held is None:
                return None
            held = self.step(operation, held)
        return held

    def step(self, o: p.Operation, held: Held) -> Held | None:
        """What is held after an operation; None where control does not get there."""
        match o:
            case p.Rmw() if o.order in _TAKES:
                self.tried[o.target] = o.address.path
                return held | {o.address.path}
            case p.Store() | p.Rmw() if o.order in _GIVES:
                return held - {o.address.path}
            case p.Load() | p.Store() | p.StoreExclusive() | p.Rmw():
                self.found.append(Access(o, held))
            case p.Branch(condition, then, otherwise, _):
                got, missed = self.tells(condition)
                return _meet((self.sequence(then, held | got), self.sequence(otherwise, held | missed)))
            case p.Loop(body):
                after = self.sequence(body, held)
                if after is not None:
                    self.sequence(body, held & after)
                return None
            case p.Scope(label, body):
                self.leaving[label] = []
                return _meet((self.sequence(body, held), *self.leaving.pop(label)))
            case p.Leave(label):
                self.leaving[label].append(held)
                return None
            case _:
                pass
        return held

    def tells(self, condition: p.Value) -> tuple[Held, Held]:
        """The lock that is held where a condition is true, and where it is false: it asks whether a lock was got."""
        match condition:
            case p.Apply("==", (p.Local(old), p.Number(0))) if old in self.tried:
                return frozenset((self.tried[old],)), frozenset()
            case p.Apply("!=", (p.Local(old), p.Number(0))) if old in self.tried:
                return frozenset(), frozenset((self.tried[old],))
            case p.Apply("!", (inner,)):
                return self.tells(inner)[::-1]
            case _:
                return frozenset(), frozenset()


def _meet(states: Sequence[Held | None]) -> Held | None:
    reached = [s for s in states if s is not None]
    return frozenset.intersection(*reached) if reached else None
