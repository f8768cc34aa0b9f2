"""What is found of a program, a line for each barrier, property and assumption, for tests/answers.tsv.

A line has what was decided, and the cycle, by lines of the example; the words and the execution go into a checksum.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.pairing.verdict import Counterexample, Missing, UnitResult


@dataclass(frozen=True)
class Row:
    model: str
    place: str
    decided: str
    words: str

    def line(self, name: str) -> str:
        return "\t".join((name, self.model, self.place, self.decided, self.words))


def rows_of(unit: UnitResult) -> Iterator[Row]:
    """The lines of a program, in the order of its report."""
    lines = f"{unit.side or 'program'} {unit.lines[0]}-{unit.lines[1]}"
    skipped = [(s.line, s.reason) for s in unit.skipped]
    yield Row(
        "-", lines, "", _sum(unit.threads, unit.assumptions, skipped, unit.change and unit.change.summary)
    )
    for result in unit.results:
        yield Row(result.model, "-", result.verdict, _sum(result.reason, result.bound))
        for b in result.barriers:
            example = b.counterexample or b.witness
            parts = [b.status, *(["half"] * b.half_paired), *(["note"] * b.is_note), b.shape or ""]
            parts += [b.partners_text, _missing(b.missing), b.fix, _cycle(example)]
            words = _sum(b.forbids, b.reason, b.hints, b.claim_text, b.supposed, _steps(example))
            yield Row(result.model, f"{b.place.line} {b.place.name}", _join(parts), words)
        for p in result.properties:
            parts = [p.answer, *(["even under sc"] * p.even_under_sc)]
            parts += [_missing(p.missing), _cycle(p.counterexample)]
            words = _sum(p.text, p.reason, _steps(p.counterexample))
            yield Row(result.model, f"{p.line} {p.kind}", _join(parts), words)


def _join(parts: list[str]) -> str:
    return "; ".join(part for part in parts if part)


def _missing(missing: tuple[Missing, ...]) -> str:
    return " or ".join(f"{m.barrier} in {m.thread} after {m.after_line}" for m in missing)


def _cycle(example: Counterexample | None) -> str:
    """The edges by the lines of their ends."""
    if example is None:
        return ""
    lines = [step.line for step in example.steps]
    return ", ".join(
        f"{lines[e.start]} {e.relation} {e.ordered_by}".strip() + f" {lines[e.end]}" for e in example.cycle
    )


def _steps(example: Counterexample | None) -> object:
    if example is None:
        return None
    steps = [(s.thread, int(s.line), s.text, s.value, s.reads_from, s.is_stale) for s in example.steps]
    return (
        steps,
        example.initial,
        example.final,
        example.note,
        [(r.start, r.end, r.name) for r in example.relations],
    )


def _sum(*said: object) -> str:
    return f"{zlib.crc32(repr(said).encode()):08x}"
