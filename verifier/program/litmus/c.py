"""Lowers C litmus tests of the kernel's memory model, through the lowering of pseudo-C's statements.

Here every name is bound beforehand and nothing is guessed: a parameter points to the location of its name, any
other name is a register, a local of the whole thread that is 0 until it is set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.errors import ProgramError, at, placed
from verifier.memo import Memo
from verifier.program import access, statements
from verifier.program.context import Context
from verifier.program.frame import Frame, Pointer, Variable, Writer, assigned_names
from verifier.program.litmus import common
from verifier.program.litmus.memory import Location, Memory, check_initial, places_in
from verifier.program.litmus.parts import Asked, Layout, assemble
from verifier.program.program import (
    Address,
    Fence,
    FinalLocal,
    FinalLocation,
    Load,
    Number,
    Path,
    Program,
    Rmw,
    Root,
    Scope,
    Set,
    Store,
    Thread,
    flatten,
)
from verifier.record import record, replace
from verifier.source import Source, Span
from verifier.syntax import litmus_tree as tree
from verifier.syntax import tree as c
from verifier.syntax.walk import nodes

Codes = tuple[tree.Part[tree.Code], ...]

# Types that herd7 takes for integers, by the integer that they hold: a spinlock is 0 or 1 (see program.locks).
_HELD_BY = {
    "atomic_t": "int",
    "atomic64_t": "long",
    "atomic_long_t": "long",
    "refcount_t": "int",
    "spinlock_t": "int",
    "raw_spinlock_t": "int",
    "struct srcu_struct": "int",
    "bool": "int",
    "_Bool": "int",
}


@record(frozen=True, slots=True, eq=False)
class _Facts:
    """What a code says about its names. `not_c`: the first of its nodes that is no C."""

    parameters: tuple[str, ...]
    elements: tuple[tuple[tuple[str, int], Span], ...]
    kinds: tuple[dict[str, common.Kind], ...]  # for each function: see _kinds
    not_c: c.Skipped | c.Words | c.Prose | None


@record(frozen=True, slots=True, eq=False)
class _Lowered:
    """The threads of a code, with what was found out on the way; places are in its own text.

    `uses` are the locations that they access, `taken` those whose address they use, `addresses` those of all that
    have any; `asks`: the threads depend on addresses, and not on what else stands in memory.
    """

    threads: tuple[Thread, ...]
    uses: tuple[Path, ...]
    taken: frozenset[Path]
    addresses: dict[Path, int]
    unmodelled: tuple[tuple[str, int], ...]
    asks: bool
    follows: bool  # whether an access goes where a pointer says


_Registers = tuple[tuple[tuple[str, int], ...], ...]  # for each function, what its registers hold at first
_NOT_C = (c.Skipped, c.Words, c.Prose)
_CONSTANTS = ("true", "false")
_STATES: Memo[tree.State, tree.State] = Memo()
_FACTS: Memo[tree.Code, _Facts] = Memo()
_MEMORIES: Memo[object, Memory] = Memo()
_LOWERED: Memo[object, _Lowered] = Memo()
_ASKED: Memo[object, Asked] = Memo()
_LAYOUTS: Memo[object, Layout] = Memo()


def lower_c(test: tree.LitmusTest) -> Program:
    """The program of a C test.

    Raises ProgramError for what is not C as herd7 reads it, or not a primitive of the kernel's memory model.
    """
    facts = [_facts(part.tree) for part in test.codes]
    _check(test.codes, facts)
    state = tree.Part(_with_integers(test.initial.tree), test.initial.source)
    memory = _memory(state, test, facts)
    lowered = _lower_codes(state.tree, memory, test.codes)
    threads = tuple(
        Thread(thread.name, thread.body, thread.locals, part.source)
        for part, found in zip(test.codes, lowered, strict=True)
        for thread in found.threads
    )
    asked = _asked(test.final, memory, threads, [kinds for f in facts for kinds in f.kinds])
    layout = _layout(state.tree, asked.memory, lowered)
    return assemble(
        test,
        threads,
        layout,
        asked,
        comments=_comments(test.codes),
        unmodelled=_unmodelled(test.codes, lowered),
    )


def _comments(codes: Codes) -> tuple[tuple[int, int, str], ...]:
    found = ((part.source.placed(x.span), x.text) for part in codes for x in part.tree.unit.comments)
    return tuple((span.line, span.column, text) for span, text in found)


def _unmodelled(codes: Codes, lowered: Sequence[_Lowered]) -> tuple[tuple[int, str], ...]:
    lines: dict[str, int] = {}
    for part, found in zip(codes, lowered, strict=True):
        for name, line in found.unmodelled:
            lines.setdefault(name, part.source.place(line, 1)[0])
    return tuple((line, name) for name, line in lines.items())


def _asked(
    final: tree.Part[tree.Final],
    memory: Memory,
    threads: tuple[Thread, ...],
    kinds: Sequence[dict[str, common.Kind]],
) -> Asked:
    locals_ = [dict(t.locals) for t in threads]

    def make() -> Asked:
        grown = memory.copy()

        def resolve(place: tree.Place) -> common.Seen:
            if place.thread is None:
                found = grown.named(place.name, place.index)
                return common.Seen(common.shown_as(FinalLocation(found.path), found.kind), found.kind)
            if place.thread >= len(threads):
                raise _no_thread(place, threads, final.source)
            local = FinalLocal(place.thread, locals_[place.thread].get(place.name, place.name))
            return common.Seen(local, kinds[place.thread].get(place.name, common.POINTER))

        def address_of(name: str, _: Span) -> int:
            return grown.named(name).address

        conditions = common.condition(final.tree, resolve, address_of)
        filtered = common.filtered(final.tree, resolve, address_of)
        observed = common.observed(common.observed_places(final.tree, common.alphabetical), resolve)
        is_same = len(grown.locations) == len(memory.locations)
        return Asked(conditions, filtered, observed, memory if is_same else grown)

    named = [(t, n) for t, n in common.registers_in(final.tree) if t < len(threads)]
    meant = tuple((locals_[t].get(n, n), kinds[t].get(n)) for t, n in named)
    return _ASKED((final.tree, memory, len(threads), meant), make)


def _no_thread(place: tree.Place, threads: tuple[Thread, ...], source: Source) -> ProgramError:
    message = f"no thread {place.thread}; there are: {', '.join(t.name for t in threads)}"
    return ProgramError("unknown-thread", message, **at(source, source.placed(place.span)))


def _held(location: Location) -> int:
    """What a location holds first, as C reads it: words of 4 and 8 bytes are kept with a sign."""
    assert location.initial is not None
    return location.kind.fit(location.initial) if location.kind.size < 4 else location.initial


def _facts(code: tree.Code) -> _Facts:
    def find() -> _Facts:
        unit = code.unit
        inside = [nodes(f) for f in unit.functions]
        odd = (n for group in (*inside, unit.skipped) for n in group if isinstance(n, _NOT_C))
        return _Facts(
            parameters=tuple(p.name for f in unit.functions for p in f.parameters),
            elements=tuple(e for group in inside for e in _elements(group)),
            kinds=tuple(_kinds(group) for group in inside),
            not_c=next(odd, None),
        )

    return _FACTS(code, find)


def _kinds(inside: Sequence[object]) -> dict[str, common.Kind]:
    """The numbers that a register is compared with, where it is declared: those that an int holds if it is one."""
    found: dict[str, common.Kind] = {}
    for node in inside:
        if isinstance(node, c.Variable) and not node.type.pointers:
            kind = common.kind_of(node.type.name, None)
            is_int = kind is not None and kind.size == 4
            found.setdefault(node.name, common.INT if is_int else common.POINTER)
    return found


def _elements(inside: Sequence[object]) -> Iterator[tuple[tuple[str, int], Span]]:
    """The elements that functions name, and where."""
    for node in inside:
        if isinstance(node, c.Index) and isinstance(node.array, c.Name) and isinstance(node.index, c.Number):
            yield (node.array.name, node.index.value), node.index.span


def _accessed(threads: Sequence[Thread]) -> Iterator[Address]:
    for thread in threads:
        for o in flatten(thread.body):
            if isinstance(o, Load | Store | Rmw | Fence) and o.address is not None:
                yield o.address


def _check(codes: Codes, facts: Sequence[_Facts]) -> None:
    """Raises ProgramError unless the text is the functions P0, P1 … and nothing but C."""
    functions = ((part.source, f) for part in codes for f in part.tree.unit.functions)
    for number, (source, function) in enumerate(functions):
        if function.name != f"P{number}":
            message = f"found the function {function.name}; expected P{number}"
            raise ProgramError("unknown-function", message, **at(source, source.placed(function.span)))
    for part, found in zip(codes, facts, strict=True):
        node = found.not_c
        if node is not None:
            message = f"“{' '.join(node.text.split())}” was not understood; expected a C statement"
            raise ProgramError("not-modelled", message, **at(part.source, part.source.placed(node.span)))


def _with_integers(state: tree.State) -> tree.State:
    """The initial state with the kernel's types replaced by the integers that they hold."""

    def make() -> tree.State:
        items = (
            item if item.type is None else replace(item, type=_HELD_BY.get(item.type, item.type))
            for item in state.items
        )
        return tree.State(tuple(items))

    return _STATES(state, make)


