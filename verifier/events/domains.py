"""Which values an unknown may have: enough that each test of it can come out either way.

An unknown stands for any value; the solver needs finitely many. Those chosen are 0, a value of its
own, and what the program's tests tell apart: the constants compared with it and their neighbours,
and the masks that pick bits of it. An unknown that is stored may be tested wherever it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

from verifier.events.expression import Apply, Const, Expression, ReadValue, Unknown, reads_of, unknowns_of
from verifier.events.graph import EventGraph, expressions
from verifier.events.logic import rewrite
from verifier.record import replace

_COMPARISONS = frozenset(("==", "!=", "<", ">", "<=", ">="))
_FREE = 7001  # a value that no text means, one for each unknown
_MASKS = 4  # masks whose combinations are all tried


def settle(graph: EventGraph) -> EventGraph:
    """The graph with a domain for each unknown that was left open."""
    everything = tuple(expressions(graph))
    still_open = sorted(
        {u for e in everything for u in unknowns_of(e) if not u.domain}, key=lambda u: u.index
    )
    if not still_open:
        return graph
    seen: set[Expression] = set()
    tests = [t for e in dict.fromkeys(everything) for t in _tests(e, seen)]
    domains = {u: _domain(graph, u, tests) for u in still_open}

    def leaf(e: Expression) -> Expression:
        return Unknown(e.index, domains[e]) if isinstance(e, Unknown) and e in domains else e

    memo: dict[Expression, Expression] = {}
    return _mapped(graph, lambda e: rewrite(e, leaf, memo))


def _mapped(graph: EventGraph, change: Callable[[Expression], Expression]) -> EventGraph:
    def maybe(e: Expression | None) -> Expression | None:
        return None if e is None else change(e)

    def each(expressions: Iterable[Expression]) -> tuple[Expression, ...]:
        return tuple(change(e) for e in expressions)

    return replace(
        graph,
        events=tuple(replace(e, executes=change(e.executes), value=maybe(e.value)) for e in graph.events),
        dependencies=tuple(replace(d, holds=change(d.holds)) for d in graph.dependencies),
        atomics=tuple(replace(a, holds=change(a.holds)) for a in graph.atomics),
        constraints=each(graph.constraints),
        sleeps=tuple(replace(s, sleeps=change(s.sleeps), awaited=maybe(s.awaited)) for s in graph.sleeps),
        recursions=tuple(replace(r, waits=change(r.waits)) for r in graph.recursions),
        properties=tuple(
            replace(p, formula=change(p.formula), reached=change(p.reached)) for p in graph.properties
        ),
        ends=each(graph.ends),
        cuts=each(graph.cuts),
        observed=tuple((label, change(e)) for label, e in graph.observed),
        escapes=tuple((line, change(e)) for line, e in graph.escapes),
    )


def _tests(e: Expression, seen: set[Expression]) -> Iterator[Apply]:
    """The comparisons in an expression that were not `seen` before."""
    if isinstance(e, Apply) and e not in seen:
        seen.add(e)
        if e.operator in _COMPARISONS:
            yield e
        for argument in e.arguments:
            yield from _tests(argument, seen)


def _domain(graph: EventGraph, u: Unknown, tests: Sequence[Apply]) -> tuple[int, ...]:
    reached = _locations_with(graph, u)
    values: set[int] = set()
    masks: set[int] = set()
    for test in tests:
        if u in unknowns_of(test) or any(_location(graph, r) in reached for r in reads_of(test)):
            _tell_apart(test, values, masks)
    for size in range(1, min(len(masks), _MASKS) + 1):
        for chosen in combinations(sorted(masks), size):
            values.add(_union(chosen))
    values.add(_union(masks))
    return (0, *sorted(values - {0}), _FREE + u.index)


def _union(masks: Iterable[int]) -> int:
    result = 0
    for mask in masks:
        result |= mask
    return result


def _location(graph: EventGraph, read: int) -> int | None:
    return -1 - read if read < 0 else graph.events[read].location


def _locations_with(graph: EventGraph, u: Unknown) -> set[int | None]:
    """The locations that may hold a value made of the unknown."""
    found: set[int | None] = set()
    while True:
        more = {
            e.location
            for e in graph.events
            if e.value is not None
            and (u in unknowns_of(e.value) or any(_location(graph, r) in found for r in reads_of(e.value)))
        }
        if more <= found:
            return found
        found |= more


def _tell_apart(test: Apply, values: set[int], masks: set[int]) -> None:
    """Add values on which a comparison comes out one way and the other."""
    bounds = {0} | {a.value for a in test.arguments if isinstance(a, Const)}
    shifts = {0}
    for side in test.arguments:
        _constants(side, shifts, masks)
    for bound in bounds:
        for shift in shifts:
            near = (bound - shift, bound + shift)
            values.update(near)
            if test.operator not in ("==", "!="):
                values.update(v + d for v in near for d in (-1, 1))


def _constants(e: Expression, shifts: set[int], masks: set[int]) -> None:
    """What an expression adds, and the bits that it picks."""
    match e:
        case Apply("?:" | "&&" | "||" | "!", _) | ReadValue() | Unknown() | Const():
            pass
        case Apply(operator, arguments):
            for argument in arguments:
                match argument:
                    case Const(value) if operator in ("&", "|", "^"):
                        masks.update((value, ~value) if value < 0 else (value,))
                    case Const(value) if operator == ">>":
                        masks.add(1 << min(max(value, 0), 64))
                    case Const(value) if operator in ("+", "-"):
                        shifts.add(value)
                    case Const(value) if operator in ("*", "/", "%"):
                        shifts.update(range(min(abs(value), 8)))
                    case _:
                        _constants(argument, shifts, masks)
