"""A time limit: raised in what runs, but for an import, of which half would stay behind."""

from __future__ import annotations

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
