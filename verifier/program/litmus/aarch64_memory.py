"""Loads and stores of AArch64: single, exclusive, and in pairs."""

from __future__ import annotations

import re

from verifier.program.litmus.aarch64_operands import (
    BYTES,
    Where,
    get,
    memory,
    narrowed,
    put,
    registers,
    size_of,
    write_back,
)
from verifier.program.litmus.column import Access, Column
from verifier.program.program import Number
from verifier.program.words import unsigned
from verifier.syntax import litmus_tree as tree

_LOAD_TAGS = {"R": "", "UR": "", "AR": "A", "APR": "Q", "APUR": "Q", "XR": "EX", "AXR": "A EX"}


def _load(c: Column, i: tree.Instruction, match: re.Match[str]) -> None:
    (target,) = registers(c, i.operands, 1)
    kind, suffix = match[1], match[2]
    size = {"B": 1, "H": 2, "W": 4}[suffix[-1]] if suffix else size_of(target)
    where = memory(c, i.operands[1:])
    access = Access(_LOAD_TAGS[kind], i.name, kind in ("R", "UR"))
    value = c.load(c.address(where.base, where.offset, size), access, kind in ("XR", "AXR"))
    put(c, target, unsigned(value, size) if suffix in ("B", "H") else value)
    write_back(c, where)


def _store(c: Column, i: tree.Instruction, match: re.Match[str]) -> None:
    (source,) = registers(c, i.operands, 1)
    size = BYTES[match[2]] or size_of(source)
    where = memory(c, i.operands[1:])
    access = Access("L" if match[1].startswith("L") else "", i.name, match[1] in ("R", "UR"))
    c.store(c.address(where.base, where.offset, size), narrowed(c, source, size), access)
    write_back(c, where)


def _store_exclusive(c: Column, i: tree.Instruction, match: re.Match[str]) -> None:
    status, source = registers(c, i.operands, 2)
    size = BYTES[match[2]] or size_of(source)
    where = memory(c, i.operands[2:])
    if where.after is not None:
        raise c.fail("expected an address such as `[X1]`")
    access = Access("L EX" if match[1] else "EX", i.name)
    address = c.address(where.base, where.offset, size)
    put(c, status, c.store_exclusive(address, narrowed(c, source, size), access))


def _load_pair(c: Column, i: tree.Instruction, _: re.Match[str]) -> None:
    first, second = registers(c, i.operands, 2)
    size = 4 if i.name == "LDPSW" else _common_size(c, first, second)
    where = memory(c, i.operands[2:])
    access = Access("", i.name, True)
    for r, value in [
        (r, c.load(c.address(where.base, offset, size), access))
        for r, offset in zip((first, second), _offsets(c, where, size), strict=True)
    ]:
        put(c, r, value)
    write_back(c, where)


def _store_pair(c: Column, i: tree.Instruction, _: re.Match[str]) -> None:
    first, second = registers(c, i.operands, 2)
    size = _common_size(c, first, second)
    where = memory(c, i.operands[2:])
    access = Access("", i.name, True)
    for r, offset in zip((first, second), _offsets(c, where, size), strict=True):
        c.store(c.address(where.base, offset, size), get(c, r), access)
    write_back(c, where)


def _common_size(c: Column, first: tree.Register, second: tree.Register) -> int:
    size = size_of(first)
    if size_of(second) != size:
        raise c.fail(f"found {second.name}; expected a register of {8 * size} bits")
    return size


def _offsets(c: Column, where: Where, size: int) -> tuple[Number, Number]:
    """Where the two of a pair are: as far from the base as a number says."""
    if not isinstance(where.offset, Number):
        raise c.fail("expected an address such as `[X1]` or `[X1,#8]`")
    return where.offset, Number(where.offset.value + size)


FAMILIES = (
    (re.compile(r"LD(R|UR|AR|APR|APUR|XR|AXR)(B|H|SB|SH|SW|)\Z"), _load),
    (re.compile(r"ST(R|UR|LR|LUR)(B|H|)\Z"), _store),
    (re.compile(r"ST(L?)XR(B|H|)\Z"), _store_exclusive),
    (re.compile(r"LD(?:N?P|PSW)\Z"), _load_pair),
    (re.compile(r"STN?P\Z"), _store_pair),
)
