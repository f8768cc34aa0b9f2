"""Which values an unknown may have: enough that each test of it can come out either way.

An unknown stands for any value; the solver needs finitely many. Those chosen are 0, a value of its
own, and what the program's tests tell apart: the constants compared with it and their neighbours,
and the masks that pick bits of it. An unknown that is stored may be tested wherever it is read.
Where it is compared with another read, or with another unknown, it may also have what that read can
return, and the values of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, product

from verifier.events.expression import Apply, Const, Expression, ReadValue, Unknown, reads_of, unknowns_of
from verifier.events.graph import EventGraph, expressions
from verifier.events.image import image
from verifier.events.logic import rewrite
from verifier.record import replace

_COMPARISONS = frozenset(("==", "!=", "<", ">", "<=", ">="))
_TRUTHS = _COMPARISONS | {"&&", "||", "!"}
_FREE = 7001  # a value that no text means, one for each unknown
_MASKS = 4  # masks whose combinations are all tried
_Leaf = ReadValue | Unknown
_NOTHING = frozenset[_Leaf]()


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
    domains = _domains(graph, still_open, tests)

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


def _domains(
    graph: EventGraph, unknowns: Sequence[Unknown], tests: Sequence[Apply]
) -> dict[Unknown, tuple[int, ...]]:
    reached = {u: _locations_with(graph, u) for u in unknowns}
    values: dict[Unknown, set[int]] = {u: set() for u in unknowns}
    masks: dict[Unknown, set[int]] = {u: set() for u in unknowns}
    partners: dict[Unknown, set[Unknown]] = {u: {u} for u in unknowns}
    held = _Held(graph)
    for test in tests:
        for u in unknowns:
            if u in unknowns_of(test) or any(_location(graph, r) in reached[u] for r in reads_of(test)):
                _tell_apart(test, set(), set(), values[u], masks[u])
        for leaves, is_computed in _compared(test):
            places = {_location(graph, e.event) for e in leaves if isinstance(e, ReadValue)}
            concerned = [u for u in unknowns if u in leaves or places & reached[u]]
            other = set().union(*(held.values(place) for place in places)) if concerned else set()
            for u in concerned:
                _tell_apart(test, other, other if is_computed else set(), values[u], masks[u])
                partners[u].update(concerned)
    own = {u: values[u] | _combined(masks[u]) for u in unknowns}
    found = {}
    for u in unknowns:
        group = _group(u, partners)
        shared = set().union(*(own[v] for v in group))
        found[u] = (0, *sorted(shared - {0}), *sorted(_FREE + v.index for v in group))
    return found


def _compared(test: Apply) -> Iterator[tuple[frozenset[_Leaf], bool]]:
    """The reads and unknowns that a comparison sets against each other, and whether one side computes with several."""
    left, right = (_alternatives(side) for side in test.arguments)
    for a, b in product(left, right):
        if len(a | b) > 1:
            yield a | b, max(len(a), len(b)) > 1


@lru_cache(maxsize=1 << 12)
def _alternatives(e: Expression) -> frozenset[frozenset[_Leaf]]:
    """What a value is made of, in each of the ways to make it; nothing where bits of several are joined."""
    match e:
        case ReadValue() | Unknown():
            return frozenset((frozenset((e,)),))
        case Apply("?:", (_, a, b)):
            return _alternatives(a) | _alternatives(b)
        case Apply(operator, arguments) if operator not in _TRUTHS:
            parts = [leaves for argument in arguments for leaves in _alternatives(argument) if leaves]
            is_sum = operator in ("+", "-", "neg")
            return frozenset((_NOTHING.union(*parts) if is_sum or len(parts) == 1 else _NOTHING,))
        case _:
            return frozenset((_NOTHING,))


class _Held:
    """What locations may hold, as far as constants and the unknowns' own values lead there."""

    def __init__(self, graph: EventGraph) -> None:
        self.graph = graph
        self._found: dict[int | None, set[int]] | None = None

    def values(self, location: int | None) -> set[int]:
        """Of one location. Raises NotModelled where what is written may be too much."""
        if self._found is None:
            self._found = self._all()
        return self._found.get(location, set())

    def _all(self) -> dict[int | None, set[int]]:
        memo: dict[Expression, Expression] = {}
        writes = [
            (e.location, rewrite(e.value, _with_own_value, memo))
            for e in self.graph.events
            if e.kind == "W" and e.value is not None
        ]
        found: dict[int | None, set[int]] = {location: {0} for location, _ in writes}
        read = frozenset[int]().union(*(reads_of(value) for _, value in writes))
        returned = {r: found.get(_location(self.graph, r), {0}) for r in read}
        for _ in range(1 + sum(bool(reads_of(value)) for _, value in writes)):
            before = {location: len(values) for location, values in found.items()}
            images: dict[Expression, set[int]] = {}
            for location, value in writes:
                found[location] |= image(value, returned, images)
            if before == {location: len(values) for location, values in found.items()}:
                break
        return found


def _with_own_value(e: Expression) -> Expression:
    """An unknown that is still open, as one that may be 0 or its own value."""
    return Unknown(e.index, (0, _FREE + e.index)) if isinstance(e, Unknown) and not e.domain else e


def _group(u: Unknown, partners: Mapping[Unknown, set[Unknown]]) -> set[Unknown]:
    """The unknowns that are compared with it, and with these, and so on; itself among them."""
    found, waiting = {u}, [u]
    while waiting:
        more = partners[waiting.pop()] - found
        found |= more
        waiting += more
    return found


def _combined(masks: set[int]) -> set[int]:
    """The bits of few masks at a time, and of all."""
    few = (
        _union(chosen)
        for size in range(1, min(len(masks), _MASKS) + 1)
        for chosen in combinations(sorted(masks), size)
    )
    return {*few, _union(masks)}


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


def _tell_apart(test: Apply, other: set[int], added: set[int], values: set[int], masks: set[int]) -> None:
    """Add values on which a comparison comes out one way and the other, where it compares with `other` values as well,
    and adds other ones."""
    bounds = {0} | other | {a.value for a in test.arguments if isinstance(a, Const)}
    shifts = {0} | added
    for side in test.arguments:
        _constants(side, shifts, masks)
    is_subtracted = any(map(_subtracts, test.arguments))
    for bound in bounds:
        for shift in shifts:
            near = {bound - shift, bound + shift} | ({shift - bound} if is_subtracted else set())
            values.update(near)
            if test.operator not in ("==", "!="):
                values.update(v + d for v in near for d in (-1, 1))


@lru_cache(maxsize=1 << 12)
def _subtracts(e: Expression) -> bool:
    """Whether something is subtracted that is no constant."""
    match e:
        case Apply("-", (_, b)) if not isinstance(b, Const):
            return True
        case Apply("neg", _):
            return True
        case Apply(operator, arguments) if operator not in _TRUTHS:
            return any(map(_subtracts, arguments))
        case _:
            return False


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
