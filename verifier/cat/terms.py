"""Relation terms: what a cat model means, as a language that two independent readers share.

A term is a set of events or a relation between events. Terms are hashable and compared by
structure, so a reader may remember what it made of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class BaseSet:
    """A set that the event graph provides: R, W, F, M, IW, _ (all events) or a tag."""

    name: str


@dataclass(frozen=True, slots=True)
class BaseRelation:
    """po, rf, co, addr, data, ctrl, rmw, amo, lxsx, loc, int, ext or id."""

    name: str


@dataclass(frozen=True, slots=True)
class EmptyRelation:
    pass


SetOperator = Literal["union", "inter", "minus", "complement", "domain", "range"]


@dataclass(frozen=True, slots=True)
class SetTerm:
    """union, inter and minus of two sets, complement of one; domain and range of one relation."""

    operator: SetOperator
    arguments: tuple[Term, ...]


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


@dataclass(frozen=True, slots=True)
class RelationTerm:
    """An operator over relations; "product" and "identity" ([S]) take sets. union and sequence take two or more."""

    operator: RelationOperator
    arguments: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """An occurrence, inside a Fixpoint, of the relation that it defines under that name; names are unique."""

    name: str


@dataclass(frozen=True, slots=True)
class Fixpoint:
    """The least solution of the mutually recursive `equations` (name, right side); the value is that of `name`."""

    name: str
    equations: tuple[tuple[str, Term], ...]


Term = BaseSet | BaseRelation | EmptyRelation | SetTerm | RelationTerm | Variable | Fixpoint


@dataclass(frozen=True, slots=True)
class Axiom:
    """`acyclic t as name` and its kin; `negated` with ~; `is_flag`: reported when true, constrains nothing."""

    test: Literal["acyclic", "irreflexive", "empty"]
    negated: bool
    term: Term
    name: str
    is_flag: bool


@dataclass(frozen=True, slots=True)
class Model:
    """A model's own title, its axioms in order, its named relations (for reports, `show`), and where it is from."""

    name: str
    title: str
    axioms: tuple[Axiom, ...]
    definitions: tuple[tuple[str, Term], ...]
    architecture: Literal["linux", "aarch64"]
    path: str
