"""An assembly test -> its program. What its instructions mean is told by the module of its architecture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from verifier.errors import ProgramError, at, placed
from verifier.memo import Memo
from verifier.program.litmus import common
from verifier.program.litmus.column import Column, Computed, Isa
from verifier.program.litmus.common import INT, Kind, Seen
from verifier.program.litmus.flow import Step, structured
from verifier.program.litmus.memory import Memory, check_initial, places_in
from verifier.program.litmus.parts import Asked, Layout, assemble
from verifier.program.litmus.pointers import pointers
from verifier.program.litmus.registers import canonical, uses
from verifier.program.program import (
    FinalLocal,
    FinalLocation,
    Load,
    Number,
    Operation,
    Path,
    Program,
    Rmw,
    Root,
    Set,
    StoreExclusive,
    Thread,
    finals_in,
    flatten,
)
from verifier.record import record, replace
from verifier.source import Source, Span
from verifier.syntax import litmus_tree as tree


@record(frozen=True, slots=True, eq=False)
class _Given:
    """What a thread's registers hold at first, and those whose 8 bytes do not start with zeros; the same is the same
    object."""

    values: tuple[tuple[str, int], ...]
    large: frozenset[str]


@record(frozen=True, slots=True, eq=False)
class _Registers:
    """The registers of the initial state: a thread at a time, and the kinds of those that have a type."""

    given: dict[int, _Given]
    kinds: dict[tuple[int, str], Kind]


@record(frozen=True, slots=True, eq=False)
class _Steps:
    """What an instruction comes to: operations, the registers that it uses, and computed accesses. It is kept, so that
    no other gets its id."""

    instruction: tree.Instruction
    steps: tuple[Step, ...]
    used: frozenset[str]
    computed: tuple[Computed, ...]


_NOTHING_GIVEN = _Given((), frozenset())
_Code = tuple[tuple[Operation, ...], tuple[tuple[str, str], ...]]  # of a thread: its body, its locals
_FINALS: Memo[tuple[tree.Final, Isa], tree.Final] = Memo()
_NAMED: Memo[tree.Column, frozenset[str]] = Memo()
_MEMORIES: Memo[object, Memory] = Memo()
_REGISTERS: Memo[object, _Registers] = Memo()
_GIVEN: Memo[object, _Given] = Memo()
_BODIES: Memo[object, Column] = Memo()
_STEPS: Memo[object, _Steps] = Memo()
_CODES: Memo[tuple[Column, frozenset[str]], _Code] = Memo()
_ASKED: Memo[object, Asked] = Memo()
_LAYOUTS: Memo[Memory, Layout] = Memo()


def lower_assembly(test: tree.LitmusTest, isa: Isa) -> Program:
    """The program of an assembly test.

    Raises ProgramError; its code is "not-modelled" for instructions and accesses that are right but not modelled.
    """
    columns = tuple(part.tree for part in test.columns)
    final = tree.Part(_canonical(test.final.tree, isa), test.final.source)
    memory = _memory(test.initial, final, columns, isa)
    registers = _registers(test, columns, isa, memory)
    lowered = [_lowered(isa, memory, registers, n, part) for n, part in enumerate(test.columns)]
    mentioned = common.registers_in(final.tree)
    threads = []
    for number, (part, column) in enumerate(zip(test.columns, lowered, strict=True)):
        code = _code(column, frozenset([n for t, n in mentioned if t == number]))
        threads.append(Thread(f"P{number}", *code, part.source))
    asked = _asked(final, isa, memory, registers, lowered)
    if any(c.computed or c.partial for c in lowered):
        finals = (*(f for _, f in asked.observed), *(() if asked.filter is None else (asked.filter,)))
        _require_whole(
            asked.memory, lowered, test.columns, {path for f in finals for path in finals_in(f)[1]}
        )
    return assemble(test, tuple(threads), _layout(asked.memory), asked, running="0", isa=test.architecture)


def _memory(
    state: tree.Part[tree.State], final: tree.Part[tree.Final], columns: tuple[tree.Column, ...], isa: Isa
) -> Memory:
    """The locations of a test, those that only observed_places name left out."""
    used = frozenset().union(*(_named_in(column) for column in columns))

    def make() -> Memory:
        check_initial(state, isa.register)
        return Memory(state, final, used).shared()

    memory = _MEMORIES((isa, state.tree, used, places_in(final.tree)), make)
    is_complete = all(name in memory.locations or name in memory.arrays for name in used)
    return memory if is_complete else memory.copy()  # that instructions add to


def _layout(memory: Memory) -> Layout:
    def make() -> Layout:
        locations = tuple(memory.locations.values())
        grown = memory.copy()
        return Layout(
            names=tuple(grown.shown(l) for l in locations),
            locations=tuple((l.path, l.number) for l in locations),
            initial=tuple((l.number, l.initial) for l in locations if l.initial is not None),
            declared=frozenset(l.number for l in locations),
            addresses=tuple((l.address, l.number) for l in locations),
            constants=tuple((l.address, str(l.path)) for l in locations),
        )

    return _LAYOUTS(memory, make)


def _asked(
    final: tree.Part[tree.Final], isa: Isa, memory: Memory, registers: _Registers, columns: Sequence[Column]
) -> Asked:
    def make() -> Asked:
        grown = memory.copy()
        known: dict[
            tree.Place, Seen
        ] = {}  # most places are asked for twice: in a comparison, and as observed

        def resolve(place: tree.Place) -> Seen:
            found = known.get(place)
            if found is None:
                found = known[place] = _seen(place, final.source, grown, columns, registers)
            return found

        def address_of(name: str, _: Span) -> int:
            return grown.named(name).address

        places = common.observed_places(final.tree, isa.order)
        conditions = common.condition(final.tree, resolve, address_of)
        filtered = common.filtered(final.tree, resolve, address_of)
        observed = tuple((label, resolve(p).final) for label, p in _expanded(places, grown))
        is_same = len(grown.locations) == len(memory.locations)
        return Asked(conditions, filtered, observed, memory if is_same else grown)

    named = {name for _, name in common.registers_in(final.tree)}
    return _ASKED((final.tree, memory, registers, tuple([c.narrow & named for c in columns])), make)


def _require_whole(
    memory: Memory,
    columns: Sequence[Column],
    parts: Sequence[tree.Part[tree.Column]],
    observed: set[Path],
) -> None:
    """Raises an error for an access to a part of a location, or to more than it; of accesses that stand for the
    whole instead, those that only write are let through where nobody can see what they write."""
    locations = {l.address: l for l in memory.locations.values()}
    accessed = {computed.size for c in columns for computed in c.computed}
    if not any(c.partial for c in columns) and accessed == {l.kind.size for l in locations.values()}:
        return
    bodies = [c.body for c in columns]
    objects = {a: l.path.root for a, l in locations.items()}
    held: dict[Root, frozenset[int]] = {}
    for location in locations.values():
        contents = frozenset(() if location.initial is None else (location.initial,)) & locations.keys()
        held[location.path.root] = held.get(location.path.root, frozenset()) | contents
    found = pointers(bodies, [c.initial for c in columns], objects, held)
    reached: set[Path] = set()
    for column, part in zip(columns, parts, strict=True):
        for computed in column.computed:
            for location in (locations[a] for a in sorted(found.reached(computed.address))):
                if location.kind.size != computed.size:
                    raise placed(column.not_whole(location, computed.size, computed.span), part.source)
                reached |= {l.path for l in locations.values() if l.path.root == location.path.root}
    everything = [o for body in bodies for o in flatten(body)]
    read = [o for o in everything if isinstance(o, Load | Rmw | StoreExclusive)]
    seen = observed | reached | {o.address.path for o in read if not o.address.is_computed}
    for column, part in zip(columns, parts, strict=True):
        for path, problem in column.partial.items():
            if path in seen:
                raise placed(problem, part.source)


def _canonical(final: tree.Final, isa: Isa) -> tree.Final:
    """What is asked with the registers under their own names, as herd7 shows them."""

    def renamed(place: tree.Place) -> tree.Place:
        known = isa.register(place.name) if place.thread is not None else None
        is_other = known is not None and known[1] >= 8 and known[0] != place.name
        return replace(place, name=known[0]) if known is not None and is_other else place

    def make() -> tree.Final:
        condition = final.condition
        if all(renamed(place) is place for place in common.places_of(final)):
            return final
        return tree.Final(
            locations=tuple(renamed(p) for p in final.locations),
            filter=None if final.filter is None else common.renamed(final.filter, renamed),
            condition=condition and replace(condition, formula=common.renamed(condition.formula, renamed)),
        )

    return _FINALS((final, isa), make)


def _registers(
    test: tree.LitmusTest, columns: tuple[tree.Column, ...], isa: Isa, memory: Memory
) -> _Registers:
    def make() -> _Registers:
        return _initial(test, columns, isa, memory)

    has_free = any(item.name.startswith("%") for item in test.initial.tree.items)
    key = (test.initial.tree, memory, isa, columns if has_free else len(columns))
    return _REGISTERS(key, make)


def _initial(test: tree.LitmusTest, columns: tuple[tree.Column, ...], isa: Isa, memory: Memory) -> _Registers:
    values: dict[int, dict[str, int]] = {}
    kinds: dict[tuple[int, str], Kind] = {}
    source = test.initial.source
    for item in test.initial.tree.items:
        is_free = item.name.startswith("%")
        item = replace(item, thread=_owner(columns, source, item)) if is_free else item
        if item.thread is None:
            continue
        if item.thread >= len(columns):
            raise _no_thread(source, item.thread, len(columns), item.span)
        known = isa.register(item.name)
        kind = common.kind_of(item.type, item.value)
        if known is None:
            message = f"{item.name} is no register of {test.architecture}"
            raise ProgramError("unknown-register", message, **at(source, source.placed(item.span)))
        if kind is None or isinstance(item.value, tuple):
            message = f"type {item.type} is not modelled in a register; expected an integer type or a pointer"
            raise ProgramError("not-modelled", message, **at(source, source.placed(item.span)))
        name = known[0]
        if item.type is not None:
            kinds[item.thread, name] = kind
        if item.value is not None:
            number = memory.value(item.value)
            fitted = number if isinstance(item.value, str) else Kind(8, True).fit(number)
            values.setdefault(item.thread, {})[name] = fitted
    given = {}
    for thread, own in values.items():
        large = (r for r, v in own.items() if v >> 32 and kinds.get((thread, r), INT).size == 8)
        given[thread] = _given(tuple(own.items()), frozenset(large))
    return _Registers(given, kinds)


def _given(values: tuple[tuple[str, int], ...], large: frozenset[str]) -> _Given:
    return _GIVEN((values, large), lambda: _Given(values, large))


def _owner(columns: tuple[tree.Column, ...], source: Source, item: tree.Initial) -> int:
    """The thread of a register `%name`: that which is given, or the one whose code has it."""
    if item.thread is not None:
        return item.thread
    owners = [n for n, c in enumerate(columns) if any(name == item.name for _, name in uses(c))]
    if len(owners) != 1:
        which = "no thread" if not owners else f"{len(owners)} threads"
        message = f"{which} of the test has a register {item.name}; expected its thread: `0:{item.name}`"
        raise ProgramError("unknown-register", message, **at(source, source.placed(item.span)))
    return owners[0]


def _no_thread(source: Source, thread: int, number: int, span: Span) -> ProgramError:
    known = f"there are 0 to {number - 1}" if number > 1 else "there is only 0"
    return ProgramError("unknown-thread", f"no thread {thread}; {known}", **at(source, source.placed(span)))


def _lowered(
    isa: Isa, memory: Memory, registers: _Registers, thread: int, part: tree.Part[tree.Column]
) -> Column:
    """The thread of a column. Raises ProgramError."""
    given = registers.given.get(thread, _NOTHING_GIVEN)
    key = (part.tree, memory, given)
    column = _BODIES.get(key)
    if column is None:
        try:
            column = Column(isa, memory, part.tree, dict(given.values), given.large, thread)
            column.body = _body(column, part.tree)
        except ProgramError as problem:
            raise placed(problem, part.source) from None
        _BODIES.keep(key, column)
    return column


def _body(column: Column, c: tree.Column) -> tuple[Operation, ...]:
    """The thread's operations, its jumps as structured control flow."""
    given = zip(c.instructions, column.named, strict=True)
    items = [(i.labels, _steps(column, i, named.registers) if i.name else ()) for i, named in given]
    return structured(items, column.source, c.span)


