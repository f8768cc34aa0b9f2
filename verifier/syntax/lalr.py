"""Runs the tables that Lark makes of a grammar.

The machine is Lark's own (LALR(1): shift, reduce, go to) without what Lark keeps for interactive use. Rules that only
hand on their one child cost no call. A grammar's tables are plain data, so that they can be kept: to run them takes no
Lark.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from verifier.syntax.leaf import Leaf, leaf

END = "$END"

HANDS_ON = "?"
MAKES_LIST = "*"

Rule = tuple[str, str, int, tuple[int, ...]]
"""A rule's origin; the method that builds of its children, or one of the two above; how many there are; and which of
them are lists, made by Lark's own rules for repetitions, whose items count as children."""

Data = tuple[dict[str, int], dict[str, int], dict[int, dict[str, int]], list[Rule]]
"""By start rule, the first and the last state; by state and word, the state to go to or, below 0, -1 - the rule."""

Build = Callable[[list[Any]], Any]


class Rejected(Exception):
    """The grammar does not accept the word at `index` (the text's end where it is len(words))."""

    def __init__(self, index: int, expected: Collection[str]) -> None:
        super().__init__(index)
        self.index = index
        self.expected = expected


class _Step(NamedTuple):
    """What to do in a state before a word: shift it and go to `state`, or reduce `size` children to `origin`.

    `build` is None for a rule that hands on its one child.
    """

    shifts: bool
    state: int
    size: int
    build: Build | None
    origin: str


class _States(dict[int, dict[str, _Step]]):
    """What to do in each state before each word, made of the tables when a state is first met."""

    def __init__(self, states: dict[int, dict[str, int]], reductions: list[_Step]) -> None:
        super().__init__()
        self._states = states
        self._reductions = reductions

    def __missing__(self, state: int) -> dict[str, _Step]:
        steps = {
            kind: _Step(True, to, 0, None, "") if to >= 0 else self._reductions[-1 - to]
            for kind, to in self._states[state].items()
        }
        self[state] = steps
        return steps


class Tables:
    """The tables of a grammar, with an object that has a method for each rule."""

    def __init__(self, data: Data, builder: object) -> None:
        self._starts, self._ends, states, rules = data
        self._states = _States(states, [_reduction(rule, builder) for rule in rules])

    def run(self, words: Sequence[Leaf], start: str) -> Any:
        """What the start rule builds from the words. Raises Rejected."""
        states, end = self._states, self._ends[start]
        path: list[int] = [self._starts[start]]
        values: list[Any] = [None]  # as long as the path: what each state was entered with
        for word in (*words, leaf(END, "", len(words), 0, 0, 0, 0)):
            while True:
                step = states[path[-1]].get(word.type)
                if step is None:
                    raise Rejected(word.start_pos, self._expected(path, end))
                shifts, state, size, build, origin = step
                if shifts:
                    path.append(state)
                    values.append(word)
                    break
                if build is None:
                    path[-1] = states[path[-2]][origin].state
                else:
                    first = len(path) - size
                    value = build(values[first:])
                    del path[first:], values[first:]
                    path.append(states[path[-1]][origin].state)
                    values.append(value)
                if path[-1] == end and word.type == END:
                    return values[-1]
        raise RuntimeError("the end of the words is never shifted")

    def _expected(self, path: Sequence[int], end: int) -> list[str]:
        """The kinds of words that would be accepted after a path of states."""
        return [kind for kind in self._states[path[-1]] if kind.isupper() and self._accepts(path, end, kind)]

    def _accepts(self, path: Sequence[int], end: int, kind: str) -> bool:
        states, left = self._states, list(path)
        while step := states[left[-1]].get(kind):
            if step.shifts:
                return True
            del left[len(left) - step.size :]
            left.append(states[left[-1]][step.origin].state)
            if left[-1] == end and kind == END:
                return True
        return False


def _reduction(rule: Rule, builder: object) -> _Step:
    origin, name, size, lists = rule
    if name == HANDS_ON:
        return _Step(False, 0, size, None, origin)
    build: Build = list if name == MAKES_LIST else getattr(builder, name)
    return _Step(False, 0, size, _flattening(build, lists) if lists else build, origin)


def _flattening(build: Build, lists: tuple[int, ...]) -> Build:
    """Builds of the children, those that are lists taken apart."""
    if lists == (0,):  # a list that grows: by all that came before, it is not copied

        def grow(children: list[Any]) -> Any:
            found: list[Any] = children[0]
            found += children[1:]
            return found if build is list else build(found)

        return grow

    def flatten(children: list[Any]) -> Any:
        for i in reversed(lists):
            children[i : i + 1] = children[i]
        return build(children)

    return flatten
