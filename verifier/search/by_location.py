"""The executions of a node a location at a time, for axioms that relate accesses to one location only, as coherence and
atomicity do: what reads of a location read from, and the order of its writes, are independent of all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from verifier.cat.at_once import AtOnce
from verifier.cat.bits import members
from verifier.cat.compiled import Compiled
from verifier.cat.local import is_local
from verifier.events.expression import reads_of
from verifier.execution.candidate import Execution, well_formed
from verifier.execution.side_by_side import SideBySide
from verifier.limits import Deadline, GaveUp
from verifier.search.completions import Completions, Order
from verifier.search.images import Images
from verifier.search.node import Node
from verifier.search.space import Conditional, Space

MOST_CHOICES = 1024  # of one location, of which those that meet the axioms are looked for
MOST_EXECUTIONS = 20_000  # of one node, that are not too many to be listed

ReadsFrom = tuple[tuple[int, int], ...]
_Choice = tuple[ReadsFrom, Order]  # of one location: what its reads read from, and its writes in order
_Fixed = tuple[tuple[tuple[int, int], ...], list[int | None]]  # the unknowns, and what each write writes


class ByLocation:
    """Lists the executions of nodes that meet a model's axioms."""

    def __init__(self, space: Space, compiled: Compiled) -> None:
        self.space = space
        self.is_possible = all(map(is_local, compiled.model.axioms)) and all(map(self._is_local, space.pairs))
        self._conditional = {
            space.locations[(p.pair.bit_length() - 1) // space.universe.n] for p in space.pairs
        }
        self._completions = Completions(space)
        self._plan = compiled.plan
        self._reads: list[list[int]] = [[] for _ in space.writers]
        for read in space.reads:
            self._reads[space.locations[read]].append(read)
        self._known: dict[tuple[object, ...], Sequence[_Choice] | None] = {}

    def executions(self, node: Node) -> list[Execution] | None:
        """All of a settled node, where they differ in rf and co alone; None where that is not so, or where some
        location has too many choices. Raises GaveUp where there are more than MOST_EXECUTIONS."""
        if not self.is_possible or not self._completions.is_plain(node):
            return None
        fixed = self._completions.fixed(node)
        locations = []
        for l in range(len(self.space.writers)):
            choices = self._choices(node, l, fixed)
            if choices is None:
                return None
            locations.append(choices)
        if prod(map(len, locations)) > MOST_EXECUTIONS:
            raise GaveUp
        found = self._combined(node, locations, fixed)
        if self._is_decided(node):
            return list(found)
        return [e for e in found if well_formed(self.space.graph, e) is None]

    def _is_local(self, pair: Conditional) -> bool:
        """Whether one location says all about when there is such a pair."""
        first, second = divmod(pair.pair.bit_length() - 1, self.space.universe.n)
        locations = self.space.locations
        read = {locations.get(r) for r in reads_of(pair.holds)}
        return read <= {locations[first]} or locations[first] != locations[second]

    def _is_decided(self, node: Node) -> bool:
        """Whether what happens, and each condition, is as its expression says with whatever is read."""
        images = Images(node.values, node.unknowns)
        return not node.pending and all(
            images.truths(executes) == (bool(node.sure >> event & 1),)
            for event, executes in self.space.conditional
        )

    def _combined(
        self, node: Node, locations: Sequence[Sequence[_Choice]], fixed: _Fixed
    ) -> Iterator[Execution]:
        """An execution for each combination of choices."""
        unknowns, written = fixed
        for choices in product(*locations):
            reads_from = tuple(sorted(pair for pairs, _ in choices for pair in pairs))
            values = list(written)
            for read, write in reads_from:
                values[read] = written[write]
            coherence = tuple([order for _, order in choices])
            yield Execution(node.sure, reads_from, coherence, unknowns, tuple(values))

    def _choices(self, node: Node, l: int, fixed: _Fixed) -> Sequence[_Choice] | None:
        """What a location leaves to choose, as far as it meets the axioms; None where that is too much."""
        writers = self.space.writers[l] & node.sure
        reads = [(r, node.sources[r]) for r in self._reads[l] if r in node.sources]
        if not reads and writers & (writers - 1) == 0:
            return (((), (l,)),)
        last = node.sources.get(-1 - l, writers)
        within = self.space.universe.product(writers, writers)
        unknowns, written = fixed
        asked = (unknowns, *[written[w] for w in members(writers)]) if l in self._conditional else ()
        key = (l, writers, tuple(reads), last, node.co[0] & within, asked)
        if key not in self._known:
            choices = self._all_choices(node, writers, reads, last)
            self._known[key] = None if choices is None else self._meeting(l, choices, fixed)
        return self._known[key]

    def _all_choices(
        self, node: Node, writers: int, reads: Sequence[tuple[int, int]], last: int
    ) -> Sequence[_Choice] | None:
        """The orders of these writes, of which one of `last` comes last, with what each of these reads may read from;
        None where they are more than MOST_CHOICES."""
        orders = self._completions.orders(node, writers, MOST_CHOICES)
        if orders is None or len(orders) * prod(s.bit_count() for _, s in reads) > MOST_CHOICES:
            return None
        sources = [[(r, w) for w in members(s)] for r, s in reads]
        return [(pairs, o) for pairs in product(*sources) for o in orders if last >> o[-1] & 1]

    def _meeting(self, l: int, choices: Sequence[_Choice], fixed: _Fixed) -> Sequence[_Choice]:
        """The choices with which the accesses to a location, by themselves, meet the axioms."""
        unknowns, written = fixed
        number = len(self.space.writers)
        executions = []
        for reads_from, order in choices:
            values: list[int | None] = [None] * len(written)
            executed = 0
            for w in order:
                values[w] = written[w]
                executed |= 1 << w
            for r, w in reads_from:
                values[r] = written[w]
                executed |= 1 << r
            coherence = tuple([order if other == l else () for other in range(number)])
            executions.append(Execution(executed, reads_from, coherence, unknowns, tuple(values)))
        listed = SideBySide(self.space.graph, tuple(executions))
        meeting = AtOnce(self._plan, Deadline(None)).meeting(listed.switched(frozenset()), listed.every)
        return [choices[n] for n in members(meeting)]
