"""The answers to a job, in the order of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import TYPE_CHECKING

from verifier.batch.answer import Answer
from verifier.batch.inputs import read
from verifier.batch.job import Job
from verifier.errors import ModelError, ReadError
from verifier.record import replace

if TYPE_CHECKING:
    from verifier.batch.pool import Method, Task


def answers(
    job: Job, jobs: int, tick: Callable[[int], None] = lambda _: None
) -> Generator[Answer, None, None]:
    """The answer to each input, in their order, each as soon as it and those before it are there.

    A single input is answered in this process, others by up to `jobs` workers, which end with the
    iterator. A model that can't be used ends the batch. `tick` is called every now and then with
    the number of inputs that are done.
    """
    with closing(_all_answers(job, jobs, tick)) as found:
        for answer in found:
            yield answer
            if isinstance(answer.error, ModelError):
                return


def _all_answers(job: Job, jobs: int, tick: Callable[[int], None]) -> Generator[Answer, None, None]:
    if len(job.names) == 1:
        yield job.answer(0)
        return
    from verifier.batch.pool import start_method  # what it imports would slow --help down

    job = replace(job, stdin=_standard_input() if "-" in job.names else None)
    method = start_method()
    if method == "fork":
        job.prepare()
    waiting: dict[int, Answer] = {}
    first = 0
    with closing(pooled(job, len(job.names), jobs, job.options.timeout, tick, method)) as found:
        for number, answer in found:
            waiting[number] = answer
            while first in waiting:
                yield waiting.pop(first)
                first += 1


def pooled(
    task: Task, count: int, jobs: int, seconds: float | None, tick: Callable[[int], None], method: Method
) -> Generator[tuple[int, Answer], None, None]:
    """The numbers below `count` with their answers, each once, as they come."""
    from verifier.batch.pool import Pool

    missing = set(range(count))
    for _ in range(2):  # what was lost with a worker is given out once more
        if not missing:
            return
        pool = Pool(task, min(jobs, len(missing)), seconds, method)
        with closing(pool.run(sorted(missing), lambda: tick(count - len(missing)))) as found:
            for number, answer in found:
                missing.discard(number)
                yield number, answer
    for number in sorted(missing):
        yield number, task.crashed(number, "its process was lost")


def _standard_input() -> bytes | ReadError:
    try:
        return read("-")
    except ReadError as error:
        return error
