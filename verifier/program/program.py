"""A program: threads of structured operations over locals and locations, with all calls inlined.

Loops are still loops here; `events` unrolls them. Every operation knows where the user wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from verifier.memo import Memo
from verifier.record import field, record, replace
from verifier.source import Source, Span

# --------------------------------------------------------------------- values


@record(frozen=True, slots=True)
class Number:
    value: int


@record(frozen=True, slots=True)
class Local:
    """A thread's variable; inlined copies of a function have their own."""

    name: str


@record(frozen=True, slots=True)
class Opaque:
    """A value that the text does not fix; `site` is unique to the place that makes it."""

    site: str


@record(frozen=True, slots=True)
class Apply:
    """An operator of events.expression over values."""

    operator: str
    arguments: tuple[Value, ...]


Value = Number | Local | Opaque | Apply

# ------------------------------------------------------------------ locations


class Root(NamedTuple):
    """The object that a location is a part of.

    `owner` is None for a name that all threads share, else the thread whose parameter, local
    pointer or `current` it is; `type` is its struct, where the text tells. `is_own`: the owner made
    it (a local, what it allocated), so that it is no other thread's object under another name.
    """

    name: str
    type: str | None
    owner: str | None
    is_own: bool = False


class Path(NamedTuple):
    """A location as written: an object and the members down to it; () is the object itself."""

    root: Root
    members: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join((self.root.name, *self.members)).replace(".[", "[")


@record(frozen=True, slots=True)
class Address:
    """Where an access goes: `path`, computed from `pointer` (an address dependency), if from anything.

    `choices` are values of `pointer`, and where each leads. With any other value the access goes to
    `path` or, where `is_closed`, nowhere: the pointer is wild, the index out of bounds.

    Where `is_computed`, in a litmus test, it goes by the pointer's value to any of Program.addresses, and to
    `path` only if the program takes no address. `members` are those below the pointer's target
    (they are part of `path` already). `index` decides among elements that are one location.
    """

    path: Path
    pointer: Value | None = None
    is_computed: bool = False
    choices: tuple[tuple[int, Path], ...] = ()
    is_closed: bool = False
    members: tuple[str, ...] = ()
    index: Value | None = None

    @property
    def is_index(self) -> bool:
        """Whether `pointer` is the index of an element, among as many as there are choices. No object lies at 0."""
        return self.is_closed and self.choices[:1] != () and self.choices[0][0] == 0

    def targets(self) -> tuple[Path, ...]:
        """The places that an access of a snippet may go to."""
        chosen = tuple(dict.fromkeys(path for _, path in self.choices))
        return chosen if self.is_closed or self.path in chosen else (*chosen, self.path)


# ----------------------------------------------------------------- operations

# The calls that lead from a thread's own function to a place, the outermost first: the name of what is called, and the
# user's line of the call; 0 where a primitive makes it, INTERRUPT where the first is an interrupt handler.
Way = tuple[tuple[str, int], ...]
INTERRUPT = -1  # in a Way, the line of a handler's call: nobody makes it


def handler_of(way: Way) -> str | None:
    """The interrupt handler that a way leads into."""
    return way[0][0] if way and way[0][1] == INTERRUPT else None


@record(frozen=True, slots=True)
class Origin:
    """Where an operation comes from: its text, the function or primitive that holds it, and the calls that led there.

    `place` tells apart the operations of one thread that stand at different places; unrolled
    copies share it. `in_primitive`: `span` is then the user's call of the primitive. `way`: see Way.
    """

    text: str
    via: str | None
    place: str
    in_primitive: bool
    span: Span = field(compare=False, repr=False)
    way: Way = ()


@record(frozen=True, slots=True)
class Load:
    """target = *address. `order`: see Program; `is_exclusive`: arms the thread's monitor.

    `is_last`: only executions in which it reads the final value of its location are considered.
    """

    target: str
    address: Address
    order: str
    is_plain: bool
    name: str
    origin: Origin
    is_exclusive: bool = False
    is_last: bool = False