# -------------------------------------------------------------------- threads


def _lower_codes(state: tree.State, memory: Memory, codes: Codes) -> list[_Lowered]:
    """What each code does: the same one does the same, whatever else there is, where it asks for no address."""
    addresses = {at_.path: at_.address for at_ in memory.locations.values()}
    addresses.update((Path(Root(n, None, None), ()), memory.named(n).address) for n in memory.arrays)
    found: list[_Lowered] = []
    first = 0
    for part in codes:
        number = len(part.tree.unit.functions)
        registers = tuple(_initial(state, memory, first + i) for i in range(number))
        lowered = _lower_code(part, addresses, registers)
        addresses = lowered.addresses if lowered.asks else addresses
        first += number
        found.append(lowered)
    return found


def _lower_code(part: tree.Part[tree.Code], addresses: dict[Path, int], registers: _Registers) -> _Lowered:
    def make() -> _Lowered:
        return _lower(part.tree, dict(addresses), registers)

    try:
        lowered = _LOWERED((part.tree, registers), make)
        if lowered.asks:
            lowered = _LOWERED((part.tree, registers, tuple(addresses.items())), make)
    except ProgramError as problem:
        raise placed(problem, part.source) from None
    return lowered


def _lower(code: tree.Code, addresses: dict[Path, int], registers: _Registers) -> _Lowered:
    context = Context(code.unit, code.source, is_litmus=True)
    context.addresses = addresses
    functions = zip(code.unit.functions, registers, strict=True)
    threads = tuple(_thread(context, function, initial) for function, initial in functions)
    return _Lowered(
        threads=threads,
        uses=tuple(dict.fromkeys(a.path for _, a in context.uses)),
        taken=frozenset(context.taken),
        addresses=context.addresses,
        unmodelled=tuple(context.unmodelled.items()),
        asks=context.asked,
        follows=any(a.is_computed for a in _accessed(threads)),
    )


