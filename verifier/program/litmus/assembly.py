"""An assembly test -> its program. What its instructions mean is told by the module of its architecture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verifier.errors import ProgramError, at
from verifier.program.litmus import common
from verifier.program.litmus.common import INT, Kind, Memory, Seen
from verifier.program.litmus.flow import Jump, Step, structured
from verifier.program.litmus.words import signed, unsigned
from verifier.program.program import (
    Address,
    Apply,
    Fence,
    Final,
    FinalLocal,
    FinalLocation,
    Formula,
    Load,
    Local,
    Number,
    Operation,
    Origin,
    Path,
    Program,
    Rmw,
    Set,
    Store,
    StoreExclusive,
    Thread,
    Value,
    flatten,
    paths_in,
)
from verifier.source import Source, Span
from verifier.syntax import litmus_tree as tree


@dataclass(frozen=True, slots=True)
class Isa:
    """What an architecture's module gives.

    `register`: a register's canonical name, as conditions have it, and how many bytes that name of it has; None
    for what is no register. `order`: where herd7 shows a register. `lower`: emits an instruction's operations.
    """

    register: Callable[[str], tuple[str, int] | None]
    order: Callable[[str], tuple[int, str]]
    lower: Callable[[Column, tree.Instruction], None]


@dataclass(frozen=True, slots=True)
class Access:
    """What an access's instruction says about it: its tags, and a name for reports."""

    order: str
    name: str
    is_plain: bool = False


class Column:
    """One thread while it is lowered: its registers, and the operations of the instruction at hand."""

    def __init__(
        self, isa: Isa, memory: Memory, source: Source, column: tree.Column, initial: dict[str, int]
    ) -> None:
        self.isa = isa
        self.memory = memory
        self.source = source
        self.thread = column.thread
        self.initial = initial
        self.instruction = _NOTHING
        self.operations: list[Step] = []
        self.used: set[str] = set()
        self.partial: dict[Path, ProgramError] = {}  # accesses to parts of locations
        self.names = 0
        self.constant = {r: initial.get(r, 0) for r in _bases(isa, column)}
        self.wide = _wide(isa, column)
        self.words = _words(column)
        self.start: dict[str, int] = {}

    # ------------------------------------------------------------------ errors

    def fail(self, message: str, code: str = "litmus-operands") -> ProgramError:
        """The error about the instruction at hand."""
        return ProgramError(code, message, **at(self.source, self.instruction.span))

    def not_modelled(self, what: str, instead: str) -> ProgramError:
        return self.fail(f"{what} is not modelled; expected {instead}", "not-modelled")

    # --------------------------------------------------------------- registers

    def get(self, name: str) -> Value:
        """What a register holds."""
        self.used.add(name)
        return Local(name)

    def set(self, name: str, value: Value) -> None:
        self.used.add(name)
        self.operations.append(Set(name, value))

    def view(self, name: str) -> Value:
        """What a register holds under that name, as a number with a sign."""
        whole, size = self._known(name)
        value = self.get(whole)
        if size == 4 and whole in self.wide:
            return signed(value, 4)
        return unsigned(value, 4) if size == 8 and whole not in self.wide else value

    def put(self, name: str, value: Value) -> None:
        """Sets a register under that name to a number that fits it; the other half of it becomes 0."""
        whole, size = self._known(name)
        self.set(whole, unsigned(value, 4) if size == 4 and whole in self.wide else value)

    def _known(self, name: str) -> tuple[str, int]:
        known = self.isa.register(name)
        if known is None:
            raise self.fail(f"{name} is no register")
        return known

    def fresh(self) -> str:
        """A register of no name."""
        self.names += 1
        return f"{self.instruction.name.lower()}#{self.names}"

    # -------------------------------------------------------------- operations

    def emit(self, operation: Step) -> None:
        self.operations.append(operation)

    def origin(self) -> Origin:
        span = self.instruction.span
        text = " ".join(self.instruction.text.rpartition(":")[2].split())
        return Origin(text, None, f"P{self.thread}@{span.line}:{span.column}", False, span)

    def load(self, address: Address, access: Access, is_exclusive: bool = False) -> Value:
        """What a location holds, as a number with a sign."""
        target = self.fresh()
        self.emit(
            Load(target, address, access.order, access.is_plain, access.name, self.origin(), is_exclusive)
        )
        return Local(target)

    def store(self, address: Address, value: Value, access: Access) -> None:
        self.emit(Store(address, value, access.order, access.is_plain, access.name, self.origin()))

    def store_exclusive(self, address: Address, value: Value, access: Access) -> Value:
        """0 where it stored, 1 where it failed."""
        status = self.fresh()
        self.emit(StoreExclusive(status, address, value, access.order, access.name, self.origin()))
        return Local(status)

    def rmw(
        self,
        address: Address,
        new: Callable[[Value], Value],
        access: Access,
        succeeds: Callable[[Value], Value] | None = None,
    ) -> Value:
        """What the location held before."""
        target = self.fresh()
        old = Local(target)
        when = None if succeeds is None else succeeds(old)
        self.emit(Rmw(target, address, new(old), when, access.order, True, access.name, self.origin()))
        return old

    def fence(self, kind: str, name: str) -> None:
        self.emit(Fence(kind, name, True, self.origin()))

    # --------------------------------------------------------------- addresses

    def address(self, base: str | None, offset: Value, size: int) -> Address:
        """The address that a register and an offset add up to, of an access of that many bytes.

        `base` None: `offset` is all. Raises ProgramError where that is known to be no location of that size.
        """
        if isinstance(offset, Number) and (base is None or base in self.constant):
            return self._fixed(offset.value + (0 if base is None else self.constant[base]), size, base)
        first = next(iter(self.memory.locations.values()), None)
        if first is None or all(l.kind.size != size for l in self.memory.locations.values()):
            raise self.fail(
                f"found no location of {size} bytes that this can access; expected one in the initial state"
            )
        value = offset if base is None else self.get(base)
        if base is not None and offset != Number(0):
            value = Apply("+", (value, offset))
        return Address(first.path, value, True)

    def _fixed(self, number: int, size: int, base: str | None) -> Address:
        holder = "this" if base is None else base
        for location in self.memory.locations.values():
            if location.address == number:
                if location.kind.size != size:
                    what = f"an access of {size} bytes to {location.path} of {location.kind.size} bytes"
                    self.partial.setdefault(
                        location.path, self.not_modelled(what, "accesses to whole locations")
                    )
                return Address(location.path)
            if location.address < number < location.address + location.kind.size:
                raise self.not_modelled(
                    f"an access to a part of {location.path}", "accesses to whole locations"
                )
        raise self.fail(
            f"{holder} holds no location's address; expected `{self.thread}:{holder}=x` in the initial state"
        )

    # ------------------------------------------------------------------- jumps

    def jump(self, label: str, when: Value | None = None) -> None:
        """Goes on at the label, where `when` holds."""
        self.emit(Jump(label, when, self.origin()))


