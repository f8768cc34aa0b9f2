"""When there is a progress bar, and what it leaves behind."""

from __future__ import annotations

import io

import pytest

from verifier.batch import progress
from verifier.batch.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time in seconds, to be set."""
    monkeypatch.setenv("TERM", "xterm")
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    return clock


def test_nothing_for_what_is_quickly_done(now: list[float]) -> None:
    terminal = Terminal()
    bar = Progress(terminal, 9)
    bar.show(1)
    now[0] = 0.4
    bar.show(8)
    bar.close()
    assert terminal.getvalue() == ""


def test_drawn_at_times_and_erased(now: list[float]) -> None:
    terminal = Terminal()
    bar = Progress(terminal, 9)
    for time, done in [(0.6, 3), (0.61, 4), (1.0, 5)]:
        now[0] = time
        bar.show(done)
    shown = terminal.getvalue()
    assert "3/9 files" in shown
    assert "4/9 files" not in shown
    assert "5/9 files" in shown
    bar.hide()
    assert terminal.getvalue().rpartition("\r")[0].rpartition("\r")[2].strip() == ""
    assert terminal.getvalue().endswith("\r")
    erased = terminal.getvalue()
    bar.hide()
    assert terminal.getvalue() == erased
    bar.close()
    now[0] = 9
    bar.show(9)
    assert "9/9 files" not in terminal.getvalue()


def test_nothing_for_one_file_nor_in_a_pipe(now: list[float]) -> None:
    for stream, total in ((Terminal(), 1), (io.StringIO(), 9)):
        bar = Progress(stream, total)
        now[0] += 5
        bar.show(0)
        bar.close()
        assert stream.getvalue() == ""
