"""A time limit: raised in what runs, but for an import, of which half would stay behind."""

from __future__ import annotations

import ctypes
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest

from verifier.batch.alarm import time_limit
from verifier.limits import Undecided

SLOW = "import time\n\ntime.sleep(0.1)\nhere = 1\n"


def wait() -> None:
    """Until the alarm."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        pass


def test_what_runs_is_interrupted() -> None:
    with pytest.raises(Undecided, match="enough"), time_limit(0.01, Undecided, "enough"):
        wait()


def test_an_import_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mbpair_slow.py").write_text(SLOW)
    monkeypatch.syspath_prepend(tmp_path)
    with time_limit(0.01, Undecided, "enough") as alarm:
        assert import_module("mbpair_slow").here == 1
    assert alarm.has_rung
    del sys.modules["mbpair_slow"]


def test_what_comes_after_an_import_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mbpair_slower.py").write_text(SLOW)
    monkeypatch.syspath_prepend(tmp_path)

    def import_and_wait() -> None:
        import_module("mbpair_slower")
        wait()

    with pytest.raises(Undecided), time_limit(0.01, Undecided, "enough"):
        import_and_wait()
    del sys.modules["mbpair_slower"]


class Argument:
    """One of a function in C, which takes long to convert."""

    @property
    def _as_parameter_(self) -> int:
        wait()
        return 0


def test_what_ctypes_makes_of_it_counts_as_it() -> None:
    with pytest.raises(Undecided, match="enough"), time_limit(0.01, Undecided, "enough"):
        ctypes.pythonapi.Py_IncRef(Argument())


def test_an_error_before_the_time_is_over_stays_what_it_is() -> None:
    with pytest.raises(ValueError, match="another"), time_limit(10, Undecided, "enough"):
        raise ValueError("another")


def test_nothing_is_printed_of_what_a_destructor_makes_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    class Freed:
        def __del__(self) -> None:
            ctypes.pythonapi.Py_IncRef(Argument())

    def free_and_wait() -> None:
        Freed()
        wait()

    with pytest.raises(Undecided), time_limit(0.01, Undecided, "enough"):
        free_and_wait()
    assert capsys.readouterr().err == ""


def test_it_can_be_stopped() -> None:
    with time_limit(0.05, Undecided, "enough") as alarm:
        alarm.stop()
        time.sleep(0.15)
    assert not alarm.has_rung
