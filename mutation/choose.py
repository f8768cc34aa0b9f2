"""Which tests can find a fault, the likeliest and cheapest first.

Of Python it is those that run its lines; then, since what one test leaves in a memo the next does not run,
others of the same files. Of a model or a primitive it is those that mirror or name it; then all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from coverage import CoverageData

from mutation.baseline import Measured
from mutation.fault import Fault
from mutation.kernel import users

NEAR, FAR = 40.0, 20.0  # seconds that the tests of a fault may take, as they were measured
LIKELY, FIRST = 5, 10.0  # files of tests that are tried before others are even loaded, and their seconds
OWN = 3.0  # how much likelier the tests that mirror the module find it


def tests(fault: Fault, measured: Sequence[Measured], tree: Path) -> list[dict[str, float]]:
    """The tests in order, with their seconds, in parts that are run one after the other; none is empty."""
    near = {m.file: _near(fault, m, tree) for m in measured}
    reached = [m for m in measured if near[m.file] or not fault.path.endswith(".py")]
    far = {m.file: m.seconds.keys() - near[m.file] for m in reached}
    seconds = {test: s for m in measured for test, s in m.seconds.items()}
    likely = sorted(near, key=lambda f: (_is_own(f, fault) and near[f] != set(), len(near[f])))[-LIKELY:]
    first = [*_in_turn({f: near[f] for f in likely}, seconds, fault, FIRST)]
    rest = [*_in_turn(near, seconds, fault, NEAR), *_in_turn(far, seconds, fault, FAR)]
    parts = (first, [test for test in rest if test not in set(first)])
    return [{test: seconds[test] for test in part} for part in parts if part]


def _is_own(file: str, fault: Fault) -> bool:
    """Whether a file of tests mirrors the package that the fault is in."""
    return fault.path.split("/")[1] == file.split("/")[1]


def _near(fault: Fault, measured: Measured, tree: Path) -> set[str]:
    if fault.path.endswith(".py"):
        return _that_run(fault, measured)
    if _is_own(measured.file, fault):
        return set(measured.seconds)
    words = _words(fault, tree)
    return {test for test in measured.seconds if _names(test, words, tree)}


def _in_turn(
    groups: dict[str, set[str]], seconds: dict[str, float], fault: Fault, limit: float
) -> Iterator[str]:
    """Each file's tests from the quickest on, so that all files have the same share of the time."""
    queue: list[tuple[float, str]] = []
    for file, found in groups.items():
        spent, likely = 0.0, OWN if _is_own(file, fault) else 1.0
        for test in sorted(found, key=lambda t: (seconds[t], t)):
            spent += seconds[test] + 0.002
            queue.append((spent / likely, test))
    spent = 0.0
    for _, test in sorted(queue):
        spent += seconds[test]
        if spent > limit:
            return
        yield test


def _that_run(fault: Fault, measured: Measured) -> set[str]:
    """The tests of a file that run one of the fault's lines; all, where importing the module runs it."""
    data = _data(measured.folder)
    file = next((f for f in data.measured_files() if f.endswith(f"/{fault.path}")), None)
    if file is None:
        return set()
    contexts = _contexts(measured.folder, file)
    found = {c for line in range(fault.first, fault.last + 1) for c in contexts.get(line, ())}
    return set(measured.seconds) if "" in found and len(found) == 1 else found & measured.seconds.keys()


@cache
def _data(folder: Path) -> CoverageData:
    data = CoverageData(str(folder / "coverage"))
    data.read()
    return data


@cache
def _contexts(folder: Path, file: str) -> dict[int, list[str]]:
    return _data(folder).contexts_by_lineno(file)


def _words(fault: Fault, tree: Path) -> frozenset[str]:
    """What tests may call the model or the primitive."""
    if fault.path.endswith(".cat"):
        return frozenset((Path(fault.path).stem,))
    return users(tree / "verifier" / "kernel", fault.keyword)


def _names(test: str, words: frozenset[str], tree: Path) -> bool:
    """Whether a test's name has one of the words, or the example that it is about."""
    example = re.search(r"\[([\w/.-]+\.(?:c|txt|litmus))", test)
    is_named = any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", test) for word in words)
    return is_named or bool(example and words & _words_in(tree / "litmus" / example[1]))


@cache
def _words_in(file: Path) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", file.read_text(encoding="utf-8"))) if file.is_file() else frozenset()
