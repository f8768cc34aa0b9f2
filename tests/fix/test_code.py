"""Where barriers are written in pseudo-C, and how accesses become stronger or plain."""

from __future__ import annotations

import pytest

from verifier.fix.code import Code
from verifier.fix.edits import Edit, Parts, edited
from verifier.fix.text import Text
from verifier.source import Source, Span
from verifier.syntax import parse


def code(text: str) -> Code:
    functions = parse(Source.whole("f.c", text.removeprefix("\ufeff").replace("\r\n", "\n"))).functions
    return Code(Text.of(text), tuple((f, lambda span: span) for f in functions))


def span(text: str, words: str) -> Span:
    lines = text.removeprefix("\ufeff").split("\n")
    line = next(n for n, one in enumerate(lines, 1) if words in one)
    column = lines[line - 1].index(words) + 1
    return Span(line, column, line, column + len(words))


def after(text: str, parts: Parts | None) -> str:
    assert parts is not None
    return edited(text, [Edit(parts, 0, "")])


FENCES = [
    ("{\n\tA();\n\tB();\n}", ["{\n\tA();\n\tfence();\n\tB();\n}"]),
    ("{\n\tA(); B();\n}", ["{\n\tA(); fence(); B();\n}"]),
    ("{\n\tA(); /* said */\n\tB();\n}", ["{\n\tA(); /* said */\n\tfence();\n\tB();\n}"]),
    ("{\n\tA();\n\t/* about B */\n\tB();\n}", ["{\n\tA();\n\tfence();\n\t/* about B */\n\tB();\n}"]),
    (
        "{\n\tA();\n\t/*\n\t * about B\n\t */\n\tB();\n}",
        ["{\n\tA();\n\tfence();\n\t/*\n\t * about B\n\t */\n\tB();\n}"],
    ),
    (
        "{\n\tA();\n\tc();\n\tB();\n}",
        ["{\n\tA();\n\tc();\n\tfence();\n\tB();\n}", "{\n\tA();\n\tfence();\n\tc();\n\tB();\n}"],
    ),
    (
        "{\n\tA();\n\tif (x)\n\t\tB();\n}",
        [
            "{\n\tA();\n\tif (x) {\n\t\tfence();\n\t\tB();\n\t}\n}",
            "{\n\tA();\n\tfence();\n\tif (x)\n\t\tB();\n}",
        ],
    ),
    ("{\n\tif (A())\n\t\treturn;\n\tB();\n}", ["{\n\tif (A())\n\t\treturn;\n\tfence();\n\tB();\n}"]),
    (
        "{\n\tA();\n\tfor (i = B(); i; i--)\n\t\tc();\n}",
        ["{\n\tA();\n\tfence();\n\tfor (i = B(); i; i--)\n\t\tc();\n}"],
    ),
    ("{\n\twhile (!A())\n\t\t;\n\tB();\n}", ["{\n\twhile (!A())\n\t\t;\n\tfence();\n\tB();\n}"]),
    ("{\r\n\tA();\r\n\tB();\r\n}\r\n", ["{\r\n\tA();\r\n\tfence();\r\n\tB();\r\n}\r\n"]),
]


@pytest.mark.parametrize(("body", "expected"), FENCES)
def test_fences(body: str, expected: list[str]) -> None:
    text = f"void f(void)\n{body}"
    ways = code(text).fences("fence()", span(text, "A()"), span(text, "B()"))
    assert [after(text, parts) for parts in ways] == [f"void f(void)\n{one}" for one in expected]


def test_a_fence_behind_what_stands_alone_under_a_condition() -> None:
    text = "void f(void)\n{\n\tif (x)\n\t\tA();\n\tc();\n\tB();\n}"
    *_, last = code(text).fences("fence()", span(text, "A()"), span(text, "B()"))
    assert after(text, last) == "void f(void)\n{\n\tif (x) {\n\t\tA();\n\t\tfence();\n\t}\n\tc();\n\tB();\n}"


def test_a_byte_order_mark_moves_nothing() -> None:
    text = "\ufeffvoid f(void) { A(); B(); }"
    (only,) = code(text).fences("fence()", span(text, "A()"), span(text, "B()"))
    assert after(text, only) == "\ufeffvoid f(void) { A(); fence(); B(); }"


STRONGER = [
    ("READ_ONCE(x)", "smp_load_acquire", "smp_load_acquire(&x)"),
    ("READ_ONCE(*p)", "smp_load_acquire", "smp_load_acquire(p)"),
    ("READ_ONCE(p->flag[1])", "smp_load_acquire", "smp_load_acquire(&p->flag[1])"),
    ("p->flag", "smp_load_acquire", "smp_load_acquire(&p->flag)"),
    ("WRITE_ONCE(x, a + 1)", "smp_store_release", "smp_store_release(&x, a + 1)"),
    ("x = a + 1", "smp_store_release", "smp_store_release(&x, a + 1)"),
    ("atomic_read(&v)", "atomic_read_acquire", "atomic_read_acquire(&v)"),
    ("atomic_fetch_or_relaxed(1, &v)", "atomic_fetch_or_release", "atomic_fetch_or_release(1, &v)"),
    ("list_add(&e->node, &head)", "smp_store_release", "list_add_rcu(&e->node, &head)"),
    ("x += 1", "smp_store_release", None),
    ("f(x)", "smp_load_acquire", None),
]


@pytest.mark.parametrize(("access", "name", "expected"), STRONGER)
def test_stronger_accesses(access: str, name: str, expected: str | None) -> None:
    text = f"void f(void)\n{{\n\t{access};\n}}"
    parts = code(text).stronger(name, span(text, access))
    assert (None if parts is None else after(text, parts)) == (expected and text.replace(access, expected))


WITHOUT = [
    ("\tsmp_rmb();\n", ""),
    ("\tsmp_rmb(); /* pairs with it */\n", ""),
    ("\tsmp_store_release(&x, 1);\n", "\tWRITE_ONCE(x, 1);\n"),
    ("\tr = smp_load_acquire(p);\n", "\tr = READ_ONCE(*p);\n"),
    ("\tr = atomic_read_acquire(&v);\n", "\tr = atomic_read(&v);\n"),
    ("\tatomic_fetch_or_release(1, &v);\n", "\tatomic_fetch_or_relaxed(1, &v);\n"),
]


@pytest.mark.parametrize(("line", "expected"), WITHOUT)
def test_without_a_barrier(line: str, expected: str) -> None:
    text = f"void f(void)\n{{\n\tA();\n{line}\tB();\n}}"
    call = line.strip().removeprefix("r = ").partition(";")[0]
    assert after(text, code(text).without(span(text, call))) == text.replace(line, expected)


def test_a_barrier_moves_with_its_remark() -> None:
    text = "void f(void)\n{\n\tsmp_rmb(); /* said */\n\tA();\n\tB();\n}"
    parts = code(text).relocated(span(text, "smp_rmb()"), "after", span(text, "A()"))
    assert after(text, parts) == "void f(void)\n{\n\tA();\n\tsmp_rmb(); /* said */\n\tB();\n}"


def test_what_is_in_no_function_is_left_alone() -> None:
    own = code("int x;\nvoid f(void)\n{\n\tA();\n}")
    elsewhere = Span(40, 1, 40, 4)
    assert list(own.fences("fence()", elsewhere, None)) == []
    assert own.stronger("smp_load_acquire", Span(1, 5, 1, 6)) is None
