"""One event graph under one model, loaded into Z3: questions about its executions, and what answers them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from verifier.cat.compiled import is_consistent
from verifier.cat.evaluate import violations
from verifier.cat.monotone import recursion_signs
from verifier.cat.specialise import specialise
from verifier.cat.terms import Axiom, Model
from verifier.encoding.bounds import NOTHING, propagate
from verifier.encoding.candidate import CandidateEncoding
from verifier.encoding.clauses import FALSE, TRUE, Clauses
from verifier.encoding.relations import RelationEncoding
from verifier.events.expression import Expression
from verifier.events.graph import EventGraph, Property, present, unknowns
from verifier.execution.candidate import Execution, bases, value_of, well_formed
from verifier.limits import OUT_OF_TIME, Deadline, NotModelled, Undecided
from verifier.record import replace
from verifier.search.questions import require_within

_OVERDUE = frozenset(("timeout", "canceled"))  # what Z3 says where its time is over
_FEW = 64  # variables to a clause, where clauses count as few


class Session:
    """Questions about the executions of `graph` that `model` allows.

    Each place of an ordering source has a literal, so that every question may ask with some of
    them off. Literals of `executes`, rf and co may be combined into further ones by the methods of
    `clauses`. Raises NotModelled where the graph or the model goes beyond the encoding, Undecided when time runs out,
    TooLarge where it takes more than `most` variables to say what the model allows.
    """

    def __init__(
        self,
        graph: EventGraph,
        model: Model,
        deadline: Deadline | None = None,
        propagation: bool = True,
        most: int | None = None,
    ) -> None:
        self.graph = graph
        self.model = model
        self._propagation = propagation
        short = specialise(model, present(graph))
        self.deadline = deadline or Deadline(None)
        self.clauses = Clauses(most)
        facts = propagate(graph, model) if propagation else NOTHING
        self.candidate = CandidateEncoding(graph, self.clauses, facts.forbidden_rf, facts.known_co)
        self.places = tuple(sorted({s.place for s in graph.sources}))
        self._switches = {p: self.clauses.variable() for p in self.places}
        # a recursive relation that is too large must neither break an axiom nor raise a flag by that
        is_exact = any(recursion_signs(a.term) - {not a.negated} for a in short.axioms)
        self._guarded = RelationEncoding(self.candidate, self._switches.__getitem__, is_exact=is_exact)
        self._axioms = [a for a in short.axioms if not a.is_flag]
        self.flags = tuple(a for a in short.axioms if a.is_flag)
        for axiom in self._axioms:
            self.clauses.add(-self._guarded.violation(axiom))
        self.clauses.most = None
        self._all_on_violation: int | None = None
        self._solver: Any = None
        self._constants: dict[int, Any] = {}
        self._finished = {FALSE}  # literals that are known to be false
        self._require_finished(self._guarded)

    # ------------------------------------------------------------ questions

    def find(self, *literals: int, off: Iterable[int] = ()) -> Execution | None:
        """An execution that the model allows with the sources at the places `off` switched off, in which
        all of `literals` hold; None where there is none.

        Every execution is checked again without the solver. Raises Undecided.
        """
        switched = frozenset(off)
        assumptions = [-v if p in switched else v for p, v in self._switches.items()]
        assumptions += [l for l in literals if l != TRUE]
        if not self._check(assumptions):
            return None
        execution = self._decode()
        self._recheck(execution, switched)
        return execution

    def allows(self, *literals: int, off: Iterable[int] = ()) -> bool:
        """Whether `find` would find something."""
        return self.find(*literals, off=off) is not None

    def executions(self, *literals: int) -> Iterator[Execution]:
        """All executions that the model allows and in which `literals` hold, each once, with all sources on.

        Two that differ only in unknowns count as one. Raises Undecided.
        """
        return self._enumerate(literals, self._differences)

    def distinct(self, values: Sequence[Expression], *literals: int) -> Iterator[Execution]:
        """One execution that the model allows, and in which `literals` hold, for each combination of values.

        Raises Undecided.
        """
        cases = [self.candidate.values.cases(e) for e in values]

        def differences(execution: Execution) -> Iterator[int]:
            for e, literal in zip(values, cases, strict=True):
                yield -literal[value_of(self.graph, execution, e)]

        return self._enumerate(literals, differences)

    def _enumerate(
        self, literals: Sequence[int], differences: Callable[[Execution], Iterator[int]]
    ) -> Iterator[Execution]:
        enumerating = self.clauses.variable()
        while (execution := self.find(enumerating, *literals)) is not None:
            yield execution
            self.clauses.add(-enumerating, *differences(execution))

    def _differences(self, execution: Execution) -> Iterator[int]:
        """Literals of which one holds in every other execution."""
        for e, l in self.candidate.executes.items():
            yield -l if execution.executed >> e & 1 else l
        for r, w in execution.reads_from:
            yield -self.candidate.rf[(w, r)]
            value = execution.values[r]
            if value is not None:  # where values go round in a circle, rf alone does not fix them
                yield -self.candidate.value(r)[value]
        for order in execution.coherence:
            for a, b in pairwise(order):
                yield -self.candidate.co[(a, b)]

    def raises(self, flag: Axiom, *literals: int) -> bool:
        """Whether an execution that the model allows, and in which `literals` hold, raises a flag.

        Raises Undecided and NotModelled.
        """
        return self.allows(self.raised(flag), *literals)

    def raised(self, flag: Axiom) -> int:
        """The literal that a flag is raised. Raises Undecided and NotModelled."""
        literal = -self._guarded.violation(flag)
        self._require_finished(self._guarded)
        return literal

    def violated_with_all_on(self) -> int:
        """The literal that the execution breaks an axiom when every ordering source is on.

        Raises Undecided, and NotModelled where a recursive relation of the model can't be unrolled.
        """
        if self._all_on_violation is None:
            everything_on = RelationEncoding(self.candidate, lambda _: TRUE, self._guarded, is_exact=True)
            self._all_on_violation = self.clauses.disjunction(
                everything_on.violation(a) for a in self._axioms
            )
            self._require_finished(everything_on)
        return self._all_on_violation

    def require_within(self) -> None:
        """Raises NotModelled where an allowed execution goes beyond what a litmus test can say, and Undecided."""
        require_within(self.graph, lambda e: self.allows(self.truth(e)), self.all_values)

    def all_values(self) -> Iterator[int]:
        """All values that an access may have in some candidate execution."""
        accesses = (number for number, event in enumerate(self.graph.events) if event.kind != "F")
        return (value for number in accesses for value in self.candidate.value(number))

    def _require_finished(self, relations: RelationEncoding) -> None:
        unfinished = relations.unfinished()
        if unfinished not in self._finished and self._check([unfinished]):
            raise NotModelled("a recursive definition of the model needs too many steps")
        self._finished.add(unfinished)

    def free(self) -> Session:
        """The same program without any axiom: every candidate execution is allowed."""
        nothing = replace(self.model, axioms=())
        return Session(self.graph, nothing, self.deadline, propagation=False)

    def variant(self, graph: EventGraph) -> Session:
        """The same program with other fences: whoever could not list its executions can't list these."""
        return Session(graph, self.model, self.deadline, self._propagation)

    def any_of(self, literals: Sequence[int]) -> int:
        """A literal that implies that one of these holds (for use in one question)."""
        choice = self.clauses.variable()
        self.clauses.add(-choice, *literals)
        return choice

    def conjunction(self, literals: Iterable[int]) -> int:
        """The literal that all of these hold."""
        return self.clauses.conjunction(literals)

    def disjunction(self, literals: Iterable[int]) -> int:
        """The literal that one of these holds."""
        return self.clauses.disjunction(literals)

    def executes(self, event: int) -> int:
        """The literal that an event happens."""
        return self.candidate.executes[event]

    def reads_last(self, read: int) -> int:
        """The literal that a read happens and reads the last write of its location."""
        return self.candidate.reads_last(read)

    def truth(self, e: Expression) -> int:
        """The literal of an expression over reads, unknowns and final memory."""
        return self.candidate.values.truth(e)

    def reaches(self, p: Property, formula: bool) -> int:
        """The literal that control gets to a property, and its formula is true there, or false."""
        truth = self.truth(p.formula)
        return self.clauses.conjunction((self.truth(p.reached), truth if formula else -truth))

    def relation(self, name: str, i: int, j: int) -> int:
        """The literal that events i and j are related by rf, co or fr."""
        match name:
            case "rf":
                return self.candidate.rf.get((i, j), FALSE)
            case "co":
                return self.candidate.co.get((i, j), FALSE)
            case "fr":
                both = self.clauses.conjunction
                pairs = (((w, i), (w, j)) for w in self._writes_before(i))
                return self.clauses.disjunction(
                    both((self.candidate.rf[a], self.candidate.co[b]))
                    for a, b in pairs
                    if b in self.candidate.co
                )
        raise ValueError(name)

    def _writes_before(self, read: int) -> list[int]:
        return [w for w, r in self.candidate.rf if r == read]

    # --------------------------------------------------------------- solver

    def _check(self, assumptions: Sequence[int]) -> bool:
        from verifier.encoding.solver import z3

        if FALSE in assumptions:
            return False
        left = self.deadline.remaining()
        if self._solver is None:
            self._solver = z3.SolverFor("QF_FD")
        text = self.clauses.take()
        if left is not None:
            self._solver.set("timeout", max(1, int(left * 1000)))
        literals = [self._constant(l) if l > 0 else z3.Not(self._constant(-l)) for l in assumptions]
        try:
            if text:
                self._add(text)
            answer = self._solver.check(*literals)
        except z3.Z3Exception as problem:
            if "memory" in str(problem):
                raise MemoryError from None
            raise Undecided(f"the solver gave up: {problem}") from None
        if answer == z3.unknown:
            reason = self._solver.reason_unknown()
            if "memory" in reason:
                raise MemoryError
            if "interrupted" in reason:  # while it runs, Z3 takes SIGINT for itself
                raise KeyboardInterrupt
            raise Undecided(OUT_OF_TIME if reason in _OVERDUE else f"the solver gave up: {reason}")
        return bool(answer == z3.sat)

    def _add(self, text: str) -> None:
        """Clauses in DIMACS. Reading a text makes all variables up to the largest anew: few clauses cost less one
        by one."""
        from verifier.encoding.solver import z3

        head, *clauses = text.splitlines()
        if len(clauses) > int(head.split()[2]) // _FEW:
            self._solver.from_string(text)
            return
        for clause in clauses:
            literals = [int(l) for l in clause.split()[:-1]]
            self._solver.add(
                z3.Or(*(self._constant(l) if l > 0 else z3.Not(self._constant(-l)) for l in literals))
            )

    def _decode(self) -> Execution:
        from z3 import z3core

        model = self._solver.model()
        context = model.ctx.ref()

        @cache
        def is_true(variable: int) -> bool:
            declaration = self._constant(variable).decl().ast
            value = z3core.Z3_model_get_const_interp(context, model.model, declaration)
            return bool(value and z3core.Z3_get_bool_value(context, value) == 1)

        def holds(literal: int) -> bool:
            return literal == TRUE if abs(literal) == 1 else is_true(abs(literal)) == (literal > 0)

        return decode(self.candidate, holds)

    def _constant(self, variable: int) -> Any:
        """The solver's constant of a variable; DIMACS gives it an integer for a name."""
        from verifier.encoding.solver import z3

        if variable not in self._constants:
            self._constants[variable] = z3.Const(variable, z3.BoolSort())
        return self._constants[variable]

    def _recheck(self, execution: Execution, off: frozenset[int]) -> None:
        problem = well_formed(self.graph, execution)
        if problem is not None:
            raise AssertionError(f"the solver's execution is none: {problem}")
        found = bases(self.graph, execution, off)
        if not is_consistent(self.model, found):
            broken = violations(self.model, found)
            raise AssertionError(f"the solver's execution breaks {broken[0].name} of {self.model.name}")


