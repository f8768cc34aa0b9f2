"""One thread of an assembly test while it is lowered: what the modules of all architectures work with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet

from verifier.errors import ProgramError, at
from verifier.program.litmus import registers
from verifier.program.litmus.common import Kind
from verifier.program.litmus.flow import Jump, Step
from verifier.program.litmus.memory import Location, Memory
from verifier.program.program import (
    Address,
    Apply,
    Fence,
    Load,
    Local,
    Number,
    Operation,
    Origin,
    Path,
    Rmw,
    Set,
    Store,
    StoreExclusive,
    Value,
)
from verifier.program.words import signed, unsigned
from verifier.record import field, record
from verifier.source import Span
from verifier.syntax import litmus_tree as tree


@record(frozen=True, slots=True, eq=False)
class Isa:
    """What an architecture's module gives.

    `register`: a register's canonical name, as conditions have it, and how many bytes that name of it has; None
    for what is no register. `order`: where herd7 shows a register. `lower`: emits an instruction's operations.
    `conditions`: by the words of instructions, the conditions on flags that these ask for.
    """

    register: Callable[[str], tuple[str, int] | None]
    order: Callable[[str], tuple[int, str]]
    lower: Callable[[Column, tree.Instruction], None]
    conditions: Mapping[str, str] = field(default_factory=dict)


@record(frozen=True, slots=True)
class Access:
    """What an access's instruction says about it: its tags, and a name for reports."""

    order: str
    name: str
    is_plain: bool = False


@record(frozen=True, slots=True)
class Computed:
    """An access of that many bytes, by the value of its pointer."""

    address: Address
    size: int
    span: Span


class Column:
    """One thread while it is lowered: its registers, and the operations of the instruction at hand; at the end its
    `body`. Places and errors are in the column's own text.

    An instruction's operations depend on it, on the locations, on `conditions`, and on what is known `about` its
    registers.
    """

    def __init__(
        self,
        isa: Isa,
        memory: Memory,
        column: tree.Column,
        initial: Mapping[str, int],
        large: AbstractSet[str],
        thread: int,
    ) -> None:
        """`initial`: what registers hold at first; `large`: those of which that needs more than 4 bytes; `thread`: its
        number in the test at hand, for messages alone."""
        self.isa = isa
        self.memory = memory
        self.source = column.source
        self.thread = thread
        self.instruction = _NOTHING
        self.operations: list[Step] = []
        self.body: tuple[Operation, ...] = ()
        self.used: set[str] = set()
        self.partial: dict[Path, ProgramError] = {}  # accesses to parts of locations
        self.names = 0
        self.computed: list[Computed] = []
        survey = registers.survey(isa.register, column)
        self.narrow = survey.narrow - large
        self.initial = {r: Kind(4, True).fit(v) if r in self.narrow else v for r, v in initial.items()}
        self.constant = {r: initial.get(r, 0) for r in survey.constants}
        self.conditions = frozenset([isa.conditions[w] for w in survey.words if w in isa.conditions])
        self.named = survey.named
        self.start: dict[str, int] = {}

    def lower(
        self, i: tree.Instruction
    ) -> tuple[tuple[Step, ...], frozenset[str], tuple[Computed, ...], bool]:
        """An instruction's operations, the registers that it uses, its computed accesses, and whether that is all that
        it does here."""
        used, start, computed, partial = self.used, self.start, self.computed, self.partial
        known = len(self.memory.locations)
        self.used, self.start, self.computed, self.partial = set(), {}, [], {}
        self.instruction, self.operations, self.names = i, [], 0
        self.isa.lower(self, i)
        own, own_computed = frozenset(self.used), tuple(self.computed)
        is_all = not (self.start or self.partial) and len(self.memory.locations) == known
        self.used |= used
        self.start = {**self.start, **start}
        self.computed = [*computed, *self.computed]
        self.partial = {**partial, **self.partial, **partial}
        return tuple(self.operations), own, own_computed, is_all

    def about(self, names: Iterable[str]) -> tuple[object, ...]:
        """What is known about registers."""
        return tuple([(name in self.narrow, self.constant.get(name)) for name in names])

    # ------------------------------------------------------------------ errors

    def fail(self, message: str, code: str = "litmus-operands") -> ProgramError:
        """The error about the instruction at hand."""
        return ProgramError(code, message, **at(self.source, self.instruction.span))

    def not_modelled(self, what: str, instead: str) -> ProgramError:
        return self.fail(f"{what} is not modelled; expected {instead}", "not-modelled")

    def not_whole(self, location: Location, size: int, span: Span) -> ProgramError:
        """The error about an access at a location that has another size."""
        what = f"an access of {size} bytes to {location.path} of {location.kind.size} bytes"
        message = f"{what} is not modelled; expected accesses to whole locations"
        return ProgramError("not-modelled", message, **at(self.source, span))

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
        return signed(value, 4) if size == 4 and whole not in self.narrow else value

    def put(self, name: str, value: Value) -> None:
        """Sets a register under that name to a number that fits it; the other half of it becomes 0."""
        whole, size = self._known(name)
        self.set(whole, unsigned(value, 4) if size == 4 and whole not in self.narrow else value)

    def put_into(self, target: tree.Operand, value: Value) -> None:
        """Sets the register that an operand is."""
        if not isinstance(target, tree.Register) or self.isa.register(target.name) is None:
            raise self.fail(f"expected a register as {self.instruction.name}'s target")
        self.put(target.name, value)

    def operands(self, number: int) -> tuple[tree.Operand, ...]:
        """The instruction's operands, which are that many."""
        found = self.instruction.operands
        if len(found) != number:
            raise self.fail(f"found {len(found)} operands after {self.instruction.name}; expected {number}")
        return found

    def _known(self, name: str) -> tuple[str, int]:
        known = self.isa.register(name)
        if known is None:
            raise self.fail(f"{name} is no register")
        return known

    def fresh(self) -> str:
        """A register of no name."""
        self.names += 1
        more = f".{self.names}" if self.names > 1 else ""
        return f"{self.instruction.name.lower()}#{self.instruction.span.line - 1}{more}"

    # -------------------------------------------------------------- operations

    def emit(self, operation: Step) -> None:
        self.operations.append(operation)

    def origin(self) -> Origin:
        span = self.instruction.span
        text = " ".join(self.instruction.text.rpartition(":")[2].split())
        return Origin(text, None, f"@{span.line}:{span.column}", False, span)

    def load(self, address: Address, access: Access, is_exclusive: bool = False) -> Value:
        """What a location holds, as a number with a sign."""
        target = self.fresh()
        self.emit(
            Load(target, address, access.order, access.is_plain, access.name, self.origin(), is_exclusive)
        )
        return Local(target)

    def store(self, address: Address, value: Value, access: Access) -> None:
        self.emit(Store(address, value, access.order, access.is_plain, access.name, self.origin()))

    def store_exclusive(
        self, address: Address, value: Value, access: Access, starts_dependencies: bool = False
    ) -> Value:
        """0 where it stored, 1 where it failed."""
        status, origin = self.fresh(), self.origin()
        self.emit(
            StoreExclusive(status, address, value, access.order, access.name, origin, starts_dependencies)
        )
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
        address = Address(first.path, value, True)
        self.computed.append(Computed(address, size, self.instruction.span))
        return address

    def _fixed(self, number: int, size: int, base: str | None) -> Address:
        holder = "this" if base is None else base
        for location in self.memory.locations.values():
            if location.address == number:
                if location.kind.size != size:
                    problem = self.not_whole(location, size, self.instruction.span)
                    self.partial.setdefault(location.path, problem)
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
