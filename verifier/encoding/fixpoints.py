"""Encodes recursive definitions of relations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from verifier.cat.monotone import varies
from verifier.cat.terms import Fixpoint, RelationTerm, Term, Variable, free_variables
from verifier.encoding.candidate import Matrix
from verifier.encoding.clauses import FALSE

if TYPE_CHECKING:
    from verifier.encoding.relations import RelationEncoding

Pairs = frozenset[tuple[int, int]]
SPARE_ROUNDS = 3  # steps of unrolling beyond the logarithm of the number of pairs


class Fixpoints:
    """The recursive relations of one encoding.

    `unfinished`: literals of which one holds where a relation that should be the least solution is smaller.
    """

    def __init__(self, relations: RelationEncoding) -> None:
        self.relations = relations
        self.unfinished: list[int] = []
        self._values: dict[str, Matrix] = {}
        self._memo: dict[int, Matrix] = {}
        self._solved: dict[int, Mapping[str, Matrix]] = {}

    def is_open(self, term: Term) -> bool:
        """Whether a term mentions a variable of a recursive definition around it."""
        return bool(free_variables(term))

    def value(self, name: str) -> Matrix:
        """The literals of a variable while its definition is worked out."""
        return self._values[name]

    def within(self, term: Term) -> Matrix:
        """The literals of a term that mentions variables, with their present values."""
        found = self._memo.get(id(term))
        if found is None:
            found = self.relations.fresh_relation(term)
            self._memo[id(term)] = found
        return found

    def solve(self, term: Fixpoint) -> Matrix:
        """The literals of a recursive relation."""
        key = id(term.equations)
        if key not in self._solved:
            support = self._support(term)
            outer = dict(self._values), dict(self._memo)
            size = sum(map(len, support.values()))
            if not varies(term):
                solution = self._unroll(term, size)
            elif self.relations.is_exact:
                solution = self._unroll(term, min(size, size.bit_length() + SPARE_ROUNDS))
            else:
                solution = self._close(term, support)
            self._values, self._memo = outer
            if term.free:
                return solution[term.name]
            self._solved[key] = solution
        return self._solved[key][term.name]

    def _assign(self, values: Mapping[str, Matrix]) -> None:
        self._values = {**self._values, **values}
        self._memo = {}

    def _close(self, term: Fixpoint, support: Mapping[str, Pairs]) -> Mapping[str, Matrix]:
        """Variables for all pairs that may be related, closed under the equations."""
        clauses = self.relations.clauses
        solution = {name: {pair: clauses.variable() for pair in sorted(p)} for name, p in support.items()}
        self._assign(solution)
        for name, right in term.equations:
            for pair, l in self.relations.relation(right).items():
                clauses.add(-l, solution[name][pair])
        return solution

    def _unroll(self, term: Fixpoint, steps: int) -> Mapping[str, Matrix]:
        """The least solution, as far as so many steps lead; `unfinished` says where they do not suffice.

        As many as there are pairs always do, and far fewer as a rule, since most recursive definitions
        join what they made.
        """
        solution: dict[str, Matrix] = {name: {} for name, _ in term.equations}
        for _ in range(steps):
            new = self._step(term, solution)
            if new == solution:
                return solution
            solution = new
        self.unfinished += [
            self.relations.clauses.conjunction((l, -solution[name].get(pair, FALSE)))
            for name, matrix in self._step(term, solution).items()
            for pair, l in matrix.items()
        ]
        return solution

    def _step(self, term: Fixpoint, solution: Mapping[str, Matrix]) -> dict[str, Matrix]:
        """What follows from a solution so far."""
        self._assign(solution)
        return {name: dict(self.relations.relation(right)) for name, right in term.equations}

    def _support(self, term: Fixpoint) -> Mapping[str, Pairs]:
        """For each equation, the pairs that its relation may hold."""
        support: dict[str, Pairs] = {name: frozenset() for name, _ in term.equations}
        while True:
            memo: dict[int, Pairs] = {}
            new = {name: self._pairs(right, support, memo) for name, right in term.equations}
            if new == support:
                return support
            support = new

    def _pairs(self, term: Term, support: Mapping[str, Pairs], memo: dict[int, Pairs]) -> Pairs:
        """The pairs that a term may hold, given those of the variables."""
        if not self.is_open(term):
            return frozenset(self.relations.relation(term))
        if id(term) not in memo:
            memo[id(term)] = self._open_pairs(term, support, memo)
        return memo[id(term)]

    def _open_pairs(self, term: Term, support: Mapping[str, Pairs], memo: dict[int, Pairs]) -> Pairs:
        def of(t: Term) -> Pairs:
            return self._pairs(t, support, memo)

        match term:
            case Variable(name):
                return support[name] if name in support else frozenset(self._values[name])
            case RelationTerm("union", arguments):
                return frozenset().union(*map(of, arguments))
            case RelationTerm("inter", arguments):
                return frozenset.intersection(*map(of, arguments))
            case RelationTerm("minus", (first, _)):
                return of(first)
            case RelationTerm("inverse", (inner,)):
                return frozenset((j, i) for i, j in of(inner))
            case RelationTerm("sequence", (first, *rest)):
                found = of(first)
                for other in rest:
                    found = _join(found, of(other))
                return found
            case RelationTerm("plus", (inner,)):
                return _closure(of(inner))
            case RelationTerm("star" | "optional" as operator, (inner,)):
                n = range(len(self.relations.graph.events))
                pairs = _closure(of(inner)) if operator == "star" else of(inner)
                return pairs | {(e, e) for e in n}
            case _:
                n = range(len(self.relations.graph.events))
                return frozenset((i, j) for i in n for j in n)


def _join(a: Pairs, b: Pairs) -> Pairs:
    rows: dict[int, list[int]] = {}
    for j, k in b:
        rows.setdefault(j, []).append(k)
    return frozenset((i, k) for i, j in a for k in rows.get(j, ()))


def _closure(pairs: Pairs) -> Pairs:
    while True:
        more = pairs | _join(pairs, pairs)
        if more == pairs:
            return pairs
        pairs = more
