"""Clocks and summaries."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from bench import corpus
from bench.measure import REST, Send, Summary, apart, phases_of, summarise
from bench.parts import LITMUS


def spin(milliseconds: float) -> None:
    end = time.process_time() + milliseconds / 1000
    while time.process_time() < end:
        pass


def test_summary() -> None:
    assert summarise(range(1, 101)) == Summary(50.5, 50.5, 95, 100)
    assert summarise([3.0]) == Summary(3, 3, 3, 3)
    assert summarise([]) == Summary(0, 0, 0, 0)


def test_a_stage_within_a_stage_is_booked_once() -> None:
    module = SimpleNamespace(inner=lambda: spin(20))

    def outer() -> str:
        spin(5)
        module.inner()
        return "done"

    module.outer = outer
    with phases_of(module, phases=(("build", "inner"), ("parse", "outer"), ("lower", "missing"))) as clock:
        answer, phases = clock.measure(lambda: module.outer())
    assert answer == "done"
    assert set(phases) == {REST, "parse", "build"}
    assert 19 < phases["build"] < 40
    assert 4 < phases["parse"] < 19
    assert phases[REST] < 4
    assert module.outer is outer


def test_a_stage_that_raises_is_booked() -> None:
    module = SimpleNamespace(fails=lambda: [][0])

    def run() -> str:
        with pytest.raises(IndexError):
            module.fails()
        return "survived"

    with phases_of(module, phases=(("parse", "fails"),)) as clock:
        assert clock.measure(run)[1].keys() == {REST, "parse"}


def count(send: Send, numbers: list[int]) -> None:
    for n in numbers:
        send(n)


def hang(send: Send) -> None:
    send("started")
    time.sleep(60)


def test_work_apart() -> None:
    assert list(apart(count, ([1, 2, 3],), limit=None)) == [1, 2, 3]


def test_work_that_takes_too_long() -> None:
    with pytest.raises(TimeoutError):
        list(apart(hang, (), limit=0.5))


def test_a_batch_knows_phases_and_answers() -> None:
    files = [LITMUS / "rcu" / "grace-period.litmus", LITMUS / "message-passing" / "demo.c"]
    batch = corpus.conditions(files)
    assert [f.answer for f in batch.files] == ["decided", "not read"]
    assert set(batch.files[0].phases) == {"parse", "lower", "build", REST}
    assert batch.memory > 10


def test_the_best_run_of_each_file_counts() -> None:
    slow, fast = ({"decide": n} for n in (2.0, 1.0))
    first = corpus.Batch((corpus.Timed("a", slow, "decided"), corpus.Timed("b", fast, "decided")), 20.0)
    second = corpus.Batch((corpus.Timed("a", fast, "decided"), corpus.Timed("b", slow, "decided")), 21.0)
    assert [f.total for f in corpus.best([first, second]).files] == [1.0, 1.0]
