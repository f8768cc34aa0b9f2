"""Who answers: a list of executions, the solver, or a longer list; whoever it is, the answers are the same."""

from __future__ import annotations

import pytest

from bench.families_snippets import descriptor
from tests.programs import event_graph
from verifier import decide
from verifier.encoding.clauses import Clauses, TooLarge
from verifier.encoding.session import Session
from verifier.limits import Deadline
from verifier.options import Options
from verifier.pairing.moves import moved, moves
from verifier.pipeline import check
from verifier.search.enumeration import Enumeration
from verifier.search.listing import Listing
from verifier.search.questions import Questions

MODELS = {"armv8": "aarch64", "lkmm": "linux"}


def answering(text: str, name: str) -> Questions:
    graph = event_graph(text, MODELS[name])
    return decide.ask(graph, decide.model(name), Deadline(None), Options())


@pytest.mark.parametrize("name", MODELS)
def test_few_clauses_spare_a_long_list(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(answering(descriptor(2), name), Enumeration)
    assert isinstance(answering(descriptor(9), name), Session)
    monkeypatch.setattr(decide, "FEW_VARIABLES", 10)
    listed = answering(descriptor(9), name)
    assert isinstance(listed, Enumeration)
    assert len(listed.executions) > decide.FEW_ALLOWED
    monkeypatch.setattr(decide, "MOST_ALLOWED", decide.FEW_ALLOWED)
    assert isinstance(answering(descriptor(9), name), Session)


@pytest.mark.parametrize("propagation", [True, False])
def test_no_variant_of_a_program_is_listed_that_the_solver_was_told_of(
    propagation: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, m = event_graph(descriptor(9), "aarch64"), decide.model("armv8")
    session = decide.ask(graph, m, Deadline(None), Options(propagation=propagation))
    monkeypatch.setattr(Listing, "up_to", lambda *_: pytest.fail("a list of what is too long"))
    (place, *_) = (s.place for s in graph.sources if s.is_barrier)
    for move in moves(graph, place):
        edited = moved(graph, move)
        variant = session.variant(edited)
        assert isinstance(variant, Session)
        assert variant.graph is edited
        assert variant.clauses.variables == Session(edited, m, propagation=propagation).clauses.variables


@pytest.mark.parametrize("old", ["", "\tsmp_wmb();\n", "\tsmp_rmb();\n"])
def test_the_verdicts_are_the_same(old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = descriptor(9).replace(old, "").encode()

    def verdicts() -> list[object]:
        (unit,) = check("d.c", text, Options())
        return [
            (
                r.model,
                r.verdict,
                [(b.place.line, b.status) for b in r.barriers],
                [p.status for p in r.properties],
            )
            for r in unit.results
        ]

    told = verdicts()
    monkeypatch.setattr(decide, "FEW_VARIABLES", 10)
    assert verdicts() == told


def test_clauses_are_no_more_than_they_may_be() -> None:
    clauses = Clauses(most=3)
    assert [clauses.variable(), clauses.variable()] == [2, 3]
    assert clauses.conjunction((2, 2)) == 2
    with pytest.raises(TooLarge):
        clauses.conjunction((2, 3))
    clauses.most = None
    assert clauses.variable() > 3


def test_a_session_is_no_larger_than_it_may_be() -> None:
    graph, m = event_graph(descriptor(9), "aarch64"), decide.model("armv8")
    whole = Session(graph, m)
    with pytest.raises(TooLarge):
        Session(graph, m, most=whole.clauses.variables - 1)
    session = Session(graph, m, most=whole.clauses.variables)
    (read, *_) = (i for i, e in enumerate(graph.events) if e.kind == "R")
    assert session.allows(session.any_of([session.executes(read)]))  # and questions may add to it
