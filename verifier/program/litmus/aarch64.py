"""What AArch64 instructions mean (Arm ARM, C6.2): operations, with herd7's names for the tags of events.

A W register that the thread never names as an X register is kept as a number with a sign; an X register as one
of 64 bits. Additions of 64 bits are not cut: their results only reach addresses, and values are cut when shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from verifier.program.litmus.assembly import Access, Column, Isa
from verifier.program.litmus.words import apply, negation, shifted, signed, unsigned
from verifier.program.program import Address, Assume, Number, Opaque, Value
from verifier.syntax import litmus_tree as tree

MODELLED = "loads, stores, exclusives, CAS, SWP, LD<op>, DMB, DSB, ISB, arithmetic, selects and branches"
_REGISTER = re.compile(r"(?:([WX])(ZR|SP|\d+)|(W?)(SP)|([WX]?)(%\w+))\Z", re.IGNORECASE)
_BYTES = {"B": 1, "H": 2, "": 0}
_ZERO = Number(0)

# ------------------------------------------------------------------- registers


@lru_cache(maxsize=256)
def register(name: str) -> tuple[str, int] | None:
    """A register's name as an X register, and the bytes of the name."""
    match = _REGISTER.match(name)
    if match is None:
        return None
    if match[6] is not None:
        return match[6], 4 if match[5].upper() == "W" else 8
    if match[4] is not None:
        return "SP", 4 if match[3] else 8
    if match[2].isdigit() and int(match[2]) > 30:
        return None
    return "X" + match[2].upper(), 4 if match[1].upper() == "W" else 8


def order(name: str) -> tuple[int, str]:
    """General registers by number, then the others by name."""
    number = name[1:]
    return (int(number), "") if number.isdigit() else (99, name)


def _is_zero(r: tree.Register) -> bool:
    return r.name.upper() in ("XZR", "WZR")


def _size(r: tree.Register) -> int:
    known = register(r.name)
    return 8 if known is None else known[1]


def _get(c: Column, r: tree.Register) -> Value:
    return _ZERO if _is_zero(r) else c.view(r.name)


def _put(c: Column, r: tree.Register, value: Value) -> None:
    if not _is_zero(r):
        c.put(r.name, value)


# ------------------------------------------------------------------ operands


def _registers(c: Column, operands: tuple[tree.Operand, ...], number: int) -> tuple[tree.Register, ...]:
    """The first operands, which must be that many registers."""
    found = tuple(o for o in operands[:number] if isinstance(o, tree.Register))
    if len(found) < number:
        raise c.fail(f"expected {number} register{'s'[: number - 1]} after {c.instruction.name}")
    return found


def _nothing_more(c: Column, operands: tuple[tree.Operand, ...], number: int) -> None:
    if len(operands) > number:
        raise c.fail(f"found {len(operands)} operands after {c.instruction.name}; expected {number}")


def _second(c: Column, operands: tuple[tree.Operand, ...], size: int) -> Value:
    """A number, or a register with a shift or an extension: the last operand of arithmetic."""
    match operands:
        case (tree.Immediate(value),):
            return Number(value)
        case (tree.Immediate(value), tree.Shift("LSL", by)):
            return Number(value << by)
        case (tree.Register() as r,):
            return _sized(c, r, size)
        case (tree.Register() as r, tree.Shift(kind, by)):
            return _extended(c, r, kind, by, size)
        case _:
            raise c.fail(f"expected a number or a register as {c.instruction.name}'s last operand")


def _sized(c: Column, r: tree.Register, size: int) -> Value:
    if _size(r) != size:
        raise c.fail(f"found {r.name}; expected a register of {8 * size} bits")
    return _get(c, r)


def _extended(c: Column, r: tree.Register, kind: str, by: int, size: int) -> Value:
    if kind in ("LSL", "LSR", "ASR"):
        return shifted(kind, _get(c, r), Number(by), _size(r))
    if kind == "ROR":
        raise c.not_modelled("ROR", "LSL, LSR, ASR or an extension")
    return shifted("LSL", _extend(kind, _get(c, r), _size(r)), Number(by), size)


