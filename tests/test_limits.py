"""Time that runs out in the middle of a library is noticed, whatever the library does with exceptions."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from verifier.limits import Undecided
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
