"""What a text leaves out: a lock that is taken again behind the gap, or never released, is released in it; and what it
would be if it ordered all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from verifier.program.program import (
    Address,
    Apply,
    Branch,
    Fence,
    Held,
    Hold,
    Local,
    Loop,
    Number,
    Omitted,
    Operation,
    Origin,
    Program,
    Rmw,
    Scope,
    Store,
    Thread,
    flatten,
    rebuilt,
)
from verifier.record import replace

_NONE = Number(0)
_RELEASES = {"lock": "unlock", "lock-acquire": "unlock-release"}


def in_order(program: Program) -> Program | None:
    """The program with all that the edges of hunks leave out as full barriers; None where they leave nothing out."""
    if not any(isinstance(o, Omitted) and o.is_cut for t in program.threads for o in flatten(t.body)):
        return None

    def change(o: Operation) -> Sequence[Operation]:
        if isinstance(o, Omitted) and o.is_cut:
            return (Fence("mb", "what is left out", False, o.origin),)
        return (o,)

    threads = tuple(replace(t, body=rebuilt(t.body, change)) for t in program.threads)
    return replace(program, threads=threads)


class _Lock(NamedTuple):
    """How a thread takes a lock."""

    hold: Hold
    rmw: Rmw


def with_releases(thread: Thread) -> tuple[Thread, list[str]]:
    """The thread with releases of locks where code is left out, and what is taken for granted by them.

    A lock that the thread may hold there is released in the gap if the next that the text does with it, in the order
    of its lines and round a loop, is to take it, or nothing. Else it is held throughout.
    """
    if not any(isinstance(o, Omitted) for o in flatten(thread.body)):
        return thread, []
    filled = _Filled(thread.name)
    body = filled.sequence(thread.body, ())
    return replace(thread, body=body), list(dict.fromkeys(filled.assumptions))


class _Filled:
    """The operations of a thread, while releases are put in. `held`: the locks that it may hold so far."""

    def __init__(self, thread: str) -> None:
        self.thread = thread
        self.held: dict[Address, _Lock] = {}
        self.assumptions: list[str] = []
        self._last: Rmw | None = None
        self._number = 0

    def sequence(self, body: Sequence[Operation], following: Sequence[Hold]) -> tuple[Operation, ...]:
        """These operations; `following`: what happens to locks behind them, in the order of the text."""
        found: list[Operation] = []
        behind = [_holds((o,)) for o in body]
        for i, o in enumerate(body):
            is_plain = not isinstance(o, Omitted | Branch | Loop | Scope)
            rest = () if is_plain else tuple(chain(*behind[i + 1 :], following))
            found += self._one(o, rest)
        return tuple(found)

    def _one(self, o: Operation, following: Sequence[Hold]) -> Sequence[Operation]:
        match o:
            case Omitted(origin, is_above=False):
                locks = list(self.held.values())
                return [*(r for lock in locks for r in self._release(lock, origin, following)), o]
            case Branch():
                before = dict(self.held)
                then, held = self.sequence(o.then, following), self.held
                self.held = before
                otherwise = self.sequence(o.otherwise, following)
                self.held = held | self.held
                return (replace(o, then=then, otherwise=otherwise),)
            case Loop(body):
                around = (*_holds(body), *following)
                before = dict(self.held)
                self.sequence(body, around)  # what an iteration leaves held, the next one starts with
                self.held |= before
                filled = self.sequence(body, around)
                self.held |= before  # where none is begun
                return (replace(o, body=filled),)
            case Scope(label, body):
                return (Scope(label, self.sequence(body, following)),)
            case Rmw(order=order) if order in _RELEASES:
                self._last = o
            case Hold(address, amount) if amount > 0:
                if self._last is not None and self._last.address == address:
                    self.held[address] = _Lock(o, self._last)
            case Hold(address):
                self.held.pop(address, None)
            case _:
                pass
        return (o,)

    def _release(self, lock: _Lock, origin: Origin, following: Sequence[Hold]) -> Sequence[Operation]:
        """A release of a lock where the thread holds it, unless what follows releases it."""
        hold, rmw = lock
        after = next((h for h in following if h.address == hold.address), None)
        if after is not None and after.amount <= 0:
            return ()
        self._number += 1
        asked, old = f"held at gap {self._number}", f"old at gap {self._number}"
        release = replace(origin, text=f"(left out: releases what {rmw.origin.text} takes)")
        order = _RELEASES[rmw.order]
        given: Operation = Store(hold.address, _NONE, order, False, rmw.name, release)
        if hold.more:
            fewer = Apply("-", (Local(old), Number(1)))
            given = Rmw(old, hold.address, fewer, None, order, False, rmw.name, release)
        line = rmw.origin.span.line
        note = f"{self.thread}() releases what {rmw.origin.text} takes (line {line}) where code is left out"
        self.assumptions.append(note)
        self.held.pop(hold.address)
        return (
            Held(asked, hold.address, hold.by, origin),
            Branch(
                Apply("!=", (Local(asked), _NONE)),
                (given, replace(hold, amount=-1 if hold.more else 0)),
                (),
                origin,
            ),
        )


def _holds(operations: Sequence[Operation]) -> tuple[Hold, ...]:
    return tuple(o for o in flatten(operations) if isinstance(o, Hold))
