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

MOST_FRUITLESS = 2_000  # nodes looked at beyond two for each execution found
FEW = 8  # executions of a node that are listed without another branch


class TooMany(Exception):
    """The program has more executions than are listed, or they are too hard to find."""


class Listing:
    """The candidate executions of a program, whatever a model says, those that differ only in values that depend on
    nothing among them: branches until each node has few. Raises NotModelled."""

    def __init__(self, graph: EventGraph) -> None:
        self.graph = graph
        self.space = Space(graph)
        self.completions = Completions(self.space)
        self._found: list[Execution] = []
        self._waiting: list[Node] | None = None
        self._looked_at = 0

    def up_to(self, most: int) -> tuple[Execution, ...]:
        """All of them. Raises TooMany where they are more than `most`, after which another call goes on from there,
        and NotModelled."""
        try:
            if self._waiting is None:
                self._waiting = self._start()
            while self._waiting:
                self._step(self._waiting, most)
        except GaveUp:
            raise TooMany from None
        return tuple(self._found)

    def _step(self, waiting: list[Node], most: int) -> None:
        """Look at the last node that waits; it still does where there are too many. Raises GaveUp and TooMany."""
        found = self._found
        if self._looked_at - 2 * len(found) > MOST_FRUITLESS:
            raise TooMany
        try:
            few = self._executions(waiting[-1], most - len(found))
            parts = branches(waiting[-1]) if few is None else []
        except Impossible:
            few, parts = [], []
        if few is None and (not parts or len(found) + len(waiting) - 1 + len(parts) > most):
            raise TooMany
        self._looked_at += 1
        waiting.pop()
        waiting += reversed(parts)
        found += few or []

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


class AllowedListing(Listing):
    """The candidates that meet a model's unconditional axioms: among them are all that it allows, whichever ordering
    sources are on. Each node is narrowed by these axioms. Raises Undecided, too, when time runs out."""

    def __init__(self, graph: EventGraph, model: Model, deadline: Deadline) -> None:
        super().__init__(graph)
        self.deadline = deadline
        few = compiled(unconditional(model))
        self.concrete = Concrete(self.space, few)
        self.narrowing = Narrowing(self.space, few)

    def _executions(self, node: Node, most: int) -> list[Execution] | None:
        self.deadline.remaining()
        node.settle()
        few = self._few(node, min(FEW, most))
        if few is None:
            self.narrowing.narrow(node)
            few = self._few(node, min(FEW, most))
        return None if few is None else [e for e in few if self.concrete.is_consistent(e)]
