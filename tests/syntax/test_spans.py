"""Every node's span points at its own text in the user's file."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from verifier.source import Origin, Source, Span
from verifier.syntax import parse, tree

TEXT = """\
static void f(int irq, void *info)
{
	struct foo *p = info;

	for (;;) {
		WRITE_ONCE(p->state, 1);	/* pairs with g() */
		if (pending && !p->x[2])
			... stop waiting ...
	}
}
exists (f:r1 == 0)
"""


def nodes(node: object) -> list[object]:
    """All nodes of a tree."""
    if isinstance(node, tuple):
        return [n for item in node for n in nodes(item)]
    if not is_dataclass(node) or isinstance(node, Span):
        return []
    return [node, *(n for f in fields(node) for n in nodes(getattr(node, f.name)))]


def quoted(span: Span, lines: list[str]) -> str:
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    inside = lines[span.line : span.end_line - 1]
    return "\n".join(
        [lines[span.line - 1][span.column - 1 :], *inside, lines[span.end_line - 1][: span.end_column - 1]]
    )


def spanned(unit: tree.Unit, lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in nodes(unit):
        found.setdefault(type(node).__name__, quoted(node.span, lines))  # type: ignore[attr-defined]
    return found


EXPECTED = {
    "Type": "void",
    "Parameter": "int irq",
    "Variable": "*p = info",
    "Declare": "struct foo *p = info;",
    "Evaluate": "WRITE_ONCE(p->state, 1);",
    "Call": "WRITE_ONCE(p->state, 1)",
    "Member": "p->state",
    "Number": "1",
    "Binary": "pending && !p->x[2]",
    "Unary": "!p->x[2]",
    "Index": "p->x[2]",
    "Prose": "... stop waiting ...",
    "If": "if (pending && !p->x[2])\n\t\t\t... stop waiting ...",
    "Comment": "/* pairs with g() */",
    "Condition": "exists (f:r1 == 0)",
    "Scoped": "f:r1",
}


def test_spans_are_places_in_the_text() -> None:
    found = spanned(parse(Source.whole("t.c", TEXT)), TEXT.split("\n"))
    assert {name: found[name] for name in EXPECTED} == EXPECTED
    assert found["Function"].startswith("static void f(") or found["Function"].startswith("void f(")


def test_spans_are_places_in_the_users_file_through_quotes() -> None:
    user = ["Hello,", *(f"> > {line}" for line in TEXT.split("\n"))]
    origins = tuple(Origin(number, 5) for number in range(2, len(user) + 1))
    source = Source("mail", TEXT, tuple(user), origins)
    found = spanned(parse(source), user)
    for name, text in EXPECTED.items():
        assert found[name].replace("\n> > ", "\n") == text
