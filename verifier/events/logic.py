"""Conjunctions of conditions: what must hold for control to reach a point, kept as a list of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from verifier.events.expression import FALSE, TRUE, Apply, Const, Expression, ReadValue, Unknown, evaluate

Guard = tuple[Expression, ...]
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
BOOLEAN = frozenset(("==", "!=", "<", ">", "<=", ">=", "&&", "||", "!"))


def conjunction(parts: Iterable[Expression]) -> Expression:
    """All of them, as one expression."""
    result: Expression = TRUE
    for part in parts:
        if isinstance(part, Const) and part.value in (0, 1):
            if not part.value:
                return FALSE
        else:
            result = part if result is TRUE else Apply("&&", (result, part))
    return result


def disjunction(parts: Iterable[Expression]) -> Expression:
    """Any of them, as one expression."""
    result: Expression = FALSE
    for part in parts:
        if isinstance(part, Const) and part.value in (0, 1):
            if part.value:
                return TRUE
        else:
            result = part if result is FALSE else Apply("||", (result, part))
    return result


def negation(e: Expression) -> Expression:
    """The opposite of a condition."""
    match e:
        case Const(value):
            return FALSE if value else TRUE
        case Apply("!", (inner,)):
            return inner if is_boolean(inner) else Apply("!=", (inner, Const(0)))
        case Apply(operator, arguments) if operator in _NEGATED:
            return Apply(_NEGATED[operator], arguments)
        case _:
            return Apply("!", (e,))


def is_boolean(e: Expression) -> bool:
    """Whether `e` is 0 or 1 by its form."""
    return (isinstance(e, Apply) and e.operator in BOOLEAN) or (isinstance(e, Const) and e.value in (0, 1))


def common_prefix(a: Guard, b: Guard) -> int:
    """How many leading parts two guards share."""
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i
    return min(len(a), len(b))


def either(a: Guard, b: Guard) -> Guard:
    """The guard of a point that is reached under `a` or under `b`."""
    n = common_prefix(a, b)
    if n == len(a) or n == len(b):
        return a[:n]
    rest_a, rest_b = conjunction(a[n:]), conjunction(b[n:])
    if negation(rest_a) == rest_b or negation(rest_b) == rest_a:
        return a[:n]
    return (*a[:n], disjunction((rest_a, rest_b)))


def rewrite(
    e: Expression, leaf: Callable[[Expression], Expression], memo: dict[Expression, Expression] | None = None
) -> Expression:
    """`e` with `leaf` applied to every read and unknown in it; `memo` remembers parts from call to call."""
    memo = {} if memo is None else memo
    if e not in memo:
        match e:
            case ReadValue() | Unknown():
                memo[e] = leaf(e)
            case Apply(operator, arguments):
                memo[e] = Apply(operator, tuple(rewrite(a, leaf, memo) for a in arguments))
            case _:
                memo[e] = e
    return memo[e]


def set_aside(e: Expression, is_aside: Callable[[Expression], bool], positive: bool = True) -> Expression:
    """`e` with every elementary condition that `is_aside` taken to be as favourable to `e` as can be."""
    match e:
        case Apply("&&" | "||" as operator, arguments):
            return Apply(operator, tuple(set_aside(a, is_aside, positive) for a in arguments))
        case Apply("!", (inner,)):
            return Apply("!", (set_aside(inner, is_aside, not positive),))
        case Apply("!=", (inner, Const(0))) if is_boolean(inner):
            return set_aside(inner, is_aside, positive)
        case _:
            return (TRUE if positive else FALSE) if is_aside(e) else e


@lru_cache(maxsize=1 << 16)
def fold(e: Expression) -> Expression:
    """`e` with constant parts worked out."""
    if not isinstance(e, Apply):
        return e
    return simplify(e.operator, tuple([fold(a) if isinstance(a, Apply) else a for a in e.arguments]))


def simplify(operator: str, arguments: tuple[Expression, ...]) -> Expression:
    """`operator` of arguments that are folded already, with constant parts worked out."""
    match operator, arguments:
        case "&&", _:
            return conjunction(as_condition(a) for a in arguments)
        case "||", _:
            return disjunction(as_condition(a) for a in arguments)
        case "!", (inner,):
            return negation(inner)
        case "?:", (Const(c), a, b):
            return a if c else b
        case "?:", (_, a, b) if a == b:
            return a
        case "!=", (inner, Const(0)) if is_boolean(inner):
            return inner
        case _ if all(isinstance(a, Const) for a in arguments):
            return Const(_apply(operator, arguments))
        case "^" | "-", (a, b) if a == b:
            return Const(0)
        case "*" | "&", (Const(0), _) | (_, Const(0)):
            return Const(0)
        case "+" | "|" | "^", (Const(0), other) | (other, Const(0)):
            return other
        case "-", (other, Const(0)):
            return other
        case "&" | "|", (a, b) if a == b:
            return a
        case _:
            return Apply(operator, arguments)


def as_condition(e: Expression) -> Expression:
    """`e` as 0 or 1."""
    if isinstance(e, Const):
        return TRUE if e.value else FALSE
    return e if is_boolean(e) else Apply("!=", (e, Const(0)))


def _apply(operator: str, arguments: tuple[Expression, ...]) -> int:
    return evaluate(Apply(operator, arguments), {}, {})
