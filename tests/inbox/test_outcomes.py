"""Outcomes in sentences below a diagram, and what becomes of them."""

from __future__ import annotations

import pytest

from verifier.inbox.outcomes import outcome_said
from verifier.options import Options
from verifier.pipeline import check

SAID = [
    ("The outcome r1 == 1 && r2 == 0 is forbidden.", "~exists (r1 == 1 && r2 == 0)"),
    ("(r1 == 1 && r2 == 0) must not happen", "~exists (r1 == 1 && r2 == 0)"),
    ("r1=1 and r2=0 can't be observed", "~exists (r1 == 1 && r2 == 0)"),
    ("r1 = 1 /\\ r2 = 0 // false", "~exists (r1 == 1 && r2 == 0)"),
    ("r1 and r2 must not both be 0", "~exists (r1 == 0 && r2 == 0)"),
    ("r0 and r1 cannot both read 0", "~exists (r0 == 0 && r1 == 0)"),
    ("r1 == 1 && r2 == 0 is possible", "exists (r1 == 1 && r2 == 0)"),
    ("r1 == 1 && r2 == 0", None),
    ("This must not happen.", None),
    ("if x == 1, y", None),
]


@pytest.mark.parametrize(("text", "expected"), SAID, ids=[row[0] for row in SAID])
def test_what_a_sentence_says(text: str, expected: str | None) -> None:
    assert outcome_said(text) == expected


@pytest.mark.parametrize(("fence", "status"), [("smp_mb(); ", "holds"), ("barrier();", "violated")])
def test_the_outcome_is_a_property_of_the_diagram(fence: str, status: str) -> None:
    rows = f"CPU0              CPU1\n\nx = 1;            y = 1;\n{fence}        {fence}\nr1 = y;           r2 = x;\n"
    text = f"{rows}\nHere r1 and r2 must not both be 0.\n"
    (unit,) = check("d.txt", text.encode(), Options())
    assert {p.status for r in unit.results for p in r.properties} == {status}
