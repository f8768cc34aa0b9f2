"""Workers that go well, die, hang and end."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.batch.tasks import Words
from verifier.batch import worker
from verifier.batch.pool import Method
from verifier.batch.run import pooled

BOTH: tuple[Method, ...] = ("fork", "spawn")


def run(*words: str, jobs: int = 2, seconds: float | None = None, method: Method = "fork") -> list[str]:
    """The texts of the answers, in the order of the words; each is there once."""
    found = list(pooled(Words(words), len(words), jobs, seconds, lambda _: None, method))
    assert sorted(number for number, _ in found) == list(range(len(words)))
    return [answer.text for _, answer in sorted(found, key=lambda pair: pair[0])]


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("method", BOTH)
def test_each_input_is_answered_once_by_another_process(method: Method) -> None:
    texts = run(*["well"] * 300, method=method)
    assert 1 <= len(set(texts)) <= 2
    assert str(os.getpid()) not in texts


@pytest.mark.parametrize("method", BOTH)
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_crash_costs_the_input_that_it_was_at(method: Method, jobs: int) -> None:
    texts = run("well", "killed", "well", "gone", "well", jobs=jobs, method=method)
    assert texts[1] == "crashed: its process got SIGKILL"
    assert texts[3] == "crashed: its process ended with 7"
    assert all(texts[number].isdecimal() for number in (0, 2, 4))


def test_nothing_but_crashes() -> None:
    assert run(*["killed"] * 8) == ["crashed: its process got SIGKILL"] * 8


def test_what_no_signal_of_python_stops_is_killed() -> None:
    start = time.monotonic()
    texts = run("stuck", *["nap"] * 4, seconds=0.3)
    assert texts[0] == "out of time"
    assert all(text.isdecimal() for text in texts[1:])
    assert time.monotonic() - start < 10  # it takes one


def test_a_worker_that_may_have_taken_harm_is_replaced() -> None:
    texts = run("last", "last", "last", jobs=1)
    assert len(set(texts)) == 3


def test_a_worker_that_has_grown_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MEMORY", 1)
    assert len(set(run(*["well"] * 5, jobs=1))) == 5


def test_no_more_workers_than_inputs() -> None:
    assert len(set(run("nap", "nap", "nap", jobs=50))) <= 3


def test_large_answers() -> None:
    assert {len(text) for text in run(*["large"] * 6)} == {1_000_000}


def test_a_slow_input_does_not_hold_up_the_others() -> None:
    words = ["nap", *["well"] * 20]
    found = [number for number, _ in pooled(Words(tuple(words)), 21, 2, None, lambda _: None, "fork")]
    assert found[-1] == 0


@pytest.mark.parametrize("method", BOTH)
def test_workers_end_with_the_iterator(method: Method) -> None:
    processes = []
    words = Words(("well", "well", "stuck", "stuck"))
    with closing(pooled(words, 4, 2, None, lambda _: None, method)) as found:
        processes = [int(next(found)[1].text) for _ in range(2)]
    assert not any(map(is_alive, processes))


def test_what_is_lost_between_two_messages_is_done_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    flag, take = tmp_path / "flag", worker._take

    def take_and_die_once(tickets: int) -> int | None:
        number = take(tickets)
        if number == 3 and not flag.exists():
            flag.touch()
            os._exit(1)
        return number

    monkeypatch.setattr(worker, "_take", take_and_die_once)
    texts = run(*["well"] * 6, jobs=1)
    assert texts[2] == "crashed: its process ended with 1"
    assert all(text.isdecimal() for number, text in enumerate(texts) if number != 2)


def test_workers_that_can_not_start_are_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.batch.pool.serve", lambda *_: os._exit(5))
    with pytest.raises(RuntimeError, match="can't start: its process ended with 5"):
        run("well", "well")
