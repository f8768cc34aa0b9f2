"""What pytest is given for a run: `-p mutation.plugin`, told by the environment what to do.

MUTATION_MEASURE=FOLDER: which lines of the product each test runs (`coverage`), and its seconds (`seconds.json`).
MUTATION_CHOSEN=FILE: run these tests alone, in this order, each within a limit; JSON, [[name, seconds], …].
"""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

LONGEST = 3.0  # seconds, of a test that looks for faults
MEMORY = 3 << 30  # bytes: a fault may make lists that never end


class OutOfTime(Exception):
    """A test takes too long to be of use, or far longer than without the fault."""


class Measure:
    """Writes down what each test reaches, under its name as context; what is run by no test, under none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seconds: dict[str, float] = {}
        self._coverage = coverage.Coverage(
            data_file=folder / "coverage", source=["verifier"], config_file=False, messages=False
        )
        self._coverage.start()
        signal.signal(signal.SIGPROF, _stop)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._coverage.switch_context(item.nodeid)
        start = time.process_time()  # by the clock it would depend on what else the machine does
        result = yield
        self._seconds.setdefault(item.nodeid, round(time.process_time() - start, 4))
        self._coverage.switch_context("")
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        start = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, LONGEST)
        try:
            return (yield)
        except Exception:
            if time.process_time() - start > 0.9 * LONGEST:
                pytest.skip("it takes too long to look for faults")
            raise
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self._seconds[report.nodeid] = -1.0

    @pytest.hookimpl
    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        self._coverage.save()
        (self._folder / "seconds.json").write_text(json.dumps(self._seconds))


class Choose:
    """Leaves the chosen tests, in their order, and limits the memory of all and the processor time of each."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._place = {name: number for number, name in enumerate(seconds)}
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.signal(signal.SIGPROF, _stop)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self._place), key=lambda i: self._place[i.nodeid])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        signal.setitimer(signal.ITIMER_PROF, 5 + 10 * self._seconds[item.nodeid])
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)


def _stop(*_: object) -> None:
    raise OutOfTime


def pytest_configure(config: pytest.Config) -> None:
    """Join in as the environment says."""
    if folder := os.environ.get("MUTATION_MEASURE"):
        config.pluginmanager.register(Measure(Path(folder)))
    if file := os.environ.get("MUTATION_CHOSEN"):
        config.pluginmanager.register(Choose(dict(json.loads(Path(file).read_text()))))
