"""Lowers `exists (…)` and its kin: formulas over final memory and the threads' locals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verifier.errors import ProgramError, at
from verifier.program import access
from verifier.program.context import Context
from verifier.program.frame import Frame, Variable, Writer, text_of
from verifier.program.program import (
    Condition,
    Final,
    FinalLocal,
    FinalLocation,
    Formula,
    Number,
    Path,
    Root,
    Thread,
)
from verifier.source import Span
from verifier.syntax import tree

_NO_SPAN = Span(1, 1, 1, 1)
_NOWHERE = tree.Function("", None, (), tree.Block((), _NO_SPAN), False, _NO_SPAN)

Complain = Callable[[str, str], ProgramError]


def condition(
    context: Context, threads: tuple[Thread, ...], used: Sequence[Path], c: tree.Condition
) -> Condition:
    """A condition with its names resolved.

    Raises ProgramError for a name that no thread uses, or more than one has.
    """
    return Condition(
        c.kind, _formula(context, threads, used, c.formula), text_of(context.source, c.span), c.span
    )


def _formula(
    context: Context, threads: tuple[Thread, ...], used: Sequence[Path], e: tree.Expression
) -> Final:
    def error(code: str, message: str) -> ProgramError:
        return ProgramError(code, message, **at(context.source, e.span))

    match e:
        case tree.Number(value, _):
            return Number(value)
        case tree.Binary(operator, left, right):
            return Formula(
                operator, (_formula(context, threads, used, left), _formula(context, threads, used, right))
            )
        case tree.Unary("!" | "~" | "-" as operator, operand):
            return Formula(
                "neg" if operator == "-" else operator, (_formula(context, threads, used, operand),)
            )
        case tree.Scoped(thread, name):
            return _scoped(threads, thread, name, error)
        case tree.Name(name):
            return _named(context, threads, used, name, error)
        case tree.Member() | tree.Index() | tree.Unary("*"):
            here = access.Here(context, Writer(""), Frame("", context.source, _NOWHERE))
            where = access.place(here, e)
            if isinstance(where, Variable):
                raise error("unknown-name", "expected a location or a thread's local")
            return _known(used, where.path, error)
        case tree.Cast(_, operand):
            return _formula(context, threads, used, operand)
        case _:
            raise error("bad-condition", "expected locations, locals, numbers and operators")


def _scoped(threads: tuple[Thread, ...], thread: str, name: str, error: Complain) -> Final:
    for number, t in enumerate(threads):
        if thread in (t.name, str(number), f"P{number}"):
            key = dict(t.locals).get(name)
            if key is None:
                raise error("unknown-local", f"thread {t.name} has no local {name}")
            return FinalLocal(number, key)
    raise error("unknown-thread", f"no thread {thread}; there are: {', '.join(t.name for t in threads)}")


def _named(
    context: Context, threads: tuple[Thread, ...], used: Sequence[Path], name: str, error: Complain
) -> Final:
    is_global = name in context.declared  # a local of that name is asked for with its thread
    holders = [
        (i, dict(t.locals)[name]) for i, t in enumerate(threads) if not is_global and name in dict(t.locals)
    ]
    if len(holders) == 1:
        return FinalLocal(*holders[0])
    if holders:
        names = ", ".join(f"{threads[i].name}:{name}" for i, _ in holders)
        raise error("ambiguous-local", f"more than one thread has a local {name}; say which: {names}")
    constant = context.constant(name)
    if constant is not None:
        return Number(constant)
    return _known(used, Path(Root(name, context.types.get(name), None), ()), error)


def _known(uses: Sequence[Path], path: Path, error: Complain) -> Final:
    for used in uses:
        if used == path or str(used) == str(path):
            return FinalLocation(used)
    raise error("unknown-name", f"nothing in the text accesses {path}")
