"""Runs the published litmus corpora, where they are present, through the tests' readers and the oracle."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.conditions import UnsupportedError
from tests.oracle import Checker, TooBigError, executions
from verifier.cat.evaluate import holds as axiom_holds
from verifier.cat.terms import Model
from verifier.events.graph import EventGraph
from verifier.execution.candidate import holds

ROOT = Path(__file__).resolve().parents[2] / "shared" / "corpora"


def rows(table: str) -> Iterator[dict[str, str]]:
    """The rows of a table of the corpora."""
    with (ROOT / table).open(newline="") as file:
        yield from csv.DictReader(file)


def decide(graph: EventGraph, model: Model, limit: int) -> bool:
    """Whether the graph's condition holds as herd7 says it: of some, no or every consistent execution."""
    wanted = graph.properties[0]
    checker = Checker(graph, model)
    for e in executions(graph, limit=limit):
        if holds(graph, e, wanted.formula) == (wanted.kind != "forall") and checker.is_consistent(e):
            return wanted.kind == "exists"
    return wanted.kind != "exists"


def is_race_free(graph: EventGraph, model: Model, limit: int) -> bool:
    """Whether no consistent execution raises the data-race flag."""
    checker = Checker(graph, model)
    flags = [a for a in model.axioms if a.name == "data-race"]
    for e in executions(graph, limit=limit):
        if checker.is_consistent(e) and any(axiom_holds(a, checker.evaluator(e)) for a in flags):
            return False
    return True


def compare(
    folder: str, read: Callable[[str], EventGraph], model: Model, limit: int
) -> tuple[Counter[str], list[str]]:
    """How many tests agree, are too big or not understood; and the names of those that disagree."""
    count: Counter[str] = Counter()
    wrong = []
    for row in rows(f"{folder}/expected.csv"):
        try:
            graph = read((ROOT / folder / row["file"]).read_text())
            answer = decide(graph, model, limit)
        except UnsupportedError:
            count["unsupported"] += 1
        except TooBigError:
            count["too big"] += 1
        else:
            count["agree" if answer == (row["holds"] == "1") else "disagree"] += 1
            if answer != (row["holds"] == "1"):
                wrong.append(row["file"])
    return count, wrong
