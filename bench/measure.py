"""Clocks, summaries and processes to measure in."""

from __future__ import annotations

import gc
import math
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from multiprocessing.connection import Connection
from statistics import mean, median
from typing import Any, ParamSpec, TypeVar

from verifier import cli, decide, pipeline
from verifier.options import Options

# What of verifier.pipeline and verifier.decide belongs to which phase; what is spent elsewhere is "decide".
PHASES = (
    ("parse", "recognise"),
    ("parse", "parse_litmus"),
    ("parse", "parse"),
    ("parse", "parse_diagram"),
    ("lower", "lower_litmus"),
    ("lower", "lower"),
    ("build", "build_graph"),
)
REST = "decide"

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Summary:
    """Of some numbers, which may be none."""

    mean: float
    median: float
    high: float  # 95 of 100 are no larger
    worst: float


def summarise(numbers: Iterable[float]) -> Summary:
    """Zeros where there are no numbers."""
    found = sorted(numbers)
    if not found:
        return Summary(0, 0, 0, 0)
    return Summary(mean(found), median(found), found[math.ceil(0.95 * len(found)) - 1], found[-1])


class Clock:
    """CPU milliseconds by phase, while `phases_of` has the pipeline's stages wrapped."""

    def __init__(self) -> None:
        self._spent: dict[str, float] = {}
        self._running: list[str] = []
        self._since = 0.0

    def measure(
        self, run: Callable[P, T], *arguments: P.args, **named: P.kwargs
    ) -> tuple[T, dict[str, float]]:
        """What a call returns, and what each phase of it takes; REST is what no stage takes."""
        self._spent, self._running = {}, []
        answer = self.stage(REST, run, *arguments, **named)
        return answer, self._spent

    def stage(self, phase: str, run: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Run a stage; the stage around it stands still meanwhile."""
        self._turn()
        self._running.append(phase)
        try:
            return run(*arguments, **named)
        finally:
            self._turn()
            self._running.pop()

    def _turn(self) -> None:
        """Book the time since the last turn on the phase that runs."""
        now = time.process_time()
        if self._running:
            phase = self._running[-1]
            self._spent[phase] = self._spent.get(phase, 0) + 1000 * (now - self._since)
        self._since = now


@dataclass(frozen=True, slots=True)
class Failure:
    """A defect that a measurement met: the name of the exception and what it says."""

    text: str


def attempt(run: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T | Failure:
    """What a call returns; an error of the user's is for `run` to catch, as any other is a defect."""
    try:
        return run(*arguments, **named)
    except Exception as defect:  # noqa: BLE001 (one test must not end the benchmark, whatever happens in it)
        return Failure(f"{type(defect).__name__}: {str(defect)[:60]}")


@contextmanager
def phases_of(*modules: object, phases: Iterable[tuple[str, str]] = PHASES) -> Iterator[Clock]:
    """A clock that knows the stages of modules, by the names they call them by; missing ones are skipped."""
    clock = Clock()
    stages = [(m, phase, name) for m in modules for phase, name in phases if hasattr(m, name)]
    originals = [(m, name, getattr(m, name)) for m, _, name in stages]
    for (module, phase, name), (_, _, original) in zip(stages, originals, strict=True):
        setattr(module, name, _timed(clock, phase, original))
    try:
        yield clock
    finally:
        for module, name, original in originals:
            setattr(module, name, original)


def _timed(clock: Clock, phase: str, stage: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(stage)
    def run(*arguments: Any, **named: Any) -> Any:
        return clock.stage(phase, stage, *arguments, **named)

    return run


def warm_up(texts: Iterable[str], garbage: tuple[int, int, int] = cli.RARELY) -> None:
    """Load grammars, models and the solver, which a process does once; `garbage`: when the command looks for it."""
    gc.set_threshold(*garbage)
    for names in decide.DEFAULTS.values():
        for name in names:
            decide.model(name)
    for text in texts:
        pipeline.litmus("warm-up.litmus", text.encode(), Options())


def peak_memory() -> float:
    """MiB that this process had at most."""
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def limit_memory(size: int) -> None:
    """Let this process have at most `size` bytes, where the system can say so."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def yardstick() -> float:
    """CPU milliseconds, the least of five, for work in Python that never changes: how fast the machine is just now."""
    return min(_work_in_python() for _ in range(5))


def _work_in_python() -> float:
    since = time.process_time()
    seen: dict[int, int] = {}
    for i in range(100_000):
        seen[i * 7919 % 10_007] = seen.get(i % 997, 0) + 1
    return 1000 * (time.process_time() - since)


def children_time() -> float:
    """CPU milliseconds of the processes that this one has started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (used.ru_utime + used.ru_stime)


Send = Callable[[object], None]


def apart(work: Callable[..., None], arguments: tuple[object, ...], limit: float | None) -> Iterator[Any]:
    """What `work(send, *arguments)` sends from a new process, till that ends.

    Raises TimeoutError where it sends nothing for `limit` seconds.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, work, arguments), daemon=True)
    process.start()
    theirs.close()
    try:
        while ours.poll(limit):
            yield ours.recv()
        raise TimeoutError
    except EOFError:
        return
    finally:
        process.kill()
        process.join()


def _work(end: Connection, work: Callable[..., None], arguments: tuple[object, ...]) -> None:
    work(end.send, *arguments)
