"""Executions that are easily found: the threads run one after the other, each to its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.events.expression import evaluate
from verifier.execution.candidate import Execution
from verifier.search.space import Space

Access = tuple[int, int, bool]  # its number and location, and whether it is a read


def sequential_executions(space: Space) -> Iterator[Execution]:
    """One with the threads in order, and one with them the other way round; what is not fixed has its first value,
    then its last. Whether they are executions at all (a thread may wait for a later one) is for the caller to check."""
    chosen = sorted(space.unknowns, key=lambda u: u.index)
    for end in (0, -1) if chosen else (0,):
        values = {u.index: u.domain[end] for u in chosen}
        yield _run(space, space.threads, values)
        if len(space.threads) > 1:
            yield _run(space, space.threads[::-1], values)


def _run(space: Space, threads: Sequence[Sequence[Access]], chosen: dict[int, int]) -> Execution:
    """The execution in which each of these threads, given by its accesses, runs when the one before it has ended."""
    conditional, computed = dict(space.conditional), dict(space.computed)
    reads: dict[int, int] = {}
    values: list[int | None] = [None] * space.universe.n
    for write, value in space.constants.items():
        values[write] = value
    coherence: list[list[int]] = []
    for number in range(len(space.writers)):
        if number in computed:
            values[number] = evaluate(computed[number], reads, chosen)
        coherence.append([number])
    reads_from = []
    executed = space.universe.ROW
    for thread in threads:
        for number, location, is_read in thread:
            if number in conditional and not evaluate(conditional[number], reads, chosen):
                executed ^= 1 << number
                values[number] = None
                continue
            order = coherence[location]
            if is_read:
                write = order[-1]
                reads_from.append((number, write))
                values[number] = reads[number] = values[write] or 0
            else:
                if number in computed:
                    values[number] = evaluate(computed[number], reads, chosen)
                order.append(number)
    for number, executes in space.conditional:
        if number not in space.locations and not evaluate(executes, reads, chosen):
            executed ^= 1 << number
    return Execution(
        executed,
        tuple(sorted(reads_from)),
        tuple(map(tuple, coherence)),
        tuple(chosen.items()),
        tuple(values),
    )
