"""Lowers calls: core operations, primitives and the text's own functions, which are inlined."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from verifier.errors import ProgramError
from verifier.program import access, statements
from verifier.program.context import primitives, struct_of, walk
from verifier.program.frame import LIMIT, Frame, Place, Pointer, Variable, assigned_names, text_of
from verifier.program.macros import expand, is_macro, is_value
from verifier.program.primitives import (
    BitTest,
    Core,
    FenceCall,
    LoadCall,
    NoCall,
    RmwCall,
    StoreCall,
    Unmodelled,
    core_call,
    orders_something,
)
from verifier.program.program import (
    Address,
    Apply,
    Assert,
    Branch,
    Fence,
    Leave,
    Local,
    Loop,
    Number,
    Order,
    Path,
    Rmw,
    Root,
    Scope,
    Set,
    Sleep,
    Value,
)
from verifier.source import Source
from verifier.syntax import tree

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
_COND_LOADS: dict[str, Order] = {
    "smp_cond_load_acquire": "acquire",
    "smp_cond_load_relaxed": "once",
    "atomic_cond_read_acquire": "acquire",
    "atomic_cond_read_relaxed": "once",
    "atomic64_cond_read_acquire": "acquire",
    "atomic64_cond_read_relaxed": "once",
    "atomic_long_cond_read_acquire": "acquire",
    "atomic_long_cond_read_relaxed": "once",
}
_TRANSPARENT = {"likely", "unlikely", "READ_ONCE_VALUE", "force_read", "xchg_value", "__builtin_expect"}


def call(here: Here, e: tree.Call) -> Value:
    """The value of a call; what it does is emitted.

    Raises ProgramError on recursion, on a call of something that is no function, on missing arguments.
    """
    if not isinstance(e.function, tree.Name):
        return _opaque_call(here, e, text_of(here.frame.source, e.function.span))
    name = e.function.name
    if name in here.context.functions:
        return _inline(here, e, here.context.functions[name], here.context.source)
    if name in here.frame.bindings or name in here.context.declared:
        raise here.frame.error(
            "call-of-location", f"{name} is a variable, expected a function", e.function.span
        )
    if special := _special(here, e, name):
        return special
    core = core_call(name)
    if core is not None:
        return _core(here, e, name, core)
    source, bodies = primitives()
    if name in bodies:
        return _inline(here, e, bodies[name], source)
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
    if name in _COND_LOADS:
        return _cond_load(here, e, name)
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
    if name in ("container_of", "this_cpu_ptr", "per_cpu_ptr"):
        return here.context.opaque(origin.place)
    return None


def _cond_load(here: Here, e: tree.Call, name: str) -> Value:
    """smp_cond_load_acquire(p, condition): load until the condition, which calls the value VAL, is true."""
    frame, writer = here.frame, here.writer
    key, stop = writer.fresh("VAL"), writer.fresh("break")
    outer = frame.bindings.get("VAL")
    frame.bindings["VAL"] = Variable(key, False, None)
    with writer.block() as body:
        where = access.pointee(here, _argument(here, e, name, 0))
        if isinstance(where, Variable):
            raise frame.error("not-a-location", f"{name}() needs a shared location", e.span)
        writer.emit(Set(key, access.load(here, where, e, _COND_LOADS[name], name)))
        done = access.truth(access.value(here, _argument(here, e, name, 1)))
        writer.emit(Branch(done, (Leave(stop),), (), frame.origin(e.span)))
    del frame.bindings["VAL"]
    if outer is not None:
        frame.bindings["VAL"] = outer
    writer.emit(Scope(stop, (Loop(tuple(body), frame.origin(e.span)),)))
    return Local(key)


def _core(here: Here, e: tree.Call, name: str, core: Core) -> Value:
    match core:
        case LoadCall(place, form, order):
            where = _place(here, e, name, place, form)
            if isinstance(where, Variable):
                return Local(where.key)
            return access.load(here, where, e, order, name)
        case StoreCall(place, form, order, number):
            new = access.value(here, _argument(here, e, name, number))
            where = _place(here, e, name, place, form)
            access.store(here, where, new, e, order, name)
            return new
        case BitTest(order):
            return _test_bit(here, e, name, order)
        case RmwCall():
            return _rmw(here, e, name, core)
        case FenceCall(kind):
            here.writer.emit(Fence(kind, name, True, here.frame.origin(e.span)))
            return Number(0)
        case NoCall():
            return _ignored(here, e)
        case Unmodelled():
            _ignored(here, e)
            here.context.unmodelled.setdefault(f"{name}()", (here.frame.site or e.span).line)
            return here.context.opaque(here.frame.origin(e.span).place)


def _ignored(here: Here, e: tree.Call) -> Value:
    """A call that does nothing but read its arguments."""
    for argument in e.arguments:
        _read_argument(here, argument)
    return here.context.opaque(here.frame.origin(e.span).place)


def _argument(here: Here, e: tree.Call, name: str, number: int) -> tree.Expression:
    if number >= len(e.arguments):
        found = f"{len(e.arguments)} argument{'s' if len(e.arguments) != 1 else ''}"
        raise here.frame.error(
            "missing-argument", f"{name}() has {found}, expected at least {number + 1}", e.span
        )
    return e.arguments[number]


def _place(here: Here, e: tree.Call, name: str, number: int, form: str) -> access.Place:
    argument = _argument(here, e, name, number)
    return access.place(here, argument) if form == "lvalue" else access.pointee(here, argument)


def _bit_place(here: Here, e: tree.Call, name: str, number: int) -> tuple[access.Place, Value]:
    """The word and the mask of a bit operation; set_bit(FLAG) names a flag that is a place of its own."""
    bit = _argument(here, e, name, 0)
    if len(e.arguments) == 1:
        text = text_of(here.frame.source, bit.span)
        return Address(Path(Root(text, None, None), ())), Number(1)
    position = access.value(here, bit)
    mask = Number(1 << position.value) if isinstance(position, Number) else Apply("<<", (Number(1), position))
    return access.pointee(here, e.arguments[number]), mask


def _test_bit(here: Here, e: tree.Call, name: str, order: Order) -> Value:
    where, mask = _bit_place(here, e, name, 1)
    if isinstance(where, Variable):
        return Apply("!=", (Apply("&", (Local(where.key), mask)), Number(0)))
    word = access.load(here, where, e, order, name)
    return Apply("!=", (Apply("&", (word, mask)), Number(0)))


def _rmw(here: Here, e: tree.Call, name: str, core: RmwCall) -> Value:
    if core.is_bit:
        where, operand = _bit_place(here, e, name, core.place)
    else:
        where = access.pointee(here, _argument(here, e, name, core.place))
        operand = _operand(here, e, name, core)
    target = here.writer.fresh("old")
    old = Local(target)
    succeeds = _success(here, e, name, core, old)
    new = _new_value(core, old, operand)
    if isinstance(where, Variable):
        raise here.frame.error("not-a-location", f"{name}() needs a shared location", e.span)
    origin = here.frame.origin(e.span)
    here.context.use(here.writer.thread, where.path)
    here.context.written.add(where.path)
    here.writer.emit(Rmw(target, where, new, succeeds, core.order, core.is_explicit, name, origin))
    return _result(here, e, core, old, new, operand, succeeds)


def _operand(here: Here, e: tree.Call, name: str, core: RmwCall) -> Value:
    if core.operand is None:
        return Number(1)
    return access.value(here, _argument(here, e, name, core.operand))


def _new_value(core: RmwCall, old: Value, operand: Value) -> Value:
    match core.operator:
        case "=":
            return operand
        case "&~":
            return Apply("&", (old, Apply("~", (operand,))))
        case operator:
            return Apply(operator, (old, operand))


def _success(here: Here, e: tree.Call, name: str, core: RmwCall, old: Value) -> Value | None:
    if core.not_zero:
        return Apply("!=", (old, Number(0)))
    if core.expected is None:
        return None
    argument = _argument(here, e, name, core.expected)
    if core.by_address:
        argument = _target_of(argument)
    expected = access.value(here, argument)
    return Apply("!=" if core.excluded else "==", (old, expected))


def _target_of(e: tree.Expression) -> tree.Expression:
    return e.operand if isinstance(e, tree.Unary) and e.operator == "&" else tree.Unary("*", e, e.span)


def _result(
    here: Here, e: tree.Call, core: RmwCall, old: Value, new: Value, operand: Value, succeeds: Value | None
) -> Value:
    match core.result:
        case "old":
            return old
        case "new":
            return new
        case "new is zero":
            return Apply("==", (new, Number(0)))
        case "new is negative":
            return Apply("<", (new, Number(0)))
        case "bit":
            return Apply("!=", (Apply("&", (old, operand)), Number(0)))
        case "done":
            assert succeeds is not None
            return _update_expected(here, e, core, old, succeeds) if core.by_address else succeeds
        case "none":
            return Number(0)


def _update_expected(here: Here, e: tree.Call, core: RmwCall, old: Value, succeeds: Value) -> Value:
    """Whether it succeeded, kept from before the expected value becomes what a failure found."""
    kept = here.writer.fresh("done")
    here.writer.emit(Set(kept, succeeds))
    with here.writer.block() as failed:
        access.store(here, access.place(here, _target_of(e.arguments[core.expected or 0])), old, e)
    here.writer.emit(Branch(Local(kept), (), tuple(failed), here.frame.origin(e.span)))
    return Local(kept)


def _opaque_call(here: Here, e: tree.Call, name: str) -> Value:
    for number, argument in enumerate(e.arguments):
        match argument:
            case tree.Unary("&", tree.Name(local)):
                _forget(here, local, f"{here.frame.origin(e.span).place}:{number}")
            case _:
                _read_argument(here, argument)
    line = (here.frame.site or e.span).line
    here.context.opaque_calls.setdefault(name, line)
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


def _inline(here: Here, e: tree.Call, function: tree.Function, source: Source) -> Value:
    outer = here.frame
    if function.name in outer.calls or function.name == outer.function:
        chain = " -> ".join((*outer.calls, outer.function, function.name))
        raise outer.error("recursion", f"recursion can't be inlined: {chain}", e.span)
    if here.writer.count > LIMIT:
        raise outer.error("too-large", f"inlining gives more than {LIMIT:,} operations", e.span)
    if is_macro(function):
        return _expand(here, e, function)
    is_primitive = source is not here.context.source
    inner = Frame(
        function=function.name,
        source=source,
        assigned=assigned_names(function.body),
        call_path=f"{outer.call_path}/{function.name}@{e.span.line}:{e.span.column}",
        via=outer.via if outer.site is not None else function.name,
        site=outer.site or (e.span if is_primitive else None),
        calls=(*outer.calls, outer.function),
    )
    inner.exit = here.writer.fresh("return")
    inner.result = here.writer.fresh("result")
    inside = access.Here(here.context, here.writer, inner)
    for i, parameter in enumerate(function.parameters):
        argument = e.arguments[i] if i < len(e.arguments) else None
        _bind(here, inside, parameter, argument)
    with here.writer.block() as body:
        here.writer.emit(Set(inner.result, Number(0)))
        statements.block(inside, function.body.body)
    here.writer.emit(Scope(inner.exit, tuple(body)))
    return Local(inner.result)


def _expand(here: Here, e: tree.Call, function: tree.Function) -> Value:
    """The value of a macro call: its body is lowered among the caller's names."""
    outer = here.frame
    if len(e.arguments) < len(function.parameters):
        found, wanted = len(e.arguments), len(function.parameters)
        raise outer.error(
            "missing-argument", f"{function.name}() has {found} arguments, expected {wanted}", e.span
        )
    body = expand(function, e.arguments)
    inner = replace(
        outer,
        function=function.name,
        call_path=f"{outer.call_path}/{function.name}@{e.span.line}:{e.span.column}",
        via=function.name,
        calls=(*outer.calls, outer.function),
    )
    inside = access.Here(here.context, here.writer, inner)
    if not is_value(body):
        statements.block(inside, body.body)
        return Number(0)
    (only,) = body.body
    assert isinstance(only, tree.Return)
    assert only.value is not None
    return access.value(inside, only.value)


