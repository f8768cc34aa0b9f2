"""Signals, terminals and pipes: mbpair as a process of its own, with a stub for the pipeline."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "tests.batch.stub"]
ROOT = Path(__file__).parents[2]
PATIENCE = 30


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Two files that are quickly done, and then many that are not."""
    for number, word in enumerate(["proved", "refuted", *["hang"] * 5]):
        (tmp_path / f"{number}.c").write_text(word)
    return tmp_path


@contextmanager
def started(*arguments: str, **streams: int) -> Iterator[subprocess.Popen[str]]:
    """The process, in a group of its own, of which nothing is left at the end."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    command = [*COMMAND, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, text=True, start_new_session=True, **streams)  # type: ignore[call-overload]
    try:
        yield process
        assert is_gone(process.pid)
    finally:
        if not is_gone(process.pid, 0):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def is_gone(group: int, patience: float = PATIENCE) -> bool:
    """Whether no process of a group is left, soon."""
    end = time.monotonic() + patience
    while True:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(0.02)


def read_until(process: subprocess.Popen[str], word: str) -> list[str]:
    """The lines up to one that starts with the word; a little later, its file counts as done."""
    assert process.stdout is not None
    lines = [process.stdout.readline()]
    while not lines[-1].startswith(word):
        lines.append(process.stdout.readline())
    time.sleep(0.3)
    return lines


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_ctrl_c(directory: Path, jobs: str) -> None:
    with started("check", "-q", "--jobs", jobs, str(directory)) as process:
        lines = read_until(process, "refuted")
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130
        assert [line.split()[0] for line in lines] == ["proved", "refuted"]
        assert out == ""
        assert err == "mbpair: interrupted: 2 of 7 files done\n"


def test_ctrl_c_in_one_file(tmp_path: Path) -> None:
    (tmp_path / "0.c").write_text("hang")
    with started("check", str(tmp_path)) as process:
        while not (tmp_path / "0.c.begun").exists():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130
        assert err == "mbpair: interrupted: 0 of 1 files done\n"


def test_a_summary_of_what_was_done(directory: Path) -> None:
    with started("check", str(directory)) as process:
        read_until(process, "refuted")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)
        assert out.endswith("\n2 programs: 1 refuted, 1 proved\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_terminated(directory: Path, number: signal.Signals) -> None:
    with started("check", "-q", "--jobs", "3", str(directory)) as process:
        read_until(process, "refuted")
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 128 + number
        assert err == "mbpair: terminated: 2 of 7 files done\n"


def test_no_orphans_even_of_a_parent_that_was_killed(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"{number}.c").write_text("nap")
    with started("check", "-q", "--jobs", "3", str(tmp_path)) as process:
        read_until(process, "proved")
        process.kill()
        process.communicate(timeout=PATIENCE)


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number:2}.c").write_text("nap" if number else "proved")
    with started("check", "--jobs", "3", str(tmp_path)) as process:
        read_until(process, "proved")
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=PATIENCE) == 141
        assert process.stderr is not None
        assert process.stderr.read() == ""


def on_terminal(*arguments: str, **environment: str) -> str:
    """What the process writes to standard error, a terminal."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    kept = {name: value for name, value in os.environ.items() if name != "TERM"}
    command = [*COMMAND, *arguments]
    with closing(os.fdopen(ours, "rb", buffering=0)) as terminal:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=theirs, env=kept | environment
        )
        os.close(theirs)
        data = b""
        try:
            while piece := terminal.read(1 << 16):
                data += piece
        except OSError:  # the other side is closed
            pass
        process.wait(timeout=PATIENCE)
    return data.decode()


def left_on(shown: str) -> str:
    """What is left to see of the last line."""
    line: list[str] = []
    for part in shown.rpartition("\n")[2].split("\r"):
        line[: len(part)] = part
    return "".join(line).rstrip()


@pytest.fixture
def slow(tmp_path: Path) -> str:
    for number in range(6):
        (tmp_path / f"{number}.c").write_text("nap" if number < 4 else "long")
    return str(tmp_path)


def test_a_bar_on_a_terminal(slow: str) -> None:
    shown = on_terminal("check", "--jobs", "2", slow, TERM="xterm")
    assert "4/6 files" in shown
    assert " left" in shown
    assert left_on(shown) == ""


def test_an_error_below_the_bar(slow: str) -> None:
    (Path(slow) / "4z.c").write_text("wrong")
    shown = on_terminal("check", "--jobs", "2", slow, TERM="xterm")
    (line,) = [line for line in shown.split("\n") if "error" in line]
    assert left_on(line.rstrip("\r")).endswith("4z.c: error: found what is wrong")


def test_no_bar_on_a_dumb_terminal(slow: str) -> None:
    assert on_terminal("check", slow, TERM="dumb") == ""


def test_no_bar_for_one_file(slow: str) -> None:
    assert on_terminal("check", f"{slow}/5.c", TERM="xterm") == ""


def test_no_bar_in_a_pipe(slow: str) -> None:
    done = subprocess.run([*COMMAND, "check", slow], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
