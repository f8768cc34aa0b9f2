"""What RISC-V instructions mean (The RISC-V Instruction Set Manual, volume I): operations, with herd7's names
for the tags of events.

Registers hold numbers of 8 bytes with a sign. An AMO's annotation is on its read and on its write: in the
manual's model it is one operation.
"""

from __future__ import annotations

import re
from functools import lru_cache

from verifier.program.litmus.column import Access, Column, Isa
from verifier.program.program import Address, Number, Value
from verifier.program.words import added, apply, shifted, signed, unsigned
from verifier.syntax import litmus_tree as tree

MODELLED = "loads, stores, LR, SC, AMOs, FENCE, arithmetic and branches"
_ZERO = Number(0)
_BYTES = {"B": 1, "H": 2, "W": 4, "D": 8}
_NAMES = {
    **{
        name: number
        for number, name in enumerate(("zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1"))
    },
    "fp": 8,
    **{f"a{n}": 10 + n for n in range(8)},
    **{f"s{n}": 16 + n for n in range(2, 12)},
    **{f"t{n}": 25 + n for n in range(3, 7)},
}


@lru_cache(maxsize=256)
def register(name: str) -> tuple[str, int] | None:
    """A register's name as x0 to x31, and its bytes."""
    if name.startswith("%"):
        return name, 8
    if re.fullmatch(r"x(?:\d|[12]\d|3[01])", name):
        return name, 8
    return (f"x{_NAMES[name]}", 8) if name in _NAMES else None


def order(name: str) -> tuple[int, str]:
    """By number."""
    return (int(name[1:]), "") if name[1:].isdecimal() else (99, name)


def _get(c: Column, operand: tree.Operand) -> Value:
    match operand:
        case tree.Immediate(value):
            return signed(Number(value), 8)
        case tree.Register(name):
            return _ZERO if register(name) == ("x0", 8) else c.view(name)
        case _:
            raise c.fail(f"expected registers and numbers after {c.instruction.name}")


def _put(c: Column, target: tree.Operand, value: Value) -> None:
    """x0 stays 0."""
    if not isinstance(target, tree.Register) or register(target.name) != ("x0", 8):
        c.put_into(target, value)


def _place(c: Column, operand: tree.Operand, size: int) -> Address:
    match operand:
        case tree.Memory((tree.Register(base),)):
            by = 0
        case tree.Memory((tree.Register(base), tree.Immediate(by))):
            pass
        case _:
            raise c.fail("expected an address such as `0(x6)` or `(x6)`")
    known = register(base)
    return c.address(base if known is None else known[0], Number(by), size)


# -------------------------------------------------------------------- accesses

_LOAD = re.compile(r"L([BHWD])(U?)\Z")
_STORE = re.compile(r"S([BHWD])\Z")
_AMO = re.compile(r"AMO(SWAP|ADD|AND|OR|XOR|MAXU|MINU|MAX|MIN)\Z")


def _annotation(c: Column, suffixes: tuple[str, ...]) -> str:
    match "".join(suffixes):
        case "":
            return ""
        case "AQ":
            return "Acq"
        case "RL":
            return "Rel"
        case "AQRL":
            return "AcqRel"
        case other:
            raise c.fail(f"found .{other.lower()}; expected .aq, .rl or .aqrl")


def _tags(*tags: str) -> str:
    return " ".join(tag for tag in tags if tag)


def _load(c: Column, i: tree.Instruction, size: int, is_unsigned: bool) -> None:
    target, place = c.operands(2)
    tags = _annotation(c, i.modifiers)
    value = c.load(_place(c, place, size), Access(tags, i.name, not tags))
    _put(c, target, unsigned(value, size) if is_unsigned else value)


def _store(c: Column, i: tree.Instruction, size: int) -> None:
    source, place = c.operands(2)
    tags = _annotation(c, i.modifiers)
    c.store(_place(c, place, size), _cut(c, source, size), Access(tags, i.name, not tags))


def _cut(c: Column, source: tree.Operand, size: int) -> Value:
    """What a store of the register's low bytes writes."""
    value = _get(c, source)
    return signed(value, size) if size < 8 else value


def _width(c: Column, i: tree.Instruction) -> int:
    if not i.modifiers or i.modifiers[0] not in ("W", "D"):
        raise c.fail(f"expected {i.name}.W or {i.name}.D")
    return _BYTES[i.modifiers[0]]


def _load_reserved(c: Column, i: tree.Instruction) -> None:
    target, place = c.operands(2)
    access = Access(_tags("EX", _annotation(c, i.modifiers[1:])), ".".join((i.name, *i.modifiers)))
    _put(c, target, c.load(_place(c, place, _width(c, i)), access, True))


def _store_conditional(c: Column, i: tree.Instruction) -> None:
    status, source, place = c.operands(3)
    size = _width(c, i)
    tags = _annotation(c, i.modifiers[1:])
    access = Access(_tags("EX", tags if tags != "Acq" else ""), ".".join((i.name, *i.modifiers)))
    # The result register is a destination of its own: dependencies start at the store ("Source and Destination
    # Register Listings" of the manual's chapter on RVWMO), as they do not at one of Arm.
    _put(c, status, c.store_exclusive(_place(c, place, size), _cut(c, source, size), access, True))


def _amo(c: Column, i: tree.Instruction, operation: str) -> None:
    target, source, place = c.operands(3)
    size = _width(c, i)
    tags = _tags("X", _annotation(c, i.modifiers[1:]))
    operand = _cut(c, source, size)
    access = Access(f"{tags}/{tags}", ".".join((i.name, *i.modifiers)))
    _put(
        c, target, c.rmw(_place(c, place, size), lambda old: _combined(operation, old, operand, size), access)
    )


