"""Memory that is given back: each member that another thread accesses then holds what nobody may see, or replace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from verifier.errors import ProgramError
from verifier.program import access
from verifier.program.frame import Variable, Writer
from verifier.program.program import (
    Address,
    Apply,
    Branch,
    Free,
    Freed,
    Load,
    Local,
    Number,
    Opaque,
    Operation,
    Origin,
    Path,
    Rmw,
    Root,
    Set,
    Store,
    StoreExclusive,
    Thread,
    Value,
    flatten,
    rebuilt,
)
from verifier.program.values import sources
from verifier.record import record, replace
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here
    from verifier.program.context import Context

_FIRST = 0x6B6B0000  # no other value of a program
# The argument that points to the object
CALLS = {
    "kfree": 0,
    "kvfree": 0,
    "vfree": 0,
    "kfree_sensitive": 0,
    "kzfree": 0,
    "free": 0,
    "kmem_cache_free": 1,
}


@record(frozen=True, slots=True)
class End:
    """One Free of one thread, and the paths by which the object has the members that are accessed anywhere."""

    thread: str
    operation: Free
    paths: tuple[Path, ...]


def call(here: Here, e: tree.Call, name: str) -> Value:
    """One of CALLS. Raises ProgramError where the object is missing."""
    number = CALLS[name]
    if number >= len(e.arguments):
        message = f"{name}() has {len(e.arguments)} arguments, expected at least {number + 1}"
        raise here.frame.error("missing-argument", message, e.span)
    try:
        where = access.pointee(here, e.arguments[number])
    except ProgramError as problem:
        if problem.code not in ("not-a-location", "not-a-pointer"):
            raise
        return Number(0)
    if not isinstance(where, Variable):
        free(here.context, here.writer, where, name, here.frame.origin(e.span))
    return Number(0)


def free(context: Context, writer: Writer, where: Address, name: str, origin: Origin) -> None:
    """Emit the end of an object."""
    value = _FIRST + context.freed
    context.freed += 1
    context.named_constants[value] = "freed"
    context.frees.append((writer.thread, where))
    writer.emit(Free(where, value, name, origin))


def ends(threads: Sequence[Thread]) -> tuple[End, ...]:
    """The Frees of a program; their paths are still to be unified with all others."""
    found = [(t.name, o) for t in threads for o in _reachable(flatten(t.body))]
    used = list(dict.fromkeys(path for _, path in _accesses(threads))) if found else []
    return tuple(End(thread, o, tuple(_members(o.address, used))) for thread, o in found)


def _reachable(operations: Sequence[Operation]) -> Iterator[Free]:
    """The Frees of a thread but for those of objects that it got from a call and has shown to nobody yet."""
    known: dict[str, list[Value]] = {}
    shown: set[str] = set()
    for o in operations:
        if isinstance(o, Set):
            known.setdefault(o.target, []).append(o.value)
        elif isinstance(o, Store | StoreExclusive | Rmw):
            shown |= sources(o.new if isinstance(o, Rmw) else o.value, known)
        elif isinstance(o, Free):
            pointer = o.address.pointer
            if not isinstance(pointer, Local) or pointer.name in shown or not _is_own(pointer, known):
                yield o


def _is_own(pointer: Local, given: Mapping[str, Sequence[Value]]) -> bool:
    """Whether a pointer is what a call returned, or NULL: neither read from memory nor the address of anything."""
    for name in sources(pointer, given):
        values = given.get(name, ())
        if not values or not all(isinstance(v, Opaque | Local) or v == Number(0) for v in values):
            return False
    return True


def _accesses(threads: Sequence[Thread], only_reads: bool = False) -> Iterator[tuple[str, Path]]:
    """The threads' accesses: each thread with the places that it reads or, unless `only_reads`, writes."""
    for thread in threads:
        for o in flatten(thread.body):
            if isinstance(o, Load | Rmw) or (isinstance(o, Store | StoreExclusive) and not only_reads):
                yield from ((thread.name, path) for path in o.address.targets())


def _members(address: Address, used: Sequence[Path]) -> dict[Path, None]:
    """The paths by which a freed object, of those that it may be, has the members that are accessed of any of them."""
    objects = address.targets()
    rests = dict.fromkeys(rest for o in objects for rest in _rests(o, used))
    return dict.fromkeys(Path(o.root, (*_inside(o), *rest)) for rest in rests for o in objects)


