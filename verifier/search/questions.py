"""What can be asked about the executions of a program, whoever answers: the solver, or a look at each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from verifier.cat.terms import Axiom, Model
from verifier.events.expression import Expression
from verifier.events.graph import EventGraph, Property
from verifier.execution.candidate import Execution
from verifier.limits import Deadline, NotModelled

TRUE = 1
FALSE = -1


def require_within(
    graph: EventGraph, happens: Callable[[Expression], bool], values: Callable[[], Iterable[int]]
) -> None:
    """Raises NotModelled where an execution goes beyond what a litmus test can say.

    `happens`: whether an allowed execution makes an expression true. `values`: all that accesses may read or write.
    """
    for line, escapes in graph.escapes:
        if happens(escapes):
            raise NotModelled(f"the access on line {line} may go to an address that is no location's")
    if graph.is_litmus and graph.isa is None and any(not -(1 << 31) <= v < 1 << 31 for v in values()):
        raise NotModelled("a value that does not fit into 32 bits")


class Questions(Protocol):
    """Questions about the executions of `graph` that `model` allows.

    Each place of an ordering source may be switched off, question by question. A literal stands for a
    property of executions: TRUE for one that all have, -l for what l does not hold of. The methods that
    make literals, find and allows raise Undecided when time runs out, and NotModelled.
    """

    graph: EventGraph
    model: Model
    deadline: Deadline
    places: tuple[int, ...]
    flags: tuple[Axiom, ...]

    def find(self, *literals: int, off: Iterable[int] = ()) -> Execution | None:
        """An execution that the model allows with the sources at the places `off` switched off, in which all of
        `literals` hold; None where there is none."""

    def allows(self, *literals: int, off: Iterable[int] = ()) -> bool:
        """Whether `find` would find something."""

    def any_of(self, literals: Sequence[int]) -> int:
        """A literal that implies that one of these holds (for use in one question)."""

    def conjunction(self, literals: Iterable[int]) -> int:
        """The literal that all of these hold."""

    def disjunction(self, literals: Iterable[int]) -> int:
        """The literal that one of these holds."""

    def truth(self, e: Expression) -> int:
        """The literal of an expression over reads, unknowns and final memory."""

    def reaches(self, p: Property, formula: bool) -> int:
        """The literal that control gets to a property, and its formula is true there, or false."""

    def executes(self, event: int) -> int:
        """The literal that an event happens."""

    def reads_last(self, read: int) -> int:
        """The literal that a read happens and reads the last write of its location."""

    def relation(self, name: str, i: int, j: int) -> int:
        """The literal that events i and j are related by rf, co or fr."""

    def raised(self, flag: Axiom) -> int:
        """The literal that one of `flags` is raised."""

    def violated_with_all_on(self) -> int:
        """The literal that the execution breaks an axiom when every ordering source is on."""

    def free(self) -> Questions:
        """The same program without any axiom: every candidate execution is allowed."""

    def variant(self, graph: EventGraph) -> Questions:
        """Answers about the same program with other fences, from who answers about this one."""

    def require_within(self) -> None:
        """Raises NotModelled where an allowed execution goes beyond what a litmus test can say."""
