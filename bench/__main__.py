"""Measures verdicts of the snippets in litmus/ and answers of its litmus tests, in one process: CPU time, with and
without propagation, memory.

`python -m bench [DIRECTORY]`. Times are CPU milliseconds; compare them as ratios within one run.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median

from verifier.errors import InputError
from verifier.options import Options
from verifier.pipeline import check, litmus

LITMUS = Path(__file__).resolve().parent.parent / "litmus"


def main(directory: Path = LITMUS) -> None:
    """A line a snippet, slowest last; then totals, the ratio without propagation, memory, and a bare start."""
    paths = sorted(p for p in directory.rglob("*") if p.suffix in {".c", ".txt"})
    _spent(paths[0], Options())  # loads models, grammars and the solver
    times = {p: _spent(p, Options()) for p in paths}
    for path, spent in sorted(times.items(), key=lambda item: item[1])[-15:]:
        print(f"{spent:9.1f} ms  {path.relative_to(directory)}")
    all_times = list(times.values())
    print(f"{len(paths)} snippets, two models each, CPU ms a snippet:")
    print(f"  mean {mean(all_times):.1f}, median {median(all_times):.1f}, worst {max(all_times):.1f}")
    without = sum(_spent(p, Options(propagation=False)) for p in paths)
    print(f"  without propagation: {without / sum(all_times):.2f} times as much")
    _bench_litmus(sorted(directory.rglob("*.litmus")))
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    print(f"one process for the first snippet: {_one_shot(['check', '-q', str(paths[0])]):.0f} ms")
    print(f"one process for --help: {_one_shot(['--help']):.0f} ms")


def _bench_litmus(paths: list[Path]) -> None:
    """The time for the conditions of litmus tests."""
    if not paths:
        return
    for path in paths:
        _spent(path, Options(), litmus)  # each model is loaded
    times = [_spent(path, Options(), litmus) for path in paths]
    print(f"{len(paths)} litmus tests, conditions and flags, CPU ms a test:")
    print(f"  mean {mean(times):.1f}, median {median(times):.1f}, worst {max(times):.1f}")
    without = sum(_spent(p, Options(propagation=False), litmus) for p in paths)
    print(f"  without propagation: {without / sum(times):.2f} times as much")
    states = sum(_spent(p, Options(states=True), litmus) for p in paths)
    print(f"  with all states: {states / sum(times):.2f} times as much")


def _spent(path: Path, options: Options, run: Callable[[str, bytes, Options], object] = check) -> float:
    """CPU milliseconds for one file."""
    start = time.process_time()
    try:
        run(path.name, path.read_bytes(), options)
    except InputError as error:
        print(error.render())
    return 1000 * (time.process_time() - start)


def _one_shot(arguments: list[str]) -> float:
    """The least CPU milliseconds of five runs of the command in a process of its own."""
    best = float("inf")
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "verifier", *arguments], capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return 1000 * best


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
