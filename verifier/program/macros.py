"""Calls of the text's own macros: the arguments take the parameters' places, as the preprocessor would do it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from verifier.record import annotations_of, replace
from verifier.syntax import tree
from verifier.syntax.macros import MACRO


def is_macro(function: tree.Function) -> bool:
    """Whether a function of the text stands for a function-like macro."""
    return function.returns is not None and function.returns.name == MACRO


def expand(function: tree.Function, arguments: tuple[tree.Expression, ...]) -> tree.Block:
    """The body of a macro with its arguments in it; a parameter without an argument stays as it is."""
    names = (p.name for p in function.parameters)
    body: tree.Block = _substitute(function.body, dict(zip(names, arguments, strict=False)))
    return body


def is_value(body: tree.Block) -> bool:
    """Whether an expanded body is one expression, and not statements of the caller."""
    return len(body.body) == 1 and isinstance(body.body[0], tree.Return)


def _substitute(node: Any, arguments: Mapping[str, tree.Expression]) -> Any:
    match node:
        case tree.Name(name):
            return arguments.get(name, node)
        case tuple():
            return tuple(_substitute(item, arguments) for item in node)
        case _ if fields := annotations_of(type(node)):
            return _rebuild(node, fields, arguments)
        case _:
            return node


def _rebuild(node: Any, fields: Collection[str], arguments: Mapping[str, tree.Expression]) -> Any:
    changed = {}
    for name in fields:
        old = getattr(node, name)
        if isinstance(node, tree.Member) and name == "field":
            new = arguments.get(old)
            old_name = new.name if isinstance(new, tree.Name) else old
            changed[name] = old_name
        elif name != "span":
            changed[name] = _substitute(old, arguments)
    return replace(node, **changed)
