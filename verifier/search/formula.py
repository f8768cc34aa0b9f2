"""Properties of executions, as what they say: what literals of Questions stand for, whoever answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verifier.events.expression import Expression
from verifier.events.graph import Property
from verifier.record import record


@record(frozen=True, slots=True)
class Truth:
    """An expression over reads, unknowns and final memory is not 0."""

    expression: Expression


@record(frozen=True, slots=True)
class Reaches:
    """Control gets to a property, and its formula is true there, or false."""

    property: Property
    formula: bool


@record(frozen=True, slots=True)
class Executes:
    event: int


@record(frozen=True, slots=True)
class ReadsLast:
    """A read happens and reads the last write of its location."""

    read: int


@record(frozen=True, slots=True)
class Related:
    """Two events are related by rf, co or fr."""

    name: str
    first: int
    second: int


@record(frozen=True, slots=True)
class Raised:
    """The flag of that name is raised."""

    flag: str


@record(frozen=True, slots=True)
class Broken:
    """An axiom is broken when every ordering source is on."""


@record(frozen=True, slots=True)
class Not:
    part: Formula


@record(frozen=True, slots=True)
class All:
    parts: tuple[Formula, ...]


@record(frozen=True, slots=True)
class Any:
    parts: tuple[Formula, ...]


Formula = Truth | Reaches | Executes | ReadsLast | Related | Raised | Broken | Not | All | Any
ALWAYS, NEVER = All(()), Any(())


def negation(f: Formula) -> Formula:
    """What holds where `f` does not."""
    return f.part if isinstance(f, Not) else Not(f)


def conjunction(parts: Iterable[Formula]) -> Formula:
    """All of these, each once."""
    found = tuple(dict.fromkeys(_flat(parts)))
    return found[0] if len(found) == 1 else All(found)


def disjunction(parts: Iterable[Formula]) -> Formula:
    """One of these, each once."""
    found = tuple(dict.fromkeys(p for p in parts if p != NEVER))
    return found[0] if len(found) == 1 else Any(found)


def _flat(parts: Iterable[Formula]) -> Iterator[Formula]:
    for part in parts:
        yield from part.parts if isinstance(part, All) else (part,)
