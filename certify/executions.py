"""Checks the executions of a certificate, from what it says alone: that each is one of its program, that the model
allows it, and that what is claimed of it is true.

It shares the terms of the model and their concrete evaluator with what made the certificate, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from verifier.cat.bits import Universe, from_members
from verifier.cat.evaluate import Bases, Evaluator, holds
from verifier.cat.terms import Axiom, Model
from verifier.decide import model
from verifier.program.operators import OPERATORS

DEPENDENCIES = (
    *("addr", "data", "ctrl", "pick-addr", "pick-data", "pick-ctrl", "pick"),
    *("iico_data", "iico_ctrl", "same-instance"),
)
INITIAL = -1


@dataclass(frozen=True, slots=True)
class Shown:
    """An execution's claim, and what is wrong with it; "" where nothing is."""

    claim: str
    problem: str


def check_executions(text: str) -> list[Shown]:
    """What is wrong with each execution of a certificate."""
    found = json.loads(text)
    return [
        Shown(one["claim"], _Execution(graph, one).problem(model(graph["model"]), graph["has_axioms"]))
        for graph in found["graphs"]
        for one in graph["executions"]
    ]


class _Execution:
    """One execution of a graph, both as a certificate has them."""

    def __init__(self, graph: dict[str, Any], one: dict[str, Any]) -> None:
        self.graph = graph
        self.one = one
        self.events: list[dict[str, Any]] = graph["events"]
        self.executed = frozenset(one["executed"])
        self.values: list[int | None] = one["values"]
        self.unknowns: dict[int, int] = dict(one["unknowns"])
        self.source = {r: w for w, r in one["rf"]}
        self.co: list[list[int]] = one["co"]
        self._known: dict[int, int] = {}
        self._universe = Universe(len(self.events))

    def problem(self, m: Model, has_axioms: bool) -> str:
        """Why it is no evidence of its claim; "" where it is."""
        return (
            self._misshapen()
            or self._event_problem()
            or self._read_problem()
            or self._order_problem()
            or self._constraint_problem()
            or (self._axiom_problem(m) if has_axioms else "")
            or ("" if self._is_true(self.one["asked"], m) else "what is claimed of it is not true")
        )

    # --------------------------------------------------------- an execution at all

    def _misshapen(self) -> str:
        if len(self.values) != len(self.events) or not self.executed <= set(range(len(self.events))):
            return "it has other events than the program"
        return "" if len(self.co) == len(self.graph["locations"]) else "co does not cover each location"

    def _event_problem(self) -> str:
        for number, e in enumerate(self.events):
            happens, value = number in self.executed, self.values[number]
            if bool(self._value(e["executes"])) != happens:
                return f"event {number} happens against its guard, or does not"
            if (value is None) != (e["kind"] == "F" or not happens):
                return f"event {number} has a value, or has none"
            if e["kind"] == "W" and happens and self._value(e["value"]) != value:
                return f"event {number} writes another value"
        for row in self.graph["expressions"]:
            if row[0] == "unknown" and self.unknowns.get(row[1]) not in row[2]:
                return f"the unknown {row[1]} has a value that it can't have"
        return ""

    def _read_problem(self) -> str:
        reads = {n for n in self.executed if self.events[n]["kind"] == "R"}
        if set(self.source) != reads or len(self.one["rf"]) != len(reads):
            return "rf does not give each read one write"
        for read, write in self.source.items():
            if write not in self.executed or self.events[write]["kind"] != "W":
                return f"read {read} reads from what is no write"
            if self.events[read]["location"] != self.events[write]["location"]:
                return f"read {read} reads from another location"
            if self.values[read] != self.values[write]:
                return f"read {read} returns another value than its write wrote"
        return ""

    def _order_problem(self) -> str:
        for location, order in enumerate(self.co):
            writes = [
                n
                for n in self.executed
                if self.events[n]["kind"] == "W" and self.events[n]["location"] == location
            ]
            if sorted(order) != sorted(writes):
                return f"co of location {location} is no order of its writes"
            if self.events[order[0]]["thread"] != INITIAL:
                return f"co of location {location} does not start with the initial write"
        return ""

    def _constraint_problem(self) -> str:
        broken = [c for c in self.graph["constraints"] if not self._value(c)]
        return "a constraint of the program does not hold" if broken else ""

    def _value(self, row: int) -> int:
        """The value of an expression. What does not happen returns 0."""
        if row not in self._known:
            self._known[row] = self._evaluate(self.graph["expressions"][row])
        return self._known[row]

    def _evaluate(self, row: Sequence[Any]) -> int:
        match row:
            case ["const", int(value)]:
                return value
            case ["read", int(event)] if event >= 0:
                return (self.values[event] or 0) if event in self.executed else 0
            case ["read", int(event)]:
                return self.values[self.co[-1 - event][-1]] or 0
            case ["unknown", index, _]:
                return self.unknowns.get(index, 0)
            case ["?:", condition, a, b]:
                return self._value(a if self._value(condition) else b)
            case [operator, *arguments]:
                return int(OPERATORS[operator](*map(self._value, arguments)))
        raise ValueError(f"no expression: {row}")

    # -------------------------------------------------------------- what is allowed

    def _axiom_problem(self, m: Model) -> str:
        evaluator = Evaluator(self._bases(frozenset(self.one["off"])))
        broken = [a.name for a in m.axioms if not a.is_flag and not holds(a, evaluator)]
        return f"{m.name} forbids it: {', '.join(broken)}" if broken else ""

    def _bases(self, off: frozenset[int]) -> Bases:
        relaxed = {e for s in self.graph["sources"] if s["place"] in off for e in s["events"]}
        names: dict[str, int] = {"_": from_members(self.executed)}
        for number in self.executed:
            e = self.events[number]
            kinds = [
                e["kind"],
                *([] if e["kind"] == "F" else ["M"]),
                *(["IW"] if e["thread"] == INITIAL else []),
            ]
            for name in (*kinds, *e["relaxed" if number in relaxed else "tags"]):
                names[name] = names.get(name, 0) | 1 << number
        names["FW"] = from_members(self.co[l][-1] for l in self.graph["tested"])
        return Bases(self._universe, names, {**self._plain_relations(), **self._held_relations(off)})

    def _plain_relations(self) -> dict[str, int]:
        here = sorted(self.executed)
        pairs = [(i, j) for i in here for j in here]
        events, internal = self.events, {(i, j) for i, j in pairs if self._is_internal(i, j)}
        relations: dict[str, Iterable[tuple[int, int]]] = {
            "id": [(i, i) for i in here],
            "po": [(i, j) for i in here for j in self.graph["po"][i] if j in self.executed],
            "loc": [(i, j) for i, j in pairs if events[i]["location"] == events[j]["location"] is not None],
            "int": internal,
            "ext": [p for p in pairs if p not in internal],
            "rf": [(w, r) for r, w in self.source.items()],
            "co": [pair for order in self.co for pair in combinations(order, 2)],
            "different-values": [
                (i, j)
                for i, j in pairs
                if None not in (self.values[i], self.values[j]) and self.values[i] != self.values[j]
            ],
        }
        return {name: self._universe.from_pairs(set(found)) for name, found in relations.items()}

    def _is_internal(self, i: int, j: int) -> bool:
        thread = self.events[i]["thread"]
        return i == j or thread == self.events[j]["thread"] != INITIAL

    def _held_relations(self, off: frozenset[int]) -> dict[str, int]:
        found: dict[str, set[tuple[int, int]]] = {n: set() for n in (*DEPENDENCIES, "amo", "lxsx", "rmw")}
        for kind, start, end, condition, source in self.graph["dependencies"]:
            if self.graph["sources"][source]["place"] not in off and self._is_held(start, end, condition):
                found[kind].add((start, end))
        for kind, read, write, condition in self.graph["atomics"]:
            if self._is_held(read, write, condition):
                found[kind].add((read, write))
                found["rmw"].add((read, write))
        return {name: self._universe.from_pairs(pairs) for name, pairs in found.items()}

    def _is_held(self, start: int, end: int, condition: int) -> bool:
        return {start, end} <= self.executed and bool(self._value(condition))

    # -------------------------------------------------------------- what is claimed

    def _is_true(self, f: Sequence[Any], m: Model) -> bool:
        match f:
            case ["all", *parts]:
                return all(self._is_true(p, m) for p in parts)
            case ["any", *parts]:
                return any(self._is_true(p, m) for p in parts)
            case ["not", part]:
                return not self._is_true(part, m)
            case ["truth", row]:
                return bool(self._value(row))
            case ["executes", event]:
                return event in self.executed
            case ["reads-last", read]:
                return read in self.source and self.source[read] in {order[-1] for order in self.co}
            case ["rf", write, read]:
                return bool(self.source.get(read) == write)
            case ["co", first, second]:
                return self._is_before(first, second)
            case ["fr", read, write]:
                return read in self.source and self._is_before(self.source[read], write)
            case ["broken"]:
                axioms = [a for a in m.axioms if not a.is_flag]
                return not all(self._passes(a) for a in axioms)
            case ["raised", name]:
                return any(self._passes(a) for a in m.axioms if a.is_flag and a.name == name)
        raise ValueError(f"no property of executions: {f}")

    def _is_before(self, first: int, second: int) -> bool:
        return any((first, second) in combinations(order, 2) for order in self.co)

    def _passes(self, axiom: Axiom) -> bool:
        return holds(axiom, Evaluator(self._bases(frozenset())))