def _extend(kind: str, value: Value, size: int) -> Value:
    """UXTB … SXTX of a register's value."""
    width = {"B": 1, "H": 2, "W": 4, "X": 8}[kind[3]]
    if width >= size and kind[0] == "S":
        return value
    if width == 8:
        return value
    return signed(value, width) if kind[0] == "S" else unsigned(value, width)


@dataclass(frozen=True, slots=True)
class _Where:
    """A memory operand: its base, what is added for the access, and what the base gets after it."""

    base: str
    offset: Value
    after: Value | None


def _memory(c: Column, operands: tuple[tree.Operand, ...]) -> _Where:
    """The last operands: `[X1]`, `[X1,#8]`, `[X1,W2,SXTW #3]`, `[X1,#8]!`, `[X1],#8`."""
    match operands:
        case (tree.Memory((tree.Register(base), *rest), writes_back),):
            offset = _offset(c, tuple(rest))
            if not writes_back:
                return _Where(_base(c, base), offset, None)
            c.put(base, apply("+", c.view(base), offset))
            return _Where(_base(c, base), _ZERO, None)
        case (tree.Memory((tree.Register(base),), False), tree.Immediate(by)):
            return _Where(_base(c, base), _ZERO, Number(by))
        case _:
            raise c.fail(
                f"expected an address such as `[X1]`, `[X1,#8]` or `[X1,W2,SXTW]` after {c.instruction.name}"
            )


def _base(c: Column, name: str) -> str:
    known = register(name)
    if known is None or known[1] != 8:
        raise c.fail(f"found {name} as an address; expected an X register")
    return known[0]


def _offset(c: Column, parts: tuple[object, ...]) -> Value:
    match parts:
        case ():
            return _ZERO
        case (tree.Immediate(value),):
            return Number(value)
        case (tree.Register() as r,):
            return _sized(c, r, 8)
        case (tree.Register() as r, tree.Shift(kind, by)) if kind in ("LSL", "UXTW", "SXTW", "SXTX", "UXTX"):
            return _extended(c, r, kind, by, 8)
        case _:
            raise c.fail("expected an address such as `[X1]`, `[X1,#8]`, `[X1,X2]` or `[X1,W2,SXTW]`")


def _access(c: Column, where: _Where, size: int, then: Callable[[Address], None]) -> None:
    """The access, then what the base gets."""
    then(c.address(where.base, where.offset, size))
    if where.after is not None:
        c.put(where.base, apply("+", c.view(where.base), where.after))


# ------------------------------------------------------------ loads and stores

_LOAD = re.compile(r"LD(R|UR|AR|APR|APUR|XR|AXR)(B|H|SB|SH|SW|)\Z")
_STORE = re.compile(r"ST(R|UR|LR|LUR)(B|H|)\Z")
_EXCLUSIVE = re.compile(r"ST(L?)XR(B|H|)\Z")
_LOAD_TAGS = {"R": "", "UR": "", "AR": "A", "APR": "Q", "APUR": "Q", "XR": "EX", "AXR": "A EX"}


def _load(c: Column, i: tree.Instruction, match: re.Match[str]) -> None:
    (target,) = _registers(c, i.operands, 1)
    kind, suffix = match[1], match[2]
    size = {"B": 1, "H": 2, "W": 4}[suffix[-1]] if suffix else _size(target)
    where = _memory(c, i.operands[1:])
    access = Access(_LOAD_TAGS[kind], i.name, kind in ("R", "UR"))

    def then(address: Address) -> None:
        value = c.load(address, access, kind in ("XR", "AXR"))
        _put(c, target, unsigned(value, size) if suffix in ("B", "H") else value)

    _access(c, where, size, then)


def _store(c: Column, i: tree.Instruction, match: re.Match[str]) -> None:
    (source,) = _registers(c, i.operands, 1)
    size = _BYTES[match[2]] or _size(source)
    where = _memory(c, i.operands[1:])
    access = Access("L" if match[1].startswith("L") else "", i.name, match[1] in ("R", "UR"))
    value = _narrowed(c, source, size)
    _access(c, where, size, lambda address: c.store(address, value, access))


def _narrowed(c: Column, r: tree.Register, size: int) -> Value:
    """What a store of the register's low bytes writes."""
    value = _get(c, r)
    return signed(value, size) if size < _size(r) else value


