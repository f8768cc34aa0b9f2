"""One concrete execution of an event graph, what a model sees of it, and whether it is one at all."""

from __future__ import annotations

from typing import get_args

from verifier.cat.bits import Universe, from_members, members
from verifier.cat.evaluate import Bases
from verifier.events.expression import Expression, Valuation, evaluator
from verifier.events.graph import INITIAL, DependencyKind, EventGraph, observed_locations
from verifier.record import record


@record(frozen=True, slots=True)
class Execution:
    """A choice of values, rf and co.

    executed     bit set of event numbers
    reads_from   (read, write), sorted
    coherence    a location at a time, its executed writes in order, the initial one first
    unknowns     (index, value), sorted
    values       an event at a time: the value read or written; None for fences and what did not execute
    """

    executed: int
    reads_from: tuple[tuple[int, int], ...]
    coherence: tuple[tuple[int, ...], ...]
    unknowns: tuple[tuple[int, int], ...]
    values: tuple[int | None, ...]


def bases(graph: EventGraph, execution: Execution, off: frozenset[int] = frozenset()) -> Bases:
    """The base sets and relations of an execution, with the sources of the places `off` switched off."""
    fixed = fixed_bases(graph, execution, off)
    relations = {
        **fixed.relations,
        **orders(fixed.universe, execution),
        "different-values": different_values(execution),
    }
    return Bases(fixed.universe, {**fixed.sets, "FW": last_writes(graph, execution)}, relations)


def orders(universe: Universe, execution: Execution) -> dict[str, int]:
    """rf and co of an execution, by name."""
    return {
        "rf": universe.from_pairs((w, r) for r, w in execution.reads_from),
        "co": universe.from_pairs(
            (a, b) for order in execution.coherence for i, a in enumerate(order) for b in order[i + 1 :]
        ),
    }


def last_writes(graph: EventGraph, execution: Execution) -> int:
    """The last writes of the locations whose final value the text mentions."""
    return from_members(execution.coherence[l][-1] for l in observed_locations(graph))


def fixed_bases(graph: EventGraph, execution: Execution, off: frozenset[int] = frozenset()) -> Bases:
    """Those that executions share in which the same events happen and the same conditions hold: all but rf, co,
    different-values and FW."""
    value_of = evaluator(read_values(graph, execution), dict(execution.unknowns))
    relations = {
        **_static_relations(graph, execution.executed),
        **_atomics(graph, execution, value_of),
        **_dependencies(graph, execution, value_of, off),
    }
    return Bases(Universe(len(graph.events)), sets(graph, execution.executed, off), relations)


def different_values(execution: Execution) -> int:
    """The pairs of accesses that did not read or write the same value."""
    universe = Universe(len(execution.values))
    with_value: dict[int, int] = {}
    for i, value in enumerate(execution.values):
        if value is not None:
            with_value[value] = with_value.get(value, 0) | 1 << i
    accesses = sum(with_value.values())
    return universe.product(accesses, accesses) & ~universe.within(with_value.values())


def sets(graph: EventGraph, executed: int, off: frozenset[int] = frozenset()) -> dict[str, int]:
    """The base sets _ W R F M IW and the tags."""
    relaxed = switched_off(graph, off)
    found: dict[str, int] = dict.fromkeys(("W", "R", "F", "M", "IW"), 0) | {"_": executed}
    for i in members(executed):
        event = graph.events[i]
        tags = event.relaxed if i in relaxed else event.tags
        initial = ("IW",) if event.thread == INITIAL else ()
        access = () if event.kind == "F" else ("M",)
        for name in (event.kind, *access, *initial, *tags):
            found[name] = found.get(name, 0) | 1 << i
    return found


def switched_off(graph: EventGraph, off: frozenset[int]) -> frozenset[int]:
    """The events whose ordering source is off: those of a source at one of these places."""
    if not off:
        return frozenset()
    return frozenset(e for s in graph.sources if s.place in off for e in s.events)


def _static_relations(graph: EventGraph, executed: int) -> dict[str, int]:
    universe = Universe(len(graph.events))
    n = universe.n
    order = 0
    threads: dict[int, int] = {}
    locations: dict[int, int] = {}
    for i in members(executed):
        event = graph.events[i]
        order |= (graph.order[i] & executed) << i * n
        if event.thread != INITIAL:
            threads[event.thread] = threads.get(event.thread, 0) | 1 << i
        if event.location is not None:
            locations[event.location] = locations.get(event.location, 0) | 1 << i
    internal = universe.within(threads.values()) | universe.identity(executed)
    return {
        "id": universe.identity(executed),
        "po": order,
        "loc": universe.within(locations.values()),
        "int": internal,
        "ext": universe.product(executed, executed) & ~internal,
    }


def _atomics(graph: EventGraph, execution: Execution, value_of: Valuation) -> dict[str, int]:
    n = len(graph.events)
    pairs = {"amo": 0, "lxsx": 0}
    for a in graph.atomics:
        if execution.executed >> a.read & execution.executed >> a.write & 1:
            if value_of(a.holds):
                pairs[a.kind] |= 1 << a.read * n + a.write
    return {**pairs, "rmw": pairs["amo"] | pairs["lxsx"]}


