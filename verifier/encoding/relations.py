"""Encodes relation terms: which pairs are related, as literals, exactly in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar, assert_never, get_args

from verifier.cat.bits import members
from verifier.cat.terms import (
    Axiom,
    BaseRelation,
    BaseSet,
    EmptyRelation,
    Fixpoint,
    RelationTerm,
    SetTerm,
    Term,
    Variable,
)
from verifier.encoding.candidate import CandidateEncoding, Matrix
from verifier.encoding.clauses import FALSE
from verifier.encoding.fixpoints import Fixpoints
from verifier.events.graph import INITIAL, Atomic, DependencyKind, observed_locations
from verifier.limits import NotModelled

DEPENDENCIES = get_args(DependencyKind)
Key = TypeVar("Key")
Row = dict[int, int]  # of a set: event -> literal


class RelationEncoding:
    """Terms over one candidate encoding, with each ordering source on where `is_on(place)` says so.

    A term that no ordering source has a part in is the same whatever is on: it is encoded once and
    shared with `base`, the encoding that this one differs from only in what is on.

    Recursive relations are encoded as some solution of their equations, which may be larger than the
    least one: right where an axiom that fails for more pairs must hold, as the solver may choose the
    least. Where `is_exact`, as the least one.
    """

    def __init__(
        self,
        candidate: CandidateEncoding,
        is_on: Callable[[int], int],
        base: RelationEncoding | None = None,
        is_exact: bool = False,
    ) -> None:
        self.candidate = candidate
        self.graph = candidate.graph
        self.clauses = candidate.clauses
        self.is_on = is_on
        self.base = base
        self.is_exact = is_exact
        self._fixpoints = Fixpoints(self)
        self._tested = observed_locations(self.graph)
        self._relations: dict[int, Matrix] = {}
        self._sets: dict[int, Row] = {}
        self._kept: list[Term] = []
        self._guarded: dict[int, bool] = base._guarded if base is not None else {}
        self._base_relations: dict[str, Matrix] = {}

    def unfinished(self) -> int:
        """The literal that a recursive relation that was to be exact is smaller than it should be."""
        return self.clauses.disjunction(self._fixpoints.unfinished)

    # -------------------------------------------------------------- axioms

    def violation(self, axiom: Axiom) -> int:
        """The literal that is true exactly where `axiom` fails."""
        match axiom.test, axiom.term:
            case "empty", BaseSet() | SetTerm() as term:
                broken = self.clauses.disjunction(self.members(term).values())
            case "empty", term:
                broken = self.clauses.disjunction(self.relation(term).values())
            case "irreflexive", term:
                broken = self.clauses.disjunction(l for (i, j), l in self.relation(term).items() if i == j)
            case "acyclic", term:
                broken = self._cycle(self.relation(term))
        return -broken if axiom.negated else broken

    def _cycle(self, matrix: Matrix) -> int:
        """The literal that the relation has a cycle: events are eliminated one by one, cheapest first."""
        successors: dict[int, Row] = {}
        predecessors: dict[int, Row] = {}
        for (i, j), l in matrix.items():
            successors.setdefault(i, {})[j] = l
            predecessors.setdefault(j, {})[i] = l
        cycles = []
        alive = set(successors) & set(predecessors)
        while alive:
            k = min(alive, key=lambda e: (len(successors.get(e, ())) * len(predecessors.get(e, ())), e))
            alive.discard(k)
            into, out = predecessors.pop(k, {}), successors.pop(k, {})
            loop = into.pop(k, FALSE)
            out.pop(k, None)
            cycles.append(loop)
            for i in into:
                successors.get(i, {}).pop(k, None)
            for j in out:
                predecessors.get(j, {}).pop(k, None)
            for i, a in into.items():
                for j, b in out.items():
                    step = self.clauses.conjunction((a, b))
                    if i == j:
                        cycles.append(step)
                    elif step != FALSE and i in successors:
                        joined = self.clauses.disjunction((successors[i].get(j, FALSE), step))
                        successors[i][j] = joined
                        predecessors.setdefault(j, {})[i] = joined
        return self.clauses.disjunction(cycles)

    # --------------------------------------------------------------- terms

    def relation(self, term: Term) -> Matrix:
        """The literals of a relation; pairs that are never related are absent."""
        if self._fixpoints.is_open(term):
            return self._fixpoints.within(term)
        if self.base is not None and not self._is_guarded(term):
            return self.base.relation(term)
        found = self._relations.get(id(term))
        if found is None:
            found = self.fresh_relation(term)
            self._relations[id(term)] = found
            self._kept.append(term)
        return found

    def fresh_relation(self, term: Term) -> Matrix:
        """The literals of a relation, worked out from those of its parts."""
        return {pair: l for pair, l in self._relation(term).items() if l != FALSE}

    def members(self, term: Term) -> Row:
        """The literals of a set's members."""
        if self._fixpoints.is_open(term):
            return {e: l for e, l in self._set(term).items() if l != FALSE}
        if self.base is not None and not self._is_guarded(term):
            return self.base.members(term)
        found = self._sets.get(id(term))
        if found is None:
            found = {e: l for e, l in self._set(term).items() if l != FALSE}
            self._sets[id(term)] = found
            self._kept.append(term)
        return found

    def _is_guarded(self, term: Term) -> bool:
        """Whether an ordering source has a part in the term."""
        known = self._guarded.get(id(term))
        if known is None:
            known = self._find_guarded(term)
            self._guarded[id(term)] = known
            self._kept.append(term)
        return known

    def _find_guarded(self, term: Term) -> bool:
        match term:
            case BaseSet(name):
                return any(
                    e.source is not None and (name in e.tags) != (name in e.relaxed)
                    for e in self.graph.events
                )
            case BaseRelation(name):
                return name in DEPENDENCIES and any(d.kind == name for d in self.graph.dependencies)
            case SetTerm(_, arguments) | RelationTerm(_, arguments):
                return any(self._is_guarded(a) for a in arguments)
            case Fixpoint() | Variable():
                return True
            case EmptyRelation():
                return False
            case _:
                assert_never(term)

    def _set(self, term: Term) -> Row:
        match term:
            case BaseSet(name):
                return self._base_set(name)
            case SetTerm("domain" | "range" as side, (inner,)):
                ends: dict[int, list[int]] = {}
                for (i, j), l in self.relation(inner).items():
                    ends.setdefault(i if side == "domain" else j, []).append(l)
                return {e: self.clauses.disjunction(ls) for e, ls in ends.items()}
            case SetTerm("complement", (inner,)):
                here = self.members(inner)
                everything = self._base_set("_")
                return {e: self.clauses.conjunction((l, -here.get(e, FALSE))) for e, l in everything.items()}
            case SetTerm(operator, arguments):
                return self._combine(operator, [self.members(a) for a in arguments])
            case _:
                raise TypeError(f"not a set: {term}")

    def _combine(self, operator: str, parts: Sequence[Mapping[Key, int]]) -> dict[Key, int]:
        """union, inter or minus, of sets or of relations."""
        first, rest = parts[0], parts[1:]
        match operator:
            case "union":
                keys = dict.fromkeys(k for part in parts for k in part)
                return {k: self.clauses.disjunction(p.get(k, FALSE) for p in parts) for k in keys}
            case "inter":
                return {k: self.clauses.conjunction(p.get(k, FALSE) for p in parts) for k in first}
            case "minus":
                return {
                    k: self.clauses.conjunction((l, *(-p.get(k, FALSE) for p in rest)))
                    for k, l in first.items()
                }
            case _:
                raise TypeError(f"not an operator of sets and relations: {operator}")

    def _relation(self, term: Term) -> Matrix:
        match term:
            case BaseRelation(name):
                return self._base_relation(name)
            case EmptyRelation():
                return {}
            case RelationTerm("sequence", arguments):
                result = self.relation(arguments[0])
                for other in arguments[1:]:
                    result = self._sequence(result, self.relation(other))
                return result
            case RelationTerm("inverse", (inner,)):
                return {(j, i): l for (i, j), l in self.relation(inner).items()}
            case RelationTerm("plus", (inner,)):
                return self._closure(self.relation(inner))
            case RelationTerm("star", (inner,)):
                return self._with_identity(self._closure(self.relation(inner)))
            case RelationTerm("optional", (inner,)):
                return self._with_identity(self.relation(inner))
            case RelationTerm("identity", (inner,)):
                return {(e, e): l for e, l in self.members(inner).items()}
            case RelationTerm("product", (left, right)):
                a, b = self.members(left), self.members(right)
                both = self.clauses.conjunction
                return {(i, j): both((x, y)) for i, x in a.items() for j, y in b.items()}
            case RelationTerm("complement", (inner,)):
                here, everything = self.relation(inner), self._base_set("_")
                both = self.clauses.conjunction
                return {
                    (i, j): both((x, y, -here.get((i, j), FALSE)))
                    for i, x in everything.items()
                    for j, y in everything.items()
                }
            case RelationTerm(operator, arguments):
                return self._combine(operator, [self.relation(a) for a in arguments])
            case Fixpoint():
                return self._fixpoints.solve(term)
            case Variable(name):
                return self._fixpoints.value(name)
            case _:
                raise TypeError(f"not a relation: {term}")

    def _sequence(self, a: Matrix, b: Matrix) -> Matrix:
        rows: dict[int, list[tuple[int, int]]] = {}
        for (j, k), l in b.items():
            rows.setdefault(j, []).append((k, l))
        found: dict[tuple[int, int], list[int]] = {}
        for (i, j), l in a.items():
            for k, m in rows.get(j, ()):
                found.setdefault((i, k), []).append(self.clauses.conjunction((l, m)))
        return {pair: self.clauses.disjunction(ls) for pair, ls in found.items()}

    def _closure(self, matrix: Matrix) -> Matrix:
        """The transitive closure, by Warshall's steps."""
        rows: dict[int, Row] = {}
        columns: dict[int, set[int]] = {}
        for (i, j), l in matrix.items():
            rows.setdefault(i, {})[j] = l
            columns.setdefault(j, set()).add(i)
        for k in sorted(set(rows) & set(columns)):
            for i in sorted(columns[k]):
                first = rows[i].get(k, FALSE)
                for j, second in list(rows[k].items()):
                    step = self.clauses.conjunction((first, second))
                    if step == FALSE:
                        continue
                    rows[i][j] = self.clauses.disjunction((rows[i].get(j, FALSE), step))
                    columns.setdefault(j, set()).add(i)
        return {(i, j): l for i, row in rows.items() for j, l in row.items()}

    def _with_identity(self, matrix: Matrix) -> Matrix:
        return {**matrix, **{(e, e): l for e, l in self._base_set("_").items()}}

    # --------------------------------------------------------------- bases

    def _base_set(self, name: str) -> Row:
        found: Row = {}
        for number, event in enumerate(self.graph.events):
            executes = self.candidate.executes[number]
            if _belongs(event.kind, event.thread, name):
                found[number] = executes
            elif name == "FW":
                if event.kind == "W" and event.location in self._tested:
                    found[number] = self.candidate.last(number)
            elif name in event.tags or name in event.relaxed:
                found[number] = self._tagged(number, name, executes)
        return found

    def _tagged(self, number: int, name: str, executes: int) -> int:
        event = self.graph.events[number]
        on, off = name in event.tags, name in event.relaxed
        if event.source is None:
            return executes if on else FALSE
        if on and off:
            return executes
        switch = self.is_on(self.graph.sources[event.source].place)
        return self.clauses.conjunction((executes, switch if on else -switch))

    def _base_relation(self, name: str) -> Matrix:
        if name not in self._base_relations:
            self._base_relations[name] = self._make_base_relation(name)
        return self._base_relations[name]

    def _make_base_relation(self, name: str) -> Matrix:
        candidate, events = self.candidate, self.graph.events
        match name:
            case "rf":
                return candidate.rf
            case "co":
                return candidate.co
            case "po":
                order = self.graph.order
                return self._pairs((i, j) for i in range(len(events)) for j in members(order[i]))
            case "id":
                return {(e, e): l for e, l in candidate.executes.items()}
            case "loc":
                return self._related(
                    lambda i, j: events[i].location is not None and events[i].location == events[j].location
                )
            case "int":
                return self._related(lambda i, j: i == j or events[i].thread == events[j].thread != INITIAL)
            case "ext":
                return self._related(
                    lambda i, j: (
                        i != j and (events[i].thread == INITIAL or events[i].thread != events[j].thread)
                    )
                )
            case "rmw" | "amo" | "lxsx":
                return self._atomics([a for a in self.graph.atomics if name in ("rmw", a.kind)])
            case "different-values":
                return self._different_values()
            case _ if name in DEPENDENCIES:
                return self._dependencies(name)
            case _:
                raise NotModelled(f"the relation {name}")

    def _different_values(self) -> Matrix:
        """The pairs of accesses that do not read or write the same value."""
        values = {i: self.candidate.value(i) for i, e in enumerate(self.graph.events) if e.kind != "F"}
        both, executes = self.clauses.conjunction, self.candidate.executes
        return {
            (i, j): self.clauses.disjunction(
                both((executes[i], executes[j], x, y)) for v, x in a.items() for w, y in b.items() if v != w
            )
            for i, a in values.items()
            for j, b in values.items()
        }

    def _related(self, test: Callable[[int, int], bool]) -> Matrix:
        n = range(len(self.graph.events))
        return self._pairs((i, j) for i in n for j in n if test(i, j))

    def _pairs(self, pairs: Iterable[tuple[int, int]]) -> Matrix:
        executes = self.candidate.executes
        return {(i, j): self.clauses.conjunction((executes[i], executes[j])) for i, j in pairs}

    def _atomics(self, atomics: Sequence[Atomic]) -> Matrix:
        executes, truth = self.candidate.executes, self.candidate.values.truth
        return {
            (a.read, a.write): self.clauses.conjunction((executes[a.read], executes[a.write], truth(a.holds)))
            for a in atomics
        }

    def _dependencies(self, name: str) -> Matrix:
        found: dict[tuple[int, int], list[int]] = {}
        executes = self.candidate.executes
        for d in self.graph.dependencies:
            if d.kind == name:
                holds = self.candidate.values.truth(d.holds)
                switch = self.is_on(self.graph.sources[d.source].place)
                parts = (executes[d.start], executes[d.end], holds, switch)
                found.setdefault((d.start, d.end), []).append(self.clauses.conjunction(parts))
        return {pair: self.clauses.disjunction(ls) for pair, ls in found.items()}


def _belongs(kind: str, thread: int, name: str) -> bool:
    match name:
        case "_":
            return True
        case "R" | "W" | "F":
            return kind == name
        case "M":
            return kind != "F"
        case "IW":
            return thread == INITIAL
        case _:
            return False