def _store_exclusive(c: Column, i: tree.Instruction, match: re.Match[str]) -> None:
    status, source = _registers(c, i.operands, 2)
    size = _BYTES[match[2]] or _size(source)
    where = _memory(c, i.operands[2:])
    if where.after is not None:
        raise c.fail("expected an address such as `[X1]`")
    access = Access("L EX" if match[1] else "EX", i.name)
    address = c.address(where.base, where.offset, size)
    _put(c, status, c.store_exclusive(address, _narrowed(c, source, size), access))


def _pair(c: Column, i: tree.Instruction) -> None:
    """LDP, LDPSW left out, and STP: two accesses side by side."""
    first, second = _registers(c, i.operands, 2)
    size = _size(first)
    where = _memory(c, i.operands[2:])
    access = Access("", i.name, True)
    offsets = where.offset, _plus(where.offset, size)
    addresses = [c.address(where.base, offset, size) for offset in offsets]
    if i.name in ("STP", "STNP"):
        for r, address in zip((first, second), addresses, strict=True):
            c.store(address, _get(c, r), access)
    else:
        values = [c.load(address, access) for address in addresses]
        for r, value in zip((first, second), values, strict=True):
            _put(c, r, value)
    if where.after is not None:
        c.put(where.base, apply("+", c.view(where.base), where.after))


def _plus(offset: Value, size: int) -> Value:
    return Number(offset.value + size) if isinstance(offset, Number) else apply("+", offset, Number(size))


# --------------------------------------------------------------------- atomics

_SWAP = re.compile(r"(SWP|CAS)(AL|A|L|)(B|H|)\Z")
_ATOMIC = re.compile(r"(LD|ST)(ADD|CLR|EOR|SET|SMAX|SMIN|UMAX|UMIN)(AL|A|L|)(B|H|)\Z")


def _tags(order: str, is_returned: bool) -> str:
    """Tags of the read and the write; an atomic that gives no value back acquires nothing."""
    read = ("X A" if "A" in order else "X") if is_returned else "X NoRet"
    return f"{read}/{'X L' if 'L' in order else 'X'}"


def _swap(c: Column, i: tree.Instruction, match: re.Match[str]) -> None:
    """SWP Ws,Wt,[Xn] and CAS Ws,Wt,[Xn]: the first's Wt, and the second's Ws, get what was there."""
    first, second = _registers(c, i.operands, 2)
    is_swap = match[1] == "SWP"
    size = _BYTES[match[3]] or _size(first)
    target = second if is_swap else first
    address = _atomic_place(c, i.operands[2:], size)
    access = Access(_tags(match[2], not _is_zero(target)), i.name)
    new = _narrowed(c, first if is_swap else second, size)
    expected = _narrowed(c, first, size)
    if is_swap:
        old = c.rmw(address, lambda _: new, access)
    else:
        old = c.rmw(address, lambda _: new, access, lambda o: apply("==", o, expected))
        old = old if _is_zero(target) else _found(c, old, expected)
    _put(c, target, unsigned(old, size) if size < 4 else old)


def _found(c: Column, old: Value, expected: Value) -> Value:
    """What a CAS returns: where it succeeds that may be, freely, the value expected, chosen by the comparison."""
    equal = apply("==", old, expected)
    is_expected = apply("!=", Opaque(f"{c.origin().place} returns what it expects"), _ZERO)
    c.emit(Assume(apply("||", negation(is_expected), equal), c.origin()))
    return apply("select", is_expected, apply("select", equal, expected, expected), old)


def _atomic(c: Column, i: tree.Instruction, match: re.Match[str]) -> None:
    """LDADD Ws,Wt,[Xn] … and STADD Ws,[Xn] …"""
    is_load = match[1] == "LD"
    if not is_load and "A" in match[3]:
        raise c.not_modelled(i.name, f"ST{match[2]} or ST{match[2]}L")
    source, *rest = _registers(c, i.operands, 2 if is_load else 1)
    target = rest[0] if rest and not _is_zero(rest[0]) else None
    size = _BYTES[match[4]] or _size(source)
    address = _atomic_place(c, i.operands[1 + is_load :], size)
    access = Access(_tags(match[3], target is not None), i.name)
    operand = _narrowed(c, source, size)
    old = c.rmw(address, lambda old: _combined(match[2], old, operand, size), access)
    if target is not None:
        _put(c, target, unsigned(old, size) if size < 4 else old)


