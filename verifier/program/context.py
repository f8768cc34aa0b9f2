"""What a whole text says about its names, and what lowering finds out about the program."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, islice
from typing import TYPE_CHECKING

from verifier.limits import Undecided, beyond_limit
from verifier.options import EXPANSION
from verifier.program.addresses import ELEMENTS, Addresses
from verifier.program.changes import Changes
from verifier.program.constants import Constant, constant_value, of_enumerator, type_of_enum
from verifier.program.conversions import of_literal
from verifier.program.declared import Declared, statics
from verifier.program.doubts import Doubt
from verifier.program.frame import Frame, Variable
from verifier.program.kernel import Kernel, ranges
from verifier.program.lists import are_followed
from verifier.program.macros import walk_expanded
from verifier.program.percpu import of_all_cpus
from verifier.program.primitives import is_access, table
from verifier.program.program import Address, Number, Opaque, Origin, Path, Root, Skipped
from verifier.program.words import Kind
from verifier.record import record
from verifier.source import Source, Span
from verifier.syntax import tree
from verifier.syntax.walk import nodes, walk

if TYPE_CHECKING:
    from verifier.program.awaited import Wait
    from verifier.program.deferred import Deferred

_CAPITALS = re.compile(r"_*[A-Z][A-Z0-9_]*$")
_REGISTER = re.compile(r"(r|reg|tmp|ret|rc|err|old|val|seen|got|res|result|local)_?\d*$|[rR]\d+$|[ijkn]$")
_LITMUS_REGISTER = re.compile(r"(r|reg|tmp|ret|rc|err)_?\d*$|R\d+$|[ijk]$")
_TELLING = (
    tree.Name,
    tree.Number,
    tree.Assign,
    tree.Increment,
    tree.Unary,
    tree.Binary,
    tree.Member,
    tree.Index,
    tree.Call,
)
_FIRST_ADDRESS = 0x10000
_NODES_AN_OPERATION = 10
_PLAIN = range(101, 1 << 15)  # numbers for constants that the text does not tell
_BIT_NUMBERS = range(9, 64)  # for those that may be bits' numbers
_MASKS = tuple(1 << bit for bit in (*range(6, 20), *range(40, 63)))  # between are tasks and their states

Use = tuple[str, Address]  # a thread, and where it goes


@record(frozen=True, slots=True)
class Overwritten:
    """Memory that a function of the C library writes: its name, and the line of the call."""

    use: Use
    name: str
    line: int


class Context:
    """Names of one text, and the notes that lowering it takes. Grows while threads are lowered."""

    def __init__(
        self, unit: tree.Unit, source: Source, is_litmus: bool = False, kernel: Kernel | None = None
    ) -> None:
        self.source = source
        self.kernel = kernel or Kernel()
        self.follows_lists = are_followed(source.text)
        self.is_litmus = is_litmus  # names are what they say, and nothing is guessed
        self.functions = {f.name: f for f in unit.functions}
        self.threads: tuple[str, ...] = ()
        self.has_interrupts = False  # whether it matters when interrupts are off
        self.waiters: tuple[str, ...] = ()  # the threads that may be on a wait queue
        self.types: dict[str, str] = {}
        variables = unit.variables if is_litmus else (*statics(unit), *unit.variables)
        self.types_of = Declared(unit, variables)
        self.pointers: set[str] = set()
        self.arrays: set[str] = set()
        self.declared: set[str] = set()
        self.file_scope = frozenset(v.name for v in unit.variables)
        self.statics: dict[str, Span] = {}  # of functions: where each is declared
        self.uses: list[Use] = []
        self.assumptions: list[str] = []
        self.opaque_calls: dict[str, int] = {}
        self.opaque_lines: set[int] = set()
        self.unmodelled: dict[str, int] = {}
        self.writes: list[Use] = []
        self.frees: list[Use] = []  # objects whose memory is given back
        self.overwritten: list[Overwritten] = []
        self.arrays_or_pointers: dict[tuple[str, str], Doubt] = {}  # by thread and member
        self.doubts: dict[tuple[str, str], Doubt] = {}
        self.indeterminate: set[Root] = set()
        self.has_locks = False  # whether the text takes or releases any so far
        self.bounds: dict[str, int] = {}
        self.bound = 1
        self.expansion = EXPANSION
        self._nodes: dict[int, tuple[object, tuple[object, ...]]] = {}
        self._expanded = 0  # nodes of macros among them
        self.own_parameters: frozenset[str] = frozenset()
        self.places = Addresses()
        self.objects: dict[str, int] = {}
        self.addresses: dict[Path, int] = {}
        self.asked = False  # whether anything depends on addresses
        self.taken: set[Path] = set()
        self.skipped: list[Skipped] = []
        self.works: dict[str, str] = {}  # the functions of work items
        self.deferred: list[Deferred] = []  # what runs later, in the order of the calls
        self.deferred_by: dict[str, tuple[str, ...]] = {}  # its threads, and the functions that led to each
        self.waits: list[Wait] = []  # calls that wait for what runs later
        self.freed = 0  # how many objects are given back
        self.unwaited: tuple[tuple[str, str, Origin], ...] = ()  # sections that nobody waits for, by thread
        self.by_version: dict[str, None] = {}  # primitives that are not the same in all versions
        self.initial: list[tuple[Path, int]] = []
        self.unread_initial: dict[
            Root, int
        ] = {}  # variables whose initial values are not known, and their lines
        self._values: dict[str, int] = dict(table("constants.toml")["values"])
        self._kinds: dict[str, Kind] = {}  # of constants, where the text tells
        self._open: dict[str, tree.Expression] = {}  # constants that depend on what the text does not tell
        states = table("constants.toml")["states"]
        self._values.update(dict.fromkeys(states["running"], 0))
        self._states: dict[str, int] = states["bits"]
        self._values.update(self._states)
        self._running = tuple(states["running"])
        self._sleeping = frozenset(states["sleeping"])
        self.named_constants: dict[int, str] = {}
        self.invented: set[str] = set()  # names for constants that the text does not tell
        self.of_all_cpus = of_all_cpus(unit.functions)
        self.unread_macros = frozenset(
            m[1] for s in unit.skipped if (m := re.match(r"\s*#\s*define\s+(\w+)(?:\(|\s+\S)", s.text))
        )
        self._declare(variables)
        for enum in (t for t in unit.types if isinstance(t, tree.Enum)):
            self._type_enum(enum)
        self._survey(unit)
        self.changes = Changes(self)
        self.fixed_pointers = {
            v.name: Path(Root(v.initial.operand.name, self.types.get(v.initial.operand.name), None), ())
            for v in variables
            if v.type.pointers and isinstance(v.initial, tree.Unary)
            if v.initial.operator == "&" and isinstance(v.initial.operand, tree.Name)
            if not any(v.name in self.changes.of(f) for f in unit.functions)
        }

    def _declare(self, variables: Iterable[tree.Variable]) -> None:
        for v in variables:
            if v.type.name == "const":
                known = constant_value(v.initial, self._known, self.types_of)
                if known is not None:
                    self._define(v.name, known)
                elif v.initial is not None:
                    self._open[v.name] = v.initial
                continue
            self.declared.add(v.name)
            if v.type.pointers and (not v.dimensions or self.is_litmus):
                self.pointers.add(v.name)
            if v.dimensions:
                self.arrays.add(v.name)
                if (size := self.size(v)) is not None:
                    self.bounds[v.name] = size
            if (kind := struct_of(v.type)) and not v.type.pointers:
                self.types[v.name] = kind

    def _type_enum(self, enum: tree.Enum) -> None:
        """Note which types the constants of an enumeration are, and which it is, if all of them are known."""
        known = {name: c[0] for name in enum.enumerators if (c := self._known(name)) is not None}
        meant = type_of_enum(known.values(), enum.span)
        self._kinds |= {name: of_enumerator(value, meant) for name, value in known.items()}
        if len(known) == len(enum.enumerators):
            self.types_of.define(enum.name, meant)

    def elements(self, path: Path) -> int | None:
        """How many elements the array at a path has, where the text tells, it has one dimension, and they are few."""
        if not path.members:
            return self.bounds.get(path.root.name)
        dimensions = self.types_of.dimensions(path)
        return _few(self.constant_value(dimensions[0])) if len(dimensions) == 1 else None

    def size(self, v: tree.Variable) -> int | None:
        """As `elements`, of a variable; an initial value may tell, too."""
        size = self.constant_value(v.dimensions[0]) if len(v.dimensions) == 1 else None
        if size is None and len(v.dimensions) == 1 and isinstance(v.initial, tree.Braces):
            size = len(v.initial.items) if v.dimensions[0] is None else None
        return _few(size)

    def constant_value(self, e: tree.Expression | None) -> int | None:
        """The value of a #define, an enumeration constant or a dimension, as far as the text has defined names so
        far."""
        known = constant_value(e, self._known, self.types_of)
        return None if known is None else known[0]

    def constant_of(self, e: tree.Expression | None) -> Constant | None:
        """The value of a constant expression, where the text tells; names that stand for any constant do so here."""
        return constant_value(e, self.typed_constant, self.types_of)

    def typed_constant(self, name: str) -> Constant | None:
        """As `constant`, with the kind of integer that it is."""
        return None if self.constant(name) is None else self._known(name)

    def _known(self, name: str) -> Constant | None:
        value = self._values.get(name)
        return None if value is None else (value, self._kinds.get(name, of_literal("0", value)))

    def _define(self, name: str, known: Constant) -> None:
        value, kind = known
        self._values[name] = value
        if kind is not None:
            self._kinds[name] = kind

    def _survey(self, unit: tree.Unit) -> None:
        """See how undeclared names are used: as a location, with ->, and in which functions."""
        self._lvalues: set[str] = set(self.declared)
        self.arrows: set[str] = set()
        self.indexed: set[str] = set()  # members that are used as arrays
        self.pointer_members: set[str] = set()  # members that are set as a whole or followed, as no array is
        self._masks: set[str] = set()  # names of whose values bits are taken
        self._bit_numbers: set[str] = set()  # names that may be the number of a bit
        self._numbers: set[int] = set()  # those of the text, and those that its constants are taken for
        self._users: dict[str, set[str]] = {}
        self._setters: dict[str, set[str]] = {}
        for function in unit.functions:
            for node in nodes(function):
                if isinstance(node, _TELLING):
                    self._note_use(function.name, node)
                    self._note_constants(node)
        for node in walk(tuple(self._open.values())):
            self._note_constants(node)

    def _note_use(self, function: str, node: object) -> None:
        if isinstance(node, tree.Name):
            self._users.setdefault(node.name, set()).add(function)
            return
        match node:
            case tree.Assign(_, tree.Name(name), _) | tree.Increment(_, tree.Name(name), _):
                self._setters.setdefault(name, set()).add(function)
                if not _REGISTER.match(name):
                    self._lvalues.add(name)
            case (
                tree.Assign(_, tree.Member(_, field), _)
                | tree.Increment(_, tree.Member(_, field), _)
                | tree.Member(tree.Member(_, field), _, True)
                | tree.Unary("*", tree.Member(_, field))
            ):
                self.pointer_members.add(field)
            case tree.Unary("&" | "*", tree.Name(name)):
                self._lvalues.add(name)
            case tree.Member(tree.Name(name), _, True):
                self.arrows.add(name)
                self._lvalues.add(name)
            case tree.Member(tree.Name(name), _, False) | tree.Index(tree.Name(name), _):
                self._lvalues.add(name)
            case tree.Index(tree.Member(_, field), _):
                self.indexed.add(field)
            case tree.Call(tree.Name(callee), (tree.Name(name), *_)):
                if is_access(callee):
                    self._lvalues.add(name)

    def _note_constants(self, node: object) -> None:
        """See which numbers there are, and which names may stand for bits or for a bit's number."""
        match node:
            case tree.Number(value):
                self._numbers.add(value)
            case tree.Name(name) if name in self._values:
                self._numbers.add(self._values[name])
            case tree.Call(_, arguments):
                self._bit_numbers.update(a.name for a in arguments if isinstance(a, tree.Name))
            case tree.Binary("<<" | ">>", _, tree.Name(name)):
                self._bit_numbers.add(name)
            case tree.Binary("&" | "|" | "^", left, right):
                self._masks.update(e.name for e in (left, right) if isinstance(e, tree.Name))
            case tree.Unary("~", tree.Name(name)) | tree.Assign("&=" | "|=" | "^=", _, tree.Name(name)):
                self._masks.add(name)

    def constant(self, name: str) -> int | None:
        """The value of a name that stands for one, or None: it names something else."""
        if name in self.declared:
            return None
        if name in self._values:
            if name in self._states:
                self.named_constants[self._values[name]] = name
            return None if name in self._lvalues else self._values[name]
        if (means := self._open.pop(name, None)) is not None:
            known = self.constant_of(means)
            if known is not None:
                self._define(name, known)
                return known[0]
            self.assume(f"{name} stands for what can't be worked out: taken to be a constant like no other")
        if not _CAPITALS.match(name) or name in self._lvalues:
            return None
        self.invented.add(name)
        pool = _MASKS if name in self._masks else _BIT_NUMBERS if name in self._bit_numbers else _PLAIN
        number = next((n for n in chain(pool, _PLAIN) if n not in self._numbers), _PLAIN[0])
        self._numbers.add(number)
        self._values[name] = number
        self.named_constants[number] = name
        return number

    def is_register(self, function: str, name: str) -> bool:
        """An undeclared name of only one function that looks like a local; or of several that each set it, and
        that looks like a register of a litmus test."""
        users = self._users.get(name, set())
        if name in self.declared:
            return False
        if users - {function}:
            return bool(_LITMUS_REGISTER.match(name)) and users <= self._setters.get(name, set())
        return bool(_REGISTER.match(name))

    def is_known(self, frame: Frame, name: str) -> bool:
        """Whether the text says what a name is, or it is any name of a litmus test or a diagram."""
        is_free = self.is_litmus or frame.is_column
        return is_free or name in frame.bindings or name in self.declared or name in self._values

    def register(self, thread: str, frame: Frame, name: str) -> Variable:
        """The local that an undeclared name stands for."""
        variable = Variable(f"{thread}.{name}", False, None)
        frame.bindings[name] = variable
        return variable

    def sleeping_values(self) -> frozenset[int]:
        """The values that stand for a state in which schedule() blocks, among those that the text uses."""
        return frozenset(
            v
            for n, v in self._values.items()
            if n in self._sleeping and (n not in self._states or v in self.named_constants)
        )

    def running_name(self) -> str:
        """What the text calls the state of a task that runs."""
        return next((n for n in self._running if n in self._users), "TASK_RUNNING")

    def body(self, name: str) -> tree.Function | None:
        """The function of that name: the text's own, or a primitive's."""
        if name in self.functions:
            return self.functions[name]
        found = self.kernel.body(name)
        return None if found is None else found.function

    def nodes(self, part: object) -> tuple[object, ...]:
        """All nodes of a part of the text, and of the macros that it uses with the arguments in them. Raises Undecided
        where these come to too many, in all parts that were asked for."""
        kept = self._nodes.get(id(part))
        if kept is None:
            own = len(nodes(part))
            most = own + self.expansion * _NODES_AN_OPERATION - self._expanded
            found = tuple(islice(walk_expanded(part, self.functions), most + 1))
            if len(found) > most:
                raise Undecided(
                    beyond_limit("its macros come to too many operations", "expansion", self.expansion)
                )
            self._expanded += len(found) - own
            kept = self._nodes[id(part)] = part, found
        return kept[1]

    def use(self, thread: str, address: Address) -> None:
        self.uses.append((thread, address))

    def write(self, thread: str, address: Address) -> None:
        self.writes.append((thread, address))

    def doubt(
        self, thread: str, key: str, what: str, frame: Frame, span: Span, is_of_value: bool = False
    ) -> None:
        """Note why what the pointer `key` points to is not modelled, unless its values turn out to be known."""
        self.doubts.setdefault((thread, key), Doubt(what, (frame.site or span).line, is_of_value))

    def own(self, thread: str, name: str, kind: str | None) -> Root:
        """A new object of a thread's own."""
        key = f"{thread}:{name}"
        number = self.objects[key] = self.objects.get(key, 0) + 1
        return Root(name if number == 1 else f"{name}#{number}", kind, thread, True)

    def assume(self, text: str) -> None:
        if text not in self.assumptions:
            self.assumptions.append(text)

    def empty_list(self, head: Path, is_chain: bool = False, is_sure: bool = False) -> None:
        """Note that a list is empty when the threads start: a ring around its head, or a chain that ends with NULL."""
        for link in ("first",) if is_chain else ("next", "prev"):
            where = Path(head.root, (*head.members, link))
            if all(where != p for p, _ in self.initial):
                self.initial.append((where, 0 if is_chain else self.address(head).value))
                if not is_sure and head.root.name not in self.declared:
                    self.assume(f"{head} is taken to be an empty list at first")

    def cannot_model(self, what: str, frame: Frame, span: Span) -> None:
        """Note something that the program does and that makes every answer undecided."""
        self.unmodelled.setdefault(what, (frame.site or span).line)

    def note_version(self, name: str) -> None:
        """Note the use of a primitive, if it depends on the kernel's version what it does."""
        if len(ranges(name)) > 1:
            self.by_version[name] = None

    def opaque(self, site: str) -> Opaque:
        return Opaque(site)

    def address(self, path: Path, taken: bool = True) -> Number:
        """The value of a pointer to `path`; `taken`: the text uses it as a value."""
        self.asked = True
        if path not in self.addresses:
            litmus = _FIRST_ADDRESS + 16 * len(self.addresses)
            self.addresses[path] = litmus if self.is_litmus else self.places.value(path)
        if taken and path.root.name != "current":
            self.taken.add(path)
        self.named_constants[self.addresses[path]] = f"&{path}"
        return Number(self.addresses[path])

    def skip(self, line: int, text: str, reason: str) -> None:
        """Note text that was passed over."""
        self.skipped.append(Skipped(line, text, reason))


def _few(size: int | None) -> int | None:
    return size if size is not None and 0 < size <= ELEMENTS else None


def struct_of(kind: tree.Type) -> str | None:
    """The struct that a type is or points to; None for scalars, void, words that say nothing, pointers to pointers."""
    is_struct = kind.name.startswith(("struct ", "union ")) and kind.pointers <= 1
    return kind.name if is_struct else None
