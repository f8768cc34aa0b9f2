"""Wait queues: a queue's head is a set of tasks, a bit for each thread that can wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from verifier.program import access, calls, expressions
from verifier.program.frame import Pointer
from verifier.program.program import Address, Apply, Branch, Local, Number, Path, Root, Set, Value
from verifier.syntax import tree
from verifier.syntax.walk import walk

if TYPE_CHECKING:
    from verifier.program.access import Here

_FIRST_BIT = 20  # task bits are no other constants
_TASK, _WAKE = "__task", "try_to_wake_up"
_JOIN, _LEAVE, _ASK = "__enqueue", "__dequeue", "__is_queued"
_EACH, _FIRST, _ONE = "__for_each_waiter", "__for_first_waiter", "__wake_waiter"
_ALONE = "__alone"
WAKE_UPS = frozenset((_EACH, _FIRST, _ONE))
OPERATIONS = WAKE_UPS | {_JOIN, _LEAVE, _ASK, _ALONE}


def waiting(
    threads: Iterable[tuple[str, tree.Function]], body: Callable[[str], tree.Function | None]
) -> tuple[str, ...]:
    """The threads that may put themselves on a wait queue, of (name, function); `body` finds a called function."""
    seen: dict[str, bool] = {}

    def reaches(function: tree.Function) -> bool:
        if function.name not in seen:
            seen[function.name] = False
            seen[function.name] = any(
                name == _JOIN or ((f := body(name)) is not None and reaches(f)) for name in _callees(function)
            )
        return seen[function.name]

    return tuple(name for name, function in threads if reaches(function))


def _callees(function: tree.Function) -> set[str]:
    """What a function calls, or passes on to be called."""
    calls = [n for n in walk(function.body) if isinstance(n, tree.Call)]
    named = [*(c.function for c in calls), *(a for c in calls for a in c.arguments)]
    plain = (f.operand if isinstance(f, tree.Unary) and f.operator == "&" else f for f in named)
    return {f.name for f in plain if isinstance(f, tree.Name)}


def operation(here: Here, e: tree.Call, name: str) -> Value:
    """One of OPERATIONS, which the bodies of verifier/kernel use."""
    if name in WAKE_UPS:
        return _wake(here, e, name)
    if name == _ALONE:
        if len(here.context.waiters) > 1:
            here.context.cannot_model("an exclusive wait where several tasks wait", here.frame, e.span)
        return Number(0)
    (head,) = e.arguments
    where, me = access.place(here, head), _bit(here, here.writer.thread)
    assert isinstance(where, Address)
    queued = access.load(here, where, e, name=name)
    if name == _ASK:
        return Apply("!=", (Apply("&", (queued, me)), Number(0)))
    changed = Apply("|", (queued, me)) if name == _JOIN else Apply("&", (queued, Apply("~", (me,))))
    access.store(here, where, (changed, None), e, name=name)
    return Number(0)


def _wake(here: Here, e: tree.Call, name: str) -> Value:
    """__for_each_waiter(head, state): wake each task of the queue that is in that state, in the order of the threads,
    and take it off the queue. __for_first_waiter: the first of them, where there is at most one. __wake_waiter: so
    too, but it stays there. Whether the last of them was woken."""
    head, state = e.arguments
    waiters = [t for t in here.context.waiters if t != here.writer.thread]
    if name != _EACH and len(waiters) > 1:
        here.context.cannot_model("waking one of several tasks of a queue", here.frame, e.span)
    tasks, woken = here.writer.fresh("tasks"), here.writer.fresh("woken")
    here.writer.emit(Set(tasks, expressions.value(here, head)))
    here.writer.emit(Set(woken, Number(0)))
    for thread in waiters:
        bit = _bit(here, thread)
        task = Path(Root("current", None, thread), ())
        here.frame.bindings[_TASK] = Pointer(task, here.context.address(task, taken=False))
        with here.writer.block() as body:
            call = tree.Call(tree.Name(_WAKE, e.span), (tree.Name(_TASK, e.span), state), e.span)
            here.writer.emit(Set(woken, calls.call(here, call)))
            if name != _ONE:
                here.writer.emit(Set(tasks, Apply("&", (Local(tasks), Apply("~", (bit,))))))
                access.store(here, access.place(here, head), (Local(tasks), None), e, name=name)
        on_queue = Apply("!=", (Apply("&", (Local(tasks), bit)), Number(0)))
        here.writer.emit(Branch(on_queue, tuple(body), (), here.frame.origin(e.span)))
    return Local(woken)


def _bit(here: Here, thread: str) -> Number:
    bit = 1 << _FIRST_BIT + here.context.threads.index(thread)
    here.context.named_constants[bit] = thread
    return Number(bit)
