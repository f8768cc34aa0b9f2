"""Domains in which each way for the conditions on unknowns to come out has its values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice, product

from verifier.encoding.solver import z3
from verifier.events.conditions import Group
from verifier.events.domains import constants_in, in_order
from verifier.events.expression import Apply, Const, Expression, Unknown, evaluate, is_free, unknowns_of
from verifier.limits import NotModelled
from verifier.memo import Memo

_STEPS = 3_000_000  # of the solver for one way; Z3's rlimit, so that the answer is the same on each machine
_WAYS = 200  # for the conditions of a group to come out, that the solver is asked for
_COMBINATIONS = 2_000  # of values that are tried before the solver is asked
_SMALL = 64  # values below it are preferred: they read better in a report, and as many bits can be shifted
_WIDTH = 128  # bits, to compute with values of up to 64
_MOST_SHIFTED = 63
_BITWISE = frozenset(("&", "|", "^", "~", "<<", ">>"))

_TOO_HARD = "there are too many conditions on a value that the text does not fix"

_Way = tuple[bool, ...]  # for each condition of a group whether it holds


_COMPLETED: Memo[Group, dict[Unknown, tuple[int, ...]] | NotModelled] = Memo(64)


def completed(group: Group) -> dict[Unknown, tuple[int, ...]]:
    """Domains of a group's free unknowns with values for each way that its conditions can come out in.

    Values are integers, as everywhere; those of at most 64 bits where conditions pick or shift bits.
    Raises NotModelled where it takes too long to find them.
    """
    found = _COMPLETED(group, lambda: _found(group))  # a program is built for several models, and questions
    if isinstance(found, NotModelled):
        raise NotModelled(*found.args)
    return found


def _found(group: Group) -> dict[Unknown, tuple[int, ...]] | NotModelled:
    try:
        return _completed(group)
    except NotModelled as problem:
        return problem.with_traceback(None)


def _completed(group: Group) -> dict[Unknown, tuple[int, ...]]:
    domains = {u: _likely(u, group) for u in group.unknowns}
    search = _Search(group)
    combinations = product(*map(sorted, domains.values()))
    for combination in islice(combinations, _COMBINATIONS):  # cheaper than to ask for each way
        search.exclude(_way(group, combination))
    asked = 0
    while (other := search.another()) is not None:
        asked += 1
        if asked > _WAYS:
            raise NotModelled(_TOO_HARD)
        way = _way(group, other)
        if not search.leads(domains, way):
            for values, value in zip(domains.values(), other, strict=True):
                values.add(value)
        search.exclude(way)
    return {u: in_order(values, u.domain) for u, values in domains.items() if is_free(u)}


def _likely(u: Unknown, group: Group) -> set[int]:
    """The values of its domain, and if it is free what it is compared with."""
    own = (c for c in group.conditions if is_free(u) and u in unknowns_of(c))
    return {*u.domain, *constants_in(own)}


def _way(group: Group, values: Sequence[int]) -> _Way:
    """How the conditions come out where the unknowns have these values."""
    by_index = {u.index: v for u, v in zip(group.unknowns, values, strict=True)}
    return tuple(bool(evaluate(c, {}, by_index)) for c in group.conditions)


class _Search:
    """Looks for values of a group's unknowns for which its conditions come out in another way than those excluded."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.excluded: set[_Way] = set()
        context = z3.Context()  # of its own: what was asked before must not change what is found
        terms = _Terms(group, context)
        self.unknowns = [terms.unknowns[u.index] for u in group.unknowns]
        self.holds = [z3.Bool(f"c{i}", context) for i in range(len(group.conditions))]
        self.refused = [z3.Not(c) for c in self.holds]
        self.context = context
        self.solver = z3.Solver(ctx=context)
        self.solver.set("rlimit", _STEPS)
        for holds, condition in zip(self.holds, group.conditions, strict=True):
            self.solver.add(holds == (terms.term(condition) != terms.number(0)))
        for u, variable in zip(group.unknowns, self.unknowns, strict=True):
            if not is_free(u):
                self.solver.add(z3.Or([variable == v for v in u.domain]))
            elif terms.is_bitwise:
                self.solver.add(variable >= -(1 << 63), variable < 1 << 64)
        self.natural = [z3.And(variable >= 0, variable < _SMALL) for variable in self.unknowns]
        self.small = [z3.And(variable > -_SMALL, variable < _SMALL) for variable in self.unknowns]

    def exclude(self, way: _Way) -> None:
        """Look for no values on this way."""
        if way not in self.excluded:
            self.excluded.add(way)
            self.solver.add(self._off(way))

    def another(self) -> list[int] | None:
        """Values in the order of the unknowns, small ones where there are; None where all ways are excluded. Raises
        NotModelled where they are not found."""
        return self._values(self.natural) or self._values(self.small) or self._values([])

    def leads(self, domains: Mapping[Unknown, Iterable[int]], way: _Way) -> bool:
        """Whether values of these domains lead to a way. Raises NotModelled where that is not found out."""
        inside = [
            z3.Or([variable == v for v in sorted(domains[u])])
            for u, variable in zip(self.group.unknowns, self.unknowns, strict=True)
        ]
        return self._values([self._on(way), *inside]) is not None

    def _values(self, asked: Sequence[z3.BoolRef]) -> list[int] | None:
        answer = self.solver.check(*asked)
        if answer == z3.unsat:
            return None
        if answer != z3.sat:
            raise NotModelled(_TOO_HARD)
        model = self.solver.model()
        found = [_signed(model.eval(u, model_completion=True)) for u in self.unknowns]
        if _way(self.group, found) != tuple(z3.is_true(model.eval(c)) for c in self.holds):
            raise NotModelled(_TOO_HARD)  # for want of bits
        return found

    def _on(self, way: _Way) -> z3.BoolRef:
        return z3.And(self._literals(way))

    def _off(self, way: _Way) -> z3.BoolRef:
        """That a way is not taken, as a clause; made by hand, as there are thousands of them."""
        literals = [c.as_ast() for c in self._literals([not held for held in way])]
        clause = z3.Z3_mk_or(self.context.ref(), len(literals), (z3.Ast * len(literals))(*literals))
        return z3.BoolRef(clause, self.context)

    def _literals(self, way: Sequence[bool]) -> list[z3.BoolRef]:
        """Each condition, or that it does not hold."""
        return [c if held else no for c, no, held in zip(self.holds, self.refused, way, strict=True)]


