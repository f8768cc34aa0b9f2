"""All nodes of a syntax tree."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import cache
from typing import cast

from verifier.memo import Memo
from verifier.record import annotations_of
from verifier.source import Span


def walk(node: object) -> Iterator[object]:
    """All nodes of a syntax tree, parents first."""
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, tuple):
            stack.extend(here[::-1])
            continue
        names = children(cast(Hashable, type(here)))
        if names is not None:
            yield here
            stack += [getattr(here, name) for name in names]


_NODES: Memo[int, tuple[object, tuple[object, ...]]] = Memo(64)


def nodes(tree: object) -> tuple[object, ...]:
    """What `walk` finds, kept for those who ask for the same tree soon again."""
    # the tree comes along, so that no other gets its id
    return _NODES(id(tree), lambda: (tree, tuple(walk(tree))))[1]


@cache
def children(kind: Hashable) -> tuple[str, ...] | None:
    """The fields of a kind of node that may hold nodes, the last one first; None for what is no node."""
    fields = annotations_of(kind)
    if kind is Span or fields is None:
        return None
    found = (name for name, of in fields.items() if name != "span" and of not in ("str", "int", "bool"))
    return (*found,)[::-1]
