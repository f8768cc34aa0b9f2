"""Random litmus tests from cycles of relaxations, as text, in the manner of diy: their cycles.

A cycle goes through two to four threads. In each thread one to three accesses stand in program order,
with something between them: nothing, a fence, a dependency, a branch, a critical section. From thread to
thread it goes by a communication: a read from a write (rf), a write after a read (fr), a write after a
write (co). What an access is made with (plain, once, acquire, release, atomic, exclusive) is drawn too.
The condition asks for the cycle.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

Direction = Literal["R", "W"]
COMMUNICATIONS: dict[tuple[Direction, Direction], str] = {
    ("W", "R"): "rf",
    ("R", "W"): "fr",
    ("W", "W"): "co",
}


@dataclass(frozen=True)
class Access:
    """An access of the cycle; a write writes `value`, a read asks for it."""

    direction: Direction
    location: str
    value: int


@dataclass
class Cycle:
    """Threads of accesses, the last write of each location that is written twice, and what reads ask for."""

    threads: list[list[Access]]
    finals: dict[str, int]


def draw_cycle(random: Random, most_threads: int = 4) -> Cycle:
    """A random cycle."""
    count = random.choice([n for n in (2, 2, 2, 3, 3, 4) if n <= most_threads])
    shapes = [_shape(random) for _ in range(count)]
    while any(
        (a[-1], b[0]) not in COMMUNICATIONS for a, b in zip(shapes, shapes[1:] + shapes[:1], strict=True)
    ):
        shapes = [_shape(random) for _ in range(count)]
    names = [chr(ord("x") + i) if i < 3 else "abc"[i - 3] for i in range(count)]
    places: list[list[str]] = []
    for i, shape in enumerate(shapes):
        entry, leave = names[i - 1], names[i]
        middle = [random.choice(names) for _ in shape[1:-1]]
        places.append([leave] if len(shape) == 1 else [entry, *middle, leave])
        if len(shape) == 1:
            names[i] = names[i - 1] if i else names[i]
            places[-1] = [names[i]]
    return _with_values(random, shapes, places)


def _shape(random: Random) -> list[Direction]:
    return [random.choice(("R", "W")) for _ in range(random.choice((1, 2, 2, 2, 2, 3)))]


def _with_values(random: Random, shapes: list[list[Direction]], places: list[list[str]]) -> Cycle:
    written: dict[str, int] = {}
    threads: list[list[Access]] = []
    for shape, where in zip(shapes, places, strict=True):
        accesses = []
        for direction, location in zip(shape, where, strict=True):
            value = 0
            if direction == "W":
                value = written[location] = written.get(location, 0) + 1
            accesses.append(Access(direction, location, value))
        threads.append(accesses)
    for thread in threads:
        for i, a in enumerate(thread):
            if a.direction == "R":
                thread[i] = Access("R", a.location, random.randint(0, written.get(a.location, 0)))
    finals = {l: random.randint(1, n) for l, n in sorted(written.items()) if n > 1}
    return Cycle(threads, finals)
