"""Executions that are easily found: the threads run one after the other, each to its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from verifier.events.expression import TRUE, Expression, Unknown, evaluate
from verifier.events.graph import INITIAL, EventGraph
from verifier.execution.candidate import Execution


def sequential_executions(graph: EventGraph, unknowns: Iterable[Unknown]) -> Iterator[Execution]:
    """One with the threads in order, and one with them the other way round; what is not fixed has its first value,
    then its last. Whether they are executions at all (a thread may wait for a later one) is for the caller to check."""
    threads: list[list[int]] = [[] for _ in graph.threads]
    for number, event in enumerate(graph.events):
        if event.thread != INITIAL and event.location is not None and event.kind != "F":
            threads[event.thread].append(number)
    chosen = sorted(unknowns, key=lambda u: u.index)
    for end in (0, -1) if chosen else (0,):
        values = {u.index: u.domain[end] for u in chosen}
        yield _run(graph, threads, values)
        if len(threads) > 1:
            yield _run(graph, threads[::-1], values)


def _run(graph: EventGraph, threads: Sequence[Sequence[int]], chosen: dict[int, int]) -> Execution:
    """The execution in which each of these threads, given by its accesses, runs when the one before it has ended."""
    events = graph.events
    executed = (1 << len(events)) - 1
    reads: dict[int, int] = {}
    values: list[int | None] = [None] * len(events)
    coherence: list[list[int]] = []
    for number in range(len(graph.locations)):
        values[number] = _value(events[number].value, reads, chosen)
        coherence.append([number])
    reads_from = []
    for thread in threads:
        for number in thread:
            event = events[number]
            if event.executes is not TRUE and not evaluate(event.executes, reads, chosen):
                executed ^= 1 << number
                continue
            order = coherence[event.location or 0]
            if event.kind == "R":
                write = order[-1]
                reads_from.append((number, write))
                values[number] = reads[number] = values[write] or 0
            else:
                values[number] = _value(event.value, reads, chosen)
                order.append(number)
    for number, event in enumerate(events):
        if event.kind == "F" and event.executes is not TRUE and not evaluate(event.executes, reads, chosen):
            executed ^= 1 << number
    return Execution(
        executed,
        tuple(sorted(reads_from)),
        tuple(map(tuple, coherence)),
        tuple(chosen.items()),
        tuple(values),
    )


def _value(e: Expression | None, reads: dict[int, int], chosen: dict[int, int]) -> int:
    assert e is not None, "a write has a value"
    return evaluate(e, reads, chosen)
