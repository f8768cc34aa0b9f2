"""C's integer types: expressions of all of them, against what a C compiler makes of them where there is one."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from verifier.program.conversions import (
    Typed,
    as_kind,
    binary,
    common,
    converted,
    named,
    truth,
    unary,
)
from verifier.program.operators import OPERATORS
from verifier.program.program import Apply, Number, Value
from verifier.program.words import Kind
from verifier.source import Span
from verifier.syntax import tree

TYPES = {
    "unsigned char": Kind(1, False),
    "signed char": Kind(1, True),
    "unsigned short": Kind(2, False),
    "short": Kind(2, True),
    "unsigned int": Kind(4, False),
    "int": Kind(4, True),
    "unsigned long": Kind(8, False),
    "long": Kind(8, True),
}
BINARY = ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "==", "!=", "<", ">", "<=", ">=")


def type_named(name: str) -> tree.Type:
    return tree.Type(name, 0, Span(0, 0, 0, 0))


def number(v: Value) -> int:
    """What a value without locals comes to."""
    if isinstance(v, Number):
        return v.value
    assert isinstance(v, Apply)
    if v.operator == "?:":
        return number(v.arguments[1] if number(v.arguments[0]) else v.arguments[2])
    return OPERATORS[v.operator](*map(number, v.arguments))


class Undefined(Exception):
    """An expression means nothing in C: it overflows, divides by 0, or shifts too far."""


def defined(v: Typed) -> Typed:
    """The value as a number. A known kind must have it: else a sign overflowed, or it was not converted."""
    value, kind = number(v[0]), v[1]
    if kind is not None and kind.fit(value) != value:
        assert kind.is_signed
        raise Undefined
    return Number(value), kind


def made(choice: random.Random, depth: int) -> tuple[str, Typed]:
    """A random expression as C has it, and what it comes to here. Raises Undefined."""
    if depth == 0:
        name = choice.choice(list(TYPES))
        kind = TYPES[name]
        low = kind.fit(1 << 8 * kind.size - 1) if kind.is_signed else 0
        ends = (low, low + 1, -1, 0, 1, 2, 31, kind.fit(-1), (1 << 8 * kind.size - 1) - 1)
        value = kind.fit(choice.choice((*ends, choice.getrandbits(8 * kind.size))))
        written = "(-0x7fffffffffffffff - 1)" if value == -(1 << 63) else f"{value}{'UL' * (value >> 63)}"
        return f"(({name}){written})", (Number(value), kind)
    what = choice.randrange(8)
    if what == 0:
        operator = choice.choice("-~!")
        text, operand = made(choice, depth - 1)
        return f"({operator}{text})", defined(unary(operator, operand))
    if what == 1:
        name = choice.choice([*TYPES, "_Bool"])
        text, operand = made(choice, depth - 1)
        return f"(({name}){text})", defined((converted(operand, type_named(name)), named(name)))
    if what == 2:
        (c, asked), (a, first), (b, second) = (made(choice, depth - 1) for _ in range(3))
        kind = common(first[1], second[1])
        arms = as_kind(first, kind), as_kind(second, kind)
        return f"({c} ? {a} : {b})", defined((Apply("?:", (truth(asked[0]), *arms)), kind))
    operator = choice.choice(BINARY)
    (a, first), (b, second) = made(choice, depth - 1), made(choice, depth - 1)
    by = number(second[0])
    if operator in ("<<", ">>"):
        size = max(first[1].size if first[1] else 0, 4)
        if not 0 <= by < 8 * size or (operator == "<<" and number(first[0]) < 0):
            raise Undefined
    if operator in "/%" and by == 0:
        raise Undefined
    return f"({a} {operator} {b})", defined(binary(operator, first, second))


def expressions(seed: int, count: int) -> list[tuple[str, Typed]]:
    choice = random.Random(seed)
    found: list[tuple[str, Typed]] = []
    while len(found) < count:
        try:
            found.append(made(choice, choice.randrange(1, 4)))
        except Undefined:
            continue
    return found


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(2, 11))])
def test_a_compiler_agrees(seed: int, tmp_path: Path) -> None:
    tried = expressions(seed, 2000)
    asked = "\n".join(
        f'printf("%d %d %llu\\n", (int)sizeof({text}), (typeof({text}))-1 < 0, (unsigned long long){text});'
        for text, _ in tried
    )
    source = tmp_path / "a.c"
    source.write_text(f"#include <stdio.h>\nint main(void) {{\n{asked}\nreturn 0;\n}}\n")
    subprocess.run(["cc", "-w", "-fwrapv", "-o", tmp_path / "a", source], check=True)
    printed = subprocess.run([tmp_path / "a"], check=True, capture_output=True, text=True).stdout
    assert len(printed.splitlines()) == len(tried)
    for line, (text, (value, kind)) in zip(printed.splitlines(), tried, strict=True):
        size, is_signed, bits = map(int, line.split())
        assert kind is not None
        is_bool = text.startswith("((_Bool)")
        assert (kind.size, kind.is_signed or is_bool) == (size, bool(is_signed) or is_bool), text
        assert number(value) % (1 << 64) == bits, text
