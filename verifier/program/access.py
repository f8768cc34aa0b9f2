"""Lowers accesses: which place an expression names or points to, and what is loaded from it or stored there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier.errors import ProgramError
from verifier.program import elements, expressions, inline, objects
from verifier.program.conversions import Typed, converted, kind_of
from verifier.program.frame import (
    Alias,
    Binding,
    Frame,
    Pointer,
    Reference,
    Variable,
    Writer,
    text_of,
)
from verifier.program.program import (
    Address,
    Apply,
    Load,
    Local,
    Number,
    Path,
    Root,
    Set,
    Store,
    Value,
)
from verifier.program.words import apply
from verifier.record import record, replace
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.context import Context


@record(frozen=True, slots=True)
class Here:
    """Where lowering is: the whole program's context, the thread's writer, the function's frame."""

    context: Context
    writer: Writer
    frame: Frame


Place = Address | Variable


def place(here: Here, e: tree.Expression) -> Place:
    """The location or local that an lvalue names."""
    match e:
        case tree.Name(name):
            return named_place(here, e, name)
        case tree.Cast(_, operand):
            return place(here, operand)
        case tree.Unary("*", operand):
            return pointee(here, operand)
        case tree.Member(inner, member, arrow):
            base = pointee(here, inner) if arrow else place(here, inner)
            if here.context.is_litmus and (isinstance(base, Variable) or base.pointer is not None):
                what = "a member of a register" if isinstance(base, Variable) else "a member by a register"
                raise not_modelled(here, what, e)
            return _member(here, base, member)
        case tree.Index():
            return elements.element(here, e)
        case tree.Call(tree.Name("per_cpu"), (first, cpu)):
            return place(here, tree.Index(first, cpu, e.span))
        case tree.Call(tree.Name("ACCESS_ONCE"), (operand,)):
            return place(here, operand)
        case tree.Call() if (meant := inline.meant(here, e)) is not None:
            return place(*meant)
        case tree.Call():
            if not here.context.is_litmus:
                what = f"{text_of(here.frame.source, e.span)}, a call that stands for a variable"
                here.context.cannot_model(what, here.frame, e.span)
            return pointee(here, e)
        case _:
            raise here.frame.error(
                "not-a-location", "expected a variable or a member that can be read or written", e.span
            )


def pointee(here: Here, e: tree.Expression) -> Place:
    """The place that a pointer expression points to."""
    match e:
        case tree.Unary("&", operand):
            target = place(here, operand)
            if here.context.is_litmus and isinstance(target, Variable):
                raise not_modelled(here, "the address of a register", e)
            return target
        case tree.Cast(to, operand):
            return as_another(here, e, to, pointee(here, operand))
        case tree.Name(name):
            return _pointed_by_name(here, e, name)
        case tree.Call(tree.Name("container_of")) if here.context.is_litmus:
            raise not_modelled(here, "container_of()", e)
        case tree.Call(tree.Name("container_of"), (inner, tree.TypeArgument(kind), *_)):
            return _container(here, e, inner, kind)
        case tree.Call(tree.Name("per_cpu_ptr"), (tree.Unary("&", tree.Name() as first), cpu)):
            return place(here, tree.Index(first, cpu, e.span))
        case tree.Member() | tree.Index() if here.context.is_litmus:
            return _computed(here, e)
        case tree.Member() | tree.Index():
            where = place(here, e)
            if isinstance(where, Variable) and isinstance(e, tree.Index):
                what = f"{text_of(here.frame.source, e.span)}, a pointer in a local array"
                here.context.cannot_model(what, here.frame, e.span)
            if isinstance(where, Address) and elements.is_whole_array(here, where):
                return elements.first(here, where)
            return through(here, where, e)
        case tree.Binary("+" | "-") if here.context.is_litmus:
            return _offset(here, e)
        case tree.Call() if (meant := inline.meant(here, e)) is not None:
            return pointee(*meant)
        case tree.Conditional() | tree.Call() | tree.Assign() | tree.Increment() | tree.Unary("*"):
            return _computed(here, e)
        case tree.Binary("+" | "-"):
            return _beside(here, e)
        case _:
            raise here.frame.error("not-a-pointer", "expected a pointer to a location, such as &x", e.span)


def as_another(here: Here, e: tree.Expression, to: tree.Type, where: Place) -> Place:
    """The place that a pointer of another type leads to: it must be one of that type, as far as the text tells."""
    known = type_at(here, where)
    if known is None or to.pointers != 1 or known.pointers:
        return where
    meant = here.context.types_of.resolved(replace(to, pointers=0))
    assert meant is not None
    kinds = kind_of(known), kind_of(meant)
    is_struct = all(t.name.startswith(("struct ", "union ")) for t in (known, meant))
    if (is_struct and known.name != meant.name) or (None not in kinds and kinds[0] != kinds[1]):
        what = f"{text_of(here.frame.source, e.span)}, an access as of another type"
        here.context.cannot_model(what, here.frame, e.span)
    return where


