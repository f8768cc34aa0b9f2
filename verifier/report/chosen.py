"""Which barrier is meant, by its name, its line or both."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.pairing.verdict import UnitResult
from verifier.record import replace


def select_barrier(units: Sequence[UnitResult], wanted: str) -> tuple[UnitResult, ...]:
    """The programs with the barriers that `wanted` names (name, name:line or line); () if none."""
    name, line = split_barrier(wanted)
    chosen = []
    for unit in units:
        results = tuple(
            replace(
                result,
                properties=(),
                barriers=tuple(barrier for barrier in result.barriers if barrier.place.is_named(name, line)),
            )
            for result in unit.results
        )
        if any(result.barriers for result in results):
            chosen.append(replace(unit, results=results))
    return tuple(chosen)


def split_barrier(wanted: str) -> tuple[str, int | None]:
    """The name, "" for any, and the line, None for any."""
    name, colon, line = wanted.rpartition(":")
    if not colon and wanted.isdecimal():
        return "", int(wanted)
    if colon and line.isdecimal():
        return name.removesuffix("()"), int(line)
    return wanted.removesuffix("()"), None


def no_such_barrier(units: Sequence[UnitResult], wanted: str) -> str:
    """What there is instead of the barrier that `wanted` names."""
    known = {
        f"{barrier.place.name}:{barrier.place.line}": None
        for unit in units
        for result in unit.results
        for barrier in result.barriers
    }
    have = ", ".join(known) or "none"
    return f"no barrier {wanted!r}; the barriers here are: {have}"
