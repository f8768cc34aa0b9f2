"""Encodes which candidate executions an event graph has: what executes, values, rf and co."""

from __future__ import annotations

from verifier.encoding.clauses import FALSE, TRUE, Clauses
from verifier.encoding.values import Cases, Values
from verifier.events.expression import ReadValue
from verifier.events.graph import EventGraph
from verifier.execution.domains import domains

Matrix = dict[tuple[int, int], int]  # pair -> literal; an absent pair is never related


class CandidateEncoding:
    """Literals for the events, values, rf and co of a graph's candidate executions.

    executes[e]   event e happens
    rf, co        Matrix of (write, read), (write, later write)
    values        literals for expressions; final memory under ReadValue(-1 - l)
    `forbidden_rf` and `known_co` are facts found by propagation: pairs that are in no execution that
    any model at hand allows, and pairs that are in each one where both events happen.
    """

    def __init__(
        self,
        graph: EventGraph,
        clauses: Clauses,
        forbidden_rf: frozenset[tuple[int, int]] = frozenset(),
        known_co: frozenset[tuple[int, int]] = frozenset(),
    ) -> None:
        self.graph = graph
        self.clauses = clauses
        self.rf: Matrix = {}
        self.co: Matrix = {}
        self.executes: dict[int, int] = {}
        self._reads: dict[int, Cases] = {}
        self._finals: dict[int, Cases] = {}
        self._known_co = known_co
        self.values = Values(clauses, self._read_cases)
        self._writers = _writers(graph)
        every_source = {
            r: tuple(w for w in self._writers.get(e.location, ()) if w != r)
            for r, e in enumerate(graph.events)
            if e.kind == "R"
        }
        # from all sources: which values come out of thin air must not depend on what propagation finds
        self._domains = domains(graph, every_source)
        self._sources = {
            r: tuple(w for w in writes if (w, r) not in forbidden_rf) for r, writes in every_source.items()
        }
        self._encode()

    def _encode(self) -> None:
        for number, event in enumerate(self.graph.events):
            self.executes[number] = self.values.truth(event.executes)
        for read in self._sources:
            self._encode_read(read)
        for location in range(len(self.graph.locations)):
            self._encode_coherence([w for w in self._writers[location] if w != location], location)
        for event in self.graph.events:
            if event.value is not None:
                self.values.cases(event.value)
        for constraint in self.graph.constraints:
            self.clauses.add(self.values.truth(constraint))

    def _read_cases(self, event: int) -> Cases:
        if event < 0:
            return self._final_cases(-1 - event)
        if event not in self._reads:
            self._reads[event] = self.values.choice(self._domains[event])
        return self._reads[event]

    def _encode_read(self, read: int) -> None:
        executes, cases = self.executes[read], self._read_cases(read)
        writes = self._sources[read]
        for w in writes:
            fixed = executes if len(writes) == 1 else self.clauses.variable()
            self.rf[(w, read)] = fixed
            self.clauses.add(-fixed, executes)
            self.clauses.add(-fixed, self.executes[w])
            value = self.graph.events[w].value
            assert value is not None
            written = self.values.cases(value)
            for v, l in written.items():
                self.clauses.add(-fixed, -l, cases.get(v, FALSE))
        self.clauses.add(-executes, *(self.rf[(w, read)] for w in writes))
        literals = [self.rf[(w, read)] for w in writes]
        for i, a in enumerate(literals):
            for b in literals[i + 1 :]:
                self.clauses.add(-a, -b)
        if executes != TRUE:
            self.clauses.add(executes, cases.get(0, FALSE))

    def _encode_coherence(self, writes: list[int], initial: int) -> None:
        for i, a in enumerate(writes):
            self.co[(initial, a)] = self.executes[a]
            for b in writes[i + 1 :]:
                both = (self.executes[a], self.executes[b])
                if (a, b) in self._known_co:
                    order = TRUE
                elif (b, a) in self._known_co:
                    order = FALSE
                else:
                    order = self.clauses.variable()
                self.co[(a, b)] = self.clauses.conjunction((order, *both))
                self.co[(b, a)] = self.clauses.conjunction((-order, *both))
        for a in writes:
            for b in writes:
                for c in writes:
                    if len({a, b, c}) == 3:
                        self.clauses.add(-self.co[(a, b)], -self.co[(b, c)], self.co[(a, c)])
        self.co = {pair: l for pair, l in self.co.items() if l != FALSE}

    def _final_cases(self, location: int) -> Cases:
        if location not in self._finals:
            rows: dict[int, list[int]] = {}
            for w in self._writers[location]:
                last = self.last(w)
                value = self.graph.events[w].value
                assert value is not None
                for v, l in self.values.cases(value).items():
                    rows.setdefault(v, []).append(self.clauses.conjunction((last, l)))
            self._finals[location] = {v: self.clauses.disjunction(ls) for v, ls in sorted(rows.items())}
        return self._finals[location]

    def value(self, access: int) -> Cases:
        """The literals of what an access reads or writes."""
        written = self.graph.events[access].value
        return self.values.cases(ReadValue(access) if written is None else written)

    def last(self, write: int) -> int:
        """The literal that a write happens and is the last of its location."""
        location = self.graph.events[write].location
        later = (self.co.get((write, w), FALSE) for w in self._writers[location])
        return self.clauses.conjunction((self.executes[write], *(-l for l in later)))

    def reads_last(self, read: int) -> int:
        """The literal that a read happens and reads the last write of its location."""
        pairs = ((w, self.rf[(w, read)]) for w in self._sources[read])
        return self.clauses.disjunction(self.clauses.conjunction((l, self.last(w))) for w, l in pairs)


def _writers(graph: EventGraph) -> dict[int | None, list[int]]:
    found: dict[int | None, list[int]] = {l: [] for l in range(len(graph.locations))}
    for number, event in enumerate(graph.events):
        if event.kind == "W":
            found[event.location].append(number)
    return found
