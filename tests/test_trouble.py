"""Full disks, closed pipes and sudden ends: no half-written file, a message, and an exit code that is no verdict."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DEMO = "litmus/message-passing/demo.c"
FULL = Path("/dev/full")
FEW = 4096  # bytes that a file may have on a disk that is full


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "verifier", *arguments]


def environment(cache: Path) -> Mapping[str, str]:
    return {**os.environ, "XDG_CACHE_HOME": str(cache)}


def little_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (FEW, FEW))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def run(cache: Path, *arguments: str, is_full: bool = False) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(cache),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=little_room if is_full else None,
    )


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [
        ["check", DEMO],
        ["check", "--format", "json", DEMO],
        ["check", "--fix", DEMO],
        ["litmus", "litmus/rcu/grace-period.litmus"],
        ["models"],
    ],
)
def test_output_that_can_not_be_written(tmp_path: Path, arguments: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            command(*arguments),
            cwd=ROOT,
            env=environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.stderr == "mbpair: error: standard output can't be written: no space left on device\n"
    assert done.returncode == 2


def test_a_page_on_a_full_disk(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = run(tmp_path / "cache", "check", "--html", str(page), DEMO, is_full=True)
    assert done.stderr == f"mbpair: error: --html: '{page}' can't be written: file too large\n"
    assert done.returncode == 2
    assert [p.name for p in tmp_path.iterdir()] == ["cache"]


def test_a_page_that_was_there_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("old")
    assert run(tmp_path / "cache", "check", "--html", str(page), DEMO, is_full=True).returncode == 2
    assert page.read_text() == "old"


def test_graphs_on_a_full_disk(tmp_path: Path) -> None:
    folder = tmp_path / "graphs"
    done = run(tmp_path / "cache", "check", "--dot", str(folder), DEMO, is_full=True)
    assert "can't be written: file too large" in done.stderr
    assert done.returncode == 2
    assert all(p.stat().st_size < FEW and p.suffix in (".dot", ".svg") for p in folder.iterdir())


def test_a_cache_on_a_full_disk_keeps_nothing_by_half(tmp_path: Path) -> None:
    full = run(tmp_path, "check", DEMO, is_full=True)
    assert (full.returncode, full.stderr) == (1, "")
    assert all(p.stat().st_size < FEW for p in tmp_path.rglob("*") if p.is_file())
    after = run(tmp_path, "check", DEMO)
    assert (after.returncode, after.stdout, after.stderr) == (1, full.stdout, "")


def test_a_cache_that_can_not_be_written(tmp_path: Path) -> None:
    file = tmp_path / "no-directory"
    file.write_text("")
    for place in (file, Path("/proc/1/none"), Path("/dev/null")):
        done = run(place, "check", "-q", DEMO)
        assert (done.returncode, done.stderr) == (1, "")


def test_a_table_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    expected = run(tmp_path, "check", DEMO).stdout
    for kept in [*tmp_path.rglob("*.table"), *tmp_path.rglob("*.kept")]:
        kept.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    done = run(tmp_path, "check", DEMO)
    assert (done.stdout, done.stderr) == (expected, "")
    assert all(p.read_bytes().endswith(b".") for p in tmp_path.rglob("*.table"))


def killed_after(seconds: float, cache: Path, *arguments: str) -> None:
    process = subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        env=environment(cache),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize(
    "share", [0.9, *(pytest.param(s, marks=pytest.mark.full) for s in (0.2, 0.5, 0.7, 0.8, 0.95))]
)
def test_kill_at_any_moment(tmp_path: Path, share: float) -> None:
    """A file that an option names is as it was, or whole; the next run says what it always says."""
    page, whole = tmp_path / "page.html", tmp_path / "whole.html"
    arguments = ["check", "--html", str(page), DEMO]
    begun = time.monotonic()
    expected = run(tmp_path / "other", "check", "--html", str(whole), DEMO)
    took = time.monotonic() - begun
    page.write_text("old")
    killed_after(took * share, tmp_path / "cache", *arguments)
    assert page.read_text() in ("old", whole.read_text())
    after = run(tmp_path / "cache", *arguments)
    assert (after.stdout, after.stderr, after.returncode) == (expected.stdout, "", 1)
    assert page.read_text() == whole.read_text()


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("check", "litmus/message-passing"),
        cwd=ROOT,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141
