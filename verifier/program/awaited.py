"""Waiting for what runs later: flush_work(), rcu_barrier() and relatives.

Each callback or work item that was handed over, as far as the caller sees, has run when they return: an acquire of what
it releases at its end. Executions in which it never ends are left out, as those are in which a lock is never freed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from verifier.program import access, atomics, deferred
from verifier.program.locations import crowded_types
from verifier.program.program import (
    Address,
    Apply,
    Assume,
    Branch,
    Load,
    Local,
    Number,
    Operation,
    Origin,
    Path,
    Root,
    Store,
    Thread,
    Value,
    rebuilt,
)
from verifier.record import record, replace
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here
    from verifier.program.context import Context
    from verifier.program.deferred import Deferred

_WORK, _DELAYED, _RCU, _SRCU = "flush_work", "flush_delayed_work", "rcu_barrier", "srcu_barrier"
CALLS = frozenset((_WORK, _DELAYED, _RCU, _SRCU))


@record(frozen=True, slots=True)
class Wait:
    """One call of one thread, where `marker` stands; `path`: the work item, or the domain of SRCU."""

    thread: str
    name: str
    marker: Assume
    path: Path | None
    origin: Origin


def wait(here: Here, e: tree.Call, name: str) -> Value:
    """One of CALLS. What it waits for is known when all threads are lowered."""
    context, origin = here.context, here.frame.origin(e.span)
    path = None
    if name != _RCU:
        atomics.argument(here, e, name, 0)
        path = deferred.object_at(access.place_of_pointer(here, e.arguments[0]).path)
    if path is not None and name == _DELAYED:
        path = Path(path.root, (*path.members, "work"))
    marker = Assume(Number(1), origin)
    here.writer.emit(marker)
    context.waits.append(Wait(here.writer.thread, name, marker, path, replace(origin, in_primitive=True)))
    return context.opaque(origin.place)


def filled(context: Context, threads: Sequence[Thread]) -> list[Thread]:
    """The threads with what each call waits for, and the ends of what is waited for."""
    awaited: dict[str, Deferred] = {}
    bodies: dict[int, list[Operation]] = {}
    crowded = crowded_types([address.path.root for _, address in context.uses])
    for w in context.waits:
        found = [d for d in context.deferred if _is_meant(w, d, crowded)]
        if any(w.thread == d.thread or w.thread in _led_to(context, d) for d in found):
            context.unmodelled.setdefault(f"{w.name}() in what it waits for", w.origin.span.line)
            continue
        awaited |= {d.thread: d for d in found}
        bodies[id(w.marker)] = [o for n, d in enumerate(found) for o in _until_done(context, w, d, n)]
    changed = []
    for thread in threads:
        body = rebuilt(thread.body, lambda o: bodies.get(id(o), (o,)))
        if thread.name in awaited:
            body = _with_end(context, awaited[thread.name], body)
        changed.append(replace(thread, body=body))
    return changed


def _is_meant(w: Wait, d: Deferred, crowded: set[str]) -> bool:
    match w.name:
        case "rcu_barrier":
            return d.name in deferred.CALLBACKS and d.domain is None
        case "srcu_barrier":
            return d.domain is not None and _is_one(w.path, d.domain.path, crowded)
        case _:
            return d.is_work and _is_one(w.path, d.path, crowded)


def _is_one(a: Path | None, b: Path, crowded: set[str]) -> bool:
    """Whether two names are of one object: by the name, or by the type where no thread has two of that type."""
    if a is None or a.members != b.members:
        return False
    if a.root.name == b.root.name:
        return a.root.type == b.root.type
    return a.root.type is not None and a.root.type == b.root.type and a.root.type not in crowded


def _led_to(context: Context, d: Deferred) -> set[str]:
    """The threads of callbacks that handed `d` over, directly or not."""
    return {t for t, by in context.deferred_by.items() if by and by == d.by[: len(by)] and t != d.thread}


def _done(d: Deferred) -> Address:
    return Address(Path(Root(f"end of {d.thread}", None, None), ()))


def _until_done(context: Context, w: Wait, d: Deferred, number: int) -> tuple[Operation, ...]:
    """Where it is seen that `d` was handed over, its end is waited for."""
    place = f"{w.origin.place}/{number}"
    seen, done = f"{place}:seen", f"{place}:done"
    asks = replace(w.origin, text=f"{w.name}() asks for {d.thread}", place=place)
    waits = replace(w.origin, text=f"{w.name}() waits for {d.thread}", place=f"{place}/end")
    for where in (Address(d.flag), _done(d)):
        context.use(w.thread, where)
    inner = (
        Load(done, _done(d), "lock-acquire", False, w.name, waits),
        Assume(Apply("!=", (Local(done), Number(0))), waits),
    )
    was_handed = Apply("!=", (Local(seen), Number(0)))
    first = Load(seen, Address(d.flag), "lock-acquire", False, w.name, asks)
    return (first, Branch(was_handed, inner, (), asks))


def _with_end(context: Context, d: Deferred, body: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """The body of what runs later, which says at its end that it is done."""
    *before, branch = body
    assert isinstance(branch, Branch)
    context.use(d.thread, _done(d))
    origin = replace(d.origin, text=f"{d.thread} is done", place=f"{d.origin.place}/end")
    end = Store(_done(d), Number(1), "unlock-release", False, d.name, origin)
    return (*before, replace(branch, then=(*branch.then, end)))
