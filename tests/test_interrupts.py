"""Interrupt handlers against an interpreter that runs them at every point, on random programs."""

from __future__ import annotations

import random

import pytest

from tests.interrupted import LOCATIONS, ends, random_text, registers, source
from tests.programs import event_graph
from verifier.decide import MOST_ALLOWED, model
from verifier.events.expression import evaluate
from verifier.execution.candidate import final_values, read_values
from verifier.options import Options
from verifier.pipeline import check
from verifier.search.listing import AllowedListing


def reachable(code: str, names: list[str]) -> set[tuple[int, ...]]:
    """The final values of `names` under sequential consistency."""
    sc = model("sc")
    graph = event_graph(code + "".join(f"exists ({name})\n" for name in names), sc.architecture, 2)
    found = set()
    for execution in AllowedListing(graph, sc).up_to(MOST_ALLOWED):
        values = {**read_values(graph, execution), **final_values(graph, execution)}
        unknowns = dict(execution.unknowns)
        if evaluate(graph.properties[0].reached, values, unknowns):
            found.add(tuple(evaluate(p.formula, values, unknowns) for p in graph.properties))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_ends_and_deadlocks(seed: int) -> None:
    text = random_text(random.Random(seed))
    code = source(text)
    names = [
        f"{t}:{r}" for t, body in zip(text._fields, text, strict=True) for r in dict.fromkeys(registers(body))
    ]
    names += [x for x in LOCATIONS if f"({x}" in code]
    finals, deadlock = ends(text)
    expected = {tuple(dict(values).get(name, 0) for name in names) for values in finals}
    assert reachable(code, names) == expected, code
    (unit,) = check("a.c", code.encode(), Options(models=("sc",)))
    found = any(p.kind == "self-deadlock" and p.status == "violated" for p in unit.results[0].properties)
    assert found == deadlock, code
