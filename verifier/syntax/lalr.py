"""Runs the tables that Lark makes of a grammar, where all that is asked for is what they build.

The machine is Lark's own (LALR(1): shift, reduce, go to) without what Lark keeps for errors and for interactive use;
for words that do not fit, ask Lark itself. Rules that only hand on their one child cost no call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from lark import Lark, Token
from lark.parse_tree_builder import ExpandSingleChild
from lark.parsers.lalr_analysis import Shift

END = "$END"


class Unexpected(Exception):
    """A word that does not fit, or the end of the words."""


class _Step(NamedTuple):
    """What to do in a state before a word: shift it and go to `state`, or reduce `size` children to `origin`.

    `build` is None for a rule that hands on its one child.
    """

    shifts: bool
    state: int
    size: int
    build: Callable[[list[Any]], Any] | None
    origin: str


class _States(dict[int, dict[str, _Step]]):
    """What to do in each state before each word, made of Lark's tables when a state is first met."""

    def __init__(self, states: Mapping[int, Mapping[str, tuple[object, Any]]], callbacks: Any) -> None:
        super().__init__()
        self._states = states
        self._callbacks = callbacks

    def __missing__(self, state: int) -> dict[str, _Step]:
        steps = {kind: _step(self._callbacks, *step) for kind, step in self._states[state].items()}
        self[state] = steps
        return steps


class Tables:
    """The tables of a grammar."""

    def __init__(self, lark: Lark) -> None:
        frontend: Any = lark.parser
        parser = frontend.parser.parser
        table = parser.parse_table
        self._starts: dict[str, int] = dict(table.start_states)
        self._ends: dict[str, int] = dict(table.end_states)
        self._states = _States(table.states, parser.callbacks)

    def run(self, words: Sequence[Token], start: str) -> Any:
        """What the start rule builds from the words. Raises Unexpected."""
        states, end = self._states, self._ends[start]
        path: list[int] = [self._starts[start]]
        values: list[Any] = [None]  # as long as the path: what each state was entered with
        for word in (*words, Token(END, "")):
            while True:
                step = states[path[-1]].get(word.type)
                if step is None:
                    raise Unexpected(word)
                shifts, state, size, build, origin = step
                if shifts:
                    path.append(state)
                    values.append(word)
                    break
                if build is None:
                    path[-1] = states[path[-2]][origin].state
                    continue
                first = len(path) - size
                value = build(values[first:])
                del path[first:], values[first:]
                path.append(states[path[-1]][origin].state)
                values.append(value)
                if path[-1] == end and word.type == END:
                    return value
        raise RuntimeError("the end of the words is never shifted")


def _step(callbacks: Any, action: object, argument: Any) -> _Step:
    if action is Shift:
        return _Step(True, argument, 0, None, "")
    size, build = len(argument.expansion), callbacks[argument]
    hands_on = size == 1 and isinstance(build, ExpandSingleChild)
    return _Step(False, 0, size, None if hands_on else build, argument.origin.name)
