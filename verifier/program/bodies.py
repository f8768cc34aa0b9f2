"""Primitives as functions in pseudo-C, each under a comment that says where the kernel has it and since when.

    /* include/linux/kvm_host.h, since 4.14 */
    /* virt/kvm/kvm_main.c and kernel/sched/swait.c, 4.8 to 4.13: what is worth knowing about it */

The comment speaks of all functions up to the next such comment. A comment that begins with neither a path
nor a range is just a comment. A name may have several bodies, whose ranges have no version in common.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from verifier.errors import ProgramError, SyntaxProblem, at
from verifier.program.macros import is_macro
from verifier.program.versions import ALL, RANGE, Range, read_range
from verifier.record import record
from verifier.source import Source, Span
from verifier.syntax import parse, tree
from verifier.syntax.walk import walk

_PATH = r"[\w.-]+(?:/[\w.+-]+)+"
_HEADER = (  # compiled where it is needed: seldom
    rf"(?:(?P<files>{_PATH}(?: and {_PATH})*)(?:, *(?P<range>[^:]*))?"
    r"|(?P<bare>(?:since|until)\b[^:]*|\d[\d.]* to [^:]*))"
    r"(?::\s(?P<remark>.*))?"
)


@record(frozen=True, slots=True)
class Body:
    """What a primitive is taken to do in the versions of `range`.

    `files` are those of the kernel's tree that it stands in; `text` is the body as written.
    """

    function: tree.Function
    source: Source
    range: Range
    files: tuple[str, ...]
    remark: str

    @property
    def place(self) -> str:
        """FILE:LINE of the data file that has it."""
        return f"{self.source.name}:{self.function.span.line}"

    @property
    def text(self) -> str:
        """The function as it is written."""
        span = self.function.span
        lines = list(self.source.lines[span.line - 1 : span.end_line])
        lines[-1] = lines[-1][: span.end_column - 1]
        return "\n".join([lines[0][span.column - 1 :], *lines[1:]])


def read_bodies(source: Source, is_sourced: bool = False) -> tuple[Body, ...]:
    """The primitives that a file defines.

    Raises SyntaxProblem, and ProgramError for a range or a function that can't be used; where `is_sourced` also for
    a function without a place in the kernel's tree.
    """
    unit = parse(source)
    _check_text(unit, source)
    headers = [h for c in unit.comments if (h := _header(c, unit, source)) is not None]
    found = tuple(_body(f, headers, source) for f in unit.functions)
    for body in found:
        if is_sourced and not body.files:
            raise _error(
                "no-source", "expected a comment before it that names its file", body.function.span, source
            )
    require_apart(found)
    return found


def require_apart(bodies: Iterable[Body]) -> None:
    """Raises ProgramError where two bodies of one name have a version in common."""
    seen: dict[str, list[Body]] = {}
    for body in bodies:
        earlier = seen.setdefault(body.function.name, [])
        for other in earlier:
            if other.range.meets(body.range):
                message = (
                    f"a second {body.function.name} for {body.range}; the first, at {other.place}, is for "
                    f"{other.range}; expected ranges without a common version"
                )
                raise _error("overlap", message, body.function.span, body.source)
        earlier.append(body)


def _body(function: tree.Function, headers: list[tuple[Span, Body]], source: Source) -> Body:
    if is_macro(function):
        message = "found a macro, expected a function; an argument of type lvalue is passed as a macro's is"
        raise _error("macro", message, function.span, source)
    above = [h for span, h in headers if span < function.span]
    nearest = above[-1] if above else Body(function, source, ALL, (), "")
    return Body(function, source, nearest.range, nearest.files, nearest.remark)


def _header(comment: tree.Comment, unit: tree.Unit, source: Source) -> tuple[Span, Body] | None:
    """A comment outside of functions that names files or versions, as a body without a function of its own."""
    span = comment.span
    if not unit.functions or any(
        f.span < span < Span(f.span.end_line, f.span.end_column, 0, 0) for f in unit.functions
    ):
        return None
    match = re.fullmatch(_HEADER, " ".join(comment.text.replace("\n *", "\n").split()))
    if match is None:
        return None
    text = match["bare"] if match["files"] is None else match["range"]
    try:
        versions = ALL if text is None else read_range(text.strip())
    except ValueError as problem:
        raise _error("range", str(problem), span, source) from None
    files = tuple((match["files"] or "").split(" and ")) if match["files"] else ()
    return span, Body(unit.functions[0], source, versions, files, match["remark"] or "")


def _check_text(unit: tree.Unit, source: Source) -> None:
    """Raises ProgramError for what is neither a comment nor a function that is wholly understood."""
    for one in unit.skipped:
        raise _error("not-a-function", "not understood; expected functions in pseudo-C", one.span, source)
    for condition in unit.conditions:
        raise _error("not-a-function", "found a condition, expected functions", condition.span, source)
    for variable in unit.variables:
        raise _error("not-a-function", "found a variable, expected functions", variable.span, source)
    for node in walk(unit.functions):
        if isinstance(node, tree.Prose | tree.Words):
            message = "found words, expected statements: a primitive must be wholly understood"
            raise _error("prose", message, node.span, source)
    if not unit.functions:
        raise SyntaxProblem("no-function", "found no function; expected primitives in pseudo-C", source.name)


def _error(code: str, message: str, span: Span, source: Source) -> ProgramError:
    return ProgramError(code, message, **at(source, span))


__all__ = ["RANGE", "Body", "read_bodies", "require_apart"]
