"""What a benchmark prints and keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import herd
from bench.__main__ import main
from bench.growth import FAMILIES, Curve, Point
from bench.report import growth_page, milliseconds, table
from bench.results import compare, load, save


def test_table() -> None:
    assert table([("", "mean"), ("all", "1.25"), ("decide", "10.1")]) == (
        "        mean",
        "all     1.25",
        "decide  10.1",
    )
    assert [milliseconds(n) for n in (1.234, 12.34, 1234.5)] == ["1.23", "12.3", "1,234"]


def test_comparison_marks_what_is_slower_than_the_machine() -> None:
    old = {
        "pairing": {"mean": 10.0, "median": 10.0, "undecided": 0.0, "yardstick": 10.0},
        "other": {"mean": 1.0},
    }
    new = {"pairing": {"mean": 13.0, "median": 11.0, "undecided": 1.0, "yardstick": 10.0}}
    first, *rest = compare(old, new)
    assert first.split() == ["pairing", "mean", "1.30!", "median", "1.10", "yardstick", "1.00"]
    assert rest == ["! pairing, mean: 10.0 -> 13.0", "! pairing, undecided: 0.00 -> 1.00"]
    new["pairing"]["yardstick"] = 12.0
    assert "1.30!" not in compare(old, new)[0]


def test_comparison_tells_what_is_no_longer_decided() -> None:
    assert compare({"growth": {"2": 1.0, "4": 2.0}}, {"growth": {"2": 1.0}})[1] == "! growth, 4: 2.00 -> none"


def test_figures_are_kept_by_group(tmp_path: Path) -> None:
    path = tmp_path / "results" / "latest.json"
    assert load(path) == ({}, {})
    save(path, {"python": "3.11"}, {"a": {"mean": 1.0}, "b": {"mean": 2.0}})
    save(path, {"python": "3.12"}, {"b": {"mean": 3.0}})
    assert load(path) == ({"python": "3.12"}, {"a": {"mean": 1.0}, "b": {"mean": 3.0}})


def test_page() -> None:
    about = {"python": "3.11", "z3": "4", "processor": "some"}
    curves = [
        Curve(FAMILIES[0], (Point(2, {"parse": 1.0, "decide": 2.0}, "Never"),), "4: over 20 s"),
        Curve(FAMILIES[1], (Point(2, {}, "Never"), Point(4, {}, "Never")), ""),
    ]
    page = growth_page(curves, about, 20.0)
    assert "| SB ring | threads | 2: 3.00 |  | 4: over 20 s |" in page
    assert "- **MP chain**: A message goes" in page


HERD7 = """\
#!/bin/sh
# Answers each test, except those named slow: they are left out in a group, and hang alone where they hang.
for file in "$@"; do
  case "$file" in
  *hang*) sleep 60;;
  *slow*) ;;
  *.litmus) set -- $(head -1 "$file"); printf 'Test %s Allowed\\nStates 0\\nNo\\nObservation %s Never 0 0\\n\\n' $2 $2;;
  esac
done
"""


@pytest.mark.parametrize("bad", ["slow", "hang"])
def test_unfinished_tests_of_herd7_do_not_count(
    bad: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "herd7"
    program.write_text(HERD7)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for name in ("one", "two", bad):
        (tmp_path / f"{name}.litmus").write_text(f"AArch64 {name}\n{{}}\n")
    tests = herd.heads(sorted(tmp_path.glob("*.litmus")))["AArch64"]
    assert set(tests) == {"one", "two", bad}
    command = herd.command("AArch64", "fast")
    assert command == ["herd7", "-speedcheck", "fast"]
    finished = herd.measure(command, tests, seconds=0.4)
    assert {p.stem for p in finished.files} == {"one", "two"}
    assert finished.spent > 0


def test_a_sample_goes_over_the_whole() -> None:
    tests = {str(n): Path(str(n)) for n in range(10)}
    assert list(herd.sample(tests, 4)) == ["0", "3", "6", "9"]
    assert herd.sample(tests, 20) == tests


@pytest.mark.parametrize("option", ["--sample", "--every", "--repeat"])
def test_counts_are_above_0(
    option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", option, "0"])
    with pytest.raises(SystemExit):
        main()
    assert f"argument {option}: expected a number above 0, found 0" in capsys.readouterr().err
