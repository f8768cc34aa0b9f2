"""An assembly test -> its program. What its instructions mean is told by the module of its architecture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from verifier.errors import ProgramError, at
from verifier.program.litmus import common
from verifier.program.litmus.column import Column, Isa
from verifier.program.litmus.common import INT, Kind, Memory, Seen
from verifier.program.litmus.flow import Step, structured
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
    flatten,
    paths_in,
)
from verifier.source import Source, Span
from verifier.syntax import litmus_tree as tree


@dataclass(frozen=True, slots=True)
class _Registers:
    """The registers of the initial state: values, and the kinds of those that have a type."""

    values: dict[int, dict[str, int]]
    kinds: dict[tuple[int, str], Kind]

    def large(self, thread: int) -> set[str]:
        """The thread's registers whose 8 bytes do not start with zeros."""
        values = self.values.get(thread, {})
        return {r for r, v in values.items() if v >> 32 and self.kinds.get((thread, r), INT).size == 8}


def lower_assembly(test: tree.LitmusTest, source: Source, isa: Isa) -> Program:
    """The program of an assembly test.

    Raises ProgramError; its code is "not-modelled" for instructions and accesses that are right but not modelled.
    """
    test = _canonical(test, isa)
    common.check_initial(test.initial, source, isa.register)
    memory = Memory(test, source, set(_named_in(test)))
    registers = _initial(test, source, isa, memory)
    columns = [
        Column(isa, memory, source, c, registers.values.get(c.thread, {}), registers.large(c.thread))
        for c in test.columns
    ]
    bodies = [_body(column, c) for column, c in zip(columns, test.columns, strict=True)]
    mentioned = _mentioned(test)
    threads = tuple(
        _thread(column, body, [n for t, n in mentioned if t == column.thread])
        for column, body in zip(columns, bodies, strict=True)
    )

    def resolve(place: tree.Place) -> Seen:
        return _seen(place, source, columns, registers)

    def address_of(name: str, _: Span) -> int:
        return memory.named(name).address

    places = common.observed_places(test, isa.order)
    conditions = common.condition(test, resolve, address_of)
    filtered = common.filtered(test, resolve, address_of)
    observed = tuple((label, resolve(p).final) for label, p in _expanded(places, memory))
    finals = (*(f for _, f in observed), *(() if filtered is None else (filtered,)))
    _require_whole(memory, columns, bodies, {path for f in finals for path in paths_in(f)})
    locations = tuple(memory.locations.values())
    return Program(
        threads=threads,
        names=tuple(memory.shown(l) for l in locations),
        locations=tuple((l.path, l.number) for l in locations),
        initial=tuple((l.number, l.initial) for l in locations if l.initial is not None),
        declared=frozenset(l.number for l in locations),
        addresses=tuple((l.address, l.number) for l in locations),
        constants=tuple((l.address, str(l.path)) for l in locations),
        sleeping=(),
        running="0",
        conditions=conditions,
        comments=(),
        assumptions=(),
        skipped=(),
        plain_accesses=(),
        unmodelled=(),
        isa=test.architecture,
        is_litmus=True,
        title=test.name,
        filter=filtered,
        observed=observed,
    )


def _require_whole(
    memory: Memory, columns: Sequence[Column], bodies: Sequence[Sequence[Operation]], observed: set[Path]
) -> None:
    """Raises an error for an access to a part of a location, or to more than it; of accesses that stand for the
    whole instead, those that only write are let through where nobody can see what they write."""
    locations = {l.address: l for l in memory.locations.values()}
    objects = {a: l.path.root for a, l in locations.items()}
    held: dict[Root, frozenset[int]] = {}
    for location in locations.values():
        contents = frozenset(() if location.initial is None else (location.initial,)) & locations.keys()
        held[location.path.root] = held.get(location.path.root, frozenset()) | contents
    found = pointers(bodies, [c.initial for c in columns], objects, held)
    reached: set[Path] = set()
    for column in columns:
        for computed in column.computed:
            for location in (locations[a] for a in sorted(found.reached(computed.address))):
                if location.kind.size != computed.size:
                    raise column.not_whole(location, computed.size, computed.span)
                reached |= {l.path for l in locations.values() if l.path.root == location.path.root}
    everything = [o for body in bodies for o in flatten(body)]
    read = [o for o in everything if isinstance(o, Load | Rmw | StoreExclusive)]
    seen = observed | reached | {o.address.path for o in read if not o.address.is_computed}
    for path, problem in (item for c in columns for item in c.partial.items()):
        if path in seen:
            raise problem


def _canonical(test: tree.LitmusTest, isa: Isa) -> tree.LitmusTest:
    """The test with the registers of conditions and `locations` under their own names, as herd7 shows them."""

    def renamed(place: tree.Place) -> tree.Place:
        known = isa.register(place.name) if place.thread is not None else None
        return place if known is None or known[1] < 8 else replace(place, name=known[0])

    condition = test.condition
    return replace(
        test,
        locations=tuple(renamed(p) for p in test.locations),
        filter=None if test.filter is None else common.renamed(test.filter, renamed),
        condition=condition and replace(condition, formula=common.renamed(condition.formula, renamed)),
    )