@record(frozen=True, slots=True)
class Store:
    address: Address
    value: Value
    order: str
    is_plain: bool
    name: str
    origin: Origin


@record(frozen=True, slots=True)
class StoreExclusive:
    """Stores, or fails, freely, where the thread's last exclusive load was of the same location and no other
    exclusive store came between; else fails. The local `status` gets 0 on success, 1 on failure; what is made of it
    depends on the store where that `starts_dependencies`."""

    status: str
    address: Address
    value: Value
    order: str
    name: str
    origin: Origin
    starts_dependencies: bool = False


@record(frozen=True, slots=True)
class Rmw:
    """Atomically: target = *address; if `succeeds` then *address = `new`. Both range over Local(target)."""

    target: str
    address: Address
    new: Value
    succeeds: Value | None
    order: str
    is_explicit: bool
    name: str
    origin: Origin


@record(frozen=True, slots=True)
class Fence:
    """`kind`: see Program; `is_barrier`: written for its order; `address`: of the object that it is about, if any;
    `index`: what says which section of the object ends."""

    kind: str
    name: str
    is_barrier: bool
    origin: Origin
    address: Address | None = None
    index: Value | None = None


@record(frozen=True, slots=True)
class Set:
    """target = value. `element`: the index, where the value is the address of an element that is one location with
    the others of its array."""

    target: str
    value: Value
    element: Value | None = None


@record(frozen=True, slots=True)
class Branch:
    condition: Value
    then: tuple[Operation, ...]
    otherwise: tuple[Operation, ...]
    origin: Origin


@record(frozen=True, slots=True)
class Loop:
    """Repeats until something leaves a Scope around it. `repeated`: the Scope in it of what comes after a condition
    that is asked first each time; None where there is none."""

    body: tuple[Operation, ...]
    origin: Origin
    repeated: str | None = None

    def condition(self) -> tuple[Operation, ...]:
        """What comes before that Scope."""
        labels = [o.label if isinstance(o, Scope) else None for o in self.body]
        return self.body[: labels.index(self.repeated)] if self.repeated in labels else ()


@record(frozen=True, slots=True)
class Scope:
    """Operations that Leave(label) inside them skips the rest of."""

    label: str
    body: tuple[Operation, ...]


@record(frozen=True, slots=True)
class Leave:
    label: str


@record(frozen=True, slots=True)
class Assert:
    """`holds` must be true whenever control gets here."""

    holds: Value
    text: str
    origin: Origin


@record(frozen=True, slots=True)
class Assume:
    """Executions in which control gets here and `holds` is false are not considered.

    `stops`: a thread stops here for ever instead, in executions where another thread waits for itself.
    """

    holds: Value
    origin: Origin
    stops: bool = False


@record(frozen=True, slots=True)
class Hold:
    """How often the thread itself holds a lock: `amount` times now, or `more` than before. `by`: the pointer that the
    text names the lock by."""

    address: Address
    amount: int
    more: bool = False
    by: Value | None = None


@record(frozen=True, slots=True)
class Held:
    """target = OWN where the thread holds the lock at `address`; ANOTHER where it holds one that went by that name
    before the pointer `by` changed; else 0."""

    target: str
    address: Address
    by: Value | None
    origin: Origin


@record(frozen=True, slots=True)
class Omitted:
    """Here the text leaves code out: by the edge of a hunk where `is_cut`, else by an author's dots; `is_above`: all
    that the function does before. Lowering puts releases of locks there."""

    origin: Origin
    is_cut: bool = False
    is_above: bool = False


@record(frozen=True, slots=True)
class SelfWait:
    """A thread that is about to take a lock which it holds itself waits for it for ever: target = *address, and
    it goes on only where `free` holds, because another thread has released the lock. Readers share (`is_shared`).
    `by`: see Hold."""

    target: str
    address: Address
    free: Value
    is_shared: bool
    by: Value | None
    order: str
    name: str
    origin: Origin


