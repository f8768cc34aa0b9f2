"""Lowers calls: core operations, primitives and the text's own functions, which are inlined."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from verifier.errors import ProgramError
from verifier.program import (
    access,
    atomics,
    awaited,
    deferred,
    expressions,
    frees,
    irqs,
    locks,
    objects,
    outcomes,
    waiters,
)
from verifier.program.bodies import Body
from verifier.program.context import Overwritten
from verifier.program.conversions import truth
from verifier.program.frame import Delayed, Frame, Pointer, Reference, Variable, text_of
from verifier.program.inline import inline
from verifier.program.kernel import ranges
from verifier.program.lists import is_question
from verifier.program.percpu import of_this_cpu
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
    Address,
    Apply,
    Assert,
    Assume,
    Branch,
    Fence,
    Leave,
    Local,
    Loop,
    Number,
    Origin,
    Scope,
    Set,
    Sleep,
    Value,
)
from verifier.program.versions import ranges_text
from verifier.record import replace
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here
    from verifier.program.context import Context

_ORDERS = {"__full_order": ("mb", "full barrier"), "__acquire_order": ("rmb", "acquire order")}
_OF_THE_COMPILER = re.compile(r"BUILD_BUG(?:_ON\w*)?$|compiletime_assert\w*$|(?:_S|s)tatic_assert$")
_TRANSPARENT = {"likely", "unlikely", "__builtin_expect"}


def call(here: Here, e: tree.Call) -> Value:
    """The value of a call; what it does is emitted.

    Raises ProgramError on recursion, on a call of something that is no function, on missing arguments.
    """
    if not isinstance(e.function, tree.Name):
        what = text_of(here.frame.source, e.function.span)
        if what.startswith("guard("):  # one that is no statement of its own
            here.context.cannot_model(what, here.frame, e.span)
        match e.function:
            case tree.Unary("*", pointer) | pointer:
                _read_argument(here, pointer)
        return _opaque_call(here, e, what)
    return _named_call(here, e, e.function, here.frame)


def _named_call(here: Here, e: tree.Call, function: tree.Name, frame: Frame) -> Value:
    """A call of the function that a frame knows by that name."""
    name = function.name
    if isinstance(passed := frame.bindings.get(name), Delayed):
        return _passed_call(here, e, passed)
    if name in here.context.functions:
        return inline(here, e, here.context.functions[name], here.context.source)
    if _is_pointer(here.context, frame, name):
        return _opaque_call(here, e, name)
    if name in frame.bindings or name in here.context.declared:
        raise frame.error("call-of-location", f"{name} is a variable, expected a function", function.span)
    return _litmus_call(here, e, name) if here.context.is_litmus else _kernel_call(here, e, name)


def _is_pointer(context: Context, frame: Frame, name: str) -> bool:
    """Whether a name is that of a variable which may hold a function's address."""
    if context.is_litmus:
        return False
    return name in context.pointers or isinstance(frame.bindings.get(name), Variable | Pointer)


def _passed_call(here: Here, e: tree.Call, passed: Delayed) -> Value:
    """A call of a function that is an argument of the primitive at hand."""
    function = passed.expression
    if isinstance(function, tree.Unary) and function.operator == "&":
        function = function.operand
    if isinstance(function, tree.Name):
        return _named_call(here, tree.Call(function, e.arguments, e.span), function, passed.frame)
    return _opaque_call(here, e, text_of(passed.frame.source, function.span))


def _litmus_call(here: Here, e: tree.Call, name: str) -> Value:
    """A call in a litmus test, whose primitives are those of the newest model."""
    if special := _special(here, e, name):
        return special
    core = core_call(name, is_litmus=True)
    if core is not None:
        return _core(here, e, name, core)
    body = here.context.kernel.body(name)
    if body is not None and name in table("core.toml")["litmus"]["functions"]:
        return inline(here, e, body.function, body.source)
    message = f"{name}() is not known; expected a primitive of the kernel's memory model"
    raise here.frame.error("unknown-function", message, e.function.span)


