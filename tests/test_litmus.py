"""The snippets and litmus tests of litmus/: their whole answers as goldens, and statuses as a table made by hand.

`NAME.expected` beside a snippet is rewritten by `make goldens`; litmus/TABLE.tsv never is. It was
derived from the definition, so a golden that changes a verdict still fails here. The golden of a snippet is
what `check` says of it, that of a litmus test what `litmus --states` does; the table has some of these too.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import jsonschema
import pytest
from _pytest.mark import ParameterSet

from tests.answers import rows_of
from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.pipeline import check, litmus
from verifier.report import brief, herd, json_report, text
from verifier.report.style import Style

LITMUS = Path(__file__).resolve().parent.parent / "litmus"
BEYOND = {  # too large to judge their barriers; tests/properties/test_qspinlock.py asks for what they are to show
    "algorithms/qspinlock.c",
    "algorithms/qspinlock-queue.c",
}
NAMES = sorted(
    name
    for path in LITMUS.rglob("*")
    if path.suffix in {".c", ".txt", ".litmus"}
    and (name := path.relative_to(LITMUS).as_posix()) not in BEYOND
)
SNIPPETS = [name for name in NAMES if not name.endswith(".litmus")]
SLOW = {  # seconds each, in the solver
    "algorithms/mcs-lock.c",
    "algorithms/mcs-lock-no-release.c",
    "algorithms/qspinlock-pending.c",
    "algorithms/qspinlock-pending-no-release.c",
}
TESTS = [name for name in NAMES if name.endswith(".litmus")]
SCHEMA = json.loads(files("verifier.report").joinpath("schema.json").read_text(encoding="utf-8"))
STATUSES = {"paired", "unpaired", "too weak", "misplaced", "redundant", "unmatched", "undecided"}

Row = tuple[str, str, str, str]  # model, line and name, status, half paired


@cache
def answer(name: str) -> tuple[UnitResult, ...]:
    """The results of one snippet under the default models."""
    return check(name, (LITMUS / name).read_bytes(), Options())


@cache
def table() -> dict[str, set[Row]]:
    """The hand-made statuses by snippet."""
    rows: dict[str, set[Row]] = defaultdict(set)
    with (LITMUS / "TABLE.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            rows[row["file"]].add((row["model"], row["line and name"], row["status"], row["half paired"]))
    return rows


def found_rows(units: tuple[UnitResult, ...], expected: set[Row]) -> set[Row]:
    """The same rows out of the results; a note or a property counts only where the table lists it."""
    listed = {(model, name) for model, name, _, _ in expected}
    rows: set[Row] = set()
    for result in (result for unit in units for result in unit.results):
        if result.verdict == "nothing to check":
            rows.add((result.model, "-", "nothing to check", "no"))
        for barrier in result.barriers:
            via = f" (via {barrier.place.via})" if barrier.place.via else ""
            name = f"{barrier.place.line} {barrier.place.name}{via}"
            if not barrier.is_note or (result.model, name) in listed:
                rows.add((result.model, name, barrier.status, "yes" if barrier.half_paired else "no"))
        for verdict in result.properties:
            name = f"{verdict.line} {verdict.kind}"
            status = f"{verdict.status} even under sc" if verdict.even_under_sc else verdict.status
            is_wrong = verdict.status != "holds" and not verdict.is_question
            if (result.model, name) in listed or is_wrong:
                rows.add((result.model, name, status, "no"))
    return rows


def cases(names: Iterable[str]) -> list[ParameterSet]:
    """The names as parameters of a test; the slow ones are left to the full tests."""
    return [pytest.param(name, marks=[pytest.mark.full] * (name in SLOW)) for name in names]


ANSWERS = Path(__file__).parent / "answers.tsv"


@cache
def answers() -> dict[str, list[str]]:
    """The rows of answers.tsv by example."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in ANSWERS.read_text(encoding="utf-8").splitlines():
        found[line.partition("\t")[0]].append(line)
    return found