def _inside(freed: Path) -> tuple[str, ...]:
    return freed.members[:-1] if freed.members[-1:] == ("*",) else freed.members


def _rests(freed: Path, used: Sequence[Path]) -> Iterator[tuple[str, ...]]:
    """The members of an object that are accessed by its name, or in an object of its type."""
    inside = _inside(freed)
    for path in used:
        is_one = path.root.name == freed.root.name
        if freed.root.type is not None and path.root.type is not None:
            is_one = path.root.type == freed.root.type
        if is_one and path.members[: len(inside)] == inside and path.members != inside:
            yield path.members[len(inside) :]


def _parts(address: Address, kept: Sequence[Path]) -> Iterator[Address]:
    """The addresses of the members of a freed object that others access, one for each member."""
    objects = address.targets()
    rests = dict.fromkeys(
        path.members[len(_inside(o)) :]
        for path in kept
        for o in objects
        if path.root == o.root and path.members[: len(_inside(o))] == _inside(o)
    )
    for rest in rests:
        choices = tuple((v, Path(o.root, (*_inside(o), *rest))) for v, o in address.choices)
        path = Path(address.path.root, (*_inside(address.path), *rest))
        yield replace(address, path=path, choices=choices, members=rest)


def stores(
    threads: Sequence[Thread], found: Sequence[End], numbers: Mapping[Path, int]
) -> tuple[tuple[Thread, ...], tuple[Freed, ...]]:
    """The threads with stores in the place of each Free, and what must not be seen or overwritten then."""
    users: dict[int, set[str]] = {}
    readers = {numbers[path] for _, path in _accesses(threads, only_reads=True)}
    for thread, path in _accesses(threads):
        if numbers[path] in readers or not _is_guessed(path.root):
            users.setdefault(numbers[path], set()).add(thread)
    kept = {
        id(end.operation): {numbers[p]: p for p in end.paths if users.get(numbers[p], set()) - {end.thread}}
        for end in found
    }

    def expand(o: Operation) -> Sequence[Operation]:
        if not isinstance(o, Free):
            return (o,)
        parts = _parts(o.address, list(kept.get(id(o), {}).values()))
        gone = tuple(Store(a, Number(o.value), "once", False, o.name, o.origin) for a in parts)
        pointer = o.address.pointer
        if pointer is None or not gone:
            return gone
        return (Branch(Apply("!=", (pointer, Number(0))), gone, (), o.origin),)  # nothing happens to NULL

    changed = tuple(replace(t, body=rebuilt(t.body, expand)) if _has_frees(t) else t for t in threads)
    given = [(end.operation, kept[id(end.operation)]) for end in found]
    guessed = {n for p, n in numbers.items() if _is_guessed(p.root)}
    return changed, tuple(
        Freed(o.value, frozenset(at), frozenset(at) - guessed, o.origin.text, o.origin.span)
        for o, at in given
        if at
    )


def unknown(threads: Sequence[Thread], freed: Sequence[Freed]) -> list[tuple[str, int]]:
    """The Frees, and their lines, of which no read is seen although some thread reads objects that were allocated:
    what such a pointer points to is not known well enough."""
    known = {f.value for f in freed}
    if not any(path.root.is_own for _, path in _accesses(threads, only_reads=True)):
        return []
    return [
        (o.origin.text, o.origin.span.line)
        for t in threads
        for o in _reachable(flatten(t.body))
        if o.value not in known and not o.address.is_closed and _is_guessed(o.address.path.root)
    ]


def _is_guessed(root: Root) -> bool:
    """Whether an object is known by the name alone that a thread has for it."""
    return root.owner is not None and not root.is_own


def _has_frees(thread: Thread) -> bool:
    return any(isinstance(o, Free) for o in flatten(thread.body))


def unread(threads: Sequence[Thread], freed: Sequence[Freed]) -> list[str]:
    """What is said of objects that nobody else is seen to read."""
    known = {f.value for f in freed}
    frees = (o for t in threads for o in flatten(t.body) if isinstance(o, Free) and o.value not in known)
    places = dict.fromkeys(f"{o.origin.text} (line {o.origin.span.line})" for o in frees)
    return [f"{place}: no other thread is seen to read that object" for place in places]
