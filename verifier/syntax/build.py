"""Builds the nodes of the syntax tree: one method for each rule of the grammar, deciding nothing but shape.

Each method gets the rule's children in order, every token among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from verifier.source import Span
from verifier.syntax import literals, tree
from verifier.syntax.leaf import Leaf
from verifier.syntax.outline import (
    Declarator,
    Designated,
    Head,
    LoopHead,
    Storage,
    Typedef,
    shaped,
    unnamed_enum,
)
from verifier.syntax.vocabulary import leaving

Children = list[Any]
_T = TypeVar("_T")


class Builder:
    # ------------------------------------------------------------- top level

    def unit(self, c: Children) -> tree.Unit:
        items = [item for item in c if item is not None]
        return tree.Unit(
            functions=_of(items, tree.Function),
            variables=tuple(v for d in _of(items, tree.Declare) for v in d.variables),
            conditions=_of(items, tree.Condition),
            comments=(),
            skipped=_of(items, tree.Skipped),
            span=_span(items) if items else Span(1, 1, 1, 1),
        )

    def column(self, c: Children) -> tree.Block:
        return tree.Block(_statements(c), _span(c) if c else Span(1, 1, 1, 1))

    def skipped(self, c: Children) -> tree.Skipped:
        return tree.Skipped(str(c[0]), _span(c))

    def function(self, c: Children) -> tree.Function:
        head: Head = c[0]
        return tree.Function(head.name, head.returns, head.parameters, c[1], False, _span(c))

    def prototype(self, _: Children) -> None:
        return None

    def bare_head(self, c: Children) -> Head:
        return Head(str(c[0]), None, _parameters(c), _span(c))

    def typed_head(self, c: Children) -> Head:
        c = [child for child in c if not isinstance(child, Storage)]
        returns: tree.Type = c[0]
        name = next(child for child in c if _is(child, "NAME"))
        return Head(str(name), _pointer(returns, c[1]), _parameters(c), _span(c))

    def parameters(self, c: Children) -> tuple[tree.Parameter, ...]:
        found = _of(c, tree.Parameter)
        return () if len(found) == 1 and not found[0].name and found[0].type.name == "void" else found

    def unnamed_parameter(self, c: Children) -> tree.Parameter:
        type_ = _pointer(c[0], c[1])
        return tree.Parameter(type_, "", _span(c))

    def named_parameter(self, c: Children) -> tree.Parameter:
        return tree.Parameter(_pointer(c[0], c[1], len(c) - 3), str(c[2]), _span(c))

    def function_parameter(self, c: Children) -> tree.Parameter:
        name = next(child for child in c if _is(child, "NAME"))
        return tree.Parameter(_pointer(c[0], c[1], 1), str(name), _span(c))

    def untyped_parameter(self, c: Children) -> tree.Parameter:
        return tree.Parameter(tree.Type("int", 0, _span(c)), str(c[0]), _span(c))

    def more_parameters(self, _: Children) -> None:
        return None

    def exists(self, c: Children) -> tree.Condition:
        return tree.Condition("exists", c[2], _span(c))

    def not_exists(self, c: Children) -> tree.Condition:
        return tree.Condition("~exists", c[3], _span(c))

    def forall(self, c: Children) -> tree.Condition:
        return tree.Condition("forall", c[2], _span(c))

    # ---------------------------------------------------------- declarations

    def storage(self, c: Children) -> Storage:
        return Storage(_span(c))

    def declaration(self, c: Children) -> tree.Declare:
        static = isinstance(c[0], Storage)
        type_: tree.Type = c[1] if static else c[0]
        declared = next((child for child in c if isinstance(child, tuple)), ())
        return tree.Declare(tuple(shaped(type_, d, static) for d in declared), _span(c))

    def typedef(self, c: Children) -> Typedef:
        return Typedef(_span(c))

    def enumeration(self, c: Children) -> tree.Declare:
        constants = next(child for child in c if isinstance(child, tuple))
        declared = [child for child in c if isinstance(child, tuple)][1:]
        name = f"enum {c[1]}" if _is(c[1], "NAME") else unnamed_enum(constants[0].name)
        type_ = tree.Type(name, 0, _span(c[:1]))
        extra = tuple(shaped(type_, d, False) for group in declared for d in group)
        return tree.Declare((*constants, *extra), _span(c))

    def enumeration_typedef(self, c: Children) -> tree.Declare:
        constants = next(child for child in c if isinstance(child, tuple))
        return tree.Declare(constants, _span(c))

    def enumerators(self, c: Children) -> tuple[tree.Variable, ...]:
        return literals.number_constants([child for child in c if isinstance(child, tree.Variable)])

    def enumerator(self, c: Children) -> tree.Variable:
        return tree.Variable(
            tree.Type("const", 0, _span(c[:1])), str(c[0]), (), c[2] if len(c) > 1 else None, False, _span(c)
        )

    def type(self, c: Children) -> tree.Type:
        words = " ".join(" ".join(str(word).split()) for word in c if _is(word, "TYPE"))
        return tree.Type(words, 0, _span(c))

    def stars(self, c: Children) -> list[Leaf]:
        return c

    def declarators(self, c: Children) -> tuple[Declarator, ...]:
        return _of(c, Declarator)

    def initialised(self, c: Children) -> Declarator:
        target: Declarator = c[0]
        return Declarator(target.name, target.pointers, target.dimensions, c[2], _span(c))

    def plain_target(self, c: Children) -> Declarator:
        return Declarator(
            str(c[1]), len(c[0]), tuple(d[0] for d in c[2:]), None, _span([*c[0], *c[1:2], *_ends(c[2:])])
        )

    def function_target(self, c: Children) -> Declarator:
        name = next(child for child in c if _is(child, "NAME"))
        dimensions = tuple(child[0] for child in c if isinstance(child, tuple) and _is_dimension(child))
        return Declarator(
            str(name), 1, dimensions, None, _span([child for child in c if isinstance(child, Leaf)])
        )

    def dimension(self, c: Children) -> tuple[tree.Expression | None, Leaf]:
        return (None if isinstance(c[1], Leaf) else c[1], c[-1])

    def braces(self, c: Children) -> tree.Braces:
        items = [child for child in c if not isinstance(child, Leaf)]
        values = tuple(i.value if isinstance(i, Designated) else i for i in items)
        names = tuple(i.names if isinstance(i, Designated) else () for i in items)
        return tree.Braces(values, names, _span(c))

    def designated(self, c: Children) -> Designated:
        steps = [step for step in c if isinstance(step, tuple)]
        names = tuple(name for name, _ in steps if name is not None)
        return Designated(names if len(names) == len(steps) else None, c[-1], _span(c))

    def designator(self, c: Children) -> tuple[str | None, Leaf]:
        if len(c) == 2:
            return str(c[1]), c[1]
        return f"[{c[1].value}]" if isinstance(c[1], tree.Number) else None, c[-1]

    # ------------------------------------------------------------ statements

    def block(self, c: Children) -> tree.Block:
        return tree.Block(_statements(c[1:-1]), _span(c))

    def if_else(self, c: Children) -> tree.If:
        return tree.If(c[2], _statement(c[4]), _statement(c[6]), _span(c))

    def if_only(self, c: Children) -> tree.If:
        return tree.If(c[2], _statement(c[4]), None, _span(c))

    def while_loop(self, c: Children) -> tree.While:
        return tree.While(c[2], _statement(c[4]), _span(c))

    def do_while(self, c: Children) -> tree.DoWhile:
        return tree.DoWhile(_statement(c[1]), c[4], _span(c))

    def for_head(self, c: Children) -> LoopHead:
        parts: list[tree.Expression | None] = [None, None, None]
        place = 0
        for child in c[2:-1]:
            if isinstance(child, Leaf):
                place += 1
            else:
                parts[place] = child
        initial = None if parts[0] is None else tree.Evaluate(parts[0], parts[0].span)
        return LoopHead(initial, parts[1], parts[2], _span(c))

    def for_head_declares(self, c: Children) -> LoopHead:
        condition = None if isinstance(c[3], Leaf) else c[3]
        step = None if isinstance(c[-2], Leaf) else c[-2]
        return LoopHead(c[2], condition, step, _span(c))

    def for_words(self, c: Children) -> LoopHead:
        return LoopHead(None, tree.Words(str(c[2]), _span(c[2:3])), None, _span(c))

    def for_loop(self, c: Children) -> tree.For:
        head: LoopHead = c[0]
        return tree.For(head.initial, head.condition, head.step, _statement(c[1]), _span(c))

    def loop_head(self, c: Children) -> tree.Call:
        return tree.Call(tree.Name(str(c[0]), _span(c[:1])), _arguments(c), _span(c))

    def macro_loop(self, c: Children) -> tree.MacroLoop:
        return tree.MacroLoop(c[0], _statement(c[1]), _span(c))

    def switch(self, c: Children) -> tree.Switch:
        return tree.Switch(c[2], _statement(c[4]), _span(c))

    def evaluate(self, c: Children) -> tree.Evaluate:
        return tree.Evaluate(c[0], _span(c))

    def case(self, c: Children) -> tree.Case:
        return tree.Case(c[1], _span(c))

    def case_range(self, c: Children) -> tree.Case:
        return tree.Case(c[1], _span(c), c[3])

    def default(self, c: Children) -> tree.Case:
        return tree.Case(None, _span(c))

    def label(self, c: Children) -> tree.Label:
        return tree.Label(str(c[0]), _span(c))

    def goto(self, c: Children) -> tree.Goto:
        return tree.Goto(str(c[1]), _span(c))

    def break_(self, c: Children) -> tree.Break:
        return tree.Break(_span(c))

    def continue_(self, c: Children) -> tree.Continue:
        return tree.Continue(_span(c))

    def return_(self, c: Children) -> tree.Return:
        return tree.Return(c[1] if len(c) == 3 else None, _span(c))

    def empty(self, c: Children) -> tree.Empty:
        return tree.Empty(_span(c))

    def prose(self, c: Children) -> tree.Prose:
        return tree.Prose(str(c[0]), leaving(str(c[0])), _span(c))

    # ----------------------------------------------------------- expressions

    def binary(self, c: Children) -> tree.Binary:
        return tree.Binary(str(c[1]), c[0], c[2], _span(c))

    def assign(self, c: Children) -> tree.Assign:
        return tree.Assign(c[1], c[0], c[2], _span([c[0], c[2]]))

    def assigner(self, c: Children) -> str:
        return str(c[0])

    def conditional(self, c: Children) -> tree.Conditional:
        return tree.Conditional(c[0], c[2], c[4], _span(c))

    def conditional_same(self, c: Children) -> tree.Conditional:
        return tree.Conditional(c[0], c[0], c[3], _span(c))

    def cast(self, c: Children) -> tree.Cast:
        return tree.Cast(_pointer(c[1], c[2]), c[4], _span(c))

    def unary(self, c: Children) -> tree.Unary:
        return tree.Unary(str(c[0]), c[1], _span(c))

    def increment(self, c: Children) -> tree.Increment:
        return tree.Increment("++" if c[0] == "++" else "--", c[1], True, _span(c))

    def increment_after(self, c: Children) -> tree.Increment:
        return tree.Increment("++" if c[1] == "++" else "--", c[0], False, _span(c))

    def sizeof(self, c: Children) -> tree.Call:
        return tree.Call(tree.Name("sizeof", _span(c[:1])), (c[1],), _span(c))

    def sizeof_type(self, c: Children) -> tree.Call:
        argument = tree.TypeArgument(_pointer(c[2], c[3]), c[2].span)
        return tree.Call(tree.Name("sizeof", _span(c[:1])), (argument,), _span(c))

    def call(self, c: Children) -> tree.Call:
        return tree.Call(c[0], _arguments(c), _span(c))

    def index(self, c: Children) -> tree.Index:
        return tree.Index(c[0], c[2], _span(c))

    def member(self, c: Children) -> tree.Member:
        return tree.Member(c[0], str(c[2]), False, _span(c))

    def arrow(self, c: Children) -> tree.Member:
        return tree.Member(c[0], str(c[2]), True, _span(c))

    def arguments(self, c: Children) -> tuple[tree.Expression, ...]:
        return _expressions(c)

    def type_argument(self, c: Children) -> tree.TypeArgument:
        type_ = _pointer(c[0], c[1])
        return tree.TypeArgument(type_, type_.span)

    def name(self, c: Children) -> tree.Name:
        return tree.Name(str(c[0]), _span(c))

    def number(self, c: Children) -> tree.Number:
        return tree.Number(literals.integer(str(c[0])), str(c[0]), _span(c))

    def char(self, c: Children) -> tree.Number:
        return tree.Number(literals.character(str(c[0])), str(c[0]), _span(c))

    def string(self, c: Children) -> tree.String:
        return tree.String("".join(literals.string(str(part)) for part in c), _span(c))

    def scoped(self, c: Children) -> tree.Scoped:
        thread, name = str(c[0]).split(":", 1)
        return tree.Scoped(thread.strip(), name.strip(), _span(c))

    def words(self, c: Children) -> tree.Words:
        return tree.Words(str(c[0]), _span(c))

    def parenthesised(self, c: Children) -> tree.Expression:
        return cast(tree.Expression, c[1])


# ---------------------------------------------------------------------- helpers


def _span(children: Sequence[Any]) -> Span:
    """From the first child to the last that has a place."""
    first, last = _edge(children, False), _edge(children, True)
    if not isinstance(first, Leaf):
        first = first.span
    if not isinstance(last, Leaf):
        last = last.span
    return Span(first.line or 1, first.column or 1, last.end_line or 1, last.end_column or 1)


def _edge(children: Sequence[Any], last: bool) -> Any:
    for child in reversed(children) if last else children:
        if isinstance(child, Leaf):
            return child
        if isinstance(child, (list, tuple)):
            if child:
                return _edge(child, last)
        elif child is not None and not isinstance(child, str):
            return child
    raise RuntimeError("a rule of the grammar without any place")


def _is(child: Any, terminal: str) -> bool:
    return isinstance(child, Leaf) and child.type == terminal


def _of(items: Sequence[Any], kind: type[_T]) -> tuple[_T, ...]:
    return tuple(item for item in items if isinstance(item, kind))


def _ends(dimensions: Sequence[tuple[Any, Leaf]]) -> list[Leaf]:
    return [d[1] for d in dimensions]


def _is_dimension(child: tuple[Any, ...]) -> bool:
    return len(child) == 2 and _is(child[1], "RSQB")


def _parameters(children: Children) -> tuple[tree.Parameter, ...]:
    return next((child for child in children if isinstance(child, tuple)), ())


def _pointer(type_: tree.Type, stars: Sequence[Leaf], more: int = 0) -> tree.Type:
    span = type_.span.to(_span(stars)) if stars else type_.span
    return tree.Type(type_.name, type_.pointers + len(stars) + more, span)


def _arguments(children: Children) -> tuple[tree.Expression, ...]:
    return next((child for child in children if isinstance(child, tuple)), ())


def _expressions(children: Children) -> tuple[tree.Expression, ...]:
    return tuple(child for child in children if not isinstance(child, Leaf))


def _statements(children: Children) -> tuple[tree.Statement, ...]:
    return tuple(_statement(child) for child in children if not isinstance(child, Typedef))


def _statement(child: Any) -> tree.Statement:
    return tree.Empty(child.span) if isinstance(child, Typedef) else cast(tree.Statement, child)
