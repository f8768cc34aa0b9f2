"""Litmus tests of a folder, each seen for the first time; and the verdicts on barriers of snippets."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import families, families_aarch64
from bench.measure import Failure, Send, apart, attempt, peak_memory, phases_of, warm_up
from verifier import cli, decide, pipeline
from verifier.errors import InputError
from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.properties.verdict import LitmusVerdict

SECONDS = 20.0  # a file
ANSWERS = ("decided", "undecided", "not read", "failed")


@dataclass(frozen=True, slots=True)
class Timed:
    """CPU milliseconds of a file by phase; `answer` is one of ANSWERS."""

    name: str
    phases: dict[str, float]
    answer: str

    @property
    def total(self) -> float:
        return sum(self.phases.values())


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of files in one process, which had at most `memory` MiB."""

    files: tuple[Timed, ...]
    memory: float


def litmus_files(folder: Path, every: int = 1) -> list[Path]:
    """Each n-th litmus test of a folder, which may be a file."""
    found = [folder] if folder.is_file() else sorted(folder.rglob("*.litmus"))
    return found[::every]


def snippets(folder: Path, every: int = 1) -> list[Path]:
    """Each n-th snippet of a folder."""
    return sorted(p for p in folder.rglob("*") if p.suffix in {".c", ".txt"})[::every]


def conditions(paths: list[Path], repeat: int = 1) -> Batch:
    """The conditions of litmus tests; the least of `repeat` processes counts for each."""
    return best([_batch(paths, _answer) for _ in range(repeat)])


def total(paths: list[Path]) -> float:
    """CPU milliseconds to read and answer litmus tests in all; no clock is looked at in between."""
    (spent,) = apart(_measure_total, (paths,), limit=None)
    return float(spent)


def _measure_total(send: Send, paths: list[Path]) -> None:
    _warm_up(cli.SELDOM)
    since = time.process_time()
    for path in paths:
        attempt(_answer, str(path), path.read_bytes())
    send(1000 * (time.process_time() - since))


def verdicts(paths: list[Path], repeat: int = 1) -> Batch:
    """The verdicts on each barrier, under the models that are the default; the least counts."""
    return best([_batch(paths, _check) for _ in range(repeat)])


def best(batches: list[Batch]) -> Batch:
    """Of each file the run that took least."""
    runs = zip(*(b.files for b in batches), strict=True)
    files = tuple(min(run, key=lambda f: f.total) for run in runs)
    return Batch(files, min(b.memory for b in batches))


def _batch(paths: list[Path], work: Callable[[str, bytes], str]) -> Batch:
    received = list(apart(_measure, (paths, work), limit=None))
    files, memory = received[:-1], received[-1:]
    if not memory or not isinstance(memory[0], float):
        raise RuntimeError(f"the process ended after {len(received)} of {len(paths)} files")
    return Batch(tuple(files), memory[0])


def _measure(send: Send, paths: list[Path], work: Callable[[str, bytes], str]) -> None:
    _warm_up(cli.SELDOM if work is _answer else cli.RARELY)
    with phases_of(pipeline, decide) as clock:
        for path in paths:
            name, data = str(path), path.read_bytes()
            answer, phases = clock.measure(attempt, work, name, data)
            send(Timed(name, phases, "failed" if isinstance(answer, Failure) else answer))
    send(peak_memory())


def _warm_up(garbage: tuple[int, int, int]) -> None:
    warm_up((families.store_buffering(2), families_aarch64.store_buffering(2)), garbage)


def _answer(name: str, data: bytes) -> str:
    try:
        verdict: LitmusVerdict = pipeline.litmus(name, data, Options(timeout=SECONDS))
    except InputError:
        return "not read"
    return "undecided" if verdict.outcome is None else "decided"


def _check(name: str, data: bytes) -> str:
    try:
        units: tuple[UnitResult, ...] = pipeline.check(name, data, Options(timeout=SECONDS))
    except InputError:
        return "not read"
    return "undecided" if any(r.verdict == "undecided" for u in units for r in u.results) else "decided"
