"""The driver: findings run again, processes that die are findings, targets are known."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fuzz import __main__ as driver
from fuzz import findings
from fuzz.targets import TARGETS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(findings, "FOLDER", tmp_path)
    monkeypatch.setattr(driver, "FOLDER", tmp_path)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["fuzz", *map(str, arguments)])
    return driver.main()


def test_findings_are_run_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("diffs-KeyError", "diffs-KeyError.why"):
        (folder / name).write_text("x\n")
    files = sorted(folder.iterdir())
    assert run(monkeypatch, "--again", *files) == 0
    monkeypatch.setitem(TARGETS, "diffs", lambda data: {}[data])
    assert run(monkeypatch, "--again", *files) == 1
    assert "KeyError: b'x\\n'" in capsys.readouterr().out


@pytest.mark.parametrize("code", [0, 71])
def test_a_process_that_dies_is_a_finding(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int
) -> None:
    def die(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        (folder / "mails").mkdir(exist_ok=True)
        (folder / "mails" / "now").write_bytes(b"too much")
        (folder / "mails" / "runs").write_text("12")
        monkeypatch.setattr(driver, "LEAST", 1e9)
        return subprocess.CompletedProcess(command, code, stderr="out of memory")

    monkeypatch.setattr(subprocess, "run", die)
    assert run(monkeypatch, "--only", "mails", "--seconds", 30) == (code != 0)
    assert capsys.readouterr().out == f"mails: 12 runs in 30 s, {int(code != 0)} kinds of failure\n"
    if code:
        assert (folder / "findings" / "mails-died-71").read_bytes() == b"too much"


def test_a_target_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(monkeypatch, "--only", "mails,news")
