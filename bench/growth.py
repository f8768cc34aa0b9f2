"""How the time for a text grows with its size: the families, each in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass

from bench import families, families_aarch64, families_snippets
from bench.families import Family
from bench.measure import Failure, Send, apart, attempt, limit_memory, phases_of, warm_up
from verifier import decide, pipeline
from verifier.options import Options

MEMORY = 4 << 30  # bytes that a family may use
LITTLE = 1000.0  # milliseconds up to which a size is measured more than once
START = 5.0  # seconds that a process may take to load and to stop

ANSWERS = frozenset(("Never", "Sometimes", "Always", "proved", "refuted"))  # others say why there is none
SIXTY_FOUR = (2, 4, 8, 16, 32, 64)
FAMILIES = (
    Family("SB ring", "threads", families.store_buffering, SIXTY_FOUR, "Never"),
    Family("MP chain", "threads", families.message_passing, SIXTY_FOUR, "Never"),
    Family("spin loops", "threads", families.spinning, SIXTY_FOUR, "Never"),
    Family("IRIW", "readers", families.iriw, (2, 4, 8, 16, 32, 48), "Never"),
    Family("open values", "writers", families.open_values, (1, 2, 4, 8, 16), "Never"),
    Family("lock ring", "threads", families.lock_ring, (2, 4, 8, 16, 32), "Never"),
    Family("RCU chain", "processes", families.rcu_chain, (2, 4, 8, 16, 32, 40), "Never"),
    Family("long functions", "accesses", families.long_functions, (10, 20, 50, 100, 200), "Never"),
    Family("SB ring, Armv8", "threads", families_aarch64.store_buffering, SIXTY_FOUR, "Never"),
    Family("MP chain, Armv8", "threads", families_aarch64.message_passing, SIXTY_FOUR, "Never"),
    Family("IRIW, Armv8", "readers", families_aarch64.iriw, (2, 4, 8, 16, 32, 48), "Never"),
    Family("descriptor", "fields", families_snippets.descriptor, (2, 4, 8, 12, 20, 40), "proved"),
    Family("flags", "stages", families_snippets.flags, (1, 2, 4, 6, 8, 12), "proved"),
)


@dataclass(frozen=True, slots=True)
class Point:
    """CPU milliseconds for one size of a family by phase; `answer` is what was said of it, or why nothing was."""

    size: int
    phases: dict[str, float]
    answer: str

    @property
    def total(self) -> float:
        return sum(self.phases.values())


@dataclass(frozen=True, slots=True)
class Curve:
    """A family's points up to the largest size that was decided in time, and why it `stopped` before the last one."""

    family: Family
    points: tuple[Point, ...]
    stopped: str


def grow(family: Family, seconds: float, most: int | None = None, repeat: int = 1) -> Curve:
    """Measure the sizes of a family, `most` of them at most, up to the first that takes more than `seconds`.

    The least of `repeat` processes counts for what takes little. Raises RuntimeError where a size has another answer
    than its family.
    """
    sizes = list(family.sizes[:most])
    points: list[Point] = []
    why = "its process failed"
    try:
        for point in apart(_measure, (family.name, sizes, seconds), limit=seconds + START):
            if point.answer not in ANSWERS:
                why = point.answer
                break
            if point.answer != family.answer:
                raise RuntimeError(f"{family.name}, {point.size}: {point.answer}, not {family.answer}")
            points.append(point)
            if point.total > 1000 * seconds:
                why = f"not tried, as the last took over {seconds:.0f} s"
                break
    except TimeoutError:
        why = f"over {seconds:.0f} s"
    for _ in range(1, repeat):
        points = _improve(family, points, seconds)
    left = sizes[len(points) :]
    return Curve(family, tuple(points), f"{left[0]}: {why}" if left else "")


def _improve(family: Family, points: list[Point], seconds: float) -> list[Point]:
    """Measure again what takes little, and keep what is less."""
    sizes = [p.size for p in points if p.total < LITTLE]
    again = {p.size: p for p in apart(_measure, (family.name, sizes, seconds), limit=None)}
    return [min(p, again.get(p.size, p), key=lambda p: p.total) for p in points]


def _measure(send: Send, name: str, sizes: list[int], seconds: float) -> None:
    limit_memory(MEMORY)
    family = next(f for f in FAMILIES if f.name == name)
    warm_up((families.store_buffering(2), families_aarch64.store_buffering(2)))
    for size in sizes:
        data = family.text(size).encode()
        with phases_of(pipeline, decide) as clock:
            found, phases = clock.measure(attempt, answer, family, data, seconds)
        send(Point(size, phases, found.text if isinstance(found, Failure) else found))


def answer(family: Family, data: bytes, seconds: float | None = None) -> str:
    """What there is to say of a text of a family: one of ANSWERS, or why there is none. A snippet is proved if it is
    under all models; else the first verdict that says otherwise counts."""
    options = Options(timeout=seconds)
    if family.is_snippet:
        results = (r for u in pipeline.check("family.c", data, options) for r in u.results)
        return next((r.reason or r.verdict for r in results if r.verdict != "proved"), "proved")
    verdict = pipeline.litmus("family.litmus", data, options)
    return verdict.reason if verdict.outcome is None else verdict.outcome.observation
