"""Calls of the text's own macros: the arguments take the parameters' places, as the preprocessor would do it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from verifier.record import annotations_of, replace
from verifier.syntax import tree
from verifier.syntax.macros import MACRO
from verifier.syntax.walk import walk


def is_macro(function: tree.Function) -> bool:
    """Whether a function of the text stands for a function-like macro."""
    return function.returns is not None and function.returns.name == MACRO


def expand(function: tree.Function, arguments: tuple[tree.Expression, ...]) -> tree.Block:
    """The body of a macro with its arguments in it; a parameter without an argument stays as it is."""
    names = (p.name for p in function.parameters)
    body: tree.Block = _substitute(function.body, dict(zip(names, arguments, strict=False)))
    return body


def is_value(body: tree.Block) -> bool:
    """Whether an expanded body is one expression, and not statements of the caller: see verifier.syntax.macros."""
    return len(body.body) == 1 and isinstance(body.body[0], tree.Return)


def walk_expanded(
    node: object, functions: Mapping[str, tree.Function], inside: tuple[str, ...] = ()
) -> Iterator[object]:
    """All nodes of a syntax tree, and behind each call of a macro among `functions` those of its expanded body. There
    may be any number: macros can double each other."""
    for n in walk(node):
        yield n
        if isinstance(n, tree.Call) and isinstance(n.function, tree.Name) and n.function.name not in inside:
            macro = functions.get(n.function.name)
            if macro is not None and is_macro(macro):
                yield from walk_expanded(expand(macro, n.arguments), functions, (*inside, macro.name))


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
    changed = {name: _substitute(getattr(node, name), arguments) for name in fields if name != "span"}
    rebuilt = replace(node, **changed)
    if isinstance(node, tree.Member) and node.field in arguments:
        return _named_in(rebuilt, arguments[node.field])
    return rebuilt


def _named_in(member: tree.Member, way: tree.Expression) -> tree.Expression:
    """What an argument such as `a.b[1]` names in the object whose member it takes the place of."""
    match way:
        case tree.Name(name):
            return replace(member, field=name)
        case tree.Member(inner):
            return replace(way, object=_named_in(member, inner))
        case tree.Index(inner):
            return replace(way, array=_named_in(member, inner))
        case _:
            return member
