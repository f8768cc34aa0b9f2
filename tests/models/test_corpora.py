"""Our models against the published corpora: every test that the readers know and the enumerator can bear."""

from __future__ import annotations

import pytest

from tests import litmus_aarch64_reader, litmus_c_reader
from tests.conditions import UnsupportedError
from tests.corpora import ROOT, compare, is_race_free, rows
from tests.oracle import TooBigError, allowed
from verifier.cat.load import load
from verifier.events.graph import EventGraph
from verifier.execution.candidate import holds

pytestmark = pytest.mark.skipif(not ROOT.is_dir(), reason="the corpora are not here")


def test_armv8_agrees_with_each_aarch64_test() -> None:
    count, wrong = compare("aarch64", litmus_aarch64_reader.read, load("armv8"), 3000)
    assert wrong == []
    assert count["agree"] >= 1300


def test_lkmm_agrees_with_the_small_kernel_tests() -> None:
    count, wrong = compare("lkmm", litmus_c_reader.read, load("lkmm"), 20)
    assert wrong == []
    assert count["agree"] >= 550


@pytest.mark.full
def test_lkmm_agrees_with_each_kernel_test() -> None:
    count, wrong = compare("lkmm", litmus_c_reader.read, load("lkmm"), 3000)
    assert wrong == []
    assert count["agree"] >= 660


def test_lkmm_finds_the_published_data_races() -> None:
    wrong, seen = [], 0
    for row in rows("lkmm/race_free.csv"):
        try:
            graph = litmus_c_reader.read((ROOT / "lkmm" / row["file"]).read_text())
            if not any("Plain" in e.tags for e in graph.events):
                continue
            answer = is_race_free(graph, load("lkmm"), 200)
        except (UnsupportedError, TooBigError):
            continue
        seen += 1
        if answer != (row["race_free"] == "1"):
            wrong.append(row["file"])
    assert wrong == []
    assert seen >= 5


def test_shapes_of_kernel_bugs() -> None:
    wrong, seen = [], 0
    for row in rows("shapes/expected.csv"):
        reader = litmus_aarch64_reader if row["model"] == "armv8" else litmus_c_reader
        if row["model"] not in ("armv8", "lkmm"):
            continue
        try:
            graph = reader.read((ROOT / "shapes" / row["file"]).read_text())
            answer = _observation(graph, row["model"])
        except (UnsupportedError, TooBigError):
            continue
        seen += 1
        if answer != row["observation"]:
            wrong.append((row["file"], answer, row["observation"]))
    assert wrong == []
    assert seen >= 46


def _observation(graph: EventGraph, name: str) -> str:
    """herd7's word for the condition."""
    formula = graph.properties[0].formula
    seen = {holds(graph, e, formula) for e in allowed(graph, load(name))}
    return {(True,): "Always", (False,): "Never"}.get(tuple(seen), "Sometimes")
