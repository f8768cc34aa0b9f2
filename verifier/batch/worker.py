"""The other side of the pool: a process that takes tickets and sends answers until there are none left.

A ticket is the number of an input, four bytes in a pipe that all workers read from, so that each
takes the next one when it is free. A message says what became of a worker's last ticket and which one
it has now, so that the parent knows what it was at when it dies.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import struct
import sys
import time
from collections.abc import Iterable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, NamedTuple

from verifier.batch.answer import Answer

if TYPE_CHECKING:
    from verifier.batch.pool import Task

TICKET = struct.Struct("<I")
LENGTH = struct.Struct("<I")
MEMORY = 1 << 30  # bytes: a worker that has had more in use is replaced, for it may never give it back
HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # are for the parent, which ends its workers


class Message(NamedTuple):
    """The last ticket and its answer; the next one and when it was taken; whether there are no more."""

    number: int | None = None
    answer: Answer | None = None
    next: int | None = None
    since: float = 0.0
    is_exhausted: bool = False


def serve(
    task: Task, tickets: Connection, results: Connection, parent: int, unwanted: Iterable[Connection]
) -> None:
    """Answer inputs until there are none left, or the parent is gone. `unwanted`: what a fork got of it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
    for end in unwanted:
        end.close()
    try:
        _take_all(task, tickets.fileno(), results.fileno(), parent)
    except BrokenPipeError:
        return


def _take_all(task: Task, tickets: int, results: int, parent: int) -> None:
    number = _take(tickets)
    _send(results, Message(None, None, number, time.monotonic(), number is None))
    while number is not None and os.getppid() == parent:
        answer = task.answer(number)
        if answer.is_last or _has_grown():
            _send(results, Message(number, answer))
            return
        following = _take(tickets)
        _send(results, Message(number, answer, following, time.monotonic(), following is None))
        number = following


def _has_grown() -> bool:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) > MEMORY


def _take(tickets: int) -> int | None:
    """The next ticket; None where there will be no more."""
    data = os.read(tickets, TICKET.size)
    return int(TICKET.unpack(data)[0]) if data else None


def _send(results: int, message: Message) -> None:
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    rest = memoryview(LENGTH.pack(len(body)) + body)
    while rest:
        rest = rest[os.write(results, rest) :]
