"""Models, planned and compiled, once each."""

from __future__ import annotations

from dataclasses import dataclass, field

from verifier.cat.code import Code, read, write
from verifier.cat.plan import Plan, empty_steps, plan
from verifier.cat.terms import Axiom, Model
from verifier.memo import Memo

MOST = 16  # models that are remembered


@dataclass(frozen=True, slots=True)
class Compiled:
    """A model and what was made of it. `given`: which of co, rf, FW and different-values it speaks of."""

    model: Model
    plan: Plan
    code: Code
    given: frozenset[str]
    _flags: Memo[frozenset[str], tuple[Axiom, ...]] = field(default_factory=Memo, repr=False)

    def possible_flags(self, present: frozenset[str]) -> tuple[Axiom, ...]:
        """The flags that may be raised by programs that have no other base sets and relations than these."""
        return self._flags(present, lambda: self._find_flags(present))

    def _find_flags(self, present: frozenset[str]) -> tuple[Axiom, ...]:
        empty = empty_steps(self.plan, present)
        return tuple(a for a, n in self.plan.flags if n not in empty or not (a.test == "empty" and a.negated))

    def flag_step(self, flag: Axiom) -> int:
        """The number of the step that a flag tests."""
        return next(number for axiom, number in self.plan.flags if axiom is flag)


_known: dict[int, Compiled] = {}


def compiled(model: Model) -> Compiled:
    """The compiled form of a model."""
    found = _known.get(id(model))
    if found is None:
        if len(_known) == MOST:
            del _known[next(iter(_known))]
        made = plan(model)
        code = read(compile(write(made), f"<{model.name}>", "exec"))
        names = frozenset(s.name for s in made.steps if s.operator in ("set", "relation"))
        found = _known[id(model)] = Compiled(
            model, made, code, names & {"rf", "co", "FW", "different-values"}
        )
    return found
