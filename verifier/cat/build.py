"""Builds relation terms so that equal ones are one object: a reader may then remember values by identity."""

from __future__ import annotations

from dataclasses import dataclass, field

from verifier.cat.terms import (
    BaseRelation,
    BaseSet,
    EmptyRelation,
    Fixpoint,
    RelationOperator,
    RelationTerm,
    SetOperator,
    SetTerm,
    Term,
    Variable,
)

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class TermBuilder:
    """One table of terms for one model; the empty set and the empty relation are folded away."""

    table: dict[Key, Term] = field(default_factory=dict)

    def _keep(self, key: Key, term: Term) -> Term:
        return self.table.setdefault(key, term)

    def base_set(self, name: str) -> Term:
        return self._keep(("set", name), BaseSet(name))

    def base_relation(self, name: str) -> Term:
        return self._keep(("relation", name), BaseRelation(name))

    def variable(self, name: str) -> Term:
        return self._keep(("variable", name), Variable(name))

    @property
    def zero(self) -> Term:
        return self._keep(("zero",), EmptyRelation())

    @property
    def nothing(self) -> Term:
        """The empty set."""
        return self._set("domain", (self.zero,))

    def fixpoint(self, name: str, equations: tuple[tuple[str, Term], ...]) -> Term:
        key = ("fixpoint", name, *((n, id(t)) for n, t in equations))
        return self._keep(key, Fixpoint(name, equations))

    def _set(self, operator: SetOperator, arguments: tuple[Term, ...]) -> Term:
        return self._keep(("set", operator, *map(id, arguments)), SetTerm(operator, arguments))

    def _relation(self, operator: RelationOperator, arguments: tuple[Term, ...]) -> Term:
        return self._keep(("relation", operator, *map(id, arguments)), RelationTerm(operator, arguments))

    def set_operation(self, operator: SetOperator, arguments: tuple[Term, ...]) -> Term:
        """union, inter, minus and complement of sets, domain and range of a relation."""
        nothing = self.nothing
        match operator, arguments:
            case ("union", (a, *rest)):
                for b in rest:
                    a = self._union_of_sets(a, b)
                return a
            case ("inter", (a, *rest)):
                for b in rest:
                    a = nothing if nothing in (a, b) else self._set("inter", (a, b))
                return a
            case ("minus", (a, b)) if a is nothing or b is nothing:
                return a
            case ("domain" | "range", (a,)) if a is self.zero:
                return nothing
            case _:
                return self._set(operator, arguments)

    def _union_of_sets(self, a: Term, b: Term) -> Term:
        if a is self.nothing or a is b:
            return b
        return a if b is self.nothing else self._set("union", (a, b))

    def relation(self, operator: RelationOperator, arguments: tuple[Term, ...]) -> Term:
        """Any relation operator; unions and sequences are flattened."""
        zero = self.zero
        match operator:
            case "union":
                return self._union(arguments)
            case "sequence":
                return self._sequence(arguments)
            case "inter" if any(a is zero for a in arguments):
                return zero
            case "inter":
                first, *rest = arguments
                for a in rest:
                    first = self._relation("inter", (first, a))
                return first
            case "minus" if arguments[0] is zero or arguments[1] is zero:
                return arguments[0]
            case "inverse" | "plus" if arguments[0] is zero:
                return zero
            case "star" | "optional" if arguments[0] is zero:
                return self.base_relation("id")
            case "product" | "identity" if any(a is self.nothing for a in arguments):
                return zero
            case _:
                return self._relation(operator, arguments)

    def _union(self, arguments: tuple[Term, ...]) -> Term:
        parts: list[Term] = []
        for a in arguments:
            flat = a.arguments if isinstance(a, RelationTerm) and a.operator == "union" else (a,)
            parts += (b for b in flat if b is not self.zero and all(b is not p for p in parts))
        if len(parts) < 2:
            return parts[0] if parts else self.zero
        return self._relation("union", tuple(parts))

    def _sequence(self, arguments: tuple[Term, ...]) -> Term:
        parts: list[Term] = []
        for a in arguments:
            parts += a.arguments if isinstance(a, RelationTerm) and a.operator == "sequence" else (a,)
        if any(p is self.zero for p in parts):
            return self.zero
        return parts[0] if len(parts) == 1 else self._relation("sequence", tuple(parts))
