"""What names mean while one function's body is lowered, and where its operations go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from verifier.errors import ProgramError, at
from verifier.program.conversions import kind_of, of_value
from verifier.program.program import Address, Operation, Origin, Path, Value, Way
from verifier.program.words import Kind
from verifier.record import field, record
from verifier.source import Source, Span
from verifier.syntax import tree
from verifier.syntax.walk import nodes


@record(frozen=True, slots=True)
class Variable:
    """A local: its Local name, whether it is a pointer, the struct it is or points to, and its type as declared; of an
    array that of its elements, and its dimensions."""

    key: str
    is_pointer: bool
    type: str | None
    declared: tree.Type | None = None
    dimensions: tuple[tree.Expression | None, ...] = ()


@record(frozen=True, slots=True)
class Pointer:
    """A pointer that never changes: it points to `path`; `address` is its value."""

    path: Path
    address: Value


@record(frozen=True, slots=True)
class Alias:
    """Another name of a location: a macro's argument."""

    address: Address


@record(frozen=True, slots=True)
class Reference:
    """A pointer that never changes: it points to a local."""

    variable: Variable


@record(frozen=True, slots=True)
class Delayed:
    """A macro's argument that is evaluated, in its caller's frame, wherever the macro mentions it."""

    expression: tree.Expression
    frame: Frame


Binding = Variable | Pointer | Alias | Reference | Delayed


@record(slots=True)
class Frame:
    """One call of one function: its bindings, and how its places are named."""

    function: str
    source: Source
    body: tree.Function
    call_path: str = ""
    is_column: bool = False
    way: Way = ()
    site: Span | None = None  # of the user's call that led into a primitive, in the text `caller`
    caller: Source | None = None
    bindings: dict[str, Binding] = field(default_factory=dict)
    ended: dict[str, Binding] = field(default_factory=dict)  # of blocks that are over
    breaks: list[str] = field(default_factory=list)
    continues: list[str] = field(default_factory=list)
    gotos: dict[str, str] = field(default_factory=dict)
    exit: str = ""
    result: str = ""
    calls: tuple[str, ...] = ()

    @property
    def via(self) -> str | None:
        """The called function that this is; None for the thread's own."""
        return self.way[-1][0] if self.way else None

    def locals(self) -> tuple[tuple[str, str], ...]:
        """The locals that a condition may ask for, each with its key; those of blocks that are over, too."""
        known = {**self.ended, **self.bindings}
        return tuple((n, b.key) for n, b in known.items() if isinstance(b, Variable))

    def called(self, name: str, span: Span) -> Way:
        """The way into a function that is called at that place of this frame's text."""
        return (*self.way, (name, 0 if self.site is not None else span.line))

    def origin(self, span: Span) -> Origin:
        """Where an operation at that place of this frame's text comes from."""
        place = f"{self.call_path}@{span.line}:{span.column}"
        shown = self.site if self.site is not None else span
        return Origin(text_of(self.source, span), self.via, place, self.site is not None, shown, self.way)

    def error(self, code: str, message: str, span: Span) -> ProgramError:
        """The error at that place; inside a primitive, at the user's call of it."""
        if self.site is None or self.caller is None:
            return ProgramError(code, message, **at(self.source, span))
        where = f" (in {self.function}(), {self.source.name}:{span.line})"
        return ProgramError(code, message + where, **at(self.caller, self.site))


class Writer:
    """Collects one thread's operations, block in block."""

    def __init__(self, thread: str) -> None:
        self.thread = thread
        self.operations: list[Operation] = []
        self.count = 0
        self.names = 0
        self.loops = 0  # around what is lowered
        self.parts: set[str] = set()  # members and elements of locals
        self.types: dict[str, tree.Type] = {}  # of locals
        self._kinds: dict[str, Kind] = {}

    def emit(self, operation: Operation) -> None:
        self.operations.append(operation)
        self.count += 1

    def declare(self, local: str, of: tree.Type | None) -> None:
        """Note that all values of a local are of that type, with its typedefs resolved."""
        if of is None:
            return
        self.types[local] = of
        kind = kind_of(of)
        if kind is not None:
            self._kinds[local] = kind

    def kind(self, v: Value) -> Kind | None:
        """The kind of integer that a value is, as far as it tells by itself."""
        return of_value(v, self._kinds)

    def fresh(self, hint: str) -> str:
        """A new Local or label name."""
        self.names += 1
        return f"{hint}#{self.names}"

    @contextmanager
    def repeated(self) -> Iterator[list[Operation]]:
        """`block`, of a loop's body."""
        self.loops += 1
        try:
            with self.block() as body:
                yield body
        finally:
            self.loops -= 1

    @contextmanager
    def block(self) -> Iterator[list[Operation]]:
        """Collect what is emitted meanwhile into a list of its own."""
        outer, self.operations = self.operations, []
        try:
            yield self.operations
        finally:
            self.operations = outer


def text_of(source: Source, span: Span) -> str:
    """The text of a span, on one line."""
    if span.line == span.end_line:
        return " ".join(source.quote(span.line)[max(span.column - 1, 0) : span.end_column - 1].split())
    return " ".join(source.quote(span.line)[max(span.column - 1, 0) :].split())


def assigned_names(node: object) -> frozenset[str]:
    """The names that a function's body assigns or increments."""
    found = (_assigned(n) for n in nodes(node) if isinstance(n, tree.Assign | tree.Increment))
    return frozenset(name for name in found if name is not None)


def _assigned(node: object) -> str | None:
    match node:
        case tree.Assign(_, tree.Name(name), _) | tree.Increment(_, tree.Name(name), _):
            return name
        case _:
            return None
