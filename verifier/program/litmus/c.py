"""Lowers C litmus tests of the kernel's memory model, through the lowering of pseudo-C's statements.

Here every name is bound beforehand and nothing is guessed: a parameter points to the location of its name, any
other name is a register, a local of the whole thread that is 0 until it is set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from verifier.errors import ProgramError, at
from verifier.program import access, statements
from verifier.program.context import Context
from verifier.program.frame import Frame, Pointer, Variable, Writer
from verifier.program.litmus import common
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
from verifier.source import Source, Span
from verifier.syntax import litmus_tree
from verifier.syntax import tree as c
from verifier.syntax.walk import walk

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


def lower_c(test: litmus_tree.LitmusTest, source: Source) -> Program:
    """The program of a C test.

    Raises ProgramError for what is not C as herd7 reads it, or not a primitive of the kernel's memory model.
    """
    unit = test.functions
    assert unit is not None
    _check(unit, source)
    common.check_initial(test.initial, source)
    used = {p.name for f in unit.functions for p in f.parameters}
    memory = common.Memory(_with_integers(test), source, used, dict(_elements(unit)))
    context = Context(unit, source, is_litmus=True)
    for function in unit.functions:
        for parameter in function.parameters:
            memory.named(parameter.name)
    context.addresses = {at_.path: at_.address for at_ in memory.locations.values()}
    context.addresses.update(
        (Path(Root(name, None, None), ()), memory.named(name).address) for name in memory.arrays
    )
    threads = tuple(
        _thread(context, memory, test, number, function) for number, function in enumerate(unit.functions)
    )
    return _program(test, unit, context, memory, threads)


def _program(
    test: litmus_tree.LitmusTest,
    unit: c.Unit,
    context: Context,
    memory: common.Memory,
    threads: tuple[Thread, ...],
) -> Program:
    def resolve(place: litmus_tree.Place) -> common.Seen:
        if place.thread is None:
            found = memory.named(place.name, place.index)
            return common.Seen(common.shown_as(FinalLocation(found.path), found.kind), found.kind)
        local = FinalLocal(place.thread, _local(threads, place, context.source))
        return common.Seen(local, _kind(unit.functions[place.thread], place.name))

    def address_of(name: str, span: Span) -> int:
        del span
        return memory.named(name).address

    conditions = common.condition(test, resolve, address_of)
    filtered = common.filtered(test, resolve, address_of)
    places = common.observed_places(test, common.alphabetical)
    observed = common.observed(places, resolve)
    numbers = _numbers(context, memory)
    locations = tuple(memory.locations.items())
    return Program(
        threads=threads,
        names=tuple(name for name, _ in locations),
        locations=tuple(numbers.items()),
        initial=tuple((at_.number, _held(at_)) for _, at_ in locations if at_.initial is not None),
        declared=frozenset(range(len(locations))),
        addresses=_addresses(test, context, memory, threads),
        constants=tuple((at_.address, f"&{name}") for name, at_ in locations),
        sleeping=(),
        running="",
        conditions=conditions,
        comments=tuple((x.span.line, x.span.column, x.text) for x in unit.comments),
        assumptions=(),
        skipped=(),
        plain_accesses=(),
        unmodelled=tuple((line, name) for name, line in context.unmodelled.items()),
        is_litmus=True,
        title=test.name,
        filter=filtered,
        observed=observed,
    )


def _held(location: common.Location) -> int:
    """What a location holds first, as C reads it: words of 4 and 8 bytes are kept with a sign."""
    assert location.initial is not None
    return location.kind.fit(location.initial) if location.kind.size < 4 else location.initial


def _kind(function: c.Function, name: str) -> common.Kind:
    """The numbers that a register is compared with: those that an int holds where it is declared as one."""
    for node in walk(function.body):
        if isinstance(node, c.Variable) and node.name == name and not node.type.pointers:
            kind = common.kind_of(node.type.name, None)
            return common.INT if kind is not None and kind.size == 4 else common.POINTER
    return common.POINTER


def _elements(unit: c.Unit) -> Iterator[tuple[tuple[str, int], Span]]:
    """The elements that the functions name, and where."""
    for node in walk(unit.functions):
        if isinstance(node, c.Index) and isinstance(node.array, c.Name) and isinstance(node.index, c.Number):
            yield (node.array.name, node.index.value), node.index.span


def _accessed(thread: Thread) -> Iterator[Address]:
    for o in flatten(thread.body):
        if isinstance(o, Load | Store | Rmw | Fence) and o.address is not None:
            yield o.address


def _check(unit: c.Unit, source: Source) -> None:
    """Raises ProgramError unless the text is the functions P0, P1 … and nothing but C."""
    for number, function in enumerate(unit.functions):
        if function.name != f"P{number}":
            message = f"found the function {function.name}; expected P{number}"
            raise ProgramError("unknown-function", message, **at(source, function.span))
    for node in walk((unit.functions, unit.skipped)):
        if isinstance(node, c.Skipped | c.Words | c.Prose):
            message = f"“{' '.join(node.text.split())}” was not understood; expected a C statement"
            raise ProgramError("not-modelled", message, **at(source, node.span))


def _with_integers(test: litmus_tree.LitmusTest) -> litmus_tree.LitmusTest:
    """The test with the kernel's types replaced by the integers that they hold."""
    initial = (
        item if item.type is None else replace(item, type=_HELD_BY.get(item.type, item.type))
        for item in test.initial
    )
    return replace(test, initial=tuple(initial))


