"""What expressions of cat are while a model is read: relation terms, functions, and sets of sets known by then."""

from __future__ import annotations

from typing import Literal, assert_never

from verifier.cat.terms import Term
from verifier.record import record, replace
from verifier.source import Source
from verifier.syntax import cat_tree as tree


@record(frozen=True, slots=True)
class Typed:
    """A term with what it is; `zero` is the empty relation, and the empty set where a set is wanted.

    `member`: the term stands for a family, with one set or relation for each member of a set that is
    known in an execution only. The term itself is the union of the family; the set of one member is
    that member, and each pair of the relation of one member ends there.
    """

    kind: Literal["set", "relation", "zero"]
    term: Term
    member: Member | None = None


@record(frozen=True, slots=True)
class Member:
    """Any member of a set."""

    of: Term


@record(frozen=True, slots=True)
class Pair:
    """Any pair of a relation."""

    of: Typed


@record(frozen=True, slots=True)
class Edge:
    """The relation of any one pair of a relation."""

    of: Typed


@record(frozen=True, slots=True)
class Each:
    """The values that a function gives for all members of a set, or for all pairs of a relation."""

    argument: Member | Pair
    value: Value


@record(frozen=True, slots=True)
class OnePerMember:
    """All ways to take one pair for each member of `members` that ends there, out of `pairs`."""

    members: Term
    pairs: Term


@record(frozen=True, slots=True)
class Orders:
    """All total orders of these writes to each location that contain a relation."""

    base: Term
    writes: Term


@record(frozen=True, slots=True)
class Collection:
    """A set of values that is known when the model is read."""

    items: tuple[Value, ...]


@record(frozen=True, slots=True)
class TagValue:
    name: str


@record(frozen=True, slots=True)
class Closure:
    parameters: tuple[str, ...]
    is_tuple: bool
    body: tree.Expression
    scope: Scope


PrimitiveName = Literal[
    "domain", "range", "map", "cross", "generate_cos", "generate_orders", "different-values", "none"
]


@record(frozen=True, slots=True)
class Primitive:
    """A function that is not written in cat, and the first arguments that it already has."""

    name: PrimitiveName
    given: tuple[Value, ...] = ()


@record(frozen=True, slots=True)
class Several:
    """The values of a tuple."""

    items: tuple[Value, ...]


@record(frozen=True, slots=True)
class Routine:
    """A procedure and the scope that it was written in."""

    procedure: tree.Procedure
    scope: Scope


Value = (
    Typed
    | Member
    | Pair
    | Edge
    | Each
    | OnePerMember
    | Orders
    | Collection
    | TagValue
    | Closure
    | Primitive
    | Several
    | Routine
)


@record(frozen=True, slots=True)
class Scope:
    """Names and their values at one place of one file; extended by copying."""

    names: dict[str, Value]
    source: Source
    depth: int = 0

    def extended(self, names: dict[str, Value]) -> Scope:
        return replace(self, names={**self.names, **names})


def describe(value: Value) -> str:
    """What a value is, for messages."""
    match value:
        case Typed(kind):
            return "a relation" if kind == "zero" else f"a {kind}"
        case Closure() | Primitive():
            return "a function"
        case Several():
            return "a tuple"
        case Routine():
            return "a procedure"
        case TagValue():
            return "a tag"
        case Member():
            return "an event"
        case Pair():
            return "a pair of events"
        case Edge():
            return "a relation of one pair"
        case Collection() | Each() | OnePerMember() | Orders():
            return "a set of sets"
        case _:
            assert_never(value)