def _kernel_call(here: Here, e: tree.Call, name: str) -> Value:
    """A call of a function that is not in the text: a primitive, in the kernel's version at hand, or nothing known."""
    context, kernel = here.context, here.context.kernel
    if _is_itself(here, name) and (core := core_call(name)) is not None:
        outside = replace(here.frame, way=here.frame.way[:-1])
        return _core(access.Here(context, here.writer, outside), e, name, core)
    if _is_private(here, e):
        context.assume(f"line {e.span.line}: {name}() accesses what no other CPU does")
        return _ignored(here, replace(e, arguments=e.arguments[1:]))
    if own := kernel.own(name):
        context.assume(f"{name}() is what {own.place} says")
        return inline(here, e, own.function, own.source)
    if special := _special(here, e, name):
        return special
    if name in ("scoped_guard", "scoped_cond_guard", "guard"):
        context.cannot_model(f"{name}()", here.frame, e.span)
    if not context.follows_lists and is_question(name):
        return _opaque_call(here, e, name)
    context.note_version(name)
    switched = irqs.call(here, e, name)
    body, core = kernel.body(name), kernel.core(name)
    if body is not None and any(p.type.name == "expression" for p in _not_given(e, body)):
        return _unmodelled(here, e, f"{name}() without its {_not_given(e, body)[0].name}")
    if body is not None and (core is None or len(e.arguments) >= len(body.function.parameters)):
        return inline(here, e, body.function, body.source)
    if switched is not None:
        return switched
    if core is not None:
        return _core(here, e, name, core)
    if found := ranges(name):
        there = f"{name}(), which kernels have {ranges_text(found)} (this is {kernel.version}; see --kernel)"
        return _unmodelled(here, e, there)
    if orders_something(name):
        return _unmodelled(here, e, f"{name}()")
    return _opaque_call(here, e, name)


def _is_private(here: Here, e: tree.Call) -> bool:
    """Whether a call accesses this CPU's instance of a variable, and the text has no access to that of another."""
    variable = of_this_cpu(e)
    return (
        variable is not None
        and variable not in here.context.of_all_cpus
        and not here.context.has_interrupts  # whose handlers run on the same CPU
    )


def _not_given(e: tree.Call, body: Body) -> tuple[tree.Parameter, ...]:
    """The parameters of a primitive that a call has no arguments for."""
    return body.function.parameters[len(e.arguments) :]


def _is_itself(here: Here, name: str) -> bool:
    """Whether a primitive's body calls its own name: it means the core operation of that name."""
    frame = here.frame
    return frame.source is not here.context.source and name in (*frame.calls, frame.function)


def _special(here: Here, e: tree.Call, name: str) -> Value | None:
    """Assertions, hints to the compiler, and the operations that only primitives use."""
    origin = here.frame.origin(e.span)
    if name in outcomes.MUST_HOLD | outcomes.MUST_FAIL and e.arguments:
        return _assertion(here, e, name in outcomes.MUST_HOLD, origin)
    if name in ("BUG", "WARN"):
        here.writer.emit(Assert(Number(0), origin.text, origin))
        return Number(0)
    if name in _TRANSPARENT and e.arguments:
        return expressions.value(here, e.arguments[0])
    if name == "__core_schedule":
        here.writer.emit(Sleep(origin))
        return Number(0)
    if name in _ORDERS:
        kind, order = _ORDERS[name]
        name = f"{here.frame.function}()"
        origin = replace(origin, text=name, via=None, way=())
        here.writer.emit(Fence(kind, f"the {order} in {name}", False, origin))
        return Number(0)
    if not here.context.is_litmus and name in deferred.CALLS:
        return deferred.defer(here, e, name)
    if not here.context.is_litmus and name in awaited.CALLS:
        return awaited.wait(here, e, name)
    if name == deferred.START:
        return deferred.start_work(here, e)
    if not here.context.is_litmus and name in frees.CALLS:
        return frees.call(here, e, name)
    if name in ("__list", "__chain"):
        return _empty_list(here, e, name == "__chain")
    if name == "__known" and here.frame.caller is not None:  # else it is a user's function of that name
        return _known(here, e)
    if name == "__bit" and here.frame.caller is not None:
        return atomics.mask(here, e)
    if name == "__stop":  # of what gets no further, nothing is said
        here.writer.emit(Assume(Number(0), origin))
        return Number(0)
    if name in waiters.OPERATIONS:
        return waiters.operation(here, e, name)
    if name == "sizeof" or _OF_THE_COMPILER.match(name):  # reads nothing
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


def _assertion(here: Here, e: tree.Call, must_hold: bool, origin: Origin) -> Value:
    """BUG_ON() and its kin: the value of the condition. The rest is read, for the message, where it fails."""
    condition = truth(expressions.value(here, e.arguments[0]))
    wrong = Apply("!", (condition,))
    holds, fails = (condition, wrong) if must_hold else (wrong, condition)
    here.writer.emit(Assert(holds, origin.text, origin))
    with here.writer.block() as message:
        for argument in e.arguments[1:]:
            _read_argument(here, argument)
    if message:
        here.writer.emit(Branch(fails, tuple(message), (), origin))
    return condition


def _empty_list(here: Here, e: tree.Call, is_chain: bool) -> Value:
    """__list(head), __chain(head): a list that comes from outside the text is taken to be empty at first."""
    where = access.pointee(here, e.arguments[0])
    if isinstance(where, Address) and where.pointer is None and not where.path.root.is_own:
        here.context.empty_list(where.path, is_chain)
    return Number(0)