def _initial(test: tree.LitmusTest, source: Source, isa: Isa, memory: Memory) -> _Registers:
    values: dict[int, dict[str, int]] = {}
    kinds: dict[tuple[int, str], Kind] = {}
    for item in test.initial:
        item = replace(item, thread=_owner(test, source, item)) if item.name.startswith("%") else item
        if item.thread is None:
            continue
        if item.thread >= len(test.columns):
            raise _no_thread(source, item.thread, len(test.columns), item.span)
        known = isa.register(item.name)
        kind = common.kind_of(item.type, item.value)
        if known is None:
            message = f"{item.name} is no register of {test.architecture}"
            raise ProgramError("unknown-register", message, **at(source, item.span))
        if kind is None or isinstance(item.value, tuple):
            message = f"type {item.type} is not modelled in a register; expected an integer type or a pointer"
            raise ProgramError("not-modelled", message, **at(source, item.span))
        name = known[0]
        if item.type is not None:
            kinds[item.thread, name] = kind
        if item.value is not None:
            number = memory.value(item.value)
            fitted = number if isinstance(item.value, str) else Kind(8, True).fit(number)
            values.setdefault(item.thread, {})[name] = fitted
    return _Registers(values, kinds)


def _owner(test: tree.LitmusTest, source: Source, item: tree.Initial) -> int:
    """The thread of a register `%name`: that which is given, or the one whose code has it."""
    if item.thread is not None:
        return item.thread
    owners = [c.thread for c in test.columns if any(name == item.name for _, name in uses(c))]
    if len(owners) != 1:
        which = "no thread" if not owners else f"{len(owners)} threads"
        message = f"{which} of the test has a register {item.name}; expected its thread: `0:{item.name}`"
        raise ProgramError("unknown-register", message, **at(source, item.span))
    return owners[0]


def _no_thread(source: Source, thread: int, number: int, span: Span) -> ProgramError:
    known = f"there are 0 to {number - 1}" if number > 1 else "there is only 0"
    return ProgramError("unknown-thread", f"no thread {thread}; {known}", **at(source, span))


def _body(column: Column, c: tree.Column) -> tuple[Operation, ...]:
    """The thread's operations, its jumps as structured control flow."""
    items: list[tuple[tuple[str, ...], Sequence[Step]]] = []
    for i in c.instructions:
        column.instruction = i
        column.operations = []
        if i.name:
            column.isa.lower(column, i)
        items.append((i.labels, column.operations))
    return structured(items, column.source, c.span)


def _named_in(test: tree.LitmusTest) -> Iterator[str]:
    """The locations that instructions name: `(x)`."""
    for column in test.columns:
        for i in column.instructions:
            for o in i.operands:
                yield from (
                    p.name
                    for p in (o.parts if isinstance(o, tree.Memory) else ())
                    if isinstance(p, tree.Word)
                )


def _mentioned(test: tree.LitmusTest) -> list[tuple[int, str]]:
    """The registers that conditions, filter and locations name."""
    places = list(test.locations)
    for formula in (test.filter, test.condition.formula if test.condition else None):
        for c in common.comparisons(formula) if formula is not None else ():
            places += [c.left, *([c.right] if isinstance(c.right, tree.Place) else [])]
    return [(p.thread, p.name) for p in places if p.thread is not None]


def _thread(column: Column, body: tuple[Operation, ...], mentioned: Sequence[str]) -> Thread:
    used = {canonical(column.isa.register, n) for n in mentioned} | column.used | set(column.initial)
    names = sorted(used, key=lambda n: (column.isa.order(n), n))
    given = {**column.start, **column.initial}
    start = tuple(Set(n, Number(given.get(n, 0))) for n in names)
    own = tuple((n, n) for n in names if column.isa.register(n) is not None)
    return Thread(f"P{column.thread}", (*start, *body), own)


def _seen(place: tree.Place, source: Source, columns: Sequence[Column], registers: _Registers) -> Seen:
    """What a place of the condition stands for: values are kept with a sign, and shown by their type."""
    if place.thread is None:
        location = columns[0].memory.named(place.name, place.index)
        return Seen(common.shown_as(FinalLocation(location.path), location.kind), location.kind)
    if place.thread >= len(columns):
        raise _no_thread(source, place.thread, len(columns), place.span)
    column = columns[place.thread]
    known = column.isa.register(place.name)
    if known is None or known[0] != place.name:
        hint = f"; expected {place.thread}:{known[0]}" if known else ""
        raise ProgramError(
            "unknown-register", f"{place.name} is not a whole register{hint}", **at(source, place.span)
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
