"""A function of a C test that is parsed a statement at a time has the tree, and the places, of one parsed whole."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from verifier.errors import SyntaxProblem
from verifier.source import Source
from verifier.syntax import parse
from verifier.syntax.litmus_code import parse_function

SIMPLE = "P0(int *x, int *y)\n{\n\tint r0;\n\n\tr0 = READ_ONCE(*x);\n\tWRITE_ONCE(*y, r0 + 1);\n}"
SURE = (
    SIMPLE,
    "void P1(atomic_t *v) {\n  int r0 = atomic_read(v); int r1;\n  r1 = r0;\n  }",
    "P0(int *x)\n{\n\tint r0;\n\tr0 = READ_ONCE(*x);\n\tif (r0) {\n\t\tsmp_mb();\n\t} else {\n\t\tsmp_wmb();\n\t}\n}",
    "P0(int *x)\n{\n\tif (READ_ONCE(*x))\n\t\tsmp_mb();\n\n\telse\n\t\tsmp_wmb();\n\tWRITE_ONCE(*x,\n\t\t1);\n}",
    "P0(int *x)\n{\n\twhile (READ_ONCE(*x)) {\n\t\tcpu_relax();\n\t}\n\tsmp_mb();\n}",
    "P0(int *x)\n{\n}",
)
UNSURE = (
    "P0(int *x) { smp_mb(); }",
    "P0(int *x)\n{\n\tsmp_mb(); // why\n}",
    "P0(int *x)\n{\n\tsmp_mb()\n}",
    "P0(int *x)\n{\n\tsmp_mb(;\n}",
    "P0(int *x)\n{\n\tstruct s { int a; }\n\tr;\n}",
    "P0(int *x)\n{\n\tdo {\n\t\tsmp_mb();\n\t}\n\twhile (0);\n}",
    "P0(int *x)\n{\n\tsmp_mb();\n}\n}",
    "P0(int *x)\n{\n\tcontinue = 1;\n}",
)


def with_places(node: Any) -> object:
    """A tree that compares by its places too."""
    if isinstance(node, tuple):
        return tuple(with_places(item) for item in node)
    if dataclasses.is_dataclass(node):
        fields = dataclasses.fields(node)
        return type(node).__name__, *(with_places(getattr(node, field.name)) for field in fields)
    return node


@pytest.mark.parametrize("text", SURE)
def test_the_tree_is_that_of_the_whole(text: str) -> None:
    unit = parse_function(text)
    assert unit is not None
    assert with_places(unit) == with_places(parse(Source.whole("", text)))


@pytest.mark.parametrize("text", UNSURE)
def test_what_lines_do_not_tell_is_left_to_the_whole(text: str) -> None:
    assert parse_function(text) is None


def test_a_statement_is_parsed_where_it_stands() -> None:
    later = parse_function(SIMPLE.replace("{\n", "{\n\n"))
    unit = parse_function(SIMPLE)
    assert unit is not None
    assert later is not None
    places = [[s.span.line for s in u.functions[0].body.body] for u in (unit, later)]
    assert places == [[3, 5, 6], [4, 6, 7]]


def test_code_that_is_too_deep_is_refused_where_the_whole_refuses_it() -> None:
    for depth in range(185, 205):
        text = f"P0(int *x)\n{{\n\tr0 = {'!' * depth}r1;\n}}"
        try:
            whole = with_places(parse(Source.whole("", text)))
        except SyntaxProblem:
            assert parse_function(text) is None
        else:
            assert with_places(parse_function(text)) == whole
