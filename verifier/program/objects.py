"""Objects that a thread makes: locals whose address goes somewhere, local arrays, what it allocates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from verifier.program import access, expressions
from verifier.program.addresses import ELEMENTS
from verifier.program.context import struct_of
from verifier.program.frame import Alias, Pointer, Variable, text_of
from verifier.program.primitives import NoCall, Unmodelled
from verifier.program.program import Address, Apply, Local, Number, Path, Set, Value
from verifier.source import Span
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here
    from verifier.program.context import Context

_CLEARED = frozenset(("kzalloc", "kzalloc_obj", "kmem_cache_zalloc"))
_ALLOCATES = _CLEARED | {"kmalloc", "kmalloc_obj", "kmem_cache_alloc", "malloc"}


def is_allocation(name: str) -> bool:
    """Whether a function gives memory that nobody else has."""
    return name in _ALLOCATES


def allocate(here: Here, e: tree.Call, name: str) -> Value:
    """The address of a new object: one for each time that control gets here, as far as loops are unrolled."""
    context, writer = here.context, here.writer
    line = (here.frame.site or e.span).line
    root = context.own(writer.thread, f"{name}@{line}", None)
    context.assume(f"{name}() (line {line}) always succeeds, and nothing else has what it returns")
    if name not in _CLEARED:
        context.indeterminate.add(root)
    if not writer.loops:
        return context.address(Path(root, ()), taken=False)
    times = min(context.bound**writer.loops, ELEMENTS)
    context.bounds[root.name] = times
    paths = [Path(root, (f"[{i}]",)) for i in range(times)]
    addresses = [context.address(path, taken=False) for path in paths]
    count, kept = writer.fresh("allocated"), writer.fresh("object")
    step = Apply("*", (Local(count), Number(context.places.element())))
    writer.emit(Set(kept, Apply("+", (addresses[0], step))))
    writer.emit(Set(count, Apply("+", (Local(count), Number(1)))))
    return Local(kept)


def declare(here: Here, v: tree.Variable) -> bool:
    """Make a local an object in memory, if it has to be one: a struct whose address goes somewhere, or an array
    that is indexed by variables."""
    if v.type.pointers and not v.dimensions:
        return False
    kind, nodes = struct_of(v.type), here.context.nodes(here.frame.body)
    size = here.context.size(v)
    is_array = size is not None and any(_indexes(n, v.name) for n in nodes)
    is_struct = kind is not None and not v.dimensions and _is_passed_on(here, nodes, v.name)
    if not is_array and not is_struct:
        return False
    root = here.context.own(here.writer.thread, v.name, kind)
    here.context.types_of.declare(root, v)
    if size is not None:
        here.context.bounds[root.name] = size
    here.frame.bindings[v.name] = Alias(Address(Path(root, ())))
    _initialise(here, v, size)
    return True


def _initialise(here: Here, v: tree.Variable, size: int | None) -> None:
    binding = here.frame.bindings[v.name]
    assert isinstance(binding, Alias)
    root = binding.address.path.root
    if v.initial is None:
        here.context.indeterminate.add(root)
        return
    if not isinstance(v.initial, tree.Braces):
        here.context.cannot_model(f"the initial value of {v.name}", here.frame, v.span)
        return
    items = v.initial.items
    if size is not None and _is_plain(v.initial, size):
        for i in range(size):
            new = expressions.typed(here, items[i]) if i < len(items) else (Number(0), None)
            access.store(here, Address(Path(root, (f"[{i}]",))), new, v.initial)
    elif (
        size is not None or here.writer.loops or any(not isinstance(i, tree.Number) or i.value for i in items)
    ):
        here.context.cannot_model(f"the initial value of {v.name}", here.frame, v.span)


def _indexes(node: object, name: str) -> bool:
    """Whether a node takes an element of an array by an index that is no number."""
    match node:
        case tree.Index(tree.Name(array), index):
            return array == name and not isinstance(index, tree.Number)
        case _:
            return False


def _is_passed_on(here: Here, nodes: Iterable[object], name: str) -> bool:
    """Whether a local's address goes where it matters: not just to functions of which nothing is known."""
    ignored = {id(a) for call in _unknown_calls(here, nodes) for a in call.arguments}
    return any(
        isinstance(n, tree.Unary)
        and n.operator == "&"
        and id(n) not in ignored
        and local_of(n.operand) == name
        for n in nodes
    )


