"""Models, planned and compiled, once each."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.cat.code import Code, read, write
from verifier.cat.plan import Plan, plan
from verifier.cat.terms import Axiom, Model

MOST = 16  # models that are remembered


@dataclass(frozen=True, slots=True)
class Compiled:
    """A model and what was made of it. `given`: which of co, rf, FW and different-values it speaks of."""

    model: Model
    plan: Plan
    code: Code
    given: frozenset[str]

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