@pytest.mark.parametrize("name", cases(NAMES))
def test_answers(name: str, rewrites_goldens: bool) -> None:
    assert (
        rewrites_goldens
        or [row.line(name) for unit in answer(name) for row in rows_of(unit)] == answers()[name]
    )


@pytest.mark.full
def test_all_answers(rewrites_goldens: bool) -> None:
    if rewrites_goldens:
        rows = [row.line(name) for name in NAMES for unit in answer(name) for row in rows_of(unit)]
        ANSWERS.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    assert answers().keys() == set(NAMES)


with (LITMUS / "shapes" / "SHAPES.tsv").open(encoding="utf-8", newline="") as file:
    SHAPES = [tuple(row.values()) for row in csv.DictReader(file, delimiter="\t")]


@pytest.mark.parametrize(("name", "model", "atomics", "observation"), SHAPES)
def test_shapes(name: str, model: str, atomics: Literal["lse", "ll-sc"], observation: str) -> None:
    """The outcome at the end of each is reached where herd7 says so of the litmus test that it was cut down to."""
    options = Options(models=(model,), atomics=atomics)
    (unit,) = check(name, (LITMUS / "shapes" / name).read_bytes(), options)
    (condition,) = (p for p in unit.results[0].properties if p.kind == "condition")
    assert condition.status == {"Sometimes": "holds", "Never": "violated"}[observation]


def test_every_shape_is_asked_about() -> None:
    assert {row[0] for row in SHAPES} == {p.name for p in (LITMUS / "shapes").glob("*.c")}


@pytest.mark.parametrize("name", cases(sorted(table())))
def test_statuses(name: str) -> None:
    assert found_rows(answer(name), table()[name]) == table()[name]


@pytest.mark.parametrize("name", cases(SNIPPETS))
def test_golden(name: str, rewrites_goldens: bool) -> None:
    compare(name, brief.render(answer(name)), rewrites_goldens)


@pytest.mark.parametrize("name", TESTS)
def test_golden_of_a_litmus_test(name: str, rewrites_goldens: bool) -> None:
    verdict = litmus(name, (LITMUS / name).read_bytes(), Options(states=True))
    compare(name, herd.render(verdict), rewrites_goldens)


def compare(name: str, found: str, rewrites_goldens: bool) -> None:
    """The text against the golden beside the input."""
    path = LITMUS / f"{name.rpartition('.')[0]}.expected"
    if rewrites_goldens:
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", cases(NAMES))
def test_reports(name: str) -> None:
    report = json.loads(json_report.render(answer(name), (), "0", 0))
    jsonschema.validate(report, SCHEMA, jsonschema.Draft202012Validator)
    lines = text.render(answer(name), Style(), "verbose").splitlines()
    assert max(map(len, lines)) <= 100


def test_each_snippet_is_in_the_table_and_in_the_readme() -> None:
    assert set(SNIPPETS) <= set(table()) <= set(NAMES)
    readme = (LITMUS / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"]({name})" not in readme] == []


def test_each_status_has_an_example() -> None:
    rows = {row for rows in table().values() for row in rows}
    assert STATUSES <= {status for _, _, status, _ in rows}
    assert "yes" in {half for _, _, _, half in rows}


@pytest.mark.full
@pytest.mark.parametrize("name", NAMES)
def test_memory(name: str) -> None:
    command = [
        sys.executable,
        "-c",
        MEASURE,
        sys.executable,
        "-m",
        "verifier",
        "check",
        "-q",
        str(LITMUS / name),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    code, kilobytes = done.stdout.split()[-2:]
    assert int(code) in {0, 1, 3}, done.stderr
    is_large = name.startswith(("algorithms/", "kvm/", "lists/", "sleep-wake/"))  # they loop, lock and sleep
    assert int(kilobytes) < (1000 if is_large else 200) * 1024


# A small process of its own: a child's peak counts what its parent holds while it is started.
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], check=False).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
