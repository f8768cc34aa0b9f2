"""A litmus test's own question: what its condition comes to over the executions that a model allows."""

from __future__ import annotations

from verifier.cat.compiled import flags_raised
from verifier.events.expression import Expression
from verifier.events.graph import EventGraph, Property
from verifier.execution.candidate import Execution, bases, holds, valuation
from verifier.limits import Undecided
from verifier.properties.inquiry import Inquiry
from verifier.properties.verdict import Observation, Outcome, State
from verifier.record import replace
from verifier.search.questions import Questions

MOST_EXECUTIONS = 20_000


def decide(inquiry: Inquiry, question: Property | None) -> Outcome:
    """Whether P can be true and whether it can be false, and which flags can be raised.

    Without a condition, P is true. Raises Undecided and NotModelled.
    """
    graph = inquiry.graph
    end = ended(question)
    sides = ((*end, (question.formula, True)), (*end, (question.formula, False))) if question else ((),)
    found: list[Execution | None] = inquiry.examples(*sides)
    for side, wanted in enumerate(sides):
        if found[side] is None:
            found[side] = inquiry.find(*wanted)
    examples = [e for e in found if e is not None]
    positive, negative = found[0] is not None, len(found) > 1 and found[1] is not None
    none = (None if positive else 0, None if negative else 0)
    return Outcome(
        observation=_observation(positive, negative),
        is_true=_is_true(question, positive, negative),
        states=tuple(dict.fromkeys(_state(graph, e) for e in examples)),
        is_complete=False,
        positive=none[0],
        negative=none[1],
        flags=inquiry.flags(*end, examples=examples),
    )


def count_executions(inquiry: Inquiry, question: Property | None) -> Outcome:
    """The same, with all final states, by looking at each allowed execution.

    Raises Undecided, also where there are more than MOST_EXECUTIONS, and NotModelled.
    """
    graph, model, session = inquiry.graph, inquiry.model, inquiry.session
    states: dict[State, None] = {}
    raised: set[str] = set()
    counts = [0, 0]
    for execution in session.executions(*_literals(session, question)):
        if sum(counts) == MOST_EXECUTIONS:
            raise Undecided(f"there are more than {MOST_EXECUTIONS:,} executions")
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


def list_states(inquiry: Inquiry, question: Property | None) -> Outcome:
    """As `decide`, with all final states. Raises Undecided and NotModelled."""
    graph, session = inquiry.graph, inquiry.session
    outcome = decide(inquiry, question)
    values = [e for _, e in graph.observed]
    found = session.distinct(values, *_literals(session, question))
    return replace(outcome, states=tuple(sorted(_state(graph, e) for e in found)), is_complete=True)


def ended(question: Property | None) -> tuple[tuple[Expression, bool], ...]:
    """That all threads run to their end."""
    return () if question is None else ((question.reached, True),)


def _literals(session: Questions, question: Property | None) -> tuple[int, ...]:
    return tuple(session.truth(e) for e, _ in ended(question))


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
    value = valuation(graph, execution)
    return tuple([(label, value(e)) for label, e in graph.observed])
