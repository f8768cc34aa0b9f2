"""Batches as the command line answers them, with a stub for the pipeline."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.batch import stub
from verifier import cli

Write = Callable[..., list[str]]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "verifier.pipeline", stub.module())


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(*texts: str) -> list[str]:
        for number, text in enumerate(texts):
            (tmp_path / f"{number}.litmus").write_text(text)
        return [str(tmp_path / f"{number}.litmus") for number in range(len(texts))]

    return _write


@pytest.mark.parametrize("jobs", ["1", "2", "9"])
def test_results_come_in_the_order_of_the_inputs(write: Write, capsys: Capture, jobs: str) -> None:
    names = write("nap", "proved", "refuted", "nap", "proved")
    assert cli.main(["check", "-q", "--jobs", jobs, *names]) == 1
    shown = [line.rpartition("/")[2].partition(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert shown == [f"{number}.litmus" for number in range(5)]
    assert cli.main(["litmus", "--jobs", jobs, *names]) == 0
    heads = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Test")]
    assert heads == [f"Test {number}.litmus Required" for number in range(5)]


@pytest.mark.parametrize("quiet", [[], ["-q"]])
def test_a_batch_prints_what_its_files_print(write: Write, capsys: Capture, quiet: list[str]) -> None:
    names = write("proved", "refuted", "undecided")
    reports = []
    for name in names:
        cli.main(["check", *quiet, name])
        reports.append(capsys.readouterr().out)
    cli.main(["check", *quiet, *names])
    whole = ("" if quiet else "\n").join(reports)
    summary = "" if quiet else "\n3 programs: 1 refuted, 1 undecided, 1 proved\n"
    assert capsys.readouterr().out == whole + summary


@pytest.mark.parametrize(("others", "code"), [([], 3), (["proved"], 3), (["refuted"], 1), (["wrong"], 2)])
def test_a_crash_is_an_error_and_undecided(
    write: Write, capsys: Capture, others: list[str], code: int
) -> None:
    names = write("killed", "nap", *others)
    assert cli.main(["check", *names]) == code
    out, err = capsys.readouterr()
    assert f"{names[0]}: error: the check of this file crashed: its process got SIGKILL\n" in err
    assert all(name in out + err for name in names)
    if others == ["refuted"]:
        assert out.endswith("\n2 programs: 1 refuted, 1 proved, 1 given up\n")


@pytest.mark.parametrize("others", [[], ["proved"]])
def test_a_fault_of_ours_is_a_traceback_and_undecided(
    write: Write, capsys: Capture, others: list[str]
) -> None:
    names = write("fault", *others)
    assert cli.main(["litmus", *names]) == 3
    out, err = capsys.readouterr()
    assert err.startswith(
        f"{names[0]}: error: the check of this file crashed: AssertionError: this can't be\n"
    )
    assert "Traceback" in err
    assert out.count("Observation") == len(others)


@pytest.mark.parametrize("word", ["hang", "stuck"])
def test_a_file_that_runs_over_its_time(write: Write, capsys: Capture, word: str) -> None:
    names = write("proved", word, "proved")
    start = time.monotonic()
    assert cli.main(["check", "--timeout", "0.3", *names]) == 3
    assert time.monotonic() - start < 10
    out, err = capsys.readouterr()
    assert err == f"{names[1]}: error: time ran out (--timeout)\n"
    assert out.endswith("\n2 programs: 2 proved, 1 given up\n")


def test_one_file_that_runs_over_its_time(write: Write, capsys: Capture) -> None:
    names = write("hang")
    assert cli.main(["check", "--timeout", "0.1", *names]) == 3
    assert capsys.readouterr().err == f"{names[0]}: error: time ran out (--timeout)\n"


@pytest.mark.parametrize("others", [[], ["proved"]])
@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("C slow\n{}\nexists (x=1)\n", "Test slow Allowed"),
        ("C slow\n{}\n(* exists *)\n~ exists (x=1)\n", "Test slow Forbidden"),
        ("C slow\n{}\nforall (x=1)\n", "Test slow Required"),
        ("hang", "Test {name} Required"),
    ],
)
def test_a_litmus_test_that_runs_over_its_time(
    write: Write, capsys: Capture, text: str, head: str, others: list[str]
) -> None:
    names = write(text, *others)
    assert cli.main(["litmus", "--timeout", "0.1", *names]) == 3
    out, err = capsys.readouterr()
    assert out.startswith(f"{head.format(name=names[0])}\nUndecided: time ran out (--timeout)\n\n")
    assert err == ""


def test_a_litmus_test_whose_worker_is_killed_for_its_time(write: Write, capsys: Capture) -> None:
    assert cli.main(["litmus", "--timeout", "0.1", *write("stuck", "proved")]) == 3
    assert "stuck" not in capsys.readouterr().err


def test_a_model_that_can_not_be_used_ends_the_batch(write: Write, capsys: Capture) -> None:
    names = write("proved", "model", *["long"] * 20)
    start = time.monotonic()
    assert cli.main(["check", "--jobs", "2", *names]) == 2
    assert time.monotonic() - start < 5
    out, err = capsys.readouterr()
    assert err == "broken.cat: error: found )\n"
    assert names[0] in out
    assert names[2] not in out


def test_standard_input_among_files(write: Write, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"refuted")))
    names = write("proved", "proved")
    assert cli.main(["check", "-q", names[0], "-", names[1]]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "refuted under armv8 and lkmm: <stdin>:1-20"


def test_json_of_a_batch(write: Write, capsys: Capture) -> None:
    names = write("nap", "wrong", "killed", "refuted")
    assert cli.main(["check", "--format", "json", *names]) == 2
    report = json.loads(capsys.readouterr().out)
    assert [unit["file"] for unit in report["units"]] == [names[0], names[3]]
    assert [(error["file"], error["code"]) for error in report["errors"]] == [
        (names[1], "wrong"),
        (names[2], "crash"),
    ]
