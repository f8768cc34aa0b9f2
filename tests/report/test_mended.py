"""What a page draws as forbidden, once a missing barrier is put in, is forbidden: the edited programs are checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.options import Options
from verifier.pairing.verdict import BarrierVerdict, Counterexample, ModelResult, PropertyVerdict
from verifier.pipeline import check
from verifier.report.brief import group_alternatives
from verifier.report.mended import Mended, mended

LITMUS = Path(__file__).parent.parent.parent / "litmus"
THEMES = ("message-passing", "store-buffering", "many-threads", "r-and-2+2w", "sleep-wake")
Verdict = BarrierVerdict | PropertyVerdict


def results(text: str) -> dict[str, ModelResult]:
    return {r.model: r for u in check("x.c", text.encode(), Options()) for r in u.results}


def mends(found: dict[str, ModelResult]) -> Iterator[tuple[str, Verdict, Mended]]:
    for model, result in found.items():
        for verdict in (*result.barriers, *result.properties):
            mend = mended(verdict)
            if mend is not None:
                yield model, verdict, mend


def edited(text: str, verdict: Verdict) -> str | None:
    """The text with the first of each group of missing barriers, each on a line before the one that it is for."""
    lines = text.split("\n")
    groups = group_alternatives(verdict.missing)
    for group in sorted(groups, key=lambda group: -group[0].before_line):
        one = group[0]
        before = lines[one.before_line - 2].split("//")[0].strip()
        is_alone = not before or before.endswith((";", "{", "}", "*/"))
        if one.kind != "fence" or one.after_line >= one.before_line or not is_alone:
            return None
        lines.insert(one.before_line - 1, f"{one.barrier}();")
    return "\n".join(lines)


def cycle(example: Counterexample) -> set[tuple[str, str, str, str]]:
    """What the cycle is about, wherever its lines stand."""
    return {
        (
            example.threads[example.steps[e.start].thread],
            e.relation,
            example.steps[e.start].text,
            example.steps[e.end].text,
        )
        for e in example.cycle
    }


@pytest.mark.full
@pytest.mark.parametrize("theme", THEMES)
def test_the_execution_is_gone_where_the_barriers_are_there(theme: str) -> None:
    tried = 0
    for path in sorted((LITMUS / theme).glob("*.c")):
        text = path.read_text(encoding="utf-8")
        for model, verdict, mend in mends(results(text)):
            new = edited(text, verdict)
            if new is None:
                continue
            after = results(new)[model]
            left = [v.counterexample for v in (*after.barriers, *after.properties) if v.counterexample]
            assert cycle(mend.example) not in map(cycle, left), (path.name, model, mend.what)
            tried += 1
    assert tried >= 3
