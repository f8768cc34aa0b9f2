"""What Power instructions mean (Power ISA, book I and II): operations, with herd7's names for the tags of events.

Registers hold numbers of 8 bytes with a sign; a condition register's field is kept as the two numbers that it compares.
"""

from __future__ import annotations

import re
from functools import lru_cache

from verifier.program.litmus.column import Access, Column, Isa
from verifier.program.program import Address, Number, Value
from verifier.program.words import apply, signed, unsigned
from verifier.syntax import litmus_tree as tree

MODELLED = "loads, stores, LWARX, STWCX., SYNC, LWSYNC, ISYNC, EIEIO, arithmetic and branches"
_ZERO = Number(0)
_FIELD = re.compile(r"cr[0-7]\Z")


@lru_cache(maxsize=256)
def register(name: str) -> tuple[str, int] | None:
    """General registers, of 8 bytes."""
    return (name, 8) if re.fullmatch(r"r(?:\d|[12]\d|3[01])|%\w+", name) else None


def order(name: str) -> tuple[int, str]:
    """By number."""
    return (int(name[1:]), "") if name[1:].isdecimal() else (99, name)


def _get(c: Column, operand: tree.Operand) -> Value:
    match operand:
        case tree.Immediate(value):
            return Number(value)
        case tree.Register(name) if register(name) is not None:
            return c.view(name)
        case _:
            raise c.fail(f"expected registers and numbers after {c.instruction.name}")


# -------------------------------------------------------------------- accesses


def _displaced(c: Column, operand: tree.Operand, size: int) -> Address:
    match operand:
        case tree.Memory((tree.Register(base),)):
            return c.address(base, _ZERO, size)
        case tree.Memory((tree.Register(base), tree.Immediate(by))):
            return c.address(base, Number(by), size)
        case _:
            raise c.fail("expected an address such as `0(r2)`")


def _indexed(c: Column, base: tree.Operand, index: tree.Operand, size: int) -> Address:
    """The sum of two registers; r0 as the first stands for 0."""
    match base, index:
        case tree.Register("r0") | tree.Immediate(0), tree.Register():
            return c.address(None, _get(c, index), size)
        case tree.Register(name), tree.Register() if register(name) is not None:
            return c.address(name, _get(c, index), size)
        case _:
            raise c.fail(f"expected three registers after {c.instruction.name}")


def _placed(c: Column, operands: list[tree.Operand], size: int) -> Address:
    return (
        _displaced(c, operands[0], size)
        if len(operands) == 1
        else _indexed(c, operands[0], operands[1], size)
    )


_SIZES = {"B": 1, "H": 2, "W": 4, "D": 8}
_LOAD = re.compile(r"L([BHW])Z(X?)\Z|L(D)(X?)\Z|L(W)A(X?)\Z")
_STORE = re.compile(r"ST([BHWD])(X?)\Z")


def _load(c: Column, i: tree.Instruction, size: int, is_indexed: bool) -> None:
    if size < 4:
        raise c.not_modelled(f"{i.name}, which reads less than 4 bytes,", "words of 4 or 8 bytes")
    target, *place = c.operands(3 if is_indexed else 2)
    where = _placed(c, place, size)
    value = c.load(where, Access("", i.name, True))
    c.put_into(target, unsigned(value, 4) if i.name.startswith("LWZ") else value)


def _store(c: Column, i: tree.Instruction, size: int, is_indexed: bool) -> None:
    if size < 4:
        raise c.not_modelled(f"{i.name}, which writes less than 4 bytes,", "words of 4 or 8 bytes")
    source, *place = c.operands(3 if is_indexed else 2)
    where = _placed(c, place, size)
    c.store(where, _cut(c, source, size), Access("", i.name, True))


def _cut(c: Column, source: tree.Operand, size: int) -> Value:
    """What a store of the register's low bytes writes."""
    value = _get(c, source)
    return signed(value, size) if size < 8 else value


def _load_reserved(c: Column, i: tree.Instruction, size: int) -> None:
    target, base, index = c.operands(3)
    value = c.load(_indexed(c, base, index, size), Access("EX", i.name), True)
    c.put_into(target, unsigned(value, 4) if size == 4 else value)


def _store_conditional(c: Column, i: tree.Instruction, size: int) -> None:
    source, base, index = c.operands(3)
    place = _indexed(c, base, index, size)
    _compare(c, "cr0", c.store_exclusive(place, _cut(c, source, size), Access("EX", f"{i.name}.")), _ZERO)


# ------------------------------------------------------------------ arithmetic

