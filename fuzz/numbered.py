"""Inputs that are made from their numbers alone: many in a short time, the same ones on every machine."""

from __future__ import annotations

import faulthandler
import resource
import sys
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from random import Random

from fuzz import seeds
from fuzz.findings import keep, place
from fuzz.mutate import mutate
from fuzz.targets import TARGETS, load
from verifier.limits import Undecided

CHUNK = 200  # inputs that a process is given at a time
HANG = 60.0  # seconds after which a process is ended
MEMORY = 1024  # MiB
SLOW = {"check": 20}  # which targets get only one in so many of the inputs of the others


@cache
def _seeds(target: str) -> tuple[bytes, ...]:
    return tuple(seeds.of(target))


def made(target: str, number: int) -> bytes:
    """The input of that number."""
    random = Random(f"{target} {number}")
    known = _seeds(target)
    return mutate(random.choice(known), random, known)


def targets(chosen: Sequence[str]) -> tuple[str, ...]:
    """The targets in the order in which inputs go to them, again and again."""
    quick = [target for target in chosen if target not in SLOW]
    slow = [target for target in chosen if target in SLOW]
    if not quick:
        return tuple(slow)
    return (*quick * max([SLOW[target] for target in slow], default=1), *slow)


def feed_all(chosen: Sequence[str], numbers: range, jobs: int) -> Iterator[tuple[int, int, int]]:
    """How many of the inputs of these numbers were fed so far, how many kinds of failure there are, and the most MiB
    that a process had.

    A process that hangs or dies is a failure, and ends the run.
    """
    kinds: set[str] = set()
    done = most = 0
    starts = numbers[::CHUNK]
    with ProcessPoolExecutor(jobs, initializer=load) as pool:
        chunks = ((tuple(chosen), start, min(start + CHUNK, numbers.stop)) for start in starts)
        try:
            for fed, found, peak in pool.map(_feed, *zip(*chunks, strict=True)):
                done, most = done + fed, max(most, peak)
                kinds |= found
                yield done, len(kinds), most
        except BrokenProcessPool:
            keep("numbered", "died", f"after {done} inputs".encode(), "a process hung or died")
            yield done, len(kinds) + 1, most


def _feed(chosen: tuple[str, ...], start: int, end: int) -> tuple[int, set[str], int]:
    """Feed the inputs of these numbers; the kinds of failure, and the process's peak memory in MiB."""
    order, found = targets(chosen), set[str]()
    for number in range(start, end):
        target = order[number % len(order)]
        data = made(target, number)
        faulthandler.dump_traceback_later(HANG, exit=True)
        try:
            TARGETS[target](data)
        except (Exception, Undecided) as failure:  # noqa: BLE001  each is a finding
            kind = place(failure)
            found.add(f"{target}-{kind}")
            if keep(target, kind, data, traceback.format_exc()):
                print(f"found: {target} {number}: {kind}", file=sys.stderr, flush=True)
        faulthandler.cancel_dump_traceback_later()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if peak > MEMORY:
        found.add("memory")
        keep("numbered", "memory", f"{start} to {end}".encode(), f"{peak} MiB")
    return end - start, found, peak
