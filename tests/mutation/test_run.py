"""Planting: nothing is left behind, each way to come to light counts, and a small sample is found (full)."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mutation import report, run, tree
from mutation.choose import tests as chosen_tests
from mutation.crew import Crew
from mutation.fault import Fault
from mutation.run import Outcome


def test_a_fault_is_gone_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"x = 1\r\n")
    before = file.stat().st_mtime_ns
    with tree.planted(file, "x = 2\n"):
        assert file.read_text() == "x = 2\n"
    assert (file.read_bytes(), file.stat().st_mtime_ns) == (b"x = 1\r\n", before)


def test_what_is_compiled_of_the_file_is_not_used(tmp_path: Path) -> None:
    compiled = tmp_path / "__pycache__" / "a.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"")
    (tmp_path / "a.py").write_text("x = 1\n")
    with tree.planted(tmp_path / "a.py", "x = 2\n"):
        assert not compiled.exists()


@pytest.mark.parametrize(
    ("code", "printed", "finder"),
    [
        (0, "3 passed", ""),
        (5, "3 deselected", ""),
        (1, "FAILED tests/a.py::test_a[x y] - assert 1\n", "tests/a.py::test_a[x y]"),
        (2, "ERROR tests/a.py - ImportError\n", "tests/a.py"),
        (-11, "", "pytest ended with -11"),
        (None, "", "time ran out"),
    ],
)
def test_who_found_it(code: int | None, printed: str, finder: str) -> None:
    assert run.finder(code, printed) == finder


def test_a_copy_is_at_one_thing_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "copy", lambda folder: folder.mkdir(parents=True))

    def do(copy: Path, thing: int) -> tuple[Path, int]:
        (copy / "busy").mkdir()
        time.sleep(0.01)
        (copy / "busy").rmdir()
        return copy, thing

    with Crew(tmp_path, 3) as crew:
        done = list(crew.each(do, range(20)))
    assert sorted(thing for _, thing in done) == [*range(20)]
    assert {copy for copy, _ in done} == set(crew.copies)


def test_what_no_test_reaches_is_not_found(tmp_path: Path) -> None:
    fault = Fault("verifier/cat/a.py", 0, 1, "y", "name", 1, 1, "x\n")
    assert chosen_tests(fault, [], tmp_path) == []


def test_the_page_counts_and_names_what_was_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "explained", lambda: {"a.py: 1 -> 2, in: x = 1": "It is never read."})
    found = Outcome("a.py: 2 -> 3, in: x = 2", 2, "tests/a.py", 3, 1.0)
    same = Outcome("a.py: 1 -> 2, in: x = 1", 1, "", 3, 1.0)
    missed = Outcome("b.py: < -> <=, in: x < 1", 7, "", 3, 1.0)
    page = report.page({"cat": [found, found, same], "events": [missed]}, 5, 9)
    assert "of 9 faults drawn with the seed 5\nit has planted 4." in page
    assert (
        "| cat | 3 | 1 | 2 | 0 | 100.0 |\n| events | 1 | 0 | 0 | 1 | 0.0 |\n| all | 4 | 1 | 2 | 1 | 66.7 |"
        in page
    )
    assert "- `a.py`, line 1: `1 -> 2`\n  in `x = 1`\n  It is never read.\n" in page
    assert "- `b.py`, line 7: `< -> <=`\n  in `x < 1`\n  Not explained yet" in page


QUICK = (
    *("cat/test_interpret", "cat/test_language", "cat/test_specialise", "cat/test_bits", "events/test_build"),
    *(
        "events/test_mapping",
        "models/test_clauses",
        "models/test_verdicts",
        "models/test_rcu",
        "test_cycles_table",
    ),
)


LEAST = "0.25"  # of what these few files find; the whole suite is asked by `make mutation`


@pytest.mark.full
def test_a_small_sample_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-m", "mutation", "--count", "12", "--seed", "3", "--least", LEAST]
    files = [f"tests/{name}.py" for name in QUICK]
    done = subprocess.run(
        [*command, "--only", "models,cat,execution", "--tests", *files],
        cwd=tree.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    with capsys.disabled():
        sys.stdout.write(f"\n{done.stdout}")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^found: \S+ % of \d+ that change answers;", done.stdout, re.MULTILINE)
