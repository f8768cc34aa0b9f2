"""Adds the reads and writes of registers to an event graph, for models that find dependencies by themselves.

herd7's aarch64deps.cat goes from event to event within an instruction (iico_data, iico_ctrl) and from a
write of a register to the reads of what it wrote. An event graph has dependencies instead. Each becomes a
register of its own, written by the instruction of the read where the dependency starts, and read by the
instruction that depends on it:

    addr, data    R -> Wreg ; Rreg -> end                              with the Rreg an ADDR or a DATA
    ctrl          R -> Wreg ; Rreg -> BCC                              a branch right before the end
    pick-...      R -> Wreg ; Rreg => Wreg ; Rreg -> ...               a select (=> is iico_ctrl) right before
    pick          R -> Wreg ; Rreg -> B => end                         the comparison of a CAS
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from verifier.events.expression import TRUE, Expression
from verifier.events.graph import Dependency, DependencyKind, Event, EventGraph
from verifier.events.logic import conjunction
from verifier.record import field, record, replace

Level = Literal[0, 1, 2]  # a select right before an instruction, a branch right before it, the instruction


def elaborate(graph: EventGraph) -> EventGraph:
    """The graph with micro events appended: fences with the tags Rreg, Wreg, BCC, B, ADDR and DATA.

    Their locations are numbers beyond graph.locations, one a register. What relates them is among the
    dependencies, as iico_data, iico_ctrl and same-instance. Program order no longer relates the two
    halves of one atomic instruction, as in herd7.
    """
    work = _Elaboration(graph)
    for d in _least_controls(graph):
        work.add(d)
    return replace(
        graph,
        events=(*graph.events, *(m.event for m in work.micros)),
        order=work.order(),
        dependencies=(*graph.dependencies, *work.edges, *work.same_instance()),
    )


def _least_controls(graph: EventGraph) -> Sequence[Dependency]:
    """The dependencies but for control to what comes after another event that it reaches as well."""
    first: dict[tuple[str, int, Expression], list[int]] = {}
    kept = []
    for d in graph.dependencies:
        if d.kind in ("ctrl", "pick-ctrl"):
            earlier = first.setdefault((d.kind, d.start, d.holds), [])
            guard = graph.events[d.end].executes
            if any(
                graph.order[e] >> d.end & 1 and graph.events[e].executes in (TRUE, guard) for e in earlier
            ):
                continue
            earlier.append(d.end)
        kept.append(d)
    return kept


@record(frozen=True, slots=True)
class _Micro:
    """A micro event, the instruction that it belongs to or comes right before, and its dependency's source."""

    event: Event
    instruction: int
    level: Level
    group: int  # of one select or branch
    source: int


