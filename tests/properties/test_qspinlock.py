"""Mutual exclusion of the whole queued spinlock, whose barriers are too many to be judged in the time of a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier.decide import model
from verifier.encoding.session import Session
from verifier.events.build import build
from verifier.events.graph import without_escapes
from verifier.limits import Deadline
from verifier.options import Options
from verifier.program.lower import lower
from verifier.source import Source
from verifier.syntax import parse

ALGORITHMS = Path(__file__).parents[2] / "litmus" / "algorithms"


def excludes(text: str, name: str, bound: int) -> bool:
    """Whether no assertion of a program fails under a model."""
    source = Source.whole("lock.c", text)
    program, m = lower(parse(source), source, Options(bound=bound)), model(name)
    graph = without_escapes(build(program, m.architecture, bound))
    session = Session(graph, m, Deadline(None), True)
    assert graph.properties
    return not any(session.allows(session.reaches(p, False)) for p in graph.properties)


@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "old", "new", "model", "bound", "answer"),
    [
        ("qspinlock.c", "", "", "armv8", 1, True),
        ("qspinlock.c", "andnot_release", "andnot_relaxed", "armv8", 1, False),
        ("qspinlock.c", "atomic_cond_read_acquire", "atomic_cond_read_relaxed", "armv8", 1, False),
        ("qspinlock-queue.c", "", "", "armv8", 2, True),
        ("qspinlock-queue.c", "", "", "lkmm", 2, False),
        ("qspinlock-queue.c", "andnot_release", "andnot_relaxed", "armv8", 2, False),
        (
            "qspinlock-queue.c",
            "atomic_cmpxchg_relaxed(&lock, val, (",
            "atomic_cmpxchg_acquire(&lock, val, (",
            "lkmm",
            2,
            True,
        ),
    ],
)
def test_mutual_exclusion(name: str, old: str, new: str, model: str, bound: int, answer: bool) -> None:
    text = (ALGORITHMS / name).read_text()
    assert excludes(text.replace(old, new) if old else text, model, bound) == answer
