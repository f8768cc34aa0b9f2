"""Bounds of a model's relations over all executions of a program: (must, may), found without a solver.

`may` holds the pairs of some execution, `must` those of each execution in which both events
happen. Static steps are worked out once; the others upwards, then what an axiom can't bear is taken away
downwards, and round again until nothing changes (Dartagnan's relation analysis: Haas, Meyer, Ponce de León,
CAAL: Consistency as a Service, OOPSLA 2022).
"""

from __future__ import annotations

from collections.abc import Mapping

from verifier.cat.bits import Universe
from verifier.cat.code import Code
from verifier.cat.plan import Plan
from verifier.cat.terms import Axiom
from verifier.record import record

Pair = tuple[int, int]  # (must, may), as bits

ROUNDS = 8


class Impossible(Exception):
    """No execution is within the bounds."""


@record(frozen=True, slots=True)
class BaseBounds:
    """Bounds of the base sets and relations; `sure` are the events that happen in every execution.

    A set's `must` are the events that are in it whenever they happen. A set that is not there is
    empty; rf is from a write to a read, co total over the writes of a location; `relations` has neither.
    """

    universe: Universe
    sure: int
    sets: Mapping[str, Pair]
    relations: Mapping[str, Pair]


class Bounds:
    """The bounds of all steps of a plan: what its bases make of the static ones, and rf and co of the others.

    must, may           a step at a time, as bits
    is_exact            all events happen
    to_sure, from_sure  all pairs into, and out of, the events that happen for sure
    """

    __slots__ = (
        "bases",
        "code",
        "from_sure",
        "is_exact",
        "may",
        "must",
        "narrowed",
        "plan",
        "to_sure",
        "universe",
    )

    def __init__(self, plan: Plan, code: Code, bases: BaseBounds) -> None:
        self.plan = plan
        self.code = code
        self.bases = bases
        self.universe = u = bases.universe
        self.is_exact = bases.sure == u.ROW
        self.to_sure = u.COL * bases.sure
        self.from_sure = u.product(bases.sure, u.ROW)
        self.must, self.may = [0] * len(plan.steps), [0] * len(plan.steps)
        self.narrowed: set[int] = set()
        code.bound_static(self, self.must, self.may)

    def copy(self) -> Bounds:
        """Bounds with the same bases, to be narrowed apart from these."""
        other = object.__new__(Bounds)
        other.plan, other.code, other.bases, other.universe = self.plan, self.code, self.bases, self.universe
        other.is_exact, other.to_sure, other.from_sure = self.is_exact, self.to_sure, self.from_sure
        other.must, other.may, other.narrowed = self.must[:], self.may[:], set()
        return other

    def narrow(self, rf: Pair, co: Pair, total: int, wanted: int | None = None) -> tuple[Pair, Pair]:
        """rf and co narrowed to what the model's axioms leave possible, until a round changes neither.

        `total`: the pairs of writes of which co has one or its inverse. `wanted`: the step, of a flag, of a
        relation or set that is not empty. Raises Impossible.
        """
        for _ in range(ROUNDS):
            before = (rf, co)
            self.code.bound_varying(self, self.must, self.may, rf, co)
            if wanted is not None:
                self.code.bound_flags(self, self.must, self.may)
                if not self.may[wanted]:
                    raise Impossible
            self.narrowed.clear()
            for axiom, number in self.plan.axioms:
                self._require(axiom, number)
            if self.narrowed:
                for number in reversed(self.plan.varying):
                    if number in self.narrowed:
                        rf, co = self._down(number, rf, co)
            rf, co = self._settle(rf, co, total)
            if before == (rf, co):
                break
        return rf, co

    def set_free(self) -> None:
        """Steps that rf and co have a part in may be anything."""
        u, sets = self.universe, self.plan.sets
        for number in self.plan.varying:
            self.must[number], self.may[number] = 0, u.ROW if number in sets else u.FULL

    def possible_flags(self) -> list[Axiom]:
        """The flags that may be raised."""
        self.code.bound_flags(self, self.must, self.may)
        return [a for a, n in self.plan.flags if not (a.test == "empty" and a.negated) or self.may[n]]

    # ------------------------------------------------------------- downwards

    def _require(self, axiom: Axiom, number: int) -> None:
        """Take away what an axiom forbids; raises Impossible where it is broken for sure."""
        u, must = self.universe, self.must[number]
        if axiom.negated:
            if axiom.test == "empty" and not self.may[number]:
                raise Impossible
            return
        match axiom.test:
            case "empty":
                gone = -1
            case "irreflexive":
                gone = u.IDENTITY
            case _:
                closure = self.must_plus(must)
                must = closure & u.IDENTITY
                gone = u.inverse(closure) | u.IDENTITY
        if must & gone & self._happening(number):
            raise Impossible
        self._keep(number, ~gone)

    def _happening(self, number: int) -> int:
        """The members or pairs of events that happen for sure."""
        sure, u = self.bases.sure, self.universe
        if number in self.plan.sets:
            return sure
        return u.FULL if self.is_exact else u.product(sure, sure)

    def _keep(self, number: int, allowed: int) -> None:
        may = self.may[number]
        if may & ~allowed:
            self.may[number] = may & allowed
            self.narrowed.add(number)

    def _down(self, number: int, rf: Pair, co: Pair) -> tuple[Pair, Pair]:
        """Take from a step's arguments what can't be in it."""
        operator, arguments, name, _, _ = self.plan.steps[number]
        may, keep = self.may[number], self._keep
        if number in self.plan.sets:
            return rf, co
        match operator:
            case "relation" if name == "rf":
                return (rf[0], rf[1] & may), co
            case "relation" if name == "co":
                return rf, (co[0], co[1] & may)
            case "union":
                for a in arguments:
                    keep(a, may)
            case "plus":
                keep(arguments[0], may)
            case "inverse":
                keep(arguments[0], self.universe.inverse(may))
            case "inter":
                a, b = arguments
                keep(a, may | ~self.must[b])
                keep(b, may | ~self.must[a])
            case "minus":
                a, b = arguments
                keep(a, may | self.may[b])
            case "sequence":
                self._down_sequence(arguments[0], arguments[1], may)
            case _:
                pass
        return rf, co

    def _down_sequence(self, a: int, b: int, may: int) -> None:
        """A pair (x, y) goes from a where a sure z with (y, z) in b would give a pair (x, z) that is gone, and
        in the same way from b."""
        u = self.universe
        gone = u.FULL & ~may
        last, first = self.must[b], self.must[a]
        if last:
            ending = last if self.is_exact else last & (self.to_sure | u.IDENTITY)
            self._keep(a, ~u.sequence(gone, u.inverse(ending)))
        if first:
            starting = first if self.is_exact else first & (self.from_sure | u.IDENTITY)
            self._keep(b, ~u.sequence(u.inverse(starting), gone))

    # --------------------------------------------------------------- upwards

    def must_sequence(self, a: int, b: int) -> int:
        """Pairs of `a ; b` whose middle happens always, or is one of the ends."""
        u = self.universe
        if self.is_exact:
            return u.sequence(a, b)
        through = u.sequence(a & self.to_sure, b)
        own, other = a & u.IDENTITY, b & u.IDENTITY
        if own:
            through |= u.sequence(own, b)
        if other:
            through |= u.sequence(a, other)
        return through

    def must_plus(self, a: int) -> int:
        """Chains of pairs that hold whenever the two ends happen: what is between happens always."""
        return self.universe.plus(a) if self.is_exact else self.universe.plus(a, self.bases.sure)

    # ---------------------------------------------------------------- totality

    def _settle(self, rf: Pair, co: Pair, total: int) -> tuple[Pair, Pair]:
        """A read reads from the only write left; of two writes the one that can't be later is earlier."""
        u = self.universe
        must, may = rf
        if must != may:
            for read, writes in u.rows(u.inverse(may)):
                if writes & (writes - 1) == 0:
                    must |= 1 << (writes.bit_length() - 1) * u.n + read
        rf = (must & may, may)
        must, may = co
        lost = total & ~may
        if lost:
            co = (must | u.inverse(lost), may)
        return rf, co
