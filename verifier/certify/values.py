"""What expressions may be, and the literals that say what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from math import prod

from verifier.certify.circuit import FALSE, TRUE, Circuit, Clause
from verifier.events.expression import THIN_AIR, Apply, Const, Expression, ReadValue, Unknown, reads_of
from verifier.events.graph import EventGraph
from verifier.limits import NotModelled
from verifier.program.operators import OPERATORS

Cases = dict[int, int]  # value -> literal that the expression has it; exactly one is true
Domains = dict[int, frozenset[int]]  # location -> what may be in it
MOST_VALUES, MOST_ROWS = 64, 20_000
_TRUTHS = frozenset(("&&", "||", "!"))


class Values:
    """The literals of expressions' values; `read` gives those of what a read returns, or of a final value."""

    def __init__(self, circuit: Circuit, read: Callable[[int], Cases]) -> None:
        self.circuit = circuit
        self.read = read
        self.facts: list[Clause] = []
        self._cases: dict[Expression, Cases] = {}

    def truth(self, e: Expression) -> int:
        """The literal that an expression is not 0."""
        some, every = self.circuit.some, self.circuit.every
        match e:
            case Apply("&&", (a, b)):
                return every((self.truth(a), self.truth(b)))
            case Apply("||", (a, b)):
                return some((self.truth(a), self.truth(b)))
            case Apply("!", (a,)):
                return -self.truth(a)
            case _:
                return some(l for value, l in self.cases(e).items() if value)

    def cases(self, e: Expression) -> Cases:
        """For each value that an expression may have, the literal that it has it."""
        if e not in self._cases:
            self._cases[e] = {v: l for v, l in sorted(self._new(e).items()) if l != FALSE}
        return self._cases[e]

    def choice(self, name: str, values: Iterable[int]) -> Cases:
        """New constants of which exactly one is true, one a value."""
        domain = sorted(values)
        if len(domain) == 1:
            return {domain[0]: TRUE}
        literals, clauses = self.circuit.choice(f"{name}={v}" for v in domain)
        self.facts += clauses
        return dict(zip(domain, literals, strict=True))

    def _new(self, e: Expression) -> Cases:
        match e:
            case Const(value):
                return {value: TRUE}
            case ReadValue(event):
                return self.read(event)
            case Unknown(index, domain):
                return self.choice(f"u{index}", domain)
            case Apply("?:", (c, a, b)):
                return self._chosen(self.truth(c), self.cases(a), self.cases(b))
            case Apply(operator, _) if operator in _TRUTHS:
                truth = self.truth(e)
                return {0: -truth, 1: truth}
            case Apply(operator, arguments):
                return self._table(operator, [self.cases(a) for a in arguments])

    def _chosen(self, condition: int, a: Cases, b: Cases) -> Cases:
        some, every = self.circuit.some, self.circuit.every
        return {
            v: some((every((condition, a.get(v, FALSE))), every((-condition, b.get(v, FALSE)))))
            for v in a.keys() | b.keys()
        }

    def _table(self, operator: str, parts: list[Cases]) -> Cases:
        _require_few_rows(map(len, parts))
        rows: dict[int, list[int]] = {}
        for row in product(*(p.items() for p in parts)):
            value = OPERATORS[operator](*(v for v, _ in row))
            rows.setdefault(value, []).append(self.circuit.every(l for _, l in row))
        return {v: self.circuit.some(ls) for v, ls in rows.items()}


def domains(graph: EventGraph) -> Domains:
    """What may be in each location: what constants become on their way through writes that compute, none of which
    a value passes twice. THIN_AIR stands for a value that comes from nowhere but itself.

    Raises NotModelled where there are more than MOST_VALUES.
    """
    writes = [(e.location, e.value) for e in graph.events if e.location is not None and e.value is not None]
    found: dict[int, set[int]] = {l: set() for l, _ in writes}
    for l in _copied_to_themselves(graph):
        found[l].add(THIN_AIR)
    computing = sum(1 for _, value in writes if reads_of(value))
    for _ in range(computing + 1):
        memo: dict[Expression, frozenset[int]] = {}
        for l, value in writes:
            found[l] |= _image(graph, value, found, memo)
            if len(found[l]) > MOST_VALUES:
                raise NotModelled(f"a location can have more than {MOST_VALUES} values")
    return {l: frozenset(values) for l, values in found.items()}


def _copied_to_themselves(graph: EventGraph) -> list[int]:
    """The locations whose value may come, copy by copy, from themselves."""
    copies: dict[int, set[int]] = {}
    for e in graph.events:
        if isinstance(e.value, ReadValue) and e.location is not None:
            origin = graph.events[e.value.event].location
            copies.setdefault(e.location, set()).update(() if origin is None else (origin,))
    for middle in copies:
        for origins in copies.values():
            if middle in origins:
                origins |= copies[middle]
    return [l for l, origins in copies.items() if l in origins]


def _image(
    graph: EventGraph,
    e: Expression,
    found: Mapping[int, set[int]],
    memo: dict[Expression, frozenset[int]],
) -> frozenset[int]:
    """What an expression may be where locations hold one of these values; a read that does not happen returns 0."""
    if e not in memo:
        memo[e] = frozenset(_new_image(graph, e, found, memo))
    return memo[e]


def _new_image(
    graph: EventGraph,
    e: Expression,
    found: Mapping[int, set[int]],
    memo: dict[Expression, frozenset[int]],
) -> Iterable[int]:
    match e:
        case Const(value):
            return (value,)
        case ReadValue(event):
            return found.get(graph.events[event].location or 0, set()) | {0}
        case Unknown(_, domain):
            return domain
        case Apply("?:", (_, a, b)):
            return _image(graph, a, found, memo) | _image(graph, b, found, memo)
        case Apply(operator, arguments):
            parts = [_image(graph, a, found, memo) for a in arguments]
            _require_few_rows(map(len, parts))
            return (OPERATORS[operator](*row) for row in product(*parts))


def _require_few_rows(sizes: Iterable[int]) -> None:
    if prod(sizes) > MOST_ROWS:
        raise NotModelled("an expression can have too many values")
