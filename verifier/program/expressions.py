"""Lowers expressions: accesses become operations, what is left becomes a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier.program import access, calls, conversions, elements, inline, objects
from verifier.program.conversions import Typed, kind_of, truth
from verifier.program.doubts import Doubt
from verifier.program.frame import Delayed, Pointer, Reference, Variable, text_of
from verifier.program.program import Address, Apply, Branch, Local, Number, Set, Value
from verifier.syntax import tree
from verifier.syntax.walk import nodes

if TYPE_CHECKING:
    from verifier.program.access import Here


def value(here: Here, e: tree.Expression) -> Value:
    """The value of `e`; its accesses and calls are emitted in C's order.

    Raises ProgramError where it has no meaning.
    """
    return typed(here, e)[0]


def typed(here: Here, e: tree.Expression) -> Typed:
    """As `value`, with the kind of integer that it is; litmus tests have registers and words alone, of no kind."""
    match e:
        case tree.Number(number, text):
            return Number(number), None if here.context.is_litmus else conversions.of_literal(text, number)
        case tree.Unary("+", operand):
            return typed(here, operand)
        case tree.Cast(to, operand):
            new = access.convert(here, typed(here, operand), to)
            return new, None if here.context.is_litmus else kind_of(here.context.types_of.resolved(to))
        case tree.Unary(operator, operand) if operator not in ("*", "&"):
            return conversions.unary(operator, typed(here, operand))
        case tree.Binary("&&" | "||"):
            return _short_circuit(here, e), conversions.INT
        case tree.Binary(",", left, right):
            value(here, left)
            return typed(here, right)
        case tree.Binary("+", tree.Name(name) as left, right) if elements.is_array_name(here, name):
            return _address_of(here, tree.Index(left, right, e.span)), None
        case tree.Binary(operator, left, right):
            operands = typed(here, left), typed(here, right)
            if operator == "-" and _is_pointer(here, left) and _is_pointer(here, right):
                what = f"{text_of(here.frame.source, e.span)}, the distance between two pointers"
                here.context.cannot_model(what, here.frame, e.span)
            if operator not in ("==", "!=") or _is_number(left) or _is_number(right):
                _note_constants(here, left, right)
            _note_sizes(here, (left, operands[0]), (right, operands[1]))
            return conversions.binary(operator, *operands)
        case tree.Conditional():
            return _conditional(here, e)
        case tree.Assign(operator, target, source):
            return _assign(here, e, operator, target, source)
        case tree.Increment():
            return _increment(here, e)
        case tree.Call(tree.Name("sizeof"), (of,)) if not here.context.is_litmus:
            return _size(here, e, of), conversions.SIZE
        case tree.Name(name) if isinstance(binding := here.frame.bindings.get(name), Delayed):
            return typed(access.Here(here.context, here.writer, binding.frame), binding.expression)
        case tree.Name(name) if name not in here.frame.bindings and (c := here.context.typed_constant(name)):
            return Number(c[0]), None if here.context.is_litmus else c[1]
        case tree.Call(tree.Name(name)) if (
            name not in here.frame.bindings and (found := _meant(here, e, name)) is not None
        ):
            return found
        case _:
            new = _untyped(here, e)
            return new, None if here.context.is_litmus else here.writer.kind(new)


def _meant(here: Here, e: tree.Call, name: str) -> Typed | None:
    """What a call stands for, of a macro or of those that make masks; None where it is any other."""
    if (of_macro := inline.meant(here, e)) is not None:
        return typed(*of_macro)
    if name in here.context.functions or here.context.kernel.own(name):
        return None
    match name, e.arguments:
        case "BIT" | "BIT_ULL", (number,):
            one = Number(1), None if here.context.is_litmus else conversions.SIZE
            return conversions.binary("<<", one, typed(here, number))
        case "GENMASK" | "GENMASK_ULL", bounds if not here.context.is_litmus:
            names = (n.name for n in nodes(bounds) if isinstance(n, tree.Name))
            known = None if here.frame.bindings.keys() & names else here.context.constant_of(e)
            return None if known is None else (Number(known[0]), known[1])
        case "ARRAY_SIZE", (array,) if not here.context.is_litmus:
            return _length(here, array)
        case _:
            return None


def _untyped(here: Here, e: tree.Expression) -> Value:
    """What names a place or a function, or stands for something that is not known."""
    match e:
        case tree.Name(name):
            return _name(here, e, name)
        case tree.Unary("&", operand):
            return _address_of(here, operand)
        case tree.Member(tree.Braces() | tree.Cast(_, tree.Braces())):
            return here.context.opaque(here.frame.origin(e.span).place)
        case tree.Member() | tree.Index() | tree.Unary():
            where = access.place(here, e)
            if isinstance(e, tree.Member) and elements.may_be_array(here, e, where):
                what = f"{e.field}, which may be an array or a pointer"
                doubt = Doubt(what, (here.frame.site or e.span).line, True)
                here.context.arrays_or_pointers.setdefault((here.writer.thread, e.field), doubt)
            return _read(here, where, e)
        case tree.Call():
            return calls.call(here, e)
        case tree.Words(text):
            here.context.assume(f"line {e.span.line}: “{text}” may be true or false")
            return here.context.opaque(here.frame.origin(e.span).place)
        case _:
            return here.context.opaque(here.frame.origin(e.span).place)


def _name(here: Here, e: tree.Name, name: str) -> Value:
    binding = here.frame.bindings.get(name)
    if isinstance(binding, Pointer):
        return here.context.address(binding.path) if here.context.is_litmus else binding.address
    if isinstance(binding, Variable):
        return Local(binding.key)
    if isinstance(binding, Reference):
        return _address_of_local(here, f"{name}, the address of a local", e)
    if name in here.context.functions:
        return here.context.opaque(f"&{name}")
    return _read(here, access.named_place(here, e, name), e)


def _read(here: Here, where: access.Place, e: tree.Expression) -> Value:
    """What is in a place; of an array the address of its first element."""
    if isinstance(where, Address) and elements.is_whole_array(here, where):
        return access.address_value(here, elements.first(here, where))
    return access.read(here, where, e)


def _size(here: Here, e: tree.Call, of: tree.Expression) -> Value:
    """sizeof of what has a type that is known, else any value."""
    if isinstance(of, tree.TypeArgument):
        known = here.context.types_of.resolved(of.type)
    else:
        where = _unread(here, of)
        known = None if where is None else access.type_at(here, where)
    kind = conversions.SIZE if known is not None and known.pointers else kind_of(known)
    if kind is not None:
        return Number(kind.size)
    anything = here.context.opaque(here.frame.origin(e.span).place)
    return conversions.as_kind((anything, None), conversions.SIZE)


def _length(here: Here, array: tree.Expression) -> Typed | None:
    """How many elements an array has; None where the text does not tell."""
    match _unread(here, array):
        case Address(path):
            length = here.context.elements(path)
        case Variable(dimensions=(dimension,)):
            length = here.context.constant_value(dimension)
        case _:
            length = None
    return None if length is None else (Number(length), conversions.SIZE)


def _unread(here: Here, e: tree.Expression) -> access.Place | None:
    """The place that a name or a member of one is, which nothing is read for; None for what else there is."""
    base = e
    while isinstance(base, tree.Member):
        base = base.object
    if not isinstance(base, tree.Name):
        return None
    binding = here.frame.bindings.get(base.name)
    if binding is None and base.name not in here.context.declared:
        return None
    if isinstance(binding, Delayed) or (base is e and isinstance(binding, Reference | Pointer)):
        return None
    with here.writer.block():
        return access.place(here, e)


def _note_constants(here: Here, *operands: tree.Expression) -> None:
    """Say which number a name that stands for any is taken for, where it is more than told apart from others."""
    for e in map(_plain, operands):
        if isinstance(e, tree.Name) and e.name in here.context.invented and not here.context.is_litmus:
            number = here.context.constant(e.name)
            if number is not None:
                here.context.assume(f"{e.name} is not in the text: taken to be {number}")


def _note_sizes(here: Here, *operands: tuple[tree.Expression, Typed]) -> None:
    """Say which sizes may be any, where something depends on them."""
    for e, (size, _) in operands:
        match e:
            case tree.Call(tree.Name("sizeof" | "ARRAY_SIZE" as name), (of,)) if not isinstance(size, Number):
                what = f"{name}({text_of(here.frame.source, of.span)})"
                here.context.assume(f"line {e.span.line}: “{what}” may have any value")


def _plain(e: tree.Expression) -> tree.Expression:
    """An expression without its sign."""
    return e.operand if isinstance(e, tree.Unary) and e.operator in ("-", "+", "~") else e


def _is_number(e: tree.Expression) -> bool:
    return isinstance(_plain(e), tree.Number)


def _address_of(here: Here, operand: tree.Expression) -> Value:
    where = access.place(here, operand)
    if isinstance(where, Variable):
        if here.context.is_litmus:
            raise access.not_modelled(here, "the address of a register", operand)
        what = f"the address of {text_of(here.frame.source, operand.span)}"
        return _address_of_local(here, what, operand)
    if where.pointer is not None and here.context.is_litmus:
        return where.pointer
    return access.address_value(here, where)


def _address_of_local(here: Here, what: str, e: tree.Expression) -> Value:
    """The address of a local that is no object of its own."""
    here.context.cannot_model(f"{what}, used as a value", here.frame, e.span)
    return here.context.opaque(what)


def _short_circuit(here: Here, e: tree.Binary) -> Value:
    left = truth(value(here, e.left))
    with here.writer.block() as body:
        right = truth(value(here, e.right))
        if not body:
            return Apply(e.operator, (left, right))
        target = here.writer.fresh("logic")
        here.writer.emit(Set(target, right))
    origin = here.frame.origin(e.span)
    if e.operator == "&&":
        here.writer.emit(Branch(left, tuple(body), (Set(target, Number(0)),), origin))
    else:
        here.writer.emit(Branch(left, (Set(target, Number(1)),), tuple(body), origin))
    return Local(target)


def _conditional(here: Here, e: tree.Conditional) -> Typed:
    condition = truth(value(here, e.condition))
    with here.writer.block() as then:
        first = typed(here, e.then)
    with here.writer.block() as otherwise:
        second = typed(here, e.otherwise)
    kind = conversions.common(first[1], second[1])
    chosen = conversions.as_kind(first, kind), conversions.as_kind(second, kind)
    if not then and not otherwise:
        return Apply("?:", (condition, *chosen)), kind
    target = here.writer.fresh("choice")
    then.append(Set(target, chosen[0]))
    otherwise.append(Set(target, chosen[1]))
    here.writer.emit(Branch(condition, tuple(then), tuple(otherwise), here.frame.origin(e.span)))
    return Local(target), kind


def _assign(
    here: Here, e: tree.Assign, operator: str, target: tree.Expression, source: tree.Expression
) -> Typed:
    name = _marked(target)
    if operator == "=":
        new = typed(here, source)
        where = access.place(here, target)
    else:
        where = access.place(here, target)
        right = typed(here, source)
        old = access.read(here, where, target, name), kind_of(access.type_at(here, where))
        new = conversions.binary(operator[:-1], old, right)
    kept = access.store(here, where, new, e, name=name)
    if operator == "=" and not here.context.is_litmus:
        objects.check_copy(here, e)
        match source:
            case tree.Cast(to, tree.Unary("&", tree.Name() as operand)):
                access.as_another(here, source, to, access.place(here, operand))
    return kept


def _is_pointer(here: Here, e: tree.Expression) -> bool:
    """Whether the text says that an expression is a pointer."""
    if here.context.is_litmus:
        return False
    match e:
        case tree.Name(name):
            return elements.is_pointer(here, name) or elements.is_array_name(here, name)
        case tree.Unary("&"):
            return True
        case tree.Cast(to):
            return to.pointers > 0
        case tree.Binary("+" | "-", left, _):
            return _is_pointer(here, left)
        case tree.Member(_, name):
            field = here.context.types_of.member(None, name)
            return field is not None and (field.type.pointers > 0 or field.dimensions != ())
        case _:
            return False


def _marked(target: tree.Expression) -> str:
    """The macro that makes an access through it no plain one; empty where none does."""
    is_marked = isinstance(target, tree.Call) and target.function == tree.Name("ACCESS_ONCE", target.span)
    return "ACCESS_ONCE" if is_marked else ""


def _increment(here: Here, e: tree.Increment) -> Typed:
    where = access.place(here, e.operand)
    kind = kind_of(access.type_at(here, where))
    name = _marked(e.operand)
    old = access.read(here, where, e.operand, name)
    if isinstance(where, Variable):
        kept = here.writer.fresh("old")
        here.writer.emit(Set(kept, old))
        old = Local(kept)
    new = conversions.binary("+" if e.operator == "++" else "-", (old, kind), (Number(1), kind))
    changed = access.store(here, where, new, e, name=name)
    return changed if e.prefix else (old, kind)
