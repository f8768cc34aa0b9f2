"""Lowers operations on spinlocks: a lock is a location that is 0 while it is free and 1 while it is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from verifier.program import atomics
from verifier.program.primitives import LockAction
from verifier.program.program import (
    Apply,
    Assume,
    Branch,
    Load,
    Local,
    Number,
    Operation,
    Rmw,
    Store,
    Value,
)
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here

_FREE, _HELD = Number(0), Number(1)


def lock(here: Here, e: tree.Call, name: str, action: LockAction) -> Value:
    """Emits the operation; its value is what the kernel's function of that name returns."""
    where = atomics.shared(here, e, name, 0)
    origin = here.frame.origin(e.span)
    old = here.writer.fresh("lock")
    is_free, is_held = Apply("==", (Local(old), _FREE)), Apply("!=", (Local(old), _FREE))

    def seen(order: str, holds: Value) -> tuple[Operation, Operation]:
        return Load(old, where, order, False, name, origin), Assume(holds, origin)

    taken = Rmw(old, where, _HELD, None, "lock", False, name, origin), Assume(is_free, origin)
    choice = Apply("!=", (here.context.opaque(origin.place), Number(0)))
    match action:
        case "lock":
            for operation in taken:
                here.writer.emit(operation)
            return Number(0)
        case "unlock":
            here.writer.emit(Store(where, _FREE, "unlock", False, name, origin))
            return Number(0)
        case "trylock":
            here.writer.emit(Branch(choice, taken, seen("lock-failed", is_held), origin))
            return is_free
        case "is-locked":
            found = seen("is-locked", is_held), seen("is-unlocked", is_free)
            here.writer.emit(Branch(choice, *found, origin))
            return is_held
        case _:
            assert_never(action)