def _unknown_calls(here: Here, nodes: Iterable[object]) -> Iterator[tree.Call]:
    for node in nodes:
        match node:
            case tree.Call(tree.Name(called)) if called not in here.context.functions:
                core = here.context.kernel.core(called)
                is_known = core is not None and not isinstance(core, NoCall | Unmodelled)
                if not is_known and here.context.kernel.body(called) is None:
                    yield node
            case _:
                pass


def local_of(e: tree.Expression) -> str | None:
    """The local that a place is a part of."""
    match e:
        case tree.Name(name):
            return name
        case tree.Member(inner, _, False) | tree.Index(inner, _) | tree.Cast(_, inner):
            return local_of(inner)
        case _:
            return None


def check_copy(here: Here, e: tree.Assign) -> None:
    """Note an assignment of a whole struct, as far as declarations tell: it is not modelled."""
    match e.target, e.value:
        case (tree.Name(name), _) | (tree.Unary("*"), tree.Name(name)):
            is_copy = _is_struct(here, name)
        case tree.Unary("*", tree.Name(name)), tree.Unary("*"):
            is_copy = _points_to_struct(here, name)
        case _, tree.Name(name):
            is_copy = _is_struct(here, name)
        case _:
            is_copy = False
    if is_copy:
        note_copy(here, e)


def note_copy(here: Here, e: tree.Expression) -> None:
    """An assignment of a whole struct is not modelled."""
    what = f"{text_of(here.frame.source, e.span)}, a struct assigned as a whole"
    here.context.cannot_model(what, here.frame, e.span)


def check_value(here: Here, e: tree.Expression) -> None:
    """Note a struct in memory that is handed over or returned as a whole: that is not modelled."""
    is_local = isinstance(here.frame.bindings.get(local_of(e) or ""), Variable)
    if not is_local and not isinstance(e, tree.Call):
        what = f"{text_of(here.frame.source, e.span)}, a struct that is read as a whole"
        here.context.cannot_model(what, here.frame, e.span)


def _points_to_struct(here: Here, name: str) -> bool:
    match here.frame.bindings.get(name):
        case Pointer(path, _):
            return path.root.type is not None and not path.members
        case Variable(_, True, kind):
            return kind is not None
        case _:
            return False


def _is_struct(here: Here, name: str) -> bool:
    match here.frame.bindings.get(name):
        case Alias(address):
            root = address.path.root
            return root.is_own and not address.path.members and root.type is not None
        case Variable(_, False, kind):
            return kind is not None
        case None:
            return name in here.context.types and name not in here.context.arrays
        case _:
            return False


def set_members(here: Here, v: tree.Variable) -> None:
    """Set the members of a local struct that are read to what its initial value says, where all are named; else they
    keep any value. A copy of another struct is not modelled."""
    note_union(here, v)
    used = _used_members(here, v.name)
    match v.initial:
        case None:
            return
        case tree.Braces(items):
            given = [expressions.typed(here, item) for item in items]
        case tree.Call():
            given = []
        case _:
            if used:
                here.context.cannot_model(f"the initial value of {v.name}", here.frame, v.span)
            return
    named = _names(v.initial, len(given))
    if named is None:
        if used:
            here.context.assume(f"line {v.span.line}: the members of “{v.name}” may have any value at first")
        return
    for member in used:
        if "." not in member:
            new = given[named[member]] if member in named else (Number(0), None)
            part = _part(here, v.name, member)
            here.writer.emit(Set(part.key, access.convert(here, new, part.declared)))


def is_used(here: Here, v: tree.Parameter) -> bool:
    """Whether a function names members of a struct that it is given as a value, or hands it on."""
    return any(isinstance(n, tree.Name) and n.name == v.name for n in here.context.nodes(here.frame.body))


