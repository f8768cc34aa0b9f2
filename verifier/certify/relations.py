"""What relation terms mean in a candidate execution, pair by pair, as the definitions of cat have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeGuard, TypeVar, assert_never, get_args

from verifier.cat.bits import members
from verifier.cat.terms import (
    BaseRelation,
    BaseSet,
    EmptyRelation,
    Fixpoint,
    RelationTerm,
    SetTerm,
    Term,
    Variable,
    free_variables,
)
from verifier.certify.candidate import Candidate, Matrix
from verifier.certify.circuit import FALSE
from verifier.events.graph import INITIAL, Dependency, DependencyKind, observed_locations
from verifier.limits import NotModelled

Key = TypeVar("Key")
Row = dict[int, int]  # of a set: event -> literal
Solution = Mapping[str, Matrix]  # of a recursive definition
SPARE_ROUNDS = 3


class Relations:
    """Terms over the candidate executions of a graph, with the sources at the places `off` switched off.

    `base`: those with nothing off, for the terms that mean the same there.
    `unfinished`: literals of which one is true where a recursive relation is larger than what is written here.
    """

    def __init__(self, candidate: Candidate, off: frozenset[int], base: Relations | None = None) -> None:
        self.candidate = candidate
        self.circuit = candidate.circuit
        self.graph = candidate.graph
        self.off = off
        self.unfinished: list[int] = []
        self._relaxed = {e for s in self.graph.sources if s.place in off for e in s.events}
        self._sets: dict[int, tuple[Term, Row]] = {}
        self._matrices: dict[int, tuple[Term, Matrix]] = {}
        self._variables: dict[str, Matrix] = {}
        self._base = base
        self._changed = self._names_that_change()
        self._is_changed: dict[int, tuple[Term, bool]] = {}
        self._solved: dict[int, tuple[Term, Solution]] = {}

    def matrix(self, term: Term) -> Matrix:
        """The literals of a relation."""
        if free_variables(term):
            return _without_false(self._relation(term))
        if self._base is not None and not self._changes(term):
            return self._base.matrix(term)
        if id(term) not in self._matrices:
            self._matrices[id(term)] = term, _without_false(self._relation(term))
        return self._matrices[id(term)][1]

    def is_known(self, term: Term) -> bool:
        """Whether a relation was worked out already."""
        if self._base is not None and not self._changes(term):
            return self._base.is_known(term)
        return id(term) in self._matrices

    def row(self, term: Term) -> Row:
        """The literals of a set."""
        if free_variables(term):
            return _without_false(self._set(term))
        if self._base is not None and not self._changes(term):
            return self._base.row(term)
        if id(term) not in self._sets:
            self._sets[id(term)] = term, _without_false(self._set(term))
        return self._sets[id(term)][1]

    # -------------------------------------------------------- what is switched off

    def _names_that_change(self) -> frozenset[str]:
        """The base sets and relations that are others with these places off."""
        events = (self.graph.events[e] for e in self._relaxed)
        tags = frozenset[str]().union(*(e.tags ^ e.relaxed for e in events))
        return tags | {d.kind for d in self.graph.dependencies if self._is_off(d)}

    def _is_off(self, d: Dependency) -> bool:
        return self.graph.sources[d.source].place in self.off

    def _changes(self, term: Term) -> bool:
        """Whether a term may mean something else with these places off."""
        if id(term) not in self._is_changed:
            self._is_changed[id(term)] = term, self._find_change(term)
        return self._is_changed[id(term)][1]

    def _find_change(self, term: Term) -> bool:
        match term:
            case BaseSet(name) | BaseRelation(name):
                return name in self._changed
            case SetTerm(_, arguments) | RelationTerm(_, arguments):
                return any(self._changes(a) for a in arguments)
            case Fixpoint(_, equations):
                return any(self._changes(right) for _, right in equations)
            case EmptyRelation() | Variable():
                return False
            case _:
                assert_never(term)

    # ------------------------------------------------------------------- sets

    def _set(self, term: Term) -> Row:
        some, every = self.circuit.some, self.circuit.every
        match term:
            case BaseSet(name):
                return self._base_set(name)
            case SetTerm("union", (a, b)):
                one, other = self.row(a), self.row(b)
                return {e: some((one.get(e, FALSE), other.get(e, FALSE))) for e in one.keys() | other.keys()}
            case SetTerm("inter", (a, b)):
                other = self.row(b)
                return {e: every((l, other.get(e, FALSE))) for e, l in self.row(a).items()}
            case SetTerm("minus", (a, b)):
                other = self.row(b)
                return {e: every((l, -other.get(e, FALSE))) for e, l in self.row(a).items()}
            case SetTerm("complement", (a,)):
                other = self.row(a)
                return {e: every((l, -other.get(e, FALSE))) for e, l in self._everything().items()}
            case SetTerm("domain" | "range" as side, (a,)):
                ends: dict[int, list[int]] = {}
                for pair, l in self.matrix(a).items():
                    ends.setdefault(pair[side == "range"], []).append(l)
                return {e: some(ls) for e, ls in ends.items()}
            case _:
                raise TypeError(f"not a set: {term}")

    def _everything(self) -> Row:
        return dict(enumerate(self.candidate.executes))

    def _base_set(self, name: str) -> Row:
        if name == "FW":
            tested = sorted(observed_locations(self.graph))
            return {w: self.candidate.last(w) for l in tested for w in self.candidate.writers[l]}
        return {e: l for e, l in self._everything().items() if name in self._names(e)}

    def _names(self, number: int) -> frozenset[str]:
        """The base sets that an event is in where it happens."""
        event = self.graph.events[number]
        kind = {"_", event.kind, "F" if event.kind == "F" else "M"}
        initial = {"IW"} if event.thread == INITIAL else set()
        return (event.relaxed if number in self._relaxed else event.tags) | kind | initial

    # -------------------------------------------------------------- relations

    def _relation(self, term: Term) -> Matrix:
        match term:
            case BaseRelation(name):
                return self._base_relation(name)
            case EmptyRelation():
                return {}
            case Variable(name):
                return self._variables[name]
            case Fixpoint():
                return self._least(term)
            case RelationTerm():
                return self._operation(term)
            case _:
                raise TypeError(f"not a relation: {term}")

    def _operation(self, term: RelationTerm) -> Matrix:
        some, every = self.circuit.some, self.circuit.every
        first, *rest = term.arguments
        match term.operator:
            case "product":
                a, b = self.row(first), self.row(rest[0])
                return {(i, j): every((x, y)) for i, x in a.items() for j, y in b.items()}
            case "identity":
                return {(e, e): l for e, l in self.row(first).items()}
            case "union":
                parts = [self.matrix(a) for a in term.arguments]
                pairs = dict.fromkeys(pair for part in parts for pair in part)
                return {pair: some(p.get(pair, FALSE) for p in parts) for pair in pairs}
            case "inter":
                found = self.matrix(first)
                for argument in rest:
                    other = self.matrix(argument) if found else {}
                    found = _without_false({p: every((l, other.get(p, FALSE))) for p, l in found.items()})
                return found
            case "minus":
                other = self.matrix(rest[0])
                return {p: every((l, -other.get(p, FALSE))) for p, l in self.matrix(first).items()}
            case "complement":
                other = self.matrix(first)
                return {p: every((l, -other.get(p, FALSE))) for p, l in self._all_pairs().items()}
            case "sequence":
                if any(not self.row(a.arguments[0]) for a in term.arguments if _is_identity(a)):
                    return {}
                found = self.matrix(first)
                for argument in rest:
                    found = self._sequence(found, self.matrix(argument) if found else {})
                return found
            case "inverse":
                return {(j, i): l for (i, j), l in self.matrix(first).items()}
            case "plus":
                return self._closure(self.matrix(first))
            case "star":
                return self._reflexive(self._closure(self.matrix(first)))
            case "optional":
                return self._reflexive(self.matrix(first))
            case _:
                assert_never(term.operator)

    def _all_pairs(self) -> Matrix:
        events, every = self._everything(), self.circuit.every
        return {(i, j): every((x, y)) for i, x in events.items() for j, y in events.items()}

    def _reflexive(self, matrix: Matrix) -> Matrix:
        return matrix | {(e, e): l for e, l in self._everything().items()}

    def _sequence(self, a: Matrix, b: Matrix) -> Matrix:
        rows: dict[int, list[tuple[int, int]]] = {}
        for (j, k), l in b.items():
            rows.setdefault(j, []).append((k, l))
        found: dict[tuple[int, int], list[int]] = {}
        for (i, j), l in a.items():
            for k, m in rows.get(j, ()):
                found.setdefault((i, k), []).append(self.circuit.every((l, m)))
        return _without_false({pair: self.circuit.some(ls) for pair, ls in found.items()})

    def _closure(self, matrix: Matrix) -> Matrix:
        """The transitive closure: chains through the first events, then through one more, and so on."""
        found = dict(matrix)
        for middle in sorted({i for i, _ in matrix} & {j for _, j in matrix}):
            into = {(i, j): l for (i, j), l in found.items() if j == middle}
            out = {(i, j): l for (i, j), l in found.items() if i == middle}
            for pair, l in self._sequence(into, out).items():
                found[pair] = self.circuit.some((found.get(pair, FALSE), l))
        return found

    # -------------------------------------------------------------- recursion

    def _least(self, term: Fixpoint) -> Matrix:
        """The least solution of a recursive definition; kept, where no other stands around it."""
        key = id(term.equations)
        if key in self._solved:
            return self._solved[key][1][term.name]
        before = dict(self._variables)
        solution = self._unrolled(term)
        self._variables = before
        if not term.free:
            self._solved[key] = term, solution
        return solution[term.name]

    def _unrolled(self, term: Fixpoint) -> Solution:
        """The solution by iteration from nothing: as far as some rounds lead, which is all the way where no literal
        of `unfinished` is true."""
        solution: Solution = {name: {} for name, _ in term.equations}
        idle = 0  # rounds in which no pair was added to those that may be related
        while idle < _enough(solution):
            more = self._step(term, solution)
            if more == solution:
                return solution
            idle = (
                0 if any(more[name].keys() - known.keys() for name, known in solution.items()) else idle + 1
            )
            solution = more
        for name, matrix in self._step(term, solution).items():
            known = solution[name]
            self.unfinished += (self.circuit.every((l, -known.get(p, FALSE))) for p, l in matrix.items())
        return solution

    def _step(self, term: Fixpoint, solution: Solution) -> Solution:
        self._variables = {**self._variables, **solution}
        return {name: dict(self.matrix(right)) for name, right in term.equations}

    # ------------------------------------------------------------------ bases

    def _base_relation(self, name: str) -> Matrix:
        events = self.graph.events
        match name:
            case "rf":
                return self.candidate.rf
            case "co":
                return self.candidate.co
            case "id":
                return self._reflexive({})
            case "po":
                order = self.graph.order
                return self._happening((i, j) for i in range(len(events)) for j in members(order[i]))
            case "loc":
                return self._where(lambda i, j: events[i].location == events[j].location is not None)
            case "int":
                return self._where(self._is_internal)
            case "ext":
                return self._where(lambda i, j: not self._is_internal(i, j))
            case "rmw" | "amo" | "lxsx":
                atomics = [a for a in self.graph.atomics if name in ("rmw", a.kind)]
                return self._holding(
                    ((a.read, a.write), self.candidate.values.truth(a.holds)) for a in atomics
                )
            case "different-values":
                return self._different_values()
            case _ if name in get_args(DependencyKind):
                return self._dependencies(name)
            case _:
                raise NotModelled(f"the relation {name}")

    def _is_internal(self, i: int, j: int) -> bool:
        thread = self.graph.events[i].thread
        return i == j or thread == self.graph.events[j].thread != INITIAL

    def _where(self, test: Callable[[int, int], bool]) -> Matrix:
        n = range(len(self.graph.events))
        return self._happening((i, j) for i in n for j in n if test(i, j))

    def _happening(self, pairs: Iterable[tuple[int, int]]) -> Matrix:
        executes = self.candidate.executes
        return {(i, j): self.circuit.every((executes[i], executes[j])) for i, j in pairs}

    def _holding(self, pairs: Iterable[tuple[tuple[int, int], int]]) -> Matrix:
        executes, found = self.candidate.executes, dict[tuple[int, int], list[int]]()
        for (i, j), l in pairs:
            found.setdefault((i, j), []).append(self.circuit.every((executes[i], executes[j], l)))
        return {pair: self.circuit.some(ls) for pair, ls in found.items()}

    def _dependencies(self, name: str) -> Matrix:
        kept = [d for d in self.graph.dependencies if d.kind == name and not self._is_off(d)]
        return self._holding(((d.start, d.end), self.candidate.values.truth(d.holds)) for d in kept)

    def _different_values(self) -> Matrix:
        values = {
            e: self.candidate.value(e) for e, event in enumerate(self.graph.events) if event.kind != "F"
        }
        some, every = self.circuit.some, self.circuit.every
        return self._holding(
            ((i, j), some(every((x, y)) for v, x in a.items() for w, y in b.items() if v != w))
            for i, a in values.items()
            for j, b in values.items()
        )


def _enough(solution: Solution) -> int:
    """Rounds that suffice as a rule: as many as there are pairs always do, and recursive definitions mostly join what
    they made."""
    size = sum(map(len, solution.values()))
    return max(1, min(size, size.bit_length() + SPARE_ROUNDS))


def _is_identity(term: Term) -> TypeGuard[RelationTerm]:
    return isinstance(term, RelationTerm) and term.operator == "identity"


def _without_false(found: dict[Key, int]) -> dict[Key, int]:
    return {k: l for k, l in found.items() if l != FALSE}
