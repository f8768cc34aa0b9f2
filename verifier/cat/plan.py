"""A model's terms as numbered steps, each over earlier ones: what bounds and executions are worked out by.

Sequences become steps of two arguments. What only restricts (`[S]`) or may be left out (`r?`, `r*`) is no
sequence of its own: `[S] ; r` is r from S, and `a ; r?` is a | a ; r.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Literal, NamedTuple

from verifier.cat.terms import (
    Axiom,
    BaseRelation,
    BaseSet,
    EmptyRelation,
    Fixpoint,
    Model,
    RelationTerm,
    SetTerm,
    Term,
    Variable,
)
from verifier.record import record

Operator = Literal[
    "set",  # a base set, by its name
    "relation",  # a base relation
    "empty",
    "union",  # of sets or relations, as are inter and minus
    "inter",
    "minus",
    "complement-set",
    "complement",
    "domain",
    "range",
    "from",  # all pairs that start in a set
    "to",  # all pairs that end in a set
    "identity",
    "sequence",
    "inverse",
    "plus",
    "variable",  # the relation that a fixpoint is about, by its name
    "fixpoint",
]


class Step(NamedTuple):
    """`arguments` are numbers of earlier steps; of a fixpoint, those of its equations' right sides.

    `inner`, of a fixpoint: the steps that mention its variables, in order. `names`: of its equations, the
    one that it stands for first.
    """

    operator: Operator
    arguments: tuple[int, ...]
    name: str = ""
    names: tuple[str, ...] = ()
    inner: tuple[int, ...] = ()


@record(frozen=True, slots=True)
class Plan:
    """The steps of a model's axioms and flags, those inside a fixpoint left out of the lists.

    static, varying             numbers of the steps of axioms that only the event graph has a part in, and of those
                                that rf, co or values have a part in; in an order in which arguments come first
    flag_static, flag_varying   what the flags need beside these
    axioms, flags               with the number of the step that is tested
    sets                        which steps are sets
    """

    steps: tuple[Step, ...]
    static: tuple[int, ...]
    varying: tuple[int, ...]
    flag_static: tuple[int, ...]
    flag_varying: tuple[int, ...]
    axioms: tuple[tuple[Axiom, int], ...]
    flags: tuple[tuple[Axiom, int], ...]
    sets: frozenset[int]


ALWAYS_THERE = frozenset(("_", "id", "po", "loc", "int", "ext", "rf", "co", "different-values"))
_VARYING = (
    *(Step("relation", (), name) for name in ("rf", "co", "different-values")),
    Step("set", (), "FW"),
)


def plan(model: Model) -> Plan:
    """The plan of a model."""
    work = _Planning()
    axioms = tuple((a, work.number(a.term)) for a in model.axioms if not a.is_flag)
    flags = tuple((a, work.number(a.term)) for a in model.axioms if a.is_flag)
    inside = {i for step in work.steps for i in step.inner}
    varying = work.varying()
    work.gather(varying, inside)
    main = _needed(work.steps, (n for _, n in axioms)) - inside
    rest = _needed(work.steps, (n for _, n in flags)) - inside - main
    return Plan(
        steps=tuple(work.steps),
        static=tuple(sorted(main - varying)),
        varying=tuple(sorted(main & varying)),
        flag_static=tuple(sorted(rest - varying)),
        flag_varying=tuple(sorted(rest & varying)),
        axioms=axioms,
        flags=flags,
        sets=frozenset(work.sets),
    )


def _needed(steps: Sequence[Step], roots: Iterable[int]) -> set[int]:
    """These steps and all that they are made of."""
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += (*steps[number].arguments, *steps[number].inner)
    return found


def empty_steps(plan: Plan, present: Container[str]) -> set[int]:
    """The steps that are empty in each execution of a program that has no other base sets and relations than
    these, beside those that each program has."""
    empty: set[int] = set()
    order = (*plan.static, *plan.varying, *plan.flag_static, *plan.flag_varying)
    for number in order:
        _mark_empty(plan, number, present, empty)
    return empty


def _mark_empty(plan: Plan, number: int, present: Container[str], empty: set[int]) -> None:
    step = plan.steps[number]
    if step.operator == "fixpoint":
        trial = set(empty)
        trial.update(n for n in step.inner if plan.steps[n].operator == "variable")
        for n in step.inner:
            _mark_empty(plan, n, present, trial)
        if all(a in trial for a in step.arguments):
            empty.add(number)
    elif _is_empty(step, present, empty):
        empty.add(number)


def _is_empty(step: Step, present: Container[str], empty: Container[int]) -> bool:
    match step.operator:
        case "set" | "relation":
            return step.name not in present and step.name not in ALWAYS_THERE
        case "empty":
            return True
        case "union":
            return all(a in empty for a in step.arguments)
        case "complement" | "complement-set" | "variable" | "fixpoint":
            return False
        case "minus":
            return step.arguments[0] in empty
        case _:
            return any(a in empty for a in step.arguments)


class _Planning:
    """Steps while they are made; equal ones are one."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.sets: set[int] = set()
        self._numbers: dict[Step, int] = {}
        self._terms: dict[int, int] = {}
        self._kept: list[Term] = []

    def number(self, term: Term) -> int:
        """The step that works out a term."""
        found = self._terms.get(id(term))
        if found is None:
            found = self._make(term)
            self._terms[id(term)] = found
            self._kept.append(term)
        return found

    def varying(self) -> set[int]:
        """The steps that rf, co or values have a part in."""
        found: set[int] = set()
        for number, step in enumerate(self.steps):
            parts = (*step.arguments, *step.inner)
            if step in _VARYING or any(p in found for p in parts):
                found.add(number)
        return found

    def gather(self, varying: Container[int], inside: Container[int]) -> None:
        """In unions with several static parts, these become one part."""
        for number, step in enumerate(self.steps):
            static = tuple(a for a in step.arguments if a not in varying and a not in inside)
            if step.operator == "union" and number in varying and len(static) > 1:
                rest = tuple(a for a in step.arguments if a not in static)
                self.steps[number] = Step(
                    "union", (self._keep(Step("union", static), number in self.sets), *rest)
                )

    def _step(self, operator: Operator, *arguments: int, name: str = "", is_set: bool = False) -> int:
        return self._keep(Step(operator, arguments, name), is_set)

    def _keep(self, step: Step, is_set: bool = False) -> int:
        number = self._numbers.get(step)
        if number is None:
            number = len(self.steps)
            self.steps.append(step)
            self._numbers[step] = number
            if is_set:
                self.sets.add(number)
        return number

    def _make(self, term: Term) -> int:
        match term:
            case BaseSet(name):
                return self._step("set", name=name, is_set=True)
            case BaseRelation(name):
                return self._step("relation", name=name)
            case EmptyRelation():
                return self._step("empty")
            case SetTerm(operator, arguments):
                return self._make_set(operator, [self.number(a) for a in arguments])
            case RelationTerm("sequence", arguments):
                return self._sequence(arguments)
            case RelationTerm("star" | "optional"):
                return self._sequence((term,))
            case RelationTerm("union", arguments):
                return self._union([self.number(a) for a in arguments])
            case RelationTerm("product", (a, b)):
                return self._step(
                    "inter", self._step("from", self.number(a)), self._step("to", self.number(b))
                )
            case RelationTerm(
                "identity" | "inter" | "minus" | "inverse" | "plus" | "complement" as operator, arguments
            ):
                return self._step(operator, *(self.number(a) for a in arguments))
            case Variable(name):
                return self._step("variable", name=name)
            case Fixpoint(name, equations):
                return self._fixpoint(name, equations)
            case _:
                raise TypeError(f"not a term: {term}")

    def _make_set(self, operator: str, arguments: list[int]) -> int:
        match operator:
            case "complement":
                return self._step("complement-set", *arguments, is_set=True)
            case "union" | "inter" | "minus" | "domain" | "range" as known:
                return self._step(known, *arguments, is_set=True)
            case _:
                raise TypeError(f"not an operator of sets: {operator}")

    def _union(self, parts: Iterable[int]) -> int:
        kept = tuple(dict.fromkeys(parts))
        return kept[0] if len(kept) == 1 else self._keep(Step("union", kept))

    def _fixpoint(self, name: str, equations: tuple[tuple[str, Term], ...]) -> int:
        rights = tuple(self.number(right) for _, right in equations)
        names = tuple(n for n, _ in equations)
        variables = {n for n, s in enumerate(self.steps) if s.operator == "variable" and s.name in names}
        inside = set(variables)
        for number, step in enumerate(self.steps):
            if any(a in inside for a in step.arguments):
                inside.add(number)
        nested = {i for n in inside for i in self.steps[n].inner}
        inner = tuple(sorted(inside - nested))
        ordered = tuple(sorted(zip(names, rights, strict=True), key=lambda pair: pair[0] != name))
        return self._keep(
            Step("fixpoint", tuple(r for _, r in ordered), name, tuple(n for n, _ in ordered), inner)
        )

    # ----------------------------------------------------------------- sequences

    def _sequence(self, parts: Sequence[Term]) -> int:
        """The steps of `a ; b ; …`: the part so far is [start] | relation, either of which may be missing."""
        start: int | None = self._step("set", name="_", is_set=True)
        relation: int | None = None
        for part in parts:
            match part:
                case RelationTerm("identity", (inner,)):
                    members = self.number(inner)
                    start = None if start is None else self._common(start, members)
                    relation = self._restricted(relation, "to", members)
                case RelationTerm("optional" | "star" as operator, (inner,)):
                    step = self.number(inner)
                    if operator == "star":
                        step = self._step("plus", step)
                    relation = self._or(relation, self._extended(start, relation, step))
                case _:
                    relation = self._extended(start, relation, self.number(part))
                    start = None
        if start is not None:
            relation = self._or(relation, self._step("identity", start))
        assert relation is not None
        return relation

    def _common(self, a: int, b: int) -> int:
        everything = Step("set", (), "_")
        if self.steps[a] == everything or a == b:
            return b
        return a if self.steps[b] == everything else self._step("inter", a, b, is_set=True)

    def _restricted(self, relation: int | None, side: Literal["from", "to"], members: int) -> int | None:
        if relation is None or self.steps[members] == Step("set", (), "_"):
            return relation
        return self._step("inter", relation, self._step(side, members))

    def _extended(self, start: int | None, relation: int | None, step: int) -> int | None:
        """([start] | relation) ; step"""
        first = None if start is None else self._restricted(step, "from", start)
        return self._or(first, None if relation is None else self._step("sequence", relation, step))

    def _or(self, a: int | None, b: int | None) -> int | None:
        if a is None or b is None:
            return b if a is None else a
        parts: list[int] = []
        for n in (a, b):
            parts += self.steps[n].arguments if self.steps[n].operator == "union" else (n,)
        return self._union(parts)
