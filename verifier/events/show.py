"""Conditions as text."""

from __future__ import annotations

from verifier.events.expression import Apply, Const, Expression, ReadValue, Unknown
from verifier.program import program as p


def show(e: Expression, program: p.Program) -> str:
    """A condition over final memory as text."""
    names = dict(program.constants)
    match e:
        case Const(value):
            return names.get(value, str(value))
        case ReadValue(event):
            return program.names[-1 - event] if event < 0 else "a value read"
        case Unknown():
            return "a value not in the text"
        case Apply("!=", (inner, Const(0))):
            return show(inner, program)
        case Apply("==", (inner, Const(0))):
            return f"!{show(inner, program)}"
        case Apply("!" | "~" | "neg" as operator, (inner,)):
            return f"{'-' if operator == 'neg' else operator}{show(inner, program)}"
        case Apply("?:", (c, a, b)):
            return f"({show(c, program)} ? {show(a, program)} : {show(b, program)})"
        case Apply(operator, (a, b)):
            return f"({show(a, program)} {operator} {show(b, program)})"
        case _:
            return "…"