def _container(here: Here, e: tree.Call, inner: tree.Expression, kind: tree.Type) -> Address:
    """The object that a pointer points into."""
    where = place_of_pointer(here, inner)
    path = Path(_root_of(where, kind.name), ())
    if where.pointer is None:
        members = _member_names(e)
        rest = len(where.path.members) - len(members)
        is_inside = rest >= 0 and bool(members) and where.path.members[rest:] == members
        return Address(Path(path.root, where.path.members[:rest]) if is_inside else path)
    return Address(path, _container_value(here, e, address_value(here, where)))


def _member_names(e: tree.Call) -> tuple[str, ...]:
    """The member that container_of() names; none where it is not written as one."""
    names: list[str] = []
    member = e.arguments[2] if len(e.arguments) == 3 else None
    while isinstance(member, tree.Member) and not member.arrow:
        names.insert(0, member.field)
        member = member.object
    return (member.name, *names) if isinstance(member, tree.Name) else ()


def _container_value(here: Here, e: tree.Call, inner: Value) -> Value:
    members = _member_names(e)
    if not members:
        return here.context.opaque(here.frame.origin(e.span).place)
    return Apply("-", (inner, Number(here.context.places.offset(members))))


def container_of(here: Here, e: tree.Call) -> Value:
    """The value of container_of(p, type, member)."""
    return _container_value(here, e, expressions.value(here, e.arguments[0]))


def _computed(here: Here, e: tree.Expression) -> Address:
    """The address that a pointer expression's value says."""
    pointer = expressions.value(here, e)
    if here.context.is_litmus:
        return _anywhere(here, pointer, e)
    root = Root(here.writer.fresh("pointer"), None, here.writer.thread)
    here.context.types_of.lead(root, _type_of_pointer(here, e))
    return Address(Path(root, ()), pointer, True)


def _type_of_pointer(here: Here, e: tree.Expression) -> tree.Type | None:
    """The type of an expression that is a pointer, where the text tells."""
    match e:
        case tree.Name(name):
            match here.frame.bindings.get(name):
                case Variable() as local:
                    return local.declared
                case Pointer(path):
                    return here.context.types_of.of_pointer(path)
                case _:
                    return None
        case tree.Unary("&", tree.Name(name)) if name not in here.frame.bindings:
            return here.context.types_of.of_pointer(Path(Root(name, here.context.types.get(name), None), ()))
        case tree.Cast(to, _):
            return to
        case tree.Conditional(_, then, otherwise):
            return _type_of_pointer(here, then) or _type_of_pointer(here, otherwise)
        case tree.Assign(_, operand, _) | tree.Increment(_, operand):
            return _type_of_pointer(here, operand)
        case tree.Call(tree.Name(name)) if name in here.context.functions:
            return here.context.functions[name].returns
        case _:
            return None


def _anywhere(here: Here, pointer: Value, e: tree.Expression) -> Address:
    """The address that a litmus test's pointer says: its path is that of any location (see Address)."""
    here.context.asked = True
    first = next(iter(here.context.addresses), None)
    if first is None:
        raise here.frame.error("not-a-pointer", "found no location in this test that this can access", e.span)
    return Address(first, pointer, True)


def _beside(here: Here, e: tree.Binary) -> Place:
    """What lies beside the target of a pointer: in an array an element; else of a pointer from outside, it is taken
    to be the target."""
    if e.operator == "+" and isinstance(e.left, tree.Name) and not elements.is_pointer(here, e.left.name):
        return elements.element(here, tree.Index(e.left, e.right, e.span))
    distance = expressions.value(here, e.right)
    target = pointee(here, e.left)
    if isinstance(target, Variable) or distance == Number(0):
        return target
    if target.pointer is not None:
        return replace(target, pointer=Apply(e.operator, (target.pointer, distance)))
    root = target.path.root
    if root.owner is not None and not root.is_own and not elements.is_element(target):
        return target
    after = distance if e.operator == "+" else apply("-", Number(0), distance)
    return elements.beside(here, e, target, after)


def _offset(here: Here, e: tree.Binary) -> Address:
    """The address that a litmus test's sum says, as it stands: in all that is modelled, what is added is 0."""
    for operand in (e.left, e.right):
        if isinstance(operand, tree.Number) and operand.value != 0:
            raise not_modelled(here, "an access beside the location that a pointer points to", operand)
    return _computed(here, e)


