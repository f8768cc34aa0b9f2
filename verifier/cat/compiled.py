"""Models, planned and compiled, once each."""

from __future__ import annotations

import marshal
from collections.abc import Sequence

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

    def names_of(self, raised: Sequence[bool]) -> tuple[str, ...]:
        """The names of the flags that are raised, given what the code says of each."""
        return tuple(dict.fromkeys(a.name for (a, _), r in zip(self.plan.flags, raised, strict=True) if r))

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


def is_consistent(model: Model, bases: Bases) -> bool:
    """Whether all axioms hold of an execution."""
    return _checked(compiled(model), bases) is not None


def flags_raised(model: Model, bases: Bases) -> tuple[str, ...]:
    """The names of the flags that a consistent execution raises, in the model's order; none of an inconsistent one."""
    made = compiled(model)
    found = _checked(made, bases) if made.plan.flags else None
    if found is None:
        return ()
    static, checked = found
    everything, sets, relations = bases.sets["_"], bases.sets, bases.relations
    given = _given(bases)
    raised = made.code.flags(bases.universe, everything, sets, relations, static, checked, given)
    return made.names_of(raised)


def _checked(made: Compiled, bases: Bases) -> tuple[Values, Values] | None:
    """The values of static steps and those for flags, where all axioms hold."""
    u, everything = bases.universe, bases.sets["_"]
    static = made.code.static(u, everything, bases.sets, bases.relations)
    checked = made.code.check(u, everything, static, _given(bases))
    return None if checked is None else (static, checked)


def _given(bases: Bases) -> dict[str, int]:
    """The bases that differ between executions in which the same events happen."""
    return {**{name: bases.relations[name] for name in GIVEN}, "FW": bases.sets.get("FW", 0)}
