"""The published model files on random tests: the same states, counts and flags as our own models."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import cycles
from tests.test_cycles import by_solver

KINDS = [
    ("MBPAIR_LINUX_MODEL", "", cycles.linux, "lkmm"),
    ("MBPAIR_HERD_LIBDIR", "aarch64.cat", cycles.aarch64, "armv8"),
]


@pytest.mark.full
@pytest.mark.parametrize(("variable", "file", "draw", "own"), KINDS)
def test_random_cycles(variable: str, file: str, draw, own: str) -> None:  # type: ignore[no-untyped-def]
    place = os.environ.get(variable)
    if place is None:
        pytest.skip(f"{variable} is not set")
    for seed in range(6000, 6060):
        text = draw(seed)
        ours, theirs = by_solver(text, own), by_solver(text, str(Path(place) / file))
        assert (ours.states, ours.counts) == (theirs.states, theirs.counts), text
        if own == "lkmm":
            assert ours.flags == theirs.flags, text
