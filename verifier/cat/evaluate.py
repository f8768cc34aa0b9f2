"""The concrete evaluator: what a term is in one execution. It needs no solver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from verifier.cat.bits import Universe
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
from verifier.record import field, record

ABSORBING = frozenset(("inter", "sequence", "product"))  # empty as soon as one argument is


@record(frozen=True, slots=True)
class Bases:
    """The base sets and relations of one execution over a universe; a set that is not there is empty.

    The set `_` holds the events that executed; complements and reflexive closures stay within it.
    """

    universe: Universe
    sets: Mapping[str, int]
    relations: Mapping[str, int]


@record(slots=True)
class Evaluator:
    """Values of terms over one Bases, each term object evaluated once.

    Terms that a model shares are shared objects (verifier.cat.build), so values are kept by identity;
    `kept` holds on to the terms, so that an identity is not used twice.
    """

    bases: Bases
    memo: dict[int, int] = field(default_factory=dict)
    kept: list[Term] = field(default_factory=list)
    everything: int = field(init=False)
    identity: int = field(init=False)

    def __post_init__(self) -> None:
        self.everything = self.bases.sets["_"]
        self.identity = self.bases.universe.identity(self.everything)

    def value(self, term: Term) -> int:
        """The set or relation that a closed term means."""
        found = self.memo.get(id(term))
        if found is None:
            found = self._compute(term, {}, {})
            self.memo[id(term)] = found
            self.kept.append(term)
        return found

    def _value(self, term: Term, variables: Mapping[str, int], memo: dict[int, int]) -> int:
        """A term's value; `memo` holds those of terms that mention `variables`."""
        if not free_variables(term):
            return self.value(term)
        if id(term) not in memo:
            memo[id(term)] = self._compute(term, variables, memo)
        return memo[id(term)]

    def _compute(self, term: Term, variables: Mapping[str, int], memo: dict[int, int]) -> int:
        match term:
            case BaseSet(name):
                return self.bases.sets.get(name, 0)
            case BaseRelation(name):
                return self.bases.relations[name]
            case EmptyRelation():
                return 0
            case Variable(name):
                return variables[name]
            case SetTerm() | RelationTerm():
                values = self._arguments(term, variables, memo)
                if not values:
                    return 0
                return self._set(term, values) if isinstance(term, SetTerm) else self._relation(term, values)
            case Fixpoint(name, equations):
                return self._fixpoint(name, equations, variables)
            case _:
                assert_never(term)

    def _arguments(
        self, term: SetTerm | RelationTerm, variables: Mapping[str, int], memo: dict[int, int]
    ) -> list[int]:
        """The arguments' values; none where one makes the whole empty."""
        absorbs = term.operator in ABSORBING
        values = []
        for a in term.arguments:
            value = self._value(a, variables, memo)
            if absorbs and not value:
                return []
            values.append(value)
        return values

    def _set(self, term: SetTerm, values: list[int]) -> int:
        u = self.bases.universe
        match term.operator:
            case "union":
                return values[0] | values[1]
            case "inter":
                return values[0] & values[1]
            case "minus":
                return values[0] & ~values[1]
            case "complement":
                return self.everything & ~values[0]
            case "domain":
                return u.domain(values[0])
            case "range":
                return u.rng(values[0])
            case _:
                assert_never(term.operator)

    def _relation(self, term: RelationTerm, values: list[int]) -> int:
        u, first = self.bases.universe, values[0]
        match term.operator:
            case "union":
                for v in values:
                    first |= v
                return first
            case "inter":
                return first & values[1]
            case "minus":
                return first & ~values[1]
            case "complement":
                return u.product(self.everything, self.everything) & ~first
            case "sequence":
                for v in values[1:]:
                    first = u.sequence(first, v)
                return first
            case "inverse":
                return u.inverse(first)
            case "plus":
                return u.plus(first)
            case "star":
                return u.plus(first) | self.identity
            case "optional":
                return first | self.identity
            case "product":
                return u.product(first, values[1])
            case "identity":
                return u.identity(first)
            case _:
                assert_never(term.operator)

    def _fixpoint(self, name: str, equations: tuple[tuple[str, Term], ...], outer: Mapping[str, int]) -> int:
        """The least solution, by iteration from empty."""
        values = dict.fromkeys((n for n, _ in equations), 0)
        while True:
            variables = {**outer, **values}
            memo: dict[int, int] = {}
            new = {n: self._value(t, variables, memo) for n, t in equations}
            if new == values:
                return values[name]
            values = new


def evaluate(term: Term, bases: Bases) -> int:
    """The set or relation that a closed term means, as bits."""
    return Evaluator(bases).value(term)


def holds(axiom: Axiom, evaluator: Evaluator) -> bool:
    """Whether an axiom's test is true of the evaluator's execution."""
    value = evaluator.value(axiom.term)
    universe = evaluator.bases.universe
    match axiom.test:
        case "empty":
            result = value == 0
        case "irreflexive":
            result = universe.is_irreflexive(value)
        case "acyclic":
            result = universe.is_acyclic(value)
        case _:
            assert_never(axiom.test)
    return result != axiom.negated


def violations(model: Model, bases: Bases) -> tuple[Axiom, ...]:
    """The axioms, flags aside, that fail."""
    evaluator = Evaluator(bases)
    return tuple(a for a in model.axioms if not a.is_flag and not holds(a, evaluator))
