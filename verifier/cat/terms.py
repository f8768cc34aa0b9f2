"""Relation terms: what a cat model means, as a language that two independent readers share.

A term is a set of events or a relation between events. Terms are hashable and compared by
structure, so a reader may remember what it made of each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from verifier.cat.tags import Architecture
from verifier.record import field, record


@record(frozen=True, slots=True)
class BaseSet:
    """A set that the event graph provides: R, W, F, M, IW, _ (all events) or a tag."""

    name: str


@record(frozen=True, slots=True)
class BaseRelation:
    """po, rf, co, addr, data, ctrl, rmw, amo, lxsx, loc, int, ext, id … (verifier.cat.tags)."""

    name: str


@record(frozen=True, slots=True)
class EmptyRelation:
    pass


SetOperator = Literal["union", "inter", "minus", "complement", "domain", "range"]


@record(frozen=True, slots=True)
class SetTerm:
    """union, inter and minus of two sets, complement of one; domain and range of one relation."""

    operator: SetOperator
    arguments: tuple[Term, ...]
    free: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "free", _free_in(self.arguments))


RelationOperator = Literal[
    "union",
    "inter",
    "minus",
    "complement",
    "sequence",
    "inverse",
    "plus",
    "star",
    "optional",
    "product",
    "identity",
]


@record(frozen=True, slots=True)
class RelationTerm:
    """An operator over relations; "product" and "identity" ([S]) take sets. union and sequence take two or more."""

    operator: RelationOperator
    arguments: tuple[Term, ...]
    free: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "free", _free_in(self.arguments))


@record(frozen=True, slots=True)
class Variable:
    """An occurrence, inside a Fixpoint, of the relation that it defines under that name; names are unique."""

    name: str


@record(frozen=True, slots=True)
class Fixpoint:
    """The least solution of the mutually recursive `equations` (name, right side); the value is that of `name`."""

    name: str
    equations: tuple[tuple[str, Term], ...]
    free: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        inside = _free_in(right for _, right in self.equations)
        object.__setattr__(self, "free", inside - {name for name, _ in self.equations})


def free_variables(term: Term) -> frozenset[str]:
    """The variables of recursive definitions around a term that it mentions."""
    match term:
        case Variable(name):
            return frozenset((name,))
        case SetTerm() | RelationTerm() | Fixpoint():
            return term.free
        case _:
            return frozenset()


def _free_in(terms: Iterable[Term]) -> frozenset[str]:
    return frozenset().union(*map(free_variables, terms))


Term = BaseSet | BaseRelation | EmptyRelation | SetTerm | RelationTerm | Variable | Fixpoint


@record(frozen=True, slots=True)
class Axiom:
    """`acyclic t as name` and its kin; `negated` with ~; `is_flag`: reported when true, constrains nothing.

    `statement`: the test as the model has it, without its name; empty for one that no statement of the model makes.
    """

    test: Literal["acyclic", "irreflexive", "empty"]
    negated: bool
    term: Term
    name: str
    is_flag: bool
    statement: str = field(default="", compare=False, repr=False)


@record(frozen=True, slots=True)
class Model:
    """A model's own title, its axioms in order, its named relations (for reports, `show`), and where it is from.

    A model of architecture "any" says something about programs of each. `registers`: it speaks about
    reads and writes of registers, which `elaborate` (verifier.events) adds to an event graph.
    """

    name: str
    title: str
    axioms: tuple[Axiom, ...]
    definitions: tuple[tuple[str, Term], ...]
    architecture: Architecture
    path: str
    registers: bool = False
