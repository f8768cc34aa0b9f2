"""Runs of the command in a process of its own, as a user starts it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import children_time


@dataclass(frozen=True, slots=True)
class Runs:
    """Milliseconds on the wall and on the CPU of each of some runs."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...]


def commands() -> dict[str, list[str]]:
    """The ways to start mbpair that there are here."""
    found = {"python -m verifier": [sys.executable, "-m", "verifier"]}
    beside = Path(sys.executable).parent
    script = shutil.which("mbpair", path=str(beside)) or shutil.which("mbpair")
    if script is not None:
        found["mbpair"] = [script]
    return found


def run(command: Sequence[str], times: int) -> Runs:
    """Run a command some times; its output is thrown away."""
    wall, cpu = [], []
    for _ in range(times):
        before, since = children_time(), time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        wall.append(1000 * (time.perf_counter() - since))
        cpu.append(children_time() - before)
    return Runs(tuple(wall), tuple(cpu))