def _initial(state: tree.State, memory: Memory, thread: int) -> tuple[tuple[str, int], ...]:
    """What a thread's registers hold at first."""
    return tuple(
        (item.name, memory.value(item.value))
        for item in state.items
        if item.thread == thread and isinstance(item.value, int | str)
    )


def _thread(context: Context, function: c.Function, initial: tuple[tuple[str, int], ...]) -> Thread:
    writer = Writer(function.name)
    frame = Frame(function.name, context.source, function, function.name)
    frame.exit, frame.result = writer.fresh("return"), writer.fresh("result")
    here = access.Here(context, writer, frame)
    with writer.block() as body:
        for parameter in function.parameters:
            _bind_parameter(here, parameter)
        for name in _registers(function):
            frame.bindings.setdefault(name, Variable(name, False, None))
        for name, value in initial:
            frame.bindings[name] = Variable(name, False, None)
            writer.emit(Set(name, Number(value)))
        statements.block(here, function.body.body)
    return Thread(function.name, (Scope(frame.exit, tuple(body)),), frame.locals())


def _bind_parameter(here: access.Here, parameter: c.Parameter) -> None:
    """A parameter points to the location of its name; one that the function sets is a register that starts so."""
    frame, name = here.frame, parameter.name
    location = Path(Root(name, None, None), ())
    if not parameter.type.pointers:
        message = f"the parameter {name} is no pointer; expected a pointer to a location, such as int *{name}"
        raise frame.error("not-a-pointer", message, parameter.span)
    if name in assigned_names(frame.body):
        frame.bindings[name] = Variable(name, False, None)
        here.writer.emit(Set(name, here.context.address(location)))
    else:
        frame.bindings[name] = Pointer(location, Number(here.context.addresses[location]))