def _steps(column: Column, i: tree.Instruction, registers: Sequence[str]) -> Sequence[Step]:
    """The operations of an instruction that names these registers. They are remembered where all else that it does is
    to use these and addresses: x86's CMPXCHG, say, uses a register that it does not name."""
    key = (id(i), column.memory, column.conditions, column.about(registers))
    known = _STEPS.get(key)
    if known is None:
        steps, used, computed, is_all = column.lower(i)
        known = _Steps(i, steps, used, computed)
        register = column.isa.register
        if is_all and all(register(name) is None for name in used.difference(registers)):
            _STEPS.keep(key, known)
    else:
        column.used |= known.used
        column.computed += known.computed
    return known.steps


def _named_in(column: tree.Column) -> frozenset[str]:
    """The locations that instructions name: `(x)`."""

    found = _NAMED.get(column)
    if found is None:
        operands = [o for i in column.instructions for o in i.operands if isinstance(o, tree.Memory)]
        found = frozenset([p.name for o in operands for p in o.parts if isinstance(p, tree.Word)])
        _NAMED.keep(column, found)
    return found


def _code(column: Column, mentioned: frozenset[str]) -> _Code:
    """The body of a thread from its registers' first values on, and its registers."""

    def make() -> _Code:
        register = column.isa.register
        used = {canonical(register, n) for n in mentioned} | column.used | set(column.initial)
        order = column.isa.order
        names = sorted(used, key=lambda n: (order(n), n))
        given = {**column.start, **column.initial}
        start = tuple([_set(n, given.get(n, 0)) for n in names])
        return (*start, *column.body), tuple((n, n) for n in names if register(n) is not None)

    return _CODES((column, mentioned - column.used), make)