def _combined(operation: str, old: Value, operand: Value, size: int) -> Value:
    match operation:
        case "ADD":
            return signed(apply("+", old, operand), size)
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
    where = _memory(c, operands)
    if where.offset != _ZERO or where.after is not None:
        raise c.fail("expected an address such as `[X1]`")
    return c.address(where.base, _ZERO, size)


# ------------------------------------------------------------------ arithmetic

_TWO = frozenset("ADD ADDS SUB SUBS AND ANDS ORR EOR BIC BICS ORN EON".split())
_COMPARISONS = {"CMP": "SUBS", "CMN": "ADDS", "TST": "ANDS"}
_SHIFTS = frozenset("LSL LSR ASR".split())
_EXTENDS = frozenset("UXTB UXTH UXTW SXTB SXTH SXTW".split())
_MOVES = frozenset("MOV MOVZ MOVN MOVK MVN NEG NEGS".split())


def _two(c: Column, i: tree.Instruction) -> None:
    target, left = _registers(c, i.operands, 2)
    size = _size(target)
    b = _second(c, i.operands[2:], size)
    _put(c, target, _computed(c, i.name, _sized(c, left, size), b, size))


def _comparison(c: Column, i: tree.Instruction) -> None:
    (left,) = _registers(c, i.operands, 1)
    size = _size(left)
    _computed(c, _COMPARISONS[i.name], _get(c, left), _second(c, i.operands[1:], size), size)


def _computed(c: Column, name: str, a: Value, b: Value, size: int) -> Value:
    """The result of an operation; those that end in S set the flags."""
    operation = name.removesuffix("S")
    if operation in ("BIC", "ORN", "EON"):
        b = apply("~", b)
    operator = {"ADD": "+", "SUB": "-", "AND": "&", "BIC": "&", "ORR": "|", "ORN": "|"}.get(operation, "^")
    result = apply(operator, a, b)
    if operation in ("ADD", "SUB") and size == 4:
        result = signed(result, 4)
    if name.endswith("S"):
        _set_flags(c, operation, a, b, result, size)
    return result


def _move(c: Column, i: tree.Instruction) -> None:
    (target,) = _registers(c, i.operands, 1)
    size = _size(target)
    if i.name == "MOVK":
        _put(c, target, _movk(c, target, i.operands[1:], size))
        return
    value = _second(c, i.operands[1:], size)
    if i.name in ("MVN", "MOVN"):
        value = Number(~value.value) if isinstance(value, Number) else apply("~", value)
    if i.name in ("NEG", "NEGS"):
        value = _computed(c, i.name.replace("NEG", "SUB"), _ZERO, value, size)
    _put(c, target, signed(value, size) if isinstance(value, Number) else value)


def _movk(c: Column, target: tree.Register, operands: tuple[tree.Operand, ...], size: int) -> Value:
    match operands:
        case (tree.Immediate(value),):
            by = 0
        case (tree.Immediate(value), tree.Shift("LSL", by)):
            pass
        case _:
            raise c.fail("expected `MOVK register,#number` and perhaps `LSL #bits`")
    kept = apply("&", _get(c, target), Number(~(0xFFFF << by)))
    return signed(apply("|", kept, Number(value << by)), size)


def _shift(c: Column, i: tree.Instruction) -> None:
    target, source = _registers(c, i.operands, 2)
    size = _size(target)
    _nothing_more(c, i.operands, 3)
    _put(c, target, shifted(i.name, _sized(c, source, size), _second(c, i.operands[2:], size), size))


def _extension(c: Column, i: tree.Instruction) -> None:
    target, source = _registers(c, i.operands, 2)
    _nothing_more(c, i.operands, 2)
    _put(c, target, _extend(i.name, _get(c, source), 9))


def _multiplication(c: Column, i: tree.Instruction) -> None:
    target, a, b = _registers(c, i.operands, 3)
    _nothing_more(c, i.operands, 3)
    size = _size(target)
    _put(c, target, signed(apply("*", _sized(c, a, size), _sized(c, b, size)), size))


