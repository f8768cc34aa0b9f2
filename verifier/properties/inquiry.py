"""Questions about the executions that a model allows, with all ordering sources on: put to the search, and to the
solver where the search gives up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from verifier.cat.terms import Model
from verifier.events.expression import Expression
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution
from verifier.limits import Deadline, GaveUp
from verifier.search import Search
from verifier.search.questions import require_within

if TYPE_CHECKING:
    from verifier.encoding.session import Session

T = TypeVar("T")
Wanted = tuple[Expression, bool]  # an expression that is to be true, or false


class Inquiry:
    """One program under one model. The solver is loaded when it is first needed."""

    def __init__(self, graph: EventGraph, model: Model, deadline: Deadline, propagation: bool = True) -> None:
        self.graph = graph
        self.model = model
        self.deadline = deadline
        self.propagation = propagation
        self._search = Search(graph, model, deadline) if propagation else None
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The solver's session. Raises NotModelled and Undecided."""
        if self._session is None:
            from verifier.encoding.session import Session

            self._session = Session(self.graph, self.model, self.deadline, self.propagation)
        return self._session

    def examples(self, *wanted: Sequence[Wanted]) -> list[Execution | None]:
        """For each of these lists, an allowed execution in which its expressions are true, or false, where one is
        cheaply found."""
        return [None for _ in wanted] if self._search is None else self._search.examples(wanted)

    def find(self, *wanted: Wanted) -> Execution | None:
        """An allowed execution in which these expressions are true, or false. Raises Undecided and NotModelled."""

        def solve() -> Execution | None:
            truth = self.session.truth
            return self.session.find(*(truth(e) if true else -truth(e) for e, true in wanted))

        return self._ask(lambda search: search.find(*wanted), solve)

    def flags(self, *wanted: Wanted, examples: Sequence[Execution]) -> tuple[str, ...]:
        """The names of the flags that some such execution raises; `examples` are some. Raises as `find`."""

        def solve() -> tuple[str, ...]:
            session = self.session
            literals = [session.truth(e) if true else -session.truth(e) for e, true in wanted]
            return tuple(dict.fromkeys(a.name for a in session.flags if session.raises(a, *literals)))

        if not any(a.is_flag for a in self.model.axioms):
            return ()
        return self._ask(lambda search: search.flags(*wanted, examples=examples), solve)

    def note_states(self, ended: Sequence[Wanted], states: Iterable[Sequence[tuple[str, int]]]) -> None:
        """Keep that these are all final states of executions that end, where what was asked is kept."""

    def require_within(self) -> None:
        """Raises NotModelled where an allowed execution goes beyond what a litmus test can say; as `find`."""

        def values() -> Iterable[int]:
            return self._ask(lambda search: search.all_values(), lambda: self.session.all_values())

        require_within(self.graph, lambda e: self.find((e, True)) is not None, values)

    def _ask(self, ask: Callable[[Search], T], solve: Callable[[], T]) -> T:
        if self._search is None:
            return solve()
        try:
            return ask(self._search)
        except GaveUp:
            return solve()