def _bind(here: Here, inside: Here, parameter: tree.Parameter, argument: tree.Expression | None) -> None:
    """Bind a parameter to its argument: a pointer to what it points to, an lvalue (a macro's argument) to its
    place, a value to a local."""
    frame, name = inside.frame, parameter.name
    if argument is None:
        bind_free(inside, parameter)
        return
    if parameter.type.name == "lvalue":
        named = access.place(here, argument)
        frame.bindings[name] = named if isinstance(named, Variable) else Place(named)
        return
    if parameter.type.pointers and name not in frame.assigned:
        where = _try_pointee(here, argument)
        if where is not None:
            path = where.path
            kind = struct_of(parameter.type)
            if not path.members and path.root.type is None and path.root.owner is not None and kind:
                path = Path(Root(path.root.name, kind, path.root.owner), ())
            frame.bindings[name] = Pointer(path, here.context.address(path, taken=False))
            return
    key = here.writer.fresh(name)
    frame.bindings[name] = Variable(key, bool(parameter.type.pointers), struct_of(parameter.type))
    here.writer.emit(Set(key, access.value(here, argument)))


def _try_pointee(here: Here, argument: tree.Expression) -> Address | None:
    """The address of a pointer argument, where it names one without a load."""
    match argument:
        case tree.Unary("&", _) | tree.Name():
            pass
        case tree.Cast(_, inner):
            return _try_pointee(here, inner)
        case _:
            return None
    if isinstance(argument, tree.Name):
        binding = here.frame.bindings.get(argument.name)
        if isinstance(binding, Variable) or here.context.constant(argument.name) is not None:
            return None
        if argument.name in here.context.pointers:
            return None
    where = access.pointee(here, argument)
    return where if isinstance(where, Address) and where.pointer is None else None


def bind_free(inside: Here, parameter: tree.Parameter) -> None:
    """Bind a parameter that nobody gives a value: a pointer to an object of its own, or any value."""
    frame, name, thread = inside.frame, parameter.name, inside.writer.thread
    key = inside.writer.fresh(name)
    if parameter.type.pointers and name not in frame.assigned:
        path = Path(Root(name, struct_of(parameter.type), thread), ())
        frame.bindings[name] = Pointer(path, inside.context.address(path, taken=False))
        return
    frame.bindings[name] = Variable(key, bool(parameter.type.pointers), struct_of(parameter.type))
    inside.writer.emit(Set(key, inside.context.opaque(f"{frame.call_path}:{name}")))


__all__ = ["bind_free", "call"]
