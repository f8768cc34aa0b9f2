"""Gates: constants are folded, and a gate means what its name says in every assignment."""

from __future__ import annotations

from itertools import product

from verifier.encoding.clauses import FALSE, TRUE, Clauses


def _models(clauses: list[list[int]], variables: int) -> list[dict[int, bool]]:
    found = []
    for values in product((False, True), repeat=variables):
        assignment = {v + 1: value for v, value in enumerate(values)}
        if all(any(assignment[abs(l)] == (l > 0) for l in c) for c in clauses):
            found.append(assignment)
    return found


def _parsed(text: str) -> list[list[int]]:
    return [[int(l) for l in line.split()[:-1]] for line in text.splitlines()[1:]]


def test_gates_are_exact() -> None:
    clauses = Clauses()
    a, b, c = (clauses.variable() for _ in range(3))
    both = clauses.conjunction((a, -b))
    any_of = clauses.disjunction((both, c))
    models = _models(_parsed(clauses.take()), clauses.variables)
    assert len(models) == 8
    for m in models:
        assert (
            m[abs(any_of)] == (any_of > 0) if (m[a] and not m[b]) or m[c] else m[abs(any_of)] != (any_of > 0)
        )


def test_constants_are_folded() -> None:
    clauses = Clauses()
    a = clauses.variable()
    assert clauses.conjunction((a, TRUE)) == a
    assert clauses.conjunction((a, FALSE)) == FALSE
    assert clauses.conjunction((a, -a)) == FALSE
    assert clauses.disjunction((a, -a)) == TRUE
    assert clauses.disjunction(()) == FALSE
    assert clauses.conjunction(()) == TRUE


def test_equal_gates_are_shared() -> None:
    clauses = Clauses()
    a, b = clauses.variable(), clauses.variable()
    assert clauses.conjunction((a, b)) == clauses.conjunction((b, a, a))


def test_take_hands_over_each_clause_once() -> None:
    clauses = Clauses()
    clauses.add(clauses.variable(), FALSE)
    assert clauses.take() == "p cnf 2 2\n1 0\n2 0\n"
    assert clauses.take() == ""
    clauses.add(TRUE, 2)
    assert clauses.take() == ""
