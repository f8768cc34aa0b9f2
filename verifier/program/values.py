"""Where a local's value comes from, as far as assignments between locals tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from verifier.program.program import Apply, Local, Operation, Set, Value


def given(operations: Iterable[Operation]) -> dict[str, list[Value]]:
    """The values that each local of a thread is set to."""
    found: dict[str, list[Value]] = {}
    for o in operations:
        if isinstance(o, Set):
            found.setdefault(o.target, []).append(o.value)
    return found


def sources(v: Value, known: Mapping[str, Sequence[Value]]) -> set[str]:
    """The locals that a value comes from, by what each local is `given`."""
    found: set[str] = set()
    waiting = [v]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Apply):
            waiting += value.arguments
        elif isinstance(value, Local) and value.name not in found:
            found.add(value.name)
            waiting += known.get(value.name, ())
    return found
