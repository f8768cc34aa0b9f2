"""Where the barriers of a thread stand, and what orders in one version of a program and no longer in another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from difflib import SequenceMatcher

from verifier.program.probes import Access, Probe, accesses_in
from verifier.program.program import (
    Branch,
    Fence,
    Load,
    Loop,
    Operation,
    Origin,
    Path,
    Program,
    Rmw,
    Scope,
    Store,
    Thread,
    flatten,
)
from verifier.record import record

_SECTIONS = ("rcu-", "srcu-")  # what fences begin and end the sections that grace periods wait for
_LOCKS = {
    "lock": "lock",
    "lock-acquire": "lock",
    "unlock": "unlock",
    "unlock-release": "unlock",
    "srcu-lock": "srcu-lock",
}
_Step = tuple[str, str, Path | None]
_Named = tuple[str, Origin]


@record(frozen=True, slots=True)
class Standing:
    """A barrier, how many conditions and loops are around it, and the arm of the nearest condition that it is in."""

    fence: Fence
    conditions: int
    loops: int
    arm: Sequence[Operation]


def _standings(
    operations: Sequence[Operation], conditions: int = 0, loops: int = 0, arm: Sequence[Operation] = ()
) -> Iterator[Standing]:
    for o in operations:
        match o:
            case Fence(is_barrier=True):
                yield Standing(o, conditions, loops, arm)
            case Branch(_, then, otherwise):
                yield from _standings(then, conditions + 1, loops, then)
                yield from _standings(otherwise, conditions + 1, loops, otherwise)
            case Loop(body):
                yield from _standings(body, conditions + 1, loops + 1, arm)
            case Scope(_, body):
                yield from _standings(body, conditions, loops, arm)
            case _:
                pass


def _beside(program: Program, probe: Probe) -> list[Standing]:
    """The barriers on the probe's line."""
    found = (s for t in program.threads if t.name == probe.thread for s in _standings(t.body))
    return [s for s in found if s.fence.origin.span.line == probe.line]


def on_fewer_ways(programs: Sequence[Program | None]) -> frozenset[str]:
    """The threads in which each barrier of the last version has more conditions around it than one of the first one's
    has, or fewer loops."""
    first, last = (
        {t.name: list(_standings(t.body)) for t in p.threads} if p else {}
        for p in (programs[0], programs[-1])
    )
    return frozenset(
        name
        for name in first.keys() & last.keys()
        if first[name]
        and last[name]
        and (
            min(s.conditions for s in last[name]) > min(s.conditions for s in first[name])
            or max(s.loops for s in last[name]) < max(s.loops for s in first[name])
        )
    )


def is_after_a_loop(program: Program, probe: Probe) -> bool:
    """Whether the probe asks for an access that is not shown, below a barrier in a loop: what comes after the loop
    comes after its last condition, too."""
    return probe.second.path is None and any(s.loops for s in _beside(program, probe))


def is_passed_by(program: Program | None, probe: Probe) -> bool:
    """Whether there are ways round the barrier from the one access to the other, of which one is not shown."""
    shown = {end.path for end in (probe.first, probe.second) if end.path is not None}
    return probe.is_in_part and any(
        not any(shown & set(o.address.targets()) for o in accesses_in(flatten(s.arm)))
        for s in (_beside(program, probe) if program is not None else ())
        if s.arm
    )


def is_moved(probe: Probe, programs: Sequence[Program | None]) -> bool:
    """Whether each version of the probe's thread has a barrier of that name."""
    return all(
        any(o.name == probe.barrier for t in p.threads if t.name == probe.thread for o in _fences(t))
        for p in programs
        if p is not None
    )


def has_fence(program: Program | None, thread: str, kind: str) -> bool:
    """Whether a thread has a barrier of that kind."""
    threads = program.threads if program is not None else ()
    return any(o.kind == kind for t in threads if t.name == thread for o in _fences(t))


def fenced(program: Program) -> set[str]:
    """The threads that have a barrier."""
    return {t.name for t in program.threads if any(o.is_barrier for o in _fences(t))}


def _fences(thread: Thread) -> list[Fence]:
    return [o for o in flatten(thread.body) if isinstance(o, Fence)]


# -------------------------------------------------------------- other orders


def given_up(
    before: Program | None, after: Program | None, changed: Container[int]
) -> tuple[tuple[str, int], ...]:
    """What orders on changed lines of a version, though it is no barrier (a lock, the end of a read-side section, an
    atomic operation of full order), and that the next one lacks or has elsewhere: each with its line."""
    if before is None or after is None:
        return ()
    later = {t.name: t for t in after.threads}
    found = [
        o for t in before.threads if t.name in later for o in _lost(_steps(t), _steps(later[t.name]))
    ] + _lost_sections(before, after)
    return tuple(
        dict.fromkeys(
            (name, origin.span.line)
            for name, origin in found
            if origin.span.line in changed and not origin.in_primitive
        )
    )


def _lost(old: Sequence[tuple[_Step, _Named]], new: Sequence[tuple[_Step, _Named]]) -> list[_Named]:
    """Those of the orders that have no place among the later steps."""
    matcher = SequenceMatcher(None, [step for step, _ in old], [step for step, _ in new], autojunk=False)
    kept = {i for block in matcher.get_matching_blocks() for i in range(block.a, block.a + block.size)}
    return [named for i, (step, named) in enumerate(old) if i not in kept and step[0] == "order"]


def _lost_sections(before: Program, after: Program) -> list[_Named]:
    """The bounds of sections that nobody waits for, of threads that have fewer of them in the later version."""
    had = Counter((thread, name) for thread, name, _ in before.unwaited)
    left = Counter((thread, name) for thread, name, _ in after.unwaited)
    left += Counter((t.name, o.name) for t in after.threads for o in flatten(t.body) if isinstance(o, Fence))
    names = {t.name for t in after.threads}
    return [
        (name, origin)
        for thread, name, origin in before.unwaited
        if "rcu" in name and thread in names and left[thread, name] < had[thread, name]
    ]


def _steps(thread: Thread) -> list[tuple[_Step, _Named]]:
    """What a thread does in turn: accesses, barriers and what else orders, whatever it is called."""
    operations = (o for o in flatten(thread.body) if isinstance(o, Fence | Load | Store | Rmw))
    return [(_step(o), (o.name, o.origin)) for o in operations]


def _step(o: Fence | Access) -> _Step:
    if isinstance(o, Fence):
        return ("order" if o.kind.startswith(_SECTIONS) else "fence", o.kind, None)
    path = o.address.path
    if o.order in _LOCKS:
        return ("order", _LOCKS[o.order], path)
    if isinstance(o, Rmw) and o.order == "full" and not o.is_explicit:
        return ("order", "full", path)
    return (type(o).__name__, o.order, path)
