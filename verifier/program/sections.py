"""RCU's read-side sections and grace periods in a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.program import program as p
from verifier.program.program import Fence, Operation, Thread, flatten, rebuilt
from verifier.record import field, record, replace

_BOUNDS = {"rcu-lock": 1, "rcu-unlock": -1}
_DEEPEST = 8
Depths = frozenset[int]


def has_waits(threads: Sequence[Thread]) -> bool:
    """Whether any thread waits for the sections."""
    return any(isinstance(o, Fence) and o.kind == "sync-rcu" for t in threads for o in flatten(t.body))


def without_sections(thread: Thread) -> Thread:
    """The thread without its sections, which order nothing where nobody waits for them."""

    def drop(o: Operation) -> Sequence[Operation]:
        return () if isinstance(o, Fence) and o.kind in _BOUNDS else (o,)

    has_some = any(isinstance(o, Fence) and o.kind in _BOUNDS for o in flatten(thread.body))
    return replace(thread, body=rebuilt(thread.body, drop)) if has_some else thread


def waits_inside(thread: Thread) -> Iterator[Fence]:
    """The waits that may be in a section of their own thread, and so never end."""
    walk = _Walk()
    walk.sequence(thread.body, frozenset((0,)))
    yield from {id(o): o for o in walk.found}.values()


@record(slots=True)
class _Walk:
    """Follows how many sections a thread may be in."""

    found: list[Fence] = field(default_factory=list)
    leaving: dict[str, Depths] = field(default_factory=dict)

    def sequence(self, operations: Sequence[Operation], depths: Depths) -> Depths:
        for operation in operations:
            depths = self.step(operation, depths)
        return depths

    def step(self, o: Operation, depths: Depths) -> Depths:
        """How many sections the thread may be in after an operation; nothing where control does not get there."""
        match o:
            case p.Fence():
                if o.kind == "sync-rcu" and any(depths):
                    self.found.append(o)
                change = _BOUNDS.get(o.kind, 0)
                return frozenset(min(max(d + change, 0), _DEEPEST) for d in depths)
            case p.Branch(_, then, otherwise, _):
                return self.sequence(then, depths) | self.sequence(otherwise, depths)
            case p.Loop(body, _):
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
