"""Random programs in pseudo-C, small enough to be enumerated."""

from __future__ import annotations

import random

from verifier.decide import with_all_values
from verifier.events.build import build
from verifier.events.graph import EventGraph
from verifier.options import Options
from verifier.program.lower import lower
from verifier.source import Source
from verifier.syntax import parse

LOCATIONS = ("x", "y", "z")
FENCES = ("smp_mb()", "smp_rmb()", "smp_wmb()", "smp_mb()", "smp_rmb()", "smp_wmb()", "barrier()")
ATOMIC_FENCES = ("smp_mb__before_atomic()", "smp_mb__after_atomic()")


def random_program(rng: random.Random, threads: int, accesses: int, locations: int = 2) -> str:
    """A program of that many threads, each with up to that many accesses and some barriers."""
    parts = [f"int {', '.join(LOCATIONS[:locations])};"]
    for t in range(threads):
        writer = _Thread(rng, LOCATIONS[:locations])
        body = writer.statements(rng.randint(1 if threads > 2 else 2, accesses))
        declared = "".join(f"\tint {r};\n" for r in writer.registers)
        parts.append(f"void p{t}(void)\n{{\n{declared}{body}}}")
    return "\n".join(parts) + "\n"


def random_ring(rng: random.Random, threads: int) -> str:
    """A program whose threads each access one location and then the next, as in a critical cycle, with
    random barriers, dependencies and bystanders."""
    locations = LOCATIONS[:threads]
    parts = [f"int {', '.join(locations)};"]
    for t in range(threads):
        writer = _Thread(rng, locations)
        body = writer.access(locations[t]) + writer.order() + writer.access(locations[(t + 1) % threads])
        if rng.random() < 0.25:
            body += writer.order() + writer.access(rng.choice(locations))
        declared = "".join(f"\tint {r};\n" for r in writer.registers)
        parts.append(f"void p{t}(void)\n{{\n{declared}{body}}}")
    return "\n".join(parts) + "\n"


class _Thread:
    def __init__(self, rng: random.Random, locations: tuple[str, ...]) -> None:
        self.rng = rng
        self.locations = locations
        self.registers: list[str] = []

    def statements(self, count: int) -> str:
        lines: list[str] = []
        for i in range(count):
            if i and self.rng.random() < 0.5:
                lines.append(f"\t{self.rng.choice(FENCES)};\n")
            lines.append(self.access(self.rng.choice(self.locations)))
        if self.rng.random() < 0.1:
            lines.append(f"\t{self.rng.choice(FENCES)};\n")
        return "".join(lines)

    def _register(self) -> str:
        self.registers.append(f"r{len(self.registers)}")
        return self.registers[-1]

    def order(self) -> str:
        """A fence, two, or none."""
        count = self.rng.choice((0, 1, 1, 1, 1, 2))
        return "".join(f"\t{self.rng.choice(FENCES)};\n" for _ in range(count))

    def access(self, x: str) -> str:
        """A random access of a location."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.34:
            call = "READ_ONCE(%s)" if rng.random() < 0.75 else "smp_load_acquire(&%s)"
            return f"\t{self._register()} = {call % x};\n"
        if kind < 0.40 and self.registers:
            return f"\tif ({rng.choice(self.registers)})\n\t{self._store(x)}"
        if kind < 0.78:
            return self._store(x)
        return self._atomic(x)

    def _store(self, x: str) -> str:
        rng = self.rng
        value = rng.choice(self.registers) if self.registers and rng.random() < 0.25 else rng.choice("12")
        if rng.random() < 0.75:
            return f"\tWRITE_ONCE({x}, {value});\n"
        return f"\tsmp_store_release(&{x}, {value});\n"

    def _atomic(self, x: str) -> str:
        rng = self.rng
        kind = rng.random()
        if kind < 0.3:
            text = f"\tatomic_inc(&{x});\n"
        elif kind < 0.6:
            name = rng.choice(("xchg", "xchg_relaxed", "xchg_acquire", "xchg_release"))
            text = f"\t{self._register()} = {name}(&{x}, 1);\n"
        else:
            name = rng.choice(("cmpxchg", "cmpxchg", "cmpxchg_relaxed"))
            text = f"\t{self._register()} = {name}(&{x}, {rng.choice('01')}, 2);\n"
        if rng.random() < 0.25:
            fence = f"\t{rng.choice(ATOMIC_FENCES)};\n"
            text = fence + text if "before" in fence else text + fence
        return text


def event_graph(text: str, architecture: str, bound: int = 2) -> EventGraph:
    """The event graph of a snippet."""
    source = Source.whole("random.c", text)
    return with_all_values(build(lower(parse(source), source, Options(bound=bound)), architecture, bound))
