"""The other side, where the text does not have it: another CPU that accesses the same two places in turn.

Whether a barrier orders two accesses of its thread shows in what such an observer can see. Where a barrier
has no access above or below it in the text, one of the caller's is supposed there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

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
from verifier.record import record, replace
from verifier.source import Span

Kind = Literal["R", "W"]
ABOVE, BELOW = "<above>", "<below>"  # what stands outside of what the text shows
MOST = 2  # pairs of accesses around a barrier that are looked at
OBSERVER = "another CPU"
CALLERS = "<data of the callers>"
_STORES = re.compile(
    r"\b(?:stor|writ|set|updat|clear|chang|assign|publish|increment|modif)\w*", re.IGNORECASE
)
_LOADS = re.compile(r"\b(?:load|read|check|test|see|seen|look|determin|observ|fetch)\w*", re.IGNORECASE)


@record(frozen=True, slots=True)
class End:
    """One of the two accesses: a place of the program by name, or one that the text does not show (`path` is None),
    of an atomic operation where the barrier is about these."""

    kind: Kind
    path: Path | None
    name: str
    is_atomic: bool = False


@record(frozen=True, slots=True)
class Probe:
    """Whether `thread` does `first` before `second`, as others see it; asked for the sake of the barrier on `line`."""

    thread: str
    first: End
    second: End
    line: int
    barrier: str
    stretch: tuple[int, int] = (0, 0)  # the lines of the two accesses; the barrier's where one is not shown

    @property
    def shape(self) -> str:
        return {"WW": "MP", "RR": "MP", "WR": "SB", "RW": "LB"}[self.first.kind + self.second.kind]

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same question in another version of the thread."""
        ends = (self.first.kind, self.first.name, self.second.kind, self.second.name)
        return (self.thread, *ends)


Access = Load | Store | Rmw


def _constants(program: Program) -> frozenset[Path]:
    """Names that nothing writes and that are read plainly: constants whose definition is not shown."""
    operations = [o for t in program.threads for o in _accesses(flatten(t.body))]
    plain = {
        o.address.path
        for o in operations
        if isinstance(o, Load) and o.is_plain and not o.address.path.members
    }
    return frozenset(plain - {o.address.path for o in operations if not (isinstance(o, Load) and o.is_plain)})


def probes(program: Program, thread: Thread, line: int, said: str = "") -> tuple[Probe, ...]:
    """The questions about the barriers of a thread on the user's `line`: each pair of accesses that they stand
    between, the likeliest first. `said`: what comments say there."""
    found: list[Probe] = []
    for o in flatten(thread.body):
        if not isinstance(o, Fence | Load | Store | Rmw) or not _is_barrier(o) or o.origin.span.line != line:
            continue
        above, below = shared_around(program, thread, o)
        if not isinstance(o, Fence):
            found += _release_acquire(program, thread, o, below)
            above, below = _around(o, above, below)
        found += _between(program, thread, o, above, below, said)
    return tuple({p.key: p for p in reversed(found)}.values())[::-1][: 2 * MOST]


def shared_around(program: Program, thread: Thread, o: Operation) -> tuple[list[Access], list[Access]]:
    """The accesses before and after an operation that another CPU may see."""
    above, below = around(thread.body, o) or ([], [])
    constants = _constants(program)
    kept = (
        [x for x in found if _is_shared(x) and x.address.path not in constants] for found in (above, below)
    )
    first, second = kept
    unlocks = [
        x for x in above if "unlock" in x.order
    ]  # a store that others see, and that later loads may pass
    return [x for x in above if x in first or x in unlocks], second


def _release_acquire(program: Program, thread: Thread, o: Operation, below: Sequence[Access]) -> list[Probe]:
    """A release and the next acquire: processors of release-acquire order keep them so, and others do not."""
    if not isinstance(o, Store | Rmw) or "release" not in o.order:
        return []
    called = _called(program)
    first = _place(o)
    for x in below:
        second = _place(x)
        if isinstance(x, Load | Rmw) and "acquire" in x.order and second != first:
            ends = (
                End("W", first, called.get(first, str(first))),
                End("R", second, called.get(second, str(second))),
            )
            stretch = (o.origin.span.line, x.origin.span.line)
            return [Probe(thread.name, *ends, o.origin.span.line, o.name, stretch)]
    return []


def _is_barrier(o: Fence | Access) -> bool:
    match o:
        case Fence(_, _, is_barrier):
            return is_barrier
        case Load() | Store():
            return o.order not in ("once", "plain", "")
        case Rmw():
            return o.is_explicit


def around(operations: Sequence[Operation], wanted: Operation) -> tuple[list[Access], list[Access]] | None:
    """The accesses before and after an operation on the ways through it; None where it is not among these."""
    for i, o in enumerate(operations):
        if o is wanted:
            return _accesses(flatten(operations[:i])), _accesses(flatten(operations[i + 1 :]))
        for inner in inside(o):
            found = around(inner, wanted)
            if found is not None:
                above, below = found
                return (
                    _accesses(flatten(operations[:i])) + above,
                    below + _accesses(flatten(operations[i + 1 :])),
                )
    return None


def inside(o: Operation) -> tuple[tuple[Operation, ...], ...]:
    """The stretches of operations inside of one."""
    match o:
        case Branch(_, then, otherwise, _):
            return then, otherwise
        case Loop(body) | Scope(_, body):
            return (body,)
        case _:
            return ()


def _accesses(operations: Iterable[Operation]) -> list[Access]:
    return [o for o in operations if isinstance(o, Load | Store | Rmw)]


