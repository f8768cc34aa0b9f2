"""The evaluator against a naive one over sets of pairs, on random terms and relations."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verifier.cat.bits import Universe, from_members
from verifier.cat.evaluate import Bases, evaluate
from verifier.cat.terms import (
    BaseRelation,
    BaseSet,
    EmptyRelation,
    Fixpoint,
    RelationTerm,
    SetTerm,
    Term,
    Variable,
)

N = 5
EVENTS = range(N)
Pairs = frozenset[tuple[int, int]]


def naive_set(t: Term, world: dict[str, frozenset[int]], relations: dict[str, Pairs]) -> frozenset[int]:
    match t:
        case BaseSet("_"):
            return frozenset(EVENTS)
        case BaseSet(name):
            return world[name]
        case SetTerm("union", (a, b)):
            return naive_set(a, world, relations) | naive_set(b, world, relations)
        case SetTerm("inter", (a, b)):
            return naive_set(a, world, relations) & naive_set(b, world, relations)
        case SetTerm("minus", (a, b)):
            return naive_set(a, world, relations) - naive_set(b, world, relations)
        case SetTerm("complement", (a,)):
            return frozenset(EVENTS) - naive_set(a, world, relations)
        case SetTerm("domain", (a,)):
            return frozenset(i for i, _ in naive(a, world, relations))
        case SetTerm("range", (a,)):
            return frozenset(j for _, j in naive(a, world, relations))
    raise AssertionError(t)


def compose(a: Pairs, b: Pairs) -> Pairs:
    return frozenset((i, k) for i, j in a for h, k in b if j == h)


def closure(a: Pairs) -> Pairs:
    while a != a | compose(a, a):
        a |= compose(a, a)
    return a


def naive(t: Term, world: dict[str, frozenset[int]], relations: dict[str, Pairs]) -> Pairs:
    identity = frozenset((i, i) for i in EVENTS)
    match t:
        case BaseRelation(name) | Variable(name):
            return relations[name]
        case EmptyRelation():
            return frozenset()
        case RelationTerm("product", (a, b)):
            left, right = naive_set(a, world, relations), naive_set(b, world, relations)
            return frozenset((i, j) for i in left for j in right)
        case RelationTerm("identity", (a,)):
            return frozenset((i, i) for i in naive_set(a, world, relations))
        case Fixpoint(name, equations):
            values: dict[str, Pairs] = {n: frozenset() for n, _ in equations}
            for _ in range(2 * N * N + 1):
                values = {n: naive(e, world, relations | values) for n, e in equations}
            return values[name]
        case RelationTerm(operator, arguments):
            parts = [naive(a, world, relations) for a in arguments]
            first = parts[0]
            match operator:
                case "union":
                    return frozenset().union(*parts)
                case "inter":
                    return first & parts[1]
                case "minus":
                    return first - parts[1]
                case "complement":
                    return frozenset((i, j) for i in EVENTS for j in EVENTS) - first
                case "sequence":
                    for p in parts[1:]:
                        first = compose(first, p)
                    return first
                case "inverse":
                    return frozenset((j, i) for i, j in first)
                case "plus":
                    return closure(first)
                case "star":
                    return closure(first) | identity
                case "optional":
                    return first | identity
    raise AssertionError(t)


def set_terms(relations: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    leaves = st.sampled_from([BaseSet("_"), BaseSet("W"), BaseSet("R")])

    def grow(s: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
        two = st.builds(
            lambda o, a, b: SetTerm(o, (a, b)), st.sampled_from(["union", "inter", "minus"]), s, s
        )
        one = st.builds(lambda a: SetTerm("complement", (a,)), s)
        ends = st.builds(lambda o, a: SetTerm(o, (a,)), st.sampled_from(["domain", "range"]), relations)
        return two | one | ends

    return st.recursive(leaves, grow, max_leaves=4)


BASE = st.sampled_from([BaseRelation("po"), BaseRelation("rf"), EmptyRelation(), BaseRelation("co")])


def grow_relations(r: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    several = st.builds(
        lambda o, a: RelationTerm(o, tuple(a)),
        st.sampled_from(["union", "sequence"]),
        st.lists(r, min_size=2, max_size=3),
    )
    two = st.builds(lambda o, a, b: RelationTerm(o, (a, b)), st.sampled_from(["inter", "minus"]), r, r)
    one = st.builds(
        lambda o, a: RelationTerm(o, (a,)),
        st.sampled_from(["complement", "inverse", "plus", "star", "optional"]),
        r,
    )
    sets = set_terms(r)
    product = st.builds(lambda a, b: RelationTerm("product", (a, b)), sets, sets)
    identity = st.builds(lambda a: RelationTerm("identity", (a,)), sets)
    x = Variable("x")
    fixpoint = st.builds(
        lambda a, b: Fixpoint(
            "x",
            (
                ("x", RelationTerm("union", (a, RelationTerm("sequence", (x, Variable("y")))))),
                ("y", RelationTerm("union", (b, RelationTerm("sequence", (x, b))))),
            ),
        ),
        r,
        r,
    )
    return several | two | one | product | identity | fixpoint


TERMS = st.recursive(BASE, grow_relations, max_leaves=8)
EVENT = st.integers(0, N - 1)
PAIRS = st.frozensets(st.tuples(EVENT, EVENT), max_size=8)
SETS = st.frozensets(EVENT)


@given(TERMS, PAIRS, PAIRS, PAIRS, SETS, SETS)
def test_agrees_with_the_naive_reader(
    term: Term, po: Pairs, rf: Pairs, co: Pairs, writes: frozenset[int], reads: frozenset[int]
) -> None:
    u = Universe(N)
    relations = {"po": po, "rf": rf, "co": co}
    world = {"W": writes, "R": reads}
    sets = {"_": u.ROW, "W": from_members(writes), "R": from_members(reads)}
    bases = Bases(u, sets, {name: u.from_pairs(r) for name, r in relations.items()})
    assert set(u.pairs(evaluate(term, bases))) == naive(term, world, relations)
