"""Joins what a message draws to the functions of its patch: columns as other threads, bodies of callees."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.errors import SyntaxProblem
from verifier.inbox.asides import told_bodies
from verifier.inbox.pieces import Diagram
from verifier.inbox.sayings import Said
from verifier.program.borrowed import Fit, fits, fitted, has_copies, one_copy
from verifier.program.kernel import Kernel
from verifier.program.made import HOLDER, with_barrier, with_lock
from verifier.program.primitives import core_call
from verifier.program.roles import Group
from verifier.record import record, replace
from verifier.syntax import parse, tree
from verifier.syntax.walk import nodes


@record(frozen=True, slots=True)
class Drawing:
    """A diagram whose columns are read."""

    lines: tuple[int, int]
    columns: tuple[tree.Function, ...]


def drawings(diagrams: Sequence[Diagram]) -> tuple[Drawing, ...]:
    """The diagrams that can be read."""
    found = []
    for diagram in diagrams:
        try:
            columns = tuple(parse(source, name).functions[0] for name, source in diagram.columns)
        except SyntaxProblem:
            continue
        found.append(Drawing(diagram.lines, columns))
    return tuple(found)


def with_bodies(
    unit: tree.Unit, diagrams: Sequence[Diagram], kernel: Kernel
) -> tuple[tree.Unit, tuple[str, ...]]:
    """The unit with the bodies of functions that it calls and has not, as diagrams tell them; and what was assumed."""
    called = {
        n.function.name
        for f in unit.functions
        for n in nodes(f)
        if isinstance(n, tree.Call) and isinstance(n.function, tree.Name)
    }
    missing = called - {f.name for f in unit.functions}
    bodies, notes = [], []
    for name, source in told_bodies(diagrams).items():
        if name not in missing or kernel.body(name) is not None or core_call(name) is not None:
            continue
        try:
            found = parse(source, name).functions[0]
        except SyntaxProblem:
            continue
        bodies.append(replace(found, column=False))
        notes.append(f"{name}() does what the message says of it on line {source.origins[0].line}")
    return replace(unit, functions=(*unit.functions, *bodies)), tuple(notes)


def with_sayings(unit: tree.Unit, said: Said, kernel: Kernel) -> tuple[tree.Unit, tuple[str, ...]]:
    """The unit with functions that it calls and has not, as a message says of them that they have a full barrier or
    take a lock; and what was assumed."""
    known = {f.name for f in unit.functions}
    called = {
        n.function.name
        for f in unit.functions
        for n in nodes(f)
        if isinstance(n, tree.Call) and isinstance(n.function, tree.Name)
    }
    made, notes = [], []
    for name, line in said.barriers:
        if name in called - known and kernel.body(name) is None and core_call(name) is None:
            made.append(with_barrier(name, line))
            notes.append(f"{name}() has a full barrier before and after what it does: line {line} says so")
    for name, lock, line in said.locks:
        if name in called - known and kernel.body(name) is None and core_call(name) is None:
            made.append(with_lock(name, lock, line))
            notes.append(f"{name}() takes {lock}: line {line} says so")
            if said.deadlock:
                made.append(with_lock(f"{HOLDER}{lock}", lock, said.deadlock))
                notes.append(f"something else takes {lock}, with interrupts on (line {said.deadlock})")
    return replace(unit, functions=(*unit.functions, *made)), tuple(notes)


def drawn_groups(groups: Sequence[Group], unit: tree.Unit, drawn: Sequence[Drawing]) -> tuple[Group, ...]:
    """The groups, those that a diagram is about changed: a function that its own comment, or a column's name, puts into
    a diagram runs beside that diagram's other columns; one that stands alone beside those of any that fits.
    """
    functions = {f.name: f for f in unit.functions}
    found: list[Group] = []
    for group in groups:
        strong = {
            name: d
            for name in group.threads
            for d in drawn
            if name in functions and _others(d, functions[name], functions) and _is_about(d, functions[name])
        }
        if not strong and len(group.threads) == 1 and group.threads[0] in functions:
            name = group.threads[0]
            fitting = [d for d in drawn if _others(d, functions[name], functions)]
            strong = dict.fromkeys([name], fitting[0]) if fitting else {}
        found += [_drawn_group(name, d, functions) for name, d in strong.items()]
        rest = tuple(n for n in group.threads if n not in strong)
        if not strong:
            found.append(group)
        elif rest:
            found.append(Group(rest, group.reason if len(rest) > 1 else ""))
    return tuple(found)


def _is_about(drawing: Drawing, own: tree.Function) -> bool:
    inside = own.span.line <= drawing.lines[0] and drawing.lines[1] <= own.span.end_line
    return inside or any(c.name == own.name for c in drawing.columns)


def _others(drawing: Drawing, own: tree.Function, functions: dict[str, tree.Function]) -> list[Fit]:
    return [f for f in fits(drawing.columns, own) if f.column.name not in functions]


def _drawn_group(name: str, drawing: Drawing, functions: dict[str, tree.Function]) -> Group:
    others = _others(drawing, functions[name], functions)
    place = f"lines {drawing.lines[0]}-{drawing.lines[1]}"
    return Group((name, *(f.column.name for f in others)), f"so it is drawn on {place}")


def joined(group: Group, unit: tree.Unit, drawn: Sequence[Drawing]) -> tuple[tree.Unit, tuple[str, ...]]:
    """The unit with the columns of diagrams that are threads of the group; and what was assumed."""
    functions = {f.name: f for f in unit.functions}
    own = functions.get(group.threads[0])
    columns = {
        c.name: c for d in drawn[::-1] for c in d.columns if f"{d.lines[0]}-{d.lines[1]}" in group.reason
    }
    wanted = [columns[n] for n in group.threads if n in columns and n not in functions]
    if own is None or not wanted:
        return unit, ()
    new = tuple(fitted(c, own) for c in wanted)
    notes = []
    if has_copies(own):
        notes.append(
            "a CPU's own copy of a variable is taken for the one that the diagram's other CPU looks at"
        )
    rest = tuple(one_copy(f) if f is own else f for f in unit.functions)
    return replace(unit, functions=(*rest, *new)), tuple(notes)
