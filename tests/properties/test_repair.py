"""What is missing for a property: added to the text, the property holds, and not without each part of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from verifier.options import Options
from verifier.pairing.verdict import Missing, PropertyVerdict
from verifier.pipeline import check
from verifier.report.brief import group_alternatives

EXAMPLES = Path(__file__).parents[2] / "litmus"
MP = """int x, y;
void w(void) {
 WRITE_ONCE(x, 1);
 WRITE_ONCE(y, 1);
}
void r(void) {
 int a, b;
 a = READ_ONCE(y);
 b = READ_ONCE(x);
 assert(!a || b);
}
"""
SB = """int x, y;
void l(void) {
 int a;
 WRITE_ONCE(x, 1);
 a = READ_ONCE(y);
}
void r(void) {
 int b;
 WRITE_ONCE(y, 1);
 b = READ_ONCE(x);
}
exists (l:a == 0 && r:b == 0)
"""
WRC = """int x, y;
void one(void) {
 WRITE_ONCE(x, 1);
}
void two(void) {
 int a;
 a = READ_ONCE(x);
 WRITE_ONCE(y, 1);
}
void three(void) {
 int b, c;
 b = READ_ONCE(y);
 c = READ_ONCE(x);
}
~exists (two:a == 1 && three:b == 1 && three:c == 0)
"""
LOOP = """int x[2], y;
void w(void) {
 int i;
 for (i = 0; i < 2; i++) {
  WRITE_ONCE(x[i], 1);
  WRITE_ONCE(y, i + 1);
 }
}
void r(void) {
 int n;
 n = READ_ONCE(y);
 smp_rmb();
 assert(n < 1 || READ_ONCE(x[0]) == 1);
 assert(n < 2 || READ_ONCE(x[1]) == 1);
}
"""
NO_BARRIER_HELPS = """int x;
void w(void) {
 WRITE_ONCE(x, 1);
}
void r(void) {
 assert(READ_ONCE(x) == 0);
}
"""


def violated(text: str, model: str) -> list[PropertyVerdict]:
    (unit,) = check("a.c", text.encode(), Options(models=(model,)))
    return [p for p in unit.results[0].properties if p.status == "violated"]


def with_added(text: str, additions: Sequence[Missing]) -> str:
    """The text after the additions; lines keep their numbers."""
    lines = text.split("\n")
    for one in additions:
        match one.kind:
            case "fence":
                lines[one.before_line - 1] = f"{one.barrier}(); {lines[one.before_line - 1]}"
            case "acquire":
                lines[one.after_line - 1] = stronger(lines[one.after_line - 1], "READ_ONCE", one.barrier)
            case "release":
                lines[one.before_line - 1] = stronger(lines[one.before_line - 1], "WRITE_ONCE", one.barrier)
    return "\n".join(lines)


def stronger(line: str, access: str, call: str) -> str:
    """The line with its access as that call."""
    marked = re.sub(rf"\b{access}\(", f"{call}(&", line)
    return marked if marked != line else re.sub(r"\w+_relaxed\(", f"{call}(", line)


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MP, id="MP"),
        pytest.param(SB.replace("exists", "~exists"), id="SB"),
        pytest.param(WRC, id="WRC"),
        pytest.param(LOOP, id="loop"),
        *(
            pytest.param((EXAMPLES / f"{name}.c").read_text(), id=name)
            for name in (
                "algorithms/refcount-no-release",
                "algorithms/ring-buffer-no-mb",
                "algorithms/ring-buffer-no-wmb",
                "algorithms/ticket-lock-no-release",
                "algorithms/treiber-stack-no-release",
                "sleep-wake/kthread-stop-plain-state",
                "sleep-wake/plain-state",
            )
        ),
    ],
)
def test_each_choice_of_additions_mends_it_and_none_can_be_left_out(text: str, model: str) -> None:
    for verdict in violated(text, model):
        name, groups = (verdict.kind, verdict.line), group_alternatives(verdict.missing)
        assert groups

        def holds(additions: Sequence[Missing], name: tuple[str, int] = name) -> bool:
            return name not in {(v.kind, v.line) for v in violated(with_added(text, additions), model)}

        for choice in product(*groups):
            assert holds(choice), choice
            assert not any(holds([m for m in choice if m is not left_out]) for left_out in choice), choice


@pytest.mark.parametrize("text", [NO_BARRIER_HELPS, SB])
def test_nothing_is_missing_where_no_barrier_helps_or_nothing_is_wrong(text: str) -> None:
    assert [p.missing for p in violated(text, "armv8")] in ([], [()])
