"""Where a term grows with its parts, and where it shrinks."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.cat.terms import BaseRelation, BaseSet, Fixpoint, RelationTerm, SetTerm, Term, Variable


def is_monotone(term: Term, variables: frozenset[str]) -> bool:
    """Whether a term grows with these variables: none stands under a complement or right of `minus`.

    A recursive definition whose right sides do has a least solution.
    """
    return all(
        positive for part, positive in _parts(term) if isinstance(part, Variable) and part.name in variables
    )


def recursion_signs(term: Term) -> frozenset[bool]:
    """Whether a term grows (True) or shrinks (False) with the recursive relations in it that depend on rf and co."""
    return frozenset(
        positive for part, positive in _parts(term) if isinstance(part, Fixpoint) and varies(part)
    )


def varies(term: Term) -> bool:
    """Whether what a term means depends on which write a read sees, or on the order of writes."""
    return any(
        (isinstance(part, BaseRelation) and part.name in ("rf", "co"))
        or (isinstance(part, BaseSet) and part.name == "FW")
        for part, _ in _parts(term)
    )


def _parts(term: Term) -> Iterator[tuple[Term, bool]]:
    """The parts of a term, each with whether the term grows with it; a part may come with both."""
    seen: set[tuple[int, bool]] = set()
    waiting = [(term, True)]
    while waiting:
        here, positive = waiting.pop()
        if (id(here), positive) in seen:
            continue
        seen.add((id(here), positive))
        yield here, positive
        match here:
            case Fixpoint(_, equations):
                waiting += ((t, positive) for _, t in equations)
            case SetTerm("complement", (a,)) | RelationTerm("complement", (a,)):
                waiting.append((a, not positive))
            case SetTerm("minus", (a, b)) | RelationTerm("minus", (a, b)):
                waiting += ((a, positive), (b, not positive))
            case SetTerm(_, arguments) | RelationTerm(_, arguments):
                waiting += ((a, positive) for a in arguments)
            case _:
                pass
