"""The local variables that a block declares: what they start with, and how long their names mean them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from verifier.program import access, elements, expressions, objects
from verifier.program.context import struct_of
from verifier.program.frame import Alias, Binding, Variable, assigned_names
from verifier.program.program import Number, Set, Value
from verifier.syntax import tree
from verifier.syntax.walk import walk

if TYPE_CHECKING:
    from verifier.program.access import Here


def declare(here: Here, v: tree.Variable) -> None:
    """Lowers the declaration of a variable. Raises ProgramError."""
    frame = here.frame
    kind = struct_of(v.type)
    if here.context.is_litmus:
        value = None if v.initial is None else expressions.typed(here, v.initial)
        if any(p.name == v.name for p in frame.body.parameters):
            frame.bindings[v.name] = Variable(here.writer.fresh(v.name), False, None)
        if v.initial is not None and value is not None:
            access.store(here, access.place(here, tree.Name(v.name, v.span)), value, v.initial)
        return
    if v.static:
        _declare_static(here, v)
        return
    if v.type.pointers and v.initial is not None and v.name not in here.context.changes.of(frame.body):
        bound = access.bind_pointer(here, v.name, kind, v.initial)
        if bound is not None:
            frame.bindings[v.name] = bound
            access.as_another(here, v.initial, v.type, access.pointee(here, tree.Name(v.name, v.span)))
            return
    if objects.declare(here, v):
        return
    key = here.writer.fresh(v.name)
    initial: Value = Number(0)
    if v.initial is None and not v.dimensions and _is_left_open(here, v):
        initial = _anything(here, v)
    if v.initial is not None and not v.dimensions and not isinstance(v.initial, tree.Braces):
        initial = access.convert(here, expressions.typed(here, v.initial), v.type)
    is_pointer = bool(v.type.pointers) and not v.dimensions
    frame.bindings[v.name] = local = Variable(key, is_pointer, kind, v.type, v.dimensions)
    here.writer.declare(key, access.type_at(here, local))
    element = None if v.initial is None else elements.pointed(here, v.initial)
    here.writer.emit(Set(key, initial, element))
    if here.context.types_of.is_struct(v.type):
        objects.set_members(here, v)
    if v.dimensions:
        objects.set_elements(here, v, key)


def _anything(here: Here, v: tree.Variable) -> Value:
    anything = here.context.opaque(f"{here.frame.origin(v.span).place}:{v.name}")
    return access.convert(here, (anything, None), v.type)


def leave_open(here: Here, body: Sequence[tree.Statement]) -> None:
    """Give the variables that declarations among `body` declare any value, as control may jump over these. A pointer
    starts with NULL."""
    for v in variables_of(body) if not here.context.is_litmus else ():
        match None if v.static else here.frame.bindings.get(v.name):
            case Variable(key, False):
                here.writer.emit(Set(key, _anything(here, v)))
            case Alias(address):
                here.context.indeterminate.add(address.path.root)
            case _:
                pass


def variables_of(body: Iterable[tree.Statement]) -> Iterator[tree.Variable]:
    """The variables that those statements declare."""
    return (v for s in body if isinstance(s, tree.Declare) for v in s.variables)


def _is_left_open(here: Here, v: tree.Variable) -> bool:
    """Whether a variable without an initial value may be read before it is set. A pointer that is set somewhere
    starts with NULL."""
    function = here.frame.body
    return v.name not in assigned_names(function) or (
        not v.type.pointers and not _is_set_first(here, function.body, v)
    )


def _is_set_first(here: Here, block: tree.Block, v: tree.Variable) -> bool:
    """Whether the first statement after a variable's declaration that mentions it, or goes elsewhere, sets it, whatever
    happens."""
    for inside in (n for n in walk(block) if isinstance(n, tree.Block)):
        for i, s in enumerate(inside.body):
            if isinstance(s, tree.Declare) and any(one is v for one in s.variables):
                return _set_first(here, inside.body[i + 1 :], v.name, (tree.Goto,))
    return False


def _set_first(
    here: Here, statements: Iterable[tree.Statement], name: str, leaving: tuple[type, ...]
) -> bool:
    """Whether the first of these statements that mentions a variable, or has a statement of the kinds that leave, sets
    it."""

    def matters(s: tree.Statement) -> bool:
        return _mentions(s, name) or any(isinstance(n, leaving) for n in here.context.nodes(s))

    return _sets(here, next((s for s in statements if matters(s)), None), name)


def _sets(here: Here, s: tree.Statement | None, name: str) -> bool:
    """Whether a statement sets a variable before anything else happens to it; a loop that is entered in any case does
    where its body does."""
    match s:
        case tree.Evaluate(e) | tree.For(tree.Evaluate(e), _, _, _):
            while isinstance(e, tree.Binary) and e.operator == ",":
                e = e.left if _mentions(e.left, name) else e.right
            return (
                isinstance(e, tree.Assign)
                and e.target == tree.Name(name, e.span)
                and not _mentions(e.value, name)
            )
        case tree.For(None, None, _, body) | tree.DoWhile(body, _):
            inside = body.body if isinstance(body, tree.Block) else (body,)
            return _set_first(here, inside, name, (tree.Goto, tree.Break, tree.Continue))
        case _:
            return False


def _mentions(node: object, name: str) -> bool:
    return any(isinstance(n, tree.Name) and n.name == name for n in walk(node))


def _declare_static(here: Here, v: tree.Variable) -> None:
    """A variable that all calls share; a location goes by its name, which may have one meaning only."""
    context = here.context
    is_only = context.statics.setdefault(v.name, v.span) == v.span
    is_free = v.name not in here.frame.bindings and v.name not in context.file_scope
    if not is_only or not is_free:
        context.cannot_model(
            f"static {v.name}, which is not the only variable of that name", here.frame, v.span
        )
    context.declared.add(v.name)


def uncover(here: Here, outer: dict[str, Binding], body: Sequence[tree.Statement]) -> None:
    """Give names that declarations among `body` hid their outer meaning back, be it that of a global."""
    frame = here.frame
    for v in variables_of(body):
        if v.name in outer:
            frame.bindings[v.name] = outer[v.name]
        elif v.name in frame.bindings:
            frame.ended[v.name] = frame.bindings.pop(v.name)
