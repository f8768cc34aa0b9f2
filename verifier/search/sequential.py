"""Executions that are easily found: the threads run one after the other, each to its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.events.expression import evaluate
from verifier.events.graph import INITIAL, EventGraph, unknowns
from verifier.execution.candidate import Execution


def sequential_executions(graph: EventGraph) -> Iterator[Execution]:
    """One with the threads in order, and one with them the other way round; what is not fixed has its first value,
    then its last. Whether they are executions at all (a thread may wait for a later one) is for the caller to check."""
    threads = range(len(graph.threads))
    chosen = sorted(unknowns(graph), key=lambda u: u.index)
    for end in (0, -1) if chosen else (0,):
        values = {u.index: u.domain[end] for u in chosen}
        yield run_in_order(graph, threads, values)
        if len(threads) > 1:
            yield run_in_order(graph, threads[::-1], values)


def run_in_order(graph: EventGraph, threads: Sequence[int], chosen: dict[int, int]) -> Execution:
    """The execution in which each of these threads runs when the one before it has ended."""
    by_thread: dict[int, list[int]] = {}
    for number, event in enumerate(graph.events):
        by_thread.setdefault(event.thread, []).append(number)
    executed = 0
    reads: dict[int, int] = {}
    values: list[int | None] = [None] * len(graph.events)
    coherence: list[list[int]] = [[] for _ in graph.locations]
    reads_from = []
    for thread in (INITIAL, *threads):
        for number in by_thread.get(thread, ()):
            event = graph.events[number]
            if not evaluate(event.executes, reads, chosen):
                continue
            executed |= 1 << number
            if event.kind == "F" or event.location is None:
                continue
            if event.kind == "R":
                write = coherence[event.location][-1]
                reads_from.append((number, write))
                value = values[write]
                assert value is not None
                reads[number] = value
            else:
                assert event.value is not None
                value = evaluate(event.value, reads, chosen)
                coherence[event.location].append(number)
            values[number] = value
    return Execution(
        executed,
        tuple(sorted(reads_from)),
        tuple(map(tuple, coherence)),
        tuple(sorted(chosen.items())),
        tuple(values),
    )
