"""The other side, where the text does not have it: another CPU that accesses the same two places in turn, or callers.

Whether a barrier orders two accesses of its thread shows in what such an observer can see. Where a barrier
has no access above or below it in the text, one of the caller's is supposed there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.program.probes import (
    End,
    Kind,
    Probe,
    accesses_in,
    around,
    inside,
    is_barrier,
    names_in,
    shared_around,
)
from verifier.program.program import (
    Address,
    Branch,
    Fence,
    Load,
    Loop,
    Opaque,
    Operation,
    Origin,
    Path,
    Program,
    Rmw,
    Root,
    Scope,
    Store,
    Thread,
    flatten,
    rebuilt,
)
from verifier.record import replace
from verifier.source import Span

OBSERVER = "another CPU"
CALLERS = "<data of the callers>"


def supposed(program: Program, probe: Probe, is_ordered: bool = True) -> Program | None:
    """The program of the probe's thread and an observer that has its half (or, unless `is_ordered`, has not).

    None where this version of the thread lacks one of the accesses.
    """
    thread = next((t for t in program.threads if t.name == probe.thread), None)
    if thread is None:
        return None
    called = names_in(program)
    known = [path for o in accesses_in(flatten(thread.body)) for path in o.address.targets()]
    by_name = {called.get(path, str(path)): path for path in known}
    ends: list[Path] = []
    for end in (probe.first, probe.second):
        path = Path(Root(end.name, None, None), ()) if end.path is None else by_name.get(end.name)
        if path is None:
            return None
        ends.append(path)
    origin = _origin(program, thread, probe)
    names, numbers = list(program.names), dict(program.locations)
    for path in ends:
        if path not in numbers:
            numbers[path] = len(names)
            names.append(path.root.name)
    body = _with_edges(thread, probe, ends, origin)
    observer = _observer(probe, ends, origin, is_ordered)
    return replace(
        program,
        threads=(replace(thread, body=body), observer),
        names=tuple(names),
        locations=tuple(numbers.items()),
        conditions=(),
        freed=(),
        interrupts=(),
        handlers=(),
        comments=(),
        unmodelled=(),
    )


def _with_edges(thread: Thread, probe: Probe, ends: Sequence[Path], origin: Origin) -> tuple[Operation, ...]:
    """The thread's operations, with the accesses that the text does not show: right beside the barrier; where this
    version has it not, where it would stand, or around all."""
    first, second = probe.first, probe.second
    above = () if first.path else (_supposed(first, ends[0], "above", origin),)
    below = () if second.path else (_supposed(second, ends[1], "below", origin),)
    fences = [o for o in flatten(thread.body) if isinstance(o, Fence) and o.is_barrier]
    beside = [o for o in fences if o.origin.span.line == probe.line]
    if not beside and above and below and fences:
        beside = [min(fences, key=lambda o: abs(o.origin.span.line - probe.line))]
    if not beside:
        return _where_it_would_be(thread.body, probe, (*above, *below)) or (*above, *thread.body, *below)

    def change(o: Operation) -> Sequence[Operation]:
        return (*above, o, *below) if o is beside[0] else (o,)

    return rebuilt(thread.body, change)


def _where_it_would_be(
    operations: Sequence[Operation], probe: Probe, edge: Sequence[Operation]
) -> tuple[Operation, ...] | None:
    """The operations with one access that is not shown, by the line of the barrier; None where that would put it on
    the wrong side of the other one."""
    is_above = probe.first.path is None
    found = _at_line(operations, probe.line, edge, is_above) if len(edge) == 1 else None
    around_it = around(found, edge[0]) if found else None
    if found is None or around_it is None:
        return None
    shown, side = (probe.second, around_it[1]) if is_above else (probe.first, around_it[0])
    is_there = any(path == shown.path for o in side for path in o.address.targets())
    return found if is_there else None


def _at_line(
    operations: Sequence[Operation], line: int, edge: Sequence[Operation], is_above: bool
) -> tuple[Operation, ...] | None:
    """The operations with some more before the first access below a line or, if `is_above`, right after the last one
    above it, whatever barriers stand there; None where there is no access below."""
    for i, o in enumerate(operations):
        lines = _own_lines(o)
        if not lines or max(lines) <= line:
            continue
        if min(lines) > line or not inside(o):
            while is_above and i and not accesses_in(flatten([operations[i - 1]])):
                i -= 1
            return (*operations[:i], *edge, *operations[i:])
        parts = [_at_line(part, line, edge, is_above) for part in inside(o)]
        changed = next((n for n, part in enumerate(parts) if part is not None), None)
        if changed is not None:
            both = enumerate(zip(inside(o), parts, strict=True))
            new = [part if n == changed and part is not None else old for n, (old, part) in both]
            return (*operations[:i], _with_inside(o, new), *operations[i + 1 :])
    return None


def _own_lines(o: Operation) -> list[int]:
    """The lines of the thread's own text on which an operation accesses something."""
    found = [x.origin for x in accesses_in(flatten([o]))]
    return [origin.span.line for origin in found if not origin.way and origin.via is None]


def _with_inside(o: Operation, parts: Sequence[tuple[Operation, ...]]) -> Operation:
    """The operation with other operations inside of it."""
    match o:
        case Branch(condition, _, _, origin):
            return Branch(condition, parts[0], parts[1], origin)
        case Loop():
            return replace(o, body=parts[0])
        case Scope(label, _):
            return Scope(label, parts[0])
        case _:
            return o