def _registers(function: c.Function) -> Iterator[str]:
    """The names that a function's body declares or uses, but for those that it calls, and for C's constants."""
    called = {id(n.function) for n in nodes(function) if isinstance(n, c.Call)}
    for node in nodes(function):
        match node:
            case c.Variable():
                yield node.name
            case c.Name(name) if id(node) not in called and name not in _CONSTANTS:
                yield name


# ------------------------------------------------------------------ locations


def _memory(state: tree.Part[tree.State], test: tree.LitmusTest, facts: Sequence[_Facts]) -> Memory:
    """The locations of a test, those that only observed places and accesses name left out."""
    parameters = tuple(name for f in facts for name in f.parameters)
    elements = {
        element: part.source.placed(span)
        for part, f in zip(test.codes, facts, strict=True)
        for element, span in f.elements
    }

    def make() -> Memory:
        check_initial(state)
        memory = Memory(state, test.final, set(parameters), elements)
        for name in (*parameters, *memory.arrays):
            memory.named(name)
        return memory.shared()

    key = (state.tree, parameters, tuple(elements), places_in(test.final.tree))
    return _MEMORIES(key, make)


def _layout(state: tree.State, memory: Memory, lowered: Sequence[_Lowered]) -> Layout:
    uses = frozenset().union(*(found.uses for found in lowered))
    more = tuple(path for found in lowered for path in found.uses) if uses - memory.paths else ()
    taken = frozenset().union(*(found.taken for found in lowered))
    follows = any(found.follows for found in lowered)

    def make() -> Layout:
        grown = memory.copy()
        numbers = {at_.path: at_.number for at_ in grown.locations.values()}
        numbers.update((path, _named(grown, path)) for path in more)
        locations = tuple(grown.locations.items())
        return Layout(
            names=tuple(name for name, _ in locations),
            locations=tuple(numbers.items()),
            initial=tuple((at_.number, _held(at_)) for _, at_ in locations if at_.initial is not None),
            declared=frozenset(range(len(locations))),
            addresses=_addresses(state, grown, taken, follows),
            constants=tuple((at_.address, f"&{name}") for name, at_ in locations),
        )

    return _LAYOUTS((state, memory, more, taken, follows), make)


def _named(memory: Memory, path: Path) -> int:
    """The location of a path that has a name. The first element of what is no array is the thing itself."""
    name = path.root.name
    if not path.members or (path.members == ("[0]",) and name not in memory.arrays):
        return memory.named(name).number
    return memory.named(str(path)).number


def _addresses(
    state: tree.State, memory: Memory, paths: frozenset[Path], follows: bool
) -> tuple[tuple[int, int], ...]:
    """The locations whose address the test uses as a value; all of them where it follows pointers to none."""
    taken = {_named(memory, path) for path in paths}
    for item in state.items:
        values = item.value if isinstance(item.value, tuple) else (item.value,)
        taken |= {memory.named(v).number for v in values if isinstance(v, str)}
    if not taken and follows:
        taken = {at_.number for at_ in memory.locations.values()}
    return tuple((at_.address, at_.number) for at_ in memory.locations.values() if at_.number in taken)
