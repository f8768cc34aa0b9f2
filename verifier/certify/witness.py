"""Claims that there is such an execution, as JSON: the program's events, and each execution with what it shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any as Json
from typing import assert_never

from verifier.cat.bits import members
from verifier.certify.words import statement
from verifier.events.expression import Apply, Const, Expression, ReadValue, Unknown
from verifier.events.graph import EventGraph, line_of, observed_locations
from verifier.search.formula import (
    All,
    Any,
    Broken,
    Executes,
    Formula,
    Not,
    Raised,
    Reaches,
    ReadsLast,
    Related,
    Truth,
)
from verifier.search.recording import Answered


def witnesses(groups: Iterable[Sequence[Answered]]) -> str:
    """The executions of these groups, each of one graph, as a JSON list."""
    return json.dumps([_group(group) for group in groups], ensure_ascii=False, separators=(",", ":"))


def _group(group: Sequence[Answered]) -> dict[str, Json]:
    table = _Expressions()
    graph = group[0].graph
    return {
        **_graph(graph, table),
        "model": group[0].model.name,
        "has_axioms": bool(group[0].model.axioms),
        "executions": [_execution(one, table) for one in group],
        "expressions": table.rows,
    }


class _Expressions:
    """Expressions as rows of a table: [operator, rows …], ["const", v], ["read", event] or ["unknown", i, domain]."""

    def __init__(self) -> None:
        self.rows: list[list[Json]] = []
        self._numbers: dict[Expression, int] = {}

    def number(self, e: Expression) -> int:
        """The row of an expression."""
        if e not in self._numbers:
            row = self._row(e)
            self._numbers[e] = len(self.rows)
            self.rows.append(row)
        return self._numbers[e]

    def _row(self, e: Expression) -> list[Json]:
        match e:
            case Const(value):
                return ["const", value]
            case ReadValue(event):
                return ["read", event]
            case Unknown(index, domain):
                return ["unknown", index, list(domain)]
            case Apply(operator, arguments):
                return [operator, *map(self.number, arguments)]
            case _:
                assert_never(e)


def _graph(graph: EventGraph, table: _Expressions) -> dict[str, Json]:
    number = table.number
    return {
        "threads": graph.threads,
        "locations": graph.locations,
        "tested": sorted(observed_locations(graph)),
        "events": [
            {
                "thread": e.thread,
                "kind": e.kind,
                "location": e.location,
                "executes": number(e.executes),
                "value": None if e.value is None else number(e.value),
                "tags": sorted(e.tags),
                "relaxed": sorted(e.relaxed),
                "line": line_of(graph, i),
                "text": e.text,
            }
            for i, e in enumerate(graph.events)
        ],
        "po": [list(members(later)) for later in graph.order],
        "sources": [
            {"place": s.place, "name": s.name, "line": s.span.line, "events": s.events} for s in graph.sources
        ],
        "dependencies": [[d.kind, d.start, d.end, number(d.holds), d.source] for d in graph.dependencies],
        "atomics": [[a.kind, a.read, a.write, number(a.holds)] for a in graph.atomics],
        "constraints": [number(c) for c in graph.constraints],
    }


def _execution(one: Answered, table: _Expressions) -> dict[str, Json]:
    found = one.execution
    if found is None:
        raise ValueError("there is no execution to show")
    return {
        "claim": statement(one.graph, one.model, one.off, one.asked, True),
        "off": sorted(one.off),
        "asked": _formula(one.asked, table),
        "executed": list(members(found.executed)),
        "rf": [[w, r] for r, w in found.reads_from],
        "co": found.coherence,
        "unknowns": found.unknowns,
        "values": found.values,
    }


def _formula(f: Formula, table: _Expressions) -> list[Json]:
    match f:
        case Truth(e):
            return ["truth", table.number(e)]
        case Reaches(p, formula):
            there = ["truth", table.number(p.formula)]
            return ["all", ["truth", table.number(p.reached)], there if formula else ["not", there]]
        case Executes(event):
            return ["executes", event]
        case ReadsLast(read):
            return ["reads-last", read]
        case Related(name, i, j):
            return [name, i, j]
        case Raised(name):
            return ["raised", name]
        case Broken():
            return ["broken"]
        case Not(part):
            return ["not", _formula(part, table)]
        case All(parts):
            return ["all", *(_formula(p, table) for p in parts)]
        case Any(parts):
            return ["any", *(_formula(p, table) for p in parts)]
        case _:
            assert_never(f)
