"""Faults in a model: an operator, a member of a union, an axiom, a fence or a relation is another, or is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mutation.fault import Fault

OPERATORS = {"|": "&", "&": "|", ";": "|", "\\": "|"}
NAMES = dict(
    pair.split(":")
    for pair in (
        "R:W W:R M:W Marked:W fr:co co:fr rf:rfe rfe:rf rfi:rf fre:fr fri:fr coe:co coi:co po:po-loc po-loc:po "
        "ext:int int:ext addr:data data:addr ctrl:addr rmw:po amo:rmw loc:int"
    ).split()
)
_HIDDEN = re.compile(r'\(\*(?=[\s*]).*?\*\)|"[^"]*"', re.DOTALL)
_STATEMENT = re.compile(
    r"^(?:let|and|acyclic|irreflexive|empty|flag|with|procedure|call|include|end)\b", re.MULTILINE
)
_AXIOM = re.compile(r"^(?:acyclic|irreflexive|empty|flag)\b[^\n]*", re.MULTILINE)
_POSTFIX = re.compile(r"(?<=[\w)\]])(?:\^-1|[?+*](?!\w))")
_NAME = re.compile(r"(?<![\w.~-])[A-Za-z_](?:[\w.]|-(?=\w))*")
_FENCE = re.compile(r"(?<=\[)[A-Z][\w.-]*(?=\])")


def faults(path: str, text: str) -> Iterator[Fault]:
    """Each fault that there is in the model, by kind."""
    bare = _HIDDEN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    for start, end, new, kind in _changes(bare):
        line = text.count("\n", 0, start) + 1
        yield Fault(path, start, end, new, kind, line, line, text)


def _changes(bare: str) -> Iterator[tuple[int, int, str, str]]:
    for found in _AXIOM.finditer(bare):
        yield found.start(), found.end(), "", "axiom"
    for found in re.finditer(r"(?<= )[|&;\\](?= )", bare):
        yield found.start(), found.end(), OPERATORS[found[0]], "operator"
        if found[0] == "|":
            yield found.start(), _end_of_member(bare, found.end()), "", "member"
    for found in _POSTFIX.finditer(bare):
        yield found.start(), found.end(), "", "postfix"
    for found in _FENCE.finditer(bare):
        if found[0] not in NAMES:
            yield found.start(), found.end(), "emptyset", "set"
    for found in _NAME.finditer(bare):
        new = NAMES.get(found[0])
        if (
            new
            and _is_read(bare, found.start())
            and f"let {new} " not in bare[_line_start(bare, found.start()) :]
        ):
            yield found.start(), found.end(), new, "name"


def _line_start(bare: str, place: int) -> int:
    return bare.rfind("\n", 0, place) + 1


def _end_of_member(bare: str, start: int) -> int:
    """Where a member of a union ends: before the next one, the bracket around it, `as`, or the next statement."""
    depth = 0
    for found in re.compile(r"[(\[]|[)\]]|\||\bas\b|^(?=[a-z])", re.MULTILINE).finditer(bare, start):
        if found[0] and found[0] in "([":
            depth += 1
        elif found[0] and found[0] in ")]":
            depth -= 1
            if depth < 0:
                return found.start()
        elif depth == 0:
            return found.start()
    return len(bare)


def _is_read(bare: str, start: int) -> bool:
    """Whether a name is in an expression, neither defined, nor a parameter, nor the title of an axiom."""
    before = bare[:start].rstrip()
    last = [m.end() for m in _STATEMENT.finditer(before)]
    is_defined = (
        bool(last) and "=" not in before[last[-1] :] and bare[last[-1] - 3 : last[-1]] in ("let", "and")
    )
    return not is_defined and not before.endswith((" as", "let", "rec", "and", "with"))