# ----------------------------------------------------------------------- flags

CONDITIONS = frozenset("EQ NE CS HS CC LO MI PL VS VC HI LS GE LT GT LE AL".split())
_UNSIGNED = frozenset("CS HS CC LO HI LS".split())
_INITIAL = {"left": 1, "right": 0, "low": 0, "high": 1, "result": 1}


def _flag(c: Column, name: str) -> Value:
    c.start.setdefault(f"flags.{name}", _INITIAL[name])
    return c.get(f"flags.{name}")


def _set_flags(c: Column, operation: str, a: Value, b: Value, result: Value, size: int) -> None:
    """Keep what the flags compare: `left` with `right` as signed numbers, `low` with `high` for the carry."""
    left, right = (
        (a, b) if operation == "SUB" else (apply("+", a, b), _ZERO) if operation == "ADD" else (result, _ZERO)
    )
    c.set("flags.left", left)
    c.set("flags.right", right)
    if c.words & _UNSIGNED:
        low, high = unsigned(a, size), unsigned(b, size)
        if operation == "ADD":
            low, high = apply("+", low, high), Number(1 << 8 * size)
        elif operation != "SUB":
            low, high = apply("&", result, _ZERO), Number(1)
        c.set("flags.low", low)
        c.set("flags.high", high)
    if c.words & {"MI", "PL", "VS", "VC"}:
        c.set("flags.result", signed(result, size))


def _holds(c: Column, condition: str) -> Value:
    """Whether the flags meet a condition."""
    left, right = _flag(c, "left"), _flag(c, "right")
    simple = {"EQ": "==", "NE": "!=", "LT": "<", "GE": ">=", "GT": ">", "LE": "<="}
    carry = {"CS": ">=", "HS": ">=", "CC": "<", "LO": "<", "HI": ">", "LS": "<="}
    if condition in simple:
        return apply(simple[condition], left, right)
    if condition in carry:
        return apply(carry[condition], _flag(c, "low"), _flag(c, "high"))
    if condition in ("MI", "PL"):
        return apply("<" if condition == "MI" else ">=", _flag(c, "result"), _ZERO)
    if condition in ("VS", "VC"):
        operator = "!=" if condition == "VS" else "=="
        return apply(operator, _flag(c, "result"), apply("-", left, right))
    return Number(1)


def _condition(c: Column, operand: tree.Operand | None) -> Value:
    if not isinstance(operand, tree.Word) or operand.name.upper() not in CONDITIONS:
        raise c.fail(f"expected a condition such as EQ or NE as {c.instruction.name}'s last operand")
    return _holds(c, operand.name.upper())


# --------------------------------------------------------------------- selects

_SELECTS = frozenset("CSEL CSINC CSINV CSNEG".split())
_SHORT_SELECTS = {"CINC": "CSINC", "CINV": "CSINV", "CNEG": "CSNEG"}


def _select(c: Column, i: tree.Instruction) -> None:
    target, a, b = _registers(c, i.operands, 3)
    size = _size(target)
    _nothing_more(c, i.operands, 4)
    when = _condition(c, i.operands[3] if len(i.operands) > 3 else None)
    other = _otherwise(i.name, _sized(c, b, size), size)
    _put(c, target, apply("select", when, _sized(c, a, size), other))


def _short_select(c: Column, i: tree.Instruction) -> None:
    """CINC Wd,Wn,cond: the changed value where the condition holds."""
    target, a = _registers(c, i.operands, 2)
    size = _size(target)
    when = _condition(c, i.operands[2] if len(i.operands) == 3 else None)
    value = _sized(c, a, size)
    _put(c, target, apply("select", when, _otherwise(_SHORT_SELECTS[i.name], value, size), value))


def _set_select(c: Column, i: tree.Instruction) -> None:
    (target,) = _registers(c, i.operands, 1)
    when = _condition(c, i.operands[1] if len(i.operands) == 2 else None)
    _put(c, target, apply("select", when, Number(1 if i.name == "CSET" else -1), _ZERO))


def _otherwise(name: str, value: Value, size: int) -> Value:
    match name:
        case "CSINC":
            return signed(apply("+", value, Number(1)), size)
        case "CSINV":
            return apply("~", value)
        case "CSNEG":
            return signed(apply("neg", value), size)
        case _:
            return value


