"""herd7 on litmus tests, for comparison in the same run: CPU time of one process over many files."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import children_time
from tests import herd7

MODES: dict[str, list[str]] = {"default": [], "fast": ["-speedcheck", "fast"]}
GROUP = 100  # files that share a start of herd7
FASTER = 10  # how much larger a sample may be where herd7 only decides the condition


@dataclass(frozen=True, slots=True)
class Finished:
    """The files that herd7 answered, and the CPU milliseconds it took for these in all."""

    files: tuple[Path, ...]
    spent: float


def command(architecture: str, mode: str) -> list[str] | None:
    """How to run herd7; None where it, or the model, is not here."""
    base = herd7.arguments(architecture)
    return None if base is None else [*base, *MODES[mode]]


def heads(files: Sequence[Path]) -> dict[str, dict[str, Path]]:
    """Files by architecture and name of the test; of two tests of one name the first."""
    found: dict[str, dict[str, Path]] = {}
    for path in files:
        head = re.match(r"\s*(\w+)\s+(\S+)", path.read_text(errors="replace"))
        if head is not None:
            found.setdefault(head[1], {}).setdefault(head[2], path)
    return found


def sample(tests: dict[str, Path], size: int) -> dict[str, Path]:
    """Each k-th test, at most `size` of them."""
    step = -(-len(tests) // size) or 1
    return dict(list(tests.items())[::step])


def measure(base: Sequence[str], tests: dict[str, Path], seconds: float) -> Finished:
    """Run herd7 over tests, in groups that share its start, with a limit a test.

    A group that has unfinished tests is measured again without them.
    """
    names, files, spent = list(tests), [], 0.0
    for start in range(0, len(names), GROUP):
        group = names[start : start + GROUP]
        answered, took = _run(base, [tests[n] for n in group], seconds)
        if answered is None:
            answered = frozenset().union(*(_run(base, [tests[n]], seconds)[0] or () for n in group))
        done = [tests[n] for n in group if n in answered]
        if done and len(done) < len(group):
            took = _run(base, done, seconds)[1]
        spent += took if done else 0
        files += done
    return Finished(tuple(files), spent)


def _run(base: Sequence[str], files: Sequence[Path], seconds: float) -> tuple[frozenset[str] | None, float]:
    """The names of the tests that were answered (None: it hung), and CPU milliseconds."""
    before = children_time()
    limit = ["-timeout", f"{seconds:.1f}"]  # CPU time a test; not looked at everywhere in herd7
    try:
        done = subprocess.run(
            [*base, *limit, *map(str, files)],
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * seconds * len(files),
        )
    except subprocess.TimeoutExpired:
        return None, children_time() - before
    return frozenset(herd7.parse(done.stdout)), children_time() - before
