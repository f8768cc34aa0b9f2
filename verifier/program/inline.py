"""Inlines calls of the text's own functions, of primitives and of macros."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier.limits import Undecided, beyond_limit
from verifier.program import access, expressions, objects, statements
from verifier.program.context import struct_of
from verifier.program.frame import Alias, Delayed, Frame, Pointer, Reference, Variable
from verifier.program.macros import expand, is_macro, is_value, takes_many
from verifier.program.program import (
    Address,
    Local,
    Number,
    Path,
    Root,
    Scope,
    Set,
    Value,
)
from verifier.record import replace
from verifier.source import Source
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here


def inline(here: Here, e: tree.Call, function: tree.Function, source: Source) -> Value:
    """The value of a call of a known function; its body is lowered in its place.

    Raises ProgramError on recursion, and Undecided where inlining makes a thread too large: calls in calls can grow
    without end.
    """
    _check(here, e, function)
    outer = here.frame
    if is_macro(function):
        return _expand(here, e, function)
    is_primitive = source is not here.context.source
    inner = Frame(
        function=function.name,
        source=source,
        body=function,
        call_path=outer.call_path + _step(e, function),
        way=outer.called(function.name, e.span),
        site=outer.site or (e.span if is_primitive else None),
        caller=outer.caller or (outer.source if is_primitive else None),
        calls=(*outer.calls, outer.function),
    )
    inner.exit = here.writer.fresh("return")
    inner.result = here.writer.fresh("result")
    here.writer.declare(inner.result, here.context.types_of.resolved(function.returns))
    inside = access.Here(here.context, here.writer, inner)
    for i, parameter in enumerate(function.parameters):
        argument = e.arguments[i] if i < len(e.arguments) else None
        _bind(here, inside, parameter, argument)
    with here.writer.block() as body:
        here.writer.emit(Set(inner.result, Number(0)))
        statements.block(inside, function.body.body)
    here.writer.emit(Scope(inner.exit, tuple(body)))
    return Local(inner.result)


def _check(here: Here, e: tree.Call, function: tree.Function) -> None:
    outer = here.frame
    if is_macro(function):  # an argument may call it again, from another place
        is_again = f"{_step(e, function)}/" in f"{outer.call_path}/"
    else:
        is_again = function.name in outer.calls or function.name == outer.function
    if is_again:
        chain = " -> ".join((*outer.calls, outer.function, function.name))
        raise outer.error("recursion", f"recursion can't be inlined: {chain}", e.span)
    most = here.context.expansion
    if here.writer.count > most:
        what = f"the calls and macros around line {e.span.line} come to too many operations"
        raise Undecided(beyond_limit(what, "expansion", most))


def _expand(here: Here, e: tree.Call, function: tree.Function) -> Value:
    """The value of a macro call: its body is lowered among the caller's names."""
    inside, body = _expanded(here, e, function)
    if (only := _only_value(body)) is not None:
        return expressions.value(inside, only)
    statements.block(inside, body.body)
    return Number(0)


def meant(here: Here, e: tree.Call) -> tuple[Here, tree.Expression] | None:
    """The expression that a call of a macro stands for, and where that is evaluated; None where it is no such call."""
    name = e.function.name if isinstance(e.function, tree.Name) else ""
    function = here.context.functions.get(name)
    if function is None or not is_macro(function) or not is_value(function.body):
        return None
    _check(here, e, function)
    inside, body = _expanded(here, e, function)
    only = _only_value(body)
    return None if only is None else (inside, only)


def _only_value(body: tree.Block) -> tree.Expression | None:
    """The expression that an expanded body is; None where it is statements of the caller."""
    if not is_value(body):
        return None
    (only,) = body.body
    assert isinstance(only, tree.Return)
    return only.value


def _expanded(here: Here, e: tree.Call, function: tree.Function) -> tuple[Here, tree.Block]:
    outer = here.frame
    found, wanted = len(e.arguments), len(function.parameters) - takes_many(function)
    if found < wanted:
        raise outer.error(
            "missing-argument", f"{function.name}() has {found} arguments, expected {wanted}", e.span
        )
    inner = replace(
        outer,
        function=function.name,
        call_path=outer.call_path + _step(e, function),
        way=outer.called(function.name, e.span),
        calls=(*outer.calls, outer.function),
    )
    return access.Here(here.context, here.writer, inner), expand(function, e.arguments)


