"""Litmus tests: text -> syntax tree, and errors with their place."""

from __future__ import annotations

import pytest

from verifier.errors import SyntaxProblem
from verifier.source import Source, Span
from verifier.syntax import litmus_tree as tree
from verifier.syntax.litmus import parse_litmus
from verifier.syntax.litmus_split import has_head

SB = """AArch64 SB (* a (* nested *) comment *)
"said in words {"
Key=value {not the state}
{
uint64_t z; 0:X1=x; int *p=&x; a[1]=3; int b[2]={1,-2}; P1:X2=0x10;
}
 P0          | P1          ;
 MOV W0,#1   | L: LDR W0,[X1,W2,SXTW #2] ;
 STR W0,[X1] |             ; (* | ; *)
locations [x; 0:X1; a[1];]
filter x=1
exists (0:X0=1 /\\ x=y \\/ ~(1:X0=-1 => true))
"""


def parse(text: str) -> tree.LitmusTest:
    return parse_litmus(Source.whole("t.litmus", text))


def test_parts() -> None:
    test = parse(SB)
    assert (test.architecture, test.name) == ("AArch64", "SB")
    assert [(i.thread, i.name, i.type, i.size, i.index, i.value) for i in test.initial.tree.items] == [
        (None, "z", "uint64_t", None, None, None),
        (0, "X1", None, None, None, "x"),
        (None, "p", "int *", None, None, "x"),
        (None, "a", None, None, 1, 3),
        (None, "b", "int", 2, None, (1, -2)),
        (1, "X2", None, None, None, 16),
    ]
    final = test.final.tree
    assert [p.name for p in final.locations] == ["x", "X1", "a"]
    assert isinstance(final.filter, tree.Comparison)
    assert final.condition is not None
    assert final.condition.kind == "exists"


def test_cells_have_their_places() -> None:
    first, second = parse(SB).columns
    assert [(i.name, first.source.placed(i.span)) for i in first.tree.instructions] == [
        ("MOV", Span(8, 2, 8, 11)),
        ("STR", Span(9, 2, 9, 13)),
    ]
    (load,) = second.tree.instructions
    assert load.labels == ("L",)
    assert load.operands == (
        tree.Register("W0"),
        tree.Memory((tree.Register("X1"), tree.Register("W2"), tree.Shift("SXTW", 2)), False),
    )


def test_how_formulas_bind() -> None:
    condition = parse(SB).final.tree.condition
    assert condition is not None
    formula = condition.formula
    assert isinstance(formula, tree.Or)
    assert isinstance(formula.items[0], tree.And)
    negated = formula.items[1]
    assert isinstance(negated, tree.Not)
    assert isinstance(negated.formula, tree.Implies)


def test_c_keeps_the_places_of_its_functions() -> None:
    test = parse("C t\n{ x=1; }\n\nP0(int *x) { // (*x)\n\tint r0 = READ_ONCE(*x);\n}\n\nexists (0:r0=1)\n")
    (code,) = test.codes
    (function,) = code.tree.unit.functions
    assert (function.name, code.source.placed(function.span).line) == ("P0", 4)
    assert code.source.placed(function.body.body[0].span).line == 5


@pytest.mark.parametrize(
    ("text", "found"),
    [(SB, True), ("C x {}", True), ("(* why *)\nRISCV x\n{}", True), ("int x;", False), ("C x", False)],
)
def test_recognised(text: str, found: bool) -> None:
    assert has_head(text) is found


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("Hello world\n{}", "litmus-syntax", 1, 1),
        ("LISA x\n{}", "not-modelled", 1, 1),
        ("AArch64 x\nno state", "litmus-syntax", 2, 9),
        ("AArch64 x\n{ x=1\n", "litmus-syntax", 2, 1),
        ("AArch64 x\n{ 0:X1=; }\n P0 ;\n", "litmus-syntax", 2, 8),
        ("AArch64 x\n{ [PTE(x)]=(oa:PA(y)); }\n P0 ;\n", "not-modelled", 2, 4),
        ("AArch64 x\n{}\n P0 | P2 ;\n", "litmus-syntax", 3, 7),
        ("AArch64 x\n{}\n P0 ;\n LDR W0,[X1 ;\n", "litmus-syntax", 4, 12),
        ("AArch64 x\n{}\n P0 ;\n NOP | NOP ;\n", "litmus-syntax", 4, 8),
        ("AArch64 x\n{}\n P0 ;\nexists (x=1 /\\ 0:X0 1)\n", "litmus-syntax", 4, 21),
        ("AArch64 x\n{}\n P0 ;\nexists (fault(P0,x))\n", "not-modelled", 4, 9),
        ("AArch64 x\n{}\n P0 ;\n(* open\n", "litmus-syntax", 4, 1),
        (f"AArch64 x\n{{}}\n P{'1' * 5000} ;\n", "not-modelled", 3, 2),
        ("AArch64 x\n{}\n P0 ;\nfilter (x=1)\nfilter (x=2)\nexists (x=1)\n", "litmus-syntax", 5, 1),
        ("AArch64 x\n{}\n P0 ;\nexists (x=1)\nwith foo: bar;\n", "not-modelled", 5, 1),
        (f"C x\n{{}}\nP0(int *x)\n{{\n\t*x = {'1' * 5000};\n}}\n", "syntax", 5, 7),
        (f"AArch64 x\n{{ x={'1' * 5000}; }}\n P0 ;\n", "litmus-syntax", 2, 5),
        (f"AArch64 x\n{{ 0:X1=0x1{'0' * 16}; }}\n P0 ;\n", "litmus-syntax", 2, 8),
        (f"AArch64 x\n{{ {'1' * 5000}:X1=0; }}\n P0 ;\n", "litmus-syntax", 2, 3),
        (f"AArch64 x\n{{}}\n P0 ;\n MOV W0,#{'9' * 30} ;\n", "litmus-syntax", 4, 10),
    ],
)
def test_errors(text: str, code: str, line: int, column: int) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(text)
    assert caught.value.span is not None
    assert (caught.value.code, caught.value.span.line, caught.value.span.column) == (code, line, column)


def test_a_preprocessor_line_is_an_error() -> None:
    text = "C t\n{}\n#define FLAG 1\nP0(int *x) { WRITE_ONCE(*x, FLAG); }\nexists (x=1)\n"
    with pytest.raises(SyntaxProblem) as caught:
        parse_litmus(Source.whole("t.litmus", text))
    assert caught.value.span is not None
    assert (caught.value.span.line, caught.value.span.column) == (3, 1)
