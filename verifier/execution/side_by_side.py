"""Many executions of one event graph side by side: what a model sees of them, and where an expression is true."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from typing import TypeVar, get_args

from verifier.cat.bits import from_members, members
from verifier.cat.slices import Slice, Slices
from verifier.events.expression import (
    Apply,
    Const,
    Expression,
    ReadValue,
    Unknown,
    evaluate,
    reads_of,
    unknowns_of,
)
from verifier.events.graph import INITIAL, DependencyKind, EventGraph, observed_locations
from verifier.execution.candidate import Execution, switched_off
from verifier.limits import NotModelled
from verifier.record import replace

_FIXED = frozenset(
    (
        *("_", "W", "R", "F", "M", "IW", "FW", "id", "po", "loc", "int", "ext", "rf", "co"),
        *("rmw", "amo", "lxsx", "different-values"),
    )
)
K = TypeVar("K")
_Leaf = ReadValue | Unknown
_Parts = list[tuple[int, int]]  # a value, and the executions that have it


class SideBySide:
    """The executions of a list, numbered from 0; sets of them are bits.

    every       all of them
    executing   for each event, those in which it happens
    """

    def __init__(self, graph: EventGraph, executions: tuple[Execution, ...]) -> None:
        self.graph = graph
        self.executions = executions
        self.every = (1 << len(executions)) - 1
        self.executing = [0] * len(graph.events)
        for executed, here in _alike(e.executed for e in executions).items():
            for event in members(executed):
                self.executing[event] |= here
        self._truths: dict[Expression, int] = {}
        self._values: dict[_Leaf, _Parts] = {}
        self._relations: dict[str, Slices] = {}

    @cached_property
    def reading(self) -> dict[tuple[int, int], int]:
        """For a write and a read, the executions in which this reads from that."""
        return {(w, r): m for (r, w), m in _having(e.reads_from for e in self.executions).items()}

    @cached_property
    def ordered(self) -> dict[tuple[int, int], int]:
        """For two writes, the executions in which the first is co-before the second."""
        found: dict[tuple[int, int], int] = {}
        for l in range(len(self.graph.locations)):
            for order, here in _alike(e.coherence[l] for e in self.executions).items():
                for pair in combinations(order, 2):
                    found[pair] = found.get(pair, 0) | here
        return found

    def last_writes(self, locations: Iterable[int]) -> Slice:
        """For each write the executions in which it is the last to one of these locations."""
        return _having([e.coherence[l][-1] for l in locations] for e in self.executions)

    def with_fences_of(self, graph: EventGraph) -> SideBySide:
        """The same executions of a program with other fences: the accesses, and when they happen, are the same."""
        kept = from_members(i for i, event in enumerate(graph.events) if event.kind != "F")
        executed = [e.executed & kept for e in self.executions]
        for i, event in enumerate(graph.events):
            if event.kind == "F":
                for number in members(self.truth(event.executes)):
                    executed[number] |= 1 << i
        padding = (None,) * (len(graph.events) - len(self.graph.events))
        executions = (
            replace(e, executed=happening, values=(*e.values, *padding))
            for e, happening in zip(self.executions, executed, strict=True)
        )
        made = SideBySide(graph, tuple(executions))
        made.reading, made.ordered = self.reading, self.ordered
        return made

    # ------------------------------------------------------------- expressions

    def truth(self, e: Expression) -> int:
        """The executions in which an expression over reads, unknowns and final memory is true. Raises NotModelled."""
        found = self._truths.get(e)
        if found is None:
            found = self._truths[e] = self._truth(e)
        return found

    def _truth(self, e: Expression) -> int:
        try:
            match e:
                case Const(value):
                    return self.every if value else 0
                case Apply("&&" | "||" as operator):
                    return self._chain(operator, _operands(e))
                case Apply("!", (inner,)):
                    return self.every & ~self.truth(inner)
        except NotModelled:  # of a part that may not count in these executions
            pass
        true = 0
        for values, here in self._agreeing(e):
            reads = {leaf.event: value for leaf, value in values.items() if isinstance(leaf, ReadValue)}
            unknowns = {leaf.index: value for leaf, value in values.items() if isinstance(leaf, Unknown)}
            if evaluate(e, reads, unknowns):
                true |= here
        return true

    def _chain(self, operator: str, operands: Iterable[Expression]) -> int:
        """The executions in which all operands are true, or one of them; in order, as far as it matters."""
        left = self.every
        for operand in operands:
            truth = self.truth(operand)
            left &= truth if operator == "&&" else ~truth
            if not left:
                break
        return left if operator == "&&" else self.every & ~left

    def _agreeing(self, e: Expression) -> list[tuple[dict[_Leaf, int], int]]:
        """The executions by what an expression reads: the values of its leaves, and those that have them."""
        unknowns = sorted(unknowns_of(e), key=lambda u: u.index)
        leaves: list[_Leaf] = [*(ReadValue(r) for r in sorted(reads_of(e))), *unknowns]
        found: list[tuple[dict[_Leaf, int], int]] = [({}, self.every)]
        for leaf in leaves:
            parts = self._parts(leaf)
            found = [
                ({**known, leaf: value}, both)
                for known, here in found
                for value, there in parts
                if (both := here & there)
            ]
        return found

    def _parts(self, leaf: _Leaf) -> _Parts:
        found = self._values.get(leaf)
        if found is None:
            executions = self.executions
            match leaf:
                case ReadValue(event) if event >= 0:  # what does not happen reads 0
                    values = [e.values[event] or 0 for e in executions]
                case ReadValue(event):
                    values = [e.values[e.coherence[-1 - event][-1]] or 0 for e in executions]
                case Unknown(index):
                    values = [dict(e.unknowns)[index] for e in executions]
            found = self._values[leaf] = list(_alike(values).items())
        return found

    # --------------------------------------------------- base sets and relations

    def switched(self, off: frozenset[int]) -> Switched:
        """Their base sets and relations with the sources of the places `off` switched off."""
        return Switched(self, off)

    def fixed(self, name: str) -> Slices:
        """A base relation that is the same whichever sources are off."""
        found = self._relations.get(name)
        if found is None:
            found = self._relations[name] = self._relation(name)
        return found

    def _relation(self, name: str) -> Slices:
        events = self.graph.events
        match name:
            case "id":
                return {i: {i: m} for i, m in enumerate(self.executing) if m}
            case "po":
                return self._all_pairs((i, members(later)) for i, later in enumerate(self.graph.order))
            case "loc":
                return self._alike_in(lambda i: events[i].location)
            case "int":
                return self._alike_in(lambda i: -1 - i if events[i].thread == INITIAL else events[i].thread)
            case "ext":
                threads = [e.thread for e in events]
                return self._all_pairs(
                    (i, (j for j, other in enumerate(threads) if i != j and (t == INITIAL or other != t)))
                    for i, t in enumerate(threads)
                )
            case "rf":
                return _rows(self.reading)
            case "co":
                return _rows(self.ordered)
            case "amo" | "lxsx" | "rmw":
                return self.holding(
                    (a.read, a.write, a.holds) for a in self.graph.atomics if name in (a.kind, "rmw")
                )
            case "different-values":
                return self._different_values()
        raise KeyError(name)

    def _all_pairs(self, rows: Iterable[tuple[int, Iterable[int]]]) -> Slices:
        executing = self.executing
        found = {}
        for i, row in rows:
            here = executing[i]
            if here:
                line = {j: both for j in row if (both := here & executing[j])}
                if line:
                    found[i] = line
        return found

    def _alike_in(self, key: Callable[[int], int | None]) -> Slices:
        """All pairs of events with the same key, but those without one."""
        groups: dict[int, list[int]] = {}
        for i in range(len(self.executing)):
            k = key(i)
            if k is not None:
                groups.setdefault(k, []).append(i)
        return self._all_pairs((i, group) for group in groups.values() for i in group)

    def holding(self, pairs: Iterable[tuple[int, int, Expression]]) -> Slices:
        """The pairs of which both events happen, each where its condition is true."""
        found: Slices = {}
        for i, j, holds in pairs:
            here = self.executing[i] & self.executing[j]
            here = here and here & self.truth(holds)
            if here:
                row = found.setdefault(i, {})
                row[j] = row.get(j, 0) | here
        return found

    def _different_values(self) -> Slices:
        accesses = []
        for i in range(len(self.graph.events)):
            values = _alike(e.values[i] for e in self.executions)
            values.pop(None, None)
            if values:
                accesses.append((i, values))
        found: Slices = {}
        for i, mine in accesses:
            for j, others in accesses:
                same = 0
                for value, m in mine.items():
                    same |= m & others.get(value, 0)
                different = self.executing[i] & self.executing[j] & ~same
                if different:
                    found.setdefault(i, {})[j] = different
        return found


class Switched:
    """What a model sees of executions with some ordering sources switched off (verifier.cat.at_once.Bases)."""

    def __init__(self, executions: SideBySide, off: frozenset[int]) -> None:
        self.executions = executions
        self.off = off
        self.size = len(executions.graph.events)
        self.every = executions.every
        self._sets = self._all_sets()

    def set(self, name: str) -> Slice:
        if name == "FW":
            return self.executions.last_writes(observed_locations(self.executions.graph))
        return self._sets.get(name, {})

    def relation(self, name: str) -> Slices:
        if name not in get_args(DependencyKind):
            return self.executions.fixed(name)
        graph, off = self.executions.graph, self.off
        return self.executions.holding(
            (d.start, d.end, d.holds)
            for d in graph.dependencies
            if d.kind == name and not (graph.sources and graph.sources[d.source].place in off)
        )

    def is_fixed(self, name: str) -> bool:
        return name in _FIXED

    def _all_sets(self) -> dict[str, Slice]:
        """The base sets, by name."""
        graph = self.executions.graph
        relaxed = switched_off(graph, self.off)
        found: dict[str, Slice] = {"_": {}}
        for i, (event, here) in enumerate(zip(graph.events, self.executions.executing, strict=True)):
            if here:
                tags = event.relaxed if i in relaxed else event.tags
                initial = ("IW",) if event.thread == INITIAL else ()
                access = () if event.kind == "F" else ("M",)
                for name in ("_", event.kind, *access, *initial, *tags):
                    found.setdefault(name, {})[i] = here
        return found


def _operands(e: Expression) -> Iterator[Expression]:
    """The operands of a chain of one operator, from left to right, however deep."""
    operator, waiting = e.operator if isinstance(e, Apply) else "", [e]
    while waiting:
        match waiting.pop():
            case Apply(same, arguments) if same == operator:
                waiting += reversed(arguments)
            case operand:
                yield operand


def _alike(keys: Iterable[K]) -> dict[K, int]:
    """For each key the numbers of those that have it, as bits; `keys` are of one after the other."""
    return _having((key,) for key in keys)


def _having(rows: Iterable[Iterable[K]]) -> dict[K, int]:
    """For each key the numbers of the rows that it is in, as bits."""
    found: dict[K, list[int]] = {}
    number = -1
    for number, row in enumerate(rows):
        for key in row:
            found.setdefault(key, []).append(number)
    size = number // 8 + 1
    return {key: _bits(numbers, size) for key, numbers in found.items()}


def _bits(numbers: Sequence[int], size: int) -> int:
    """The set of these numbers, which are below 8 * size."""
    found = bytearray(size)
    for n in numbers:
        found[n >> 3] |= 1 << (n & 7)
    return int.from_bytes(found, "little")


def _rows(pairs: Mapping[tuple[int, int], int]) -> Slices:
    found: Slices = {}
    for (i, j), m in pairs.items():
        found.setdefault(i, {})[j] = m
    return found