@record(frozen=True, slots=True)
class Sleep:
    """schedule(): sleeps for ever, or returns (woken, or spuriously)."""

    origin: Origin


@record(frozen=True, slots=True)
class Free:
    """Gives the memory of the object at `address` back; `value` is what it holds then. Lowering makes stores of it."""

    address: Address
    value: int
    name: str
    origin: Origin


Operation = (
    Load
    | Store
    | StoreExclusive
    | Rmw
    | Fence
    | Set
    | Branch
    | Loop
    | Scope
    | Leave
    | Assert
    | Assume
    | Hold
    | Held
    | Omitted
    | SelfWait
    | Sleep
    | Free
)


WRITER = 1 << 16  # what a writer makes of a readers-writer lock: more than there can be readers
OWN, ANOTHER = 1, 2  # see Held


def element_of(pointer: str) -> str:
    """The local that says which element of an array another local points to."""
    return f"element: {pointer}"


def held(location: int) -> str:
    """The local that says how often the thread holds the lock at a location."""
    return f"held: {location}"


def held_by(location: int, pointer: Value) -> str:
    """The local that says what a pointer was when the thread took the lock at a location by it."""
    return f"held: {location} by {pointer!r}"


def flatten(operations: Sequence[Operation]) -> list[Operation]:
    """All operations, those inside branches, loops and scopes too."""
    found: list[Operation] = []
    for o in operations:
        found.append(o)
        match o:
            case Branch(_, then, otherwise, _):
                found += flatten(then) + flatten(otherwise)
            case Loop(body) | Scope(_, body):
                found += flatten(body)
            case _:
                pass
    return found


def rebuilt(
    operations: Sequence[Operation], change: Callable[[Operation], Sequence[Operation]]
) -> tuple[Operation, ...]:
    """The operations with each that has no others inside replaced by what `change` gives for it."""
    found: list[Operation] = []
    for o in operations:
        match o:
            case Branch(condition, then, otherwise, origin):
                found.append(Branch(condition, rebuilt(then, change), rebuilt(otherwise, change), origin))
            case Loop(body):
                found.append(replace(o, body=rebuilt(body, change)))
            case Scope(label, body):
                found.append(Scope(label, rebuilt(body, change)))
            case _:
                found += change(o)
    return tuple(found)


# -------------------------------------------------------------------- program


@record(frozen=True, slots=True)
class Thread:
    """`locals`: the user's name of a local of the thread's own function, and its Local.

    `source`: the text of the thread's own that the spans in `body` are places in, which threads of other programs may
    share; None where they are places in the user's file. `once`: locals that are 1 after an interrupt that
    comes sooner or later; before, nothing that the thread waits for is waited for in vain.
    """

    name: str
    body: tuple[Operation, ...]
    locals: tuple[tuple[str, str], ...]
    source: Source | None = field(default=None, compare=False, repr=False)
    once: tuple[str, ...] = ()


_COUNTS: Memo[int, tuple[tuple[Operation, ...], int]] = Memo()


def count_operations(thread: Thread) -> int:
    """How many operations a thread has; those of a text that many tests have are counted once."""

    def count() -> tuple[tuple[Operation, ...], int]:
        return thread.body, len(flatten(thread.body))  # the body comes along, so that no other gets its id

    return count()[1] if thread.source is None else _COUNTS(id(thread.body), count)[1]


@record(frozen=True, slots=True)
class FinalLocation:
    """In a condition: the final value of a location."""

    path: Path


@record(frozen=True, slots=True)
class FinalLocal:
    """In a condition: the final value of a thread's local."""

    thread: int
    name: str


@record(frozen=True, slots=True)
class Formula:
    """An operator over formulas, Numbers, FinalLocations and FinalLocals."""

    operator: str
    arguments: tuple[Final, ...]


