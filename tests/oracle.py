"""All executions of an event graph, by brute force: the oracle of the tests, without encoding or solver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import permutations, product
from typing import get_args

from verifier.cat.bits import Universe
from verifier.cat.evaluate import Evaluator, holds
from verifier.cat.terms import BaseRelation, BaseSet, Fixpoint, Model, RelationTerm, SetTerm, Term
from verifier.events.expression import Expression, Unknown, evaluate, reads_of, unknowns_of
from verifier.events.graph import DependencyKind, EventGraph
from verifier.execution.candidate import Execution, bases
from verifier.execution.candidate import holds as holds_finally


class TooBigError(Exception):
    """There are more executions than the caller wants to see."""


def expressions(graph: EventGraph) -> Iterator[Expression]:
    """All expressions of a graph."""
    for e in graph.events:
        yield e.executes
        if e.value is not None:
            yield e.value
    for d in graph.dependencies:
        yield d.holds
    yield from graph.constraints
    for s in graph.sleeps:
        yield s.sleeps
        if s.awaited is not None:
            yield s.awaited
    for p in graph.properties:
        yield from (p.formula, p.reached)
    yield from (e for _, e in graph.observed)


def unknowns(graph: EventGraph) -> list[Unknown]:
    """The unknowns of a graph, by number."""
    found = {u for e in expressions(graph) for u in unknowns_of(e)}
    return sorted(found, key=lambda u: u.index)


def value_domains(graph: EventGraph, chosen: dict[int, int], limit: int = 64) -> list[set[int]]:
    """The values that writes to each location can have, grown from the initial ones.

    A value that no chain of writes as long as the program produces can only come out of thin air.
    """
    domains: list[set[int]] = [set() for _ in graph.locations]
    writes = [e for e in graph.events if e.kind == "W"]
    for _ in range(len(writes) + 1):
        grown = False
        for e in writes:
            assert e.value is not None
            assert e.location is not None
            reads = sorted(reads_of(e.value))
            ranges = [sorted(domains[graph.events[r].location or 0]) for r in reads]
            for values in product(*ranges):
                v = evaluate(e.value, dict(zip(reads, values, strict=True)), chosen)
                if v not in domains[e.location]:
                    domains[e.location].add(v)
                    grown = True
            if len(domains[e.location]) > limit:
                raise TooBigError
        if not grown:
            break
    return domains


@dataclass(frozen=True)
class Path:
    """One run of a thread, given what its reads return."""

    executed: int
    reads: dict[int, int]
    writes: dict[int, int]


def paths(graph: EventGraph, thread: int, domains: list[set[int]], chosen: dict[int, int]) -> list[Path]:
    """All runs of a thread whose reads return values of the domains."""
    found = [Path(0, {}, {})]
    for i, e in enumerate(graph.events):
        if e.thread != thread:
            continue
        grown = []
        for p in found:
            if not evaluate(e.executes, p.reads, chosen):
                grown.append(p)
                continue
            executed = p.executed | 1 << i
            if e.kind == "R":
                grown += [
                    Path(executed, {**p.reads, i: v}, p.writes) for v in sorted(domains[e.location or 0])
                ]
            elif e.kind == "W":
                assert e.value is not None
                grown.append(Path(executed, p.reads, {**p.writes, i: evaluate(e.value, p.reads, chosen)}))
            else:
                grown.append(Path(executed, p.reads, p.writes))
        found = grown
    return found


def executions(graph: EventGraph, coherent: bool = True, limit: int = 10**9) -> Iterator[Execution]:
    """All well-formed executions; by default those alone that are coherent, as each model demands.

    Raises TooBigError after `limit` combinations of paths, or of choices at one location.
    """
    wanted = unknowns(graph)
    for values in product(*(u.domain for u in wanted)):
        chosen = {u.index: v for u, v in zip(wanted, values, strict=True)}
        domains = value_domains(graph, chosen)
        initial = Path(0, {}, {})
        threads = [paths(graph, -1, domains, chosen)]
        threads += [paths(graph, t, domains, chosen) for t in range(len(graph.threads))]
        for combination in product(*threads):
            limit -= 1
            if limit < 0:
                raise TooBigError
            whole = initial
            for p in combination:
                whole = Path(
                    whole.executed | p.executed, {**whole.reads, **p.reads}, {**whole.writes, **p.writes}
                )
            early = [c for c in graph.constraints if min(reads_of(c), default=0) >= 0]
            if all(evaluate(c, whole.reads, chosen) for c in early):
                for e in _orders(graph, whole, chosen, coherent, limit):
                    if all(holds_finally(graph, e, c) for c in graph.constraints if c not in early):
                        yield e


def _orders(
    graph: EventGraph, path: Path, chosen: dict[int, int], coherent: bool, limit: int
) -> Iterator[Execution]:
    """All rf and co over what one combination of paths reads and writes."""
    values = tuple(path.reads.get(i, path.writes.get(i)) for i in range(len(graph.events)))
    options = []
    for l in range(len(graph.locations)):
        here = list(_location_orders(graph, path, l, coherent, limit))
        if not here:
            return
        options.append(here)
    for combination in product(*options):
        reads_from = tuple(sorted(pair for rf, _ in combination for pair in rf))
        coherence = tuple(co for _, co in combination)
        yield Execution(path.executed, reads_from, coherence, tuple(sorted(chosen.items())), values)


Rf = tuple[tuple[int, int], ...]


def _location_orders(
    graph: EventGraph, path: Path, location: int, coherent: bool, limit: int
) -> Iterator[tuple[Rf, tuple[int, ...]]]:
    writes = [w for w in path.writes if graph.events[w].location == location and w != location]
    reads = [r for r in path.reads if graph.events[r].location == location]
    sources = [
        [
            w
            for w in (location, *writes)
            if path.writes[w] == path.reads[r] and (not coherent or not _after(graph, r, w))
        ]
        for r in reads
    ]
    if not all(sources):
        return
    if len(writes) > 6:
        raise TooBigError
    for order in permutations(writes):
        co = (location, *order)
        place = {w: i for i, w in enumerate(co)}
        if coherent and any(place[a] > place[b] for a in writes for b in writes if _after(graph, a, b)):
            continue
        for choice in product(*sources):
            limit -= 1
            if limit < 0:
                raise TooBigError
            rf = tuple(zip(reads, choice, strict=True))
            if not coherent or _is_coherent(graph, writes, rf, place):
                yield rf, co


def _after(graph: EventGraph, a: int, b: int) -> bool:
    return bool(graph.order[a] >> b & 1)


def _is_coherent(graph: EventGraph, writes: list[int], rf: Rf, place: dict[int, int]) -> bool:
    """CoWR, CoRW and CoRR: a read sees no older write than what its thread wrote or saw, and no later one."""
    for r, w in rf:
        for v in writes:
            if _after(graph, v, r) and place[v] > place[w]:
                return False
            if _after(graph, r, v) and place[v] <= place[w]:
                return False
        for s, x in rf:
            if _after(graph, r, s) and place[x] < place[w]:
                return False
    return True


CHANGING = frozenset(("rf", "co", "different-values"))


@dataclass
class Checker:
    """Consistency of many executions of one graph under one model; what does not change is evaluated once."""

    graph: EventGraph
    model: Model
    still: dict[int, bool] = field(default_factory=dict)
    memos: dict[tuple[object, ...], dict[int, int]] = field(default_factory=dict)

    def is_still(self, term: Term) -> bool:
        """Whether a term depends neither on rf nor on co."""
        found = self.still.get(id(term))
        if found is None:
            match term:
                case BaseRelation(name):
                    found = name not in CHANGING
                case BaseSet(name):
                    found = name != "FW"
                case SetTerm(_, arguments) | RelationTerm(_, arguments):
                    found = all(self.is_still(a) for a in arguments)
                case Fixpoint(_, equations):
                    found = all(self.is_still(t) for _, t in equations)
                case _:
                    found = True
            self.still[id(term)] = found
        return found

    def evaluator(self, execution: Execution, off: frozenset[int] = frozenset()) -> Evaluator:
        """An evaluator for an execution, with what it shares with others of the same events filled in."""
        seen = bases(self.graph, execution, off)
        key = (execution.executed, off, *(seen.relations[d] for d in get_args(DependencyKind)))
        return Evaluator(seen, dict(self.memos.setdefault(key, {})))

    def is_consistent(self, execution: Execution, off: frozenset[int] = frozenset()) -> bool:
        """Whether an execution meets every axiom of the model with some sources off."""
        seen = bases(self.graph, execution, off)
        key = (execution.executed, off, *(seen.relations[d] for d in get_args(DependencyKind)))
        shared = self.memos.setdefault(key, {})
        evaluator = Evaluator(seen, dict(shared))
        result = all(a.is_flag or holds(a, evaluator) for a in self.model.axioms)
        for term in evaluator.kept:
            if self.is_still(term):
                shared[id(term)] = evaluator.memo[id(term)]
        return result


def allowed(graph: EventGraph, model: Model, off: frozenset[int] = frozenset()) -> Iterator[Execution]:
    """The consistent executions of a graph."""
    checker = Checker(graph, model)
    return (e for e in executions(graph) if checker.is_consistent(e, off))


def communications(graph: EventGraph, execution: Execution) -> tuple[int, int, int]:
    """rf, co and fr of an execution as bits."""
    universe = Universe(len(graph.events))
    relations = bases(graph, execution).relations
    rf, co = relations["rf"], relations["co"]
    return rf, co, universe.sequence(universe.inverse(rf), co)


def is_weak(graph: EventGraph, execution: Execution) -> bool:
    """Whether po, rf, co and fr together have a cycle."""
    universe = Universe(len(graph.events))
    rf, co, fr = communications(graph, execution)
    return not universe.is_acyclic(bases(graph, execution).relations["po"] | rf | co | fr)
