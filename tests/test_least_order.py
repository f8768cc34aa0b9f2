"""The two-thread shapes with every kind of order: which pairs forbid the cycle, under each model.

The expected answers are the table of least orders in README.md, with everything stronger.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest

from verifier.options import Options
from verifier.pipeline import check

SHAPES = {  # each thread: two accesses, a direction and a location each
    "MP": ("Wx Wy", "Ry Rx"),
    "SB": ("Wx Ry", "Wy Rx"),
    "LB": ("Rx Wy", "Ry Wx"),
    "S": ("Wx Wy", "Ry Wx"),
    "R": ("Wx Wy", "Wy Rx"),
    "2+2W": ("Wx Wy", "Wy Wx"),
}
KINDS = {  # what can stand in a segment, by its directions
    "WW": ("po", "wmb", "rel", "mb"),
    "WR": ("po", "wmb", "rel+acq", "mb"),
    "RR": ("po", "rmb", "acq", "addr", "mb"),
    "RW": ("po", "rmb", "acq", "rel", "data", "ctrl", "mb"),
}
FENCES = {"wmb": "smp_wmb();", "rmb": "smp_rmb();", "mb": "smp_mb();"}
DEPENDENCIES = {"addr", "data", "ctrl", "po"}

STORES = {"wmb", "rel", "mb"}
LOADS = {"rmb", "acq", "addr", "mb"}
LOAD_STORE = {"acq", "rel", "data", "ctrl", "mb"}
FORBIDDEN = {
    ("MP", "armv8"): (STORES, LOADS),
    ("MP", "lkmm"): (STORES, LOADS),
    ("SB", "armv8"): ({"rel+acq", "mb"}, {"rel+acq", "mb"}),
    ("SB", "lkmm"): ({"mb"}, {"mb"}),
    ("LB", "armv8"): (LOAD_STORE | {"rmb"}, LOAD_STORE | {"rmb"}),
    ("LB", "lkmm"): (LOAD_STORE, LOAD_STORE),
    ("S", "armv8"): (STORES, LOAD_STORE | {"rmb"}),
    ("S", "lkmm"): (STORES, LOAD_STORE),
    ("R", "armv8"): (STORES, {"rel+acq", "mb"}),
    ("R", "lkmm"): ({"mb"}, {"mb"}),
    ("2+2W", "armv8"): (STORES, STORES),
    ("2+2W", "lkmm"): ({"mb"}, {"mb"}),
}


def directions(thread: str) -> str:
    """`WR` of `Wx Ry`."""
    return "".join(access[0] for access in thread.split())


def place(location: str, kind: str, is_array: bool, is_second: bool) -> str:
    """The location as the thread names it; an address dependency goes through an index."""
    if location != "x" or not is_array:
        return location
    return "x[r0]" if kind == "addr" and is_second else "x[1]"


def statements(thread: str, kind: str, value: int, is_array: bool) -> list[str]:
    """The two accesses of a thread and what stands between them."""
    lines = []
    for number, access in enumerate(thread.split()):
        where = place(access[1], kind, is_array, number == 1)
        if number == 1 and kind in FENCES:
            lines.append(FENCES[kind])
        if access[0] == "R":
            is_acquire = "acq" in kind and (number == 0 or kind == "rel+acq")
            call = f"smp_load_acquire(&{where})" if is_acquire else f"READ_ONCE({where})"
            lines.append(f"r{number} = {call};")
            continue
        written = "r0" if kind == "data" else str(value)
        is_release = "rel" in kind and (number == 1 or kind == "rel+acq")
        call = f"smp_store_release(&{where}, {written})" if is_release else f"WRITE_ONCE({where}, {written})"
        lines.append(f"if (r0) {call};" if kind == "ctrl" else f"{call};")
    return lines


def program(shape: str, kinds: tuple[str, str]) -> str:
    """The shape as pseudo-C."""
    is_array = "addr" in kinds
    text = f"int {'x[2]' if is_array else 'x'}, y;\n"
    for number, (thread, kind) in enumerate(zip(SHAPES[shape], kinds, strict=True)):
        body = statements(thread, kind, number + 1, is_array)
        text += (
            f"int p{number}(void)\n{{\n\tint r0 = 0, r1 = 0;\n\t"
            + "\n\t".join(body)
            + "\n\treturn r0 + r1;\n}\n"
        )
    return text


@cache
def verdicts(shape: str, kinds: tuple[str, str]) -> dict[str, str]:
    """The verdict under each model."""
    (unit,) = check(f"{shape}.c", program(shape, kinds).encode(), Options())
    return {result.model: result.verdict for result in unit.results}


@pytest.mark.parametrize(("shape", "model"), FORBIDDEN)
def test_pairs_that_forbid(shape: str, model: str) -> None:
    left, right = (KINDS[directions(thread)] for thread in SHAPES[shape])
    judged = [pair for pair in product(left, right) if not DEPENDENCIES.issuperset(pair)]
    found = {pair for pair in judged if verdicts(shape, pair)[model] == "proved"}
    expected = set(product(*FORBIDDEN[shape, model]))
    assert found == expected & set(judged)


@pytest.mark.parametrize("shape", SHAPES)
def test_dependencies_alone_are_nothing_to_check(shape: str) -> None:
    left, right = (KINDS[directions(thread)] for thread in SHAPES[shape])
    for pair in product(left, right):
        if DEPENDENCIES.issuperset(pair):
            assert set(verdicts(shape, pair).values()) == {"nothing to check"}
