"""Functions made of what a message says in words: one that has a full barrier, one that takes a lock."""

from __future__ import annotations

from verifier.source import Span
from verifier.syntax import tree

HOLDER = "holder_of_"  # what begins the name of a thread that only takes a lock


def with_barrier(name: str, line: int) -> tree.Function:
    """A function that does something between two full barriers."""
    span = Span(line, 1, line, 2)
    place = tree.Name(f"what_{name}_does", span)
    access = tree.Call(tree.Name("WRITE_ONCE", span), (place, tree.Number(1, "1", span)), span)
    return _function(name, [_order(span), access, _order(span)], span)


def with_lock(name: str, lock: str, line: int) -> tree.Function:
    """A function that takes a lock and gives it back."""
    span = Span(line, 1, line, 2)
    place = tree.Unary("&", tree.Name(lock, span), span)
    calls = [tree.Call(tree.Name(f"spin_{word}", span), (place,), span) for word in ("lock", "unlock")]
    return _function(name, calls, span)


def _order(span: Span) -> tree.Call:
    return tree.Call(tree.Name("__full_order", span), (), span)


def _function(name: str, calls: list[tree.Call], span: Span) -> tree.Function:
    body = tree.Block(tuple(tree.Evaluate(call, span) for call in calls), span)
    return tree.Function(name, None, (), body, False, span)