def _place(o: Access) -> Path:
    """Where an access goes, or would go if its pointer led anywhere."""
    return next(iter(o.address.targets()), o.address.path)


def _is_shared(o: Access) -> bool:
    """Whether another CPU may see it as data: no local object, and no lock."""
    root = o.address.path.root
    return not root.is_own and root.name != "current" and "lock" not in o.order


def _around(o: Access, above: list[Access], below: list[Access]) -> tuple[list[Access], list[Access]]:
    """What an acquire or a release orders: itself, and what follows or precedes it."""
    if "release" in o.order:
        return above, [o]
    if "acquire" in o.order:
        return [o], below
    return [*above, o], below


def _between(
    program: Program, thread: Thread, o: Fence | Access, above: list[Access], below: list[Access], said: str
) -> list[Probe]:
    kind = _kind(o)
    called = _called(program)
    line = o.origin.span.line
    firsts = _ends(called, above[::-1], kind, True, said) or [_edge(o, True, said)]
    seconds = _ends(called, below, kind, False, said) or [_edge(o, False, said)]
    lines = _lines(called, [*above, *below], line)
    pairs = [
        (i + j, Probe(thread.name, a, b, line, o.name, (lines.get(a.name, line), lines.get(b.name, line))))
        for i, a in enumerate(firsts)
        for j, b in enumerate(seconds)
        if a.name != b.name
    ]
    return [probe for _, probe in sorted(pairs, key=lambda pair: pair[0])[:MOST]]


def _lines(called: dict[Path, str], accesses: Sequence[Access], line: int) -> dict[str, int]:
    """For each location the line of its access that is nearest to the barrier's."""
    found: dict[str, int] = {}
    for o in sorted(accesses, key=lambda o: abs(o.origin.span.line - line)):
        found.setdefault(called.get(_place(o), ""), o.origin.span.line)
    return found


def _kind(o: Operation) -> str:
    """wmb, rmb, or something that orders all."""
    return o.kind if isinstance(o, Fence) and o.kind in ("wmb", "rmb") else "mb"


def _called(program: Program) -> dict[Path, str]:
    """What the program calls the location of each path."""
    return {path: program.names[number] for path, number in program.locations}


def _ends(
    called: dict[Path, str], accesses: Sequence[Access], kind: str, is_first: bool, said: str
) -> list[End]:
    """The accesses on one side of a barrier of this kind, those that are named in words first, then the nearest."""
    found: dict[tuple[Kind, str], End] = {}
    for o in accesses:
        which = _direction(o, kind, is_first)
        if which is not None:
            path = _place(o)
            name = called.get(path, str(path))
            found.setdefault((which, name), End(which, path, name))
    told = _told(said, is_first)
    ends = [e for e in found.values() if e.kind == told] or list(found.values())
    words = set(re.findall(r"\w+", said))
    return sorted(ends, key=lambda e: not (e.path is not None and _last(e.path) in words))


def _last(path: Path) -> str:
    named = [m for m in path.members if not m.startswith("[")]
    return named[-1] if named else path.root.name


def _direction(o: Access, kind: str, is_first: bool) -> Kind | None:
    """Whether the access counts as a read or a write; None where the barrier is not about it, as smp_rmb() is not about
    what an operation without a result reads."""
    if isinstance(o, Rmw) and o.order == "noreturn" and kind == "rmb":
        return None
    if isinstance(o, Rmw):
        return "W" if kind == "wmb" or (kind == "mb" and is_first) else "R"
    own: Kind = "R" if isinstance(o, Load) else "W"
    return own if kind == "mb" or own == kind[0].upper() else None


def _edge(o: Operation, is_first: bool, said: str) -> End:
    """What stands above or below the stretch that the text shows."""
    which: Kind = "W" if is_first else "R"
    kind = _kind(o)
    if kind in ("wmb", "rmb"):
        which = "W" if kind == "wmb" else "R"
    elif not isinstance(o, Fence) or o.kind != "mb":  # a full barrier is for what no other does
        which = _told(said, is_first) or which
    about = "after-atomic" if is_first else "before-atomic"
    is_atomic = isinstance(o, Fence) and o.kind == about
    return End("W" if is_atomic else which, None, ABOVE if is_first else BELOW, is_atomic)


def _told(said: str, is_first: bool) -> Kind | None:
    """What the words around "before" say of the accesses on one side."""
    parts = re.split(r"\bbefore\b", said, maxsplit=1)
    if len(parts) < 2:
        return None
    part = parts[0] if is_first else parts[1].split(". ")[0]
    stores, loads = _STORES.search(part), _LOADS.search(part)
    if stores and loads:
        return "W" if stores.start() < loads.start() else "R"
    return "W" if stores else "R" if loads else None


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
        if isinstance(o, Fence | Load | Store | Rmw) and _is_barrier(o)
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


# ----------------------------------------------------------------- programs


def supposed(program: Program, probe: Probe, is_ordered: bool = True) -> Program | None:
    """The program of the probe's thread and an observer that has its half (or, unless `is_ordered`, has not).

    None where this version of the thread lacks one of the accesses.
    """
    thread = next((t for t in program.threads if t.name == probe.thread), None)
    if thread is None:
        return None
    called = _called(program)
    known = [path for o in _accesses(flatten(thread.body)) for path in o.address.targets()]
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
            while is_above and i and not _accesses(flatten([operations[i - 1]])):
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
    found = [x.origin for x in _accesses(flatten([o]))]
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
    low, high = min(probe.stretch), max(probe.stretch)
    hidden = [line for line, _ in program.unmodelled]
    for t in program.threads:
        for o in flatten(t.body) if t.name == probe.thread else ():
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
