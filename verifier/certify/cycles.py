"""Whether a relation has a cycle, without its closures: a term is taken apart into steps between stages.

A relation `a ; b* ; c` is a walk from stage to stage, that goes round in one of them; a cycle of it is a closed walk
that comes home to the first stage again and again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from verifier.cat.terms import RelationTerm, Term
from verifier.certify.circuit import FALSE, TRUE, Circuit
from verifier.certify.relations import Relations
from verifier.record import record

Node = tuple[int, int]  # an event at a stage


@record(frozen=True, slots=True)
class Step:
    """From one node to another, where the literal is true. `is_home`: each cycle has one of these."""

    start: Node
    end: Node
    literal: int
    is_home: bool


def acyclic(relations: Relations, term: Term) -> int:
    """A literal that implies that there is no cycle, and may be true where there is none: the nodes can be numbered
    such that no step descends, and those home ascend."""
    circuit, steps = relations.circuit, _steps(relations, term)
    if not steps:
        return TRUE
    literal = circuit.fresh("acyclic")
    rank = _numbers(circuit, circuit.text(literal), steps)
    circuit.conditions[literal] = [
        (-literal, -s.literal, circuit.less(rank[s.start], rank[s.end]))
        if s.is_home
        else (-literal, -s.literal, -circuit.less(rank[s.end], rank[s.start]))
        for s in steps
    ]
    return literal


def cyclic(relations: Relations, term: Term) -> int:
    """A literal that implies that there is a cycle, and may be true where there is one: some nodes each have a step to
    another, which is a step home, or leads nearer to one."""
    circuit, steps = relations.circuit, _steps(relations, term)
    if not steps:
        return FALSE
    name = circuit.text(circuit.fresh("cycle"))
    chosen = {n: circuit.constant(f"{name}.{n[0]}.{n[1]}") for n in _nodes(steps)}
    far = {} if all(s.is_home for s in steps) else _numbers(circuit, f"{name}.far", steps)
    nexts: dict[Node, list[int]] = {}
    for s in steps:
        nearer = TRUE if s.is_home else circuit.less(far[s.end], far[s.start])
        nexts.setdefault(s.start, []).append(circuit.every((s.literal, chosen[s.end], nearer)))
    for node, l in chosen.items():
        circuit.conditions[l] = [(-l, circuit.some(nexts[node]))]
    return circuit.some(chosen.values())


def _nodes(steps: Iterable[Step]) -> list[Node]:
    return sorted({n for s in steps for n in (s.start, s.end)})


def _numbers(circuit: Circuit, name: str, steps: Iterable[Step]) -> dict[Node, int]:
    return {n: circuit.constant(f"{name}.{n[0]}.{n[1]}", "Int") for n in _nodes(steps)}


def _steps(relations: Relations, term: Term) -> Sequence[Step]:
    """The steps that may be on a cycle."""
    if not _goes_round(relations, term):
        return _on_cycles([Step((i, 0), (j, 0), l, True) for (i, j), l in relations.matrix(term).items()])
    walk = _Walk(relations)
    first, last = walk.stage(), walk.stage()
    walk.lead(term, first, last)
    home = [Step((e, last), (e, first), l, True) for e, l in enumerate(relations.candidate.executes)]
    return _on_cycles([*walk.steps, *home])


def _on_cycles(steps: Sequence[Step]) -> Sequence[Step]:
    """Without those from or to a node that no step leads to, or from, and so on."""
    while True:
        nodes = {s.start for s in steps} & {s.end for s in steps}
        kept = [s for s in steps if s.start in nodes and s.end in nodes]
        if len(kept) == len(steps):
            return kept
        steps = kept


def _goes_round(relations: Relations, term: Term) -> bool:
    """Whether a term has a closure among its steps, and was not worked out as a whole."""
    match term:
        case RelationTerm("plus" | "star"):
            return not relations.is_known(term)
        case RelationTerm("union" | "sequence" | "optional", arguments):
            return not relations.is_known(term) and any(_goes_round(relations, a) for a in arguments)
        case _:
            return False


class _Walk:
    """The steps of terms, as they are taken apart."""

    def __init__(self, relations: Relations) -> None:
        self.relations = relations
        self.steps: list[Step] = []
        self._stages = 0

    def stage(self) -> int:
        """A new stage."""
        self._stages += 1
        return self._stages

    def lead(self, term: Term, start: int, end: int) -> None:
        """The steps by which a relation leads from one stage to another."""
        if not _goes_round(self.relations, term):
            self._step(self.relations.matrix(term).items(), start, end)
            return
        match term:
            case RelationTerm("union", arguments):
                for a in arguments:
                    self.lead(a, start, end)
            case RelationTerm("sequence", arguments):
                stages = [start, *(self.stage() for _ in arguments[1:]), end]
                for a, (here, there) in zip(arguments, pairwise(stages), strict=True):
                    self.lead(a, here, there)
            case RelationTerm("optional", (a,)):
                self._stay(start, end)
                self.lead(a, start, end)
            case RelationTerm("plus" | "star" as operator, (a,)):
                inside = self.stage()
                if operator == "star":
                    self._stay(start, inside)
                else:
                    self.lead(a, start, inside)
                self.lead(a, inside, inside)
                self._stay(inside, end)
            case _:
                raise TypeError(f"not a walk: {term}")

    def _stay(self, start: int, end: int) -> None:
        executes = self.relations.candidate.executes
        self._step((((e, e), l) for e, l in enumerate(executes)), start, end)

    def _step(self, pairs: Iterable[tuple[tuple[int, int], int]], start: int, end: int) -> None:
        self.steps += (Step((i, start), (j, end), l, False) for (i, j), l in pairs if l != FALSE)
