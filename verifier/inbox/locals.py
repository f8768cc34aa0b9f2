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
    r"|rcu_(?:dereference|access_pointer|assign_pointer)\w*|RCU_INIT_POINTER|(?:__)?(?:this|raw)_cpu_\w+|per_cpu"
    r"|(?:__)?get_cpu_var"
)
# Those that are given the address of what they access
_BY_ADDRESS = re.compile(r"smp_\w+|\w*atomic\w*|\w*xchg\w*|\w+_bit|\w*(?:lock|mutex)\w*")


def undeclared_locals(
    function: tree.Function, whole: Sequence[tree.Function], partly: Sequence[tree.Function]
) -> tuple[str, ...]:
    """Names that the function, of which not all is shown, only uses as a local would be: plain, and what neither it
    nor one of the functions that are `whole` writes and another one of them uses; nor does one that is shown `partly`
    use it as only a global can be. Two that are shown in part may have a local of that name each."""
    own = _declared(function)
    shared = _as_object(function) | frozenset(n for f in partly for n in _marked(f) - _declared(f))
    used = frozenset(n for f in whole for n in _names(f))
    written = frozenset(n for f in whole for n in _written(f))
    shared |= written | (_written(function) & used)
    plain = dict.fromkeys(n.name for n in nodes(function) if isinstance(n, tree.Name))
    return tuple(n for n in plain if n not in own | shared and not _CAPITALS.match(n))


def _declared(function: tree.Function) -> frozenset[str]:
    variables = (n.name for n in nodes(function) if isinstance(n, tree.Variable))
    return frozenset([*(p.name for p in function.parameters), *variables])


def _marked(function: tree.Function) -> frozenset[str]:
    """The names that the function accesses by primitives for what is shared."""
    found: set[str] = set()
    for node in nodes(function):
        match node:
            case tree.Call(tree.Name(callee), (tree.Name(name), *_)) if _MARKED.fullmatch(callee):
                found.add(name)
            case tree.Call(tree.Name(callee), arguments) if _BY_ADDRESS.fullmatch(callee):
                for argument in arguments:
                    match argument:
                        case tree.Unary("&", tree.Name(name)):
                            found.add(name)
                        case _:
                            pass
            case _:
                pass
    return frozenset(found)


def _as_object(function: tree.Function) -> frozenset[str]:
    """The names that the function uses in another way than as a number: these too, calls, pointers and arrays."""
    found = set(_marked(function))
    for node in nodes(function):
        match node:
            case tree.Call(tree.Name(callee), _):
                found.add(callee)
            case tree.Unary("&" | "*", tree.Name(name)) | tree.Member(tree.Name(name), _, _):
                found.add(name)
            case tree.Index(tree.Name(name), _):
                found.add(name)
            case _:
                pass
    return frozenset(found)


def _names(function: tree.Function) -> frozenset[str]:
    return frozenset(n.name for n in nodes(function) if isinstance(n, tree.Name))


def _written(function: tree.Function) -> frozenset[str]:
    """The names that a function assigns to, and has not declared."""
    found = set()
    for node in nodes(function):
        match node:
            case tree.Assign(_, tree.Name(name), _) | tree.Increment(_, tree.Name(name), _):
                found.add(name)
            case _:
                pass
    return frozenset(found) - _declared(function)
