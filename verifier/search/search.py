"""Branches over rf and co, with bounds at each step, until an execution is found or none is left."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.cat.bits import members
from verifier.cat.bounds import Bounds, Impossible
from verifier.cat.compiled import compiled
from verifier.cat.terms import Axiom, Model
from verifier.events.expression import Expression, reads_of
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution, valuation
from verifier.execution.domains import domains
from verifier.limits import Deadline
from verifier.search.completions import Completions
from verifier.search.concrete import Concrete
from verifier.search.images import Images
from verifier.search.node import Node
from verifier.search.sequential import sequential_executions
from verifier.search.space import Space

MOST_NODES = 2000
Wanted = Sequence[tuple[Expression, bool]]


class GaveUp(Exception):
    """The search took more steps than it may; there is no answer."""


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
        self._statics: dict[tuple[int, frozenset[tuple[Expression, bool]]], Bounds] = {}
        self._root: Node | None = None

    # ---------------------------------------------------------------- questions

    def find(self, *wanted: tuple[Expression, bool], flag: Axiom | None = None) -> Execution | None:
        """An allowed execution in which these expressions are true, or false, and that raises the flag.

        Raises GaveUp, Undecided when time runs out, and NotModelled.
        """
        step = None if flag is None else self.compiled.flag_step(flag)
        limit = self.nodes + MOST_NODES
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
                    self._narrow(node, step)
                    few = self.completions.of(node)
            except Impossible:
                continue
            for execution in few.executions:
                if self._is_wanted(execution, wanted, flag):
                    return execution
            if not few.is_complete:
                waiting += reversed(self._branches(node))
        return None

    def examples(self, questions: Sequence[Wanted]) -> list[Execution | None]:
        """For each question an allowed execution in which its expressions are true, or false, if one is cheaply
        found: each thread runs to its end before the next."""
        found: list[Execution | None] = [None] * len(questions)
        for execution in sequential_executions(self.graph, self.space.unknowns):
            value = valuation(self.graph, execution)
            for i, wanted in enumerate(questions):
                if found[i] is None and all(bool(value(e)) == truth for e, truth in wanted):
                    found[i] = execution if self.concrete.is_allowed(execution) else None
        return found

    def flags(self, *wanted: tuple[Expression, bool], examples: Sequence[Execution] = ()) -> tuple[str, ...]:
        """The names of the flags that some allowed execution raises in which these expressions are true, or false;
        `examples` are executions of that kind. Raises GaveUp, Undecided and NotModelled."""
        possible = self._possible_flags(wanted)
        known = {name for e in examples for name in self.concrete.flags(e)} if possible else set()
        for flag in possible:
            if flag.name not in known and self.find(*wanted, flag=flag) is not None:
                known.add(flag.name)
        return tuple(dict.fromkeys(f.name for f, _ in self.compiled.plan.flags if f.name in known))

    def _possible_flags(self, wanted: Wanted) -> list[Axiom]:
        """The flags that the program has what it takes for, and that the bounds leave possible: first whatever rf
        and co are, then narrowed."""
        possible = self.compiled.possible_flags(self.space.present)
        if not possible:
            return []
        try:
            node = self._start(wanted)
            node.settle()
            free = self._static(node).copy()
            free.set_free()
            left = {id(f) for f in free.possible_flags()} & {id(f) for f in possible}
            return [f for f in self._narrow(node, None).possible_flags() if id(f) in left] if left else []
        except Impossible:
            return []

    def all_values(self) -> frozenset[int]:
        """All values that an access may have in some candidate execution. Raises NotModelled and Undecided."""
        space = self.space
        found = frozenset(space.constants.values())
        if space.computed:
            values, unknowns = self._values()
            images = Images(values, unknowns)
            found = found.union(*values.values(), *(images.values(e) for _, e in space.computed))
        return found

    # --------------------------------------------------------------------- root

    def _start(self, wanted: Wanted) -> Node:
        """The node of all executions with that property. Raises Impossible and NotModelled."""
        node = self.root().copy()
        for e, truth in (*wanted, *((c, True) for c in self.graph.constraints)):
            self._watch(node, e)
            node.assume(e, truth)
        return node

    def root(self) -> Node:
        """All executions. Raises NotModelled and Impossible."""
        if self._root is None:
            self._root = self._make_root()
        return self._root

    def _make_root(self) -> Node:
        space = self.space
        node = Node(space)
        node.written = {w: frozenset((v,)) for w, v in space.constants.items()}
        for read in space.reads:
            node.sources[read] = space.writers_for(read)
        node.values, node.unknowns = self._values()
        node.co = space.coherence()
        node.settle()
        return node

    def _values(self) -> tuple[dict[int, frozenset[int]], dict[int, frozenset[int]]]:
        """The values that each read may return, and those of each unknown."""
        space, graph = self.space, self.graph
        sources = {r: space.writers_for(r) for r in space.reads}
        if space.computed:
            found = domains(graph, {r: tuple(members(s)) for r, s in sources.items()})
            values = {r: frozenset(v) for r, v in found.items()}
        else:
            values = {r: self._constants(s) for r, s in sources.items()}
        return values, {u.index: frozenset(u.domain) for u in space.unknowns}

    def _constants(self, writes: int) -> frozenset[int]:
        return frozenset((0, *(self.space.constants[w] for w in members(writes))))

    def _watch(self, node: Node, e: Expression) -> None:
        """The final values that an expression mentions become reads of the node."""
        for read in reads_of(e):
            if read < 0 and read not in node.sources:
                writers = self.space.writers[-1 - read]
                node.sources[read] = writers
                found: set[int] = set()
                for w in members(writers):
                    found |= node.written.get(w, frozenset())
                node.values[read] = frozenset(found)

    # -------------------------------------------------------------------- steps

    def _narrow(self, node: Node, step: int | None) -> Bounds:
        """Narrow a settled node by the model's axioms, until nothing follows any more; the bounds that came of it."""
        while True:
            bounds = self._static(node).copy()
            rf, co = bounds.narrow(node.reads_from(), node.co, self.space.total, step)
            if not node.take(rf[1], co):
                return bounds
            node.settle()

    def _static(self, node: Node) -> Bounds:
        held = node.held({p.holds for p in self.space.pairs}) if self.space.pairs else {}
        key = (node.sure, frozenset(held.items()))
        if key not in self._statics:
            self._statics[key] = Bounds(
                self.compiled.plan, self.compiled.code, self.space.bases(node.sure, held)
            )
        return self._statics[key]

    def _branches(self, node: Node) -> list[Node]:
        """Nodes that share out a node's executions among them; none where it was decided."""
        read = self._open_read(node)
        if read is not None:
            return [self._with_source(node, read, w) for w in reversed(list(members(node.sources[read])))]
        for r, values in node.values.items():
            if len(values) > 1 and (r < 0 or node.possible >> r & 1):
                return [self._with_value(node, r, v) for v in sorted(values)]
        for index, values in node.unknowns.items():
            if len(values) > 1:
                return [self._with_unknown(node, index, v) for v in sorted(values)]
        pair = self._open_pair(node)
        if pair is None:
            return []
        return [self._with_order(node, *pair), self._with_order(node, *reversed(pair))]

    def _open_read(self, node: Node) -> int | None:
        """A read that may read from several writes, from as few as possible."""
        best, least = None, 0
        for read, sources in node.sources.items():
            count = sources.bit_count()
            if count > 1 and read >= 0 and (best is None or count < least):
                best, least = read, count
        return best

    def _open_pair(self, node: Node) -> tuple[int, int] | None:
        """Two writes that happen, neither of which is known to be the earlier."""
        u = self.space.universe
        known = node.co[0] | u.inverse(node.co[0])
        left = self.space.total & ~known & u.product(node.possible, node.possible)
        return next(u.pairs(left), None) if left else None

    def _with_source(self, node: Node, read: int, write: int) -> Node:
        other = node.copy()
        other.sources[read] = 1 << write
        return other

    def _with_value(self, node: Node, read: int, value: int) -> Node:
        other = node.copy()
        other.values[read] = frozenset((value,))
        return other

    def _with_unknown(self, node: Node, index: int, value: int) -> Node:
        other = node.copy()
        other.unknowns[index] = frozenset((value,))
        return other

    def _with_order(self, node: Node, first: int, second: int) -> Node:
        other = node.copy()
        n = self.space.universe.n
        must, may = node.co
        other.co = (must | 1 << first * n + second, may & ~(1 << second * n + first))
        return other

    def _is_wanted(self, execution: Execution, wanted: Wanted, flag: Axiom | None) -> bool:
        value = valuation(self.graph, execution)
        return (
            all(bool(value(e)) == truth for e, truth in wanted)
            and self.concrete.is_allowed(execution)
            and (flag is None or flag.name in self.concrete.flags(execution))
        )