@record(slots=True)
class _Elaboration:
    graph: EventGraph
    micros: list[_Micro] = field(default_factory=list)
    edges: list[Dependency] = field(default_factory=list)
    registers: int = 0
    groups: int = 0

    def add(self, d: Dependency) -> None:
        """The micro events of one dependency and what relates them."""
        if self._instruction(d.start) == self._instruction(d.end):
            self._add_own(d)
            return
        last = d.start
        if d.kind in ("pick-addr", "pick-data", "pick-ctrl"):
            read = self._pass_on(d, last, 0, "Rreg")
            last = self._micro(d, 0, "Wreg")
            self._relate(d, "iico_ctrl", read, last)
            self.micros[-1] = replace(self.micros[-1], group=self.micros[-2].group)
        match d.kind:
            case "addr" | "pick-addr":
                self._relate(d, "iico_data", self._pass_on(d, last, 2, "Rreg", "ADDR"), d.end)
            case "data" | "pick-data":
                self._relate(d, "iico_data", self._pass_on(d, last, 2, "Rreg", "DATA"), d.end)
            case "ctrl" | "pick-ctrl":
                read = self._pass_on(d, last, 1, "Rreg")
                self._relate(d, "iico_data", read, self._micro(d, 1, "BCC", "B"))
                self.micros[-1] = replace(self.micros[-1], group=self.micros[-2].group)
            case "pick":
                self._compare(d, self._pass_on(d, last, 2, "Rreg", "DATA"))
            case _:
                pass

    def _add_own(self, d: Dependency) -> None:
        """An atomic's write that depends on its read: by its value, or by a comparison."""
        if d.kind == "data":
            self._relate(d, "iico_data", d.start, d.end, d.holds)
        elif d.kind == "pick":
            self._compare(d, d.start)

    def _compare(self, d: Dependency, read: int) -> None:
        decision = self._micro(d, 2, "B")
        self._relate(d, "iico_data", read, decision)
        self._relate(d, "iico_ctrl", decision, d.end)

    def _pass_on(self, d: Dependency, start: int, level: Level, *tags: str) -> int:
        """A read of a register that holds what `start` gave: a Wreg of a select, or else the event itself."""
        if start < len(self.graph.events):
            written = self._micro(replace(d, end=d.start), 2, "Wreg", reaches=d.end)
            self._relate(d, "iico_data", start, written, d.holds)
            start = written
        location = self.micros[start - len(self.graph.events)].event.location
        return self._micro(d, level, *tags, location=location)

    def _micro(
        self, d: Dependency, level: Level, *tags: str, location: int | None = None, reaches: int | None = None
    ) -> int:
        """A new micro event of the instruction of d.end, or of a select or branch before it."""
        events = self.graph.events
        instruction = self._instruction(d.end)
        if location is None and "Wreg" in tags:
            location = len(self.graph.locations) + self.registers
            self.registers += 1
        end = events[d.end if reaches is None else reaches]
        self.groups += 1
        event = Event(
            thread=end.thread,
            kind="F",
            location=location,
            executes=conjunction(dict.fromkeys((events[d.start].executes, end.executes))),
            value=None,
            tags=frozenset(tags),
            relaxed=frozenset(tags),
            source=None,
            iteration=end.iteration,
            text=end.text,
            via=end.via,
            span=end.span,
        )
        self.micros.append(_Micro(event, instruction, level, self.groups if level < 2 else -1, d.source))
        return len(events) + len(self.micros) - 1

    def _relate(
        self, d: Dependency, kind: DependencyKind, start: int, end: int, holds: Expression = TRUE
    ) -> None:
        self.edges.append(Dependency(kind, start, end, holds, d.source))

    def _instruction(self, event: int) -> int:
        """The number of an event that stands for its whole instruction: the read of an atomic one."""
        return next((a.read for a in self.graph.atomics if a.kind == "amo" and a.write == event), event)

    # ---------------------------------------------------------------- relations

    def order(self) -> tuple[int, ...]:
        """Program order with the micro events: none within an instruction."""
        graph, n = self.graph, len(self.graph.events)
        rows = list(graph.order)
        for a in graph.atomics:
            if a.kind == "amo":
                rows[a.read] &= ~(1 << a.write)
        owners = [self._instruction(i) for i in range(n)]
        for i in range(n):
            for k, m in enumerate(self.micros):
                if graph.order[i] >> m.instruction & 1 and owners[i] != m.instruction:
                    rows[i] |= 1 << n + k
        return (*rows, *(self._row(m, owners) for m in self.micros))

    def _row(self, m: _Micro, owners: Sequence[int]) -> int:
        """What comes after one micro event."""
        n, later = len(self.graph.events), self.graph.order[m.instruction]
        row = 0
        for i, owner in enumerate(owners):
            after = m.level < 2 if owner == m.instruction else later >> i & 1
            row |= int(after) << i
        for k, other in enumerate(self.micros):
            same = other.instruction == m.instruction
            after = m.level < other.level if same else later >> other.instruction & 1
            row |= int(after) << n + k
        return row

    def same_instance(self) -> list[Dependency]:
        """The pairs of micro events, and of micro events and others, of one instruction, both ways."""
        n, found = len(self.graph.events), []
        members: dict[int, list[int]] = {}
        for i in range(n):
            members.setdefault(self._instruction(i), []).append(i)
        for k, m in enumerate(self.micros):
            others = [j for j, o in enumerate(self.micros) if j < k and _is_same_instruction(m, o)]
            real = members[m.instruction] if m.level == 2 else []
            for other in (*real, *(n + j for j in others)):
                pairs = ((n + k, other), (other, n + k))
                found += [Dependency("same-instance", a, b, TRUE, m.source) for a, b in pairs]
        return found


def _is_same_instruction(a: _Micro, b: _Micro) -> bool:
    return (a.instruction, a.level, a.group) == (b.instruction, b.level, b.group)
