"""What a model says of one execution, by concrete evaluation; what executions of a program share is worked out once."""

from __future__ import annotations

from collections.abc import Container

from verifier.cat.compiled import Compiled, Frame
from verifier.events.expression import evaluator
from verifier.events.graph import EventGraph
from verifier.execution.candidate import (
    Execution,
    different_values,
    fixed_bases,
    last_writes,
    meets_constraints,
    orders,
    read_values,
    well_formed,
)
from verifier.search.space import Space

Values = tuple[int, ...]
ALL = ("different-values", "FW")


class Concrete:
    """The executions of one program under one model, with the ordering sources at the places `off` switched off."""

    def __init__(self, space: Space, compiled: Compiled, off: frozenset[int] = frozenset()) -> None:
        self.off = off
        self.space = space
        self.graph: EventGraph = space.graph
        self.compiled = compiled
        self._last: tuple[Execution, Values | None] | None = None
        self._frames: dict[tuple[int, tuple[bool, ...]], Frame] = {}

    def is_allowed(self, execution: Execution) -> bool:
        """Whether it is an execution of the program at all, and meets every axiom."""
        if self.space.is_exact:  # what executes, and each value, is right by the way that executions are made
            if self.graph.constraints and not meets_constraints(self.graph, execution):
                return False
        elif well_formed(self.graph, execution) is not None:
            return False
        return self._checked(execution) is not None

    def is_consistent(self, execution: Execution) -> bool:
        """Whether a candidate execution meets every axiom."""
        return self._checked(execution) is not None

    def flags(self, execution: Execution) -> tuple[str, ...]:
        """The flags that an allowed execution raises."""
        checked = self._checked(execution)
        if checked is None or not self.compiled.plan.flags:
            return ()
        return self._frame(execution).flags(checked, self._given(execution, ALL))

    def _checked(self, execution: Execution) -> Values | None:
        last = self._last
        if last is not None and last[0] is execution:
            return last[1]
        checked = self._frame(execution).check(self._given(execution, self.compiled.given))
        self._last = (execution, checked)
        return checked

    def _frame(self, execution: Execution) -> Frame:
        space = self.space
        held = self._held(execution) if space.pairs else ()
        frame = self._frames.get((execution.executed, held))
        if frame is None:
            is_simple = space.is_exact and not self.off
            fixed = space.bases_of_all() if is_simple else fixed_bases(self.graph, execution, self.off)
            frame = self._frames[(execution.executed, held)] = Frame(self.compiled, fixed)
        return frame

    def _held(self, execution: Execution) -> tuple[bool, ...]:
        value_of = evaluator(read_values(self.graph, execution), dict(execution.unknowns))
        return tuple(bool(value_of(p.holds)) for p in self.space.pairs)

    def _given(self, execution: Execution, names: Container[str]) -> dict[str, int]:
        """The bases that differ from execution to execution: rf and co, and of the others those of these names."""
        found = orders(self.space.universe, execution)
        if "different-values" in names:
            found["different-values"] = different_values(execution)
        if "FW" in names:
            found["FW"] = last_writes(self.graph, execution)
        return found
