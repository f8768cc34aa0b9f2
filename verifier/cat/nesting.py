"""Matching of nested sections, as the kernel's .bell file defines it: recursion that is not monotone.

    let rec unmatched-locks = Lock \\ domain(matched)
        and unmatched-unlocks = Unlock \\ range(matched)
        and unmatched = unmatched-locks | unmatched-unlocks
        and unmatched-po = [unmatched] ; po ; [unmatched]
        and unmatched-locks-to-unlocks = [unmatched-locks] ; po ; [unmatched-unlocks]
        and matched = matched | (unmatched-locks-to-unlocks \\ (unmatched-po ; unmatched-po))

step by step from nothing, matches each lock with the unlock that closes its section. The same relation
has a monotone definition, by the next lock or unlock and by sections that follow each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from verifier.cat.build import TermBuilder
from verifier.cat.terms import Term
from verifier.record import record
from verifier.syntax import cat_tree as tree


@record(frozen=True, slots=True)
class Nesting:
    """The parts of such a definition: which events open and close sections, in which order, and the
    name of the matching; `others` are the other bindings, each after those that it speaks of."""

    locks: tree.Expression
    unlocks: tree.Expression
    order: tree.Expression
    is_local: bool
    matched: str
    others: tuple[tree.Binding, ...]


def find_nesting(bindings: Sequence[tree.Binding]) -> Nesting | None:
    """The parts of a definition of that shape, whatever its names; None for another shape."""
    named = {b.name: b for b in bindings}
    if len(named) != 6:
        return None
    values = {b.name: b.value for b in bindings}
    for name, value in values.items():
        match value:
            case tree.Operation("union", (tree.Name(again), rest)) if again == name:
                found = _parts(name, rest, values)
                if found is not None:
                    locks, unlocks, order, is_local, others = found
                    return Nesting(locks, unlocks, order, is_local, name, tuple(named[o] for o in others))
    return None


_Parts = tuple[tree.Expression, tree.Expression, tree.Expression, bool, tuple[str, ...]]


def _parts(matched: str, rest: tree.Expression, values: dict[str, tree.Expression]) -> _Parts | None:
    match rest:
        case tree.Operation(
            "minus", (tree.Name(pairs), tree.Operation("sequence", (tree.Name(step), tree.Name(again))))
        ) if step == again:
            first, second = _ordered(values.get(pairs)), _ordered(values.get(step))
        case _:
            return None
    if first is None or second is None or first[2:] != second[2:] or second[0] != second[1]:
        return None
    locks, unlocks, order, is_local = first
    match values.get(second[0]), values.get(locks), values.get(unlocks):
        case (
            tree.Operation("union", (tree.Name(a), tree.Name(b))),
            tree.Operation("minus", (opening, tree.Apply(tree.Name("domain"), tree.Name(m)))),
            tree.Operation("minus", (closing, tree.Apply(tree.Name("range"), tree.Name(n)))),
        ) if (a, b) == (locks, unlocks) and m == n == matched:
            return opening, closing, order, is_local, (locks, unlocks, second[0], step, pairs)
        case _:
            return None


def _ordered(e: tree.Expression | None) -> tuple[str, str, tree.Expression, bool] | None:
    """a, b and r of `[a] ; r ; [b]`, and whether `& loc` stands behind."""
    match e:
        case tree.Operation("inter", (inner, tree.Name("loc"))):
            found = _ordered(inner)
            return None if found is None else (*found[:3], True)
        case tree.Operation(
            "sequence",
            (
                tree.Operation("identity", (tree.Name(a),)),
                order,
                tree.Operation("identity", (tree.Name(b),)),
            ),
        ):
            return a, b, order, False
        case _:
            return None


def matching(locks: Term, unlocks: Term, order: Term, names: tuple[str, str], build: TermBuilder) -> Term:
    """The relation from each lock to the unlock that closes its section; `names` are fresh variables."""
    either = build.set_operation("union", (locks, unlocks))
    among = build.relation("inter", (order, build.relation("product", (either, either))))
    following = build.relation("minus", (among, build.relation("sequence", (among, among))))
    matched, inside = (build.variable(n) for n in names)
    opening, closing = build.relation("identity", (locks,)), build.relation("identity", (unlocks,))
    further = build.relation("sequence", (following, matched, inside))
    equations = (
        (names[0], build.relation("sequence", (opening, inside, closing))),
        (names[1], build.relation("union", (following, further))),
    )
    return build.fixpoint(names[0], equations)