def decode(candidate: CandidateEncoding, holds: Callable[[int], bool]) -> Execution:
    """The execution that an assignment of the encoding's literals describes."""
    graph = candidate.graph
    executed = 0
    for e, l in candidate.executes.items():
        if holds(l):
            executed |= 1 << e
    known = {
        i: next(v for v, l in cases.items() if holds(l)) for i, cases in candidate.values.unknowns.items()
    }
    unread = {u.index: u.domain[0] for u in unknowns(graph)}  # no clause depends on these
    chosen = tuple(sorted({**unread, **known}.items()))
    values: list[int | None] = []
    for number, event in enumerate(graph.events):
        value = None
        if event.kind != "F" and executed >> number & 1:
            value = next(v for v, l in candidate.value(number).items() if holds(l))
        values.append(value)
    reads_from = tuple(sorted((r, w) for (w, r), l in candidate.rf.items() if holds(l)))
    return Execution(executed, reads_from, _coherence(candidate, executed, holds), chosen, tuple(values))


def _coherence(
    candidate: CandidateEncoding, executed: int, holds: Callable[[int], bool]
) -> tuple[tuple[int, ...], ...]:
    graph = candidate.graph
    orders = []
    for location in range(len(graph.locations)):
        writes = [
            i
            for i, e in enumerate(graph.events)
            if e.kind == "W" and e.location == location and executed >> i & 1
        ]
        before = {w: sum(holds(candidate.co.get((v, w), FALSE)) for v in writes) for w in writes}
        orders.append(tuple(sorted(writes, key=before.__getitem__)))
    return tuple(orders)
