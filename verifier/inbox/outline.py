"""Where the functions of a whole C file stand, found by the shape of its lines: quick enough for a tree."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.record import record

MOST_HEAD = 12  # lines of a signature
_NAME = re.compile(r"([A-Za-z_]\w*)\s*\(")
_NO_NAME = frozenset(
    "__attribute__ __acquires __releases __must_hold __printf __section __aligned if while for switch".split()
)
_MACRO = re.compile(r"[A-Z][A-Z0-9_]*$")
_DEFINED = re.compile(r"[A-Z][A-Z0-9_]*\s*\(\s*(\w+)")


@record(frozen=True, slots=True)
class Definition:
    """A function: its name, its first and its last line (from 1, both of them its own)."""

    name: str
    first: int
    last: int


def outline(lines: Sequence[str]) -> tuple[Definition, ...]:
    """The functions whose braces stand where the kernel's style has them: `{` and `}` at the start of a line, or `{` at
    the end of the signature's line, or all on one line."""
    found: list[Definition] = []
    number = 0
    while number < len(lines):
        opener = _opener(lines, number)
        if opener is None:
            number += 1
            continue
        start, is_closed = opener
        end = number if is_closed else _closer(lines, number + 1)
        name = _name(" ".join(lines[start : number + 1]))
        if name and end is not None:
            found.append(Definition(name, start + 1, end + 1))
        number = number + 1 if end is None else end + 1
    return tuple(found)


def _opener(lines: Sequence[str], number: int) -> tuple[int, bool] | None:
    """Where the signature begins whose `{` is on the line, and whether its `}` is there, too."""
    line = lines[number].rstrip()
    if line == "{":
        start = _head(lines, number)
        return None if start == number else (start, False)
    if (
        not line.endswith(("{", "}"))
        or "{" not in line
        or "(" not in line
        or not line[0].isalpha() | (line[0] == "_")
    ):
        return None
    before = line[: line.index("{")].rstrip()
    if not before.endswith(")") or line.count("(") != line.count(")"):
        return None
    return _head(lines, number), line.endswith("}")


def _head(lines: Sequence[str], number: int) -> int:
    """The first line of the signature that goes on to the line of that number."""
    start = number
    while start > 0 and number - start < MOST_HEAD:
        above = lines[start - 1].rstrip()
        if (
            not above
            or above[0] in "#}/*{"
            or above.endswith((";", "}", "*/", ":"))
            or above.startswith(" *")
        ):
            break
        start -= 1
    return start


def _closer(lines: Sequence[str], number: int) -> int | None:
    while number < len(lines):
        if lines[number].startswith("}"):
            return number
        if lines[number].rstrip() == "{":
            return None
        number += 1
    return None


def _name(head: str) -> str:
    """The function that a signature is of; of SYSCALL_DEFINE2(name, …) the one that it defines."""
    before = head.split("{", 1)[0]
    names = [m for m in _NAME.finditer(before) if m[1] not in _NO_NAME]
    if not names or "=" in before or before.lstrip().startswith(("struct {", "union {", "enum ", "typedef ")):
        return ""
    first = names[0]
    if _MACRO.match(first[1]):
        defined = _DEFINED.match(before, first.start())
        return defined[1] if "DEFINE" in first[1] and defined else ""
    return first[1]
