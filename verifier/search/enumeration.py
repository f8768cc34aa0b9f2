"""The executions of a program, listed once: each question is answered by a look at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

from verifier.cat.at_once import AtOnce
from verifier.cat.bits import from_members, members
from verifier.cat.compiled import compiled
from verifier.cat.plan import plan
from verifier.cat.slices import union
from verifier.cat.specialise import specialise
from verifier.cat.terms import Axiom, Model
from verifier.events.expression import Expression
from verifier.events.graph import EventGraph, Property, present
from verifier.execution.candidate import Execution
from verifier.execution.many import Executions
from verifier.limits import Deadline
from verifier.record import replace
from verifier.search.concrete import Concrete
from verifier.search.questions import FALSE, TRUE, Questions, require_within
from verifier.search.space import Space

ONE_BY_ONE = 16  # executions that are looked at by themselves before all are at once
FEW = 64  # of so many, the model is not made anew for what the program has nothing of
PER_EVENT = 8  # with no more executions than so many for each event, one by one is quicker


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
        listed: Executions | None = None,
    ) -> None:
        self.graph = graph
        self.model = model
        self.deadline = deadline
        self.executions = executions
        self.places = tuple(sorted({s.place for s in graph.sources}))
        self.flags = tuple(a for a in model.axioms if a.is_flag)
        self.listed = listed or Executions(graph, executions)
        self._all = self.listed.every
        self._sets = {TRUE: self._all}
        self._literals = {self._all: TRUE, 0: FALSE}
        self._are_many = len(executions) > PER_EVENT * len(graph.events)
        self._allowed: dict[frozenset[int], int] = {}
        self._single: dict[frozenset[int], dict[int, bool]] = {}
        self._concrete: dict[frozenset[int], Concrete] = {}
        self._space = Space(graph)
        self._make_free = free

    # ---------------------------------------------------------------- questions

    def find(self, *literals: int, off: Iterable[int] = ()) -> Execution | None:
        switched, left = frozenset(off), self._all
        for l in literals:
            left &= self._set(l)
        for number in self._worth_a_look(left, switched):
            if self._is_allowed(number, switched):
                return self.executions[number]
            if self._allowed.get(switched, 0) >> number & 1:
                raise RuntimeError(f"execution {number} is allowed with all at once, and forbidden by itself")
        return None

    def allows(self, *literals: int, off: Iterable[int] = ()) -> bool:
        return self.find(*literals, off=off) is not None

    def _worth_a_look(self, executions: int, off: frozenset[int]) -> Iterator[int]:
        """Those of these executions that may be allowed. The first few are looked at one by one: often one of them is
        allowed. Of many others all that the model allows are worked out at once."""
        if off not in self._allowed:
            first = list(islice(members(executions), ONE_BY_ONE))
            yield from first
            executions &= ~from_members(first)
            if not executions:
                return
        yield from members(executions & self._all_allowed(off) if self._are_many else executions)

    def _is_allowed(self, number: int, off: frozenset[int]) -> bool:
        known = self._single.setdefault(off, {})
        if number not in known:
            self.deadline.remaining()
            known[number] = self._concretes(off).is_consistent(self.executions[number])
        return known[number]

    def _all_allowed(self, off: frozenset[int]) -> int:
        """The executions that the model allows with these places off."""
        if off not in self._allowed:
            if self._are_many:
                self._allowed[off] = self._at_once.meeting(self.listed.switched(off))
            else:
                numbers = range(len(self.executions))
                self._allowed[off] = from_members(n for n in numbers if self._is_allowed(n, off))
        return self._allowed[off]

    @cached_property
    def _specialised(self) -> Model:
        """The model without what the program has nothing of, where that is worth the work."""
        few = len(self.executions) <= FEW
        return self.model if few else specialise(self.model, present(self.graph))

    @cached_property
    def _at_once(self) -> AtOnce:
        return AtOnce(plan(self._specialised), self.deadline)

    def _concretes(self, off: frozenset[int]) -> Concrete:
        if off not in self._concrete:
            self._concrete[off] = Concrete(self._space, compiled(self._specialised), off)
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
        return self._literal(self.listed.truth(e))

    def reaches(self, p: Property, formula: bool) -> int:
        truth = self.truth(p.formula)
        return self.conjunction((self.truth(p.reached), truth if formula else -truth))

    def executes(self, event: int) -> int:
        return self._literal(self.listed.executing[event])

    def reads_last(self, read: int) -> int:
        location = self.graph.events[read].location
        last = {} if location is None else self.listed.last_writes((location,))
        reading = self.listed.reading
        return self._literal(union(reading.get((w, read), 0) & here for w, here in last.items()))

    def relation(self, name: str, i: int, j: int) -> int:
        reading, ordered = self.listed.reading, self.listed.ordered
        match name:
            case "rf":
                return self._literal(reading.get((i, j), 0))
            case "co":
                return self._literal(ordered.get((i, j), 0))
            case "fr":
                before = ((w, here) for (w, r), here in reading.items() if r == i)
                return self._literal(union(here & ordered.get((w, j), 0) for w, here in before))
        raise ValueError(name)

    def raised(self, flag: Axiom) -> int:
        nothing = frozenset[int]()
        allowed = self._all_allowed(nothing)
        if self._are_many and allowed:
            raising = self._at_once.raising(self.flags.index(flag), self.listed.switched(nothing))
            return self._literal(allowed & raising)
        flags = self._concretes(nothing).flags
        return self._literal(
            from_members(n for n in members(allowed) if flag.name in flags(self.executions[n]))
        )

    def violated_with_all_on(self) -> int:
        nothing = frozenset[int]()
        return self._literal(self._all & ~self._all_allowed(nothing))

    # -------------------------------------------------------------------- others

    def variant(self, graph: EventGraph) -> Enumeration:
        """Answers about the same program with other fences: the accesses, and when they happen, are the same."""
        fenced = self.listed.with_fences_of(graph)
        return Enumeration(graph, self.model, self.deadline, fenced.executions, self._make_free, fenced)

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
