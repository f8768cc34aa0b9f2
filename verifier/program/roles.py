"""Which functions of a patch run against each other: chosen by what the text says and by what they access."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from verifier.program.kernel import Kernel
from verifier.program.macros import is_macro
from verifier.program.made import HOLDER
from verifier.program.primitives import (
    FenceCall,
    LoadCall,
    RmwCall,
    StoreCall,
    Unmodelled,
    core_call,
    is_access,
    is_primitive,
    orders_something,
)
from verifier.record import record, replace
from verifier.syntax import tree
from verifier.syntax.walk import nodes

MOST_THREADS = 3  # that are put into one program because all of them have something in common
MOST_GROUPS = 32
_NAMED = re.compile(r"\b([A-Za-z_]\w+)\s*\(\)")
_SETS_UP = re.compile(r"(?:^|_)(?:un)?(?:init|setup|destroy|exit|fini|teardown)(?:_|$)")
_CAPITALS = re.compile(r"_*[A-Z][A-Z0-9_]*$")
_USUAL = frozenset(
    "ret err rc flags cpu i j n nr len count old new val tmp res success cond lock".split()
)  # of locals


@record(frozen=True, slots=True)
class Group:
    """Functions that are run against each other, and why."""

    threads: tuple[str, ...]
    reason: str


@record(frozen=True, slots=True)
class Grouping:
    """The groups of a text's functions. `alone`: functions that take no part, as they have no barrier and share nothing
    with those that have, or nothing changes in them; `idle`: those without a barrier that by their names run before or
    after all others; `beyond`: those of more groups than are looked at."""

    groups: tuple[Group, ...]
    alone: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Role:
    """What matters of a function when it is a thread: the names that it shares, whether it has barriers, the functions
    that its comments name."""

    name: str
    shared: frozenset[str]
    has_barrier: bool
    named: tuple[str, ...]
    is_unmodelled: bool = False


def groups(
    unit: tree.Unit, touched: Sequence[str], kernel: Kernel, before: tree.Unit | None = None
) -> Grouping:
    """The groups of a text's functions; `before`: an earlier version of it, whose barriers count as well."""
    functions = {f.name: f for f in unit.functions if not is_macro(f)}
    called = {n for f in functions.values() for n in _called(f) if n != f.name}
    roots = [n for n, f in functions.items() if f.column or n not in called] or list(functions)
    roots = [n for n in roots if not n.startswith(HOLDER)]
    reach = {n: reach_of(n, functions) for n in roots}
    roles = {n: _role(n, functions, unit.comments, kernel) for n in roots}
    earlier = {} if before is None else {f.name: f for f in before.functions if not is_macro(f)}
    for name in earlier.keys() & roles.keys():
        if reach[name] & set(touched) and not roles[name].has_barrier:
            roles[name] = replace(roles[name], has_barrier=_role(name, earlier, (), kernel).has_barrier)
    active = [n for n in roots if roles[n].has_barrier or reach[n] & set(touched)]
    active = [n for n in active if roles[n].has_barrier or not roles[n].is_unmodelled] or active
    if not any(roles[n].has_barrier for n in active):
        active = [n for n in active if any(_share(roles[n], roles[m]) for m in active if m != n)] or active
    named = {m for r in roles.values() for m in r.named}
    idle = {n for n in roots if _SETS_UP.search(n) and not roles[n].has_barrier} - named
    if idle.issuperset(active):
        idle = set()
    chosen = _chosen([n for n in active if n not in idle], {n: r for n, r in roles.items() if n not in idle})
    part = {t for g in chosen for t in g.threads}
    looked_at = {t for g in chosen[:MOST_GROUPS] for t in g.threads}
    return Grouping(
        chosen[:MOST_GROUPS],
        tuple(n for n in roots if n not in part | idle and not functions[n].column),
        tuple(n for n in roots if n in idle),
        tuple(n for n in roots if n in part - looked_at),
    )


def _chosen(active: Sequence[str], roles: dict[str, Role]) -> tuple[Group, ...]:
    barred = [n for n in active if roles[n].has_barrier]
    others = (n for n in active if any(_share(roles[n], roles[b]) for b in barred))
    together = list(dict.fromkeys([*barred, *others]))
    linked = all(any(_share(roles[n], roles[m]) for m in together if m != n) for n in together)
    if together and linked and len(together) <= MOST_THREADS:
        shared = sorted(_common([roles[n] for n in together]))
        return (Group(tuple(together), _accessing(shared)),)
    found: list[Group] = []
    for name in barred or active:
        found += _groups_of(name, roles)
    return _distinct(found)


def _groups_of(name: str, roles: dict[str, Role]) -> list[Group]:
    """The function with those that its comments name, else with the one that shares most with it, else alone."""
    own = roles[name]
    named = [n for n in own.named if n in roles and n != name]
    if named:
        return [Group((name, n), f"a comment in {name}() names {n}()") for n in named]
    near = sorted(
        (n for n in roles if n != name and _share(own, roles[n])),
        key=lambda n: (-len(own.shared & roles[n].shared), not roles[n].has_barrier),
    )
    if near:
        return [Group((name, near[0]), _accessing(sorted(own.shared & roles[near[0]].shared)))]
    return [Group((name,), "")]