# -------------------------------------------------------------------- threads


def _thread(
    context: Context, memory: common.Memory, test: litmus_tree.LitmusTest, number: int, function: c.Function
) -> Thread:
    writer = Writer(function.name)
    frame = Frame(function.name, context.source, function, function.name)
    frame.exit, frame.result = writer.fresh("return"), writer.fresh("result")
    here = access.Here(context, writer, frame)
    with writer.block() as body:
        for parameter in function.parameters:
            _bind_parameter(here, parameter)
        for name in _registers(function):
            frame.bindings.setdefault(name, Variable(name, False, None))
        for item in test.initial:
            if item.thread == number and isinstance(item.value, int | str):
                frame.bindings[item.name] = Variable(item.name, False, None)
                writer.emit(Set(item.name, Number(memory.value(item.value))))
        statements.block(here, function.body.body)
    own = tuple((n, b.key) for n, b in frame.bindings.items() if isinstance(b, Variable))
    return Thread(function.name, (Scope(frame.exit, tuple(body)),), own)


def _bind_parameter(here: access.Here, parameter: c.Parameter) -> None:
    """A parameter points to the location of its name; one that the function sets is a register that starts so."""
    frame, name = here.frame, parameter.name
    location = Path(Root(name, None, None), ())
    if not parameter.type.pointers:
        message = f"the parameter {name} is no pointer; expected a pointer to a location, such as int *{name}"
        raise frame.error("not-a-pointer", message, parameter.span)
    if name in frame.assigned:
        frame.bindings[name] = Variable(name, False, None)
        here.writer.emit(Set(name, here.context.address(location)))
    else:
        frame.bindings[name] = Pointer(location, Number(here.context.addresses[location]))


def _registers(function: c.Function) -> Iterator[str]:
    """The names that a function's body declares or uses, but for those that it calls."""
    called = {id(n.function) for n in walk(function.body) if isinstance(n, c.Call)}
    for node in walk(function.body):
        if isinstance(node, c.Variable) or (isinstance(node, c.Name) and id(node) not in called):
            yield node.name


def _local(threads: tuple[Thread, ...], place: litmus_tree.Place, source: Source) -> str:
    """The local of a register that a condition names; one that the thread does not have stays 0."""
    assert place.thread is not None
    if place.thread >= len(threads):
        message = f"no thread {place.thread}; there are: {', '.join(t.name for t in threads)}"
        raise ProgramError("unknown-thread", message, **at(source, place.span))
    return dict(threads[place.thread].locals).get(place.name, place.name)


# ------------------------------------------------------------------ locations


def _numbers(context: Context, memory: common.Memory) -> dict[Path, int]:
    """The location of each path."""
    numbers = {at_.path: at_.number for at_ in memory.locations.values()}
    numbers.update((path, _named(memory, path)) for _, path in context.uses)
    return numbers


def _named(memory: common.Memory, path: Path) -> int:
    """The location of a path that has a name. The first element of what is no array is the thing itself."""
    name = path.root.name
    if not path.members or (path.members == ("[0]",) and name not in memory.arrays):
        return memory.named(name).number
    return memory.named(str(path)).number


def _addresses(
    test: litmus_tree.LitmusTest, context: Context, memory: common.Memory, threads: tuple[Thread, ...]
) -> tuple[tuple[int, int], ...]:
    """The locations whose address the test uses as a value; all of them where it follows pointers to none."""
    taken = {_named(memory, path) for path in context.taken}
    for item in test.initial:
        values = item.value if isinstance(item.value, tuple) else (item.value,)
        taken |= {memory.named(v).number for v in values if isinstance(v, str)}
    if not taken and any(a.is_computed for t in threads for a in _accessed(t)):
        taken = {at_.number for at_ in memory.locations.values()}
    return tuple((at_.address, at_.number) for at_ in memory.locations.values() if at_.number in taken)
