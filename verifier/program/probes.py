"""Which two accesses of its thread a barrier is asked about: those that it stands between, shown or not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from verifier.program.program import (
    Branch,
    Fence,
    Load,
    Loop,
    Operation,
    Path,
    Program,
    Rmw,
    Scope,
    Store,
    Thread,
    flatten,
)
from verifier.record import record

Kind = Literal["R", "W"]
ABOVE, BELOW = "<above>", "<below>"  # what stands outside of what the text shows
MOST = 2  # pairs of accesses around a barrier that are looked at
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
    def is_in_part(self) -> bool:
        """Whether one of the accesses is not shown."""
        return not (self.first.path and self.second.path)

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same question in another version of the thread."""
        ends = (self.first.kind, self.first.name, self.second.kind, self.second.name)
        return (self.thread, *ends)


Access = Load | Store | Rmw


def _constants(program: Program) -> frozenset[Path]:
    """Names that nothing writes and that are read plainly: constants whose definition is not shown."""
    operations = [o for t in program.threads for o in accesses_in(flatten(t.body))]
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
        if not isinstance(o, Fence | Load | Store | Rmw) or not orders(o) or o.origin.span.line != line:
            continue
        above, below = shared_around(program, thread, o)
        if not isinstance(o, Fence):
            found += _release_acquire(program, thread, o, below)
        for first, second in _around(o, above, below):
            found += _between(program, thread, o, first, second, said)
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
    called = names_in(program)
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


def is_barrier(o: Fence | Access) -> bool:
    match o:
        case Fence(_, _, is_barrier):
            return is_barrier
        case Load() | Store():
            return o.order not in ("once", "plain", "")
        case Rmw():
            return o.is_explicit


def orders(o: Fence | Access) -> bool:
    """Whether it is a barrier, or an atomic operation that is a full one without being written for it."""
    return is_barrier(o) or (isinstance(o, Rmw) and o.order == "full")


def around(operations: Sequence[Operation], wanted: Operation) -> tuple[list[Access], list[Access]] | None:
    """The accesses before and after an operation on the ways through it; None where it is not among these."""
    for i, o in enumerate(operations):
        if o is wanted:
            return accesses_in(flatten(operations[:i])), accesses_in(flatten(operations[i + 1 :]))
        for inner in inside(o):
            found = around(inner, wanted)
            if found is not None:
                above, below = found
                return (
                    accesses_in(flatten(operations[:i])) + above,
                    below + accesses_in(flatten(operations[i + 1 :])),
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


def accesses_in(operations: Iterable[Operation]) -> list[Access]:
    return [o for o in operations if isinstance(o, Load | Store | Rmw)]


def _place(o: Access) -> Path:
    """Where an access goes, or would go if its pointer led anywhere."""
    return next(iter(o.address.targets()), o.address.path)


def _is_shared(o: Access) -> bool:
    """Whether another CPU may see it as data: no local object, and no lock."""
    root = o.address.path.root
    return not root.is_own and root.name != "current" and "lock" not in o.order


def _around(
    o: Fence | Access, above: list[Access], below: list[Access]
) -> list[tuple[list[Access], list[Access]]]:
    """What a barrier orders: what is above and below; an acquire or a release itself, and what follows or precedes it;
    an atomic operation of full order does both."""
    if isinstance(o, Fence):
        return [(above, below)]
    if "release" in o.order:
        return [(above, [o])]
    if "acquire" in o.order:
        return [([o], below)]
    return [([o], below), (above, [o])]


def _between(
    program: Program, thread: Thread, o: Fence | Access, above: list[Access], below: list[Access], said: str
) -> list[Probe]:
    kind = _kind(o)
    called = names_in(program)
    line = o.origin.span.line
    firsts = _ends(called, above[::-1], kind, True, said) or [_edge(o, True, said)]
    seconds = _ends(called, below, kind, False, said) or [_edge(o, False, said)]
    lines = _lines(called, [*above, *below], line)
    pairs = [  # of a writer's barrier other stores above come first, of others' other accesses below
        (
            (i + j, j if kind == "wmb" else i),
            Probe(thread.name, a, b, line, o.name, (lines.get(a.name, line), lines.get(b.name, line))),
        )
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


def names_in(program: Program) -> dict[Path, str]:
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
    if isinstance(o, Rmw) and kind == "mb" and is_first:
        return "R" if "acquire" in o.order else "W"
    if isinstance(o, Rmw):
        is_written = kind == "mb" and (o.order in ("noreturn", "full") or "release" in o.order)
        return "W" if kind == "wmb" or is_written else "R"
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
