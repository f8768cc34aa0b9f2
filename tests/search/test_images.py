"""Images of expressions: no value that they may have is missing, and of single values nothing is added."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from verifier.events.expression import Apply, Const, Expression, ReadValue, Unknown, evaluate
from verifier.program.operators import OPERATORS
from verifier.search.images import Images

ARITIES = {"?:": 3, "!": 1, "~": 1, "neg": 1}
DOMAIN = (0, 1, 2)

leaves = st.one_of(
    st.integers(0, 3).map(Const), st.integers(0, 2).map(ReadValue), st.just(Unknown(0, DOMAIN))
)


def applied(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    operators = st.sampled_from(sorted(set(OPERATORS) - {"<<", "*"}))
    return operators.flatmap(
        lambda o: st.tuples(*[inner] * ARITIES.get(o, 2)).map(lambda arguments: Apply(o, arguments))
    )


expressions = st.recursive(leaves, applied, max_leaves=6)
values = st.frozensets(st.sampled_from(DOMAIN), min_size=1, max_size=2)


@given(expressions, st.tuples(values, values, values), values)
def test_images(e: Expression, reads: tuple[frozenset[int], ...], unknown: frozenset[int]) -> None:
    images = Images(dict(enumerate(reads)), {0: unknown})
    exact = {evaluate(e, dict(enumerate(choice)), {0: u}) for *choice, u in product(*reads, unknown)}
    assert exact <= images.values(e)
    assert {bool(v) for v in exact} <= set(images.truths(e))
    if all(len(s) == 1 for s in (*reads, unknown)):
        assert images.values(e) == exact
        assert len(images.truths(e)) == 1
