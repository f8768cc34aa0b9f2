"""What was asked, as literals: the model's axioms, and properties of executions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from verifier.cat.monotone import recursion_signs
from verifier.cat.terms import Axiom, BaseSet, Model, SetTerm
from verifier.certify.candidate import Candidate
from verifier.certify.circuit import FALSE, Circuit
from verifier.certify.cycles import acyclic, cyclic
from verifier.certify.relations import Relations
from verifier.events.graph import EventGraph
from verifier.search.formula import (
    All,
    Any,
    Broken,
    Executes,
    Formula,
    Not,
    Raised,
    Reaches,
    ReadsLast,
    Related,
    Truth,
)


class Claims:
    """The literals of one graph under one model.

    A literal that an axiom holds, or that it is broken, implies as much, and may be true wherever that is so: enough
    for what is only ever asked to be true.
    """

    def __init__(self, graph: EventGraph, model: Model) -> None:
        self.graph = graph
        self.model = model
        self.circuit = Circuit()
        self.candidate = Candidate(graph, self.circuit)
        self._relations: dict[frozenset[int], Relations] = {}
        self._axioms: dict[tuple[frozenset[int], int, bool], int] = {}

    @property
    def _laws(self) -> list[Axiom]:
        """The axioms that constrain."""
        return [a for a in self.model.axioms if not a.is_flag]

    def allowed(self, off: frozenset[int]) -> list[int]:
        """That the model allows the execution, with the sources at these places off."""
        return [self._axiom(a, off, True) for a in self._laws]

    @property
    def grows(self) -> bool:
        """Whether a recursive relation that is too small forbids nothing: no axiom needs less of any."""
        return not any(recursion_signs(a.term) - {not a.negated} for a in self._laws)

    def unfinished(self, off: frozenset[int]) -> int:
        """That a recursive relation is larger than what is written of it."""
        used = {off, frozenset[int]()} & self._relations.keys()
        return self.circuit.some(l for places in used for l in self._relations[places].unfinished)

    def literal(self, f: Formula, is_true: bool = True) -> int:
        """That a property is true of the execution, or false."""
        every, some = self.circuit.every, self.circuit.some
        combine, either = (every, some) if is_true else (some, every)
        match f:
            case Not(part):
                return self.literal(part, not is_true)
            case All(parts):
                return combine(self.literal(p, is_true) for p in parts)
            case Any(parts):
                return either(self.literal(p, is_true) for p in parts)
            case Broken():
                return either(self._axiom(a, frozenset(), not is_true) for a in self._laws)
            case Raised(name):
                flags = [a for a in self.model.axioms if a.is_flag and a.name == name]
                return either(self._axiom(a, frozenset(), is_true) for a in flags)
            case Reaches(p, formula):
                truth = self.candidate.values.truth
                there = (truth(p.reached), truth(p.formula) if formula else -truth(p.formula))
                return combine(there if is_true else (-l for l in there))
            case Truth() | Executes() | ReadsLast() | Related():
                literal = self._leaf(f)
                return literal if is_true else -literal
            case _:
                assert_never(f)

    def _leaf(self, f: Truth | Executes | ReadsLast | Related) -> int:
        candidate, every, some = self.candidate, self.circuit.every, self.circuit.some
        match f:
            case Truth(e):
                return candidate.values.truth(e)
            case Executes(event):
                return candidate.executes[event]
            case ReadsLast(read):
                sources = [(w, l) for (w, r), l in candidate.rf.items() if r == read]
                return some(every((l, candidate.last(w))) for w, l in sources)
            case Related("rf", i, j):
                return candidate.rf.get((i, j), FALSE)
            case Related("co", i, j):
                return candidate.co.get((i, j), FALSE)
            case Related("fr", i, j):
                sources = [(w, l) for (w, r), l in candidate.rf.items() if r == i]
                return some(every((l, candidate.co.get((w, j), FALSE))) for w, l in sources)
            case _:
                raise TypeError(f"not a leaf: {f}")

    # ----------------------------------------------------------------- axioms

    def _axiom(self, axiom: Axiom, off: frozenset[int], holds: bool) -> int:
        key = (off, id(axiom), holds)
        if key not in self._axioms:
            self._axioms[key] = self._test(axiom, self._with(off), holds != axiom.negated)
        return self._axioms[key]

    def _with(self, off: frozenset[int]) -> Relations:
        """The relations with these places off: those that the places have no part in are the same as without."""
        if off not in self._relations:
            base = self._with(frozenset()) if off else None
            self._relations[off] = Relations(self.candidate, off, base)
        return self._relations[off]

    def _test(self, axiom: Axiom, relations: Relations, passes: bool) -> int:
        """That an axiom's test is passed, or not."""
        if isinstance(axiom.term, BaseSet | SetTerm):
            literals: Iterable[int] = relations.row(axiom.term).values()
        elif axiom.test == "acyclic":
            return acyclic(relations, axiom.term) if passes else cyclic(relations, axiom.term)
        else:
            pairs = relations.matrix(axiom.term).items()
            literals = [l for (i, j), l in pairs if axiom.test == "empty" or i == j]
        broken = self.circuit.some(literals)
        return -broken if passes else broken
