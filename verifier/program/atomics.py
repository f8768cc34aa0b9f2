"""Lowers atomic read-modify-writes and bit operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier.program import access, expressions
from verifier.program.conversions import Typed, as_kind, binary, kind_of, unary
from verifier.program.frame import Variable, text_of
from verifier.program.primitives import RmwCall
from verifier.program.program import (
    Address,
    Apply,
    Branch,
    Local,
    Number,
    Path,
    Rmw,
    Root,
    Set,
    Value,
)
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here

_WORD = 64  # bits of an unsigned long


def argument(here: Here, e: tree.Call, name: str, number: int) -> tree.Expression:
    """The argument of that number. Raises ProgramError where the call has fewer."""
    if number >= len(e.arguments):
        found = f"{len(e.arguments)} argument{'s' if len(e.arguments) != 1 else ''}"
        raise here.frame.error(
            "missing-argument", f"{name}() has {found}, expected at least {number + 1}", e.span
        )
    return e.arguments[number]


def place(here: Here, e: tree.Call, name: str, number: int, form: str) -> access.Place:
    """The place that an argument names, itself ("lvalue") or by pointing to it ("pointer")."""
    where = argument(here, e, name, number)
    return access.place(here, where) if form == "lvalue" else access.pointee(here, where)


def shared(here: Here, e: tree.Call, name: str, number: int) -> Address:
    """The shared location that an argument points to. Raises ProgramError where it is a local."""
    where = access.pointee(here, argument(here, e, name, number))
    if isinstance(where, Variable):
        raise here.frame.error("not-a-location", f"{name}() needs a shared location", e.span)
    here.context.use(here.writer.thread, where)
    return where


def _bit_place(here: Here, e: tree.Call, name: str, number: int) -> tuple[access.Place, Value]:
    """The word and the mask of a bit operation; set_bit(FLAG) names a flag that is a place of its own."""
    bit = argument(here, e, name, 0)
    if len(e.arguments) == 1:
        text = text_of(here.frame.source, bit.span)
        return Address(Path(Root(text, None, None), ())), Number(1)
    position = expressions.value(here, bit)
    words = e.arguments[number]
    if isinstance(position, Number) and position.value >= _WORD:
        word, rest = divmod(position.value, _WORD)
        words = tree.Index(words, tree.Number(word, str(word), bit.span), bit.span)
        return access.place(here, words), Number(1 << rest)
    origin = here.frame.origin(bit.span)
    is_one = isinstance(words, tree.Unary) and words.operator == "&"
    if not (isinstance(position, Number) or is_one or origin.in_primitive):
        where = f"{name}() on line {origin.span.line}"
        here.context.assume(f"the bit of {where} is taken to be in the first word")
    return access.pointee(here, words), _mask(here, position, name, bit)


def mask(here: Here, e: tree.Call) -> Value:
    """__bit(nr): the mask of a bit in the first word of several."""
    return _mask(here, expressions.value(here, e.arguments[0]), here.frame.function, e.arguments[0])


def _mask(here: Here, position: Value, name: str, bit: tree.Expression) -> Value:
    if not isinstance(position, Number):
        return Apply("<<", (Number(1), position))
    if not 0 <= position.value < _WORD:
        line = here.frame.origin(bit.span).span.line
        here.context.unmodelled.setdefault(f"bit {position.value} of {name}()", line)
        return Number(1)
    return Number(1 << position.value)


def test_bit(here: Here, e: tree.Call, name: str, order: str) -> Value:
    """The value of a bit that is read."""
    where, mask = _bit_place(here, e, name, 1)
    if isinstance(where, Variable):
        return Apply("!=", (Apply("&", (Local(where.key), mask)), Number(0)))
    word = access.load(here, where, e, order, name)
    return Apply("!=", (Apply("&", (word, mask)), Number(0)))


def rmw(here: Here, e: tree.Call, name: str, core: RmwCall) -> Value:
    """Emits the operation; its value is what the kernel\'s function of that name returns."""
    if core.is_bit:
        where, mask = _bit_place(here, e, name, core.place)
        operand: Typed = mask, None
    else:
        where = access.pointee(here, argument(here, e, name, core.place))
        operand = _operand(here, e, name, core)
    target = here.writer.fresh("old")
    old = Local(target)
    to = None if core.is_bit else access.type_at(here, where)  # of several words
    here.writer.declare(target, to)
    succeeds = _success(here, e, name, core, (old, kind_of(to)))
    new = access.convert(here, _new_value(core, (old, kind_of(to)), operand), to)
    if isinstance(where, Variable):
        raise here.frame.error("not-a-location", f"{name}() needs a shared location", e.span)
    origin = here.frame.origin(e.span)
    here.context.use(here.writer.thread, where)
    here.context.write(here.writer.thread, where)
    here.writer.emit(Rmw(target, where, new, succeeds, core.order, core.is_explicit, name, origin))
    return _result(here, e, core, old, new, operand[0], succeeds)


def _operand(here: Here, e: tree.Call, name: str, core: RmwCall) -> Typed:
    if core.operand is None:
        return Number(1), None
    return expressions.typed(here, argument(here, e, name, core.operand))


def _new_value(core: RmwCall, old: Typed, operand: Typed) -> Typed:
    match core.operator:
        case "=":
            return operand
        case "&~":
            return binary("&", old, unary("~", operand))
        case operator:
            return binary(operator, old, operand)


def _success(here: Here, e: tree.Call, name: str, core: RmwCall, old: Typed) -> Value | None:
    if core.not_zero:
        return Apply("!=", (old[0], Number(0)))
    if core.expected is None:
        return None
    wanted = argument(here, e, name, core.expected)
    if core.by_address:
        wanted = _target_of(wanted)
    expected = as_kind(expressions.typed(here, wanted), old[1])
    return Apply("!=" if core.excluded else "==", (old[0], expected))


def _target_of(e: tree.Expression) -> tree.Expression:
    return e.operand if isinstance(e, tree.Unary) and e.operator == "&" else tree.Unary("*", e, e.span)


def _result(
    here: Here, e: tree.Call, core: RmwCall, old: Value, new: Value, operand: Value, succeeds: Value | None
) -> Value:
    match core.result:
        case "old":
            return _with_operand(here, core, old, operand)
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


def _with_operand(here: Here, core: RmwCall, old: Value, operand: Value) -> Value:
    """What was read. In a litmus test the result of an arithmetic operation depends on its operand too, as in herd7."""
    is_exchange = core.operator == "=" or core.expected is not None
    if is_exchange or isinstance(operand, Number) or not here.context.is_litmus:
        return old
    return Apply("+", (old, Apply("*", (operand, Number(0)))))


def _update_expected(here: Here, e: tree.Call, core: RmwCall, old: Value, succeeds: Value) -> Value:
    """Whether it succeeded, kept from before the expected value becomes what a failure found."""
    kept = here.writer.fresh("done")
    here.writer.emit(Set(kept, succeeds))
    with here.writer.block() as failed:
        access.store(
            here,
            access.place(here, _target_of(e.arguments[core.expected or 0])),
            (old, here.writer.kind(old)),
            e,
        )
    here.writer.emit(Branch(Local(kept), (), tuple(failed), here.frame.origin(e.span)))
    return Local(kept)
