"""Random functions of two small parameters, whose integers have types, against a C compiler where there is one: an
assertion holds if, and only if, it does so for all values of the parameters."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from verifier.options import Options
from verifier.pipeline import check

TYPES = {
    "u8": "unsigned char",
    "s8": "signed char",
    "u16": "unsigned short",
    "s16": "short",
    "u32": "unsigned int",
    "s32": "int",
    "u64": "unsigned long",
    "s64": "long",
    "bool": "_Bool",
}
VARIABLES = ("a", "b", "c", "d")
NUMBERS = (0, 1, 2, 3, 5, 7, 15, 127, 128, 255, 256)
BINARY = ("+", "-", "*", "&", "|", "^", "<", "==", "!=", ">=", "&&", "||")


def expression(rng: random.Random, depth: int) -> str:
    kind = rng.random()
    if depth == 0 or kind < 0.3:
        return rng.choice(VARIABLES) if rng.random() < 0.7 else str(rng.choice(NUMBERS))
    first = expression(rng, depth - 1)
    if kind < 0.75:
        return f"({first} {rng.choice(BINARY)} {expression(rng, depth - 1)})"
    if kind < 0.82:
        return f"({first} {rng.choice(('<<', '>>'))} {rng.randint(0, 5)})"
    if kind < 0.9:
        return f"({rng.choice('~!-')}{first})"
    if kind < 0.95:
        return f"(({rng.choice(list(TYPES))}){first})"
    return f"({first} ? {expression(rng, depth - 1)} : {expression(rng, depth - 1)})"


def statement(rng: random.Random, depth: int) -> str:
    kind = rng.random()
    if kind < 0.45:
        operator = rng.choice(("=", "=", "+=", "|=", "&=", "^=", "-="))
        return f"{rng.choice('cd')} {operator} {expression(rng, 2)};"
    if kind < 0.6:
        return f"WRITE_ONCE(x, {expression(rng, 2)});"
    if kind < 0.75:
        return rng.choice(("c = READ_ONCE(x);", "c++;", "d--;", "x++;"))
    if depth and kind < 0.95:
        then = f"{statement(rng, depth - 1)} {statement(rng, depth - 1)}"
        otherwise = f" else {{ {statement(rng, depth - 1)} }}" if rng.random() < 0.5 else ""
        return f"if ({expression(rng, 2)}) {{ {then} }}{otherwise}"
    return f"if ({expression(rng, 1)}) return;"


def program(seed: int) -> tuple[str, str, str]:
    """A shared variable and a function, and the types of the parameters."""
    rng = random.Random(seed)
    a, b = rng.choice(("u8", "s8")), rng.choice(("u8", "s8", "bool"))
    c, d, x = (rng.choice(list(TYPES)) for _ in range(3))
    body = " ".join(statement(rng, 2) for _ in range(rng.randint(1, 4)))
    compared = f"{rng.choice(VARIABLES)} {rng.choice(('==', '==', '>', '<', '!='))} {expression(rng, 1)}"
    asked = f"{compared} && {expression(rng, 2)}"
    return (
        f"{x} x;\nvoid f({a} a, {b} b)\n{{\n\t{c} c = 0; {d} d = 0;\n\t{body}\n\tBUG_ON({asked});\n}}\n",
        a,
        b,
    )


def compiled(programs: list[tuple[str, str, str]], folder: Path) -> list[bool]:
    """Whether each one's assertion holds for all values of its parameters."""
    lines = ["#include <stdio.h>", "static int bug;", "#define BUG_ON(c) do { if (c) bug = 1; } while (0)"]
    lines += ["#define READ_ONCE(v) (v)", "#define WRITE_ONCE(v, new) ((v) = (new))"]
    lines += [f"typedef {meant} {name};" for name, meant in TYPES.items() if name != "bool"]
    lines += ["#define bool _Bool"]
    for number, (text, _, _) in enumerate(programs):
        lines += [f"#define x x{number}", f"#define f f{number}", text, "#undef x", "#undef f"]
    lines.append("int main(void) {")
    for number, (_, a, b) in enumerate(programs):
        lines.append("bug = 0; for (int i = 0; i < 256; i++) for (int j = 0; j < 256; j++)")
        lines.append(f'{{ x{number} = 0; f{number}(({a})i, ({b})j); }} puts(bug ? "" : "holds");')
    return printed_by([*lines, "return 0; }"], folder)


def printed_by(lines: list[str], folder: Path) -> list[bool]:
    """Which of the lines that a C program prints say `holds`."""
    (folder / "a.c").write_text("\n".join([*lines, ""]))
    subprocess.run(["cc", "-w", "-O1", "-fwrapv", "-o", folder / "a", folder / "a.c"], check=True)
    printed = subprocess.run([folder / "a"], check=True, capture_output=True, text=True).stdout
    return [line == "holds" for line in printed.splitlines()]


def answer(text: str) -> str:
    (unit,) = check("a.c", text.encode(), Options(models=("sc",)))
    (result,) = unit.results
    return result.properties[0].status if result.properties else result.verdict


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")
@pytest.mark.parametrize(
    "chunk", [0, *(pytest.param(chunk, marks=pytest.mark.full) for chunk in range(1, 20))]
)
def test_a_compiler_agrees(chunk: int, tmp_path: Path) -> None:
    programs = [program(seed) for seed in range(100 * chunk, 100 * (chunk + 1))]
    held = compiled(programs, tmp_path)
    answers = [answer(text) for text, _, _ in programs]
    for (text, _, _), holds, found in zip(programs, held, answers, strict=True):
        fitting = ("holds", "vacuous", "nothing to check") if holds else ("violated",)
        assert found in ("undecided", *fitting), text
    assert answers.count("undecided") < 10
    assert answers.count("holds") > 20
    assert answers.count("violated") > 20
