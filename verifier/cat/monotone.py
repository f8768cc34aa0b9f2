"""Whether a recursive definition has a least solution: each variable stands where more gives more."""

from __future__ import annotations

from verifier.cat.terms import Fixpoint, RelationTerm, SetTerm, Term, Variable


def is_monotone(term: Term, variables: frozenset[str]) -> bool:
    """Whether a term grows with these variables: none stands under a complement or right of `minus`."""
    seen: set[tuple[int, bool]] = set()
    waiting = [(term, True)]
    while waiting:
        here, positive = waiting.pop()
        if (id(here), positive) in seen:
            continue
        seen.add((id(here), positive))
        match here:
            case Variable(name):
                if not positive and name in variables:
                    return False
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
    return True