def _combined(operation: str, old: Value, operand: Value, size: int) -> Value:
    match operation:
        case "SWAP":
            return operand
        case "ADD":
            return added(old, operand, size)
        case "AND" | "OR" | "XOR":
            return apply({"AND": "&", "OR": "|", "XOR": "^"}[operation], old, operand)
        case "MAX" | "MIN":
            return apply("?:", apply(">" if operation == "MAX" else "<", old, operand), old, operand)
        case _:
            a, b = unsigned(old, size), unsigned(operand, size)
            return apply("?:", apply(">" if operation == "MAXU" else "<", a, b), old, operand)


# ---------------------------------------------------------------------- fences

_SIDES = {i + o + r + w: r + w for i in ("", "i") for o in ("", "o") for r in ("", "r") for w in ("", "w")}


def _fence(c: Column, i: tree.Instruction) -> None:
    match i.modifiers, i.operands:
        case ("TSO",), ():
            c.fence("Fence.tso", "fence.tso")
        case ("I",), ():
            c.fence("Fence.i", "fence.i")
        case (), ():
            c.fence("Fence.rw.rw", "fence")
        case (), (tree.Word(before), tree.Word(after)) if before in _SIDES and after in _SIDES:
            name = f"fence {before},{after}"
            if not _SIDES[before] or not _SIDES[after]:
                raise c.not_modelled(f"{name}, a fence of input and output alone,", "one of r, w or rw")
            c.fence(f"Fence.{_SIDES[before]}.{_SIDES[after]}", name)
        case _:
            raise c.fail("expected `fence rw,rw`, `fence r,rw` …, `fence.tso` or `fence.i`")


# ------------------------------------------------------------------ arithmetic

_OPERATORS = {"ADD": "+", "SUB": "-", "AND": "&", "OR": "|", "XOR": "^", "MUL": "*"}
_SHIFTS = {"SLL": "LSL", "SRL": "LSR", "SRA": "ASR"}
_BRANCHES = {"BEQ": "==", "BNE": "!=", "BLT": "<", "BGE": ">=", "BGT": ">", "BLE": "<="}


def _two(c: Column, stem: str, size: int) -> None:
    target, left, right = c.operands(3)
    a, b = _get(c, left), _get(c, right)
    if stem in _SHIFTS:
        result = shifted(_SHIFTS[stem], a if size == 8 else signed(a, 4), b, size)
    elif stem in ("SLT", "SLTU"):
        result = apply("<", *((a, b) if stem == "SLT" else (unsigned(a, 8), unsigned(b, 8))))
    else:
        result = apply(_OPERATORS[stem], a, b)
        result = result if stem in ("AND", "OR", "XOR") else signed(result, size)
    _put(c, target, result)


def _one(c: Column, i: tree.Instruction) -> None:
    target, source = c.operands(2)
    value = _get(c, source)
    match i.name:
        case "NOT":
            value = apply("~", value)
        case "NEG":
            value = signed(apply("neg", value), 8)
        case "SEXT":
            value = signed(value, _width(c, i))
        case _:
            pass
    _put(c, target, value)


def _upper(c: Column) -> None:
    """LUI: a number's 20 bits, 12 bits up."""
    match c.operands(2):
        case (target, tree.Immediate(value)):
            _put(c, target, signed(Number(value << 12), 4))
        case _:
            raise c.fail("expected `lui register,number`")


def _branch(c: Column, i: tree.Instruction) -> None:
    name = i.name
    if name == "J":
        (label,) = c.operands(1)
        when = None
    elif name.endswith("Z"):
        left, label = c.operands(2)
        when = apply(_BRANCHES[name[:-1]], _get(c, left), _ZERO)
    else:
        left, right, label = c.operands(3)
        a, b = _get(c, left), _get(c, right)
        if name.endswith("U"):
            a, b = unsigned(a, 8), unsigned(b, 8)
        when = apply(_BRANCHES[name.removesuffix("U")], a, b)
    if not isinstance(label, tree.Word):
        raise c.fail(f"expected a label as {name}'s last operand")
    c.jump(label.name, when)


_BRANCH = re.compile(r"(?:J|B(?:EQ|NE|LT|GE|GT|LE)Z|B(?:EQ|NE|LT|GE|GT|LE)|B(?:LT|GE|GT|LE)U)\Z")
_ARITHMETIC = re.compile(r"(ADD|SUB|AND|OR|XOR|MUL|SLL|SRL|SRA|SLTU|SLT)(I?)(W?)\Z|SLTIU\Z")


def lower(c: Column, i: tree.Instruction) -> None:
    """An instruction's operations. Raises ProgramError."""
    name = i.name
    if name in ("FENCE", "LR", "SC"):
        {"FENCE": _fence, "LR": _load_reserved, "SC": _store_conditional}[name](c, i)
    elif (amo := _AMO.match(name)) is not None:
        _amo(c, i, amo[1])
    elif (load := _LOAD.match(name)) is not None:
        _load(c, i, _BYTES[load[1]], bool(load[2]))
    elif (store := _STORE.match(name)) is not None:
        _store(c, i, _BYTES[store[1]])
    elif name == "NOP":
        return
    elif name == "LUI":
        _upper(c)
    elif name in ("LI", "MV", "NOT", "NEG", "SEXT"):
        _one(c, i)
    elif _BRANCH.match(name) is not None:
        _branch(c, i)
    elif (two := _ARITHMETIC.match(name)) is not None and not i.modifiers:
        _two(c, two[1] or "SLTU", 4 if two[3] else 8)
    else:
        raise c.not_modelled(name, MODELLED)


ISA = Isa(register, order, lower)
