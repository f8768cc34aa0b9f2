"""What holds between the steps of an execution: rf, co, fr and the dependencies, on the cycle and off it."""

from __future__ import annotations

from verifier.pairing.verdict import Counterexample

Pair = tuple[int, int, str]  # two steps (indexes) and a relation


def relations(example: Counterexample) -> list[Pair]:
    """All of them: each read with the write it reads from, then the rest in the order of the steps."""
    rest = sorted(example.relations, key=lambda r: (r.start, r.end))
    return [*_reads_from(example), *((r.start, r.end, r.name) for r in rest)]


def telling(example: Counterexample) -> list[Pair]:
    """Those that say something: of the control dependencies of a read, which go on to all that follows, the first,
    and those that the cycle goes by."""
    found: list[Pair] = []
    seen: set[int] = set()
    cycle = {(e.start, e.end) for e in example.cycle}
    for start, end, name in relations(example):
        if name != "ctrl" or start not in seen or (start, end) in cycle:
            found.append((start, end, name))
        seen |= {start} if name == "ctrl" else set()
    return found


def _reads_from(example: Counterexample) -> list[Pair]:
    return [(s.reads_from, n, "rf") for n, s in enumerate(example.steps) if s.reads_from is not None]
