"""How deep a tree is: later stages walk it recursively, so one that is too deep is refused here."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, cast

from verifier.source import Source
from verifier.syntax import tree
from verifier.syntax.problem import problem
from verifier.syntax.walk import children

DEPTH = 200


def check_depth(source: Source, unit: tree.Unit) -> None:
    """Raises SyntaxProblem at the first node that is nested deeper than DEPTH."""
    pending: list[tuple[Any, int]] = [(unit, 0)]
    while pending:
        node, depth = pending.pop()
        names = children(cast(Hashable, type(node)))
        if names is None:
            continue
        if depth > DEPTH:
            message = (
                f"code nests deeper than {DEPTH} levels; expected shorter chains of operators or statements"
            )
            raise problem(source, "too-deep", message, node.span)
        for name in reversed(names):
            child = getattr(node, name)
            if isinstance(child, tuple):
                pending += [(item, depth + 1) for item in child]
            elif child is not None:
                pending.append((child, depth + 1))
