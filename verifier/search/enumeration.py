"""All candidate executions of a small program, listed once: each question is answered by a look at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from verifier.cat.bits import from_members, members
from verifier.cat.bounds import Impossible
from verifier.cat.compiled import flags_raised, is_consistent
from verifier.cat.evaluate import Bases
from verifier.cat.terms import Axiom, Model
from verifier.events.expression import Expression
from verifier.events.graph import EventGraph, Property
from verifier.execution.candidate import Execution, bases, valuation, well_formed
from verifier.limits import Deadline, GaveUp
from verifier.record import replace
from verifier.search.branching import branches
from verifier.search.completions import Completions
from verifier.search.questions import FALSE, TRUE, require_within
from verifier.search.roots import root, watch
from verifier.search.space import Space

MOST = 128  # executions that are listed


class TooMany(Exception):
    """The program has more candidate executions than are listed."""


def enumerate_executions(graph: EventGraph, most: int = MOST) -> tuple[Execution, ...]:
    """Its candidate executions, whatever a model says, those that differ only in values that depend on nothing
    among them. Raises TooMany, and NotModelled."""
    try:
        return tuple(_list(graph, most))
    except GaveUp:
        raise TooMany from None


def _list(graph: EventGraph, most: int) -> list[Execution]:
    """Raises GaveUp, TooMany and NotModelled."""
    space = Space(graph)
    completions = Completions(space)
    found: list[Execution] = []
    try:
        waiting = [root(space)]
        for c in graph.constraints:
            watch(waiting[0], c)
            waiting[0].assume(c, True)
    except Impossible:
        return []
    while waiting:
        node = waiting.pop()
        try:
            node.settle()
        except Impossible:
            continue
        few = completions.few(node, most - len(found))
        if few is not None:
            found += (e for e in few.executions if well_formed(graph, e) is None)
            continue
        parts = branches(node)
        if not parts or len(found) + len(waiting) + len(parts) > most:
            raise TooMany
        waiting += reversed(parts)
    return found


class Enumeration:
    """Answers Questions (verifier.search.questions) from the list of all executions.

    A literal is a number for the set of the executions that it holds of; -l stands for the others.
    """

    def __init__(
        self, graph: EventGraph, model: Model, deadline: Deadline, executions: tuple[Execution, ...]
    ) -> None:
        self.graph = graph
        self.model = model
        self.deadline = deadline
        self.executions = executions
        self.places = tuple(sorted({s.place for s in graph.sources}))
        self.flags = tuple(a for a in model.axioms if a.is_flag)
        self._all = (1 << len(executions)) - 1
        self._sets = {TRUE: self._all}
        self._literals = {self._all: TRUE, 0: FALSE}
        self._values = [valuation(graph, e) for e in executions]
        self._allowed: dict[frozenset[int], dict[int, bool]] = {}
        self._last = [{order[-1] for order in e.coherence} for e in executions]

    # ---------------------------------------------------------------- questions

    def find(self, *literals: int, off: Iterable[int] = ()) -> Execution | None:
        switched, left = frozenset(off), self._all
        for l in literals:
            left &= self._set(l)
        for number in members(left):
            if self._is_allowed(number, switched):
                return self.executions[number]
        return None

    def allows(self, *literals: int, off: Iterable[int] = ()) -> bool:
        return self.find(*literals, off=off) is not None

    def _is_allowed(self, number: int, off: frozenset[int]) -> bool:
        known = self._allowed.setdefault(off, {})
        if number not in known:
            self.deadline.remaining()
            known[number] = is_consistent(self.model, self._bases(number, off))
        return known[number]

    def _bases(self, number: int, off: frozenset[int] = frozenset()) -> Bases:
        return bases(self.graph, self.executions[number], off)

    # ----------------------------------------------------------------- literals

    def _set(self, literal: int) -> int:
        return self._sets[literal] if literal > 0 else self._all & ~self._sets[-literal]

    def _literal(self, executions: int) -> int:
        """The literal that holds of a set of executions."""
        if executions not in self._literals:
            new = len(self._sets) + 1
            self._sets[new] = executions
            self._literals[executions] = new
            self._literals.setdefault(self._all & ~executions, -new)
        return self._literals[executions]

    def _where(self, holds: Iterator[bool]) -> int:
        return self._literal(from_members(i for i, here in enumerate(holds) if here))

    def conjunction(self, literals: Iterable[int]) -> int:
        left = self._all
        for l in literals:
            left &= self._set(l)
        return self._literal(left)

    def disjunction(self, literals: Iterable[int]) -> int:
        found = 0
        for l in literals:
            found |= self._set(l)
        return self._literal(found)

    def any_of(self, literals: Sequence[int]) -> int:
        return self.disjunction(literals)

    def truth(self, e: Expression) -> int:
        return self._where(bool(value(e)) for value in self._values)

    def reaches(self, p: Property, formula: bool) -> int:
        truth = self.truth(p.formula)
        return self.conjunction((self.truth(p.reached), truth if formula else -truth))

    def executes(self, event: int) -> int:
        return self._where(bool(e.executed >> event & 1) for e in self.executions)

    def reads_last(self, read: int) -> int:
        sources = (dict(e.reads_from).get(read) for e in self.executions)
        return self._where(w is not None and w in last for w, last in zip(sources, self._last, strict=True))

    def relation(self, name: str, i: int, j: int) -> int:
        return self._where(_related(e, name, i, j) for e in self.executions)

    def raised(self, flag: Axiom) -> int:
        numbers = (
            self._is_allowed(n, frozenset()) and flag.name in flags_raised(self.model, self._bases(n))
            for n in range(len(self.executions))
        )
        return self._where(numbers)

    def violated_with_all_on(self) -> int:
        nothing = frozenset[int]()
        return self._where(not self._is_allowed(n, nothing) for n in range(len(self.executions)))

    # -------------------------------------------------------------------- others

    def free(self) -> Enumeration:
        return self._free

    @cached_property
    def _free(self) -> Enumeration:
        nothing = replace(self.model, axioms=())
        return Enumeration(self.graph, nothing, self.deadline, self.executions)

    def require_within(self) -> None:
        def values() -> Iterator[int]:
            return (v for e in self.executions for v in e.values if v is not None)

        require_within(self.graph, lambda e: self.allows(self.truth(e)), values)


def _related(execution: Execution, name: str, i: int, j: int) -> bool:
    """Whether events i and j are related by rf, co or fr."""
    if not execution.executed >> i & execution.executed >> j & 1:
        return False
    match name:
        case "rf":
            return (j, i) in execution.reads_from
        case "co":
            return _is_before(execution, i, j)
        case "fr":
            return _is_before(execution, dict(execution.reads_from)[i], j)
    raise ValueError(name)


def _is_before(execution: Execution, a: int, b: int) -> bool:
    """Whether a write is before another to its location."""
    return any(a in order and b in order and order.index(a) < order.index(b) for order in execution.coherence)
