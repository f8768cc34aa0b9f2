"""What a candidate execution of an event graph is, as clauses: what happens, values, rf and co."""

from __future__ import annotations

from itertools import combinations

from verifier.certify.circuit import FALSE, TRUE, Circuit, Clause
from verifier.certify.values import Cases, Values, domains
from verifier.events.graph import EventGraph

Matrix = dict[tuple[int, int], int]  # pair -> literal; a pair that is not there is never related


class Candidate:
    """The constants of a graph's candidate executions, and the `facts` that hold of each of them.

    r5=1      read 5 returns 1; 0 where it does not happen
    u0=1      the unknown 0 is 1
    rf.3.5    read 5 happens and reads from write 3
    co.3.4    of the writes 3 and 4 the first is earlier, where both happen
    """

    def __init__(self, graph: EventGraph, circuit: Circuit) -> None:
        self.graph = graph
        self.circuit = circuit
        self.values = Values(circuit, self._read)
        self.writers: dict[int, list[int]] = {}
        for number, e in enumerate(graph.events):
            if e.kind == "W" and e.location is not None:
                self.writers.setdefault(e.location, []).append(number)
        self._domains = domains(graph)
        self._returned: dict[int, Cases] = {}
        self._finals: dict[int, Cases] = {}
        self._facts: list[Clause] = []
        self.executes = [self.values.truth(e.executes) for e in graph.events]
        self.co = self._coherence()
        self.rf = self._reads_from()
        self._facts += ((self.values.truth(c),) for c in graph.constraints)

    @property
    def facts(self) -> list[Clause]:
        """The clauses so far: a value that is asked for may bring new ones."""
        return self._facts + self.values.facts

    def value(self, access: int) -> Cases:
        """What an access reads or writes."""
        written = self.graph.events[access].value
        return self._read(access) if written is None else self.values.cases(written)

    def last(self, write: int) -> int:
        """The literal that a write happens and is the last of its location."""
        later = (self.co.get((write, w), FALSE) for w in self._rivals(write))
        return self.circuit.every((self.executes[write], *(-l for l in later)))

    def _rivals(self, access: int) -> list[int]:
        """The writes to the location of an access, itself aside."""
        return [w for w in self.writers.get(self.graph.events[access].location or 0, ()) if w != access]

    def _read(self, event: int) -> Cases:
        if event < 0:
            return self._final(-1 - event)
        if event not in self._returned:
            location = self.graph.events[event].location or 0
            values = self._domains.get(location, frozenset()) | {0}
            self._returned[event] = self.values.choice(f"r{event}", values)
        return self._returned[event]

    def _final(self, location: int) -> Cases:
        if location not in self._finals:
            rows: dict[int, list[int]] = {}
            for w in self.writers.get(location, ()):
                for v, l in self.value(w).items():
                    rows.setdefault(v, []).append(self.circuit.every((self.last(w), l)))
            self._finals[location] = {v: self.circuit.some(ls) for v, ls in rows.items()}
        return self._finals[location]

    def _reads_from(self) -> Matrix:
        """rf: each read that happens reads from one write to its location that happens, and returns its value."""
        found: Matrix = {}
        for read, e in enumerate(self.graph.events):
            if e.kind != "R":
                continue
            happens, returned = self.executes[read], self._read(read)
            chosen = {w: self.circuit.constant(f"rf.{w}.{read}") for w in self._rivals(read)}
            found |= {(w, read): l for w, l in chosen.items()}
            self._facts.append((-happens, *chosen.values()))
            self._facts += ((-a, -b) for a, b in combinations(chosen.values(), 2))
            for w, l in chosen.items():
                self._facts += ((-l, happens), (-l, self.executes[w]))
                self._facts += ((-l, -x, returned.get(v, FALSE)) for v, x in self.value(w).items())
            self._facts.append((happens, returned[0]))
        return found

    def _coherence(self) -> Matrix:
        """co: a total order of the writes to each location, the initial one first."""
        found: Matrix = {}
        for location, writers in self.writers.items():
            others = [w for w in writers if w != location]
            earlier = {
                pair: self.circuit.constant("co.{}.{}".format(*pair)) for pair in combinations(others, 2)
            }
            for a, b, c in combinations(others, 3):
                ab, bc, ac = earlier[a, b], earlier[b, c], earlier[a, c]
                self._facts += ((-ab, -bc, ac), (ab, bc, -ac))
            before = {(location, w): TRUE for w in others} | earlier
            before |= {(b, a): -l for (a, b), l in earlier.items()}
            for (a, b), l in before.items():
                found[a, b] = self.circuit.every((l, self.executes[a], self.executes[b]))
        return found
