"""A litmus test's syntax tree becomes a program."""

from __future__ import annotations

from verifier.program.litmus import aarch64, ppc, riscv, x86_64
from verifier.program.litmus.assembly import lower_assembly
from verifier.program.litmus.c import lower_c
from verifier.program.litmus.column import Isa
from verifier.program.program import Program
from verifier.syntax import litmus_tree as tree

_ISAS: dict[str, Isa] = {
    "AArch64": aarch64.ISA,
    "X86_64": x86_64.ISA,
    "RISCV": riscv.ISA,
    "PPC": ppc.ISA,
}


def lower_litmus(test: tree.LitmusTest) -> Program:
    """The program of a litmus test.

    Raises ProgramError; its code is "not-modelled" for what litmus tests may hold but this project does not model.
    """
    if test.architecture == "C":
        return lower_c(test)
    return lower_assembly(test, _ISAS[test.architecture])