def _known(here: Here, e: tree.Call) -> Value:
    """__known(p): that p leads somewhere else than to what the text has is not modelled."""
    (pointer,) = e.arguments
    assert isinstance(pointer, tree.Name)
    binding, frame = here.frame.bindings[pointer.name], here.frame
    if isinstance(binding, Variable):
        assert frame.caller is not None
        assert frame.site is not None
        what = f"{text_of(frame.caller, frame.site)}, whose neighbours in the list are not known"
        here.context.doubt(here.writer.thread, binding.key, what, frame, e.span)
    return Number(0)


def _cond_load(here: Here, e: tree.Call, name: str, order: str) -> Value:
    """smp_cond_load_acquire(p, condition): load until the condition, which calls the value VAL, is true."""
    frame, writer = here.frame, here.writer
    key, stop = writer.fresh("VAL"), writer.fresh("break")
    outer = frame.bindings.get("VAL")
    frame.bindings["VAL"] = Variable(key, False, None)
    with writer.block() as body:
        where = atomics.shared(here, e, name, 0)
        writer.declare(key, access.type_at(here, where))
        writer.emit(Set(key, access.load(here, where, e, order, name)))
        done = truth(expressions.value(here, atomics.argument(here, e, name, 1)))
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
        case StoreCall(place, form, order, number, of_null):
            new = expressions.typed(here, atomics.argument(here, e, name, number))
            where = atomics.place(here, e, name, place, form)
            if of_null is not None and new[0] == Number(0):
                order = of_null
            kept, _ = access.store(here, where, new, e, order, name)
            return kept
        case BitTest(order):
            return atomics.test_bit(here, e, name, order)
        case RmwCall():
            return atomics.rmw(here, e, name, core)
        case LoopCall(order):
            return _cond_load(here, e, name, order)
        case LockCall():
            return locks.lock(here, e, name, core)
        case FenceCall():
            _fence(here, e, name, core)
            return Number(0)
        case NoCall():
            known = irqs.call(here, e, name)
            return _ignored(here, e) if known is None else known
        case Unmodelled():
            return _unmodelled(here, e, f"{name}()")


def _unmodelled(here: Here, e: tree.Call, what: str) -> Value:
    """A call whose order can't be said: every answer is undecided."""
    here.context.cannot_model(what, here.frame, e.span)
    return _ignored(here, e)


def _fence(here: Here, e: tree.Call, name: str, core: FenceCall) -> None:
    where = None if core.place is None else atomics.shared(here, e, name, core.place)
    index = (
        None if core.index is None else expressions.value(here, atomics.argument(here, e, name, core.index))
    )
    here.writer.emit(Fence(core.kind, name, True, here.frame.origin(e.span), where, index))


def _ignored(here: Here, e: tree.Call) -> Value:
    """A call that does nothing but read its arguments."""
    for argument in e.arguments:
        _read_argument(here, argument)
    return here.context.opaque(here.frame.origin(e.span).place)


def _opaque_call(here: Here, e: tree.Call, name: str) -> Value:
    for number, argument in enumerate(e.arguments):
        local = _handed_over(here, argument)
        if local is None:
            _read_argument(here, argument)
        else:
            anything = here.context.opaque(f"{here.frame.origin(e.span).place}:{number}")
            here.writer.emit(Set(local.key, anything))  # and so its parts: see verifier.program.parts
    _note_overwritten(here, e, name)
    if name in here.context.unread_macros:
        here.context.cannot_model(f"the macro {name}()", here.frame, e.span)
    else:
        here.context.opaque_calls.setdefault(name, (here.frame.site or e.span).line)
        here.context.opaque_lines.add(e.span.line)
    return here.context.opaque(here.frame.origin(e.span).place)


def _note_overwritten(here: Here, e: tree.Call, name: str) -> None:
    """Note what a function of the C library writes, where it is no local."""
    if name not in table("core.toml")["writes"]["functions"] or not e.arguments:
        return
    with here.writer.block():
        try:
            where = access.pointee(here, e.arguments[0])
        except ProgramError:
            return
    if isinstance(where, Address):
        line = (here.frame.site or e.span).line
        here.context.overwritten.append(Overwritten((here.writer.thread, where), name, line))


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
            expressions.value(here, argument)
        except ProgramError as problem:
            if problem.code not in ("not-a-location", "not-a-pointer"):
                raise
            return
    here.writer.operations.extend(body)


def _handed_over(here: Here, argument: tree.Expression) -> Variable | None:
    """The local of which a function gets the address, or that of a part of it."""
    bindings = here.frame.bindings
    match argument:
        case tree.Unary("&", tree.Name(name)):
            local = bindings.get(name)
            return local if isinstance(local, Variable) else None
        case tree.Unary("&", part):
            whole = bindings.get(objects.local_of(part) or "")
        case tree.Name(name) if isinstance(bindings.get(name), Reference) or objects.has_elements(here, name):
            whole = bindings.get(name)
        case _:
            return None
    if isinstance(whole, Reference):
        return whole.variable
    return whole if isinstance(whole, Variable) and not whole.is_pointer else None