_NOTHING = tree.Instruction((), "", (), (), "", Span(1, 1, 1, 1))


def _bases(isa: Isa, column: tree.Column) -> set[str]:
    """The registers that occur in memory operands only, and are not written back: these never change."""
    inside: set[str] = set()
    outside: set[str] = set()
    for i in column.instructions:
        for number, operand in enumerate(i.operands):
            match operand:
                case tree.Register(name):
                    outside.add(_canonical(isa, name))
                case tree.Memory(parts, writes_back):
                    changes = writes_back or _is_post_indexed(i, number)
                    names = [_canonical(isa, p.name) for p in parts if isinstance(p, tree.Register)]
                    inside.update(names)
                    outside.update(names[:1] if changes else ())
                case _:
                    pass
    return inside - outside


def _is_post_indexed(i: tree.Instruction, number: int) -> bool:
    """Whether a number follows the memory operand: `[X1],#8`."""
    return isinstance(i.operands[-1], tree.Immediate) and number + 1 < len(i.operands)


def _wide(isa: Isa, column: tree.Column) -> set[str]:
    """The registers that some instruction uses with all their 8 bytes, other than to find an address alone."""
    found: set[str] = set()
    for i in column.instructions:
        for number, operand in enumerate(i.operands):
            names: list[str] = []
            if isinstance(operand, tree.Register):
                names = [operand.name]
            elif isinstance(operand, tree.Memory) and (operand.writes_back or _is_post_indexed(i, number)):
                names = [p.name for p in operand.parts[:1] if isinstance(p, tree.Register)]
            for name in names:
                known = isa.register(name)
                if known is not None and known[1] == 8:
                    found.add(known[0])
    return found


def _words(column: tree.Column) -> set[str]:
    """The words among the operands, and the suffixes of instructions."""
    found = {word for i in column.instructions for word in i.modifiers}
    return found | {
        o.name.upper() for i in column.instructions for o in i.operands if isinstance(o, tree.Word)
    }


def _canonical(isa: Isa, name: str) -> str:
    known = isa.register(name)
    return name if known is None else known[0]


# -------------------------------------------------------------------- program


@dataclass(frozen=True, slots=True)
class _Registers:
    """The registers of the initial state: values, and the kinds of those that have a type."""

    values: dict[int, dict[str, int]]
    kinds: dict[tuple[int, str], Kind]


