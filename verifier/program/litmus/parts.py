"""The parts of a litmus test's program that many tests share, and how they make one."""

from __future__ import annotations

from verifier.program.litmus.memory import Memory
from verifier.program.program import Condition, Final, Path, Program, Thread
from verifier.record import record
from verifier.syntax.litmus_tree import LitmusTest


@record(frozen=True, slots=True, eq=False)
class Asked:
    """What is asked of the final state, and `memory` with the locations that this names.

    The spans of conditions are places in the text of the final state.
    """

    conditions: tuple[Condition, ...]
    filter: Final | None
    observed: tuple[tuple[str, Final], ...]
    memory: Memory


@record(frozen=True, slots=True, eq=False)
class Layout:
    """The fields of a Program that say what its locations are."""

    names: tuple[str, ...]
    locations: tuple[tuple[Path, int], ...]
    initial: tuple[tuple[int, int], ...]
    declared: frozenset[int]
    addresses: tuple[tuple[int, int], ...]
    constants: tuple[tuple[int, str], ...]


def assemble(
    test: LitmusTest,
    threads: tuple[Thread, ...],
    layout: Layout,
    asked: Asked,
    *,
    running: str = "",
    isa: str | None = None,
    comments: tuple[tuple[int, int, str], ...] = (),
    unmodelled: tuple[tuple[int, str], ...] = (),
) -> Program:
    """The program of a test, its conditions placed in the user's file."""
    placed = test.final.source.placed
    return Program(
        threads=threads,
        names=layout.names,
        locations=layout.locations,
        initial=layout.initial,
        declared=layout.declared,
        addresses=layout.addresses,
        constants=layout.constants,
        sleeping=(),
        running=running,
        conditions=tuple(Condition(c.kind, c.formula, c.text, placed(c.span)) for c in asked.conditions),
        comments=comments,
        assumptions=(),
        skipped=(),
        plain_accesses=(),
        unmodelled=unmodelled,
        isa=isa,
        is_litmus=True,
        title=test.name,
        filter=asked.filter,
        observed=asked.observed,
    )