def _step(e: tree.Call, function: tree.Function) -> str:
    """What a call adds to the path of calls."""
    return f"/{function.name}@{e.span.line}:{e.span.column}"


def _bind(here: Here, inside: Here, parameter: tree.Parameter, argument: tree.Expression | None) -> None:
    """Bind a parameter to its argument: a pointer to what it points to, an lvalue (a macro's argument) to its
    place, a value to a local."""
    frame, name = inside.frame, parameter.name
    if argument is None:
        bind_free(inside, parameter)
        return
    if parameter.type.name == "lvalue":
        named = access.place(here, argument)
        frame.bindings[name] = named if isinstance(named, Variable) else Alias(named)
        return
    if parameter.type.name == "expression":
        frame.bindings[name] = Delayed(argument, here.frame)
        return
    if parameter.type.pointers and name not in here.context.changes.of(frame.body):
        where = _local_behind(here, argument) or _try_pointee(here, argument)
        is_of_text = frame.source is here.context.source  # primitives' types are only the usual ones
        if where is not None and is_of_text:
            access.as_another(here, argument, parameter.type, where)
        if isinstance(where, Variable):
            frame.bindings[name] = Reference(where)
            return
        if where is not None:
            path = where.path
            kind = struct_of(parameter.type)
            is_guess = path.root.owner is not None and not path.root.is_own and path.root.name != "current"
            if not path.members and path.root.type is None and is_guess and kind:
                path = Path(Root(path.root.name, kind, path.root.owner), ())
            frame.bindings[name] = Pointer(path, here.context.address(path, taken=False))
            return
    key = here.writer.fresh(name)
    frame.bindings[name] = _variable(here, key, parameter)
    here.writer.emit(Set(key, access.convert(here, expressions.typed(here, argument), parameter.type)))
    if here.context.types_of.is_struct(parameter.type):
        objects.note_union(inside, parameter)
        if objects.is_used(inside, parameter):
            objects.check_value(here, argument)


def _variable(here: Here, key: str, parameter: tree.Parameter) -> Variable:
    kind = parameter.type
    here.writer.declare(key, here.context.types_of.resolved(kind))
    return Variable(key, bool(kind.pointers), struct_of(kind), kind)


def _local_behind(here: Here, argument: tree.Expression) -> Variable | None:
    """The local that a pointer argument points to, if it is one."""
    match argument:
        case tree.Cast(_, inner):
            return _local_behind(here, inner)
        case tree.Name(name):
            binding = here.frame.bindings.get(name)
            return binding.variable if isinstance(binding, Reference) else None
        case tree.Unary("&", tree.Name(name)):
            binding = here.frame.bindings.get(name)
            return binding if isinstance(binding, Variable) else None
        case _:
            return None


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
        if binding is None and argument.name not in here.context.declared and argument.name != "current":
            return Address(Path(Root(argument.name, None, here.writer.thread), ()))
    where = access.pointee(here, argument)
    if isinstance(where, Variable) or where.pointer is not None or where.index is not None:
        return None
    return where


def bind_free(inside: Here, parameter: tree.Parameter) -> None:
    """Bind a parameter that nobody gives a value: a pointer to an object of its own, or any value."""
    frame, name, thread = inside.frame, parameter.name, inside.writer.thread
    key = inside.writer.fresh(name)
    if parameter.type.pointers and name not in inside.context.changes.of(frame.body):
        is_own = name in inside.context.own_parameters
        path = Path(Root(name, struct_of(parameter.type), thread, is_own), ())
        if is_own:
            inside.context.indeterminate.add(path.root)
        inside.context.types_of.point(path.root, parameter.type)
        frame.bindings[name] = Pointer(path, inside.context.address(path, taken=False))
        return
    frame.bindings[name] = _variable(inside, key, parameter)
    anything = inside.context.opaque(f"{frame.call_path}:{name}")
    inside.writer.emit(Set(key, access.convert(inside, (anything, None), parameter.type)))
    if inside.context.types_of.is_struct(parameter.type):
        objects.note_union(inside, parameter)
