"""What a model says of one execution, by concrete evaluation; what executions of a program share is worked out once."""

from __future__ import annotations

from collections.abc import Container, Mapping

from verifier.cat.compiled import Compiled
from verifier.events.graph import EventGraph, observed_locations
from verifier.execution.candidate import (
    Execution,
    different_values,
    fixed_bases,
    meets_constraints,
    read_values,
    well_formed,
)
from verifier.record import record
from verifier.search.space import Space

Values = tuple[int, ...]
ALL = ("different-values", "FW")


@record(frozen=True, slots=True)
class Frame:
    """What the executions have in common in which the same events happen and the same conditions hold."""

    everything: int
    sets: Mapping[str, int]
    relations: Mapping[str, int]
    static: Values


class Concrete:
    """The executions of one program under one model, with all ordering sources on."""

    def __init__(self, space: Space, compiled: Compiled) -> None:
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

    def flags(self, execution: Execution) -> tuple[str, ...]:
        """The flags that an allowed execution raises."""
        plan, checked = self.compiled.plan, self._checked(execution)
        if not plan.flags or checked is None:
            return ()
        frame = self._frame(execution)
        raised = self.compiled.code.flags(
            self.space.universe,
            frame.everything,
            frame.sets,
            frame.relations,
            frame.static,
            checked,
            self._given(execution, ALL),
        )
        return self.compiled.names_of(raised)

    def _checked(self, execution: Execution) -> Values | None:
        last = self._last
        if last is not None and last[0] is execution:
            return last[1]
        frame = self._frame(execution)
        given = self._given(execution, self.compiled.given)
        checked = self.compiled.code.check(self.space.universe, frame.everything, frame.static, given)
        self._last = (execution, checked)
        return checked

    def _frame(self, execution: Execution) -> Frame:
        space = self.space
        held = self._held(execution) if space.pairs else ()
        frame = self._frames.get((execution.executed, held))
        if frame is None:
            sets: Mapping[str, int]
            relations: Mapping[str, int]
            if space.is_exact:
                everything, sets, relations = (
                    space.universe.ROW,
                    space.sets_of_all(),
                    space.relations_of_all(),
                )
            else:
                found = fixed_bases(self.graph, execution)
                everything, sets, relations = execution.executed, found.sets, found.relations
            static = self.compiled.code.static(space.universe, everything, sets, relations)
            frame = self._frames[(execution.executed, held)] = Frame(everything, sets, relations, static)
        return frame

    def _held(self, execution: Execution) -> tuple[bool, ...]:
        reads, unknowns = read_values(self.graph, execution), dict(execution.unknowns)
        return tuple(p.is_held(reads, unknowns) for p in self.space.pairs)

    def _given(self, execution: Execution, names: Container[str]) -> dict[str, int]:
        """The bases that differ from execution to execution: rf and co, and of the others those of these names."""
        u = self.space.universe
        found = {
            "rf": u.from_pairs((w, r) for r, w in execution.reads_from),
            "co": u.from_pairs(
                (a, b) for order in execution.coherence for i, a in enumerate(order) for b in order[i + 1 :]
            ),
        }
        if "different-values" in names:
            found["different-values"] = different_values(execution)
        if "FW" in names:
            last = 0
            for l in observed_locations(self.graph):
                last |= 1 << execution.coherence[l][-1]
            found["FW"] = last
        return found
