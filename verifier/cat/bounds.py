"""Bounds of a model's relations over all executions of a program: (must, may), found without a solver.

`may` holds the pairs of some execution, `must` those of each execution in which both events
happen. Static terms are worked out upwards; then what an axiom can't bear is taken away downwards,
and round again until nothing changes (Dartagnan's relation analysis: Haas, Meyer, Ponce de León,
CAAL: Consistency as a Service, OOPSLA 2022).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from verifier.cat.bits import Universe, members
from verifier.cat.terms import (
    Axiom,
    BaseRelation,
    BaseSet,
    EmptyRelation,
    Fixpoint,
    Model,
    RelationTerm,
    SetTerm,
    Term,
    Variable,
    free_variables,
)

Pair = tuple[int, int]  # (must, may), as bits

ROUNDS = 8


@dataclass(frozen=True, slots=True)
class BaseBounds:
    """Bounds of the base sets and relations; `sure` are the events that happen in every execution.

    A set's `must` are the events that are in it whenever they happen. A set that is not there is
    empty; rf is from a write to a read, co total over the writes of a location.
    """

    universe: Universe
    sure: int
    sets: Mapping[str, Pair]
    relations: Mapping[str, Pair]


def propagate(model: Model, bases: BaseBounds) -> dict[str, Pair]:
    """The bounds of rf and co, narrowed to what the model's axioms leave possible."""
    search = _Propagation(model, bases)
    search.run()
    return {name: search.relations[name] for name in ("rf", "co")}


