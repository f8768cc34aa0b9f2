"""Models, planned and compiled, once each."""

from __future__ import annotations

import marshal
from collections.abc import Mapping

from verifier import cache
from verifier.cat.code import Code, Values, read, write
from verifier.cat.evaluate import Bases
from verifier.cat.plan import Plan, empty_steps, plan
from verifier.cat.terms import Axiom, Model
from verifier.memo import Memo
from verifier.record import field, record

GIVEN = ("rf", "co", "different-values")
MOST = 16  # models that are remembered


@record(frozen=True, slots=True)
class Compiled:
    """A model and what was made of it. `given`: which of rf, co, FW and different-values its axioms speak of."""

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
    found = _known.pop(id(model), None)
    if found is None:
        return _compile(model)[0]
    _known[id(model)] = found  # the last to be forgotten
    return found


def load_kept(name: str, texts: bytes) -> Model | None:
    """The model that `keep` kept for that name and these texts, ready for use; None where there is none."""
    kept = cache.get(f"model-{name}", texts)
    match kept:
        case (Model() as model, Plan() as made, bytes() as code):
            _register(model, made, read(marshal.loads(code)))
            return model
        case _:
            return None


def keep(name: str, texts: bytes, model: Model) -> None:
    """Compile a model that is made of these texts alone, and keep it for the next start."""
    found, code = _compile(model)
    cache.keep(f"model-{name}", texts, (model, found.plan, code))


def _compile(model: Model) -> tuple[Compiled, bytes]:
    made = plan(model)
    code = compile(write(made), f"<{model.name}>", "exec")
    return _register(model, made, read(code)), marshal.dumps(code)


def _register(model: Model, made: Plan, code: Code) -> Compiled:
    if len(_known) == MOST:
        del _known[next(iter(_known))]
    names = frozenset(made.steps[n].name for n in (*made.varying, *made.static))
    found = _known[id(model)] = Compiled(model, made, code, names & {*GIVEN, "FW"})
    return found


def mentioned(model: Model) -> frozenset[str]:
    """The base sets and relations that a model's axioms and flags are about."""
    return frozenset(step.name for step in compiled(model).plan.steps if step.name)


class Frame:
    """What executions have in common whose fixed base sets and relations are the same: all but those that are `given`
    one by one, rf, co and, where they are asked for, FW and different-values."""

    __slots__ = ("bases", "made", "static")

    def __init__(self, made: Compiled, bases: Bases) -> None:
        self.made = made
        self.bases = bases
        self.static = made.code.static(bases.universe, bases.sets["_"], bases.sets, bases.relations)

    def check(self, given: Mapping[str, int]) -> Values | None:
        """What `flags` needs, where all axioms hold of an execution; else None."""
        return self.made.code.check(self.bases.universe, self.bases.sets["_"], self.static, given)

    def flags(self, checked: Values, given: Mapping[str, int]) -> tuple[str, ...]:
        """The names of the flags that a consistent execution raises, in the model's order."""
        plan, bases = self.made.plan, self.bases
        if not plan.flags:
            return ()
        fixed = (bases.universe, bases.sets["_"], bases.sets, bases.relations)
        raised = self.made.code.flags(*fixed, self.static, checked, given)
        return tuple(dict.fromkeys(a.name for (a, _), r in zip(plan.flags, raised, strict=True) if r))


def is_consistent(model: Model, bases: Bases) -> bool:
    """Whether all axioms hold of an execution."""
    return Frame(compiled(model), bases).check(_given(bases)) is not None


def flags_raised(model: Model, bases: Bases) -> tuple[str, ...]:
    """The names of the flags that a consistent execution raises, in the model's order; none of an inconsistent one."""
    frame, given = Frame(compiled(model), bases), _given(bases)
    checked = frame.check(given)
    return () if checked is None else frame.flags(checked, given)


def _given(bases: Bases) -> dict[str, int]:
    """The bases that differ between executions in which the same events happen."""
    return {**{name: bases.relations[name] for name in GIVEN}, "FW": bases.sets.get("FW", 0)}
