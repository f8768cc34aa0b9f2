"""Calls of the text's own macros: the arguments take the parameters' places, as the preprocessor would do it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from verifier.record import annotations_of, replace
from verifier.syntax import tree
from verifier.syntax.macros import MACRO, MANY
from verifier.syntax.walk import walk


def is_macro(function: tree.Function) -> bool:
    """Whether a function of the text stands for a function-like macro."""
    return function.returns is not None and function.returns.name == MACRO


def expand(function: tree.Function, arguments: tuple[tree.Expression, ...]) -> tree.Block:
    """The body of a macro with its arguments in it; a parameter without an argument stays as it is."""
    names = [p.name for p in function.parameters]
    given: dict[str, tree.Expression | tuple[tree.Expression, ...]] = dict(
        zip(names, arguments, strict=False)
    )
    if takes_many(function):
        given[names[-1]] = arguments[len(names) - 1 :]
    body: tree.Block = _substitute(function.body, given)
    return body


def takes_many(function: tree.Function) -> bool:
    """Whether the last parameter of a macro stands for all further arguments, which may be none."""
    return any(p.type.name == MANY for p in function.parameters[-1:])


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


_Given = Mapping[str, tree.Expression | tuple[tree.Expression, ...]]


def _substitute(node: Any, arguments: _Given) -> Any:
    match node:
        case tree.Name(name):
            return arguments.get(name, node)
        case tuple():
            return tuple(part for item in node for part in _parts(item, arguments))
        case _ if fields := annotations_of(type(node)):
            return _rebuild(node, fields, arguments)
        case _:
            return node


def _parts(item: Any, arguments: _Given) -> tuple[Any, ...]:
    """What takes the place of one of several nodes: many, where it stands for many arguments."""
    found = _substitute(item, arguments)
    return found if isinstance(item, tree.Name) and isinstance(found, tuple) else (found,)


def _rebuild(node: Any, fields: Collection[str], arguments: _Given) -> Any:
    changed = {name: _substitute(getattr(node, name), arguments) for name in fields if name != "span"}
    rebuilt = replace(node, **changed)
    named = arguments.get(node.field) if isinstance(node, tree.Member) else None
    return _named_in(rebuilt, named) if named is not None and not isinstance(named, tuple) else rebuilt


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
