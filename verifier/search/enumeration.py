"""The executions of a program, listed once: each question is answered by a look at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations

from verifier.cat.bits import from_members, members
from verifier.cat.compiled import compiled
from verifier.cat.terms import Axiom, Model
from verifier.events.expression import Expression, evaluate
from verifier.events.graph import EventGraph, Property
from verifier.execution.candidate import Execution, read_values, valuation
from verifier.limits import Deadline
from verifier.record import replace
from verifier.search.concrete import Concrete
from verifier.search.questions import FALSE, TRUE, Questions, require_within
from verifier.search.space import Space


class Enumeration:
    """Answers Questions (verifier.search.questions) from the list of all executions, or of all that the model allows
    with some of the sources off; then `free` answers about the others.

    A literal is a number for the set of the executions that it holds of; -l stands for the others.
    """

    def __init__(
        self,
        graph: EventGraph,
        model: Model,
        deadline: Deadline,
        executions: tuple[Execution, ...],
        free: Callable[[], Questions] | None = None,
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
        self._concrete: dict[frozenset[int], Concrete] = {}
        self._space = Space(graph)
        self._make_free = free
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
            known[number] = self._concretes(off).is_consistent(self.executions[number])
        return known[number]

    def _concretes(self, off: frozenset[int]) -> Concrete:
        if off not in self._concrete:
            self._concrete[off] = Concrete(self._space, compiled(self.model), off)
        return self._concrete[off]

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
        return self._literal(self._executing[event])

    def reads_last(self, read: int) -> int:
        sources = (dict(e.reads_from).get(read) for e in self.executions)
        return self._where(w is not None and w in last for w, last in zip(sources, self._last, strict=True))

    def relation(self, name: str, i: int, j: int) -> int:
        match name:
            case "rf":
                return self._literal(self._reading.get((i, j), 0))
            case "co":
                return self._literal(self._ordered.get((i, j), 0))
            case "fr":
                before = ((w, here) for (w, r), here in self._reading.items() if r == i)
                found = 0
                for w, here in before:
                    found |= here & self._ordered.get((w, j), 0)
                return self._literal(found)
        raise ValueError(name)

    @cached_property
    def _executing(self) -> list[int]:
        """For each event the executions in which it happens."""
        found = [0] * len(self.graph.events)
        for number, e in enumerate(self.executions):
            for event in members(e.executed):
                found[event] |= 1 << number
        return found

    @cached_property
    def _reading(self) -> dict[tuple[int, int], int]:
        """For each write and read the executions in which this reads from that."""
        found: dict[tuple[int, int], int] = {}
        for number, e in enumerate(self.executions):
            for read, write in e.reads_from:
                found[write, read] = found.get((write, read), 0) | 1 << number
        return found

    @cached_property
    def _ordered(self) -> dict[tuple[int, int], int]:
        """For each two writes the executions in which the first is co-before the second."""
        found: dict[tuple[int, int], int] = {}
        for number, e in enumerate(self.executions):
            for pair in (pair for order in e.coherence for pair in combinations(order, 2)):
                found[pair] = found.get(pair, 0) | 1 << number
        return found

    def raised(self, flag: Axiom) -> int:
        numbers = (
            self._is_allowed(n, frozenset()) and flag.name in self._concretes(frozenset()).flags(e)
            for n, e in enumerate(self.executions)
        )
        return self._where(numbers)

    def violated_with_all_on(self) -> int:
        nothing = frozenset[int]()
        return self._where(not self._is_allowed(n, nothing) for n in range(len(self.executions)))

    # -------------------------------------------------------------------- others

    def variant(self, graph: EventGraph) -> Enumeration:
        """Answers about the same program with other fences: the accesses, and when they happen, are the same."""
        reads_of_values = ((e, read_values(graph, e), dict(e.unknowns)) for e in self.executions)
        fences = [i for i, event in enumerate(graph.events) if event.kind == "F"]
        others = from_members(i for i, event in enumerate(graph.events) if event.kind != "F")
        padding = (None,) * (len(graph.events) - len(self.graph.events))
        executions = tuple(
            replace(
                e,
                executed=e.executed & others
                | from_members(f for f in fences if evaluate(graph.events[f].executes, reads, unknowns)),
                values=(*e.values, *padding),
            )
            for e, reads, unknowns in reads_of_values
        )
        return Enumeration(graph, self.model, self.deadline, executions, self._make_free)

    def free(self) -> Questions:
        return self._free

    @cached_property
    def _free(self) -> Questions:
        if self._make_free is not None:
            return self._make_free()
        nothing = replace(self.model, axioms=())
        return Enumeration(self.graph, nothing, self.deadline, self.executions)

    def require_within(self) -> None:
        def values() -> Iterator[int]:
            return (v for e in self.executions for v in e.values if v is not None)

        require_within(self.graph, lambda e: self.allows(self.truth(e)), values)
