"""Cells of assembly columns: each distinct text is parsed once, by the grammar of its architecture."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple, cast

from lark import Token, Transformer
from lark.exceptions import UnexpectedInput

from verifier.syntax import litmus_tree as tree
from verifier.syntax.litmus_pieces import explain, parser
from verifier.syntax.litmus_state import number

Children = list[Any]

_GRAMMARS = {
    "AArch64": "litmus_aarch64",
    "X86_64": "litmus_x86_64",
    "RISCV": "litmus_riscv",
    "PPC": "litmus_ppc",
}
_REGISTERS = {
    "AArch64": re.compile(r"[WX](?:\d|[12]\d|30|ZR)\Z|W?SP\Z|LR\Z|[WX]?%\w+\Z", re.IGNORECASE),
    "X86_64": re.compile(
        r"%?(?:[re]?(?:[abcd]x|[sd]i|[bs]p)|[abcd][lh]|(?:[sd]i|[bs]p)l|r(?:8|9|1[0-5])[dwb]?)\Z",
        re.IGNORECASE,
    ),
    "RISCV": re.compile(r"x(?:\d|[12]\d|3[01])\Z|%\w+\Z|(?:zero|ra|sp|gp|tp|[at]\d|s\d+|fp)\Z"),
    "PPC": re.compile(r"r(?:\d|[12]\d|3[01])\Z|cr[0-7]\Z|%\w+\Z"),
}
_SHIFTS = frozenset("LSL LSR ASR ROR UXTB UXTH UXTW UXTX SXTB SXTH SXTW SXTX".split())
_NAMES = {
    "NUMBER": "a number",
    "NAME": "a name",
    "HASH": "`#`",
    "BANG": "`!`",
    "LOCK": "",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "COMMA": "`,`",
    "COLON": "`:`",
    "DOLLAR": "`$`",
    "$END": "its end",
}


class Cell(NamedTuple):
    """An Instruction without its text and its span."""

    labels: tuple[str, ...]
    name: str
    modifiers: tuple[str, ...]
    operands: tuple[tree.Operand, ...]


@lru_cache(maxsize=1 << 14)
def cell(architecture: str, text: str) -> Cell:
    """A cell's labels and instruction. Raises Unreadable."""
    try:
        lark = parser(_GRAMMARS[architecture], _BUILDERS[architecture], ("cell",))
        return cast(Cell, lark.parse(text))
    except UnexpectedInput as error:
        raise explain(error, text, _NAMES) from None


class _Builder(Transformer[Token, Any]):
    registers: re.Pattern[str]

    def cell(self, c: Children) -> Cell:
        *labels, instruction = c
        name, modifiers, operands = instruction or ("", (), ())
        return Cell((*labels,), name, modifiers, operands)

    def label(self, c: Children) -> str:
        return str(c[0])

    def instruction(self, c: Children) -> tuple[str, tuple[str, ...], tuple[tree.Operand, ...]]:
        *lock, name, operands = c
        parts = str(name).upper().split(".")
        modifiers = (*(str(word).upper() for word in lock if word is not None), *parts[1:])
        return parts[0], modifiers, operands or ()

    def operands(self, c: Children) -> tuple[tree.Operand, ...]:
        return (*c,)

    def name(self, c: Children) -> tree.Operand:
        text = str(c[0])
        if self.registers.match(text):
            return tree.Register(text)
        return tree.Shift(text.upper(), 0) if text.upper() in _SHIFTS else tree.Word(text)

    def immediate(self, c: Children) -> tree.Immediate:
        return tree.Immediate(number(c[-1]))

    def shift(self, c: Children) -> tree.Shift:
        return tree.Shift(str(c[0]).upper(), number(c[-1]))

    def memory(self, c: Children) -> tree.Memory:
        return tree.Memory((*c[:-1],), c[-1] is not None)


class _Displaced(_Builder):
    """`displacement(base)`: the number comes first in the text, last among the parts."""

    def memory(self, c: Children) -> tree.Memory:
        displacement, *parts = c
        extra = () if displacement is None else (tree.Immediate(number(displacement)),)
        return tree.Memory((*parts, *extra), False)


_BUILDERS: dict[str, type[Transformer[Token, Any]]] = {
    name: type(f"_{name}", (_Builder if name == "AArch64" else _Displaced,), {"registers": registers})
    for name, registers in _REGISTERS.items()
}
