"""A syntax tree becomes a program: threads are found, calls inlined, names resolved to locations."""

from __future__ import annotations

from verifier.errors import ProgramError, UsageError, at
from verifier.options import Options
from verifier.program import access, statements
from verifier.program.calls import bind_free
from verifier.program.context import Context, walk
from verifier.program.directives import directives
from verifier.program.frame import Frame, Variable, Writer, assigned_names, text_of
from verifier.program.locations import unify
from verifier.program.program import (
    Condition,
    Final,
    FinalLocal,
    FinalLocation,
    Formula,
    Number,
    Path,
    Program,
    Root,
    Scope,
    Set,
    Skipped,
    Thread,
)
from verifier.source import Source
from verifier.syntax import tree


def lower(unit: tree.Unit, source: Source, options: Options) -> Program:
    """The program of a unit.

    Raises ProgramError (recursion, a location used as a function, a goto that can't be followed …),
    UsageError where an option names a thread or function that is not there.
    """
    context = Context(unit, source)
    said = directives(unit, source)
    chosen = _threads(unit, options.threads + said.threads)
    _initial_values(unit, context)
    threads = tuple(_thread(context, name, function) for name, function in chosen)
    conditions = tuple(_condition(context, threads, c) for c in unit.conditions)
    names, numbers, guesses = unify(context.uses, options.aliases + said.aliases)
    return Program(
        threads=threads,
        names=names,
        locations=tuple(numbers.items()),
        initial=tuple((numbers[p], v) for p, v in context.initial if p in numbers),
        addresses=tuple((context.addresses[p], numbers[p]) for p in context.addresses if p in context.taken and p in numbers),
        constants=tuple(sorted(context.named_constants.items())),
        sleeping=tuple(sorted(context.sleeping_values())),
        running=context.running_name(),
        conditions=conditions,
        comments=tuple((c.span.line, c.text) for c in unit.comments),
        assumptions=(*context.assumptions, *guesses, *_opaque(context)),
        skipped=tuple(context.skipped) + tuple(Skipped(s.span.line, s.text, "not understood") for s in unit.skipped),
        plain_accesses=tuple(context.plain_accesses),
        unmodelled=tuple((line, name) for name, line in context.unmodelled.items()),
    )


def _opaque(context: Context) -> list[str]:
    return [
        f"{name}() is not in the text (line {line}): taken to access and order nothing that matters here"
        for name, line in context.opaque_calls.items()
    ]


def _threads(unit: tree.Unit, wanted: tuple[tuple[str, str], ...]) -> list[tuple[str, tree.Function]]:
    """The threads: those that were asked for, else the functions that no other function calls."""
    functions = {f.name: f for f in unit.functions}
    for _, function in wanted:
        if function not in functions:
            known = ", ".join(functions) or "none"
            raise UsageError("unknown-function", f"no function {function} in the text; there are: {known}")
    if wanted:
        return [(name, functions[function]) for name, function in wanted]
    called = {
        node.function.name
        for f in unit.functions
        for node in walk(f.body)
        if isinstance(node, tree.Call) and isinstance(node.function, tree.Name)
    }
    free = [f for f in unit.functions if f.column or f.name not in called]
    return [(f.name, f) for f in free or unit.functions]


def _initial_values(unit: tree.Unit, context: Context) -> None:
    for v in unit.variables:
        if v.type.name == "const" or v.initial is None:
            continue
        value = _constant(context, v.initial)
        if value is not None:
            context.initial.append((Path(Root(v.name, context.types.get(v.name), None), ()), value))


def _constant(context: Context, e: tree.Expression) -> int | None:
    match e:
        case tree.Number(value, _):
            return value
        case tree.Unary("-", tree.Number(value, _)):
            return -value
        case tree.Name(name):
            return context.constant(name)
        case tree.Unary("&", tree.Name(name)):
            return context.address("", Path(Root(name, context.types.get(name), None), ())).value
        case tree.Call(_, (first,)):
            return _constant(context, first)
        case _:
            return None


def _thread(context: Context, name: str, function: tree.Function) -> Thread:
    writer = Writer(name)
    frame = Frame(function.name, context.source, assigned_names(function.body), call_path=name)
    frame.exit, frame.result = writer.fresh("return"), writer.fresh("result")
    here = access.Here(context, writer, frame)
    with writer.block() as body:
        writer.emit(Set(frame.result, Number(0)))
        for parameter in function.parameters:
            bind_free(here, parameter)
        statements.block(here, function.body.body)
    own = tuple((n, b.key) for n, b in frame.bindings.items() if isinstance(b, Variable))
    return Thread(name, (Scope(frame.exit, tuple(body)),), own)


def _condition(context: Context, threads: tuple[Thread, ...], c: tree.Condition) -> Condition:
    return Condition(c.kind, _formula(context, threads, c.formula), text_of(context.source, c.span), c.span)


def _formula(context: Context, threads: tuple[Thread, ...], e: tree.Expression) -> Final:
    def error(code: str, message: str) -> ProgramError:
        return ProgramError(code, message, **at(context.source, e.span))  # type: ignore[arg-type]

    match e:
        case tree.Number(value, _):
            return Number(value)
        case tree.Binary(operator, left, right):
            return Formula(operator, (_formula(context, threads, left), _formula(context, threads, right)))
        case tree.Unary("!" | "~" | "-" as operator, operand):
            return Formula("neg" if operator == "-" else operator, (_formula(context, threads, operand),))
        case tree.Scoped(thread, name):
            number = _thread_number(threads, thread)
            if number is None:
                raise error("unknown-thread", f"no thread {thread}; there are: {', '.join(t.name for t in threads)}")
            key = dict(threads[number].locals).get(name)
            if key is None:
                raise error("unknown-local", f"thread {threads[number].name} has no local {name}")
            return FinalLocal(number, key)
        case tree.Name(name):
            return _named(context, threads, e, name, error)
        case tree.Member() | tree.Index() | tree.Unary("*"):
            here = access.Here(context, Writer(""), Frame("", context.source, frozenset()))
            where = access.place(here, e)
            if isinstance(where, Variable):
                raise error("unknown-name", "expected a location or a thread's local")
            return _known(context, where.path, error)
        case tree.Cast(_, operand):
            return _formula(context, threads, operand)
        case _:
            raise error("bad-condition", "expected locations, locals, numbers and operators")


def _named(context, threads, e, name, error):  # type: ignore[no-untyped-def]
    holders = [(i, dict(t.locals)[name]) for i, t in enumerate(threads) if name in dict(t.locals)]
    if len(holders) == 1:
        return FinalLocal(*holders[0])
    if holders:
        names = ", ".join(f"{threads[i].name}:{name}" for i, _ in holders)
        raise error("ambiguous-local", f"more than one thread has a local {name}; say which: {names}")
    constant = context.constant(name)
    if constant is not None:
        return Number(constant)
    return _known(context, Path(Root(name, context.types.get(name), None), ()), error)


def _known(context, path, error):  # type: ignore[no-untyped-def]
    used = [p for _, p in context.uses]
    if path in used:
        return FinalLocation(path)
    for other in used:
        if str(other) == str(path):
            return FinalLocation(other)
    raise error("unknown-name", f"nothing in the text accesses {path}")


def _thread_number(threads: tuple[Thread, ...], name: str) -> int | None:
    for i, thread in enumerate(threads):
        if name in (thread.name, str(i), f"P{i}"):
            return i
    return None