def not_modelled(here: Here, what: str, e: tree.Expression) -> ProgramError:
    message = (
        f"{what} is not modelled in a litmus test; expected a location by its name or by a pointer to it"
    )
    return here.frame.error("not-modelled", message, e.span)


def place_of_pointer(here: Here, e: tree.Expression) -> Address:
    """The address behind a pointer; a local's counts as an object of its own."""
    target = pointee(here, e)
    if isinstance(target, Variable):
        return Address(Path(Root(target.key, target.type, here.writer.thread), ()))
    return target


def load(here: Here, address: Address, e: tree.Expression, order: str = "once", name: str = "") -> Value:
    """Emit a load and give its value; without a name it is a plain one."""
    target = here.writer.fresh("read")
    here.writer.declare(target, type_at(here, address))
    origin = here.frame.origin(e.span)
    here.writer.emit(Load(target, address, order, not name, name or "read", origin))
    here.context.use(here.writer.thread, address)
    return Local(target)


def store(
    here: Here, where: Place, new: Typed, e: tree.Expression, order: str = "once", name: str = ""
) -> Typed:
    """Emit a store, or set a local; without a name it is a plain one. Gives what is there then."""
    to = type_at(here, where)
    kept = convert(here, new, to)
    if not here.context.is_litmus and order != "unlock-release" and here.context.types_of.has_members(to):
        objects.note_copy(here, e)
    if isinstance(where, Variable):
        right = e.value if isinstance(e, tree.Assign) else e
        here.writer.emit(Set(where.key, kept, elements.pointed(here, right)))
        kept = Local(where.key)
    else:
        if not here.context.is_litmus and here.context.types_of.is_bits(where.path):
            what = f"{text_of(here.frame.source, e.span)}, which sets a bit-field"
            here.context.cannot_model(what, here.frame, e.span)
        origin = here.frame.origin(e.span)
        here.writer.emit(Store(where, kept, order, not name, name or "write", origin))
        here.context.use(here.writer.thread, where)
        here.context.write(here.writer.thread, where)
    return kept, new[1] if to is None else kind_of(to)


def type_at(here: Here, where: Place) -> tree.Type | None:
    """The type of a place; None where the text does not tell, and in litmus tests."""
    if here.context.is_litmus:
        return None
    types = here.context.types_of
    if isinstance(where, Variable):
        return None if where.dimensions else types.resolved(where.declared)
    return types.at(where.path)


def convert(here: Here, new: Typed, to: tree.Type | None) -> Value:
    """A value as one of that type; litmus tests have registers and words alone."""
    return new[0] if here.context.is_litmus else converted(new, here.context.types_of.resolved(to))


def read(here: Here, where: Place, e: tree.Expression, name: str = "") -> Value:
    return Local(where.key) if isinstance(where, Variable) else load(here, where, e, name=name)


def named_place(here: Here, e: tree.Name, name: str) -> Place:
    binding = here.frame.bindings.get(name)
    if isinstance(binding, Variable):
        return binding
    if isinstance(binding, Pointer) and here.context.is_litmus:
        return Address(binding.path)
    if isinstance(binding, Pointer | Reference):  # itself, which never changes, as nothing has its address
        copy = here.writer.fresh(name)
        here.writer.emit(Set(copy, expressions.value(here, e)))
        return Variable(copy, True, None)
    if isinstance(binding, Alias):
        return binding.address
    if here.context.constant(name) is not None:
        return Address(Path(Root(name, None, None), ()))
    if name in here.context.functions:
        raise here.frame.error("function-as-location", f"{name} is a function, expected a variable", e.span)
    if here.context.is_register(here.frame.function, name):
        return here.context.register(here.writer.thread, here.frame, name)
    return Address(Path(Root(name, here.context.types.get(name), None), ()))


def _pointed_by_name(here: Here, e: tree.Name, name: str) -> Place:
    binding = here.frame.bindings.get(name)
    thread = here.writer.thread
    match binding:
        case Pointer(path, _):
            return Address(path)
        case Reference(variable):
            return variable
        case Variable() if here.context.is_litmus:
            return _computed(here, e)
        case Variable(key, True, kind, declared):
            here.context.types_of.lead(Root(name, kind, thread), declared)
            if here.context.changes.settings(here.frame.body, name) > 1:
                what = f"{name}, which points to more than one object"
                here.context.doubt(thread, key, what, here.frame, e.span, is_of_value=True)
            return Address(Path(Root(name, kind, thread), ()), Local(key), kind is None)
        case Variable(key, False, kind):
            return Address(Path(Root(name, kind, thread), ()), Local(key), True)
    if name == "current":
        return Address(Path(Root("current", None, thread), ()))
    if name in here.context.fixed_pointers:
        return Address(here.context.fixed_pointers[name])
    where = named_place(here, e, name)
    if isinstance(where, Variable):
        return Address(Path(Root(name, where.type, thread), ()), Local(where.key), True)
    if name in here.context.pointers:
        return through(here, where, e)
    if elements.is_whole_array(here, where):
        return elements.first(here, where)
    if name in here.context.types or name in here.context.declared:
        return where
    return Address(Path(Root(name, None, thread if _is_object(here, name) else None), ()))


