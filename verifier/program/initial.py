"""Initial values of the variables that a text declares."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.program.context import Context
from verifier.program.conversions import fitting
from verifier.program.declared import statics
from verifier.program.program import Path, Root
from verifier.syntax import tree

_INITIALISES = re.compile("INIT|UNLOCKED|ZERO")
_LISTS = re.compile(r"\b(H|L|)LIST_HEAD\s*\(\s*(\w+)\s*\)")


def read(unit: tree.Unit, context: Context) -> None:
    """Note the initial values of variables, of arrays' elements, and of the members that are named."""
    for skipped in unit.skipped if context.follows_lists else ():
        for kind, name in _LISTS.findall(skipped.text):
            context.empty_list(Path(Root(name, context.types.get(name), None), ()), bool(kind), is_sure=True)
    for v in (*unit.variables, *statics(unit)):
        if v.type.name == "const" or v.initial is None:
            continue
        root = Root(v.name, context.types.get(v.name), None)
        if not isinstance(v.initial, tree.Braces):
            _value(context, Path(root, ()), v.initial)
        elif not _list(context, Path(root, ()), v.initial, len(v.dimensions) == 1):
            context.unread_initial[root] = v.span.line


def _list(context: Context, where: Path, braces: tree.Braces, is_array: bool) -> bool:
    """Note the initial values of the elements of an array, or of the members that are named. Gives whether these are
    all: which member of a struct another item is for is not known, unless it is 0."""
    is_whole, position = True, 0
    for names, item in zip(braces.names, braces.items, strict=True):
        if names == () and is_array:
            names = (f"[{position}]",)
        if names:
            is_whole &= _item(context, Path(where.root, (*where.members, *names)), item)
            position = 1 + int(names[0][1:-1]) if is_array and names[0].startswith("[") else position
        else:
            is_whole &= not _constant(context, item) and not isinstance(item, tree.Braces)
    return is_whole


def _item(context: Context, where: Path, item: tree.Expression) -> bool:
    if isinstance(item, tree.Braces):
        return _list(context, where, item, len(context.types_of.dimensions(where)) == 1)
    _value(context, where, item)
    return True


def _value(context: Context, where: Path, e: tree.Expression) -> None:
    if isinstance(e, tree.Call) and e.function == tree.Name("LIST_HEAD_INIT", e.span):
        context.empty_list(where, is_sure=True)
        return
    value = _constant(context, e)
    if isinstance(e, tree.Call) and e.function == tree.Name("KREF_INIT", e.span):
        where = Path(where.root, (*where.members, "refcount"))
    if value is not None:
        kind = context.types_of.at(where)
        context.initial.append((where, value if kind is None else fitting(value, kind)))
    elif not _initialises(e):  # the rest of what such macros set does not matter: locks, queues
        context.indeterminate.add(where.root)


def check(context: Context, uses: Sequence[tuple[str, Path]]) -> None:
    """Note the variables that are used and whose initial values are not known."""
    used = {path.root for thread, path in uses if thread}
    types = {root.type for root in used} - {None}
    for root, line in context.unread_initial.items():
        if root in used or root.type in types:
            what = f"initial values of {root.name}, whose members are not named,"
            context.unmodelled.setdefault(what, line)


def with_members(context: Context, uses: Sequence[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """The uses, and those of the members with an initial value of objects that are used: by another name perhaps."""
    used = {path.root for _, path in uses}
    return [*uses, *(("", p) for p, _ in context.initial if p.members and p.root in used)]


def _constant(context: Context, e: tree.Expression) -> int | None:
    match e:
        case tree.Unary("&", place):
            path = _path(context, place)
            return None if path is None else context.address(path).value
        case tree.Name(name) if name in context.arrays:
            return _constant(
                context, tree.Unary("&", tree.Index(e, tree.Number(0, "0", e.span), e.span), e.span)
            )
        case tree.Call(_, (first,)) if _initialises(e):
            return _constant(context, first)
        case _:
            known = context.constant_of(e)
            return None if known is None else known[0]


def _initialises(e: tree.Expression) -> bool:
    """Whether it is a macro that sets an object of the kernel to a value, or to none: ATOMIC_INIT(1)."""
    return (
        isinstance(e, tree.Call)
        and isinstance(e.function, tree.Name)
        and _INITIALISES.search(e.function.name) is not None
    )


def _path(context: Context, e: tree.Expression) -> Path | None:
    """The place that an initial value is the address of; None where it is not written by names alone."""
    match e:
        case tree.Name(name):
            return Path(Root(name, context.types.get(name), None), ())
        case tree.Member(inner, member, False):
            step = member
        case tree.Index(inner, tree.Number(number)):
            step = f"[{number}]"
        case _:
            return None
    outer = _path(context, inner)
    return None if outer is None else Path(outer.root, (*outer.members, step))
