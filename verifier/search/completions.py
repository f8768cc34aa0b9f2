"""The executions of a node, where it leaves little open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, product

from verifier.cat.bits import members
from verifier.execution.candidate import Execution
from verifier.record import record
from verifier.search.node import Node
from verifier.search.space import Space

FEW = 4
Order = tuple[int, ...]


@record(frozen=True, slots=True)
class Executions:
    """`is_complete`: there are no others in the node."""

    executions: Iterable[Execution]
    is_complete: bool


NONE = Executions((), False)


def combine(
    executed: int,
    values: Sequence[int | None],
    reads: Sequence[tuple[int, Order]],
    orders: Sequence[Sequence[Order]],
    unknowns: tuple[tuple[int, int], ...],
) -> Iterator[Execution]:
    """An execution for each choice of a write for each of these reads, which are sorted, and of an order for each
    location; `values`: what writes write."""
    for sources in product(*[s for _, s in reads]):
        returned = list(values)
        reads_from = []
        for (read, _), write in zip(reads, sources, strict=True):
            returned[read] = values[write]
            reads_from.append((read, write))
        for coherence in product(*orders):
            yield Execution(executed, tuple(reads_from), coherence, unknowns, tuple(returned))


class Completions:
    """Executions of nodes whose values do not depend on what is open."""

    def __init__(self, space: Space) -> None:
        self.space = space

    def few(self, node: Node, most: int | None = None) -> Executions | None:
        """All executions of a settled node that leaves no more than `most` choices (FEW); None for another."""
        most = FEW if most is None else most
        if not self.is_plain(node):
            return None
        choices = 1
        reads = []
        for read, sources in node.sources.items():
            if read >= 0:
                choices *= sources.bit_count()
                reads.append(
                    (
                        read,
                        tuple(members(sources)) if sources & (sources - 1) else (sources.bit_length() - 1,),
                    )
                )
            if not choices:
                return Executions((), True)
            if choices > most:
                return None
        orders = []
        for writers in self.space.writers:
            found = self.orders(node, writers & node.sure, most // choices)
            if found is None:
                return None
            if not found:
                return Executions((), True)
            choices *= len(found)
            orders.append(found)
        return Executions(self._each(node, reads, orders), True)

    def of(self, node: Node) -> Executions:
        """One execution of a narrowed node of which only co is open, and whether there is no other."""
        if not self.is_plain(node) or any(s & (s - 1) for r, s in node.sources.items() if r >= 0):
            return NONE
        reads = [(r, (s.bit_length() - 1,)) for r, s in node.sources.items() if r >= 0]
        orders = []
        is_complete = True
        for writers in self.space.writers:
            found = self._first_order(node, writers & node.sure)
            if found is None:
                return Executions((), True)
            orders.append((found,))
            is_complete = is_complete and self._is_only(node, found)
        return Executions(self._each(node, reads, orders), is_complete)

    def is_plain(self, node: Node) -> bool:
        """Whether it is known what happens and what is written, and every unknown."""
        if node.sure != node.possible:
            return False
        for write, _ in self.space.computed:
            if node.sure >> write & 1 and len(node.written[write]) > 1:
                return False
        return all(len(v) == 1 for v in node.unknowns.values())

    def fixed(self, node: Node) -> tuple[tuple[tuple[int, int], ...], list[int | None]]:
        """The unknowns of a plain node, and what its writes write, by event."""
        unknowns = tuple((i, next(iter(v))) for i, v in sorted(node.unknowns.items()))
        values: list[int | None] = [None] * self.space.universe.n
        for write in self.space.writes:
            if node.sure >> write & 1:
                (values[write],) = node.written[write]
        return unknowns, values

    def _each(
        self, node: Node, reads: Sequence[tuple[int, Order]], orders: Sequence[tuple[Order, ...]]
    ) -> Iterator[Execution]:
        unknowns, values = self.fixed(node)
        return combine(node.sure, values, sorted(reads), orders, unknowns)

    # ------------------------------------------------------------------ co

    def orders(self, node: Node, writers: int, limit: int) -> tuple[Order, ...] | None:
        """The orders of these writes that co allows; None where there are more than `limit`."""
        first = writers & -writers
        rest = writers ^ first
        if rest & (rest - 1) == 0:  # the initial write, which comes first, and no other or one
            return ((first.bit_length() - 1, rest.bit_length() - 1) if rest else (first.bit_length() - 1,),)
        before = {w: self._earlier(node, w) & writers for w in members(writers)}
        found: list[Order] = []
        waiting: list[tuple[Order, int]] = [((), writers)]
        while waiting:
            order, rest = waiting.pop()
            if not rest:
                found.append(order)
            if len(found) + len(waiting) > limit:
                return None
            waiting += (((*order, w), rest & ~(1 << w)) for w in members(rest) if not before[w] & rest)
        return tuple(found)

    def _first_order(self, node: Node, writers: int) -> Order | None:
        """An order of these writes that co allows; None where there is none."""
        before = {w: self._earlier(node, w) for w in members(writers)}
        order = []
        while writers:
            first = next((w for w in members(writers) if not before[w] & writers), None)
            if first is None:
                return None
            order.append(first)
            writers &= ~(1 << first)
        return tuple(order)

    def _is_only(self, node: Node, order: Order) -> bool:
        """Whether co allows no other order: each write is known to be before the next."""
        u, must = self.space.universe, node.co[0]
        return all(u.has(must, a, b) for a, b in pairwise(order))

    def _earlier(self, node: Node, write: int) -> int:
        """The writes that are before this one where both happen."""
        u, column = self.space.universe, 0
        for other in members(self.space.writers_for(write)):
            if u.has(node.co[0], other, write):
                column |= 1 << other
        return column
