"""What x86-64 instructions mean (Intel SDM, volume 2): operations, with herd7's names for the tags of events.

Operands stand in AT&T's order: the last one is the target. Words of 4 and 8 bytes are modelled.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from verifier.program.litmus.column import Access, Column, Isa
from verifier.program.litmus.x86_64_flags import CONDITIONS, compared, computed, holds, summed
from verifier.program.program import Address, Number, Value
from verifier.program.words import added, apply, signed
from verifier.syntax import litmus_tree as tree

MODELLED = (
    "MOV, XCHG, CMPXCHG, XADD, ADD, SUB, AND, OR, XOR, INC, DEC, NEG, NOT, CMP, TEST, branches and fences"
)
_REGISTER = re.compile(r"%?(?:([re])(ax|bx|cx|dx|si|di|bp|sp)|r(8|9|1[0-5])(d?))\Z", re.IGNORECASE)
_ORDER = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp")
_ZERO = Number(0)


@lru_cache(maxsize=256)
def register(name: str) -> tuple[str, int] | None:
    """A register's name as one of 8 bytes, and the bytes of the name."""
    match = _REGISTER.match(name)
    if match is None:
        return None
    if match[3] is not None:
        return f"r{match[3]}", 4 if match[4] else 8
    return f"r{match[2].lower()}", 8 if match[1].lower() == "r" else 4


def order(name: str) -> tuple[int, str]:
    """rax to rsp, then r8 to r15."""
    return (
        (_ORDER.index(name), "") if name in _ORDER else (int(name[1:]) if name[1:].isdecimal() else 99, name)
    )


# ------------------------------------------------------------------- operands


def _size(c: Column, i: tree.Instruction, suffix: str) -> int:
    """The bytes of an instruction: by its suffix, else by its registers, else 4."""
    if suffix in ("B", "W"):
        raise c.not_modelled(f"{i.name}, which accesses less than 4 bytes,", "words of 4 or 8 bytes")
    sizes = [register(o.name) for o in i.operands if isinstance(o, tree.Register)]
    if any(s is None for s in sizes):
        raise c.not_modelled("a register of less than 4 bytes", "registers of 4 or 8 bytes")
    if suffix:
        return 4 if suffix == "L" else 8
    return next((s[1] for s in sizes if s is not None), 4)


def _place(c: Column, operand: tree.Operand, size: int) -> Address | None:
    """The address of a memory operand; None for a register or number."""
    if not isinstance(operand, tree.Memory):
        return None
    match operand.parts:
        case (tree.Word(name),):
            return c.address(None, Number(c.memory.named(name).address), size)
        case (tree.Register(base),):
            return c.address(_base(c, base), _ZERO, size)
        case (tree.Register(base), tree.Immediate(by)):
            return c.address(_base(c, base), Number(by), size)
        case (tree.Register(base), tree.Register(index), tree.Immediate(scale)):
            return c.address(_base(c, base), apply("*", c.view(index), Number(scale)), size)
        case (tree.Register(base), tree.Register(index), tree.Immediate(scale), tree.Immediate(by)):
            scaled = apply("*", c.view(index), Number(scale))
            return c.address(_base(c, base), apply("+", scaled, Number(by)), size)
        case _:
            raise c.fail("expected an address such as `(x)`, `(%rax)`, `8(%rax)` or `(%rax,%rbx,4)`")


def _base(c: Column, name: str) -> str:
    known = register(name)
    if known is None or known[1] != 8:
        raise c.fail(f"found {name} as an address; expected a register of 8 bytes")
    return known[0]


def _value(c: Column, operand: tree.Operand, size: int) -> Value:
    """What an operand holds; a memory operand is read."""
    match operand:
        case tree.Immediate(number):
            return signed(Number(number), size)
        case tree.Register(name):
            value = c.view(name)
            return signed(value, size) if _bytes(name) > size else value
        case _:
            place = _place(c, operand, size)
            if place is None:
                raise c.fail(f"expected a register, a number or an address after {c.instruction.name}")
            return c.load(place, Access("", c.instruction.name, True))


def _bytes(name: str) -> int:
    known = register(name)
    return 8 if known is None else known[1]


# ----------------------------------------------------------------- instructions


def _mov(c: Column, i: tree.Instruction, size: int) -> None:
    source, target = c.operands(2)
    place = _place(c, target, size)
    value = _value(c, source, size)
    if place is None:
        c.put_into(target, value)
    else:
        c.store(place, value, Access("", i.name, True))


def _xchg(c: Column, i: tree.Instruction, size: int) -> None:
    first, second = c.operands(2)
    if isinstance(first, tree.Memory):
        first, second = second, first
    place = _place(c, second, size)
    mine = _value(c, first, size)
    theirs = (
        _kept(c, _value(c, second, size))
        if place is None
        else c.rmw(place, lambda _: mine, Access("X/X", i.name))
    )
    if place is None:
        c.put_into(second, mine)
    c.put_into(first, theirs)


