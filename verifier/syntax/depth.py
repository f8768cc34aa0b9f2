"""How deep a tree is: later stages walk it recursively, so one that is too deep is refused here."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, cast

from verifier.source import Source, Span
from verifier.syntax import tree
from verifier.syntax.problem import problem

DEPTH = 200


def check_depth(source: Source, unit: tree.Unit) -> None:
    """Raises SyntaxProblem at the first node that is nested deeper than DEPTH."""
    pending: list[tuple[Any, int]] = [(unit, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > DEPTH:
            message = (
                f"code nests deeper than {DEPTH} levels; expected shorter chains of operators or statements"
            )
            raise problem(source, "too-deep", message, node.span)
        for name in _children(cast(Hashable, type(node))):
            child = getattr(node, name)
            if isinstance(child, tuple):
                pending.extend((item, depth + 1) for item in child if is_dataclass(item))
            elif is_dataclass(child):
                pending.append((child, depth + 1))


@cache
def _children(kind: Hashable) -> tuple[str, ...]:
    """The fields of a node that may hold nodes."""
    if kind is Span or not isinstance(kind, type) or not is_dataclass(kind):
        return ()
    return tuple(f.name for f in fields(kind) if f.name != "span" and f.type not in ("str", "int", "bool"))
