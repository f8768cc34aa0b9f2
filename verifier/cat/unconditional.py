"""The axioms of a model that no ordering source has a part in: coherence, atomicity."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.cat.terms import (
    Axiom,
    BaseRelation,
    BaseSet,
    Fixpoint,
    Model,
    RelationOperator,
    RelationTerm,
    SetTerm,
    Term,
)
from verifier.memo import Memo

# What is the same whichever sources are on and wherever fences stand: no tags, no dependencies.
FIXED = frozenset(
    ("_", "W", "R", "M", "IW", "id", "po", "loc", "int", "ext", "rf", "co", "rmw", "amo", "lxsx")
)


def unconditional(model: Model) -> Model:
    """A model of axioms that range over FIXED sets and relations alone: every execution that `model` allows with some
    ordering sources off, it allows. Models whose axioms of that kind say the same, each in its way, have the same one.
    """
    return _KNOWN(id(model), lambda: (model, _shared(model)))[1]


_KNOWN: Memo[int, tuple[Model, Model]] = Memo(64)  # with the models, to keep their ids
_SHARED: Memo[tuple[Axiom, ...], Model] = Memo(64)


def _shared(model: Model) -> Model:
    axioms = [a for a in model.axioms if not a.is_flag and set(_leaves(a.term)) <= FIXED]
    made = tuple(_normal(a, str(number)) for number, a in enumerate(axioms))
    return _SHARED(made, lambda: Model("unconditional", "", made, (), "any", ""))


def _normal(axiom: Axiom, name: str) -> Axiom:
    term = _ordered(axiom.term)
    if term == _ATOMIC and not axiom.negated:
        term = _WEAKLY_ATOMIC
    return Axiom(axiom.test, axiom.negated, term, name, is_flag=False)


def _leaves(term: Term) -> Iterator[str]:
    match term:
        case BaseSet(name) | BaseRelation(name):
            yield name
        case SetTerm(_, arguments) | RelationTerm(_, arguments):
            for argument in arguments:
                yield from _leaves(argument)
        case Fixpoint():
            yield ""  # a recursive relation is taken to have a part of anything
        case _:
            pass


def _ordered(term: Term) -> Term:
    """The term with what it unites and intersects in an order that does not depend on the text."""
    if not isinstance(term, RelationTerm):
        return term
    arguments = [_ordered(a) for a in term.arguments]
    if term.operator in ("union", "inter"):
        arguments.sort(key=repr)
    return RelationTerm(term.operator, tuple(arguments))


def _relation(operator: RelationOperator, *arguments: Term) -> Term:
    return _ordered(RelationTerm(operator, arguments))


_RF, _CO, _RMW, _INT, _EXT = (BaseRelation(name) for name in ("rf", "co", "rmw", "int", "ext"))
_RF_INVERSE = _relation("inverse", _RF)
_FR = _relation("sequence", _RF_INVERSE, _CO)
# rmw & (fre ; coe): no write of another thread comes between the two halves of an atomic
_ATOMIC = _relation(
    "inter", _RMW, _relation("sequence", _relation("inter", _FR, _EXT), _relation("inter", _CO, _EXT))
)
# (rmw & (fr ; co)) \ (rmw & (fri ; [W] ; coi)), as Arm has it: none comes between, unless one of the same thread does.
# It is empty where _ATOMIC is, for what comes between is of that thread or of another.
_WEAKLY_ATOMIC = _relation(
    "minus",
    _relation("inter", _RMW, _relation("sequence", _RF_INVERSE, _CO, _CO)),
    _relation(
        "inter",
        _RMW,
        _relation(
            "sequence",
            _relation("inter", _FR, _INT),
            _relation("identity", BaseSet("W")),
            _relation("inter", _CO, _INT),
        ),
    ),
)