def hides_order(program: Program, probe: Probe) -> bool:
    """Whether something that is not modelled stands between the two accesses: it may order them. So may a call of which
    nothing is known, beside a barrier that is about atomic operations."""
    operations = [o for t in program.threads if t.name == probe.thread for o in flatten(t.body)]
    ends = {end.path for end in (probe.first, probe.second) if end.path is not None}
    own = [
        o.origin.span.line
        for o in accesses_in(operations)
        if ends & set(o.address.targets()) and not o.origin.in_primitive
    ]
    low, high = min(*probe.stretch, *own), max(*probe.stretch, *own)
    hidden = [line for line, _ in program.unmodelled]
    for o in operations:
        if isinstance(o, Fence) and low <= o.origin.span.line <= high:
            hidden += _beside(o, program.unknown_calls)
    return any(low <= line <= high for line in hidden)


def _beside(fence: Fence, calls: Sequence[int]) -> list[int]:
    """The lines of calls that may be the atomic operation which a barrier is about."""
    line = fence.origin.span.line
    if fence.kind == "after-atomic":
        return [call for call in calls if call < line]
    return [call for call in calls if call > line] if fence.kind == "before-atomic" else []


def _supposed(end: End, path: Path, key: str, origin: Origin) -> Operation:
    """An access that the text does not show."""
    if not end.is_atomic:
        return _access(end.kind, path, key, origin, end.name)
    place = f"supposed:{key}"
    here = replace(origin, text=f"an atomic operation on {end.name}", place=place)
    return Rmw(f"supposed.{key}", Address(path), Opaque(place), None, "noreturn", False, "supposed", here)


def _observer(probe: Probe, ends: Sequence[Path], origin: Origin, is_ordered: bool) -> Thread:
    """It reads what the thread writes and writes what the thread reads, in the order that closes the cycle."""
    first, second = mirrored(probe)
    fence = Fence(
        "mb", "a full barrier", True, replace(origin, text="a full barrier", place="observer:fence")
    )
    operations: tuple[Operation, ...] = (
        _access(first, ends[1], "first", origin, probe.second.name),
        *((fence,) if is_ordered else ()),
        _access(second, ends[0], "second", origin, probe.first.name),
    )
    return Thread(OBSERVER, operations, ())


def mirrored(probe: Probe) -> tuple[Kind, Kind]:
    """What the observer does to the second and then to the first place."""
    other: dict[Kind, Kind] = {"R": "W", "W": "R"}
    if probe.first.kind == "W" and probe.second.kind == "R":  # SB
        return "W", "R"
    return other[probe.second.kind], other[probe.first.kind]


def _access(kind: Kind, path: Path, key: str, origin: Origin, name: str) -> Operation:
    place = f"supposed:{key}"
    here = replace(origin, text=f"{'read of' if kind == 'R' else 'write to'} {name}", place=place)
    if kind == "R":
        return Load(f"supposed.{key}", Address(path), "once", False, "supposed", here)
    return Store(Address(path), Opaque(place), "once", False, "supposed", here)


def _origin(program: Program, thread: Thread, probe: Probe) -> Origin:
    """A place for what is supposed: the barrier's, or one near it."""
    found = [o for t in program.threads for o in flatten(t.body) if isinstance(o, Fence | Load | Store | Rmw)]
    own = [o for o in flatten(thread.body) if isinstance(o, Fence | Load | Store | Rmw)]
    near = [o for o in own if o.origin.span.line == probe.line] or own or found
    if not near:
        return Origin("", None, "supposed", False, Span(probe.line, 1, probe.line, 2))
    return replace(near[0].origin, via=None, way=(), in_primitive=False)


# ------------------------------------------------------------------ callers


def with_callers(program: Program, lonely: Iterable[tuple[str, int]]) -> Program | None:
    """The program with what the callers of two of its functions do: one writes before it calls, the other reads after,
    where a barrier at the one's start and one at the other's end stand next to the same place.

    `lonely`: barriers without a partner, by thread and line. None where no two of them are so.
    """
    found = [
        (t, o, shared_around(program, t, o))
        for t in program.threads
        for o in flatten(t.body)
        if isinstance(o, Fence | Load | Store | Rmw) and is_barrier(o)
        if (t.name, o.origin.span.line) in set(lonely)
    ]
    for writer, first, (above, below) in found:
        for reader, second, (earlier, later) in found:
            own = [first] if not isinstance(first, Fence) else below
            other = [second] if not isinstance(second, Fence) else earlier
            if writer is not reader and not above and not later and _meet(own, other):
                return _called_from(program, writer, first, reader, second)
    return None


def _meet(own: Sequence[Operation], other: Sequence[Operation]) -> bool:
    """Whether the one writes what the other reads."""
    written = {o.address.path.members for o in own if isinstance(o, Store | Rmw)}
    read = {o.address.path.members for o in other if isinstance(o, Load | Rmw)}
    return bool(written & read)


def _called_from(
    program: Program, writer: Thread, first: Operation, reader: Thread, second: Operation
) -> Program:
    assert isinstance(first, Fence | Load | Store | Rmw)
    assert isinstance(second, Fence | Load | Store | Rmw)
    path = Path(Root(CALLERS, None, None), ())
    store = _access("W", path, "caller", first.origin, CALLERS)
    load = _access("R", path, "caller", second.origin, CALLERS)

    def change(o: Operation) -> Sequence[Operation]:
        return (store, o) if o is first else (o, load) if o is second else (o,)

    threads = tuple(
        replace(t, body=rebuilt(t.body, change)) if t in (writer, reader) else t for t in program.threads
    )
    note = f"callers of {writer.name}() write something first that callers of {reader.name}() read next: {CALLERS}"
    return replace(
        program,
        threads=threads,
        names=(*program.names, CALLERS),
        locations=(*program.locations, (path, len(program.names))),
        assumptions=(*program.assumptions, note),
    )
