"""Lowers operations on locks: a lock is a location that is 0 while it is free and 1 while it is held; a
readers-writer lock counts its readers, and a writer makes it WRITER."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from verifier.program import atomics, irqs
from verifier.program.primitives import LockCall
from verifier.program.program import (
    ANOTHER,
    WRITER,
    Address,
    Apply,
    Assume,
    Branch,
    Held,
    Hold,
    Load,
    Local,
    Number,
    Operation,
    Origin,
    Rmw,
    SelfWait,
    Set,
    Store,
    Value,
)
from verifier.record import record
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here

_FREE = Number(0)
_INTERRUPTED = Number(-4)  # -EINTR


@record(frozen=True, slots=True)
class _Lock:
    """One operation on one lock. `kind`: how it is made, a spinlock's rows in mapping.toml are its own."""

    here: Here
    where: Address
    name: str
    kind: str
    origin: Origin
    old: str

    def take(self, new: Value, free: Value, does_wait: bool = False) -> tuple[Operation, ...]:
        """The lock's value becomes `new` where `free` held; else it is waited for, and that is not looked at.

        A thread that waits (`does_wait`) for a lock which it holds already waits for itself. Where it holds another
        lock of that name, it gets this one, which nobody else takes; see Merge.held_at_once.
        """
        order = "lock" if self.kind == "spin" else "lock-acquire"
        self.here.context.write(self.here.writer.thread, self.where)
        got: tuple[Operation, ...] = (
            Rmw(self.old, self.where, new, None, order, False, self.name, self.origin),
            Assume(free, self.origin),
        )
        if self.here.context.is_litmus:
            return got
        asked, by = f"{self.old} held", self.where.pointer
        if does_wait:
            failed, is_shared = "lock-failed" if self.kind == "spin" else "once", not isinstance(new, Number)
            own = SelfWait(self.old, self.where, free, is_shared, by, failed, self.name, self.origin)
            got = (own, *got)
        holds = self.hold(new.value) if isinstance(new, Number) else self.hold(1, True)
        if by is None:
            return (*got, *holds)
        is_another = Apply("==", (Local(asked), Number(ANOTHER)))
        return (
            Held(asked, self.where, by, self.origin),
            Branch(is_another, (Set(self.old, _FREE),), got, self.origin),
            *holds,
        )

    def wait(self, new: Value, free: Value) -> tuple[Operation, ...]:
        """As `take`, of who waits for the lock."""
        return self.take(new, free, does_wait=True)

    def hold(self, amount: int, more: bool = False) -> tuple[Operation, ...]:
        """The thread holds the lock so often, or so often more; a litmus test does not ask."""
        if self.here.context.is_litmus:
            return ()
        self.here.context.has_locks = True
        return (Hold(self.where, amount, more, self.where.pointer),)

    def see(self, order: str, holds: Value) -> tuple[Operation, ...]:
        order = order if self.kind == "spin" else "once"
        return Load(self.old, self.where, order, False, self.name, self.origin), Assume(holds, self.origin)

    def release(self) -> Operation:
        order = "unlock" if self.kind == "spin" else "unlock-release"
        return Store(self.where, _FREE, order, False, self.name, self.origin)

    def drop(self) -> Operation:
        """One reader less."""
        fewer = Apply("-", (Local(self.old), Number(1)))
        return Rmw(self.old, self.where, fewer, None, "unlock-release", False, self.name, self.origin)


def lock(here: Here, e: tree.Call, name: str, call: LockCall) -> Value:
    """Emits the operation; its value is what the kernel's function of that name returns."""
    where = atomics.shared(here, e, name, 0)
    origin = here.frame.origin(e.span)
    this = _Lock(here, where, name, call.kind, origin, here.writer.fresh("lock"))
    old, held = Local(this.old), Number(WRITER if call.kind == "readers-writer" else 1)
    is_free, is_held = Apply("==", (old, _FREE)), Apply("!=", (old, _FREE))
    no_writer, writer = Apply("<", (old, Number(WRITER))), Apply(">=", (old, Number(WRITER)))
    shared = Apply("+", (old, Number(1)))
    choice = Apply("!=", (here.context.opaque(origin.place), Number(0)))
    also = irqs.with_lock(here, e, name)

    def branch(then: tuple[Operation, ...], otherwise: tuple[Operation, ...]) -> None:
        here.writer.emit(Branch(choice, then, otherwise, origin))

    match call.action:
        case "lock":
            _emit(here, (*also, *this.wait(held, is_free)))
        case "lock-shared":
            _emit(here, (*also, *this.wait(shared, no_writer)))
        case "unlock":
            _emit(here, (this.release(), *this.hold(0), *also))
        case "unlock-shared":
            _emit(here, (this.drop(), *this.hold(-1, True), *also))
        case "trylock":
            branch((*also, *this.take(held, is_free)), this.see("lock-failed", is_held))
            return is_free
        case "trylock-shared":
            branch(this.take(shared, no_writer), this.see("lock-failed", writer))
            return no_writer
        case "lock-or-stop":
            branch(this.wait(held, is_free), (Set(this.old, _INTERRUPTED),))
            return old
        case "downgrade":
            _emit(here, (Store(where, Number(1), "unlock-release", False, name, origin), *this.hold(1)))
        case "is-locked":
            branch(this.see("is-locked", is_held), this.see("is-unlocked", is_free))
            return is_held
        case _:
            assert_never(call.action)
    return Number(0)


def _emit(here: Here, operations: tuple[Operation, ...]) -> None:
    for operation in operations:
        here.writer.emit(operation)
