"""Lowers calls: core operations, primitives and the text's own functions, which are inlined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier.errors import ProgramError
from verifier.program import access, atomics, locks, objects
from verifier.program.context import primitives
from verifier.program.frame import Variable, text_of
from verifier.program.inline import inline
from verifier.program.primitives import (
    BitTest,
    Core,
    FenceCall,
    LoadCall,
    LockCall,
    LoopCall,
    NoCall,
    RmwCall,
    StoreCall,
    Unmodelled,
    core_call,
    orders_something,
    table,
)
from verifier.program.program import (
    Apply,
    Assert,
    Branch,
    Fence,
    Leave,
    Local,
    Loop,
    Number,
    Scope,
    Set,
    Sleep,
    Value,
)
from verifier.record import replace
from verifier.syntax import tree
from verifier.syntax.walk import walk

if TYPE_CHECKING:
    from verifier.program.access import Here

_ASSERTED = {
    "assert": True,
    "ASSERT": True,
    "BUG_ON": False,
    "VM_BUG_ON": False,
    "WARN_ON": False,
    "WARN_ON_ONCE": False,
}
_TRANSPARENT = {"likely", "unlikely", "__builtin_expect"}


def call(here: Here, e: tree.Call) -> Value:
    """The value of a call; what it does is emitted.

    Raises ProgramError on recursion, on a call of something that is no function, on missing arguments.
    """
    if not isinstance(e.function, tree.Name):
        return _opaque_call(here, e, text_of(here.frame.source, e.function.span))
    name = e.function.name
    if name in here.context.functions:
        return inline(here, e, here.context.functions[name], here.context.source)
    if name in here.frame.bindings or name in here.context.declared:
        raise here.frame.error(
            "call-of-location", f"{name} is a variable, expected a function", e.function.span
        )
    if special := _special(here, e, name):
        return special
    core = core_call(name, here.context.is_litmus)
    if core is not None:
        return _core(here, e, name, core)
    source, bodies = primitives()
    is_litmus = here.context.is_litmus
    if name in bodies and (not is_litmus or name in table("core.toml")["litmus"]["functions"]):
        return inline(here, e, bodies[name], source)
    if is_litmus:
        message = f"{name}() is not known; expected a primitive of the kernel's memory model"
        raise here.frame.error("unknown-function", message, e.function.span)
    if orders_something(name):
        return _core(here, e, name, Unmodelled())
    return _opaque_call(here, e, name)


def _special(here: Here, e: tree.Call, name: str) -> Value | None:
    """Assertions, hints to the compiler, and the two operations that only primitives use."""
    origin = here.frame.origin(e.span)
    if name in _ASSERTED and e.arguments:
        condition = access.truth(access.value(here, e.arguments[0]))
        holds = condition if _ASSERTED[name] else Apply("!", (condition,))
        here.writer.emit(Assert(holds, origin.text, origin))
        return condition
    if name in ("BUG", "WARN"):
        here.writer.emit(Assert(Number(0), origin.text, origin))
        return Number(0)
    if name in ("BIT", "BIT_ULL") and e.arguments:
        return Apply("<<", (Number(1), access.value(here, e.arguments[0])))
    if name in _TRANSPARENT and e.arguments:
        return access.value(here, e.arguments[0])
    if name == "__core_schedule":
        here.writer.emit(Sleep(origin))
        return Number(0)
    if name == "__full_order":
        name = f"{here.frame.function}()"
        origin = replace(origin, text=name, via=None)
        here.writer.emit(Fence("mb", f"the full barrier in {name}", False, origin))
        return Number(0)
    if name == "sizeof":  # reads nothing
        return here.context.opaque(origin.place)
    if objects.is_allocation(name) and not here.context.is_litmus:
        for argument in e.arguments:
            _read_argument(here, argument)
        return objects.allocate(here, e, name)
    if name == "container_of" and e.arguments and not here.context.is_litmus:
        return access.container_of(here, e)
    if name in ("container_of", "per_cpu_ptr"):
        return here.context.opaque(origin.place)
    return None


def _cond_load(here: Here, e: tree.Call, name: str, order: str) -> Value:
    """smp_cond_load_acquire(p, condition): load until the condition, which calls the value VAL, is true."""
    frame, writer = here.frame, here.writer
    key, stop = writer.fresh("VAL"), writer.fresh("break")
    outer = frame.bindings.get("VAL")
    frame.bindings["VAL"] = Variable(key, False, None)
    with writer.block() as body:
        where = atomics.shared(here, e, name, 0)
        writer.emit(Set(key, access.load(here, where, e, order, name)))
        done = access.truth(access.value(here, atomics.argument(here, e, name, 1)))
        writer.emit(Branch(done, (Leave(stop),), (), frame.origin(e.span)))
    del frame.bindings["VAL"]
    if outer is not None:
        frame.bindings["VAL"] = outer
    writer.emit(Scope(stop, (Loop(tuple(body), frame.origin(e.span)),)))
    return Local(key)


def _core(here: Here, e: tree.Call, name: str, core: Core) -> Value:
    match core:
        case LoadCall(place, form, order):
            where = atomics.place(here, e, name, place, form)
            if isinstance(where, Variable):
                return Local(where.key)
            return access.load(here, where, e, order, name)
        case StoreCall(place, form, order, number):
            new = access.value(here, atomics.argument(here, e, name, number))
            where = atomics.place(here, e, name, place, form)
            access.store(here, where, new, e, order, name)
            return new
        case BitTest(order):
            return atomics.test_bit(here, e, name, order)
        case RmwCall():
            return atomics.rmw(here, e, name, core)
        case LoopCall(order):
            return _cond_load(here, e, name, order)
        case LockCall(action):
            return locks.lock(here, e, name, action)
        case FenceCall(kind, about):
            _fence(here, e, name, kind, about)
            return Number(0)
        case NoCall():
            return _ignored(here, e)
        case Unmodelled():
            _ignored(here, e)
            here.context.unmodelled.setdefault(f"{name}()", (here.frame.site or e.span).line)
            return here.context.opaque(here.frame.origin(e.span).place)


def _fence(here: Here, e: tree.Call, name: str, kind: str, about: int | None) -> None:
    where = None if about is None else atomics.shared(here, e, name, about)
    here.writer.emit(Fence(kind, name, True, here.frame.origin(e.span), where))


def _ignored(here: Here, e: tree.Call) -> Value:
    """A call that does nothing but read its arguments."""
    for argument in e.arguments:
        _read_argument(here, argument)
    return here.context.opaque(here.frame.origin(e.span).place)


def _opaque_call(here: Here, e: tree.Call, name: str) -> Value:
    for number, argument in enumerate(e.arguments):
        match argument:
            case tree.Unary("&", tree.Name(local)):
                _forget(here, local, f"{here.frame.origin(e.span).place}:{number}")
            case _:
                _read_argument(here, argument)
    if name in here.context.unread_macros:
        here.context.cannot_model(f"the macro {name}()", here.frame, e.span)
    else:
        here.context.opaque_calls.setdefault(name, (here.frame.site or e.span).line)
    return here.context.opaque(here.frame.origin(e.span).place)


def _read_argument(here: Here, argument: tree.Expression) -> None:
    """What passing an argument by value reads; what has no meaning as a value reads nothing."""
    match argument:
        case tree.Name(name) if name not in here.context.declared:
            return
        case tree.Unary("&", _) | tree.String() | tree.TypeArgument() | tree.Words():
            return
        case _:
            pass
    with here.writer.block() as body:
        try:
            access.value(here, argument)
        except ProgramError as problem:
            if problem.code not in ("not-a-location", "not-a-pointer"):
                raise
            return
    here.writer.operations.extend(body)


def _forget(here: Here, name: str, site: str) -> None:
    """A local whose address an unknown function gets may have any value afterwards, and so may its members."""
    variable = here.frame.bindings.get(name)
    if not isinstance(variable, Variable):
        return
    here.writer.emit(Set(variable.key, here.context.opaque(site)))
    function = here.context.functions.get(here.frame.function)
    members = {
        n.field
        for n in walk(function.body if function is not None else ())
        if isinstance(n, tree.Member) and isinstance(n.object, tree.Name) and n.object.name == name
    }
    for member in sorted(members):
        here.writer.emit(Set(f"{variable.key}.{member}", here.context.opaque(f"{site}.{member}")))
