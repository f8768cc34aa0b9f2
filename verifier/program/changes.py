"""Which variables a function's text changes: by an assignment, through a macro, or wherever their address goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from verifier.program.macros import is_macro, takes_many
from verifier.program.primitives import StoreCall
from verifier.syntax import tree
from verifier.syntax.walk import nodes

if TYPE_CHECKING:
    from verifier.program.context import Context


class Changes:
    """The answers for the functions of one text, and for the primitives that it uses."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[int, tuple[tree.Function, Counter[str]]] = {}

    def of(self, function: tree.Function) -> Counter[str]:
        """How many places of a function's body may change each name, declarations aside."""
        kept = self._known.get(id(function))
        if kept is None:
            kept = self._known[id(function)] = function, Counter()  # for a macro that comes back to itself
            kept[1].update([name for node in nodes(function) for name in self._changed_by(node)])
        return kept[1]

    def settings(self, function: tree.Function, name: str) -> int:
        """How many places of a function set a variable: its parameters, declarations, and what changes it."""
        given = any(p.name == name for p in function.parameters)
        declared = (n for n in nodes(function) if isinstance(n, tree.Variable) and n.initial is not None)
        return given + sum(v.name == name for v in declared) + self.of(function)[name]

    def _changed_by(self, node: object) -> Iterator[str]:
        match node:
            case tree.Assign(_, place, _) | tree.Increment(_, place, _) | tree.Unary("&", place):
                yield from _name_of(place)
            case tree.Call(tree.Name(called), arguments):
                yield from self._changed_by_call(called, arguments)
            case tree.MacroLoop(tree.Call(_, arguments)):
                for argument in arguments:
                    yield from _name_of(argument)
            case _:
                pass

    def _changed_by_call(self, called: str, arguments: tuple[tree.Expression, ...]) -> Iterator[str]:
        """A macro's argument is the variable itself, a function's is its value."""
        function = self._context.body(called)
        if function is None:
            core = self._context.kernel.core(called)
            if isinstance(core, StoreCall) and core.form == "lvalue" and core.place < len(arguments):
                yield from _name_of(arguments[core.place])
            return
        changed = self.of(function)
        given = dict(zip((p.name for p in function.parameters), arguments, strict=False))
        if takes_many(function) and function.parameters[-1].name in changed:
            for argument in arguments[len(function.parameters) - 1 :]:
                yield from _name_of(argument)
        for parameter in function.parameters:
            if parameter.type.name == "lvalue" and parameter.name in changed and parameter.name in given:
                yield from _name_of(given[parameter.name])
        if is_macro(function):
            yield from (name for name in changed if name not in given)


def _name_of(place: tree.Expression) -> Iterator[str]:
    while isinstance(place, tree.Cast):
        place = place.operand
    if isinstance(place, tree.Name):
        yield place.name
