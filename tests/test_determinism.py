"""The same input gives the same bytes, whatever the number of jobs, the hash seed, the locale or the time zone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INPUTS = (
    "litmus/message-passing",
    "litmus/patches/ring.patch",
    "litmus/kvm/power-on.c",
    "litmus/kvm/runnable-after-atomic-caller.c",
    "litmus/aarch64/mp-dmb-ctrl.litmus",
    "litmus/rcu/two-readers.litmus",
)
AROUND: tuple[Mapping[str, str], ...] = (
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kolkata", "LANGUAGE": "tr"},
    {"PYTHONHASHSEED": "4711", "LC_ALL": "de_DE.UTF-8", "LANG": "ja_JP.UTF-8", "PYTHONUTF8": "1"},
)
FORMS = (["-v"], ["-q"], ["--format", "json"], ["--format", "sarif"], ["--format", "junit"], ["--fix"])


def output(tmp_path: Path, around: Mapping[str, str], arguments: list[str]) -> bytes:
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), **around}
    command = [sys.executable, "-m", "verifier", "check", *arguments, *INPUTS]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stdout
    return done.stdout + done.stderr


def written(tmp_path: Path, around: Mapping[str, str], jobs: str) -> dict[str, bytes]:
    """What the output options write, by name."""
    folder = tmp_path / f"{around['PYTHONHASHSEED']}-{jobs}"
    folder.mkdir()
    output(tmp_path, around, ["--jobs", jobs, "--html", f"{folder}/page.html", "--dot", f"{folder}/dot"])
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("form", [FORMS[0], *(pytest.param(f, marks=pytest.mark.full) for f in FORMS[1:])])
def test_what_is_printed(tmp_path: Path, form: list[str]) -> None:
    found = {output(tmp_path, around, ["--jobs", str(i + 1), *form]) for i, around in enumerate(AROUND)}
    assert len(found) == 1


@pytest.mark.full
def test_what_is_written(tmp_path: Path) -> None:
    first, *others = (written(tmp_path, around, str(i + 1)) for i, around in enumerate(AROUND))
    assert len(first) > 10
    assert all(other == first for other in others)
