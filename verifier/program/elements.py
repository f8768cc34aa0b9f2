"""Lowers elements of arrays: which place an index names, and which one an array is as a pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier.program import access, expressions
from verifier.program.frame import Alias, Pointer, Reference, Variable, text_of
from verifier.program.program import Address, Apply, Local, Number, Path, Set, Value
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here


def element(here: Here, e: tree.Index) -> access.Place:
    """The element that `array[index]` names. Raises ProgramError in a litmus test where no number tells."""
    base, is_array = _counted_from(here, e.array)
    position = expressions.value(here, e.index)
    if here.context.is_litmus and (isinstance(base, Variable) or base.pointer is not None):
        raise access.not_modelled(here, "an element by a register", e)
    if here.context.is_litmus and not isinstance(position, Number):
        raise here.frame.error("not-modelled", "expected a number as the index of a location", e.index.span)
    if isinstance(base, Variable):
        return _of_local(here, e, base, position)
    if is_array or base.pointer is not None or base.index is not None or here.context.is_litmus:
        return _within(here, base, position)
    return beside(here, e, base, position)


def pointed(here: Here, e: tree.Expression) -> Value | None:
    """The index in `&array[index]`, and in the address of a member of that, where it is a number or a local."""
    match e:
        case tree.Unary("&", tree.Index(_, index)) if not here.context.is_litmus:
            pass
        case tree.Unary("&", tree.Member(inner, _, False)):
            return pointed(here, tree.Unary("&", inner, e.span))
        case _:
            return None
    match index:
        case tree.Number(value):
            return Number(value)
        case tree.Name(name) if isinstance(binding := here.frame.bindings.get(name), Variable):
            return Local(binding.key)
        case _:
            return None


def beside(here: Here, e: tree.Expression, base: Address, position: Value) -> Address:
    """What lies `position` after what a pointer to a known place points to: in an array another element."""
    root, members = base.path
    if is_element(base):
        array, number = Address(Path(root, members[:-1])), int(members[-1][1:-1])
        if not isinstance(position, Number):
            return _within(here, array, Apply("+", (position, Number(number))) if number else position)
        index = number + position.value
        if 0 <= index < (here.context.elements(array.path) or index + 1):
            return _within(here, array, Number(index))
    elif position == Number(0):
        return base
    elif root.owner is not None and not root.is_own:
        return _within(here, base, position)
    what = f"{text_of(here.frame.source, e.span)}, an access beside an object"
    here.context.cannot_model(what, here.frame, e.span)
    return base


def _within(here: Here, base: Address, position: Value) -> Address:
    """The element at that index of an array."""
    if isinstance(position, Number):
        return access.part(base, f"[{position.value}]")
    path = Path(base.path.root, (*base.path.members, "[*]"))
    if base.pointer is not None:
        more = tuple((v, Path(p.root, (*p.members, "[*]"))) for v, p in base.choices)
        members = (*base.members, "[*]")
        return Address(path, base.pointer, False, more, base.is_closed, members, index=position)
    size = None if here.context.is_litmus or base.index is not None else here.context.elements(base.path)
    if size is None or not is_whole_array(here, base):
        return Address(path, index=position)
    places = tuple((i, Path(base.path.root, (*base.path.members, f"[{i}]"))) for i in range(size))
    return Address(path, position, False, places, True)


def is_whole_array(here: Here, where: Address) -> bool:
    """Whether a place is an array that the text declares, or that a thread makes."""
    root, members = where.path
    if here.context.is_litmus:
        return False
    if members:
        return bool(here.context.types_of.dimensions(where.path))
    if root.owner is None:
        return root.name in here.context.arrays
    return root.is_own and root.name in here.context.bounds


def is_element(where: Address) -> bool:
    """Whether a place is an element of an array, of a known number."""
    last = where.path.members[-1:]
    return last != () and last != ("[*]",) and last[0].startswith("[")


def is_array_name(here: Here, name: str) -> bool:
    """Whether a name is that of an array which the text declares, or which a thread makes."""
    binding = here.frame.bindings.get(name)
    if isinstance(binding, Alias):
        return is_whole_array(here, binding.address)
    return binding is None and name in here.context.arrays and not here.context.is_litmus


def is_pointer(here: Here, name: str) -> bool:
    """Whether a name that something is counted from is that of a pointer, and of no array."""
    binding = here.frame.bindings.get(name)
    if isinstance(binding, Variable):
        return binding.is_pointer and not here.context.is_litmus
    return isinstance(binding, Pointer | Reference) or name in here.context.pointers


def first(here: Here, where: Address) -> Address:
    """The first element, of an array; else the place itself."""
    while is_whole_array(here, where):
        where = access.part(where, "[0]")
    return where


def _counted_from(here: Here, e: tree.Expression) -> tuple[access.Place, bool]:
    """The array that an index counts in, or else what a pointer points to; and which of the two it is."""
    context = here.context
    match e:
        case tree.Name(name):
            if is_pointer(here, name):
                return access.pointee(here, e), False
            return access.place(here, e), True
        case tree.Member() | tree.Index():
            where = access.place(here, e)
            if context.is_litmus or not _holds_pointer(here, e, where):
                return where, True
            return access.through(here, where, e), False
        case _:
            return access.pointee(here, e), False


def may_be_array(here: Here, e: tree.Member, where: access.Place) -> bool:
    """Whether a member that is read may be an array: the text counts from it, and does not tell."""
    is_counted_from = e.field in here.context.indexed and not here.context.is_litmus
    return is_counted_from and _holds_pointer(here, e, where) is None


def _holds_pointer(here: Here, e: tree.Member | tree.Index, where: access.Place) -> bool | None:
    """Whether what an index counts from is no array, but a pointer in memory; None where the text does not tell."""
    known = access.type_at(here, where)
    if known is not None:
        return bool(known.pointers)
    if isinstance(where, Address) and is_whole_array(here, where):
        return False
    return True if isinstance(e, tree.Member) and e.field in here.context.pointer_members else None


def _of_local(here: Here, e: tree.Index, base: Variable, position: Value) -> Variable:
    """An element of a local's array; where any index of it is not known, each has any value whenever it is read."""
    declared = (base.declared, base.dimensions[1:]) if base.dimensions else (None, ())
    if isinstance(position, Number) and not any(
        isinstance(n, tree.Index) and n.array == e.array and not isinstance(n.index, tree.Number)
        for n in here.context.nodes(here.frame.body)
    ):
        return access.part_of_local(here, f"{base.key}[{position.value}]", *declared)
    here.context.assume(f"line {e.span.line}: “{text_of(here.frame.source, e.span)}” may have any value")
    found = Variable(here.writer.fresh("element"), False, None, *declared)
    anything = here.context.opaque(here.frame.origin(e.span).place)
    here.writer.declare(found.key, access.type_at(here, found))
    here.writer.emit(Set(found.key, access.convert(here, (anything, None), access.type_at(here, found))))
    return found
