"""What a call leaves for later: a callback after a grace period, or the function of a work item.

Each runs in a thread of its own.
The caller hands over with a release, which the new thread acquires: whatever it does, the caller's earlier accesses
come before it. Once the call was made, it is certain to run: of its read of the hand-over only the final value counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from verifier.program import access, atomics, frees, statements
from verifier.program.frame import Frame, Pointer, Writer
from verifier.program.inline import bind_free
from verifier.program.parts import settled
from verifier.program.program import (
    Address,
    Apply,
    Assume,
    Branch,
    Fence,
    Load,
    Local,
    Loop,
    Number,
    Origin,
    Path,
    Rmw,
    Root,
    Scope,
    Set,
    Store,
    Thread,
    Value,
    flatten,
)
from verifier.program.waiters import waiting
from verifier.record import record, replace
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here
    from verifier.program.context import Context

_SRCU = "call_srcu"  # its first argument is the domain
CALLBACKS = frozenset(("call_rcu", "call_rcu_hurry", _SRCU))
FREES = frozenset(("kfree_rcu", "kvfree_rcu", "kfree_rcu_mightsleep", "kvfree_rcu_mightsleep"))
CALLS = CALLBACKS | FREES
START = "__start_work"  # in verifier/kernel/workqueue.c
_QUEUES = re.compile(r"(queue|schedule)_(delayed_)?work(_on)?")
_INITIALISER = re.compile(
    r"\b(?:INIT|DECLARE)_(?:DELAYED_|DEFERRABLE_)?WORK(?:_ONSTACK)?\s*\(([^,()]*),\s*&?(\w+)\s*\)"
)
_DEEPEST = 3  # callbacks that leave something for later in turn


@record(frozen=True, slots=True)
class Deferred:
    """What runs later: a callback (or None: the end) of the object at `path`, once `flag` is set. `by`: the callbacks
    that led to it, the outermost first. `domain`: that whose grace period comes before, if it is SRCU's."""

    thread: str
    name: str
    is_work: bool
    flag: Path
    path: Path
    function: tree.Function | None
    by: tuple[str, ...]
    origin: Origin
    domain: Address | None = None


def callbacks(calls: Iterable[tree.Call], works: Mapping[str, str]) -> frozenset[str]:
    """The names that calls among these leave for later; `works`: see there."""
    found: set[str] = set()
    for call in calls:
        name = call.function.name if isinstance(call.function, tree.Name) else ""
        if _QUEUES.fullmatch(name):
            found.update(works.values())
        elif name in CALLBACKS and call.arguments:
            callback = _plain(call.arguments[-1])
            found.update((callback.name,) if isinstance(callback, tree.Name) else ())
    return frozenset(found)


def works(unit: tree.Unit, text: str) -> dict[str, str]:
    """The functions of work items, by the name of the item; by "" the only function that takes one."""
    found = {
        re.findall(r"\w+", item)[-1]: fn for item, fn in _INITIALISER.findall(text) if re.search(r"\w", item)
    }
    known = {f.name for f in unit.functions}
    taking = [
        f.name for f in unit.functions if any(p.type.name == "struct work_struct" for p in f.parameters)
    ]
    if not found and len(taking) == 1:
        found[""] = taking[0]
    return {item: fn for item, fn in found.items() if fn in known}


def _plain(e: tree.Expression) -> tree.Expression:
    return e.operand if isinstance(e, tree.Unary) and e.operator == "&" else e


def defer(here: Here, e: tree.Call, name: str) -> Value:
    """One of CALLS: the hand-over. Raises ProgramError where arguments are missing."""
    context = here.context
    first = int(name == _SRCU)
    if len(e.arguments) < first + (2 if name in CALLBACKS else 1):
        message = f"{name}() has {len(e.arguments)} arguments, expected an object and what happens to it"
        raise here.frame.error("missing-argument", message, e.span)
    domain = atomics.shared(here, e, name, 0) if first else None
    where = access.place_of_pointer(here, e.arguments[first])
    function, what = None, name
    if name in CALLBACKS:
        callback = _plain(e.arguments[first + 1])
        what = callback.name if isinstance(callback, tree.Name) else name
        function = context.functions.get(what)
        if function is None:
            context.opaque_calls.setdefault(what, (here.frame.site or e.span).line)
            return Number(0)
    _hand_over(here, e, name, what, function, where.path, is_work=False, domain=domain)
    return Number(0)


def start_work(here: Here, e: tree.Call) -> Value:
    """__start_work(work), in the body of what queues it."""
    context, frame = here.context, here.frame
    path = object_at(access.place_of_pointer(here, e.arguments[0]).path)
    name = frame.way[0][0] if frame.way and frame.site is not None else frame.function
    name = next((n for n, _ in frame.way if _QUEUES.fullmatch(n)), name)
    item = path.members[:-1] if "delayed" in name else path.members
    own = item[-1] if item else path.root.name if path.root.owner is None else ""
    functions = frozenset(context.works.values())
    known = [context.works[own]] if own in context.works else sorted(functions)
    if len(known) != 1:
        context.cannot_model(f"{name}() of work whose function is not known", frame, e.span)
        return Number(0)
    _hand_over(here, e, name, known[0], context.functions[known[0]], path, is_work=True)
    return Number(0)


def object_at(path: Path) -> Path:
    """The object itself, where a path leads to what a pointer in memory points to."""
    return Path(path.root, path.members[:-1]) if path.members[-1:] == ("*",) else path