def _is_object(here: Here, name: str) -> bool:
    """An undeclared name used as a pointer to members is a thread's own name for the object."""
    return name in here.context.arrows


def through(here: Here, where: Place, e: tree.Expression) -> Address:
    """The object behind a pointer that is a part of a local, or itself in shared memory."""
    if isinstance(where, Variable):
        local = Root(where.key, None, here.writer.thread)
        here.context.types_of.lead(local, type_at(here, where))
        return Address(Path(local, ()), Local(where.key))
    root, members = where.path
    return Address(Path(root, (*members, "*")), load(here, where, e), True)


def _member(here: Here, base: Place, member: str) -> Place:
    if isinstance(base, Variable):
        return member_of_local(here, base, member)
    if member == "counter":
        return base  # atomic_t's only member
    if member == "__state":
        member = "state"  # of a task, since 5.14
    return part(base, member)


def member_of_local(here: Here, base: Variable, member: str) -> Variable:
    """The member of a local struct that is no object in memory."""
    field = None if here.context.is_litmus else here.context.types_of.member(base.declared, member)
    declared = (None, ()) if field is None else (field.type, field.dimensions)
    return part_of_local(here, f"{base.key}.{member}", *declared)


def part_of_local(
    here: Here, key: str, declared: tree.Type | None, dimensions: tuple[tree.Expression | None, ...]
) -> Variable:
    """A member or an element of a local that is no object in memory."""
    part = Variable(key, False, None, declared, dimensions)
    here.writer.parts.add(key)
    here.writer.declare(key, type_at(here, part))
    return part


def part(base: Address, member: str) -> Address:
    """The member, or the element `[i]`, of what is at an address."""
    above = base.path.members
    if above[-1:] == ("*",) and not member.startswith("["):
        above = above[:-1]
    path = Path(base.path.root, (*above, member))
    choices = tuple((v, Path(p.root, (*p.members, member))) for v, p in base.choices)
    members = (*base.members, member)
    return Address(path, base.pointer, False, choices, base.is_closed, members, base.index)


def _root_of(address: Address, kind: str) -> Root:
    root = address.path.root
    return Root(root.name, _struct(kind), root.owner)


def _struct(name: str) -> str | None:
    return name if name.startswith(("struct ", "union ")) or name.endswith("_t") else None


def address_value(here: Here, where: Address) -> Value:
    """The address of a place, by that of the object that it is a part of."""
    if where.pointer is None:
        return here.context.address(where.path)
    places = here.context.places
    if where.choices:  # by an index
        _, first = where.choices[0]
        step = Apply("*", (where.pointer, Number(places.element())))
        return Apply("+", (here.context.address(first), step))
    if not where.members:
        return where.pointer
    if where.members[0].startswith("["):
        here.context.cannot_model("the address of an element, by a pointer", here.frame, here.frame.body.span)
    return Apply("+", (where.pointer, Number(places.offset(where.members))))


def bind_pointer(here: Here, name: str, kind: str | None, e: tree.Expression) -> Binding | None:
    """What a pointer that is set once to `e` points to; None where the text does not tell."""
    match e:
        case tree.Unary("&"):
            target = place(here, e.operand)
        case tree.Cast(inner_type, operand):
            if isinstance(operand, tree.Unary) and operand.operator == "&":
                as_another(here, e, inner_type, place(here, operand.operand))
            return bind_pointer(here, name, _struct(inner_type.name) or kind, operand)
        case tree.Name(other) if (
            isinstance(here.frame.bindings.get(other), Pointer | Reference) or other == "current"
        ):
            target = pointee(here, e)
        case tree.Call(tree.Name("container_of")):
            target = pointee(here, e)
        case _:
            return None
    if isinstance(target, Variable):
        return Reference(target)
    path = target.path
    if not path.members and path.root.type is None and path.root.owner is not None and kind is not None:
        path = Path(Root(name, kind, path.root.owner), ())
    if target.pointer is not None or target.index is not None:
        return None
    return Pointer(path, here.context.address(path, taken=not isinstance(e, tree.Name)))