_OPERATORS = {"ADD": "+", "SUB": "-", "SUBF": "-", "AND": "&", "OR": "|", "XOR": "^", "MULLW": "*"}
_BRANCHES = {"BEQ": "==", "BNE": "!=", "BLT": "<", "BGT": ">", "BLE": "<=", "BGE": ">="}
_BARRIERS = ("SYNC", "HWSYNC", "LWSYNC", "ISYNC", "EIEIO")


def _two(c: Column, i: tree.Instruction, stem: str) -> None:
    target, left, right = c.operands(3)
    if i.name == "ADDI" and left == tree.Register("r0"):
        left = tree.Immediate(0)
    a, b = _get(c, left), _get(c, right)
    if stem == "MULLW":
        a, b = signed(a, 4), signed(b, 4)
    result = apply(_OPERATORS[stem], *((b, a) if stem == "SUBF" else (a, b)))
    if stem not in ("AND", "OR", "XOR"):
        result = signed(result, 8)
    c.put_into(target, result)
    if i.modifiers == ("",):
        _compare(c, "cr0", c.view(target.name) if isinstance(target, tree.Register) else result, _ZERO)


def _upper(c: Column, i: tree.Instruction) -> None:
    """LIS and ADDIS: a number, 16 bits up, and what is added to it."""
    target, *added_to, number = c.operands(2 if i.name == "LIS" else 3)
    if not isinstance(number, tree.Immediate):
        raise c.fail(f"expected a number as {i.name}'s last operand")
    value: Value = signed(Number(number.value << 16), 4)
    if added_to and added_to[0] != tree.Register("r0"):
        value = signed(apply("+", _get(c, added_to[0]), value), 8)
    c.put_into(target, value)


def _compare(c: Column, field: str, left: Value, right: Value) -> None:
    c.set(f"{field}.left", left)
    c.set(f"{field}.right", right)


def _comparison(c: Column, i: tree.Instruction) -> None:
    field, operands = _field(i.operands)
    if len(operands) != 2:
        raise c.fail(f"expected two operands after {i.name}")
    left, right = (_get(c, o) for o in operands)
    if i.name.startswith("CMPW"):
        left, right = signed(left, 4), signed(right, 4)
    _compare(c, field, left, right)


def _field(operands: tuple[tree.Operand, ...]) -> tuple[str, tuple[tree.Operand, ...]]:
    """The condition register's field that comes first, cr0 where none is named, and the other operands."""
    match operands:
        case (tree.Register(name), *rest) if _FIELD.match(name):
            return name, (*rest,)
        case _:
            return "cr0", operands


def _branch(c: Column, i: tree.Instruction) -> None:
    field, operands = _field(i.operands)
    if len(operands) != 1 or not isinstance(operands[0], tree.Word):
        raise c.fail(f"expected a label after {i.name}")
    when = None
    if i.name != "B":
        c.start.setdefault(f"{field}.left", 1)
        when = apply(_BRANCHES[i.name], c.get(f"{field}.left"), c.get(f"{field}.right"))
    c.jump(operands[0].name, when)


def lower(c: Column, i: tree.Instruction) -> None:
    """An instruction's operations. Raises ProgramError."""
    name = i.name
    stem = name.removesuffix("I")
    if name in _BARRIERS:
        c.operands(0)
        c.fence("SYNC" if name == "HWSYNC" else name, name.lower())
    elif name in ("LWARX", "LDARX"):
        _load_reserved(c, i, _SIZES[name[1]])
    elif name in ("STWCX", "STDCX") and i.modifiers == ("",):
        _store_conditional(c, i, _SIZES[name[2]])
    elif (load := _LOAD.match(name)) is not None:
        size, indexed = next((load[n], load[n + 1]) for n in (1, 3, 5) if load[n])
        _load(c, i, _SIZES[size], bool(indexed))
    elif (store := _STORE.match(name)) is not None:
        _store(c, i, _SIZES[store[1]], bool(store[2]))
    elif name in ("LIS", "ADDIS"):
        _upper(c, i)
    elif name == "EXTSW":
        target, source = c.operands(2)
        c.put_into(target, signed(_get(c, source), 4))
    elif name in ("LI", "MR"):
        target, source = c.operands(2)
        c.put_into(target, _get(c, source))
    elif (stem in _OPERATORS and stem != "SUBF") or name == "SUBF":
        _two(c, i, stem)
    elif name in ("CMPW", "CMPWI", "CMPD", "CMPDI"):
        _comparison(c, i)
    elif name == "B" or name in _BRANCHES:
        _branch(c, i)
    elif name != "NOP":
        raise c.not_modelled(name, MODELLED)


ISA = Isa(register, order, lower)