def _dependencies(
    graph: EventGraph, execution: Execution, value_of: Valuation, off: frozenset[int]
) -> dict[str, int]:
    n = len(graph.events)
    found: dict[str, int] = dict.fromkeys(get_args(DependencyKind), 0)
    for d in graph.dependencies:
        if not execution.executed >> d.start & execution.executed >> d.end & 1:
            continue
        if graph.sources and graph.sources[d.source].place in off:
            continue
        if value_of(d.holds):
            found[d.kind] |= 1 << d.start * n + d.end
    return found


def read_values(graph: EventGraph, execution: Execution) -> dict[int, int]:
    """What each executed read returned."""
    return {
        i: value
        for i, value in enumerate(execution.values)
        if value is not None and graph.events[i].kind == "R"
    }


def final_values(graph: EventGraph, execution: Execution) -> dict[int, int]:
    """The final value of each location l, under its pseudo-read -1 - l."""
    found = {}
    for l, order in enumerate(execution.coherence):
        value = execution.values[order[-1]]
        if value is None:
            raise ValueError(f"a write without a value in the coherence of {graph.locations[l]}")
        found[-1 - l] = value
    return found


def holds(graph: EventGraph, execution: Execution, formula: Expression) -> bool:
    """Whether a formula over reads, unknowns and final memory (ReadValue(-1 - l)) is true."""
    return bool(value_of(graph, execution, formula))


def value_of(graph: EventGraph, execution: Execution, e: Expression) -> int:
    """The value of an expression over reads, unknowns and final memory (ReadValue(-1 - l))."""
    return valuation(graph, execution)(e)


def valuation(graph: EventGraph, execution: Execution) -> Valuation:
    """As value_of, for many expressions about one execution."""
    returned = execution.values
    values = final_values(graph, execution)
    values.update({r: value for r, _ in execution.reads_from if (value := returned[r]) is not None})
    return evaluator(values, dict(execution.unknowns))


def well_formed(graph: EventGraph, execution: Execution) -> str | None:
    """Why this is no candidate execution of the graph, or None where it is one. Needs no solver.

    Checked: each event executes exactly where its guard says so, each value is what its expression
    or its rf gives, rf and co are total and within one location, constraints hold.
    """
    unknowns, reads = dict(execution.unknowns), read_values(graph, execution)
    return (
        _events_problem(graph, execution, evaluator(reads, unknowns))
        or _reads_problem(graph, execution)
        or _coherence_problem(graph, execution)
        or _constraints_problem(graph, evaluator({**reads, **final_values(graph, execution)}, unknowns))
    )


def meets_constraints(graph: EventGraph, execution: Execution) -> bool:
    """Whether the constraints of the graph hold."""
    value = valuation(graph, execution)
    return all(value(c) for c in graph.constraints)


def _events_problem(graph: EventGraph, execution: Execution, value_of: Valuation) -> str | None:
    if len(execution.values) != len(graph.events) or execution.executed >> len(graph.events):
        return "the execution has other events than the graph"
    for i, event in enumerate(graph.events):
        happens = bool(execution.executed >> i & 1)
        if bool(value_of(event.executes)) != happens:
            verb = "executes" if happens else "does not execute"
            return f"event {i} ({event.text}) {verb} against its guard"
        value = execution.values[i]
        if (value is not None) != (happens and event.kind != "F"):
            return f"event {i} ({event.text}) has {'no' if value is None else 'a'} value"
        if event.kind == "W" and happens:
            written = None if event.value is None else value_of(event.value)
            if written != value:
                return f"event {i} ({event.text}) writes {written}, not {value}"
    return None


def _reads_problem(graph: EventGraph, execution: Execution) -> str | None:
    reads = [i for i in members(execution.executed) if graph.events[i].kind == "R"]
    if [r for r, _ in execution.reads_from] != reads:
        return "rf does not give each executed read one write"
    for r, w in execution.reads_from:
        write = graph.events[w]
        if write.kind != "W" or not execution.executed >> w & 1:
            return f"read {r} reads from {w}, which is no executed write"
        if write.location != graph.events[r].location:
            return f"read {r} reads from a write to another location"
        if execution.values[r] != execution.values[w]:
            return f"read {r} returns {execution.values[r]}, but its write wrote {execution.values[w]}"
    return None


def _coherence_problem(graph: EventGraph, execution: Execution) -> str | None:
    if len(execution.coherence) != len(graph.locations):
        return "coherence does not cover each location"
    writes = [0] * len(graph.locations)
    for i in members(execution.executed):
        event = graph.events[i]
        if event.kind == "W" and event.location is not None:
            writes[event.location] |= 1 << i
    for l, order in enumerate(execution.coherence):
        if from_members(order) != writes[l] or len(set(order)) != len(order):
            return f"the coherence of {graph.locations[l]} is not an order of its executed writes"
        if order[0] != l:
            return f"the coherence of {graph.locations[l]} does not start with the initial write"
    return None


def _constraints_problem(graph: EventGraph, value_of: Valuation) -> str | None:
    for number, constraint in enumerate(graph.constraints):
        if not value_of(constraint):
            return f"constraint {number} of the graph does not hold"
    return None
