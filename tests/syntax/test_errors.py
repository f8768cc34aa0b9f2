"""Text that does not parse: the error's code and place, and that its message helps."""

from __future__ import annotations

import pytest

from verifier.errors import SyntaxProblem
from verifier.source import Source
from verifier.syntax import parse

DEEP = 10_000

WRONG = [
    ("void f(void) {\n\tx = 1;\n", "unbalanced", 1, 14, "`{` is never closed"),
    ("void f(void) {\n\tx = (1;\n}", "unbalanced", 3, 1, "`(` of line 2, column 6"),
    ("void f(void) {\n}\n}\n", "unbalanced", 3, 1, "no `{` is open"),
    ("void f(void) {\n\tx = a[1);\n}", "unbalanced", 2, 9, "`[` of line 2, column 7"),
    ("void f(void) { x = 1 y = 2; }", "syntax", 1, 22, "`;`"),
    ("void f(void) { x = = 1; }", "syntax", 1, 20, "an expression"),
    ("void f(void) { foo(a b); }", "syntax", 1, 22, "`)`"),
    ("void f(void) { int x y; }", "syntax", 1, 22, "`;`"),
    ("void f(void) { else x = 1; }", "syntax", 1, 16, "a statement"),
    ("void f(void) { if (x) }", "syntax", 1, 23, "a statement"),
    ("void f(void) { if x { } }", "condition", 1, 16, "if (…)"),
    ("void f(void) { while { } }", "condition", 1, 16, "while (…)"),
    ("void f(void) { goto; }", "syntax", 1, 20, "a name"),
    ("void f(void) { do x(); y(); }", "syntax", 1, 24, "`while`"),
    ("void f(void) { a ? b; }", "syntax", 1, 21, "`:`"),
    ("void f(void) { x = ; }", "syntax", 1, 20, "an expression"),
    ("void f(void) { x + ; }", "syntax", 1, 20, "an expression"),
    ("void f(void) { case : }", "syntax", 1, 21, "an expression"),
    ("void f(void) { $x = 1; }", "character", 1, 16, "no part of C"),
    ("void f(void) {\n\t/* never ends\n}", "unterminated-comment", 2, 2, "`*/`"),
    ('void f(void) { printk("oops); }', "unterminated-string", 1, 23, '`"`'),
    ("x = 1;", "outside-function", 1, 1, "a function"),
    ("int x;\nsmp_mb();\n", "outside-function", 2, 1, "a function"),
    ("if (x)\n\tsmp_mb();\n", "outside-function", 1, 1, "a function"),
    ("hello world\n", "outside-function", 1, 1, "a function"),
    ("exists x == 1", "condition", 1, 1, "exists (…)"),
    ("exists (x == )", "syntax", 1, 14, "an expression"),
    ("void f(void) { x = " + "(" * DEEP + "1" + ")" * DEEP + "; }", "too-deep", 1, 219, "200"),
    ("void f(void) { x = " + "!" * DEEP + "1; }", "too-deep", 1, None, "200"),
    ("void f(void) { x = 1" + " + 1" * DEEP + "; }", "too-deep", 1, None, "200"),
    ("void f(void) {" + "if (a) " * DEEP + "; }", "too-deep", 1, None, "200"),
    ("void f(void) {" + "if (a) b(); else " * DEEP + "; }", "too-deep", 1, None, "200"),
    ("void f(void) {" + "{" * DEEP + "}" * DEEP + "}", "too-deep", 1, None, "200"),
]


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "hint"), WRONG, ids=[f"{n}-{row[1]}" for n, row in enumerate(WRONG)]
)
def test_errors_have_a_code_a_place_and_a_hint(
    text: str, code: str, line: int, column: int | None, hint: str
) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(Source.whole("t.c", text))
    problem = caught.value
    assert problem.span is not None
    assert (problem.code, problem.span.line) == (code, line)
    assert column is None or problem.span.column == column
    assert hint in problem.message
    assert problem.message[0] in "`ft" or problem.message[0].islower()
    assert problem.render().startswith(f"t.c:{line}:")


def test_a_columns_brackets_must_balance() -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(Source.whole("t.txt", "for (;;) {\nx = 1;"), "CPU0")
    assert caught.value.code == "unbalanced"
