"""What the encoding of relation terms says of its results."""

from __future__ import annotations

import pytest

from tests.graphs import graph
from verifier.cat.terms import BaseRelation, BaseSet, RelationTerm
from verifier.encoding.candidate import CandidateEncoding
from verifier.encoding.clauses import FALSE, TRUE, Clauses
from verifier.encoding.relations import RelationEncoding

PO, RF, INT, EXT = (BaseRelation(name) for name in ("po", "rf", "int", "ext"))
READS = RelationTerm("product", (BaseSet("R"), BaseSet("R")))


@pytest.mark.parametrize(
    ("term", "is_empty"),
    [
        (RelationTerm("inter", (INT, EXT)), True),
        (RelationTerm("minus", (RF, RF)), True),
        (RelationTerm("inter", (RF, READS)), True),
        (RelationTerm("inter", (PO, INT)), False),
        (RelationTerm("minus", (RF, INT)), False),
    ],
)
def test_pairs_that_are_never_related_are_absent(term: RelationTerm, is_empty: bool) -> None:
    candidate = CandidateEncoding(graph("W x 1; W y 1 | R y; R x"), Clauses())
    found = RelationEncoding(candidate, lambda _: TRUE).relation(term)
    assert FALSE not in found.values()
    assert (not found) == is_empty
