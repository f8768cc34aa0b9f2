"""C's integer types: expressions of all of them, against what a C compiler makes of them where there is one."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from verifier.options import Options
from verifier.pipeline import check
from verifier.program.context import Context
from verifier.program.conversions import (
    INT,
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
from verifier.source import Source, Span
from verifier.syntax import parse, tree

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
CONSTANTS = (
    ("7", 7, Kind(4, True)),
    ("7U", 7, Kind(4, False)),
    ("7L", 7, Kind(8, True)),
    ("7UL", 7, Kind(8, False)),
    ("0xffffffff", 0xFFFFFFFF, Kind(4, False)),
    ("4294967295", 0xFFFFFFFF, Kind(8, True)),
    ("0xffffffffUL", 0xFFFFFFFF, Kind(8, False)),
    ("BIT(31)", 1 << 31, Kind(8, False)),
    ("GENMASK(40, 4)", (2 << 40) - (1 << 4), Kind(8, False)),
    ("sizeof(int)", 4, Kind(8, False)),
)
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
    if depth == 0 and choice.random() < 0.3:
        text, value, kind = choice.choice(CONSTANTS)
        return text, (Number(value), kind)
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
    macros = "#define BIT(n) (1UL << (n))\n#define GENMASK(h, l) ((2UL << (h)) - (1UL << (l)))"
    source.write_text(f"#include <stdio.h>\n{macros}\nint main(void) {{\n{asked}\nreturn 0;\n}}\n")
    subprocess.run(["cc", "-w", "-fwrapv", "-o", tmp_path / "a", source], check=True)
    printed = subprocess.run([tmp_path / "a"], check=True, capture_output=True, text=True).stdout
    assert len(printed.splitlines()) == len(tried)
    for line, (text, (value, kind)) in zip(printed.splitlines(), tried, strict=True):
        size, is_signed, bits = map(int, line.split())
        assert kind is not None
        is_bool = text.startswith("((_Bool)")
        assert (kind.size, kind.is_signed or is_bool) == (size, bool(is_signed) or is_bool), text
        assert number(value) % (1 << 64) == bits, text


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(2, 11))])
def test_a_constant_is_what_its_expression_is(seed: int) -> None:
    tried = expressions(seed, 500)
    lines = [f"#define C{i} {text}\nenum {{ E{i} = {text} }};" for i, (text, _) in enumerate(tried)]
    source = Source.whole("a.c", "\n".join(lines))
    context = Context(parse(source), source)
    for i, (text, (value, kind)) in enumerate(tried):
        known = number(value)
        assert context.typed_constant(f"C{i}") == (known, kind), text
        larger = Kind(4, False) if 0 <= known < 1 << 32 else Kind(8, known < 0)
        assert context.typed_constant(f"E{i}") == (known, INT if INT.fit(known) == known else larger), text


def test_the_value_of_an_expression_is_the_same_wherever_it_is_written() -> None:
    """As an expression, a #define, what a macro gives, what a macro is given, and an element of a local array."""
    tried = expressions(0, 40)
    for i, (text, (value, _)) in enumerate(tried):
        bits = f"{number(value) % (1 << 64):#x}UL"
        asked = (text, "C", "M()", f"SAME({text})", f"FIRST({text}, {i})")
        body = " ".join(f"t[0] = {e}; BUG_ON(t[0] != {bits}); BUG_ON((u64)({e}) != {bits});" for e in asked)
        macros = f"#define C {text}\n#define M() ({text})\n#define SAME(v) (v)\n#define FIRST(v, w) ((w) ? (v) : (v))"
        (unit,) = check(
            "a.c", f"{macros}\nvoid f(void) {{ u64 t[1]; {body} }}\n".encode(), Options(models=("sc",))
        )
        (result,) = unit.results
        assert {p.status for p in result.properties} == {"holds"}, text
