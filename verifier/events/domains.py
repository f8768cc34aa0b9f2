"""Which values an unknown may have: enough that the conditions on it come out in each way that they can.

An unknown stands for any value; the solver needs finitely many. Each has 0 and a value of its own,
and those that tell the program's conditions on it apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from verifier.events.conditions import Group
from verifier.events.expression import OWN, Apply, Const, Expression, Unknown, is_free
from verifier.events.graph import EventGraph, unknowns
from verifier.events.logic import rewrite
from verifier.record import replace

_WORDS = ((1 << 32) - 1, (1 << 64) - 1)


def settle(graph: EventGraph) -> EventGraph:
    """The graph with 0 and a value of its own for each unknown that was left open."""
    return with_domains(graph, {u: (0, OWN + u.index) for u in unknowns(graph) if not u.domain})


def by_form(group: Group) -> dict[Unknown, tuple[int, ...]] | None:
    """Domains with values for each way that a group's conditions can come out in, where it can be seen from their form:
    one unknown that is compared with constants, or several that are compared with these and each other, but for no
    order; each as it is, or as a word without a sign. None where it can't."""
    free = [u for u in group.unknowns if is_free(u)]
    if not free:
        return {}
    own = {v for u in free for v in u.domain}
    needed = {v for u in group.unknowns if u not in free for v in u.domain}
    words: dict[Unknown, int | None] = {}
    for c in group.conditions:
        for a in c.arguments:
            if isinstance(a, Const):
                continue
            if (as_word := _as_word(a)) is None or words.setdefault(*as_word) != as_word[1]:
                return None
        constants = constants_in((c,))
        needed |= constants
        if c.operator != "==":
            if len(group.unknowns) > 1:
                return None
            needed |= {v + d for v in constants for d in (-1, 1)}
    if len(own - needed) < len(free):
        return None
    return {u: in_order(_up_to(words.get(u), needed | own), own) for u in free}


def _as_word(e: Expression) -> tuple[Unknown, int | None] | None:
    """An unknown, and the greatest value of the word that it is taken as, if it is."""
    match e:
        case Unknown():
            return e, None
        case Apply("&", (Unknown() as u, Const(greatest))) if greatest in _WORDS:
            return u, greatest
        case _:
            return None


def _up_to(greatest: int | None, values: set[int]) -> set[int]:
    """Those of the values that a word has."""
    return values if greatest is None else {v for v in values if 0 <= v <= greatest}


def in_order(values: Iterable[int], own: Iterable[int]) -> tuple[int, ...]:
    """0, then the values that come of the text, then those that are the unknowns' own."""
    last = set(own) - {0}
    return tuple(sorted(values, key=lambda v: (v in last, v != 0, v)))


def constants_in(conditions: Iterable[Apply]) -> set[int]:
    """What values are compared with."""
    return {a.value for c in conditions for a in c.arguments if isinstance(a, Const)}


def with_domains(graph: EventGraph, domains: Mapping[Unknown, tuple[int, ...]]) -> EventGraph:
    """The graph with these domains for some of its unknowns."""

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
