"""Ways to part the executions of a node."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.cat.bits import members
from verifier.events.expression import reads_of, unknowns_of
from verifier.search.node import Node


def branches(node: Node) -> list[Node]:
    """Nodes that share out a settled node's executions among them; none where nothing is open but rf and co of what
    is known to happen, and co is total."""
    decided = _deciding_execution(node)
    if decided:
        return decided
    read = _open_read(node)
    if read is not None:
        return [_with_source(node, read, w) for w in reversed(list(members(node.sources[read])))]
    for r, values in node.values.items():
        if len(values) > 1 and (r < 0 or node.possible >> r & 1):
            return [_with_value(node, r, v) for v in sorted(values)]
    for index, values in node.unknowns.items():
        if len(values) > 1:
            return [_with_unknown(node, index, v) for v in sorted(values)]
    pair = _open_pair(node)
    if pair is None:
        return []
    first, second = pair
    return [_with_order(node, first, second), _with_order(node, second, first)]


def _deciding_execution(node: Node) -> list[Node]:
    """Nodes that differ in an unknown, or in a read, that tells whether some event happens; none where nothing is
    open. Bounds say little while that is not known."""
    for event, executes in node.space.conditional:
        if not (node.possible & ~node.sure) >> event & 1:
            continue
        by_unknown = _by_unknown(node, (u.index for u in unknowns_of(executes)))
        if by_unknown:
            return by_unknown
        for read in sorted(reads_of(executes)):
            if len(node.values[read]) > 1:
                by_unknown = _by_unknown(node, node.space.carried.get(node.space.place(read), ()))
                return by_unknown or [_with_value(node, read, v) for v in sorted(node.values[read])]
    return []


def _by_unknown(node: Node, indices: Iterable[int]) -> list[Node]:
    """Nodes that differ in the first of these unknowns that is open."""
    index = next((i for i in sorted(indices) if len(node.unknowns[i]) > 1), None)
    return [] if index is None else [_with_unknown(node, index, v) for v in sorted(node.unknowns[index])]


def _open_read(node: Node) -> int | None:
    """A read that may read from several writes, from as few as possible."""
    best, least = None, 0
    for read, sources in node.sources.items():
        count = sources.bit_count()
        if count > 1 and read >= 0 and (best is None or count < least):
            best, least = read, count
    return best


def _open_pair(node: Node) -> tuple[int, int] | None:
    """Two writes that happen, neither of which is known to be the earlier."""
    u = node.space.universe
    known = node.co[0] | u.inverse(node.co[0])
    left = node.space.total & ~known & u.product(node.possible, node.possible)
    return next(u.pairs(left), None) if left else None


def _with_source(node: Node, read: int, write: int) -> Node:
    other = node.copy()
    other.sources[read] = 1 << write
    return other


def _with_value(node: Node, read: int, value: int) -> Node:
    other = node.copy()
    other.values[read] = frozenset((value,))
    return other


def _with_unknown(node: Node, index: int, value: int) -> Node:
    other = node.copy()
    other.unknowns[index] = frozenset((value,))
    return other


def _with_order(node: Node, first: int, second: int) -> Node:
    other = node.copy()
    n = node.space.universe.n
    must, may = node.co
    other.co = (must | 1 << first * n + second, may & ~(1 << second * n + first))
    return other