def _cmpxchg(c: Column, i: tree.Instruction, size: int) -> None:
    """CMPXCHG r,m, or m,r as herd7 has it: where m is rax, m = r; else rax = m."""
    new, target = c.operands(2)
    if isinstance(new, tree.Memory):
        new, target = target, new
    place = _place(c, target, size)
    if place is None:
        raise c.not_modelled("CMPXCHG on registers", "an address as its target")
    wanted, value = c.view("rax" if size == 8 else "eax"), _value(c, new, size)
    if "LOCK" in i.modifiers:
        old = c.rmw(place, lambda _: value, Access("X/X", i.name), lambda o: apply("==", o, wanted))
    else:
        raise c.not_modelled("CMPXCHG without LOCK", "LOCK CMPXCHG")
    compared(c, wanted, old, size)
    c.put("rax" if size == 8 else "eax", apply("?:", apply("==", old, wanted), wanted, old))


def _xadd(c: Column, i: tree.Instruction, size: int) -> None:
    source, target = c.operands(2)
    operand = _value(c, source, size)
    old = _changed(c, i, target, size, lambda o: added(o, operand, size))
    summed(c, old, operand, size)
    c.put_into(source, old)


def _two(c: Column, i: tree.Instruction, size: int) -> None:
    """ADD, SUB, AND, OR, XOR: target = target op source."""
    source, target = c.operands(2)
    operand = _value(c, source, size)
    operator = {"ADD": "+", "SUB": "-", "AND": "&", "OR": "|", "XOR": "^"}[_stem(i.name)]

    def change(old: Value) -> Value:
        result = apply(operator, old, operand)
        return signed(result, size) if operator in "+-" else result

    old = _changed(c, i, target, size, change)
    if operator == "-":
        compared(c, old, operand, size)
    elif operator == "+":
        summed(c, old, operand, size)
    else:
        computed(c, change(old))


def _one(c: Column, i: tree.Instruction, size: int) -> None:
    """INC, DEC, NEG, NOT."""
    (target,) = c.operands(1)

    def change(old: Value) -> Value:
        match _stem(i.name):
            case "INC":
                return added(old, Number(1), size)
            case "DEC":
                return signed(apply("-", old, Number(1)), size)
            case "NEG":
                return signed(apply("neg", old), size)
            case _:
                return apply("~", old)

    old = _changed(c, i, target, size, change)
    match _stem(i.name):
        case "INC" | "DEC" as name:
            summed(c, old, Number(1 if name == "INC" else -1), size, has_carry=False)
        case "NEG":
            compared(c, _ZERO, old, size)
        case _:
            pass


def _changed(
    c: Column, i: tree.Instruction, target: tree.Operand, size: int, change: Callable[[Value], Value]
) -> Value:
    """Changes the target, atomically with LOCK. Gives what it held."""
    place = _place(c, target, size)
    if place is not None and "LOCK" in i.modifiers:
        return c.rmw(place, change, Access("X/X", f"LOCK {i.name}"))
    old = _kept(c, _value(c, target, size))
    if place is None:
        c.put_into(target, change(old))
    else:
        c.store(place, change(old), Access("", i.name, True))
    return old


def _kept(c: Column, value: Value) -> Value:
    """The value under a name of its own: its register may change."""
    name = c.fresh()
    c.set(name, value)
    return c.get(name)


def _cmp(c: Column, i: tree.Instruction, size: int) -> None:
    source, target = c.operands(2)
    left, right = _value(c, target, size), _value(c, source, size)
    if _stem(i.name) == "TEST":
        computed(c, apply("&", left, right))
    else:
        compared(c, left, right, size)


def _jump(c: Column, i: tree.Instruction) -> None:
    (label,) = c.operands(1)
    condition = i.name[1:]
    if not isinstance(label, tree.Word) or condition not in {"MP", *CONDITIONS}:
        raise c.fail("expected JMP, or J and a condition such as JE or JNE, and a label")
    c.jump(label.name, None if condition == "MP" else holds(c, condition))


_FENCES = ("MFENCE", "SFENCE", "LFENCE")
_KINDS: dict[str, Callable[[Column, tree.Instruction, int], None]] = {
    "MOV": _mov,
    "XCHG": _xchg,
    "CMPXCHG": _cmpxchg,
    "XADD": _xadd,
    **dict.fromkeys(("ADD", "SUB", "AND", "OR", "XOR"), _two),
    **dict.fromkeys(("INC", "DEC", "NEG", "NOT"), _one),
    **dict.fromkeys(("CMP", "TEST"), _cmp),
}
_LOCKABLE = frozenset("ADD SUB AND OR XOR INC DEC NEG NOT XCHG CMPXCHG XADD".split())


def _stem(name: str) -> str:
    """The name without its suffix for the size."""
    return name if name in _KINDS else name[:-1]


def lower(c: Column, i: tree.Instruction) -> None:
    """An instruction's operations. Raises ProgramError."""
    stem = _stem(i.name)
    if "LOCK" in i.modifiers and stem not in _LOCKABLE:
        raise c.fail(f"LOCK before {i.name}; expected it before {', '.join(sorted(_LOCKABLE))}")
    if i.name in _FENCES:
        c.operands(0)
        c.fence(i.name, i.name)
    elif i.name == "NOP":
        return
    elif i.name.startswith("J"):
        _jump(c, i)
    elif stem in _KINDS and i.name.removeprefix(stem) in ("", "B", "W", "L", "Q"):
        _KINDS[stem](c, i, _size(c, i, i.name.removeprefix(stem)))
    else:
        raise c.not_modelled(i.name, MODELLED)


ISA = Isa(register, order, lower, {f"J{c}": c for c in CONDITIONS})
