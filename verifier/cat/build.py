"""Builds relation terms so that equal ones are one object: a reader may then remember values by identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeGuard

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
from verifier.record import field, record

Key = tuple[object, ...]


@record(frozen=True, slots=True)
class TermBuilder:
    """One table of terms for one model; what the empty set, the empty relation and the set of all events
    make of a term is folded away, and so are recursive definitions that say no more than `r+`."""

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

    def everything(self) -> Term:
        """The set of all events."""
        return self.base_set("_")

    def fixpoint(self, name: str, equations: tuple[tuple[str, Term], ...]) -> Term:
        """The relation of that name in the least solution of these equations."""
        closure = self._closure(equations) if len(equations) == 1 else None
        if closure is not None:
            return closure
        key = ("fixpoint", name, *((n, id(t)) for n, t in equations))
        return self._keep(key, Fixpoint(name, equations))

    def _closure(self, equations: tuple[tuple[str, Term], ...]) -> Term | None:
        """a+ where the equation is r = a | r ; r, or one of r = a | r ; a and r = a | a ; r."""
        ((name, right),) = equations
        cases = right.arguments if _is_union(right) else (right,)
        recursive = [c for c in cases if mentions(c, name)]
        first = self.relation("union", tuple(c for c in cases if all(c is not r for r in recursive)))
        if not recursive:
            return first
        variable = self.variable(name)
        pairs = ((variable, variable), (variable, first), (first, variable))
        steps = [self.relation("sequence", pair) for pair in pairs]
        is_closure = all(any(r is s for s in steps) for r in recursive)
        return self.relation("plus", (first,)) if is_closure else None

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
                    a = self._common(a, b)
                return a
            case ("minus", (a, b)) if a is nothing or b is nothing:
                return a
            case ("minus", (a, b)) if a is b:
                return nothing
            case ("complement", (a,)) if a is nothing:
                return self.everything()
            case ("complement", (a,)) if a is self.everything():
                return nothing
            case ("domain" | "range", (a,)) if a is self.zero:
                return nothing
            case _:
                return self._set(operator, arguments)

    def _union_of_sets(self, a: Term, b: Term) -> Term:
        if a is self.nothing or a is b:
            return b
        return a if b is self.nothing else self._set("union", (a, b))

    def _common(self, a: Term, b: Term) -> Term:
        """The intersection of two sets; which of R, W, F and M have common members is known."""
        if a is b or b is self.everything():
            return a
        if a is self.everything():
            return b
        if a is self.nothing or b is self.nothing:
            return self.nothing
        if isinstance(a, BaseSet) and isinstance(b, BaseSet) and {a.name, b.name} <= set("RWFM"):
            if "M" not in (a.name, b.name) or "F" in (a.name, b.name):
                return self.nothing
            return b if a.name == "M" else a
        return self._set("inter", (a, b))

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
                    first = self._intersection(first, a)
                return first
            case "minus" if arguments[0] is zero or arguments[1] is zero:
                return arguments[0]
            case "inverse" | "plus" if arguments[0] is zero:
                return zero
            case "star" | "optional" if arguments[0] is zero:
                return self.base_relation("id")
            case "product" | "identity" if any(a is self.nothing for a in arguments):
                return zero
            case "identity" if arguments[0] is self.everything():
                return self.base_relation("id")
            case _:
                return self._relation(operator, arguments)

    def _intersection(self, a: Term, b: Term) -> Term:
        if a is b:
            return a
        match b:
            case RelationTerm("complement", (c,)):
                return self.relation("minus", (a, c))
            case _:
                return self._relation("inter", (a, b))

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
        identity = self.base_relation("id")
        parts = [p for p in parts if p is not identity] or [identity]
        return parts[0] if len(parts) == 1 else self._relation("sequence", tuple(parts))


def _is_union(term: Term) -> TypeGuard[RelationTerm]:
    return isinstance(term, RelationTerm) and term.operator == "union"


def parts(terms: Iterable[Term]) -> Iterator[Term]:
    """These terms and all that they are made of, each once."""
    seen: set[int] = set()
    waiting = list(terms)
    while waiting:
        here = waiting.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        yield here
        match here:
            case SetTerm(_, arguments) | RelationTerm(_, arguments):
                waiting += arguments
            case Fixpoint(_, equations):
                waiting += (t for _, t in equations)
            case _:
                pass


def mentions(term: Term, variable: str) -> bool:
    """Whether a term has that variable in it."""
    return any(isinstance(t, Variable) and t.name == variable for t in parts((term,)))


def bases(terms: Iterable[Term]) -> Iterator[str]:
    """The names of the base sets and relations in these terms."""
    return (t.name for t in parts(terms) if isinstance(t, BaseSet | BaseRelation))
