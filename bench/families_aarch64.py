"""Families of litmus tests that grow with a number, for Armv8: each size of a family is a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from bench.families import both, disagree


def assembly_test(name: str, threads: Iterable[tuple[Sequence[str], Sequence[str]]], condition: str) -> str:
    """A test in AArch64 assembly: for each thread the locations that X1 and X3 point to, and its instructions."""
    columns, initial = [], []
    for number, (locations, body) in enumerate(threads):
        pointers = zip(("X1", "X3"), locations, strict=False)
        initial.append(" ".join(f"{number}:{register}={x};" for register, x in pointers))
        columns.append((f"P{number}", *body))
    rows = [" " + " | ".join(cells) + " ;" for cells in zip_longest(*columns, fillvalue="")]
    return "\n".join((f"AArch64 {name}", "{", *initial, "}", *rows, f"exists ({condition})", ""))


def store_buffering(threads: int) -> str:
    """As `families.store_buffering`, with DMB ISH."""
    body = ("MOV W0,#1", "STR W0,[X1]", "DMB ISH", "LDR W2,[X3]")
    return assembly_test(
        f"SB-ring-{threads}-arm",
        (((f"x{i}", f"x{(i + 1) % threads}"), body) for i in range(threads)),
        both(f"{i}:X2=0" for i in range(threads)),
    )


def message_passing(threads: int) -> str:
    """As `families.message_passing`, with STLR and LDAR."""
    last = threads - 1
    first = (("x", "f1"), ("MOV W0,#1", "STR W0,[X1]", "STLR W0,[X3]"))
    body = ("LDAR W0,[X1]", "MOV W2,#1", "STLR W2,[X3]")
    middle = (((f"f{i}", f"f{i + 1}"), body) for i in range(1, last))
    end = ((f"f{last}", "x"), ("LDAR W0,[X1]", "LDR W2,[X3]"))
    condition = both([*(f"{i}:X0=1" for i in range(1, threads)), f"{last}:X2=0"])
    return assembly_test(f"MP-chain-{threads}-arm", (first, *middle, end), condition)


def iriw(readers: int) -> str:
    """As `families.iriw`, with LDAR for the barrier."""
    threads: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        ((x,), ("MOV W0,#1", "STR W0,[X1]")) for x in "xy"
    ]
    body = ("LDAR W0,[X1]", "LDR W2,[X3]")
    threads += [(("x", "y") if i % 2 == 0 else ("y", "x"), body) for i in range(readers)]
    return assembly_test(f"IRIW-{readers}-arm", threads, disagree(range(2, readers + 2), "X0", "X2"))
