"""What the conditions of a program come to as conditions on its unknowns alone.

Where a thread stores `v + 1` to x, which starts with 0, `READ_ONCE(x) == 3` is `v + 1 == 3` or `0 == 3`, by what it
reads. An execution depends on the unknowns by nothing but how such conditions come out; so domains in which each way
for all of them to come out has its values miss no execution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, product
from math import prod

from verifier.events.expression import (
    FALSE,
    TRUE,
    Apply,
    Const,
    Expression,
    ReadValue,
    Unknown,
    is_free,
    reads_of,
    unknowns_of,
)
from verifier.events.graph import EventGraph, asked
from verifier.events.image import check_size
from verifier.events.logic import BOOLEAN, COMPARISONS, OPPOSITE, fold, rewrite
from verifier.limits import NotModelled
from verifier.record import record

_MOST = 400  # things that a location may hold
_FEW = 64  # cases of the conditions in an expression


@record(frozen=True, slots=True)
class Group:
    """Unknowns, in order, and the conditions on them and no others."""

    unknowns: tuple[Unknown, ...]
    conditions: tuple[Apply, ...]


def conditions_on_unknowns(graph: EventGraph) -> list[Group]:
    """The conditions on a graph's unknowns, but for those on none that is free. Raises NotModelled where they are too
    many to say."""
    return _groups(_on_unknowns(graph))


def elementary(graph: EventGraph) -> Iterator[Apply]:
    """The comparisons in a graph, and what else is asked whether it is 0."""
    seen: set[tuple[Expression, bool]] = set()
    for e in dict.fromkeys(asked(graph)):
        yield from _conditions(e, True, seen)
    for value in dict.fromkeys(e.value for e in graph.events if e.value is not None):
        yield from _conditions(value, False, seen)


def _conditions(e: Expression, is_asked: bool, seen: set[tuple[Expression, bool]]) -> Iterator[Apply]:
    """Those in an expression, which `is_asked` whether it is 0; not what was `seen` before."""
    if isinstance(e, Const) or (e, is_asked) in seen:
        return
    seen.add((e, is_asked))
    operator, arguments = (e.operator, e.arguments) if isinstance(e, Apply) else ("", ())
    if operator in COMPARISONS:
        yield from (Apply(operator, compared) for compared in product(*map(_choices, arguments)))
    elif is_asked and operator not in ("&&", "||", "!"):
        yield from (Apply("!=", (choice, FALSE)) for choice in _choices(e))
    for i, argument in enumerate(arguments):
        yield from _conditions(argument, operator in ("&&", "||", "!") or (operator == "?:" and i == 0), seen)


@lru_cache(maxsize=1 << 12)
def _choices(e: Expression) -> tuple[Expression, ...]:
    """What an expression is in each case of the conditions in it, which are asked as well; itself where there are more
    than a few."""
    if not isinstance(e, Apply):
        return (e,)
    if e.operator in BOOLEAN:
        return FALSE, TRUE
    parts = [_choices(a) for a in (e.arguments[1:] if e.operator == "?:" else e.arguments)]
    found: Iterable[Expression]
    if e.operator == "?:":
        found = chain(*parts)
    elif prod(map(len, parts)) <= _FEW:
        found = (fold(Apply(e.operator, chosen)) for chosen in product(*parts))
    else:
        return (e,)
    return tuple(dict.fromkeys(found))


def _on_unknowns(graph: EventGraph) -> list[Apply]:
    """The elementary conditions, in unknowns and constants alone, those without unknowns left out."""
    flow = _Flow(graph)
    carrying = flow.carrying()
    asked = [c for c in dict.fromkeys(elementary(graph)) if _is_open(c) or flow.places(c) & carrying]
    flow.follow(asked)
    found = (i for c in asked for i in flow.instances(c))
    return list(dict.fromkeys(normal(i) for i in found if isinstance(i, Apply) and unknowns_of(i)))


def _is_open(e: Expression) -> bool:
    """Whether an expression has an unknown that is free."""
    return any(map(is_free, unknowns_of(e)))


class _Flow:
    """What locations may hold, in unknowns and constants alone; of those that `follow` was told to."""

    def __init__(self, graph: EventGraph) -> None:
        self.graph = graph
        self.written: dict[int | None, list[Expression]] = {}
        for e in graph.events:
            if e.kind == "W" and e.value is not None:
                self.written.setdefault(e.location, []).append(e.value)
        self._held: dict[int | None, dict[Expression, None]] = {}

    def carrying(self) -> set[int | None]:
        """The locations to which values with unknowns are written that are free."""
        start = {l for l, values in self.written.items() if any(map(_is_open, values))}
        return _closure(
            start,
            lambda found: {l for l, vs in self.written.items() if any(self.places(v) & found for v in vs)},
        )

    def places(self, e: Expression) -> set[int | None]:
        """The locations that an expression reads."""
        return {self._place(r) for r in reads_of(e)}

    def _place(self, read: int) -> int | None:
        return -1 - read if read < 0 else self.graph.events[read].location

    def follow(self, conditions: Iterable[Expression]) -> None:
        """Find what is held where these read, and where that comes from. Raises NotModelled where it is too much."""
        concerned = _closure(
            {l for c in conditions for l in self.places(c)},
            lambda found: {l for f in found for v in self.written.get(f, ()) for l in self.places(v)},
        )
        self._held = {l: {FALSE: None} for l in concerned}
        written = [(l, v) for l in sorted(concerned, key=str) for v in self.written.get(l, ())]
        values = [(l, choice) for l, value in written for choice in _choices(value)]
        for _ in range(1 + sum(bool(reads_of(v)) for _, v in written)):
            before = self._size()
            for l, value in values:
                self._held[l].update(dict.fromkeys(self.instances(value)))
                if len(self._held[l]) > _MOST:
                    raise NotModelled(f"a location can have more than {_MOST} values")
            if self._size() == before:
                break

    def _size(self) -> int:
        return sum(map(len, self._held.values()))

    def instances(self, e: Expression) -> Iterator[Expression]:
        """What an expression may come to."""
        reads = sorted(reads_of(e))
        held = [self._held[self._place(r)] for r in reads]
        check_size([len(h) for h in held])
        for chosen in product(*held):
            yield fold(replaced(e, dict(zip(reads, chosen, strict=True))))


def normal(c: Apply) -> Apply:
    """A condition, or its opposite, which comes out as well as it does: `u == 2` for each of u + 1 != 3 and 2 == u."""
    match c:
        case Apply("!=" | ">" | ">=" as operator, arguments):
            return normal(Apply(OPPOSITE[operator], arguments))
        case Apply("==", (Const() as a, b)):
            return normal(Apply("==", (b, a)))
        case Apply("<" | "<=" as operator, (Const() as a, b)):
            return normal(Apply("<=" if operator == "<" else "<", (b, a)))
        case Apply(operator, (Apply("+", (a, Const(i)) | (Const(i), a)), Const(sum_))):
            return normal(Apply(operator, (a, Const(sum_ - i))))
        case Apply(operator, (Apply("-", (a, Const(i))), Const(difference))):
            return normal(Apply(operator, (a, Const(difference + i))))
        case _:
            return c


def replaced(e: Expression, reads: Mapping[int, Expression]) -> Expression:
    """The expression with these in place of those of its reads."""
    return rewrite(e, lambda leaf: reads.get(leaf.event, leaf) if isinstance(leaf, ReadValue) else leaf)


def _closure(start: set[int | None], more: Callable[[set[int | None]], set[int | None]]) -> set[int | None]:
    """Locations with those that they lead to, and so on."""
    found = set(start)
    while new := more(found) - found:
        found |= new
    return found


def _groups(conditions: Iterable[Apply]) -> list[Group]:
    """The conditions, those together that share an unknown."""
    groups: list[tuple[set[Unknown], list[Apply]]] = []
    for c in conditions:
        unknowns, together = set(unknowns_of(c)), [c]
        apart = []
        for group in groups:
            if group[0] & unknowns:
                unknowns |= group[0]
                together = group[1] + together
            else:
                apart.append(group)
        groups = [*apart, (unknowns, together)]
    return [Group(tuple(sorted(u, key=lambda u: u.index)), tuple(c)) for u, c in groups]
