"""Branches over rf and co, with bounds at each step, until an execution is found or none is left."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.cat.bounds import Impossible
from verifier.cat.compiled import compiled
from verifier.cat.terms import Axiom, Model
from verifier.events.expression import Expression
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution, valuation
from verifier.limits import Deadline, GaveUp
from verifier.search.branching import branches
from verifier.search.completions import Completions
from verifier.search.concrete import Concrete
from verifier.search.direct import direct_executions
from verifier.search.narrowing import Narrowing
from verifier.search.node import Node
from verifier.search.roots import all_values, root, watch
from verifier.search.sequential import sequential_executions
from verifier.search.space import Space

MOST_NODES, LEAST_NODES = 60_000, 32  # nodes that a search may look at: of one event, and of however many
Wanted = Sequence[tuple[Expression, bool]]


class Search:
    """Questions about the executions of `graph` that `model` allows, with all ordering sources on.

    Whatever is found has been checked by concrete evaluation: only "none" rests on the bounds.
    """

    def __init__(self, graph: EventGraph, model: Model, deadline: Deadline) -> None:
        self.graph = graph
        self.deadline = deadline
        self.nodes = 0
        self.compiled = compiled(model)
        self.space = Space(graph)
        self.concrete = Concrete(self.space, self.compiled)
        self.completions = Completions(self.space)
        self.narrowing = Narrowing(self.space, self.compiled)
        self._root: Node | None = None

    # ---------------------------------------------------------------- questions

    def find(self, *wanted: tuple[Expression, bool], flag: Axiom | None = None) -> Execution | None:
        """An allowed execution in which these expressions are true, or false, and that raises the flag.

        Raises GaveUp, Undecided when time runs out, and NotModelled.
        """
        few = direct_executions(self.space, wanted)
        if few is not None:
            return next((e for e in few if self._is_wanted(e, wanted, flag)), None)
        return self._branch(wanted, flag)

    def _branch(self, wanted: Wanted, flag: Axiom | None) -> Execution | None:
        """As `find`, a node at a time."""
        step = self.compiled.flag_step(flag) if flag is not None and flag.negated else None
        limit = self.nodes + max(MOST_NODES // max(self.space.universe.n, 1) ** 2, LEAST_NODES)
        try:
            waiting = [self._start(wanted)]
        except Impossible:
            return None
        while waiting:
            self.deadline.remaining()
            self.nodes += 1
            if self.nodes > limit:
                raise GaveUp
            node = waiting.pop()
            try:
                node.settle()
                few = self.completions.few(node)
                if few is None:
                    self.narrowing.narrow(node, step)
                    few = self.completions.of(node)
            except Impossible:
                continue
            for execution in few.executions:
                if self._is_wanted(execution, wanted, flag):
                    return execution
            if not few.is_complete:
                parts = branches(node)
                if not parts:
                    raise GaveUp
                waiting += reversed(parts)
        return None

    def examples(self, questions: Sequence[Wanted]) -> list[Execution | None]:
        """For each question an allowed execution in which its expressions are true, or false, if one is cheaply
        found: each thread runs to its end before the next. One that answers a question ends it: the others are
        then rarely answered in this way."""
        found: list[Execution | None] = [None] * len(questions)
        asked = dict.fromkeys([e for wanted in questions for e, _ in wanted])
        for execution in sequential_executions(self.space):
            value = valuation(self.graph, execution)
            truths = {e: bool(value(e)) for e in asked}
            for i, wanted in enumerate(questions):
                if found[i] is None and all(truths[e] == truth for e, truth in wanted):
                    found[i] = execution if self.concrete.is_allowed(execution) else None
            if any(found):
                break
        return found

    def flags(self, *wanted: tuple[Expression, bool], examples: Sequence[Execution] = ()) -> tuple[str, ...]:
        """The names of the flags that some allowed execution raises in which these expressions are true, or false;
        `examples` are executions of that kind. Raises GaveUp, Undecided and NotModelled."""
        possible = self.compiled.possible_flags(self.space.present)
        known = {name for e in examples for name in self.concrete.flags(e)} if possible else set()
        left = [f for f in possible if f.name not in known]
        if examples and self.space.is_exact:  # what only the text has a part in is the same in each execution
            static = {*self.compiled.plan.static, *self.compiled.plan.flag_static}
            left = [f for f in left if self.compiled.flag_step(f) not in static]
        for flag in self._within_bounds(left, wanted):
            if flag.name not in known and self.find(*wanted, flag=flag) is not None:
                known.add(flag.name)
        return tuple(dict.fromkeys(f.name for f, _ in self.compiled.plan.flags if f.name in known))

    def _within_bounds(self, flags: Sequence[Axiom], wanted: Wanted) -> list[Axiom]:
        """Those of these flags that the bounds leave possible: first whatever rf and co are, then narrowed."""
        if not flags:
            return []
        try:
            node = self._start(wanted)
            node.settle()
            free = self.narrowing.static(node).copy()
            free.set_free()
            left = {id(f) for f in free.possible_flags()} & {id(f) for f in flags}
            return (
                [f for f in self.narrowing.narrow(node, None).possible_flags() if id(f) in left]
                if left
                else []
            )
        except Impossible:
            return []

    def all_values(self) -> frozenset[int]:
        """All values that an access may have in some candidate execution. Raises NotModelled and GaveUp."""
        return all_values(self.space)

    # -------------------------------------------------------------------- steps

    def _start(self, wanted: Wanted) -> Node:
        """The node of all executions with that property. Raises Impossible and NotModelled."""
        if self._root is None:
            self._root = root(self.space)
        node = self._root.copy()
        for e, truth in (*wanted, *((c, True) for c in self.graph.constraints)):
            watch(node, e)
            node.assume(e, truth)
        return node

    def _is_wanted(self, execution: Execution, wanted: Wanted, flag: Axiom | None) -> bool:
        if not self.concrete.is_allowed(execution):
            return False
        value = valuation(self.graph, execution)
        return all(bool(value(e)) == truth for e, truth in wanted) and (
            flag is None or flag.name in self.concrete.flags(execution)
        )
