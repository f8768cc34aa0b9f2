"""Keeps what was asked of a program's executions, and what came of it: what a verdict rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.cat.terms import Axiom, Model
from verifier.events.expression import Expression
from verifier.events.graph import EventGraph, Property
from verifier.execution.candidate import Execution
from verifier.record import field, record
from verifier.search.formula import (
    ALWAYS,
    NEVER,
    Broken,
    Executes,
    Formula,
    Raised,
    Reaches,
    ReadsLast,
    Related,
    Truth,
    conjunction,
    disjunction,
    negation,
)
from verifier.search.questions import FALSE, TRUE, Questions


@record(frozen=True, slots=True)
class Answered:
    """One question and its answer: an execution of `graph` that `model` allows with the sources at the places `off`
    switched off, and of which `asked` is true; None where it was said that there is none."""

    graph: EventGraph
    model: Model
    off: frozenset[int]
    asked: Formula
    execution: Execution | None


@record(slots=True)
class Book:
    """The questions about one program under one model, each once, in the order in which they were first asked.

    `impossible`: for each graph, with axioms or without, what its executions were taken never to be without that a
    question was put: whoever answers says so of a literal that is FALSE.
    """

    answered: dict[tuple[object, ...], Answered] = field(default_factory=dict)
    impossible: dict[tuple[int, bool], dict[Formula, None]] = field(default_factory=dict)

    def note(self, one: Answered) -> None:
        """Keep one question with its answer."""
        key = (id(one.graph), one.model.name, not one.model.axioms, one.off, one.asked, one.execution is None)
        self.answered.setdefault(key, one)

    def note_impossible(self, graph: EventGraph, model: Model, formula: Formula) -> None:
        """Keep that something was taken to be so of no execution of a graph."""
        self.impossible.setdefault((id(graph), not model.axioms), {})[formula] = None

    def all(self) -> tuple[Answered, ...]:
        """The questions with their answers; and that what was taken to be impossible is so, wherever an answer said
        that there is nothing."""
        asked = tuple(self.answered.values())
        more: dict[tuple[object, ...], Answered] = {}
        for one in asked:
            kind = (id(one.graph), not one.model.axioms)
            taken = self.impossible.get(kind)
            if taken and one.execution is None:
                more.setdefault(
                    (*kind, one.off), Answered(one.graph, one.model, one.off, disjunction(taken), None)
                )
        return (*asked, *more.values())


class Literal(int):
    """The literal of whoever answers, with what it says."""

    formula: Formula

    def __new__(cls, value: int, formula: Formula) -> Literal:
        """The number `value`, to all who look at the number alone."""
        found = super().__new__(cls, value)
        found.formula = formula
        return found

    def __neg__(self) -> Literal:
        return Literal(-int(self), negation(self.formula))


def formula_of(literal: int) -> Formula:
    """What a literal says. Raises ValueError for a number that nobody made here."""
    if isinstance(literal, Literal):
        return literal.formula
    if literal not in (TRUE, FALSE):
        raise ValueError(f"nothing is known of the literal {literal}")
    return ALWAYS if literal == TRUE else NEVER


class Recorded:
    """Answers Questions as another does, and keeps them in a book."""

    def __init__(self, answering: Questions, book: Book) -> None:
        self.answering = answering
        self.book = book
        self.graph = answering.graph
        self.model = answering.model
        self.deadline = answering.deadline
        self.places = answering.places
        self.flags = answering.flags

    # ---------------------------------------------------------------- questions

    def find(self, *literals: int, off: Iterable[int] = ()) -> Execution | None:
        switched = frozenset(off)
        execution = self.answering.find(*map(int, literals), off=switched)
        asked = conjunction(map(formula_of, literals))
        self.book.note(Answered(self.graph, self.model, switched, asked, execution))
        return execution

    def allows(self, *literals: int, off: Iterable[int] = ()) -> bool:
        return self.find(*literals, off=off) is not None

    def require_within(self) -> None:
        for _, escapes in self.graph.escapes:
            self.find(self.truth(escapes))
        self.answering.require_within()

    def free(self) -> Questions:
        return Recorded(self.answering.free(), self.book)

    def variant(self, graph: EventGraph) -> Questions:
        return Recorded(self.answering.variant(graph), self.book)

    # ----------------------------------------------------------------- literals

    def _leaf(self, number: int, formula: Formula) -> Literal:
        """The literal of what no other literals are part of."""
        if number in (TRUE, FALSE):
            self._note_impossible(negation(formula) if number == TRUE else formula)
        return Literal(number, formula)

    def _note_impossible(self, formula: Formula) -> None:
        self.book.note_impossible(self.graph, self.model, formula)

    def any_of(self, literals: Sequence[int]) -> int:
        number = self.answering.any_of([int(l) for l in literals])
        return Literal(number, disjunction(map(formula_of, literals)))

    def conjunction(self, literals: Iterable[int]) -> int:
        parts = list(literals)
        number = self.answering.conjunction(map(int, parts))
        formula = conjunction(map(formula_of, parts))
        if number == FALSE and FALSE not in parts:
            self._note_impossible(formula)
        return Literal(number, formula)

    def disjunction(self, literals: Iterable[int]) -> int:
        parts = list(literals)
        number = self.answering.disjunction(map(int, parts))
        formula = disjunction(map(formula_of, parts))
        if number == TRUE and TRUE not in parts:
            self._note_impossible(negation(formula))
        return Literal(number, formula)

    def truth(self, e: Expression) -> int:
        return self._leaf(self.answering.truth(e), Truth(e))

    def reaches(self, p: Property, formula: bool) -> int:
        return self._leaf(self.answering.reaches(p, formula), Reaches(p, formula))

    def executes(self, event: int) -> int:
        return self._leaf(self.answering.executes(event), Executes(event))

    def reads_last(self, read: int) -> int:
        return self._leaf(self.answering.reads_last(read), ReadsLast(read))

    def relation(self, name: str, i: int, j: int) -> int:
        return self._leaf(self.answering.relation(name, i, j), Related(name, i, j))

    def raised(self, flag: Axiom) -> int:
        return Literal(self.answering.raised(flag), Raised(flag.name))

    def violated_with_all_on(self) -> int:
        return Literal(self.answering.violated_with_all_on(), Broken())
