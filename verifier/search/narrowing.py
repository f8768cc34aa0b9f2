"""Nodes narrowed by the axioms of a model."""

from __future__ import annotations

from verifier.cat.bounds import Bounds
from verifier.cat.compiled import Compiled
from verifier.events.expression import Expression
from verifier.search.node import Node
from verifier.search.space import Space


class Narrowing:
    """The bounds that one model sets to the executions of one program."""

    def __init__(self, space: Space, compiled: Compiled) -> None:
        self.space = space
        self.compiled = compiled
        self._statics: dict[tuple[int, frozenset[tuple[Expression, bool]]], Bounds] = {}

    def narrow(self, node: Node, step: int | None = None) -> Bounds:
        """Narrow a settled node until nothing follows any more; the bounds that came of it. `step`: of a flag, that is
        not to be empty. Raises Impossible."""
        while True:
            bounds = self.static(node).copy()
            rf, co = bounds.narrow(node.reads_from(), node.co, self.space.total, step)
            if not node.take(rf[1], co):
                return bounds
            node.settle()

    def static(self, node: Node) -> Bounds:
        """The bounds of what rf and co have no part in, shared by all nodes in which the same is known to happen."""
        held = node.held({p.holds for p in self.space.pairs}) if self.space.pairs else {}
        key = (node.sure, frozenset(held.items()))
        if key not in self._statics:
            bases = self.space.bases(node.sure, held)
            self._statics[key] = Bounds(self.compiled.plan, self.compiled.code, bases)
        return self._statics[key]