class _Propagation:
    def __init__(self, model: Model, bases: BaseBounds) -> None:
        self.bases = bases
        self.u = bases.universe
        self.relations = dict(bases.relations)
        self.axioms = [a for a in model.axioms if not a.is_flag and not a.negated]
        self.order: list[Term] = []
        seen: set[int] = set()
        for axiom in self.axioms:
            _list(axiom.term, seen, self.order)
        self.values: dict[int, Pair] = {}
        self.variables: dict[str, Pair] = {}
        self.narrowed: set[int] = set()
        varying: set[int] = set()
        for term in self.order:
            if _varies(term, varying):
                varying.add(id(term))
        self.varying = [t for t in self.order if id(t) in varying]

    def run(self) -> None:
        """Narrow rf and co until a round changes neither. Terms without them are worked out once, and
        only what is narrower than its parts make it is taken further down."""
        for number in range(ROUNDS):
            before = (self.relations["rf"], self.relations["co"])
            for term in self.order if number == 0 else self.varying:
                self.values[id(term)] = self._up(term)
            self.narrowed.clear()
            for axiom in self.axioms:
                self._axiom(axiom)
            for term in reversed(self.varying):
                if id(term) in self.narrowed:
                    self._down(term)
            self._settle()
            if before == (self.relations["rf"], self.relations["co"]):
                return

    # ------------------------------------------------------------- downwards

    def _axiom(self, axiom: Axiom) -> None:
        must, _ = self.values[id(axiom.term)]
        match axiom.test:
            case "empty":
                self._keep(axiom.term, 0)
            case "irreflexive":
                self._keep(axiom.term, ~self.u.IDENTITY)
            case "acyclic":
                self._keep(axiom.term, ~(self.u.inverse(self._closure(must)) | self.u.IDENTITY))

    def _closure(self, must: int) -> int:
        """Chains of pairs that hold whenever the two ends happen: what is between happens always."""
        n, row, col = self.u.n, self.u.ROW, self.u.COL
        for k in members(self.bases.sure):
            column = (must >> k) & col
            if column:
                must |= column * ((must >> k * n) & row)
        return must

    def _down(self, term: Term) -> None:
        if isinstance(term, BaseRelation):
            if term.name in ("rf", "co"):
                must, may = self.relations[term.name]
                self.relations[term.name] = (must, may & self.values[id(term)][1])
            return
        if not isinstance(term, RelationTerm):
            return
        may = self.values[id(term)][1]
        first = term.arguments[0]
        match term.operator:
            case "union":
                for argument in term.arguments:
                    self._keep(argument, may)
            case "plus" | "star" | "optional":
                self._keep(first, may)
            case "inverse":
                self._keep(first, self.u.inverse(may))
            case "inter":
                a, b = term.arguments
                self._keep(a, may | ~self.values[id(b)][0])
                self._keep(b, may | ~self.values[id(a)][0])
            case "minus":
                self._keep(first, may | self.values[id(term.arguments[1])][1])
            case "sequence":
                self._down_sequence(term, may)
            case _:
                pass

    def _keep(self, term: Term, allowed: int) -> None:
        must, may = self.values[id(term)]
        if may & ~allowed:
            self.values[id(term)] = (must, may & allowed)
            self.narrowed.add(id(term))

    def _down_sequence(self, term: RelationTerm, may: int) -> None:
        """A pair goes from one part where the rest would complete it to a pair that is gone."""
        u = self.u
        gone = u.FULL & ~may
        everything = u.IDENTITY
        parts = [self.values[id(a)] for a in term.arguments]
        sure = u.identity(self.bases.sure)
        prefixes = [everything]
        for must, _ in parts[:-1]:
            prefixes.append(self._must_sequence(prefixes[-1], must))
        suffix = everything
        for i in range(len(parts) - 1, -1, -1):
            # (x, y) is impossible in part i where sure a, b with prefix(a, x), suffix(y, b) give a gone (a, b)
            left = u.inverse(self._ends(prefixes[i], sure, first=True))
            right = u.inverse(self._ends(suffix, sure, first=False))
            impossible = u.sequence(u.sequence(left, gone), right)
            self._keep(term.arguments[i], ~impossible)
            suffix = self._must_sequence(parts[i][0], suffix)

    def _ends(self, a: int, sure: int, first: bool) -> int:
        """The identity part of `a`, and its pairs whose outer event is sure to happen."""
        u = self.u
        kept = u.sequence(sure, a) if first else u.sequence(a, sure)
        return kept | (a & u.IDENTITY)

    # --------------------------------------------------------------- upwards

    def _must_sequence(self, a: int, b: int) -> int:
        """Pairs of `a ; b` whose middle happens always, or is one of the ends."""
        u = self.u
        through = u.sequence(u.sequence(a, u.identity(self.bases.sure)), b)
        return through | u.sequence(a & u.IDENTITY, b) | u.sequence(a, b & u.IDENTITY)

    def _up(self, term: Term) -> Pair:
        u = self.u
        match term:
            case BaseSet("_"):
                return u.ROW, u.ROW
            case BaseSet(name):
                return self.bases.sets.get(name, (0, 0))
            case BaseRelation(name):
                return self.relations.get(name, (0, u.FULL))
            case EmptyRelation():
                return 0, 0
            case SetTerm(_, arguments):
                return self._up_set(term, [self.values[id(a)] for a in arguments])
            case RelationTerm(_, arguments):
                return self._up_relation(term, [self.values[id(a)] for a in arguments])
            case Fixpoint(name, equations):
                return self._fixpoint(equations)[name]
            case Variable(name):
                return self.variables[name]

    def _fixpoint(self, equations: tuple[tuple[str, Term], ...]) -> dict[str, Pair]:
        """The least solutions over all that must be and over all that may be."""
        found: dict[str, Pair] = {name: (0, 0) for name, _ in equations}
        outer = self.variables
        while True:
            self.variables = {**outer, **found}
            new = {name: self._open(right, {}) for name, right in equations}
            if new == found:
                self.variables = outer
                return found
            found = new

    def _open(self, term: Term, memo: dict[int, Pair]) -> Pair:
        """The bounds of a term inside a recursive definition."""
        known = self.values.get(id(term)) or memo.get(id(term))
        if known is not None:
            return known
        match term:
            case SetTerm(_, arguments):
                value = self._up_set(term, [self._open(a, memo) for a in arguments])
            case RelationTerm(_, arguments):
                value = self._up_relation(term, [self._open(a, memo) for a in arguments])
            case _:
                value = self._up(term)
        memo[id(term)] = value
        return value

    def _up_set(self, term: SetTerm, values: Sequence[Pair]) -> Pair:
        u = self.u
        must, may = values[0]
        match term.operator:
            case "complement":
                return u.ROW & ~may, u.ROW & ~must
            case "domain":
                return u.domain(u.sequence(must, u.identity(self.bases.sure))), u.domain(may)
            case "range":
                return u.rng(u.sequence(u.identity(self.bases.sure), must)), u.rng(may)
            case operator:
                return _combine(operator, values)

    def _up_relation(self, term: RelationTerm, values: Sequence[Pair]) -> Pair:
        u = self.u
        must, may = values[0]
        match term.operator:
            case "complement":
                return u.FULL & ~may, u.FULL & ~must
            case "sequence":
                for other in values[1:]:
                    must, may = self._must_sequence(must, other[0]), u.sequence(may, other[1])
                return must, may
            case "inverse":
                return u.inverse(must), u.inverse(may)
            case "plus":
                return self._closure(must), u.plus(may)
            case "star":
                return self._closure(must) | u.IDENTITY, u.star(may)
            case "optional":
                return must | u.IDENTITY, may | u.IDENTITY
            case "product":
                return u.product(must, values[1][0]), u.product(may, values[1][1])
            case "identity":
                return u.identity(must), u.identity(may)
            case operator:
                return _combine(operator, values)

    # ---------------------------------------------------------------- totality

    def _settle(self) -> None:
        """A read reads from the only write left; of two writes the one that can't be later is earlier."""
        u = self.u
        must, may = self.relations["rf"]
        for read, writes in u.rows(u.inverse(may)):
            if writes & (writes - 1) == 0:
                must |= 1 << (writes.bit_length() - 1) * u.n + read
        self.relations["rf"] = (must & may, may)
        must, may = self.relations["co"]
        both = self.bases.relations["co"][1]
        total = both & u.inverse(both)
        self.relations["co"] = (must | (total & u.inverse(total & ~may)), may)


def _combine(operator: str, values: Sequence[Pair]) -> Pair:
    """Bounds of a union, intersection or difference, of sets or of relations."""
    must, may = values[0]
    for other_must, other_may in values[1:]:
        match operator:
            case "union":
                must, may = must | other_must, may | other_may
            case "inter":
                must, may = must & other_must, may & other_may
            case _:
                must, may = must & ~other_may, may & ~other_must
    return must, may


def _list(term: Term, seen: set[int], order: list[Term]) -> None:
    """Append a term's parts and then the term, each once; what mentions a variable is left to its definition."""
    if id(term) in seen:
        return
    seen.add(id(term))
    parts: Iterable[Term] = ()
    if isinstance(term, SetTerm | RelationTerm):
        parts = term.arguments
    elif isinstance(term, Fixpoint):
        parts = (right for _, right in term.equations)
    for part in parts:
        _list(part, seen, order)
    if not free_variables(term):
        order.append(term)


def _varies(term: Term, varying: set[int]) -> bool:
    """Whether a term's bounds can be narrowed: rf or co has a part in it."""
    match term:
        case BaseRelation(name):
            return name in ("rf", "co")
        case Fixpoint():
            return True
        case SetTerm(_, arguments) | RelationTerm(_, arguments):
            return any(id(a) in varying for a in arguments)
        case _:
            return False
