"""The source with marks: what is said of its lines, and the lines that are missing in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from verifier.pairing.verdict import BarrierVerdict, Missing, UnitResult
from verifier.record import record
from verifier.report.brief import group_alternatives
from verifier.report.entries import OPEN
from verifier.report.executions import Verdict, call_of, replaces
from verifier.source import Decoded, Elsewhere

LONGEST = 150  # a text of more lines is shown only near its marks
CONTEXT = 6
_INDENT = re.compile(r"[\s>|]*")
WORST_FIRST = ("bad", "open", "good", "note", "absent")
_SIGN = re.compile(r"[\s>|]*?([-+])(?!\1\1)")
_HUNK = re.compile(r"[\s>|]*@@ ")


@record(frozen=True, slots=True)
class Mark:
    """What is said of a line. `kind`: bad, open, good or note; absent: the line is of a patch's other side."""

    kind: str
    text: str


@record(frozen=True, slots=True)
class Line:
    """A line of the file; number 0 for one that is missing there. `skipped`: lines left out before it; `file`: where it
    is the first one that is shown of another file."""

    number: int
    text: str
    marks: tuple[Mark, ...]
    skipped: int
    file: str = ""

    @property
    def kind(self) -> str:
        """That of its weightiest mark."""
        if self.number == 0:
            return "missing"
        kinds = {mark.kind for mark in self.marks}
        return next((kind for kind in WORST_FIRST if kind in kinds), "")


def listing(unit: UnitResult) -> list[Line]:
    """The lines of a program, from its first to its last, and those near what is said of others; of a long one only
    these. Behind its own file come the lines of others."""
    marks, missing = _marks(unit), _missing(unit)
    places = sorted({*marks, *missing, *_accesses(unit)})
    files = _files(places)
    lines: list[Line] = []
    previous, known = unit.lines[0] - 1, 0
    for n in sorted(_own(unit) | {m for place in places for m in _near(place, files, unit.text)}):
        offset = _offset(n, files)
        is_next = offset != known
        skipped = 0 if is_next else max(0, n - previous - 1)
        head = (skipped, files[offset] if is_next else "")
        for code, mark in missing.get(n, {}).items():
            lines.append(Line(0, _indent(unit.text[n - 1]) + code, (mark,), *head))
            head = (0, "")
        text = unit.text[n - 1]
        number = text.number if isinstance(text, Decoded) else n - offset
        lines.append(Line(number, text.rstrip("\r"), tuple(marks.get(n, ())), *head))
        previous, known = n, offset
    return lines


def _own(unit: UnitResult) -> set[int]:
    """The lines from the program's first to its last, unless these are too many."""
    first, last = unit.lines[0], min(unit.lines[1], len(unit.text))
    return set(range(first, last + 1)) if last - first < LONGEST else set()


def _accesses(unit: UnitResult) -> set[int]:
    """The lines that executions have something of."""
    verdicts = _verdicts(unit)
    return {s.line for v in verdicts if v.counterexample for s in v.counterexample.steps if s.line > 0}


def _verdicts(unit: UnitResult) -> list[Verdict]:
    barriers = [b for result in unit.results for b in result.barriers]
    return [*barriers, *(p for result in unit.results for p in result.properties)]


def _files(places: Sequence[int]) -> dict[int, str]:
    """The files that lines are of, by how many lines stand before theirs: the program's own first, without a name."""
    others = {int(p) - p.number: p.file for p in places if isinstance(p, Elsewhere) and p.file}
    return {0: "", **dict(sorted(others.items()))}


def _offset(line: int, files: dict[int, str]) -> int:
    return max(offset for offset in files if offset < line)


def _near(place: int, files: dict[int, str], text: Sequence[str]) -> Iterable[int]:
    """The lines around a place that are of the same file, and encoded there as it is, or not."""

    def home(line: int) -> tuple[int, bool]:
        return _offset(line, files), isinstance(text[line - 1], Decoded)

    around = range(max(1, place - CONTEXT), min(len(text), place + CONTEXT) + 1)
    return (n for n in around if home(n) == home(place)) if 0 < place <= len(text) else ()


def _indent(line: str) -> str:
    """What a line begins with before its first word: white space, and the signs of quoting."""
    found = _INDENT.match(line)
    return found[0] if found else ""


def _marks(unit: UnitResult) -> dict[int, list[Mark]]:
    said: dict[tuple[int, str, str], list[str]] = {}
    for result in unit.results:
        for b in result.barriers:
            key = (b.place.line, _kind(b), f"{b.place.name} {'half paired' if b.half_paired else b.status}")
            said.setdefault(key, []).append(result.model)
        for p in result.properties:
            kind = (
                "good"
                if p.is_question or p.status == "holds"
                else "bad"
                if p.status == "violated"
                else "open"
            )
            said.setdefault((p.line, kind, f"{p.kind}: {p.answer}"), []).append(result.model)
    marks: dict[int, list[Mark]] = {}
    for (line, kind, text), models in said.items():
        marks.setdefault(line, []).append(Mark(kind, f"{text} ({', '.join(dict.fromkeys(models))})"))
    for line, mark in _absent(unit):
        marks.setdefault(line, []).append(mark)
    return marks


def _absent(unit: UnitResult) -> Iterable[tuple[int, Mark]]:
    """The lines of a diff that its other side has alone."""
    first, last = unit.lines
    shown = unit.text[first - 1 : last]
    if unit.side is None or not any(_HUNK.match(line) for line in shown):
        return
    other, word = ("+", "added") if unit.side == "before" else ("-", "removed")
    for number, line in enumerate(shown, first):
        sign = _SIGN.match(line)
        if sign and sign[1] == other:
            yield number, Mark("absent", f"{word} by the patch")


def _kind(b: BarrierVerdict) -> str:
    if b.is_refuting:
        return "bad"
    if b.is_note or b.status == "redundant":
        return "note"
    return "open" if b.status in OPEN else "good"


def _missing(unit: UnitResult) -> dict[int, dict[str, Mark]]:
    """Lines to add, by the line that they come before."""
    models: dict[tuple[int, str, str], list[str]] = {}
    for result in unit.results:
        verdicts: list[Verdict] = [*result.barriers, *result.properties]
        for verdict in verdicts:
            for group in group_alternatives(verdict.missing):
                key = (group[0].before_line or group[0].after_line + 1, *_added(verdict, group))
                models.setdefault(key, []).append(result.model)
    found: dict[int, dict[str, Mark]] = {}
    for (line, code, text), names in models.items():
        mark = Mark("bad", f"{text} ({', '.join(dict.fromkeys(names))})")
        found.setdefault(line, {}).setdefault(code, mark)
    return found


def _added(verdict: Verdict, group: Sequence[Missing]) -> tuple[str, str]:
    """The line to add for a place, and what else would do."""
    first, *others = group
    if first.kind != "fence":
        place = first.after_line if first.kind == "acquire" else first.before_line
        return f"/* {first.barrier} on line {place} */", "missing"
    code = call_of(first.barrier)
    line = f"{code};" if code.endswith(")") else code
    if isinstance(verdict, BarrierVerdict) and replaces(verdict, first):
        return line, f"in place of {verdict.place.name}"
    return line, f"missing; or {' or '.join(one.barrier for one in others)}" if others else "missing"