Final = Number | FinalLocation | FinalLocal | Formula


def finals_in(formula: Final) -> tuple[list[FinalLocal], list[Path]]:
    """The threads' locals and the locations whose final value a formula asks for, in no particular order."""
    own: list[FinalLocal] = []
    paths: list[Path] = []
    waiting = [formula]
    while waiting:
        f = waiting.pop()
        if isinstance(f, Formula):
            waiting += f.arguments
        elif isinstance(f, FinalLocal):
            own.append(f)
        elif isinstance(f, FinalLocation):
            paths.append(f.path)
    return own, paths


@record(frozen=True, slots=True)
class Condition:
    kind: Literal["exists", "~exists", "forall"]
    formula: Final
    text: str
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Freed:
    """Memory that is given back: `value` is what `locations` hold then, which no thread may read, and which is not to
    be overwritten in those that are `surely` of that object."""

    value: int
    locations: frozenset[int]
    surely: frozenset[int]
    text: str
    span: Span = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Interrupt:
    """`handler`, a thread, runs on the CPU of `thread`; a softirq comes only where softirqs are not off either.

    `locks`: those that both wait for, each with the line where the handler does.
    """

    handler: str
    thread: str
    is_soft: bool = False
    locks: tuple[tuple[int, int], ...] = ()


@record(frozen=True, slots=True)
class Skipped:
    line: int
    text: str
    reason: str


@record(frozen=True, slots=True)
class Program:
    """`locations`: for each path that occurs, the location it was taken to be (its index into `names`).

    `initial` are the values of locations that the text sets, `indeterminate` those that start with any
    value, `counters` those that start with any from which threads can take what they do, `declared` the
    locations of variables that it declares (0 if it sets nothing), `addresses` the locations whose address
    is used as a value, as (value, location); `constants` name the values given to symbolic constants,
    `sleeping` are the task states among them in which schedule() blocks, `running` is what the text
    calls the other state (0); `comments` are (line, column, text).

    `isa` is None for C, where an `order` or the `kind` of a fence is a row of kernel/mapping.toml. In an
    assembly test (AArch64, X86_64, RISCV, PPC) it is the tags of the event, separated by blanks; those of an
    Rmw are "read tags/write tags".

    A litmus test (`is_litmus`) has a `title`; its dependencies are syntactic. Executions whose final state
    falsifies `filter` are not considered; `observed` are the labels and values of a State line of herd7.

    `merged` are the arrays whose elements are taken to be one location: with several there is more that can happen.

    `interrupts` are those that threads have in them (program.interrupts), `handlers` the threads that are known to be
    interrupt handlers by what they return. `unwaited`: what begins and ends read-side sections for which nobody waits,
    and which are therefore no operations, by thread, name and place.
    """

    threads: tuple[Thread, ...]
    names: tuple[str, ...]
    locations: tuple[tuple[Path, int], ...]
    initial: tuple[tuple[int, int], ...]
    declared: frozenset[int]
    addresses: tuple[tuple[int, int], ...]
    constants: tuple[tuple[int, str], ...]
    sleeping: tuple[int, ...]
    running: str
    conditions: tuple[Condition, ...]
    comments: tuple[tuple[int, int, str], ...]
    assumptions: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    plain_accesses: tuple[tuple[int, str], ...]
    unmodelled: tuple[tuple[int, str], ...]
    isa: str | None = None
    is_litmus: bool = False
    title: str = ""
    filter: Final | None = None
    observed: tuple[tuple[str, Final], ...] = ()
    indeterminate: frozenset[int] = frozenset()
    counters: frozenset[int] = frozenset()
    freed: tuple[Freed, ...] = ()
    unknown_calls: tuple[int, ...] = ()
    interrupts: tuple[Interrupt, ...] = ()
    handlers: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    unwaited: tuple[tuple[str, str, Origin], ...] = ()
