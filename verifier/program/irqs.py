"""Lowers what turns interrupts on this CPU off and on: locals of the thread (program.interrupts) that say so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from verifier.program.frame import Variable, text_of
from verifier.program.interrupts import HARD, SOFT
from verifier.program.program import Apply, Local, Number, Operation, Set, Value
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here

_SUFFIX = re.compile(r"_(irqsave|irqrestore|irq|bh)(?:_nested)?$")
_ON, _OFF = Number(0), Number(1)


def with_lock(here: Here, e: tree.Call, name: str) -> tuple[Operation, ...]:
    """What a lock's operation does besides, before it takes the lock or after it frees it."""
    found = _SUFFIX.search(name)
    if found is None or not here.context.has_interrupts:
        return ()
    flags = _flags(here, e, 1) if found[1] in ("irqsave", "irqrestore") else ""
    return _change(found[1], "unlock" in name, flags)


def call(here: Here, e: tree.Call, name: str) -> Value | None:
    """local_irq_disable() and its kin; None where it is something else, or nobody asks for interrupts."""
    if not here.context.has_interrupts:
        return None
    match name:
        case "local_irq_save" | "local_irq_restore":
            _emit(here, _change("irqsave", name == "local_irq_restore", _flags(here, e, 0)))
        case "local_irq_disable" | "local_irq_enable":
            _emit(here, _change("irq", name == "local_irq_enable", ""))
        case "local_bh_disable" | "local_bh_enable":
            _emit(here, _change("bh", name == "local_bh_enable", ""))
        case "irqs_disabled":
            return Apply("!=", (Local(HARD), Number(0)))
        case "lockdep_assert_irqs_disabled":
            line = (here.frame.site or e.span).line
            here.context.assume(f"line {line}: interrupts are off there, as {name}() says")
            here.writer.emit(Set(HARD, _OFF))
        case _:
            return None
    return Number(0)


def _change(kind: str, is_back: bool, flags: str) -> tuple[Operation, ...]:
    if kind == "bh":
        return (Set(SOFT, Apply("-" if is_back else "+", (Local(SOFT), Number(1)))),)
    if kind == "irq":
        return (Set(HARD, _ON if is_back else _OFF),)
    if is_back:
        return (Set(HARD, Local(flags)),)
    return Set(flags, Local(HARD)), Set(HARD, _OFF)


def _flags(here: Here, e: tree.Call, number: int) -> str:
    """The local that keeps whether interrupts were off."""
    if number >= len(e.arguments):
        return "flags"
    argument = e.arguments[number]
    if isinstance(argument, tree.Unary) and argument.operator == "&":
        argument = argument.operand
    bound = here.frame.bindings.get(argument.name) if isinstance(argument, tree.Name) else None
    if isinstance(bound, Variable):
        return bound.key
    return f"flags: {text_of(here.frame.source, argument.span)}"


def _emit(here: Here, operations: tuple[Operation, ...]) -> None:
    for operation in operations:
        here.writer.emit(operation)
