"""What a message draws of code that a patch does not show: a diagram's columns as threads, and bodies of callees.

A diagram leaves out what its readers know: it writes `tlb_gen` for `next->context.tlb_gen`, and leaves the `&` away.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, cast

from verifier.program.primitives import BitTest, LoadCall, LoopCall, RmwCall, StoreCall, core_call
from verifier.record import record, replace
from verifier.syntax import tree
from verifier.syntax.walk import children, nodes

PER_CPU = {
    f"{prefix}_cpu_{verb}": f"{verb.upper()}_ONCE"
    for prefix in ("this", "raw", "__this")
    for verb in ("read", "write")
}


@record(frozen=True, slots=True)
class Fit:
    """A column that fits beside a function: the names that it shares with it, and how alike the two are."""

    column: tree.Function
    shared: frozenset[str]
    likeness: int


def fits(columns: Sequence[tree.Function], own: tree.Function) -> list[Fit]:
    """The columns of a diagram that can be another thread beside `own`, which has one of them for itself: the one of
    its name, else the one that does most of what it does. () where the diagram is not about it."""
    mine = _actions(own)
    members = {name for _, name in mine}
    found = []
    for column in columns:
        actions = _actions(column)
        shared = frozenset(name for _, name in actions) & members
        found.append(Fit(column, shared, len(actions & mine)))
    named = [f for f in found if f.column.name == own.name]
    itself = named[0] if named else max(found, key=lambda f: f.likeness, default=None)
    if itself is None or (not named and itself.likeness < 2):
        return []
    return [f for f in found if f is not itself and f.shared]


def _actions(function: tree.Function) -> frozenset[tuple[str, str]]:
    """What a function reads (R) and writes (W), by the last member's name."""
    found: set[tuple[str, str]] = set()
    written: set[int] = set()
    for node in nodes(function):
        match node:
            case tree.Assign(_, target, _) | tree.Increment(_, target, _):
                found |= {("W", n) for n in _last(target)}
                written.add(id(target))
            case tree.Call(tree.Name(name), arguments):
                found |= _of_call(name, arguments)
                written |= {id(a) for a in arguments}
            case tree.Member() if id(node) not in written:
                found |= {("R", n) for n in _last(node)}
            case _:
                pass
    return frozenset(found)


_HELPERS = {"task_cpu": ("R", "cpu"), "set_task_cpu": ("W", "cpu")}


def _of_call(name: str, arguments: Sequence[tree.Expression]) -> set[tuple[str, str]]:
    if name in _HELPERS:
        return {_HELPERS[name]}
    if name in PER_CPU:
        return {(PER_CPU[name][0], n) for n in _last(arguments[0])} if arguments else set()
    place, kinds = 0, ""
    match core_call(name):
        case LoadCall(place, _, _):
            kinds = "R"
        case LoopCall():
            kinds = "R"
        case BitTest():
            place, kinds = 1, "R"
        case StoreCall(place, _, _, _):
            kinds = "W"
        case RmwCall(place):
            kinds = "RW"
        case _:
            pass
    if place >= len(arguments):
        return set()
    return {(kind, n) for kind in kinds for n in _last(arguments[place])}


def _last(place: tree.Expression) -> list[str]:
    """The name that says most of a place: its last member, else the variable's."""
    match place:
        case tree.Member(_, name, _) | tree.Name(name):
            return [name]
        case tree.Unary(_, inner) | tree.Index(inner, _) | tree.Cast(_, inner):
            return _last(inner)
        case _:
            return []


# ------------------------------------------------------------------ rewriting


def fitted(column: tree.Function, own: tree.Function) -> tree.Function:
    """The column with the members that it calls by their last name alone written as the function writes them; names
    that are the function's parameters are of the same types."""
    places: dict[str, tree.Expression] = {}
    for node in nodes(own):
        match node:
            case tree.Member(_, name, _):
                places.setdefault(name, node)
            case _:
                pass
    known = {
        n.object.name for n in nodes(column) if isinstance(n, tree.Member) and isinstance(n.object, tree.Name)
    }
    known |= {
        n.function.name
        for n in nodes(column)
        if isinstance(n, tree.Call) and isinstance(n.function, tree.Name)
    }

    def change(node: Any) -> Any:
        match node:
            case tree.Call(tree.Name(name), arguments):
                return replace(node, arguments=_pointed(name, arguments, places))
            case tree.Name(name) if name in places and name not in known:
                return replace(places[name], span=node.span)
            case _:
                return node

    used = {n.name for n in nodes(column) if isinstance(n, tree.Name)}
    column = replace(column, parameters=tuple(p for p in own.parameters if p.name in used))
    return one_copy(rewritten(column, change))


def _pointed(
    name: str, arguments: tuple[tree.Expression, ...], places: dict[str, tree.Expression]
) -> tuple[tree.Expression, ...]:
    """Arguments where a pointer is wanted and a member stands: with the `&` that the diagram leaves out."""
    place = -1
    match core_call(name):
        case LoadCall(number, "pointer", _) | StoreCall(number, "pointer", _, _) | RmwCall(number):
            place = number
        case BitTest():
            place = 1
        case LoopCall():
            place = 0
        case _:
            pass
    return tuple(
        tree.Unary("&", a, a.span) if i == place and a in places.values() else a
        for i, a in enumerate(arguments)
    )


def one_copy(function: tree.Function) -> tree.Function:
    """The function with a CPU's own copy of a variable taken for the variable."""

    def change(node: Any) -> Any:
        match node:
            case tree.Call(tree.Name(name) as callee, _) if name in PER_CPU:
                return replace(node, function=replace(callee, name=PER_CPU[name]))
            case _:
                return node

    return rewritten(function, change)


def has_copies(function: tree.Function) -> bool:
    """Whether the function uses a CPU's own copy of a variable."""
    calls = (n.function for n in nodes(function) if isinstance(n, tree.Call))
    return any(isinstance(f, tree.Name) and f.name in PER_CPU for f in calls)


def rewritten(function: tree.Function, change: Callable[[Any], Any]) -> tree.Function:
    """A function with each node replaced by what `change` gives for it, inner ones first."""
    found = _rewritten(function, change)
    assert isinstance(found, tree.Function)
    return found


def _rewritten(node: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(node, tuple):
        return tuple(_rewritten(n, change) for n in node)
    names = children(cast(Hashable, type(node)))
    if names is None:
        return node
    parts = {n: getattr(node, n) for n in names}
    new = {n: _rewritten(p, change) for n, p in parts.items()}
    if any(new[n] is not parts[n] for n in names):
        node = replace(node, **new)
    return change(node)
