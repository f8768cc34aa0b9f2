"""Conjunctions of conditions: what must hold for control to reach a point, kept as a list of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from verifier.events.expression import FALSE, TRUE, Apply, Const, Expression
from verifier.program.operators import OPERATORS

Guard = tuple[Expression, ...]
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_KEEPS_LEFT = frozenset(("+", "|", "^", "-"))  # x + 0 is x
_KEEPS_RIGHT = frozenset(("+", "|", "^"))
_DROPS = frozenset(("*", "&"))
COMPARISONS = frozenset(("==", "!=", "<", ">", "<=", ">="))
_OF_EQUALS = frozenset(("^", "-", "&", "|"))  # of x and x it is x or 0
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


def conjuncts(parts: Iterable[Expression]) -> Iterator[Expression]:
    """The conditions, in order, of which none is itself a conjunction, that hold where all of the parts do."""
    waiting = list(parts)[::-1]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Apply) and part.operator == "&&":
            waiting += part.arguments[::-1]
        else:
            yield part


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
    if isinstance(e, Const):
        return FALSE if e.value else TRUE
    if not isinstance(e, Apply):
        return Apply("!", (e,))
    if e.operator == "!":
        (inner,) = e.arguments
        return inner if is_boolean(inner) else Apply("!=", (inner, FALSE))
    opposite = OPPOSITE.get(e.operator)
    return Apply("!", (e,)) if opposite is None else Apply(opposite, e.arguments)


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
    if isinstance(e, Const):
        return e
    memo = {} if memo is None else memo
    found = memo.get(e)
    if found is None:
        if isinstance(e, Apply):
            found = Apply(e.operator, tuple([rewrite(a, leaf, memo) for a in e.arguments]))
        else:
            found = leaf(e)
        memo[e] = found
    return found


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


def fold(e: Expression) -> Expression:
    """`e` with constant parts worked out."""
    return _fold(e) if isinstance(e, Apply) else e


@lru_cache(maxsize=1 << 16)
def _fold(e: Apply) -> Expression:
    return simplify(e.operator, tuple([_fold(a) if isinstance(a, Apply) else a for a in e.arguments]))


def simplify(operator: str, arguments: tuple[Expression, ...]) -> Expression:
    """`operator` of arguments that are folded already, with constant parts worked out."""
    if operator == "&&":
        return conjunction([as_condition(a) for a in arguments])
    if operator == "||":
        return disjunction([as_condition(a) for a in arguments])
    if operator == "?:":
        condition, a, b = arguments
        if isinstance(condition, Const):
            return a if condition.value else b
        return a if a == b else Apply(operator, arguments)
    if len(arguments) == 1:
        (inner,) = arguments
        if operator == "!":
            return negation(inner)
        return (
            Const(OPERATORS[operator](inner.value))
            if isinstance(inner, Const)
            else Apply(operator, arguments)
        )
    return _simplify_two(operator, *arguments)


def _simplify_two(operator: str, a: Expression, b: Expression) -> Expression:
    """`simplify`, of an operator of two numbers."""
    if isinstance(b, Const):
        if operator == "!=" and b.value == 0 and is_boolean(a):
            return a
        if isinstance(a, Const):
            return Const(OPERATORS[operator](a.value, b.value))
        if operator in COMPARISONS and (told := _told_by_choice(operator, a, b)) is not None:
            return told
        if b.value == 0:
            if operator in _KEEPS_LEFT:
                return a
            if operator in _DROPS:
                return FALSE
    elif isinstance(a, Const) and a.value == 0:
        if operator in _KEEPS_RIGHT:
            return b
        if operator in _DROPS:
            return FALSE
    if operator in _OF_EQUALS and a == b:
        return a if operator in ("&", "|") else FALSE
    return Apply(operator, (a, b))


def _told_by_choice(operator: str, a: Expression, b: Const) -> Expression | None:
    """What compares a choice between two constants with a third, by the condition of the choice alone."""
    match a:
        case Apply("?:", (condition, Const(first), Const(second))):
            left, right = OPERATORS[operator](first, b.value), OPERATORS[operator](second, b.value)
            if left == right:
                return Const(left)
            return as_condition(condition) if left else fold(negation(as_condition(condition)))
        case _:
            return None


def equals(e: Expression, value: int) -> Expression:
    """Whether `e` is `value`; of a choice, the condition on which it is."""
    match e:
        case Const():
            return TRUE if e.value == value else FALSE
        case Apply("?:", (condition, a, b)) if isinstance(a, Const | Apply) and isinstance(b, Const | Apply):
            then, otherwise = equals(a, value), equals(b, value)
            if then == otherwise:
                return then
            arms = conjunction((condition, then)), conjunction((negation(condition), otherwise))
            return fold(disjunction(arms))
        case _:
            return Apply("==", (e, Const(value)))


def as_condition(e: Expression) -> Expression:
    """`e` as 0 or 1."""
    if isinstance(e, Const):
        return TRUE if e.value else FALSE
    return e if is_boolean(e) else Apply("!=", (e, Const(0)))
