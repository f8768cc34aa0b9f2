"""What is found of a program, a line for each barrier, property and assumption, for tests/answers.tsv.

A line has what was decided, and the cycle, by lines of the example; all else that a report says of it,
words and whole executions, goes into a checksum.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.pairing.verdict import Counterexample, Missing, UnitResult
from verifier.report import json_report


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
    report = json.loads(json_report.render((unit,), (), "0", 0))["units"][0]
    yield Row(
        "-", f"{unit.side or 'program'} {unit.lines[0]}-{unit.lines[1]}", "", _sum({**report, "results": []})
    )
    for result, said in zip(unit.results, report["results"], strict=True):
        yield Row(result.model, "-", result.verdict, _sum([result.reason, result.bound]))
        for b, words in zip(result.barriers, said["barriers"], strict=True):
            parts = [b.status, *(["half"] * b.half_paired), *(["note"] * b.is_note), b.shape or ""]
            parts += [b.partners_text, _missing(b.missing), b.fix, _cycle(b.counterexample or b.witness)]
            yield Row(
                result.model, f"{b.place.line} {b.place.name}", _join(parts), _sum([words, *_more(b.witness)])
            )
        for p, words in zip(result.properties, said["properties"], strict=True):
            parts = [p.answer, *(["even under sc"] * p.even_under_sc)]
            parts += [_missing(p.missing), _cycle(p.counterexample)]
            yield Row(result.model, f"{p.line} {p.kind}", _join(parts), _sum(words))


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


def _more(witness: Counterexample | None) -> list[object]:
    """What no other report has of an execution that is ruled out."""
    return [] if witness is None else [repr(witness.steps), repr(witness.relations)]


def _sum(said: object) -> str:
    return f"{zlib.crc32(json.dumps(said, sort_keys=True).encode()):08x}"