@lru_cache(maxsize=1 << 12)
def _set(register: str, value: int) -> Set:
    return Set(register, Number(value))


def _seen(
    place: tree.Place, source: Source, memory: Memory, columns: Sequence[Column], registers: _Registers
) -> Seen:
    """What a place of the condition stands for: values are kept with a sign, and shown by their type."""
    if place.thread is None:
        location = memory.named(place.name, place.index)
        return Seen(common.shown_as(FinalLocation(location.path), location.kind), location.kind)
    if place.thread >= len(columns):
        raise _no_thread(source, place.thread, len(columns), place.span)
    column = columns[place.thread]
    known = column.isa.register(place.name)
    if known is None or known[0] != place.name:
        hint = f"; expected {place.thread}:{known[0]}" if known else ""
        raise ProgramError(
            "unknown-register",
            f"{place.name} is not a whole register{hint}",
            **at(source, source.placed(place.span)),
        )
    kind = registers.kinds.get((place.thread, place.name), INT)
    final = FinalLocal(place.thread, place.name)
    if place.name not in column.narrow:
        return Seen(common.shown_as(final, kind), kind)
    if kind == INT:
        return Seen(final, kind)
    return Seen(common.shown_as(final, Kind(4, False) if kind.size == 8 else kind), kind)


def _expanded(places: Sequence[tree.Place], memory: Memory) -> list[tuple[str, tree.Place]]:
    """The places with their labels; whole arrays as their elements, labelled `a{0}`, `a{1}` …"""
    found: list[tuple[str, tree.Place]] = []
    for p in places:
        if p.thread is None and p.index is None and p.name in memory.arrays:
            elements = range(memory.arrays[p.name])
            found += [(f"{p.name}{{{i}}}", tree.Place(None, p.name, i, p.span)) for i in elements]
        else:
            found.append((common.label(p), p))
    return found
