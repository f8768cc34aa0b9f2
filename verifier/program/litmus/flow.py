"""Jumps between labels -> scopes that are left, and loops."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.errors import ProgramError, at
from verifier.program.program import Branch, Leave, Loop, Operation, Origin, Scope, Value
from verifier.record import record
from verifier.source import Source, Span


@record(frozen=True, slots=True)
class Jump:
    """Goes on at the label, where `when` holds (None: always)."""

    label: str
    when: Value | None
    origin: Origin


Step = Operation | Jump
Item = tuple[tuple[str, ...], Sequence[Step]]  # labels, and what follows them


@record(frozen=True, slots=True)
class _Flow:
    items: Sequence[Item]
    positions: dict[str, int]
    source: Source
    loops: dict[int, int]  # where a loop starts, and the end of its body


def structured(items: Sequence[Item], source: Source, span: Span) -> tuple[Operation, ...]:
    """The operations of a thread.

    Raises ProgramError for a label that is not there or there twice, and for a jump into a loop.
    """
    positions: dict[str, int] = {}
    for number, (labels, _) in enumerate(items):
        for label in labels:
            if label in positions:
                raise ProgramError("duplicate-label", f"a second label {label}", **at(source, span))
            positions[label] = number
    if not any(isinstance(step, Jump) for _, steps in items for step in steps):
        return tuple(step for _, steps in items for step in steps if not isinstance(step, Jump))
    loops: dict[int, int] = {}
    for number, jump in _jumps(items):
        target = positions.get(jump.label)
        if target is None:
            known = ", ".join(positions) or "none"
            message = f"no label {jump.label} in this thread; there are: {known}"
            raise ProgramError("unknown-label", message, **at(source, jump.origin.span))
        if target <= number:
            loops[target] = max(loops.get(target, 0), number + 1)
    flow = _Flow(items, positions, source, _nested(loops))
    return _region(flow, 0, len(items), frozenset())


def _jumps(items: Sequence[Item]) -> list[tuple[int, Jump]]:
    return [(n, step) for n, (_, steps) in enumerate(items) for step in steps if isinstance(step, Jump)]


def _nested(loops: dict[int, int]) -> dict[int, int]:
    """Loops that overlap, the outer one made longer until the inner one is inside."""
    found: dict[int, int] = {}
    for start in sorted(loops, reverse=True):
        end = loops[start]
        while longer := max((e for s, e in found.items() if start < s < end < e), default=0):
            end = longer
        found[start] = end
    return found


def _region(
    flow: _Flow, start: int, end: int, around: frozenset[int], inside: int = -1
) -> tuple[Operation, ...]:
    """The operations of items `start` to `end`; `around` are the forward targets of scopes already open,
    `inside` is the start of the loop whose body this is."""
    targets = _targets(flow, start, end, inside)
    known = around | set(targets)
    done: list[Operation] = []
    position = start
    while position < end:
        if position in targets:
            done = [Scope(f"to {position}", tuple(done))]
        stop = flow.loops.get(position)
        if stop is not None and position != inside:
            done += _loop(flow, position, stop, known)
            position = stop
            continue
        for step in flow.items[position][1]:
            done.append(_step(flow, position, step, known) if isinstance(step, Jump) else step)
        position += 1
    return tuple(done)


def _targets(flow: _Flow, start: int, end: int, inside: int) -> frozenset[int]:
    """The forward targets among these items, those in the bodies of inner loops left out."""
    top: set[int] = set()
    position = start
    while position < end:
        top.add(position)
        stop = flow.loops.get(position)
        position = stop if stop is not None and position != inside else position + 1
    forward = {flow.positions[j.label] for n, j in _jumps(flow.items) if flow.positions[j.label] > n}
    return frozenset((forward & top) - {start})


def _loop(flow: _Flow, start: int, end: int, known: frozenset[int]) -> tuple[Operation, ...]:
    body = _region(flow, start, end, known, start)
    origin = next(j.origin for _, j in _jumps(flow.items) if flow.positions[j.label] == start)
    again = Scope(f"again {start}", (*body, Leave(f"after {start}")))
    return (Scope(f"after {start}", (Loop((again,), origin),)),)


def _step(flow: _Flow, number: int, jump: Jump, known: frozenset[int]) -> Operation:
    target = flow.positions[jump.label]
    if target > number and target not in known:
        message = f"a jump into the loop around {jump.label} is not modelled; expected one to its start"
        raise ProgramError("not-modelled", message, **at(flow.source, jump.origin.span))
    leave = Leave(f"to {target}" if target > number else f"again {target}")
    return leave if jump.when is None else Branch(jump.when, (leave,), (), jump.origin)
