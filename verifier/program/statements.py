"""Lowers statements: C's control flow becomes branches, loops, and scopes that are left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, assert_never

from verifier.errors import ProgramError
from verifier.program import access, expressions, guards, objects
from verifier.program.conversions import Typed, as_kind, promoted, truth
from verifier.program.frame import Variable, text_of
from verifier.program.locals import declare, leave_open, uncover, variables_of
from verifier.program.primitives import is_primitive
from verifier.program.program import (
    Apply,
    Branch,
    Leave,
    Local,
    Loop,
    Number,
    Omitted,
    Scope,
    Set,
    Value,
)
from verifier.record import replace
from verifier.syntax import tree

if TYPE_CHECKING:
    from verifier.program.access import Here


def block(here: Here, body: Sequence[tree.Statement]) -> None:
    """Lower statements in order. A label splits them: gotos forward to it leave a scope that ends
    there, gotos back to it repeat a loop that begins there."""
    body = tuple(body)
    split = _last_label(here, body)
    if split is None:
        _in_turn(here, body)
    else:
        _labelled(here, body, split)


def _last_label(here: Here, body: tuple[tree.Statement, ...]) -> int | None:
    """The last label that stands in no loop which gotos back to an earlier one make."""
    last = None
    end = -1  # of the loop that begins above
    for i, s in enumerate(body):
        if isinstance(s, tree.Label) and i > end:
            last = i
            end = max((j for j in range(i, len(body)) if _goes_to(here, body[j], s.name)), default=end)
    return last


def _in_turn(here: Here, body: tuple[tree.Statement, ...]) -> None:
    number = 0
    while number < len(body):
        statement, number = body[number], number + 1
        if (found := guards.guard_of(statement)) is not None:
            guards.guarded(here, *found, body[number:], False)
            return
        if (found := guards.scoped_guard_of(statement)) is not None and number < len(body):
            guards.guarded(here, *found, (body[number],), True)
            number += 1
            continue
        lower(here, statement)


def _labelled(here: Here, body: tuple[tree.Statement, ...], position: int) -> None:
    label = body[position]
    assert isinstance(label, tree.Label)
    for s in body:
        if guards.guard_of(s) is not None:
            here.context.cannot_model("a goto with a guard()", here.frame, s.span)
    before, after = body[:position], body[position + 1 :]
    if any(_goes_to(here, s, label.name) for s in before):
        forward = here.writer.fresh(label.name)
        here.frame.gotos[label.name] = forward
        with here.writer.block() as first:
            block(here, before)
        start = next(i for i, s in enumerate(before) if _goes_to(here, s, label.name))
        leave_open(here, before[start:])
        here.writer.emit(Scope(forward, tuple(first)))
    else:
        block(here, before)
    if not any(_goes_to(here, s, label.name) for s in after):
        here.frame.gotos.pop(label.name, None)
        block(here, after)
        return
    again, done = here.writer.fresh(label.name), here.writer.fresh("done")
    here.frame.gotos[label.name] = again
    repeated = 1 + max(i for i, s in enumerate(after) if _goes_to(here, s, label.name))
    with here.writer.repeated() as inner:
        block(here, after[:repeated])
        here.writer.emit(Leave(done))
    here.frame.gotos.pop(label.name, None)
    loop = Loop((Scope(again, tuple(inner)),), here.frame.origin(label.span))
    here.writer.emit(Scope(done, (loop,)))
    block(here, after[repeated:])


def _goes_to(here: Here, s: tree.Statement, label: str) -> bool:
    return any(isinstance(n, tree.Goto) and n.label == label for n in here.context.nodes(s))


def lower(here: Here, s: tree.Statement) -> None:
    """Emit the operations of one statement.

    Raises ProgramError for a break, continue or goto with nowhere to go.
    """
    match s:
        case tree.Evaluate(expression):
            _evaluate(here, expression)
        case tree.Declare(()):
            _bare_word(here, s)
        case tree.Declare(variables):
            for variable in variables:
                declare(here, variable)
        case tree.Block(body):
            outer = dict(here.frame.bindings)
            block(here, body)
            uncover(here, outer, body)
        case tree.If():
            _if(here, s)
        case tree.While():
            _while(here, s)
        case tree.DoWhile():
            _do_while(here, s)
        case tree.For():
            _for(here, s)
        case tree.MacroLoop():
            _macro_loop(here, s)
        case tree.Switch():
            _switch(here, s)
        case tree.Case():
            raise here.frame.error("stray-case", "case outside a switch", s.span)
        case tree.Label():
            pass
        case tree.Goto(label):
            _goto(here, s, label)
        case tree.Break():
            _leave(here, here.frame.breaks, "break", s)
        case tree.Continue():
            _leave(here, here.frame.continues, "continue", s)
        case tree.Return(value):
            if value is not None:
                returns = here.frame.body.returns
                if returns is not None and here.context.types_of.is_struct(returns):
                    objects.check_value(here, value)
                result = access.convert(here, expressions.typed(here, value), here.frame.body.returns)
                here.writer.emit(Set(here.frame.result, result))
            here.writer.emit(Leave(here.frame.exit))
        case tree.Prose():
            _prose(here, s)
        case tree.Empty():
            pass
        case _:
            assert_never(s)


def _evaluate(here: Here, e: tree.Expression) -> None:
    """An expression statement. In a diagram a primitive may stand without parentheses, and one that is
    mentioned without its arguments is prose."""
    if isinstance(e, tree.Name) and here.frame.is_column and is_primitive(e.name):
        e = tree.Call(e, (), e.span)
    elif isinstance(e, tree.Name) and not here.context.is_known(here.frame, e.name):
        here.context.assume(f"{e.name} is not in the text (line {e.span.line}): taken to do nothing")
        return
    with here.writer.block() as body:
        try:
            expressions.value(here, e)
        except ProgramError as problem:
            if problem.code != "missing-argument" or not here.frame.is_column:
                raise
            here.context.skip(e.span.line, text_of(here.frame.source, e.span), problem.message)
            return
    here.writer.operations.extend(body)


def _bare_word(here: Here, s: tree.Declare) -> None:
    """A line of one word, which declares nothing: in a diagram, a barrier without its parentheses."""
    word = text_of(here.frame.source, s.span).rstrip("; ")
    if here.frame.is_column and is_primitive(word):
        _evaluate(here, tree.Name(word, s.span))


def _if(here: Here, s: tree.If) -> None:
    condition = truth(expressions.value(here, s.condition))
    with here.writer.block() as then:
        lower(here, s.then)
    with here.writer.block() as otherwise:
        if s.otherwise is not None:
            lower(here, s.otherwise)
    here.writer.emit(Branch(condition, tuple(then), tuple(otherwise), here.frame.origin(s.span)))


def _exit_unless(here: Here, condition: tree.Expression, label: str) -> None:
    go_on = truth(expressions.value(here, condition))
    here.writer.emit(Branch(go_on, (), (Leave(label),), here.frame.origin(condition.span)))


def _body(here: Here, s: tree.Statement, stop: str) -> str:
    """A loop's body, inside the scope that `continue` leaves; gives that scope's label."""
    again = here.writer.fresh("continue")
    here.frame.breaks.append(stop)
    here.frame.continues.append(again)
    with here.writer.block() as body:
        lower(here, s)
    here.frame.breaks.pop()
    here.frame.continues.pop()
    here.writer.emit(Scope(again, tuple(body)))
    return again


def _while(here: Here, s: tree.While) -> None:
    stop = here.writer.fresh("break")
    with here.writer.repeated() as inner:
        _exit_unless(here, s.condition, stop)
        again = _body(here, s.body, stop)
    here.writer.emit(Scope(stop, (Loop(tuple(inner), here.frame.origin(s.span), again),)))


def _do_while(here: Here, s: tree.DoWhile) -> None:
    stop = here.writer.fresh("break")
    if isinstance(s.condition, tree.Number) and s.condition.value == 0:
        with here.writer.block() as once:
            _body(here, s.body, stop)
        here.writer.emit(Scope(stop, tuple(once)))
        return
    with here.writer.repeated() as inner:
        _body(here, s.body, stop)
        _exit_unless(here, s.condition, stop)
    here.writer.emit(Scope(stop, (Loop(tuple(inner), here.frame.origin(s.span)),)))


def _for(here: Here, s: tree.For) -> None:
    stop = here.writer.fresh("break")
    outer = dict(here.frame.bindings)
    if s.initial is not None:
        lower(here, s.initial)
    with here.writer.repeated() as inner:
        if s.condition is not None:
            _exit_unless(here, s.condition, stop)
        again = _body(here, s.body, stop)
        if s.step is not None:
            expressions.value(here, s.step)
    here.writer.emit(Scope(stop, (Loop(tuple(inner), here.frame.origin(s.span), again),)))
    if s.initial is not None:
        uncover(here, outer, (s.initial,))


def _macro_loop(here: Here, s: tree.MacroLoop) -> None:
    """A loop whose bounds a macro hides: it may end before any iteration."""
    stop = here.writer.fresh("break")
    origin = here.frame.origin(s.span)
    here.context.assume(
        f"line {origin.span.line}: {origin.text.split('(')[0]}() may repeat its body any number of times"
    )
    named = [a.name for a in s.call.arguments if isinstance(a, tree.Name) and a.name in here.frame.bindings]
    cursors = named if _MANY_CURSORS.match(origin.text) else named[:1]
    with here.writer.repeated() as inner:
        for name in cursors:
            binding = here.frame.bindings[name]
            if isinstance(binding, Variable):
                here.writer.emit(Set(binding.key, here.context.opaque(f"{origin.place}:{name}")))
        more = here.context.opaque(origin.place)
        here.writer.emit(Branch(truth(more), (), (Leave(stop),), origin))
        again = _body(here, s.body, stop)
    here.writer.emit(Scope(stop, (Loop(tuple(inner), origin, again),)))


def _switch(here: Here, s: tree.Switch) -> None:
    """Each run of statements after case labels is entered when one of them matches, or by falling through."""
    stop, fall, chosen = (here.writer.fresh(n) for n in ("break", "fall", "switch"))
    asked, kind = expressions.typed(here, s.value)
    here.writer.emit(Set(chosen, asked))
    here.writer.emit(Set(fall, Number(0)))
    body = s.body.body if isinstance(s.body, tree.Block) else (s.body,)
    sections = _sections(body)
    cases = [case for labels, _ in sections for case in labels]
    asked_for = (Local(chosen), kind)
    tests = {id(c): _is_case(here, asked_for, c.value, c.last) for c in cases if c.value is not None}
    outer = dict(here.frame.bindings)
    for v in variables_of(takewhile(lambda statement: not isinstance(statement, tree.Case), body)):
        declare(here, replace(v, initial=None))
    here.frame.breaks.append(stop)
    with here.writer.block() as inner:
        for labels, statements in sections:
            enter: Value = Local(fall)
            for label in labels:
                test = tests.get(id(label)) or _no_case(list(tests.values()))
                enter = Apply("||", (enter, test))
            with here.writer.block() as section:
                here.writer.emit(Set(fall, Number(1)))
                block(here, statements)
            here.writer.emit(Branch(enter, tuple(section), (), here.frame.origin(s.span)))
    here.frame.breaks.pop()
    leave_open(here, body)
    here.writer.emit(Scope(stop, tuple(inner)))
    uncover(here, outer, body)


def _is_case(here: Here, chosen: Typed, value: tree.Expression, last: tree.Expression | None) -> Value:
    first = as_kind(expressions.typed(here, value), promoted(chosen[1]))
    if last is None:
        return Apply("==", (chosen[0], first))
    end = as_kind(expressions.typed(here, last), promoted(chosen[1]))
    return Apply("&&", (Apply("<=", (first, chosen[0])), Apply("<=", (chosen[0], end))))


def _no_case(tests: Sequence[Value]) -> Value:
    result: Value = Number(1)
    for test in tests:
        result = Apply("&&", (result, Apply("!", (test,))))
    return result


def _sections(body: Sequence[tree.Statement]) -> list[tuple[list[tree.Case], list[tree.Statement]]]:
    """The statements of a switch, split at its case labels."""
    sections: list[tuple[list[tree.Case], list[tree.Statement]]] = []
    for statement in body:
        if isinstance(statement, tree.Case):
            if not sections or sections[-1][1]:
                sections.append(([], []))
            sections[-1][0].append(statement)
        elif sections:
            sections[-1][1].append(statement)
    return sections


def _goto(here: Here, s: tree.Goto, label: str) -> None:
    target = here.frame.gotos.get(label)
    if target is None:
        raise here.frame.error("goto", f"no label {label} that a goto can reach from here", s.span)
    here.writer.emit(Leave(target))


def _leave(here: Here, targets: list[str], word: str, s: tree.Statement) -> None:
    if not targets:
        raise here.frame.error("stray-jump", f"{word} outside a loop", s.span)
    here.writer.emit(Leave(targets[-1]))


def _prose(here: Here, s: tree.Prose) -> None:
    line = s.span.line
    text = s.text.strip()
    if s.leaves is None:
        is_cut, is_above = text in (tree.OMITTED, tree.OMITTED_ABOVE), text == tree.OMITTED_ABOVE
        if is_cut or (here.context.has_locks and _DOTS.fullmatch(text)):
            here.writer.emit(Omitted(here.frame.origin(s.span), is_cut, is_above))
        if is_cut:
            return
        here.context.skip(line, text, "not code")
        if _ORDERS.search(text):
            here.context.unmodelled.setdefault(f"“{text}”", line)
        return
    if s.leaves == "break" and here.frame.breaks:
        here.context.assume(f"line {line}: “{text}” leaves the loop")
        here.writer.emit(Leave(here.frame.breaks[-1]))
        return
    here.context.assume(f"line {line}: “{text}” leaves the function")
    here.writer.emit(Leave(here.frame.exit))


# Loops that find an index and an entry in each turn
_MANY_CURSORS = re.compile(r"(?:xa|idr|hash|radix_tree)_for_each")
_DOTS = re.compile(r"\.\.+|…")
_ORDERS = re.compile(r"\b(?:un)?lock\b|barrier\b|\bfence\b|\b\w*mb\b|\bacquire|\brelease", re.IGNORECASE)
