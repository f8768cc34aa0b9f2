"""The executions of a program, listed: all candidates, or those that meet a model's unconditional axioms."""

from __future__ import annotations

from verifier.cat.bounds import Impossible
from verifier.cat.compiled import compiled
from verifier.cat.terms import Model
from verifier.cat.unconditional import unconditional
from verifier.events.graph import Event, EventGraph, unknowns
from verifier.execution.candidate import Execution, well_formed
from verifier.limits import Deadline, GaveUp
from verifier.search.branching import branches
from verifier.search.by_location import ByLocation
from verifier.search.completions import Completions
from verifier.search.concrete import Concrete
from verifier.search.narrowing import Narrowing
from verifier.search.node import Node
from verifier.search.roots import root, watch
from verifier.search.space import Space

MOST_FRUITLESS = 2_000  # nodes looked at beyond two for each execution found
MOST_LISTINGS = 64  # that are kept
MOST_KEPT = 10_000  # executions and nodes in these
ENDLESS = Deadline(None)


class TooMany(Exception):
    """The program has more executions than are listed, or they are too hard to find."""


class Listing:
    """The candidate executions of a program, whatever a model says, those that differ only in values that depend on
    nothing among them: branches until each node has few. Raises NotModelled.

    Its steps, and so its answers, are the same however many are asked for, and in however many calls. `is_torn`: it is
    in the middle of a step, and of no use where something stopped it there.
    """

    few = 64  # executions of a node that are listed without another branch

    def __init__(self, graph: EventGraph) -> None:
        self.graph = graph
        self.space = Space(graph)
        self.completions = Completions(self.space)
        self.is_torn = False
        self._found: list[Execution] = []
        self._waiting: list[Node] | None = None
        self._looked_at = 0
        self._most = 0  # what `size` has been
        self._gave_up = False

    def up_to(self, most: int, deadline: Deadline = ENDLESS) -> tuple[Execution, ...]:
        """All of them. Raises TooMany where they, and the nodes that wait, were ever more than `most`: a call for more
        goes on from there. Raises NotModelled, and Undecided when time runs out."""
        try:
            if self._waiting is None:
                self._waiting = self._start()
            while self._waiting and self._most <= most and not self._gave_up:
                deadline.remaining()
                self._step(self._waiting)
        except GaveUp:
            # In this order: stopped in between, it must not look like a listing that has come to its end
            self._gave_up, self.is_torn, self._waiting = True, False, []
        if self._most > most or self._gave_up:
            raise TooMany
        return tuple(self._found)

    @property
    def size(self) -> int:
        """The executions found, and the nodes that wait."""
        return len(self._found) + len(self._waiting or ())

    def _step(self, waiting: list[Node]) -> None:
        """Look at the last node that waits. Raises GaveUp where that takes too much, or has led to little so far."""
        found = self._found
        if self._looked_at - 2 * len(found) > MOST_FRUITLESS:
            raise GaveUp
        self.is_torn = True
        try:
            few = self._executions(waiting[-1])
            parts = branches(waiting[-1]) if few is None else []
        except Impossible:
            few, parts = [], []
        if few is None and not parts:
            raise GaveUp
        self._looked_at += 1
        waiting.pop()
        waiting += reversed(parts)
        found += few or []
        self._most = max(self._most, self.size)
        self.is_torn = False

    def _start(self) -> list[Node]:
        try:
            node = root(self.space)
            for c in self.graph.constraints:
                watch(node, c)
                node.assume(c, True)
        except Impossible:
            return []
        return [node]

    def _executions(self, node: Node) -> list[Execution] | None:
        """The executions of a node, None where they are too many to list without another branch. Raises Impossible."""
        node.settle()
        return self._few(node)

    def _few(self, node: Node) -> list[Execution] | None:
        few = self.completions.few(node, self.few)
        return None if few is None else [e for e in few.executions if well_formed(self.graph, e) is None]


class AllowedListing(Listing):
    """The candidates that meet a model's unconditional axioms: among them are all that it allows, whichever ordering
    sources are on. Each node is narrowed by these axioms."""

    few = 8

    def __init__(self, graph: EventGraph, model: Model) -> None:
        super().__init__(graph)
        self.made = compiled(unconditional(model))

    def up_to(self, most: int, deadline: Deadline = ENDLESS) -> tuple[Execution, ...]:
        # These remember much, which is of no use between two calls
        self.concrete, self.narrowing = Concrete(self.space, self.made), Narrowing(self.space, self.made)
        self.by_location = ByLocation(self.space, self.made)
        try:
            return super().up_to(most, deadline)
        finally:
            del self.concrete, self.narrowing, self.by_location

    def _executions(self, node: Node) -> list[Execution] | None:
        node.settle()
        found = self.by_location.executions(node)
        if found is None:
            few = self._few(node)
            if few is None:
                self.narrowing.narrow(node)
                found = self.by_location.executions(node)
                few = self._few(node) if found is None else None
            if few is not None:
                found = [e for e in few if self.concrete.is_consistent(e)]
        return found


class Listings:
    """Listings, kept for whoever asks next about a program with the same candidate executions: the same one under
    another model, or one with other fences, dependencies or lines. As many as MOST_LISTINGS and MOST_KEPT allow."""

    def __init__(self) -> None:
        self._known: dict[tuple[EventGraph, Model | None], Listing] = {}

    def candidates(self, graph: EventGraph) -> Listing:
        """The candidate executions of a graph."""
        return self._kept(graph, None)

    def allowed(self, graph: EventGraph, model: Model) -> Listing:
        """Those of them that meet the model's unconditional axioms."""
        return self._kept(graph, unconditional(model))

    def _kept(self, graph: EventGraph, model: Model | None) -> Listing:
        key = (bare(graph), model)
        found = self._known.pop(key, None)
        if found is None or found.is_torn:
            found = Listing(key[0]) if model is None else AllowedListing(key[0], model)
        while len(self._known) == MOST_LISTINGS or sum(l.size for l in self._known.values()) > MOST_KEPT:
            del self._known[next(iter(self._known))]
        self._known[key] = found  # the last to be forgotten
        return found


def bare(graph: EventGraph) -> EventGraph:
    """A graph with what its candidate executions depend on, and nothing else: no tags, ordering sources, dependencies,
    questions and texts. Its unknowns are observed, so that executions differ in each."""
    nothing = frozenset[str]()
    events = tuple(
        Event(e.thread, e.kind, e.location, e.executes, e.value, nothing, nothing, None, 0, "", None, None)
        for e in graph.events
    )
    return EventGraph(
        threads=("",) * len(graph.threads),
        locations=("",) * len(graph.locations),
        events=events,
        order=graph.order,
        sources=(),
        dependencies=(),
        atomics=graph.atomics,
        constraints=graph.constraints,
        sleeps=(),
        properties=(),
        values=(),
        running="",
        ends=(),
        cuts=(),
        unreached=(),
        bound=0,
        observed=tuple(("", u) for u in sorted(unknowns(graph), key=lambda u: u.index)),
    )
