"""A model without what a program has nothing of: terms that are empty in each of its executions are folded away."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from verifier.cat.build import TermBuilder
from verifier.cat.tags import TAGS
from verifier.cat.terms import (
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
from verifier.memo import Memo
from verifier.record import field, record, replace

# Sets and relations that may be empty for want of such events or dependencies.
OPTIONAL = TAGS["any"] | frozenset(
    (
        *("FW", "Rreg", "Wreg", "BCC", "B", "ADDR", "DATA"),
        *("addr", "data", "ctrl", "rmw", "amo", "lxsx", "pick-addr", "pick-data", "pick-ctrl", "pick"),
        *("iico_data", "iico_ctrl", "same-instance"),
    )
)


def specialise(model: Model, present: frozenset[str]) -> Model:
    """The model for programs whose sets and relations are empty where they are in OPTIONAL, not in `present`.

    It has the same axioms, by name and number, and says the same of each execution of such a program.
    """
    return _specialised(
        (id(model), present & OPTIONAL), lambda: (model, _rebuilt(model, OPTIONAL - present))
    )[1]


_specialised: Memo[tuple[int, frozenset[str]], tuple[Model, Model]] = Memo(
    256
)  # with the models, to keep their ids


def _rebuilt(model: Model, absent: frozenset[str]) -> Model:
    work = _Rebuilding(absent)
    axioms = tuple(replace(a, term=work.rebuild(a.term)) for a in model.axioms)
    return replace(model, axioms=axioms)


@record(slots=True)
class _Rebuilding:
    """Rebuilds terms with what is absent replaced by nothing."""

    absent: frozenset[str]
    build: TermBuilder = field(default_factory=TermBuilder)
    memo: dict[int, Term] = field(default_factory=dict)

    def rebuild(self, term: Term) -> Term:
        """The same term over what is present, each part rebuilt once."""
        return self._rebuild(term, self.memo, self.build.variable)

    def _rebuild(self, term: Term, memo: dict[int, Term], variable: Callable[[str], Term]) -> Term:
        found = memo.get(id(term))
        if found is None:
            found = memo[id(term)] = self._make(term, memo, variable)
        return found

    def _make(self, term: Term, memo: dict[int, Term], variable: Callable[[str], Term]) -> Term:
        match term:
            case BaseSet(name):
                return self.build.nothing if name in self.absent else self.build.base_set(name)
            case BaseRelation(name):
                return self.build.zero if name in self.absent else self.build.base_relation(name)
            case EmptyRelation():
                return self.build.zero
            case SetTerm(operator, arguments):
                return self.build.set_operation(
                    operator, tuple(self._rebuild(a, memo, variable) for a in arguments)
                )
            case RelationTerm(relation_operator, arguments):
                return self.build.relation(
                    relation_operator, tuple(self._rebuild(a, memo, variable) for a in arguments)
                )
            case Variable(name):
                return variable(name)
            case Fixpoint(name, equations):
                return self._solve(name, equations, memo, variable)
            case _:
                assert_never(term)

    def _solve(
        self,
        name: str,
        equations: tuple[tuple[str, Term], ...],
        memo: dict[int, Term],
        variable: Callable[[str], Term],
    ) -> Term:
        """Nothing, where nothing solves the equations; else the rebuilt fixpoint."""
        own = {n for n, _ in equations}

        def nothing_of_own(n: str) -> Term:
            return self.build.zero if n in own else variable(n)

        nothing: dict[int, Term] = {}
        if all(self._rebuild(t, nothing, nothing_of_own) is self.build.zero for _, t in equations):
            return self.build.zero
        return self.build.fixpoint(name, tuple((n, self._rebuild(t, memo, variable)) for n, t in equations))
