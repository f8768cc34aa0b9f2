"""The executions of a program, listed: all candidates, or those that meet a model's unconditional axioms."""

from __future__ import annotations

from verifier.cat.bounds import Impossible
from verifier.cat.compiled import compiled
from verifier.cat.terms import Model
from verifier.cat.unconditional import unconditional
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution, well_formed
from verifier.limits import Deadline, GaveUp
from verifier.search.branching import branches
from verifier.search.completions import Completions
from verifier.search.concrete import Concrete
from verifier.search.narrowing import Narrowing
from verifier.search.node import Node
from verifier.search.roots import root, watch
from verifier.search.space import Space

MOST_CANDIDATES = 128
MOST_ALLOWED = 10_000
MOST_FRUITLESS = 2_000  # nodes looked at beyond two for each execution found
FEW = 8  # executions of a node that are listed without another branch


class TooMany(Exception):
    """The program has more executions than are listed, or they are too hard to find."""


def candidate_executions(graph: EventGraph, most: int = MOST_CANDIDATES) -> tuple[Execution, ...]:
    """Its candidate executions, whatever a model says, those that differ only in values that depend on nothing
    among them. Raises TooMany, and NotModelled."""
    try:
        return _Listing(graph, most).run()
    except GaveUp:
        raise TooMany from None


def allowed_executions(
    graph: EventGraph, model: Model, deadline: Deadline, most: int = MOST_ALLOWED
) -> tuple[Execution, ...]:
    """The candidates that meet the model's unconditional axioms: among them are all that it allows, whichever ordering
    sources are on.

    Raises TooMany, NotModelled, and Undecided when time runs out.
    """
    try:
        return _Narrowed(graph, most, unconditional(model), deadline).run()
    except GaveUp:
        raise TooMany from None


class _Listing:
    """Branches until each node has few executions."""

    def __init__(self, graph: EventGraph, most: int) -> None:
        self.graph = graph
        self.most = most
        self.space = Space(graph)
        self.completions = Completions(self.space)

    def run(self) -> tuple[Execution, ...]:
        """Raises GaveUp, TooMany and NotModelled."""
        found: list[Execution] = []
        waiting, looked_at = self._start(), 0
        while waiting:
            node = waiting.pop()
            looked_at += 1
            if looked_at - 2 * len(found) > MOST_FRUITLESS:
                raise TooMany
            try:
                few = self._executions(node, self.most - len(found))
            except Impossible:
                continue
            if few is not None:
                found += few
                continue
            parts = branches(node)
            if not parts or len(found) + len(waiting) + len(parts) > self.most:
                raise TooMany
            waiting += reversed(parts)
        return tuple(found)

    def _start(self) -> list[Node]:
        try:
            node = root(self.space)
            for c in self.graph.constraints:
                watch(node, c)
                node.assume(c, True)
        except Impossible:
            return []
        return [node]

    def _executions(self, node: Node, most: int) -> list[Execution] | None:
        """The executions of a node, None where there are more than `most`. Raises Impossible."""
        node.settle()
        return self._few(node, most)

    def _few(self, node: Node, most: int) -> list[Execution] | None:
        few = self.completions.few(node, most)
        return None if few is None else [e for e in few.executions if well_formed(self.graph, e) is None]


class _Narrowed(_Listing):
    """Narrows each node by the axioms of a model."""

    def __init__(self, graph: EventGraph, most: int, model: Model, deadline: Deadline) -> None:
        super().__init__(graph, most)
        self.deadline = deadline
        self.concrete = Concrete(self.space, compiled(model))
        self.narrowing = Narrowing(self.space, compiled(model))

    def _executions(self, node: Node, most: int) -> list[Execution] | None:
        self.deadline.remaining()
        node.settle()
        few = self._few(node, min(FEW, most))
        if few is None:
            self.narrowing.narrow(node)
            few = self._few(node, min(FEW, most))
        return None if few is None else [e for e in few if self.concrete.is_consistent(e)]
