"""AArch64's atomic instructions: SWP, CAS, LD<op> and ST<op>."""

from __future__ import annotations

import re

from verifier.program.litmus.aarch64_operands import (
    BYTES,
    ZERO,
    is_zero,
    memory,
    narrowed,
    put,
    registers,
    size_of,
)
from verifier.program.litmus.column import Access, Column
from verifier.program.program import Address, Assume, Opaque, Value
from verifier.program.words import added, apply, negation, unsigned
from verifier.syntax import litmus_tree as tree

_SWAP = re.compile(r"(SWP|CAS)(AL|A|L|)(B|H|)\Z")
_ATOMIC = re.compile(r"(LD|ST)(ADD|CLR|EOR|SET|SMAX|SMIN|UMAX|UMIN)(AL|A|L|)(B|H|)\Z")


def _tags(order: str, is_returned: bool) -> str:
    """Tags of the read and the write; an atomic that gives no value back acquires nothing."""
    read = ("X A" if "A" in order else "X") if is_returned else "X NoRet"
    return f"{read}/{'X L' if 'L' in order else 'X'}"


def _swap(c: Column, i: tree.Instruction, match: re.Match[str]) -> None:
    """SWP Ws,Wt,[Xn] and CAS Ws,Wt,[Xn]: the first's Wt, and the second's Ws, get what was there."""
    first, second = registers(c, i.operands, 2)
    is_swap = match[1] == "SWP"
    size = BYTES[match[3]] or size_of(first)
    target = second if is_swap else first
    address = _atomic_place(c, i.operands[2:], size)
    access = Access(_tags(match[2], not is_zero(target)), i.name)
    new = narrowed(c, first if is_swap else second, size)
    expected = narrowed(c, first, size)
    if is_swap:
        old = c.rmw(address, lambda _: new, access)
    else:
        old = c.rmw(address, lambda _: new, access, lambda o: apply("==", o, expected))
        old = old if is_zero(target) else _found(c, old, expected)
    put(c, target, unsigned(old, size) if size < 4 else old)


def _found(c: Column, old: Value, expected: Value) -> Value:
    """What a CAS returns: where it succeeds that may be, freely, the value expected, chosen by the comparison."""
    equal = apply("==", old, expected)
    is_expected = apply("!=", Opaque(f"{c.origin().place} returns what it expects"), ZERO)
    c.emit(Assume(apply("||", negation(is_expected), equal), c.origin()))
    return apply("select", is_expected, apply("select", equal, expected, expected), old)


def _atomic(c: Column, i: tree.Instruction, match: re.Match[str]) -> None:
    """LDADD Ws,Wt,[Xn] … and STADD Ws,[Xn] …"""
    is_load = match[1] == "LD"
    if not is_load and "A" in match[3]:
        raise c.not_modelled(i.name, f"ST{match[2]} or ST{match[2]}L")
    source, *rest = registers(c, i.operands, 2 if is_load else 1)
    target = rest[0] if rest and not is_zero(rest[0]) else None
    size = BYTES[match[4]] or size_of(source)
    address = _atomic_place(c, i.operands[1 + is_load :], size)
    access = Access(_tags(match[3], target is not None), i.name)
    operand = narrowed(c, source, size)
    old = c.rmw(address, lambda old: _combined(match[2], old, operand, size), access)
    if target is not None:
        put(c, target, unsigned(old, size) if size < 4 else old)


def _combined(operation: str, old: Value, operand: Value, size: int) -> Value:
    match operation:
        case "ADD":
            return added(old, operand, size)
        case "CLR":
            return apply("&", old, apply("~", operand))
        case "EOR":
            return apply("^", old, operand)
        case "SET":
            return apply("|", old, operand)
        case "SMAX":
            return apply("?:", apply(">", old, operand), old, operand)
        case "SMIN":
            return apply("?:", apply("<", old, operand), old, operand)
        case _:
            compared = apply(
                ">" if operation == "UMAX" else "<", unsigned(old, size), unsigned(operand, size)
            )
            return apply("?:", compared, old, operand)


def _atomic_place(c: Column, operands: tuple[tree.Operand, ...], size: int) -> Address:
    where = memory(c, operands)
    if where.offset != ZERO or where.after is not None:
        raise c.fail("expected an address such as `[X1]`")
    return c.address(where.base, ZERO, size)


FAMILIES = ((_SWAP, _swap), (_ATOMIC, _atomic))
