"""The executions of a program, listed: all candidates, or those that meet a model's unconditional axioms."""

from __future__ import annotations

from verifier.cat.bounds import Bounds, Impossible
from verifier.cat.compiled import compiled
from verifier.cat.terms import Model
from verifier.cat.unconditional import unconditional
from verifier.events.expression import Expression
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution, well_formed
from verifier.limits import Deadline, GaveUp
from verifier.search.branching import branches
from verifier.search.completions import Completions
from verifier.search.concrete import Concrete
from verifier.search.node import Node
from verifier.search.roots import root, watch
from verifier.search.space import Space

MOST_CANDIDATES = 128
MOST_ALLOWED = 10_000
FEW = 8  # executions of a node that are listed without another branch


class TooMany(Exception):
    """The program has more executions than are listed."""


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
        waiting = self._start()
        while waiting:
            node = waiting.pop()
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
        self.compiled = compiled(model)
        self.concrete = Concrete(self.space, self.compiled)
        self._statics: dict[tuple[int, frozenset[tuple[Expression, bool]]], Bounds] = {}

    def _executions(self, node: Node, most: int) -> list[Execution] | None:
        self.deadline.remaining()
        node.settle()
        few = self._few(node, min(FEW, most))
        while few is None:
            bounds = self._static(node).copy()
            rf, co = bounds.narrow(node.reads_from(), node.co, self.space.total)
            if not node.take(rf[1], co):
                few = self._few(node, min(FEW, most))
                break
            node.settle()
        return None if few is None else [e for e in few if self.concrete.is_consistent(e)]

    def _static(self, node: Node) -> Bounds:
        held = node.held({p.holds for p in self.space.pairs}) if self.space.pairs else {}
        key = (node.sure, frozenset(held.items()))
        if key not in self._statics:
            bases = self.space.bases(node.sure, held)
            self._statics[key] = Bounds(self.compiled.plan, self.compiled.code, bases)
        return self._statics[key]