def _distinct(found: Iterable[Group]) -> tuple[Group, ...]:
    """Each set of functions once."""
    seen: dict[frozenset[str], Group] = {}
    for group in found:
        seen.setdefault(frozenset(group.threads), group)
    return tuple(seen.values())


def _accessing(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"they share {shown}"


def _share(one: Role, other: Role) -> bool:
    return bool(one.shared & other.shared)


def _common(roles: Sequence[Role]) -> set[str]:
    """The names that two of them share."""
    counted: dict[str, int] = {}
    for name in (n for r in roles for n in r.shared):
        counted[name] = counted.get(name, 0) + 1
    return {n for n, count in counted.items() if count > 1}


def _role(
    name: str, functions: dict[str, tree.Function], comments: Sequence[tree.Comment], kernel: Kernel
) -> Role:
    inside = [functions[n] for n in sorted(reach_of(name, functions))]
    shared: set[str] = set()
    barrier = unmodelled = False
    for function in inside:
        shared |= _shared_names(function)
        for callee in _called(function):
            known = callee in functions or kernel.body(callee) is not None
            core = core_call(callee)
            unknown = not known and (
                isinstance(core, Unmodelled) or (core is None and orders_something(callee))
            )
            unmodelled = unmodelled or unknown
            barrier = barrier or (not unknown and _orders(callee, kernel))
            body = kernel.body(callee)
            shared |= _shared_names(body.function) if body is not None else set()
    said = [c.text for c in comments if any(_is_in(c, f) for f in inside)]
    named = tuple(dict.fromkeys(n for text in said for n in _NAMED.findall(text)))
    return Role(name, frozenset(shared), barrier, named, unmodelled)


def _is_in(comment: tree.Comment, function: tree.Function) -> bool:
    end = (function.span.end_line, function.span.end_column)
    return function.span <= comment.span and (comment.span.line, comment.span.column) < end


def _orders(name: str, kernel: Kernel, depth: int = 4) -> bool:
    """Whether a primitive is one for its order, or has one that is inside of it."""
    body = kernel.body(name)
    if body is not None and depth:
        return any(_orders(n, kernel, depth - 1) for n in _called(body.function) if n != name)
    match core_call(name):
        case FenceCall():
            return True
        case LoadCall(_, _, order) | StoreCall(_, _, order, _):
            return order not in ("once", "plain")
        case RmwCall():
            return name.endswith(("_acquire", "_release"))
        case _:
            return is_primitive(name)


def reach_of(name: str, functions: dict[str, tree.Function]) -> frozenset[str]:
    """The function and those of the text that it calls, directly or not."""
    found, waiting = {name}, [name]
    while waiting:
        for callee in _called(functions[waiting.pop()]):
            if callee in functions and callee not in found:
                found.add(callee)
                waiting.append(callee)
    return frozenset(found)


def of_several(functions: Sequence[tree.Function], names: Container[str]) -> tuple[str, ...]:
    """Which of the names several functions use, and one of them assigns to; without the usual names of locals."""
    used: dict[str, set[str]] = {}
    assigned: set[str] = set()
    for function in functions:
        for node in nodes(function):
            match node:
                case tree.Assign(_, tree.Name(name), _) | tree.Increment(_, tree.Name(name), _):
                    assigned.add(name)
                case tree.Name(name) if name in names:
                    used.setdefault(name, set()).add(function.name)
                case _:
                    pass
    return tuple(n for n, users in used.items() if len(users) > 1 and n in assigned and n not in _USUAL)


def _called(function: tree.Function) -> set[str]:
    return {name for _, name in calls_in(function)}


def calls_in(function: tree.Function) -> Iterator[tuple[int, str]]:
    """The calls of functions by their names, each with its line."""
    for n in nodes(function):
        if isinstance(n, tree.Call) and isinstance(n.function, tree.Name):
            yield n.span.line, n.function.name


def _shared_names(function: tree.Function) -> set[str]:
    """The members and the globals that a function uses."""
    own = {p.name for p in function.parameters}
    names: set[str] = set()
    members: set[str] = set()
    for node in nodes(function):
        match node:
            case tree.Variable(_, name):
                own.add(name)
            case tree.Member(_, field, _):
                members.add(field)
            case tree.Index(tree.Name(name), _) | tree.Unary("&", tree.Name(name)):
                names.add(name)
            case tree.Call(tree.Name(callee), (tree.Name(name), *_)) if is_access(callee):
                names.add(name)
            case tree.Assign(_, tree.Name(name), _) | tree.Increment(_, tree.Name(name), _):
                names.add(name)
            case _:
                pass
    return members | {n for n in names - own - _USUAL if not _CAPITALS.match(n)}
