"""A syntax tree becomes a program: threads are found, calls inlined, names resolved to locations."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import product

from verifier.errors import ProgramError, UsageError, at
from verifier.options import Options
from verifier.program import (
    access,
    awaited,
    both_arms,
    calls,
    deferred,
    frees,
    initial,
    lists,
    omitted,
    parts,
    sections,
    statements,
)
from verifier.program.bodies import Body
from verifier.program.conditions import condition
from verifier.program.context import Context, Overwritten
from verifier.program.counters import counters
from verifier.program.directives import directives
from verifier.program.doubts import settle_arrays
from verifier.program.frame import Frame, Writer
from verifier.program.inline import bind_free
from verifier.program.interrupts import interrupted, suspects
from verifier.program.kernel import kernel
from verifier.program.locations import merged, unify, written
from verifier.program.locksets import accesses
from verifier.program.macros import is_macro
from verifier.program.notes import notes
from verifier.program.outcomes import lift_outcomes
from verifier.program.pointers import moved, resolve
from verifier.program.program import (
    Address,
    Interrupt,
    Load,
    Number,
    Path,
    Program,
    Scope,
    Set,
    Store,
    Thread,
)
from verifier.program.waiters import waiting
from verifier.record import replace
from verifier.source import Source, Span
from verifier.syntax import tree
from verifier.syntax.walk import walk

_CLEANUP = re.compile(r"(?!\s*[/*]).*\b(__free|__cleanup)\s*\(")
_SECTION = re.compile("(rcu_read|preempt|local_bh)_")


def lower(unit: tree.Unit, source: Source, options: Options) -> Program:
    """The program of a unit.

    Raises ProgramError (recursion, a location used as a function, a goto that can't be followed …),
    UsageError where an option names a thread or function that is not there.
    """
    unit = lists.expand(lift_outcomes(unit), source.text)
    _check_names(unit, source)
    said = directives(unit, source)
    if said.kernel is not None and options.kernel is None:
        options = replace(options, kernel=said.kernel)
    context = Context(unit, source, kernel=kernel(options))
    context.bound = options.bound
    context.expansion = options.expansion
    context.own_parameters = said.own
    context.works = deferred.works(unit, source.text)
    interrupts = tuple(Interrupt(*i) for i in dict.fromkeys(options.interrupts + said.interrupts))
    chosen = _threads(context, unit, options.threads + said.threads, interrupts)
    handlers = tuple(name for name, function in chosen if _is_handler(function))
    context.has_interrupts = bool(interrupts or handlers)
    context.threads = tuple(name for name, _ in chosen)
    context.waiters = waiting(chosen, context.body)
    initial.read(unit, context)
    threads = _with_deferred(context, [_thread(context, name, function) for name, function in chosen])
    threads = _with_sections(context, _without_gaps(context, threads))
    _check_started(unit, context, {f.name for _, f in chosen}, bool(options.threads or said.threads))
    aliases = options.aliases + said.aliases
    resolved = resolve(context, threads, aliases)
    settle_arrays(context)
    unfinished, hoisted = both_arms.made_once(resolved.threads)
    ends = frees.ends(unfinished)
    uses = resolved.places(context.uses)
    uses += [(end.thread, path) for end in ends for path in end.paths]
    used = {path for _, path in uses}
    uses += [("", p) for p in context.addresses if p in context.taken - used and p.root.owner is None]
    uses = initial.with_members(context, uses)
    initial.check(context, uses)
    conditions = tuple(condition(context, threads, [p for _, p in uses], c) for c in unit.conditions)
    arms, unread = notes(unit.skipped)
    names, numbers, guesses = unify(uses, aliases, context.types_of)
    _note_unions(context, uses)
    for overwritten in context.overwritten:
        _note_overwritten(context, overwritten, [p for _, p in resolved.places([overwritten.use])], uses)
    _note_cleanups(context, source)
    _check_waits(context, unfinished, numbers)
    threads, freed = frees.stores(unfinished, ends, numbers)
    for text, line in frees.unknown(unfinished, freed):
        context.unmodelled.setdefault(f"what {text} gives back", line)
    defined = context.declared - unit.elsewhere
    at_first = {numbers[p]: moved(context, resolved.canonical, v) for p, v in context.initial if p in numbers}
    declared = frozenset(
        n for p, n in numbers.items() if p.root.is_own or (p.root.owner is None and p.root.name in defined)
    )
    counted = counters(unfinished, numbers, declared.union(at_first))
    program = Program(
        threads=threads,
        names=names,
        locations=tuple(numbers.items()),
        initial=tuple(at_first.items()),
        declared=declared,
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
        assumptions=(
            *_interrupts(interrupts),
            *context.assumptions,
            *arms,
            *guesses,
            *(
                f"{' and '.join(names)} are taken to be different objects"
                for names in context.types_of.alike(uses, numbers)
            ),
            *_counted(counted, numbers),
            *hoisted,
            *frees.unread(unfinished, freed),
            *_opaque(context),
            *_versions(context),
        ),
        skipped=(*context.skipped, *unread),
        plain_accesses=_racy(threads, numbers),
        unmodelled=tuple((line, name) for name, line in context.unmodelled.items()),
        merged=merged(uses),
        unknown_calls=tuple(sorted(context.opaque_lines)),
        indeterminate=frozenset(n for p, n in numbers.items() if p.root in context.indeterminate),
        counters=counted,
        freed=freed,
        handlers=tuple(h for h in handlers if all(i.handler != h for i in interrupts)),
        unwaited=context.unwaited,
    )
    tried = suspects(program)
    for handler in (h for h in program.handlers if all(i.handler != h for i in tried)):
        note = f"{handler}() returns irqreturn_t and waits for no lock of another thread's"
        note += ": taken to run on a CPU of its own"
        program = replace(program, assumptions=(*program.assumptions, note))
    for i in tried:
        note = f"{i.handler}() returns irqreturn_t: it may also run on the CPU of {i.thread}()"
        note += ", in which interrupts are on where it starts"
        program = replace(program, assumptions=(*program.assumptions, note))
    return interrupted(program, interrupts)


def _counted(counted: Container[int], numbers: Mapping[Path, int]) -> Iterator[str]:
    for text in {n: written(path) for path, n in numbers.items() if n in counted}.values():
        yield f"nothing here sets {text}: it starts with what the threads take from it, or more"


def _note_cleanups(context: Context, source: Source) -> None:
    """What a variable calls where its scope ends is not modelled."""
    lines = source.text.split("\n") if "__free" in source.text or "__cleanup" in source.text else ()
    for number, line in enumerate(lines, 1):
        if found := _CLEANUP.match(line):
            context.unmodelled.setdefault(f"{found[1]}() of a variable", source.place(number, 1)[0])


def _note_unions(context: Context, uses: list[tuple[str, Path]]) -> None:
    """Members of a union share their place, which is not modelled."""
    members: dict[tuple[Path, Span | None], set[object]] = {}
    for _, path in uses:
        for where, union, member in context.types_of.unions(path):
            members.setdefault((where, union), set()).add(member)
    for (where, union), names in members.items():
        if len(names) > 1:
            what = "has an unnamed union" if union else "is a union"
            context.unmodelled.setdefault(f"the members of {where}, which {what}", 1)


def _note_overwritten(
    context: Context, what: Overwritten, written: list[Path], uses: list[tuple[str, Path]]
) -> None:
    """What memset() and its like write is not modelled where the program accesses it."""
    for where, (_, path) in product(written, uses):
        while where.members[-1:] == ("[0]",):  # of an array
            where = Path(where.root, where.members[:-1])
        is_same = path.root == where.root or path.root.type == where.root.type is not None
        if is_same and all(a == b for a, b in zip(path.members, where.members, strict=False)):
            context.unmodelled.setdefault(f"what {what.name}() writes", what.line)


def _with_deferred(context: Context, threads: list[Thread]) -> tuple[Thread, ...]:
    """The threads, and those of what they leave for later."""
    started = [deferred.run(context, later) for later in context.deferred]  # which grows meanwhile
    threads = awaited.filled(context, threads + deferred.in_turn(context.deferred, started))
    context.uses += [(d.thread, Address(deferred.run_lock(d))) for d in context.deferred if d.is_work]
    flags = frozenset(later.flag for later in context.deferred)
    for again in deferred.repeated(threads, flags):
        context.unmodelled.setdefault(f"{again.name}() in a loop", again.origin.span.line)
    return tuple(threads)


def _check_started(unit: tree.Unit, context: Context, chosen: set[str], is_asked: bool) -> None:
    """Note the callbacks that nothing hands over, unless the user says which functions run."""
    named = deferred.callbacks(_calls(unit), context.works)
    known = chosen | {d.function.name for d in context.deferred if d.function is not None}
    known |= {name for f in unit.functions for name in _called(context, f)}
    for f in unit.functions:
        if f.name not in named - known or is_asked:
            continue
        if f.name in deferred.callbacks(_calls_in(f), context.works):
            context.unmodelled.setdefault(f"{f.name}(), which nothing but itself hands over", f.span.line)
        else:
            context.assume(f"{f.name}() (line {f.span.line}) does not run: nothing that runs hands it over")


def _calls(unit: tree.Unit) -> Iterator[tree.Call]:
    return (call for f in unit.functions for call in _calls_in(f))


def _calls_in(function: tree.Function) -> Iterator[tree.Call]:
    return (n for n in walk(function.body) if isinstance(n, tree.Call))


def _with_sections(context: Context, threads: tuple[Thread, ...]) -> tuple[Thread, ...]:
    """The threads, without their read-side sections where nobody waits for these."""
    if not sections.has_waits(threads):
        context.by_version = {n: None for n in context.by_version if not _SECTION.match(n)}
    context.unwaited = sections.idle(threads)
    return sections.without_idle(threads)


def _without_gaps(context: Context, threads: Sequence[Thread]) -> tuple[Thread, ...]:
    """The threads, with the releases of locks that the text leaves out."""
    filled = [omitted.with_releases(t) for t in threads]
    for _, assumptions in filled:
        for text in assumptions:
            context.assume(text)
    return tuple(thread for thread, _ in filled)


def _check_waits(context: Context, threads: Sequence[Thread], numbers: dict[Path, int]) -> None:
    """Note the waits for a grace period of which the thread itself is in a section."""
    for wait in (o for t in threads for o in sections.waits_inside(t, numbers)):
        what = f"{wait.name}() in a read-side section, which waits for itself"
        context.unmodelled.setdefault(what, wait.origin.span.line)


def _racy(threads: Sequence[Thread], numbers: dict[Path, int]) -> tuple[tuple[int, str], ...]:
    """The plain accesses of locations that two threads use, one writes, and no lock protects."""
    users: dict[int, set[str]] = {}
    locks: dict[int, frozenset[int]] = {}
    written: set[int] = set()
    plain: dict[tuple[int, str], set[int]] = {}
    for thread in threads:
        for made in accesses(thread.body):
            o = made.operation
            locations = {numbers[path] for path in o.address.targets()}
            held = frozenset(numbers[path] for path in made.held if path in numbers)
            for location in locations:
                users.setdefault(location, set()).add(thread.name)
                locks[location] = locks.get(location, held) & held
            if not isinstance(o, Load):
                written |= locations
            if isinstance(o, Load | Store) and o.is_plain and not o.origin.in_primitive:
                plain.setdefault((o.origin.span.line, o.origin.text), set()).update(locations)
    racy = {l for l in written if len(users[l]) > 1 and not locks[l]}
    return tuple(place for place, locations in plain.items() if locations & racy)


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


def _versions(context: Context) -> list[str]:
    """Which kernel was taken, where that matters."""
    if not context.by_version:
        return []
    kernel, notes = context.kernel, []
    old = {n: v for n in context.by_version if (v := kernel.version_of(n)) != kernel.version}
    if new := [f"{name}()" for name in context.by_version if name not in old]:
        verb = "is" if len(new) == 1 else "are"
        notes = [
            f"the kernel is {kernel.version} (--kernel): {', '.join(new)} {verb} not the same in all versions"
        ]
    return notes + [f"{n}() is that of {v}, the last kernel that has it (--kernel)" for n, v in old.items()]


def _is_handler(function: tree.Function) -> bool:
    return function.returns is not None and function.returns.name == "irqreturn_t"


def _interrupts(interrupts: Sequence[Interrupt]) -> list[str]:
    """What is taken for granted about interrupts."""
    found = [
        f"{i.handler}() runs once, on the CPU of {i.thread}()"
        + (", as a softirq" if i.is_soft else ", with interrupts off")
        for i in interrupts
    ]
    if found:
        found.append(
            "interrupts are on where the interrupted thread starts; they keep program order and add no other"
        )
    return found


def _threads(
    context: Context,
    unit: tree.Unit,
    wanted: tuple[tuple[str, str], ...],
    interrupts: Sequence[Interrupt],
) -> list[tuple[str, tree.Function]]:
    """The threads: those that were asked for, else the functions that no other function calls; and the handlers."""
    chosen = _chosen(context, unit, wanted)
    functions = {f.name: f for f in unit.functions}
    known = {name for name, _ in chosen}
    missing = dict.fromkeys(i.handler for i in interrupts if i.handler in functions.keys() - known)
    return chosen + [(name, functions[name]) for name in missing]


def _chosen(
    context: Context, unit: tree.Unit, wanted: tuple[tuple[str, str], ...]
) -> list[tuple[str, tree.Function]]:
    """The threads: those that were asked for, else the functions that no other function calls."""
    functions = {f.name: f for f in unit.functions}
    for _, function in wanted:
        if function not in functions:
            known = ", ".join(functions) or "none"
            raise UsageError("unknown-function", f"no function {function} in the text; there are: {known}")
    if wanted:
        return [(name, functions[function]) for name, function in wanted]
    called = {name for f in unit.functions for name in _called(context, f)}
    called |= deferred.callbacks(_calls(unit), context.works)
    able = [f for f in unit.functions if not is_macro(f)]
    free = [f for f in able if f.column or f.name not in called]
    return [(f.name, f) for f in free or able]


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
    with writer.block() as ending:
        if _is_kthread(function, context):
            calls.call(here, tree.Call(tree.Name("kthread_exit", function.span), (), function.span))
    return parts.settled(Thread(name, (Scope(frame.exit, tuple(body)), *ending), frame.locals()), writer)


def _is_kthread(function: tree.Function, context: Context) -> bool:
    """Whether a thread's function is a kernel thread's, for whose end somebody may wait."""
    asks = {"kthread_should_stop", "kthread_should_park"} & _called(context, function)
    return bool(asks) and any("kthread_stop" in _called(context, f) for f in context.functions.values())


def _called(context: Context, function: tree.Function) -> set[str]:
    """What a function calls, and what it has a primitive call, such as kref_put()."""
    found: set[str] = set()
    for call in _calls_in(function):
        if isinstance(call.function, tree.Name):
            found.add(call.function.name)
            found |= _passed(context.kernel.body(call.function.name), call)
    return found


def _passed(primitive: Body | None, call: tree.Call) -> set[str]:
    """The functions among the arguments of a primitive that are not evaluated before the call."""
    if primitive is None:
        return set()
    both = zip(primitive.function.parameters, call.arguments, strict=False)
    names = (a for p, a in both if p.type.name == "expression")
    plain = (a.operand if isinstance(a, tree.Unary) and a.operator == "&" else a for a in names)
    return {a.name for a in plain if isinstance(a, tree.Name)}
