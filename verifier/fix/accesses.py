"""How an access in pseudo-C is written as an acquire or a release, and without its order."""

from __future__ import annotations

import re
from collections.abc import Callable

from verifier.syntax import tree

Source = Callable[[tree.Expression], str]  # gives an expression as it is written
_ORDERED = re.compile(r"(\w+?)_(?:acquire|release)\Z")
_RELAXED_WITHOUT_SAYING = frozenset(
    ("atomic_read", "atomic_set", "atomic64_read", "atomic64_set", "test_bit")
)
# What makes an object seen by readers, and the same as a release
_PUBLISHING = {
    "list_add": "list_add_rcu",
    "list_add_tail": "list_add_tail_rcu",
    "hlist_add_head": "hlist_add_head_rcu",
    "RCU_INIT_POINTER": "rcu_assign_pointer",
}


def stronger(name: str, node: tree.Expression, source: Source) -> str | None:
    """An access as an acquire or a release of that name; None where it has no such form."""
    match node:
        case tree.Call(tree.Name("READ_ONCE"), (target,)) if name == "smp_load_acquire":
            return f"{name}({_address(target, source)})"
        case tree.Call(tree.Name("WRITE_ONCE"), (target, value)) if name == "smp_store_release":
            return f"{name}({_address(target, source)}, {source(value)})"
        case tree.Call(tree.Name(publisher), arguments) if publisher in _PUBLISHING:
            return f"{_PUBLISHING[publisher]}({', '.join(map(source, arguments))})"
        case tree.Call(tree.Name(), arguments) if not name.startswith("smp_"):
            return f"{name}({', '.join(map(source, arguments))})"
        case tree.Assign("=", target, value) if name == "smp_store_release":
            return f"{name}({_address(target, source)}, {source(value)})"
        case tree.Name() | tree.Member() | tree.Index() | tree.Unary("*") if name == "smp_load_acquire":
            return f"{name}({_address(node, source)})"
        case _:
            return None


def plain(node: tree.Expression, source: Source) -> str | None:
    """An acquire or a release without its order; None for what is neither."""
    match node:
        case tree.Call(tree.Name("smp_load_acquire"), (target,)):
            return f"READ_ONCE({_object(target, source)})"
        case tree.Call(tree.Name("smp_store_release"), (target, value)):
            return f"WRITE_ONCE({_object(target, source)}, {source(value)})"
        case tree.Call(tree.Name(name), arguments) if (found := _ORDERED.match(name)) is not None:
            relaxed = found[1] if found[1] in _RELAXED_WITHOUT_SAYING else f"{found[1]}_relaxed"
            return f"{relaxed}({', '.join(map(source, arguments))})"
        case _:
            return None


def _address(target: tree.Expression, source: Source) -> str:
    match target:
        case tree.Unary("*", tree.Name() as pointer):
            return source(pointer)
        case _:
            return f"&{source(target)}"


def _object(address: tree.Expression, source: Source) -> str:
    match address:
        case tree.Unary("&", target):
            return source(target)
        case tree.Name():
            return f"*{source(address)}"
        case _:
            return f"*({source(address)})"
