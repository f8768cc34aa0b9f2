"""Which of many executions of a program meet a model's axioms, worked out for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Protocol

from verifier.cat import slices
from verifier.cat.plan import Plan, Step
from verifier.cat.slices import Slice, Slices
from verifier.cat.terms import Axiom
from verifier.limits import Deadline


class Bases(Protocol):
    """The base sets and relations of executions of a program with `size` events, some ordering sources switched off;
    those that the program has none of are empty."""

    size: int
    every: int  # all executions

    def set(self, name: str) -> Slice:
        """The base set of that name."""

    def relation(self, name: str) -> Slices:
        """The base relation of that name."""

    def is_fixed(self, name: str) -> bool:
        """Whether it is the same whichever sources are off."""


class AtOnce:
    """Checks executions of one program, again and again, with other ordering sources off each time: what these have no
    part in is worked out once."""

    def __init__(self, plan: Plan, deadline: Deadline) -> None:
        self.plan = plan
        self.deadline = deadline
        self._fixed: _Work | None = None  # for what is fixed, of all executions
        self._failing: dict[int, int] = {}  # of fixed axioms, by number, the executions that break them

    def meeting(self, bases: Bases, among: int) -> int:
        """Those of the executions `among` that meet every axiom. Raises Undecided when time runs out."""
        work, left = self._work(bases, among), among
        for number, (axiom, step) in enumerate(self.plan.axioms):
            if work.fixed.is_fixed(step):
                if number not in self._failing:
                    self._failing[number] = work.fixed.failing(axiom, step)
                left &= ~self._failing[number]
            else:
                left &= ~work.failing(axiom, step)
            if not left:
                break
        return left

    def raising(self, flag: int, bases: Bases, among: int) -> int:
        """Those of the executions `among` of which the plan's flag of that number is true. Raises Undecided when time
        runs out."""
        return among & ~self._work(bases, among).failing(*self.plan.flags[flag])

    def _work(self, bases: Bases, among: int) -> _Work:
        if self._fixed is None:
            self._fixed = _Work(self.plan, bases, self.deadline, bases.every, None)
        return _Work(self.plan, bases, self.deadline, among, self._fixed)


class _Work:
    """The values of a plan's steps in some executions, with some sources off. `fixed` has those that no source has a
    part in, of all executions."""

    def __init__(self, plan: Plan, bases: Bases, deadline: Deadline, among: int, fixed: _Work | None) -> None:
        self.steps = plan.steps
        self.plan = plan
        self.bases = bases
        self.deadline = deadline
        self.among = among
        self.fixed = fixed or self
        self._sets: dict[int, Slice] = {}
        self._relations: dict[int, Slices] = {}
        self._is_fixed: dict[int, bool] = {}
        self._variables: dict[str, Slices] = {}

    def failing(self, axiom: Axiom, step: int) -> int:
        """The executions that break an axiom about a step."""
        if step in self.plan.sets:
            found = slices.union(self._set(step).values())
        else:
            relation = self._relation(step)
            match axiom.test:
                case "acyclic":
                    found = slices.cyclic(relation)
                case "irreflexive":
                    found = slices.reflexive(relation)
                case "empty":
                    found = slices.some(relation)
        return self.among & ~found if axiom.negated else found

    def is_fixed(self, number: int) -> bool:
        """Whether no source has a part in a step."""
        found = self._is_fixed.get(number)
        if found is None:
            step = self.steps[number]
            match step.operator:
                case "set" | "relation":
                    found = self.bases.is_fixed(step.name)
                case "variable" | "fixpoint":
                    found = False
                case _:
                    found = all(map(self.is_fixed, step.arguments))
            self._is_fixed[number] = found
        return found

    def _set(self, number: int) -> Slice:
        """The value of a step that is a set."""
        found = self._sets.get(number)
        if found is None:
            if self.fixed is not self and self.fixed.is_fixed(number):
                found = slices.set_among(self.fixed._set(number), self.among)
            else:
                found = self._make_set(self.steps[number])
            self._sets[number] = found
        return found

    def _make_set(self, step: Step) -> Slice:
        match step.operator:
            case "set":
                return slices.set_among(self.bases.set(step.name), self.among)
            case "empty":
                return {}
            case "domain":
                return slices.domain(self._relation(step.arguments[0]))
            case "range":
                return slices.rng(self._relation(step.arguments[0]))
            case "complement-set":
                return slices.set_minus(self._everything(), self._set(step.arguments[0]))
        made = {"union": slices.set_union, "inter": slices.set_inter, "minus": slices.set_minus}[
            step.operator
        ]
        return reduce(made, map(self._set, step.arguments))

    def _everything(self) -> Slice:
        return slices.set_among(self.bases.set("_"), self.among)

    def _relation(self, number: int) -> Slices:
        """The value of a step that is a relation."""
        found = self._relations.get(number)
        if found is None:
            self.deadline.remaining()
            if self.fixed is not self and self.fixed.is_fixed(number):
                found = slices.among(self.fixed._relation(number), self.among)
            else:
                found = self._make_relation(self.steps[number])
            self._relations[number] = found
        return found

    def _make_relation(self, step: Step) -> Slices:
        match step.operator:
            case "relation":
                return slices.among(self.bases.relation(step.name), self.among)
            case "empty":
                return {}
            case "variable":
                return self._variables[step.name]
            case "fixpoint":
                return self._fixpoint(step)
            case "inter":
                return self._inter(step.arguments)
            case "minus":
                return slices.minus(*map(self._relation, step.arguments))
            case "sequence":
                return slices.sequence(*map(self._relation, step.arguments))
            case "from":
                events = self._set(step.arguments[0])
                return {i: dict.fromkeys(range(self.bases.size), m) for i, m in events.items()}
            case "to":
                events = self._set(step.arguments[0])
                return dict.fromkeys(range(self.bases.size), events) if events else {}
            case "identity":
                return slices.identity(self._set(step.arguments[0]))
            case "inverse":
                return slices.inverse(self._relation(step.arguments[0]))
            case "plus":
                return slices.plus(self._relation(step.arguments[0]))
            case "complement":
                everything = self._everything()
                return slices.minus(slices.product(everything, everything), self._relation(step.arguments[0]))
            case "union":
                return reduce(slices.join, map(self._relation, step.arguments))
        raise TypeError(f"not a relation: {step.operator}")

    def _inter(self, arguments: Sequence[int]) -> Slices:
        """The intersection, in which what is said of one end of pairs restricts the others."""
        ends = {"from": slices.starting, "to": slices.ending}
        first, *rest = sorted(arguments, key=lambda a: self.steps[a].operator in ends)
        found = self._relation(first)
        for step in [self.steps[a] for a in rest if self.steps[a].operator in ends]:
            found = ends[step.operator](found, self._set(step.arguments[0]))
        for a in rest:
            if self.steps[a].operator not in ends:
                found = slices.inter(found, self._relation(a))
        return found

    def _fixpoint(self, step: Step) -> Slices:
        """The least solution, by iteration from empty."""
        outer = self._variables
        found: list[Slices] = [{}] * len(step.names)
        while True:
            self._variables = {**outer, **dict(zip(step.names, found, strict=True))}
            for n in step.inner:
                self._sets.pop(n, None)
                self._relations.pop(n, None)
            new = [self._relation(a) for a in step.arguments]
            if new == found:
                break
            found = new
        self._variables = outer
        return found[0]
