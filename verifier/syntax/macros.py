"""Function-like macros: `#define my_wmb() smp_wmb()` is read as a function of that name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from verifier.errors import InputError
from verifier.record import replace
from verifier.source import Origin, Source
from verifier.syntax import tree
from verifier.syntax.scanner import Remark

MACRO = "macro"  # what such a function is said to return; its parameters have the type "lvalue"
MANY = "lvalues"  # but for one that stands for all further arguments

_DEFINE = re.compile(r"\s*#\s*define\s+(\w+)(?:\(([\w\s,.]*)\)|(?!\())\s*(.*)", re.DOTALL)
_NAMED = re.compile(r"\s*#\s*(define|undef)\s+(\w+)")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_STATEMENT = re.compile(r"\s*(?:do|if|for|while|switch|goto|break|continue|return)\b|\s*\{")


def function_macros(
    source: Source, remarks: Sequence[Remark], parse: Callable[[Source], tree.Unit]
) -> tuple[list[tree.Function], list[Remark]]:
    """The macros among preprocessor lines as functions, and the lines that are none or can't be read.

    A macro that can't be read, or that means one thing in one place and another elsewhere, stays a note; who calls it
    calls what is not understood.
    """
    functions: list[tree.Function] = []
    rest: list[Remark] = []
    many = _ambiguous(remarks)
    for remark in remarks:
        named = _NAMED.match(remark.text)
        function = None if named and named[2] in many else _function(source, remark, parse)
        if function is None:
            rest.append(remark)
        else:
            functions.append(function)
    return functions, rest


def _ambiguous(remarks: Sequence[Remark]) -> set[str]:
    """The macros that are defined in several ways, or undefined later on."""
    meanings: dict[str, set[str]] = {}
    for remark in sorted(remarks, key=lambda r: r.line):
        named = _NAMED.match(remark.text)
        if named and named[1] == "define":
            meanings.setdefault(named[2], set()).add(" ".join(remark.text.split()))
        elif named and named[2] in meanings:
            meanings[named[2]].add("")
    return {name for name, those in meanings.items() if len(those) > 1}


def _function(source: Source, remark: Remark, parse: Callable[[Source], tree.Unit]) -> tree.Function | None:
    text = _COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), remark.text).replace("\\\n", " \n")
    found = _DEFINE.fullmatch(text)
    if found is None or not found[3].strip():
        return None
    names, many = _names(found[2] or "")
    if many:  # a comma goes with what follows it, if that is nothing
        body = re.sub(rf"##(?=\s*{many}\b)", "  ", found[3])
        found = _DEFINE.fullmatch(text[: found.start(3)] + body)
        assert found is not None
    is_plain = "#" not in found[3] and all(re.fullmatch(r"\w+", name) for name in names)
    if not is_plain or not _keeps_precedence(names, found[3]) or not _stand_in_calls(many, found[3]):
        return None
    is_statement = bool(_STATEMENT.match(found[3])) or ";" in found[3]
    span = source.span(*remark[1:])
    # a statement ends with an empty one, so that one `return` alone is what an expression becomes
    body = f"return {found[3]};" if not is_statement else f"{found[3]};;"
    above = text.rfind("\n", 0, found.start(3)) + 1  # where the body's first line begins
    column = found.start(3) - above + (1 if above else remark.column)
    lead = column - (0 if is_statement else len("return "))  # may be left of the line, where the body is not
    try:
        unit = parse(_source(source, found, body, remark.line, lead))
    except InputError:
        return None
    if len(unit.functions) != 1 or unit.skipped:
        return None
    return replace(unit.functions[0], returns=tree.Type(MACRO, 0, span), span=span)


def _names(parameters: str) -> tuple[list[str], str]:
    """The names of parameters, and of them that of all further arguments, if any."""
    names = [n.strip() for n in parameters.split(",") if n.strip()]
    if not names or not names[-1].endswith("..."):
        return names, ""
    many = names[-1].removesuffix("...").strip() or "__VA_ARGS__"
    return [*names[:-1], many], many


def _stand_in_calls(many: str, body: str) -> bool:
    """Whether all further arguments are only handed on."""
    uses = re.finditer(rf"(\S)?\s*\b{many}\b\s*(\S)?", body) if many else ()
    return all((use[1] or "") in "(," and (use[2] or "") in ",)" for use in uses)


def _keeps_precedence(parameters: Sequence[str], body: str) -> bool:
    """Whether putting arguments into the body's tree means what putting them into its text does: each parameter
    stands in brackets, between commas or as a member, and a body with operators is in brackets as a whole."""
    names = "|".join(parameters)
    around = rf"(?P<before>\S)?\s*\b(?:{names})\b\s*(?P<after>\S)?" if names else r"(?!)"
    for use in re.finditer(around, body):
        if (use["before"] or "(") not in "([,{;=>.&" or (use["after"] or ")") not in ")],;}=.-":
            return False
    depth, outside = 0, ""
    for c in body.strip():
        depth -= c in ")]}"
        outside += c if depth == 0 else ""
        depth += c in "([{"
    return (
        bool(_STATEMENT.match(body))
        or ";" in body
        or not re.search(r"[-+*/%&|^<>?]", outside.replace("->", ""))
    )


def _source(source: Source, found: re.Match[str], body: str, line: int, column: int) -> Source:
    """A function's text around the body, each line of which knows where it stands."""
    names, many = _names(found[2] or "")
    parameters = ", ".join(f"{MANY if n == many else 'lvalue'} {n}" for n in names)
    head = f"void {found[1]}({parameters or 'void'}) {{"
    lines = [head, *body.split("\n"), "}"]
    first = line + found[0][: found.start(3)].count("\n")
    origins = [Origin(*source.place(line, 1))]
    origins += [Origin(*source.place(first + i, column if i == 0 else 1)) for i in range(len(lines) - 2)]
    origins.append(origins[-1])
    return Source(source.name, "\n".join(lines), source.lines, tuple(origins))
