"""Lowers guard() and scoped_guard() (include/linux/cleanup.h): what is taken is given back on each way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from verifier.program import calls, statements
from verifier.program.frame import Variable
from verifier.program.program import Leave, Scope, Set, Value
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here

SCOPED = "scoped_guard"
# What each kind calls when the scope begins and when it ends (DEFINE_GUARD, DEFINE_LOCK_GUARD_0 and _1)
_KINDS = {
    **{
        f"{raw}spinlock{how}": (f"{raw}spin_lock{how}", f"{raw}spin_unlock{back}")
        for raw in ("", "raw_")
        for how, back in (("", ""), ("_irq", "_irq"), ("_irqsave", "_irqrestore"), ("_bh", "_bh"))
    },
    **{
        f"{kind}_lock{how}": (f"{kind}_lock{how}", f"{kind}_unlock{back}")
        for kind in ("read", "write")
        for how, back in (("", ""), ("_irq", "_irq"), ("_irqsave", "_irqrestore"))
    },
    "mutex": ("mutex_lock", "mutex_unlock"),
    "rwsem_read": ("down_read", "up_read"),
    "rwsem_write": ("down_write", "up_write"),
    "rcu": ("rcu_read_lock", "rcu_read_unlock"),
    "preempt": ("preempt_disable", "preempt_enable"),
    "srcu": ("srcu_read_lock", "srcu_read_unlock"),
    "irq": ("local_irq_disable", "local_irq_enable"),
    "irqsave": ("local_irq_save", "local_irq_restore"),
}


def guard_of(s: tree.Statement) -> tuple[str, tree.Call] | None:
    """`guard(kind)(arguments)`, as a kind and a call with these arguments."""
    match s:
        case tree.Evaluate(tree.Call(tree.Call(tree.Name("guard"), (tree.Name(kind),)), _) as call):
            return kind, call
        case _:
            return None


def scoped_guard_of(s: tree.Statement) -> tuple[str, tree.Call] | None:
    """`scoped_guard(kind, arguments)`, in the same way; what it guards is the statement that follows."""
    match s:
        case tree.Evaluate(tree.Call(tree.Name(name), (tree.Name(kind), *rest), span)) if name == SCOPED:
            return kind, tree.Call(tree.Name(name, span), tuple(rest), span)
        case _:
            return None


def guarded(here: Here, kind: str, e: tree.Call, body: Sequence[tree.Statement], is_scoped: bool) -> None:
    """Lower `body` between what `kind` does when it begins and when it ends, on whichever way that is.

    A scoped guard is a loop that runs once: break and continue leave it.
    """
    jumps = any(isinstance(n, tree.Goto | tree.Label) for s in body for n in here.context.nodes(s))
    if kind not in _KINDS or jumps:
        what = "a goto with a guard()" if kind in _KINDS else f"guard({kind})"
        here.context.cannot_model(what, here.frame, e.span)
        statements.block(here, body)
        return
    begin, end = _KINDS[kind]
    frame, writer = here.frame, here.writer
    ending = _begun(here, begin, e)
    done = writer.fresh("unguarded")
    exits = [(frame.exit, writer.fresh("return"))]
    frame.exit = exits[0][1]
    loops = [frame.breaks, frame.continues]
    if is_scoped:
        for labels in loops:
            labels.append(done)
    for labels in loops:
        if labels:
            exits.append((labels[-1], writer.fresh("leave")))
            labels[-1] = exits[-1][1]
    with writer.block() as inner:
        statements.block(here, body)
        _call(here, end, ending)
        writer.emit(Leave(done))
    frame.exit = exits[0][0]
    for labels in loops:
        if is_scoped:
            labels.pop()
        elif labels:
            labels[-1] = next(old for old, new in exits if new == labels[-1])
    operations = inner
    for old, new in exits:
        with writer.block() as after:
            writer.emit(Scope(new, tuple(operations)))
            _call(here, end, ending)
            writer.emit(Leave(old))
        operations = after
    writer.emit(Scope(done, tuple(operations)))


def _begun(here: Here, name: str, e: tree.Call) -> tree.Call:
    """Call what begins the scope; gives the call that ends it, which gets the index if there is one."""
    got = _call(here, name, e)
    if name != "srcu_read_lock":
        return e
    index = here.writer.fresh("index")
    here.writer.emit(Set(index, got))
    here.frame.bindings[index] = Variable(index, False, None)
    return tree.Call(e.function, (*e.arguments, tree.Name(index, e.span)), e.span)


def _call(here: Here, name: str, e: tree.Call) -> Value:
    return calls.call(here, tree.Call(tree.Name(name, e.span), e.arguments, e.span))
