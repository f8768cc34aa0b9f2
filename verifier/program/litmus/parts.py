"""The parts of a litmus test's program that many tests share."""

from __future__ import annotations

from verifier.program.litmus.memory import Memory
from verifier.program.program import Condition, Final, Path
from verifier.record import record


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