def _signed(value: z3.ExprRef) -> int:
    return int(value.as_signed_long() if z3.is_bv_value(value) else value.as_long())


class _Terms:
    """Conditions as terms of Z3: of integers, or of words where they pick or shift bits."""

    def __init__(self, group: Group, context: z3.Context) -> None:
        self.context = context
        self.is_bitwise = any(_has_bitwise(c, set()) for c in group.conditions)
        self.unknowns = {u.index: self._variable(f"u{u.index}") for u in group.unknowns}
        self._memo: dict[Expression, z3.ExprRef] = {}

    def number(self, value: int) -> z3.ExprRef:
        return (
            z3.BitVecVal(value, _WIDTH, self.context) if self.is_bitwise else z3.IntVal(value, self.context)
        )

    def _variable(self, name: str) -> z3.ExprRef:
        return z3.BitVec(name, _WIDTH, self.context) if self.is_bitwise else z3.Int(name, self.context)

    def term(self, e: Expression) -> z3.ExprRef:
        """The value of an expression without reads."""
        if e not in self._memo:
            self._memo[e] = self._term(e)
        return self._memo[e]

    def _term(self, e: Expression) -> z3.ExprRef:
        match e:
            case Const(value):
                return self.number(value)
            case Unknown(index):
                return self.unknowns[index]
            case Apply(operator, arguments):
                terms = [self.term(a) for a in arguments]
                if operator in _CONDITIONS:
                    return z3.If(_CONDITIONS[operator](*terms), self.number(1), self.number(0))
                if operator in ("/", "%"):
                    return self._divided(operator, *terms)
                return _NUMBERS[operator](*terms)
        raise AssertionError("a condition on unknowns has no reads")

    def _divided(self, operator: str, a: z3.ExprRef, b: z3.ExprRef) -> z3.ExprRef:
        """As in C, and as in OPERATORS where the divisor is 0."""
        zero = self.number(0)
        if self.is_bitwise:
            quotient = a / b
        else:
            size = _size(a) / _size(b)
            quotient = z3.If((a < 0) == (b < 0), size, -size)
        quotient = z3.If(b == zero, zero, quotient)
        return quotient if operator == "/" else a - b * quotient


def _size(a: z3.ExprRef) -> z3.ExprRef:
    return z3.If(a < 0, -a, a)


def _shifted(by: Callable[[z3.ExprRef, z3.ExprRef], z3.ExprRef]) -> Callable[..., z3.ExprRef]:
    """A shift that a negative number of bits doesn't change; where there are more bits than words have, by as many as
    still fit: the way to which that leads is compared with the true one."""
    return lambda a, b: by(a, z3.If(b < 0, 0, z3.If(b > _MOST_SHIFTED, _MOST_SHIFTED, b)))


_CONDITIONS: Mapping[str, Callable[..., z3.BoolRef]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "&&": lambda a, b: z3.And(a != 0, b != 0),
    "||": lambda a, b: z3.Or(a != 0, b != 0),
    "!": lambda a: a == 0,
}
_NUMBERS: Mapping[str, Callable[..., z3.ExprRef]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "<<": _shifted(lambda a, b: a << b),
    ">>": _shifted(lambda a, b: a >> b),
    "~": lambda a: ~a,
    "neg": lambda a: -a,
    "?:": lambda c, a, b: z3.If(c != 0, a, b),
}


def _has_bitwise(e: Expression, seen: set[Expression]) -> bool:
    """Whether it picks or shifts bits; not in what was `seen` before."""
    if not isinstance(e, Apply) or e in seen:
        return False
    seen.add(e)
    return e.operator in _BITWISE or any(_has_bitwise(a, seen) for a in e.arguments)
