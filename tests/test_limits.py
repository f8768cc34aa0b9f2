"""Time that runs out in the middle of a library is noticed, whatever the library does with exceptions."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from verifier.limits import Undecided
from verifier.options import Options
from verifier.pipeline import check
from verifier.syntax import grammars
from verifier.syntax.generate import generate
from verifier.syntax.parser import STARTS


def run_out_after(calls: int) -> None:
    """Raise Undecided in the call of that number, as a signal would."""
    left = calls

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal left
        left -= event == "call"
        if left == 0:
            raise Undecided("time ran out")

    sys.setprofile(count)


def generate_within(calls: int) -> None:
    run_out_after(calls)
    try:
        generate(grammars.load("pseudo_c"), STARTS)
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("calls", range(100, 60_000, 3_000))
def test_time_runs_out_while_a_grammar_is_read(calls: int) -> None:
    with pytest.raises(Undecided):
        generate_within(calls)


READER = "void g(void) { int a = READ_ONCE(y); smp_rmb(); int b = READ_ONCE(x); }\n"
LOOPS = f"void f(void) {{ {'for (;;) { if (READ_ONCE(y)) break; ' * 14}smp_wmb(); WRITE_ONCE(x, 1); {'}' * 14} }}\n"
CHAIN = "if (READ_ONCE(x)) r = r * 3 + READ_ONCE(y); else r = r + 2;\n" * 300
TOO_LARGE = {
    "more than 5,000 operations": "CPU0     CPU1\n----     ----\nx = 1;   y = 1;\n"
    + "mb();    mb();\n" * 2600,
    "more than 5,000 events": f"int x, y;\n{LOOPS}{READER}",
    "too deeply nested": f"int x, y;\nvoid f(void) {{ int r = 0; {CHAIN} smp_wmb(); WRITE_ONCE(y, r); }}\n{READER}",
}


@pytest.mark.parametrize("why", TOO_LARGE)
def test_what_is_too_large_is_undecided(why: str) -> None:
    """Relations over so many events would take more memory than there is."""
    (unit,) = check("x.txt", TOO_LARGE[why].encode(), Options(timeout=60))
    assert [r.verdict for r in unit.results] == ["undecided"] * 2
    assert all(why in r.reason for r in unit.results)
