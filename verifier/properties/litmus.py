"""A litmus test's own question: what its condition comes to over the executions that a model allows."""

from __future__ import annotations

from dataclasses import replace

from verifier.cat.evaluate import flags_raised
from verifier.encoding.session import Session, Unknown
from verifier.events.graph import EventGraph, Property
from verifier.execution.candidate import Execution, bases, holds, value_of
from verifier.properties.verdict import Observation, Outcome, State

MOST_EXECUTIONS = 20_000


def decide(session: Session, question: Property | None) -> Outcome:
    """Whether P can be true and whether it can be false: two questions to the solver, and one for each flag.

    Without a condition, P is true. Raises Unknown and NotModelled.
    """
    graph = session.graph
    ended = _ended(session, question)
    if question is None:
        found = [session.find(), None]
    else:
        truth = session.truth(question.formula)
        found = [session.find(*ended, truth), session.find(*ended, -truth)]
    positive, negative = (e is not None for e in found)
    flags = tuple(dict.fromkeys(a.name for a in session.flags if session.raises(a, *ended)))
    states = tuple(dict.fromkeys(_state(graph, e) for e in found if e is not None))
    none = (None if positive else 0, None if negative else 0)
    return Outcome(
        _observation(positive, negative), _is_true(question, positive, negative), states, False, *none, flags
    )


def count_executions(session: Session, question: Property | None) -> Outcome:
    """The same, with all final states, by looking at each allowed execution.

    Raises Unknown, also where there are more than MOST_EXECUTIONS, and NotModelled.
    """
    graph, model = session.graph, session.model
    states: dict[State, None] = {}
    raised: set[str] = set()
    counts = [0, 0]
    for execution in session.executions(*_ended(session, question)):
        if sum(counts) == MOST_EXECUTIONS:
            raise Unknown(f"there are more than {MOST_EXECUTIONS:,} executions")
        counts[question is not None and not holds(graph, execution, question.formula)] += 1
        states[_state(graph, execution)] = None
        raised.update(flags_raised(model, bases(graph, execution)))
    positive, negative = counts
    return Outcome(
        _observation(positive > 0, negative > 0),
        _is_true(question, positive > 0, negative > 0),
        tuple(sorted(states)),
        True,
        positive,
        negative,
        tuple(dict.fromkeys(a.name for a in model.axioms if a.is_flag and a.name in raised)),
    )


def list_states(session: Session, question: Property | None) -> Outcome:
    """As `decide`, with all final states. Raises Unknown and NotModelled."""
    graph = session.graph
    outcome = decide(session, question)
    values = [e for _, e in graph.observed]
    found = session.distinct(values, *_ended(session, question))
    return replace(outcome, states=tuple(sorted(_state(graph, e) for e in found)), is_complete=True)


def _ended(session: Session, question: Property | None) -> tuple[int, ...]:
    """The literal that all threads run to their end."""
    return () if question is None else (session.truth(question.reached),)


def _observation(positive: bool, negative: bool) -> Observation:
    if not positive:
        return "Never"
    return "Sometimes" if negative else "Always"


def _is_true(question: Property | None, positive: bool, negative: bool) -> bool:
    match question:
        case None:
            return True
        case Property("exists"):
            return positive
        case Property("~exists"):
            return not positive
        case _:
            return not negative


def _state(graph: EventGraph, execution: Execution) -> State:
    return tuple((label, value_of(graph, execution, e)) for label, e in graph.observed)