def lower_assembly(test: tree.LitmusTest, source: Source, isa: Isa) -> Program:
    """The program of an assembly test.

    Raises ProgramError; its code is "not-modelled" for instructions and accesses that are right but not modelled.
    """
    memory = Memory(test, source)
    registers = _initial(test, source, isa, memory)
    columns = [Column(isa, memory, source, c, registers.values.get(c.thread, {})) for c in test.columns]
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
    observed = common.observed(_expanded(places, memory), resolve)
    finals = (*(f for _, f in observed), *(() if filtered is None else (filtered,)))
    _require_whole(columns, bodies, {path for f in finals for path in paths_in(f)})
    locations = tuple(memory.locations.values())
    return Program(
        threads=threads,
        names=tuple(str(l.path) for l in locations),
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
    columns: Sequence[Column], bodies: Sequence[Sequence[Operation]], observed: set[Path]
) -> None:
    """Raises an error for a write to a part of a location, unless nobody can see what it writes."""
    everything = [o for body in bodies for o in flatten(body)]
    accesses = [o for o in everything if isinstance(o, Load | Store | Rmw | StoreExclusive)]
    seen = observed | {o.address.path for o in accesses if not isinstance(o, Store)}
    is_computed = any(o.address.is_computed for o in accesses)
    for path, problem in (item for c in columns for item in c.partial.items()):
        if is_computed or path in seen:
            raise problem


def _initial(test: tree.LitmusTest, source: Source, isa: Isa, memory: Memory) -> _Registers:
    values: dict[int, dict[str, int]] = {}
    kinds: dict[tuple[int, str], Kind] = {}
    for item in test.initial:
        if item.thread is None:
            continue
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


def _mentioned(test: tree.LitmusTest) -> list[tuple[int, str]]:
    """The registers that conditions, filter and locations name."""
    places = list(test.locations)
    for formula in (test.filter, test.condition.formula if test.condition else None):
        for c in common.comparisons(formula) if formula is not None else ():
            places += [c.left, *([c.right] if isinstance(c.right, tree.Place) else [])]
    return [(p.thread, p.name) for p in places if p.thread is not None]


def _thread(column: Column, body: tuple[Operation, ...], mentioned: Sequence[str]) -> Thread:
    used = {_canonical(column.isa, n) for n in mentioned} | column.used | set(column.initial)
    names = sorted(used, key=lambda n: (column.isa.order(n), n))
    given = {**column.start, **column.initial}
    start = tuple(Set(n, Number(given.get(n, 0))) for n in names)
    own = tuple((n, n) for n in names if column.isa.register(n) is not None)
    return Thread(f"P{column.thread}", (*start, *body), own)


def _seen(place: tree.Place, source: Source, columns: Sequence[Column], registers: _Registers) -> Seen:
    """What a place of the condition stands for: values are kept with a sign, and shown by their type."""
    if place.thread is None:
        location = columns[0].memory.named(place.name, place.index)
        return Seen(_as(FinalLocation(location.path), location.kind), location.kind)
    if place.thread >= len(columns):
        message = f"no thread {place.thread}; there are 0 to {len(columns) - 1}"
        raise ProgramError("unknown-thread", message, **at(source, place.span))
    column = columns[place.thread]
    known = column.isa.register(place.name)
    if known is None or known[0] != place.name:
        hint = f"; expected {place.thread}:{known[0]}" if known else ""
        raise ProgramError(
            "unknown-register", f"{place.name} is not a whole register{hint}", **at(source, place.span)
        )
    kind = registers.kinds.get((place.thread, place.name), INT)
    final = FinalLocal(place.thread, place.name)
    if place.name not in column.wide and kind == INT:
        return Seen(final, kind)
    return Seen(
        _as(final, Kind(4, False) if place.name not in column.wide and kind.size == 8 else kind), kind
    )


def _as(final: Final, kind: Kind) -> Final:
    """The final value as its type shows it; a location's is kept with a sign and fits it."""
    if isinstance(final, FinalLocation) and kind.is_signed:
        return final
    if kind.size == 8:
        return final if kind.is_signed else Formula("&", (final, Number((1 << 64) - 1)))
    low = Formula("&", (final, Number((1 << 8 * kind.size) - 1)))
    if not kind.is_signed:
        return low
    sign = Number(1 << (8 * kind.size - 1))
    return Formula("-", (Formula("^", (low, sign)), sign))


def _expanded(places: Sequence[tree.Place], memory: Memory) -> list[tree.Place]:
    """Whole arrays as their elements."""
    found: list[tree.Place] = []
    for p in places:
        if p.thread is None and p.index is None and p.name in memory.arrays:
            found += [tree.Place(None, p.name, i, p.span) for i in range(memory.arrays[p.name])]
        else:
            found.append(p)
    return list({common.label(p): p for p in found}.values())