# ------------------------------------------------------------------- branches


def _label(c: Column, operand: tree.Operand | None) -> str:
    if not isinstance(operand, tree.Word):
        raise c.fail(f"expected a label as {c.instruction.name}'s last operand")
    return operand.name


def _branch(c: Column, i: tree.Instruction) -> None:
    _nothing_more(c, i.operands, 1)
    label = _label(c, i.operands[0] if i.operands else None)
    if not i.modifiers:
        c.jump(label)
    elif len(i.modifiers) == 1 and i.modifiers[0] in CONDITIONS:
        c.jump(label, _holds(c, i.modifiers[0]))
    else:
        raise c.fail(f"found B.{'.'.join(i.modifiers)}; expected a condition such as B.EQ or B.NE")


def _compare_and_branch(c: Column, i: tree.Instruction) -> None:
    (r,) = _registers(c, i.operands, 1)
    _nothing_more(c, i.operands, 2)
    label = _label(c, i.operands[1] if len(i.operands) > 1 else None)
    c.jump(label, apply("==" if i.name == "CBZ" else "!=", _get(c, r), _ZERO))


def _test_and_branch(c: Column, i: tree.Instruction) -> None:
    (r,) = _registers(c, i.operands, 1)
    match i.operands[1:]:
        case (tree.Immediate(bit), label):
            tested = apply("&", _get(c, r), Number(1 << bit))
            c.jump(_label(c, label), apply("==" if i.name == "TBZ" else "!=", tested, _ZERO))
        case _:
            raise c.fail(f"expected `{i.name} register,#bit,label`")


# -------------------------------------------------------------------- barriers

_DOMAINS = frozenset(d + k for d in ("ISH", "OSH", "NSH") for k in ("", "LD", "ST")) | {"SY", "LD", "ST"}


def _barrier(c: Column, i: tree.Instruction) -> None:
    match i.operands:
        case (tree.Word(name),) if name.upper() in _DOMAINS:
            c.fence(f"{i.name}.{name.upper()}", f"{i.name} {name.upper()}")
        case _:
            raise c.fail(f"expected {', '.join(sorted(_DOMAINS))} after {i.name}")


def _isb(c: Column, _: tree.Instruction) -> None:
    c.fence("ISB", "ISB")


def _nop(c: Column, _: tree.Instruction) -> None:
    """Nothing happens."""


_PLAIN: dict[str, Callable[[Column, tree.Instruction], None]] = {
    **dict.fromkeys(("LDP", "STP", "LDNP", "STNP"), _pair),
    **dict.fromkeys(_TWO, _two),
    **dict.fromkeys(_COMPARISONS, _comparison),
    **dict.fromkeys(_MOVES, _move),
    **dict.fromkeys(_SHIFTS, _shift),
    **dict.fromkeys(_EXTENDS, _extension),
    "MUL": _multiplication,
    **dict.fromkeys(_SELECTS, _select),
    **dict.fromkeys(_SHORT_SELECTS, _short_select),
    **dict.fromkeys(("CSET", "CSETM"), _set_select),
    "B": _branch,
    **dict.fromkeys(("CBZ", "CBNZ"), _compare_and_branch),
    **dict.fromkeys(("TBZ", "TBNZ"), _test_and_branch),
    **dict.fromkeys(("DMB", "DSB"), _barrier),
    "ISB": _isb,
    "NOP": _nop,
}
_FAMILIES = (
    (_LOAD, _load),
    (_STORE, _store),
    (_EXCLUSIVE, _store_exclusive),
    (_SWAP, _swap),
    (_ATOMIC, _atomic),
)


def lower(c: Column, i: tree.Instruction) -> None:
    """An instruction's operations. Raises ProgramError."""
    if i.name != "B" and i.modifiers:
        raise c.not_modelled(f"{i.name}.{'.'.join(i.modifiers)}", MODELLED)
    known = _PLAIN.get(i.name)
    if known is not None:
        known(c, i)
        return
    for pattern, family in _FAMILIES:
        match = pattern.match(i.name)
        if match is not None:
            family(c, i, match)
            return
    raise c.not_modelled(i.name, MODELLED)


ISA = Isa(register, order, lower)
