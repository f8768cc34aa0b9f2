"""Which final values a snippet can end with, by enumeration."""

from __future__ import annotations

from tests.oracle import allowed
from tests.programs import event_graph
from verifier.cat.load import load
from verifier.events.expression import evaluate
from verifier.execution.candidate import final_values, read_values


def reachable(text: str, names: str, model: str = "sc", bound: int = 2) -> set[tuple[int, ...]]:
    """The final values of `names`, split by blanks, in the executions that the model allows."""
    m = load(model)
    whole = text + "".join(f"\nexists ({name})" for name in names.split()) + "\n"
    graph = event_graph(whole, m.architecture, bound)
    wanted = [p for p in graph.properties if p.kind == "exists"]
    found = set()
    for execution in allowed(graph, m):
        values = {**read_values(graph, execution), **final_values(graph, execution)}
        unknowns = dict(execution.unknowns)
        if evaluate(wanted[0].reached, values, unknowns):
            found.add(tuple(evaluate(p.formula, values, unknowns) for p in wanted))
    return found
