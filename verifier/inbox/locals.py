"""The locals of a function of which only a part is shown: their declarations are missing, their uses tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.syntax import tree
from verifier.syntax.walk import nodes

_CAPITALS = re.compile(r"_*[A-Z][A-Z0-9_]*$")
# Primitives that access their first argument by its name; others take a pointer, which may be a local
_MARKED = re.compile(
    r"(?:READ|WRITE)_ONCE|ACCESS_ONCE|(?:smp_store|set)_mb"
    r"|rcu_(?:dereference|access_pointer|assign_pointer)\w*|RCU_INIT_POINTER|this_cpu_\w+"
)


def undeclared_locals(function: tree.Function, others: Sequence[tree.Function]) -> tuple[str, ...]:
    """Names that the function only uses as a local would be: plain, and what one of the functions of the text writes no
    other one uses."""
    own = {p.name for p in function.parameters}
    plain: dict[str, None] = {}
    shared: set[str] = set()
    for node in nodes(function):
        match node:
            case tree.Variable(_, name):
                own.add(name)
            case tree.Call(tree.Name(callee), arguments):
                shared.add(callee)
                if _MARKED.fullmatch(callee):
                    shared |= {a.name for a in arguments[:1] if isinstance(a, tree.Name)}
            case tree.Unary("&" | "*", tree.Name(name)) | tree.Member(tree.Name(name), _, _):
                shared.add(name)
            case tree.Index(tree.Name(name), _):
                shared.add(name)
            case tree.Name(name):
                plain[name] = None
            case _:
                pass
    used = frozenset(n for f in others for n in _names(f))
    written = frozenset(n for f in others for n in _written(f))
    shared |= written | (_written(function) & used)
    return tuple(n for n in plain if n not in own | shared and not _CAPITALS.match(n))


def _names(function: tree.Function) -> frozenset[str]:
    return frozenset(n.name for n in nodes(function) if isinstance(n, tree.Name))


def _written(function: tree.Function) -> frozenset[str]:
    """The names that a function assigns to, and has not declared."""
    own = {p.name for p in function.parameters} | {
        n.name for n in nodes(function) if isinstance(n, tree.Variable)
    }
    found = set()
    for node in nodes(function):
        match node:
            case tree.Assign(_, tree.Name(name), _) | tree.Increment(_, tree.Name(name), _):
                found.add(name)
            case _:
                pass
    return frozenset(found - own)
