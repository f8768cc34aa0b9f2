"""Values of one thread as expressions over what its reads returned. Integers as in C, unbounded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from weakref import KeyedRef

from verifier.program.operators import OPERATORS
from verifier.record import record


@record(frozen=True, slots=True)
class Const:
    value: int


@record(frozen=True, slots=True)
class ReadValue:
    """The value that read event `event` returned. 0 is never assumed: the event must have executed."""

    event: int


@record(frozen=True, slots=True)
class Unknown:
    """A value that the text does not fix (an opaque call, words): any of `domain`, chosen once an execution."""

    index: int
    domain: tuple[int, ...]


OWN = 7001  # a value that no text means, one for each unknown: those from here on


def is_free(u: Unknown) -> bool:
    """Whether an unknown of a graph that is settled stands for any value, and not for those of its domain alone."""
    return OWN + u.index in u.domain


class Apply:
    """`operator` is one of OPERATORS; "?:" takes three arguments, "!", "~", "neg" one, the others two.

    Expressions share their parts: a value that many branches change is small as a graph and without
    bound as a tree. So equal ones are the same object, and compare and hash as such; whatever
    walks expressions has to remember where it was.
    """

    __slots__ = ("__weakref__", "arguments", "operator")
    __match_args__ = ("operator", "arguments")
    operator: str
    arguments: tuple[Expression, ...]

    def __new__(cls, operator: str, arguments: tuple[Expression, ...]) -> Apply:
        key = (operator, arguments)
        kept = _APPLIED.get(key)
        known = None if kept is None else kept()
        if known is None:
            known = object.__new__(cls)
            known.operator = operator
            known.arguments = arguments
            _APPLIED[key] = KeyedRef(known, _forget, key)
        return known

    def __repr__(self) -> str:
        return f"Apply({self.operator!r}, {self.arguments!r})"


_Key = tuple[str, tuple["Expression", ...]]
_APPLIED: dict[_Key, KeyedRef[_Key, Apply]] = {}  # the ones that someone has


def _forget(reference: KeyedRef[_Key, Apply]) -> None:
    """Lets go of one that nobody has any more, unless there is another in its place."""
    if _APPLIED.get(reference.key) is reference:
        del _APPLIED[reference.key]


Expression = Const | ReadValue | Unknown | Apply
Valuation = Callable[[Expression], int]

THIN_AIR = 0x5A5A5A5A  # a value that no text means: one that comes from nowhere but itself

TRUE = Const(1)
FALSE = Const(0)


def evaluator(reads: Mapping[int, int], unknowns: Mapping[int, int]) -> Valuation:
    """Gives the value of expressions, each part of them once, given what each read returned and what each unknown is.

    A read that did not execute counts as 0: it can only stand in an arm that is not taken.
    """
    known: dict[Expression, int] = {}

    def value(e: Expression) -> int:
        kind = type(e)  # told apart by type, not by pattern: all that is evaluated concretely comes by here
        if kind is Const:
            return e.value  # type: ignore[union-attr]
        if kind is ReadValue:
            return reads.get(e.event, 0)  # type: ignore[union-attr]
        if kind is Unknown:
            return unknowns[e.index]  # type: ignore[union-attr]
        found = known.get(e)
        if found is not None:
            return found
        operator, arguments = e.operator, e.arguments  # type: ignore[union-attr]
        first = value(arguments[0])
        if operator == "&&":
            found = int(bool(first and value(arguments[1])))
        elif operator == "||":
            found = int(bool(first or value(arguments[1])))
        elif operator == "?:":
            found = value(arguments[1 if first else 2])
        elif len(arguments) == 1:
            found = OPERATORS[operator](first)
        else:
            found = OPERATORS[operator](first, value(arguments[1]))
        known[e] = found
        return found

    return value


def evaluate(e: Expression, reads: Mapping[int, int], unknowns: Mapping[int, int]) -> int:
    """The value of one expression, as `evaluator` gives it."""
    return e.value if type(e) is Const else evaluator(reads, unknowns)(e)


@lru_cache(maxsize=1 << 16)
def reads_of(e: Expression) -> frozenset[int]:
    """The read events that `e` mentions."""
    match e:
        case ReadValue(event):
            return frozenset((event,))
        case Apply(_, arguments):
            return frozenset().union(*(reads_of(a) for a in arguments))
        case _:
            return frozenset()


@lru_cache(maxsize=1 << 16)
def unknowns_of(e: Expression) -> frozenset[Unknown]:
    """The unknowns that `e` mentions."""
    match e:
        case Unknown():
            return frozenset((e,))
        case Apply(_, arguments):
            return frozenset().union(*(unknowns_of(a) for a in arguments))
        case _:
            return frozenset()