def note_union(here: Here, v: tree.Variable | tree.Parameter) -> None:
    """Members of a union share their place, which is not modelled."""
    used = _used_members(here, v.name)
    members: dict[Span, set[object]] = {}
    for name in {m.partition(".")[0] for m in used}:
        field = here.context.types_of.member(v.type, name)
        for union, number in field.unions if field is not None else ():
            members.setdefault(union, set()).add(number)
        if v.type.name.startswith("union "):
            members.setdefault(v.span, set()).add(name)
    if any(len(found) > 1 for found in members.values()):
        here.context.cannot_model(f"the members of {v.name}, which share a place", here.frame, v.span)


def _used_members(here: Here, name: str) -> list[str]:
    """The members of a local struct that its function names, and those that it hands the struct to as a value; each as
    `a` or `a.b`."""
    return sorted(set(_named_members(here.context, here.frame.body, name, ())))


def _named_members(
    context: Context, function: tree.Function, name: str, callers: tuple[str, ...]
) -> Iterator[str]:
    for node in context.nodes(function):
        member = _member_of(node, name)
        if member is not None:
            yield member
        match node:
            case tree.Call(tree.Name(called), arguments) if called not in callers:
                body = context.body(called)
                if body is None:
                    continue
                for parameter, argument in zip(body.parameters, arguments, strict=False):
                    if argument == tree.Name(name, argument.span):
                        yield from _named_members(context, body, parameter.name, (*callers, called))
            case _:
                pass


def _part(here: Here, whole: str | Variable, member: str) -> Variable:
    """A member of a local struct."""
    part = here.frame.bindings[whole] if isinstance(whole, str) else whole
    assert isinstance(part, Variable)
    for step in member.split("."):
        part = access.member_of_local(here, part, step)
    return part


def set_elements(here: Here, v: tree.Variable, key: str) -> None:
    """Set the elements of a local array to what its initial value says. One that does not say it by numbers and
    values in order is not modelled."""
    if v.initial is None or not has_elements(here, v.name):
        return
    size = here.context.size(v)
    if size is None or not isinstance(v.initial, tree.Braces) or not _is_plain(v.initial, size):
        here.context.cannot_model(f"the initial value of {v.name}", here.frame, v.span)
        return
    given = [access.convert(here, expressions.typed(here, item), v.type) for item in v.initial.items]
    for i in range(size):
        here.writer.emit(Set(f"{key}[{i}]", given[i] if i < len(given) else Number(0)))


def _is_plain(initial: tree.Braces, size: int) -> bool:
    """Whether it has the values of that many elements, or of the first of them, in order."""
    are_values = not any(isinstance(i, tree.Braces) for i in initial.items)
    return are_values and len(initial.items) <= size and all(names == () for names in initial.names)


def has_elements(here: Here, name: str) -> bool:
    """Whether a function uses elements of an array of that name."""
    nodes = here.context.nodes(here.frame.body)
    return any(isinstance(n, tree.Index) and n.array == tree.Name(name, n.array.span) for n in nodes)


def _names(initial: tree.Expression, count: int) -> dict[str, int] | None:
    """Which of the initial values each named member has; None where they do not tell."""
    if not isinstance(initial, tree.Braces):
        return None
    if all(isinstance(i, tree.Number) and not i.value for i in initial.items) and not any(initial.names):
        return {}
    found = {names[0]: i for i, names in enumerate(initial.names) if names is not None and len(names) == 1}
    is_flat = not any(isinstance(i, tree.Braces) for i in initial.items)
    return found if len(found) == count and is_flat else None


def _member_of(node: object, name: str) -> str | None:
    """The member of a local struct that a node is: `a`, or `a.b`."""
    members: list[str] = []
    while isinstance(node, tree.Member) and not node.arrow:
        members.insert(0, node.field)
        node = node.object
    return ".".join(members) if members and isinstance(node, tree.Name) and node.name == name else None
