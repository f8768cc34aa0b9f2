"""Workers that answer inputs side by side. One that dies or hangs costs only the input that it was at."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import selectors
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Literal, Protocol

from verifier.batch.answer import Answer
from verifier.batch.worker import HELD, LENGTH, TICKET, Message, serve
from verifier.record import field, record

GRACE = 0.7  # seconds over its time after which a worker is killed; before that, it ends an input by itself
TICK = 0.1  # seconds between two looks at the clock
PAUSE = 0.002  # seconds in which messages may gather: fewer and larger reads
PIECE = 1 << 16
AT_ONCE = 128  # tickets: no more than every system writes to a pipe whole or not at all
FALSE_STARTS = 3  # of workers that die before their first input: then something is wrong with all of them


class Task(Protocol):
    """What a pool is for; it reaches the workers by pickle where processes are not forked."""

    def answer(self, number: int) -> Answer:
        """The answer to an input."""

    def crashed(self, number: int, how: str) -> Answer:
        """The answer to an input whose worker died."""

    def out_of_time(self, number: int) -> Answer:
        """The answer to an input whose worker had to be killed."""


Method = Literal["fork", "spawn"]  # how processes start


def start_method() -> Method:
    """The method for this platform: macOS can't fork safely."""
    return "fork" if sys.platform == "linux" else "spawn"


_Context = ForkContext | SpawnContext


@record(slots=True, eq=False)
class _Worker:
    """`number`: the input that it is at, since when; `has_begun`: it has sent something."""

    process: BaseProcess
    results: Connection
    unread: bytearray = field(default_factory=bytearray)
    number: int | None = None
    since: float = 0.0
    has_begun: bool = False


class Pool:
    """One pass over some inputs. `seconds`: how long one may take, None: as long as it wants."""

    def __init__(self, task: Task, jobs: int, seconds: float | None, method: Method) -> None:
        self._task = task
        self._jobs = jobs
        self._seconds = seconds
        self._context: _Context = multiprocessing.get_context("spawn")
        if method == "fork":
            self._context = multiprocessing.get_context("fork")
        else:
            resource_tracker.ensure_running()  # a helper of spawn's; its start would let held signals through
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()
        self._tickets, self._ticket_office = self._context.Pipe(duplex=False)
        os.set_blocking(self._ticket_office.fileno(), False)
        self._unwritten = memoryview(b"")
        self._to_begin = 0
        self._is_exhausted = False  # a worker found no ticket, and there won't be any
        self._false_starts = 0

    def run(
        self, numbers: Iterable[int], tick: Callable[[], None]
    ) -> Generator[tuple[int, Answer], None, None]:
        """Numbers with their answers, as they come; `tick` is called every now and then.

        A number may be missing at the end: what a worker took the moment that it died. Closing
        the iterator kills the workers.
        """
        self._unwritten = memoryview(b"".join(map(TICKET.pack, numbers)))
        self._to_begin = len(self._unwritten) // TICKET.size
        try:
            while True:
                self._write_tickets()
                self._start_workers()
                if not self._workers:
                    return
                yield from self._read(TICK)
                yield from self._end_overdue()
                tick()
        finally:
            self._close()

    # ---------------------------------------------------------- to the workers

    def _write_tickets(self) -> None:
        if self._ticket_office.closed:
            return
        try:
            while self._unwritten:
                piece = self._unwritten[: AT_ONCE * TICKET.size]
                self._unwritten = self._unwritten[os.write(self._ticket_office.fileno(), piece) :]
        except BlockingIOError:
            return
        self._ticket_office.close()

    def _start_workers(self) -> None:
        starting = sum(not worker.has_begun for worker in self._workers)
        while not self._is_exhausted and len(self._workers) < self._jobs and starting < self._to_begin:
            self._start_worker()
            starting += 1

    def _start_worker(self) -> None:
        ours, theirs = self._context.Pipe(duplex=False)
        unwanted = (ours, self._ticket_office) if isinstance(self._context, ForkContext) else ()
        arguments = (self._task, self._tickets, theirs, os.getpid(), unwanted)
        process = self._context.Process(target=serve, args=arguments, daemon=True)
        worker = _Worker(process, ours)
        with _signals_held():
            process.start()
            self._workers.append(worker)
        theirs.close()
        self._selector.register(ours, selectors.EVENT_READ, worker)

    # -------------------------------------------------------- from the workers

    def _read(self, patience: float) -> Iterator[tuple[int, Answer]]:
        ready = self._selector.select(patience)
        if ready:
            time.sleep(PAUSE)
        for key, _ in ready:
            data = os.read(key.fd, PIECE)
            if data:
                yield from self._receive(key.data, data)
            else:
                yield from self._end(key.data)

    def _receive(self, worker: _Worker, data: bytes) -> Iterator[tuple[int, Answer]]:
        """What is complete of what a worker has sent."""
        worker.unread += data
        while len(worker.unread) >= LENGTH.size:
            end = LENGTH.size + LENGTH.unpack_from(worker.unread)[0]
            if len(worker.unread) < end:
                return
            message: Message = pickle.loads(memoryview(worker.unread)[LENGTH.size : end])
            del worker.unread[:end]
            yield from self._note(worker, message)

    def _note(self, worker: _Worker, message: Message) -> Iterator[tuple[int, Answer]]:
        worker.has_begun = True
        worker.number, worker.since = message.next, message.since
        self._to_begin -= message.next is not None
        self._is_exhausted |= message.is_exhausted
        if message.number is not None and message.answer is not None:
            yield message.number, message.answer

    def _end(self, worker: _Worker) -> Iterator[tuple[int, Answer]]:
        """A worker is gone: what it was at has crashed."""
        self._remove(worker)
        code = worker.process.exitcode or 0
        if not worker.has_begun:
            self._false_starts += 1
            if self._false_starts == FALSE_STARTS:
                raise RuntimeError(f"a worker process can't start: {_how(code)}")
        if worker.number is not None:
            yield worker.number, self._task.crashed(worker.number, _how(code))

    def _end_overdue(self) -> Iterator[tuple[int, Answer]]:
        if self._seconds is None:
            return
        latest = time.monotonic() - self._seconds - GRACE
        late = [w for w in self._workers if w.number is not None and w.since < latest]
        speaking = {id(key.data) for key, _ in self._selector.select(0)} if late else set()
        for worker in late:
            if id(worker) not in speaking:
                yield from self._kill(worker)

    def _kill(self, worker: _Worker) -> Iterator[tuple[int, Answer]]:
        number = worker.number
        worker.process.kill()
        while data := os.read(worker.results.fileno(), PIECE):  # it may have ended at that very moment
            yield from self._receive(worker, data)
        self._remove(worker)
        if number is not None and worker.number == number:
            yield number, self._task.out_of_time(number)

    def _remove(self, worker: _Worker) -> None:
        self._selector.unregister(worker.results)
        self._workers.remove(worker)
        worker.results.close()
        worker.process.join()

    def _close(self) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.results.close()
        self._workers.clear()
        self._selector.close()
        self._tickets.close()
        self._ticket_office.close()


def _how(code: int) -> str:
    """How a process ended."""
    if code >= 0:
        return f"its process ended with {code}"
    try:
        return f"its process got {signal.Signals(-code).name}"
    except ValueError:
        return f"its process got signal {-code}"


@contextmanager
def _signals_held() -> Iterator[None]:
    """Signals that are for the parent wait; a process started meanwhile never gets them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
