"""An inquiry whose questions are kept with their answers: the evidence for what a litmus test is said to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.cat.compiled import flags_raised
from verifier.cat.terms import Axiom, Model
from verifier.events.expression import Apply, Const
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution, bases
from verifier.limits import Deadline
from verifier.properties.inquiry import Inquiry, Wanted
from verifier.search.formula import Formula, Raised, Truth, conjunction, negation
from verifier.search.recording import Answered, Book


class RecordedInquiry(Inquiry):
    """An inquiry that keeps each question and its answer in a book."""

    def __init__(
        self, graph: EventGraph, model: Model, deadline: Deadline, propagation: bool, book: Book
    ) -> None:
        super().__init__(graph, model, deadline, propagation)
        self.book = book

    def examples(self, *wanted: Sequence[Wanted]) -> list[Execution | None]:
        found = super().examples(*wanted)
        for asked, execution in zip(wanted, found, strict=True):
            if execution is not None:
                self._note([_formula(w) for w in asked], execution)
        return found

    def find(self, *wanted: Wanted) -> Execution | None:
        execution = super().find(*wanted)
        self._note([_formula(w) for w in wanted], execution)
        return execution

    def flags(self, *wanted: Wanted, examples: Sequence[Execution]) -> tuple[str, ...]:
        raised = super().flags(*wanted, examples=examples)
        shown = {name: e for e in examples for name in flags_raised(self.model, bases(self.graph, e))}
        for flag in self.model.axioms:
            if flag.is_flag:
                is_open = flag.name in raised and flag.name not in shown
                execution = self._raising(flag, *wanted) if is_open else shown.get(flag.name)
                self._note([*map(_formula, wanted), Raised(flag.name)], execution)
        return raised

    def _raising(self, flag: Axiom, *wanted: Wanted) -> Execution | None:
        """An execution that raises a flag. Raises as `find`."""

        def solve() -> Execution | None:
            truth = self.session.truth
            literals = [truth(e) if true else -truth(e) for e, true in wanted]
            return self.session.find(self.session.raised(flag), *literals)

        return self._ask(lambda search: search.find(*wanted, flag=flag), solve)

    def _note(self, asked: Sequence[Formula], execution: Execution | None) -> None:
        self.book.note(Answered(self.graph, self.model, frozenset(), conjunction(asked), execution))

    def note_states(self, ended: Sequence[Wanted], states: Iterable[Sequence[tuple[str, int]]]) -> None:
        """As Inquiry has it, with an execution for each."""
        values = dict(self.graph.observed)
        wanted = [[(Apply("==", (values[label], Const(v))), True) for label, v in state] for state in states]
        for state in wanted:
            self.find(*ended, *state)
        others = (negation(conjunction(map(_formula, state))) for state in wanted)
        self._note([*map(_formula, ended), *others], None)


def _formula(wanted: Wanted) -> Formula:
    expression, true = wanted
    return Truth(expression) if true else negation(Truth(expression))
