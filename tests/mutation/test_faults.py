"""Where faults are seen, in Python, in models and in the data of the primitives; and what must not become one."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator

import pytest

from mutation import cat, kernel, plant, python, report, tree
from mutation.fault import Fault


def changes(faults: Callable[[str, str], Iterator[Fault]], text: str) -> set[str]:
    return {fault.planted() for fault in faults("verifier/cat/a", text)}


@pytest.mark.parametrize(
    ("text", "planted"),
    [
        ("x = a < b", {"x = (a <= b)"}),
        ("x = a and b", {"x = (a or b)", "x = (a)"}),
        ("x = not a", {"x = (a)"}),
        ("x = a | b", {"x = (a & b)"}),
        ("x = 3", {"x = 4"}),
        ("x = any(a)", {"x = all(a)"}),
        ("x = a if b else c", {"x = (a)", "x = (c)"}),
        ("x = [a for a in b if a]", {"x = [a for a in b]"}),
        ("x += y", {"pass"}),
        ("def f():\n    if a:\n        return b\n    return c\n", {"def f():\n    pass\n    return c\n"}),
        ('x = "é" if a else b', {'x = ("é")'.replace('"', "'"), "x = (b)"}),
    ],
)
def test_python(text: str, planted: set[str]) -> None:
    assert changes(python.faults, text) == planted


@pytest.mark.parametrize(
    "text",
    [
        "raise Problem(1 < 2)",
        "x: int | None",
        "Row = A | B",
        "def f(x: int | None = 3) -> A | B: ...",
        "@record(frozen=True)\nclass A:\n    x: int = 3\n",
        "known = Memo(1 << 12)",
        "assert_never(x)",
        "x = zip(a, b, strict=True)",
    ],
)
def test_what_is_no_behaviour_is_left_alone(text: str) -> None:
    assert changes(python.faults, text) == set()


def test_the_tests_of_a_fault_are_those_of_its_statement() -> None:
    text = "x = f(\n    1,\n    a < b,\n)\n"
    (compared,) = (f for f in python.faults("a.py", text) if f.kind == "comparison")
    assert (compared.first, compared.last, compared.line) == (1, 3, 3)
    assert compared.name == "a.py: a < b -> (a <= b), in: a < b,"


def test_a_model() -> None:
    text = "let dob = (* po | rf *)\n    [A] ; rf^-1\n  | (co | fr)\nacyclic dob as ob\n"
    assert changes(cat.faults, text) == {
        text.replace("[A] ;", "[A] |"),
        text.replace("^-1", ""),
        text.replace("[A]", "[emptyset]"),
        text.replace("; rf", "; rfe"),
        text.replace("  | (", "  & ("),
        text.replace("| (co | fr)\n", ""),
        text.replace("co | fr", "co & fr"),
        text.replace("co | fr", "co "),
        text.replace("co | fr", "fr | fr"),
        text.replace("co | fr", "co | co"),
        text.replace("acyclic dob as ob", ""),
    }


def test_a_body() -> None:
    text = "/* a/b.h, since 4.14 */\nvoid f(int *p)\n{\n\tsmp_mb();\n\tif (g_acquire(p) == 1)\n\t\tg(p);\n}\n"
    assert changes(kernel.faults_in_c, text) == {
        text.replace("4.14", "4.15"),
        text.replace("smp_mb", "smp_wmb"),
        text.replace("smp_mb()", ""),
        text.replace("_acquire", "_relaxed"),
        text.replace("==", "!="),
        text.replace("== 1", "== 7"),
        text.replace("\t\tg(p)", "\t\t"),
    }
    assert {f.keyword for f in kernel.faults_in_c("a.c", text)} == {"f"}


def test_a_table() -> None:
    text = '[aarch64.rmw]\nfull = [["X", "A"], ["X", "L"]] # "A"\nmb = ["DMB.ISH"]\n'
    assert changes(kernel.faults_in_tables, text) == {
        text.replace('[["X", ', "[["),
        text.replace('"A"], ', "], "),
        text.replace('["X", "L"', '["L"'),
        text.replace('"L"', ""),
        text.replace("ISH", "ISHST"),
    }


def test_who_calls_a_primitive() -> None:
    assert {"__wake_up", "wake_up", "wake_up_all"} <= kernel.users(
        tree.ROOT / "verifier" / "kernel", "__wake_up"
    )


@pytest.mark.full
@pytest.mark.parametrize("area", plant.SHARES)
def test_faults_can_be_read(area: str) -> None:
    """They are found by what the product does with them, not because it can't be loaded; and each has its own name."""
    found = plant.faults(tree.ROOT, area)
    assert len({fault.name for fault in found}) == len(found)
    for fault in found:
        assert fault.planted() != fault.text
        if fault.path.endswith(".toml"):
            tomllib.loads(fault.planted())
    for fault in [f for f in found if f.path.endswith(".py")][::20]:
        compile(fault.planted(), fault.path, "exec")


@pytest.mark.full
def test_a_sample_has_all_areas_and_is_that_of_its_seed() -> None:
    found = plant.sample(tree.ROOT, 300, 1)
    assert len(found) == 300
    assert {plant.area(fault) for fault in found} == set(plant.SHARES)
    assert plant.sample(tree.ROOT, 300, 1) == found != plant.sample(tree.ROOT, 300, 2)


@pytest.mark.full
def test_what_is_explained_is_a_fault() -> None:
    names = {fault.name for area in plant.SHARES for fault in plant.faults(tree.ROOT, area)}
    assert report.explained().keys() <= names
