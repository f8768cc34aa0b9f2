"""Which values reads and writes may have, and literals that say which they have."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from verifier.encoding.clauses import FALSE, TRUE, Clauses
from verifier.events.expression import (
    OPERATORS,
    THIN_AIR,
    Apply,
    Const,
    Expression,
    ReadValue,
    Unknown,
    reads_of,
)
from verifier.events.graph import EventGraph

Cases = dict[int, int]  # value -> literal that is true where the expression has it; exactly one is

DOMAIN_LIMIT = 64
TABLE_LIMIT = 20_000


class NotModelled(Exception):
    """The program goes beyond what the encoder can say; the verdict is undecided, with this reason."""


def domains(graph: EventGraph, sources: dict[int, tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
    """For each read, the values that it may return; `sources` are the writes that it may read from.

    A value comes from a constant through writes of which each passes on what it read; none does so twice
    in one execution, or the value would come out of thin air. Reads that could go round in a circle of
    copies may also return THIN_AIR, which stands for any value without an origin; most models forbid it.

    Raises NotModelled where there are more than DOMAIN_LIMIT.
    """
    found: dict[int, set[int]] = {r: {0} for r in sources}
    for r in _copied_in_circles(graph, sources):
        found[r].add(THIN_AIR)
    computed = sum(e.value is not None and bool(reads_of(e.value)) for e in graph.events)
    for _ in range(computed + 1):
        changed = False
        memo: dict[Expression, set[int]] = {}
        for read, writes in sources.items():
            for w in writes:
                value = graph.events[w].value
                assert value is not None
                new = _image(value, found, memo) - found[read]
                if new:
                    found[read] |= new
                    changed = True
            if len(found[read]) > DOMAIN_LIMIT:
                name = graph.locations[graph.events[read].location or 0]
                raise NotModelled(f"{name} can have more than {DOMAIN_LIMIT} values")
        if not changed:
            break
    return {r: tuple(sorted(v)) for r, v in found.items()}


def _copied_in_circles(graph: EventGraph, sources: dict[int, tuple[int, ...]]) -> list[int]:
    """The reads that may return what was copied, write by write, from themselves."""
    copies = {
        r: {
            value.event
            for w in writes
            if isinstance(value := graph.events[w].value, ReadValue) and value.event in sources
        }
        for r, writes in sources.items()
    }
    for middle in copies:
        for r in copies:
            if middle in copies[r]:
                copies[r] |= copies[middle]
    return [r for r, origins in copies.items() if r in origins]


def _image(e: Expression, reads: dict[int, set[int]], memo: dict[Expression, set[int]]) -> set[int]:
    if e in memo:
        return memo[e]
    match e:
        case Const(value):
            result = {value}
        case ReadValue(event):
            result = set(reads.get(event, {0}))
        case Unknown(_, domain):
            result = set(domain)
        case Apply("?:", (_, a, b)):
            result = _image(a, reads, memo) | _image(b, reads, memo)
        case Apply(operator, arguments):
            parts = [_image(a, reads, memo) for a in arguments]
            _check_size([len(p) for p in parts])
            result = {OPERATORS[operator](*c) for c in product(*parts)}
    memo[e] = result
    return result


def _check_size(sizes: list[int]) -> None:
    total = 1
    for s in sizes:
        total *= s
    if total > TABLE_LIMIT:
        raise NotModelled("an expression has too many possible values")


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
        _check_size([len(left), len(right)])
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
        _check_size([len(p) for p in parts])
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
