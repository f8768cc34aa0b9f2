"""The executions of a program, listed once: each question is answered by a look at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

from verifier.cat.at_once import AtOnce
from verifier.cat.bits import from_members, members
from verifier.cat.compiled import compiled
from verifier.cat.slices import union
from verifier.cat.specialise import specialise
from verifier.cat.terms import Axiom, Model
from verifier.events.expression import Expression
from verifier.events.graph import EventGraph, Property, present
from verifier.execution.candidate import Execution
from verifier.execution.side_by_side import SideBySide
from verifier.limits import Deadline
from verifier.record import replace
from verifier.search.concrete import Concrete
from verifier.search.questions import FALSE, TRUE, Questions, require_within
from verifier.search.space import Space

ONE_BY_ONE = 16  # executions that are looked at by themselves before all are at once
FEW = 64  # of so many, or of one for each event, one by one is quicker; nor is the model made anew for so few


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
        listed: SideBySide | None = None,
    ) -> None:
        self.graph = graph
        self.model = model
        self.deadline = deadline
        self.executions = executions
        self.places = tuple(sorted({s.place for s in graph.sources}))
        self.flags = tuple(a for a in model.axioms if a.is_flag)
        self.listed = listed or SideBySide(graph, executions)
        self._all = self.listed.every
        self._sets = {TRUE: self._all}
        self._literals = {self._all: TRUE, 0: FALSE}
        self._known: dict[frozenset[int], tuple[int, int]] = {}  # by places, looked at, and allowed of these
        self._concrete: dict[frozenset[int], Concrete] = {}
        self._space = Space(graph)
        self._make_free = free

    # ---------------------------------------------------------------- questions

    def find(self, *literals: int, off: Iterable[int] = ()) -> Execution | None:
        switched, left = frozenset(off), self._all
        for l in literals:
            left &= self._set(l)
        first = list(islice(members(left), ONE_BY_ONE))  # often one of them is allowed
        found = next((n for n in first if self._is_allowed(n, switched)), None)
        if found is None:
            found = self._first_allowed(left & ~from_members(first), switched)
        return None if found is None else self.executions[found]

    def _first_allowed(self, executions: int, off: frozenset[int]) -> int | None:
        """The first of these executions that the model allows with these places off."""
        if not self._are_many(executions & ~self._known.get(off, (0, 0))[0]):
            return next((n for n in members(executions) if self._is_allowed(n, off)), None)
        found = next(members(self._allowed(executions, off)), None)
        if found is not None and not self._look(found, off):
            raise RuntimeError(f"execution {found} is allowed among others, and forbidden by itself")
        return found

    def allows(self, *literals: int, off: Iterable[int] = ()) -> bool:
        return self.find(*literals, off=off) is not None

    def _are_many(self, executions: int) -> bool:
        """Whether these are quicker looked at all at once."""
        return executions.bit_count() > max(FEW, len(self.graph.events))

    def _allowed(self, executions: int, off: frozenset[int]) -> int:
        """Those of these executions that the model allows with these places off."""
        known, allowed = self._known.get(off, (0, 0))
        left = executions & ~known
        if not self._are_many(left):
            return from_members(n for n in members(executions) if self._is_allowed(n, off))
        allowed |= self._at_once.meeting(self.listed.switched(off), left)
        self._known[off] = known | left, allowed
        return executions & allowed

    def _is_allowed(self, number: int, off: frozenset[int]) -> bool:
        known, allowed = self._known.get(off, (0, 0))
        bit = 1 << number
        if not known & bit:
            allowed |= bit if self._look(number, off) else 0
            self._known[off] = known | bit, allowed
        return bool(allowed & bit)

    def _look(self, number: int, off: frozenset[int]) -> bool:
        """Whether an execution by itself is allowed."""
        self.deadline.remaining()
        return self._concretes(off).is_consistent(self.executions[number])

    @cached_property
    def _specialised(self) -> Model:
        """The model without what the program has nothing of, where that is worth the work."""
        few = len(self.executions) <= FEW
        return self.model if few else specialise(self.model, present(self.graph))

    @cached_property
    def _at_once(self) -> AtOnce:
        return AtOnce(compiled(self._specialised).plan, self.deadline)

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
        allowed = self._allowed(self._all, nothing)
        if self._are_many(allowed):
            found = self._at_once.raising(self.flags.index(flag), self.listed.switched(nothing), allowed)
            return self._literal(found)
        flags = self._concretes(nothing).flags
        return self._literal(
            from_members(n for n in members(allowed) if flag.name in flags(self.executions[n]))
        )

    def violated_with_all_on(self) -> int:
        nothing = frozenset[int]()
        return self._literal(self._all & ~self._allowed(self._all, nothing))

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
