"""Literals that say which values expressions have."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from verifier.encoding.clauses import FALSE, TRUE, Clauses
from verifier.events.expression import Apply, Const, Expression, ReadValue, Unknown
from verifier.events.image import check_size
from verifier.program.operators import OPERATORS

Cases = dict[int, int]  # value -> literal that is true where the expression has it; exactly one is


class Values:
    """Literals for the values of expressions over `reads`, whose cases are given by a callback."""

    def __init__(self, clauses: Clauses, read_cases: Callable[[int], Cases]) -> None:
        self.clauses = clauses
        self.read_cases = read_cases
        self._memo: dict[Expression, Cases] = {}
        self._truths: dict[Expression, int] = {}
        self.unknowns: dict[int, Cases] = {}

    def choice(self, domain: tuple[int, ...]) -> Cases:
        """New variables of which exactly one is true, one a value."""
        if len(domain) == 1:
            return {domain[0]: TRUE}
        if len(domain) == 2:
            v = self.clauses.variable()
            return {domain[0]: -v, domain[1]: v}
        cases = {value: self.clauses.variable() for value in domain}
        exactly_one(self.clauses, list(cases.values()))
        return cases

    def cases(self, e: Expression) -> Cases:
        """For each value that `e` may have, the literal that it has it."""
        if e not in self._memo:
            self._memo[e] = self._cases(e)
        return self._memo[e]

    def truth(self, e: Expression) -> int:
        """The literal that `e` is not 0."""
        if e not in self._truths:
            self._truths[e] = self._truth(e)
        return self._truths[e]

    def _truth(self, e: Expression) -> int:
        match e:
            case Const(value):
                return TRUE if value else FALSE
            case Apply("&&", (a, b)):
                return self.clauses.conjunction((self.truth(a), self.truth(b)))
            case Apply("||", (a, b)):
                return self.clauses.disjunction((self.truth(a), self.truth(b)))
            case Apply("!", (a,)):
                return -self.truth(a)
            case Apply("==" | "!=" | "<" | ">" | "<=" | ">=" as operator, (a, b)):
                return self._comparison(operator, a, b)
            case _:
                cases = self.cases(e)
                return -cases[0] if 0 in cases else TRUE

    def _comparison(self, operator: str, a: Expression, b: Expression) -> int:
        left, right = self.cases(a), self.cases(b)
        check_size([len(left), len(right)])
        apply = OPERATORS[operator]
        both = self.clauses.conjunction
        return self.clauses.disjunction(
            both((l, r)) for x, l in left.items() for y, r in right.items() if apply(x, y)
        )

    def _cases(self, e: Expression) -> Cases:
        match e:
            case Const(value):
                return {value: TRUE}
            case ReadValue(event):
                return self.read_cases(event)
            case Unknown(index, domain):
                if index not in self.unknowns:
                    self.unknowns[index] = self.choice(domain)
                return self.unknowns[index]
            case Apply("?:", (c, a, b)):
                return self._choose(self.truth(c), self.cases(a), self.cases(b))
            case Apply("&&" | "||" | "!" | "==" | "!=" | "<" | ">" | "<=" | ">="):
                truth = self.truth(e)
                return {v: l for v, l in ((0, -truth), (1, truth)) if l != FALSE}
            case Apply(operator, arguments):
                return self._table(operator, [self.cases(a) for a in arguments])

    def _choose(self, condition: int, a: Cases, b: Cases) -> Cases:
        both, either = self.clauses.conjunction, self.clauses.disjunction
        chosen = {
            v: either((both((condition, a.get(v, FALSE))), both((-condition, b.get(v, FALSE)))))
            for v in sorted(a.keys() | b.keys())
        }
        return {v: l for v, l in chosen.items() if l != FALSE}

    def _table(self, operator: str, parts: list[Cases]) -> Cases:
        check_size([len(p) for p in parts])
        rows: dict[int, list[int]] = {}
        for combination in product(*(p.items() for p in parts)):
            result = OPERATORS[operator](*(v for v, _ in combination))
            rows.setdefault(result, []).append(self.clauses.conjunction(l for _, l in combination))
        return {v: self.clauses.disjunction(ls) for v, ls in sorted(rows.items())}


def exactly_one(clauses: Clauses, literals: list[int]) -> None:
    """Exactly one of these literals is true."""
    clauses.add(*literals)
    for i, a in enumerate(literals):
        for b in literals[i + 1 :]:
            clauses.add(-a, -b)
