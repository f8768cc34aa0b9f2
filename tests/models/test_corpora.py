"""Our models against the published corpora, read by our own front ends and decided by the solver."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.corpora import ROOT, compare, every, outcome_of, rows
from tests.oracle import TooBigError
from tests.test_cycles import by_enumerator, by_solver
from verifier.options import Options

pytestmark = pytest.mark.skipif(not ROOT.is_dir(), reason="the corpora are not here")

TABLES = {
    "aarch64/expected.csv": 1331,
    "lkmm/expected.csv": 1243,
    "lkmm/race_free.csv": 1219,
    "shapes/expected.csv": 47,
}


def check(table: str, options: Options, part: int = 1) -> None:
    tally = compare(table, options, part)
    assert tally.disagree == []
    assert tally.unread == []
    assert tally.undecided == []
    assert part > 1 or len(tally.agree) == TABLES[table]


@pytest.mark.parametrize("table", ["aarch64/expected.csv", "lkmm/expected.csv"])
def test_a_sample_of_the_corpora(table: str) -> None:
    check(table, Options(), part=12)


@pytest.mark.parametrize("propagation", [True, False])
def test_shapes_of_kernel_bugs(propagation: bool) -> None:
    check("shapes/expected.csv", Options(propagation=propagation))


@pytest.mark.full
@pytest.mark.parametrize("propagation", [True, False])
@pytest.mark.parametrize("table", ["aarch64/expected.csv", "lkmm/expected.csv", "lkmm/race_free.csv"])
def test_each_test_of_the_corpora(table: str, propagation: bool) -> None:
    check(table, Options(propagation=propagation))


OUTSIDE = [
    ("MBPAIR_LINUX_MODEL", "", "lkmm/expected.csv", "lkmm"),
    ("MBPAIR_LINUX_MODEL", "", "lkmm/race_free.csv", "lkmm"),
    ("MBPAIR_LINUX_MODEL", "", "shapes/expected.csv", "lkmm"),
    ("MBPAIR_HERD_LIBDIR", "aarch64.cat", "aarch64/expected.csv", "armv8"),
    ("MBPAIR_HERD_LIBDIR", "aarch64.cat", "shapes/expected.csv", "armv8"),
]


@pytest.mark.full
@pytest.mark.parametrize(("variable", "file", "table", "model"), OUTSIDE)
def test_the_published_model_files_give_the_same_answers(
    variable: str, file: str, table: str, model: str
) -> None:
    """MBPAIR_LINUX_MODEL is the path of a kernel tree's linux-kernel.cat, MBPAIR_HERD_LIBDIR herd7's own folder."""
    place = os.environ.get(variable)
    if place is None:
        pytest.skip(f"{variable} is not set")
    tally = compare(table, Options(models=(str(Path(place) / file),)), only=model)
    assert tally.disagree == []
    assert tally.unread == []
    assert tally.undecided == []
    assert tally.agree


@pytest.mark.full
@pytest.mark.parametrize(("folder", "model"), [("aarch64", "armv8"), ("lkmm", "lkmm")])
def test_all_states_of_small_tests_are_the_enumerators(folder: str, model: str) -> None:
    compared = 0
    for row in rows(f"{folder}/expected.csv"):
        if compared == 120 or not every(row, 5):
            continue
        text = (ROOT / folder / row["file"]).read_text()
        try:
            expected = by_enumerator(text, model, limit=150)
        except TooBigError:
            continue
        answer = by_solver(text, model)
        assert (answer.states, answer.counts) == (expected.states, expected.counts), row["file"]
        compared += 1
    assert compared == 120


def test_what_the_kernels_model_forbids_armv8_forbids() -> None:
    """There is no exception (tests/DISAGREEMENTS.md)."""
    forbidden = 0
    for row in rows("lkmm/expected.csv"):
        kernels, arms = (outcome_of("lkmm", row["file"], Options(models=(m,))) for m in ("lkmm", "armv8"))
        assert kernels is not None
        assert arms is not None
        if kernels.observation == "Never":
            forbidden += 1
            assert arms.observation == "Never", row["file"]
    assert forbidden > 600
