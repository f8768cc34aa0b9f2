"""Read-side sections of RCU and SRCU, and their grace periods, in a program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from verifier.program import program as p
from verifier.program.program import (
    Fence,
    Load,
    Number,
    Operation,
    Origin,
    Path,
    Set,
    Thread,
    flatten,
    rebuilt,
)
from verifier.record import field, record, replace

_BOUNDS = {"rcu-lock": 1, "rcu-unlock": -1}
_SRCU = frozenset(("srcu-lock", "srcu-unlock"))
_NEEDS_SRCU = frozenset(("sync-srcu", "after-srcu-read-unlock"))
_DEEPEST = 8
Depths = frozenset[int]
Numbers = Mapping[Path, int]


def without_idle(threads: Sequence[Thread]) -> tuple[Thread, ...]:
    """The threads, without the sections that order nothing because nobody waits for them."""
    if not has_waits(threads):
        threads = [_without(t, _without_rcu) for t in threads]
    if not _kinds(threads) & _NEEDS_SRCU:
        threads = [_without(t, _without_srcu) for t in threads]
    return tuple(threads)


def idle(threads: Sequence[Thread]) -> tuple[tuple[str, str, Origin], ...]:
    """What begins and ends the sections that without_idle() drops, by thread: its name and place."""
    dropped: set[str] = set()
    if not has_waits(threads):
        dropped |= _BOUNDS.keys()
    if not _kinds(threads) & _NEEDS_SRCU:
        dropped |= _SRCU
    return tuple(
        (t.name, o.name, o.origin)
        for t in threads
        for o in flatten(t.body)
        if isinstance(o, Fence | Load) and (o.kind if isinstance(o, Fence) else o.order) in dropped
    )


def has_waits(threads: Sequence[Thread]) -> bool:
    """Whether any thread waits for RCU's sections."""
    return "sync-rcu" in _kinds(threads)


def _kinds(threads: Sequence[Thread]) -> set[str]:
    return {o.kind for t in threads for o in flatten(t.body) if isinstance(o, Fence)}


def _without(thread: Thread, drop: Callable[[Operation], Sequence[Operation]]) -> Thread:
    is_changed = any(tuple(drop(o)) != (o,) for o in flatten(thread.body))
    return replace(thread, body=rebuilt(thread.body, drop)) if is_changed else thread


def _without_rcu(o: Operation) -> Sequence[Operation]:
    return () if isinstance(o, Fence) and o.kind in _BOUNDS else (o,)


def _without_srcu(o: Operation) -> Sequence[Operation]:
    if isinstance(o, Load) and o.order in _SRCU:
        return (Set(o.target, Number(0)),)
    return () if isinstance(o, Fence) and o.kind in _SRCU else (o,)


def waits_inside(thread: Thread, numbers: Numbers) -> Iterator[Fence]:
    """The waits that may be in a section of their own thread, and so never end. `numbers`: of the SRCU domains."""
    yield from _waits(thread, _rcu_change, lambda o: o.kind == "sync-rcu")
    domains = {d for o in flatten(thread.body) if isinstance(o, Fence) for d in _domains(o, numbers)}
    for domain in sorted(domains):
        change = partial(_srcu_change, domain=domain, numbers=numbers)
        yield from _waits(thread, change, partial(_waits_for, domain=domain, numbers=numbers))


def _rcu_change(o: Operation) -> int:
    return _BOUNDS.get(o.kind, 0) if isinstance(o, Fence) else 0


def _srcu_change(o: Operation, domain: int, numbers: Numbers) -> int:
    if isinstance(o, Load):
        return int(o.order == "srcu-lock" and domain in _domains(o, numbers))
    return -int(isinstance(o, Fence) and o.kind == "srcu-unlock" and domain in _domains(o, numbers))


def _waits_for(o: Fence, domain: int, numbers: Numbers) -> bool:
    return o.kind == "sync-srcu" and domain in _domains(o, numbers)


def _domains(o: Load | Fence, numbers: Numbers) -> set[int]:
    return set() if o.address is None else {numbers[path] for path in o.address.targets()}


def _waits(
    thread: Thread, change: Callable[[Operation], int], is_wait: Callable[[Fence], bool]
) -> Iterator[Fence]:
    walk = _Walk(change, is_wait)
    walk.sequence(thread.body, frozenset((0,)))
    yield from {id(o): o for o in walk.found}.values()


@record(slots=True)
class _Walk:
    """Follows how many sections a thread may be in. `change`: by how many more it is in after an operation."""

    change: Callable[[Operation], int]
    is_wait: Callable[[Fence], bool]
    found: list[Fence] = field(default_factory=list)
    leaving: dict[str, Depths] = field(default_factory=dict)

    def sequence(self, operations: Sequence[Operation], depths: Depths) -> Depths:
        for operation in operations:
            depths = self.step(operation, depths)
        return depths

    def step(self, o: Operation, depths: Depths) -> Depths:
        """How many sections the thread may be in after an operation; nothing where control does not get there."""
        match o:
            case p.Fence() | p.Load():
                if isinstance(o, Fence) and any(depths) and self.is_wait(o):
                    self.found.append(o)
                change = self.change(o)
                return frozenset(min(max(d + change, 0), _DEEPEST) for d in depths)
            case p.Branch(_, then, otherwise, _):
                return self.sequence(then, depths) | self.sequence(otherwise, depths)
            case p.Loop(body):
                seen = depths
                while not (after := self.sequence(body, seen)) <= seen:
                    seen |= after
                return frozenset()
            case p.Scope(label, body):
                self.leaving[label] = frozenset()
                after = self.sequence(body, depths)
                return after | self.leaving.pop(label)
            case p.Leave(label):
                self.leaving[label] |= depths
                return frozenset()
            case _:
                return depths
