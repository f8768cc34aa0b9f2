"""A syntax tree becomes a program: threads are found, calls inlined, names resolved to locations."""

from __future__ import annotations

from verifier.errors import ProgramError, UsageError, at
from verifier.options import Options
from verifier.program import access, statements
from verifier.program.conditions import condition
from verifier.program.context import Context
from verifier.program.directives import directives
from verifier.program.frame import Frame, Variable, Writer
from verifier.program.inline import bind_free
from verifier.program.locations import unify
from verifier.program.macros import is_macro
from verifier.program.notes import notes
from verifier.program.outcomes import lift_outcomes
from verifier.program.pointers import Resolved, moved, resolve
from verifier.program.program import (
    Number,
    Path,
    Program,
    Root,
    Scope,
    Set,
    Thread,
)
from verifier.source import Source
from verifier.syntax import tree
from verifier.syntax.walk import walk


def lower(unit: tree.Unit, source: Source, options: Options) -> Program:
    """The program of a unit.

    Raises ProgramError (recursion, a location used as a function, a goto that can't be followed …),
    UsageError where an option names a thread or function that is not there.
    """
    unit = lift_outcomes(unit)
    _check_names(unit, source)
    context = Context(unit, source)
    context.bound = options.bound
    said = directives(unit, source)
    context.own_parameters = said.own
    chosen = _threads(unit, options.threads + said.threads)
    _initial_values(unit, context)
    threads = tuple(_thread(context, name, function) for name, function in chosen)
    aliases = options.aliases + said.aliases
    resolved = resolve(context, threads, aliases)
    uses = resolved.places(context.uses)
    used = {path for _, path in uses}
    uses += [("", p) for p in context.addresses if p in context.taken - used and p.root.owner is None]
    conditions = tuple(condition(context, threads, [p for _, p in uses], c) for c in unit.conditions)
    arms, unread = notes(unit.skipped)
    names, numbers, guesses = unify(uses, aliases)
    _note_unions(context, uses)
    return Program(
        threads=resolved.threads,
        names=names,
        locations=tuple(numbers.items()),
        initial=tuple(
            (numbers[p], moved(context, resolved.canonical, v)) for p, v in context.initial if p in numbers
        ),
        declared=frozenset(
            n
            for p, n in numbers.items()
            if p.root.is_own or (p.root.owner is None and p.root.name in context.declared)
        ),
        addresses=tuple(
            (context.addresses[p], numbers[p])
            for p in context.addresses
            if p in context.taken and p in numbers
        ),
        constants=tuple(sorted(context.named_constants.items())),
        sleeping=tuple(sorted(context.sleeping_values())),
        running=context.running_name(),
        conditions=conditions,
        comments=tuple((c.span.line, c.span.column, c.text) for c in unit.comments),
        assumptions=(*context.assumptions, *arms, *guesses, *_opaque(context)),
        skipped=(*context.skipped, *unread),
        plain_accesses=_racy(context, resolved, uses, numbers),
        unmodelled=tuple((line, name) for name, line in context.unmodelled.items()),
        indeterminate=frozenset(n for p, n in numbers.items() if p.root in context.indeterminate),
    )


def _note_unions(context: Context, uses: list[tuple[str, Path]]) -> None:
    """Members of a union share their place, which is not modelled."""
    members: dict[Root, set[str]] = {}
    for _, path in uses:
        if path.root.type is not None and path.root.type.startswith("union ") and path.members:
            members.setdefault(path.root, set()).add(path.members[0])
    for root, names in members.items():
        if len(names) > 1:
            context.unmodelled.setdefault(f"the members of {root.name}, which is a union", 1)


def _racy(
    context: Context, resolved: Resolved, uses: list[tuple[str, Path]], numbers: dict[Path, int]
) -> tuple[tuple[int, str], ...]:
    """The plain accesses of locations that two threads use and one writes."""
    users: dict[int, set[str]] = {}
    for thread, path in uses:
        users.setdefault(numbers[path], set()).add(thread)
    written = {numbers[p] for _, p in resolved.places(context.writes)}
    shared = {n for n, threads in users.items() if len(threads) > 1} & written
    return tuple(
        place
        for place, use in context.plain_accesses.items()
        if any(numbers[p] in shared for _, p in resolved.places([use]))
    )


def _check_names(unit: tree.Unit, source: Source) -> None:
    """Raises ProgramError for a second function, or label of a function, of one name."""
    seen: dict[str, int] = {}
    for f in unit.functions:
        if f.name in seen and not f.column and not is_macro(f):
            message = f"a second function {f.name}; the first is on line {seen[f.name]}"
            raise ProgramError("duplicate-function", message, **at(source, f.span))
        seen[f.name] = f.span.line
        labels: dict[str, int] = {}
        for node in walk(f.body):
            if isinstance(node, tree.Label):
                if node.name in labels:
                    message = (
                        f"a second label {node.name} in {f.name}; the first is on line {labels[node.name]}"
                    )
                    raise ProgramError("duplicate-label", message, **at(source, node.span))
                labels[node.name] = node.span.line


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
    able = [f for f in unit.functions if not is_macro(f)]
    free = [f for f in able if f.column or f.name not in called]
    return [(f.name, f) for f in free or able]


def _initial_values(unit: tree.Unit, context: Context) -> None:
    statics = (
        v for f in unit.functions for n in walk(f.body) if isinstance(n, tree.Declare) for v in n.variables
    )
    for v in (*unit.variables, *(v for v in statics if v.static)):
        if v.type.name == "const" or v.initial is None:
            continue
        root = Root(v.name, context.types.get(v.name), None)
        if isinstance(v.initial, tree.Braces):
            _initial_list(context, v, root, v.initial.items)
            continue
        value = _constant(context, v.initial)
        if value is not None:
            context.initial.append((Path(root, ()), value))


def _initial_list(context: Context, v: tree.Variable, root: Root, items: tuple[tree.Expression, ...]) -> None:
    """The elements of an array; which members of a struct a list sets is not known, unless to 0."""
    values = [_constant(context, item) for item in items]
    if v.dimensions and len(v.dimensions) == 1 and None not in values:
        context.initial += [(Path(root, (f"[{i}]",)), x) for i, x in enumerate(values) if x is not None]
    elif any(values):
        context.unmodelled.setdefault(f"the initial values of {v.name}", v.span.line)


def _constant(context: Context, e: tree.Expression) -> int | None:
    match e:
        case tree.Number(value, _):
            return value
        case tree.Unary("-", tree.Number(value, _)):
            return -value
        case tree.Name(name):
            return context.constant(name)
        case tree.Unary("&", tree.Name(name)):
            return context.address(Path(Root(name, context.types.get(name), None), ())).value
        case tree.Call(_, (first,)):
            return _constant(context, first)
        case _:
            return None


def _thread(context: Context, name: str, function: tree.Function) -> Thread:
    writer = Writer(name)
    frame = Frame(function.name, context.source, function, name, function.column)
    frame.exit, frame.result = writer.fresh("return"), writer.fresh("result")
    here = access.Here(context, writer, frame)
    with writer.block() as body:
        writer.emit(Set(frame.result, Number(0)))
        for parameter in function.parameters:
            bind_free(here, parameter)
        statements.block(here, function.body.body)
    own = tuple((n, b.key) for n, b in frame.bindings.items() if isinstance(b, Variable))
    return Thread(name, (Scope(frame.exit, tuple(body)),), own)
