"""The concrete evaluator: what a term is in one execution. It needs no solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
)

ABSORBING = frozenset(("inter", "sequence", "product"))  # empty as soon as one argument is


@dataclass(frozen=True, slots=True)
class Bases:
    """The base sets and relations of one execution over a universe; a set that is not there is empty.

    The set `_` holds the events that executed; complements and reflexive closures stay within it.
    """

    universe: Universe
    sets: Mapping[str, int]
    relations: Mapping[str, int]


@dataclass(slots=True)
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
            found = self._compute(term, {})[0]
        return found

    def _value(self, term: Term, variables: Mapping[str, int]) -> tuple[int, bool]:
        """A term's value, and whether it is closed; only closed terms are remembered."""
        found = self.memo.get(id(term))
        return (found, True) if found is not None else self._compute(term, variables)

    def _compute(self, term: Term, variables: Mapping[str, int]) -> tuple[int, bool]:
        closed = True
        match term:
            case BaseSet(name):
                value = self.bases.sets.get(name, 0)
            case BaseRelation(name):
                value = self.bases.relations[name]
            case EmptyRelation():
                value = 0
            case Variable(name):
                return variables[name], False
            case SetTerm() | RelationTerm():
                values, closed = self._arguments(term, variables)
                if not values:
                    value = 0
                elif isinstance(term, SetTerm):
                    value = self._set(term, values)
                else:
                    value = self._relation(term, values)
            case Fixpoint(name, equations):
                value, closed = self._fixpoint(name, equations, variables)
            case _:
                assert_never(term)
        if closed:
            self.memo[id(term)] = value
            self.kept.append(term)
        return value, closed

    def _arguments(
        self, term: SetTerm | RelationTerm, variables: Mapping[str, int]
    ) -> tuple[list[int], bool]:
        """The arguments' values, and whether all are closed; none where one makes the whole empty."""
        absorbs = term.operator in ABSORBING
        values, closed = [], True
        for a in term.arguments:
            value, is_closed = self._value(a, variables)
            if absorbs and not value:
                return [], is_closed
            values.append(value)
            closed = closed and is_closed
        return values, closed

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

    def _fixpoint(
        self, name: str, equations: tuple[tuple[str, Term], ...], outer: Mapping[str, int]
    ) -> tuple[int, bool]:
        """The least solution, by iteration from empty; closed where no outer variable is mentioned."""
        own = {n for n, _ in equations}
        values = dict.fromkeys(own, 0)
        while True:
            new = {n: self._value(t, {**outer, **values})[0] for n, t in equations}
            if new == values:
                return values[name], all(_is_closed(t, own) for _, t in equations)
            values = new


def _is_closed(term: Term, bound: set[str]) -> bool:
    match term:
        case Variable(name):
            return name in bound
        case SetTerm(_, arguments) | RelationTerm(_, arguments):
            return all(_is_closed(a, bound) for a in arguments)
        case Fixpoint(_, equations):
            return all(_is_closed(t, bound | {n for n, _ in equations}) for _, t in equations)
        case _:
            return True


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


def is_consistent(model: Model, bases: Bases) -> bool:
    """Whether all axioms hold; the first that fails decides."""
    evaluator = Evaluator(bases)
    return all(a.is_flag or holds(a, evaluator) for a in model.axioms)


def flags_raised(model: Model, bases: Bases) -> tuple[str, ...]:
    """The names of the flags whose test is true."""
    evaluator = Evaluator(bases)
    return tuple(a.name for a in model.axioms if a.is_flag and holds(a, evaluator))