def _hand_over(
    here: Here,
    e: tree.Call,
    name: str,
    what: str,
    function: tree.Function | None,
    path: Path,
    is_work: bool,
    domain: Address | None = None,
) -> None:
    """Emit the hand-over, and note what is handed over."""
    context, thread, origin = here.context, here.writer.thread, here.frame.origin(e.span)
    by = context.deferred_by.get(thread, ())
    if what in by or len(by) == _DEEPEST:
        context.cannot_model(f"{name}() in what it calls itself", here.frame, e.span)
        return
    if function is not None and waiting(((what, function),), context.body):
        context.cannot_model(f"waiting on a queue in {what}(), which runs later", here.frame, e.span)
        return
    new = _unused(context, what)
    flag = Path(Root(f"{name}() of {new}", None, None), ())
    context.use(thread, Address(flag))
    shown = replace(origin, text=f"{name}() hands over to {new}", in_primitive=True)
    here.writer.emit(Store(Address(flag), Number(1), "unlock-release", False, name, shown))
    context.deferred_by[new] = (*by, what)
    apart = replace(origin, via=None, way=(), in_primitive=True)
    context.deferred.append(Deferred(new, name, is_work, flag, path, function, by, apart, domain))


def _unused(context: Context, name: str) -> str:
    """A thread's name that no other has."""
    taken = {*context.threads, *context.deferred_by}
    names = (name, *(f"{name}, {n}" for n in range(2, len(taken) + 3)))
    return next(n for n in names if n not in taken)


def run(context: Context, later: Deferred) -> Thread:
    """The thread of what runs later."""
    writer, origin = Writer(later.thread), later.origin
    started = writer.fresh("started")
    begins = replace(origin, text=f"the start of what {later.name}() defers")
    handed = Load(started, Address(later.flag), "lock-acquire", False, later.name, begins, is_last=True)
    context.use(later.thread, Address(later.flag))
    own: tuple[tuple[str, str], ...] = ()
    with writer.block() as body:
        _begin(context, writer, later)
        if later.function is None:
            frees.free(context, writer, Address(later.path), later.name, origin)
        else:
            own = _callback(context, writer, later, later.function)
    is_started = Apply("!=", (Local(started), Number(0)))
    thread = Thread(later.thread, (handed, Branch(is_started, tuple(body), (), origin)), own)
    return settled(thread, writer)


def _begin(context: Context, writer: Writer, later: Deferred) -> None:
    """What a thread does before it calls: it waits for the readers; a worker says that the item may be queued again."""
    if not later.is_work:
        wait = f"grace period of {later.name}"
        kind, where = "sync-rcu" if later.domain is None else "sync-srcu", later.domain
        writer.emit(Fence(kind, wait, True, replace(later.origin, text=wait), where))
        if where is not None:
            context.use(later.thread, where)
        return
    pending = Path(later.path.root, (*later.path.members, "pending"))
    origin = replace(later.origin, text="the worker clears pending")
    context.use(later.thread, Address(pending))
    writer.emit(Store(Address(pending), Number(0), "once", False, "worker", origin))
    writer.emit(
        Fence(
            "mb", "the full barrier in the worker", False, replace(origin, text="the worker's full barrier")
        )
    )


def in_turn(later: Sequence[Deferred], threads: Sequence[Thread]) -> list[Thread]:
    """The threads of what runs later; those of one work item run one after the other, in any order. Whether two items
    are one, their locks tell: they are one location then, too. Items of different functions are not."""
    functions = [d.function.name if d.is_work and d.function is not None else "" for d in later]
    return [
        _locked(d, t) if name and functions.count(name) > 1 else t
        for d, t, name in zip(later, threads, functions, strict=True)
    ]


def run_lock(later: Deferred) -> Path:
    """The lock that is held while a work item runs."""
    return Path(later.path.root, (*later.path.members, "running"))


def _locked(later: Deferred, thread: Thread) -> Thread:
    *first, handed, branch = thread.body
    assert isinstance(branch, Branch)
    where, name, old = Address(run_lock(later)), "worker", "running#0"
    origin = replace(later.origin, text="the worker's turn", place=f"{later.origin.place}/turn")
    take = Rmw(old, where, Number(1), None, "lock-acquire", False, name, origin)
    turn = Assume(Apply("==", (Local(old), Number(0))), origin)
    give = Store(where, Number(0), "unlock-release", False, name, origin)
    return replace(thread, body=(*first, handed, replace(branch, then=(take, turn, *branch.then, give))))


def _callback(
    context: Context, writer: Writer, later: Deferred, function: tree.Function
) -> tuple[tuple[str, str], ...]:
    """Emit the callback's body, its first parameter bound to the object; gives its locals."""
    frame = Frame(function.name, context.source, function, later.thread)
    frame.exit, frame.result = writer.fresh("return"), writer.fresh("result")
    here = access.Here(context, writer, frame)
    with writer.block() as body:
        writer.emit(Set(frame.result, Number(0)))
        for number, parameter in enumerate(function.parameters):
            bind_free(here, parameter)
            if number == 0:
                address = context.address(later.path, taken=False)
                frame.bindings[parameter.name] = Pointer(later.path, address)
        statements.block(here, function.body.body)
    writer.emit(Scope(frame.exit, tuple(body)))
    return frame.locals()


def repeated(threads: Sequence[Thread], flags: frozenset[Path]) -> Iterator[Store]:
    """The hand-overs that a loop may make more than once, of which each is another callback."""
    for thread in threads:
        loops = (o for o in flatten(thread.body) if isinstance(o, Loop))
        inside = (o for loop in loops for o in flatten(loop.body))
        yield from (o for o in inside if isinstance(o, Store) and o.address.path in flags)
