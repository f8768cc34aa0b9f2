"""From a file that is refuted to one that is proved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from verifier.errors import InputError
from verifier.fix.choices import choices, is_wrong, removals
from verifier.fix.edits import edited
from verifier.fix.search import Judged, Remedy, remedies
from verifier.fix.text import Text
from verifier.fix.writable import writable
from verifier.inbox.recognise import recognise
from verifier.limits import OUT_OF_TIME, Deadline, Undecided
from verifier.options import Options
from verifier.pairing.verdict import ModelResult, PropertyVerdict, UnitResult
from verifier.pipeline import check
from verifier.record import field, record, replace
from verifier.report.executions import call_of

_FENCE_ALONE = re.compile(r"\s*smp_(?:r|w)?mb\(\);\s*$")
_CALL = re.compile(r"\w+\Z")


@record(frozen=True, slots=True)
class Mended:
    """A file with barriers that prove it. The edits of the `remedy`, those of its `alternatives` of the same cost, and
    the barriers that did something before and are `redundant` now, in words. `models` are those that judged it. Unless
    `is_proved`, `left` are the barriers that have no partner in the text. `vacuous`: the properties that say nothing
    still."""

    name: str
    before: str
    after: str
    models: tuple[str, ...]
    remedy: tuple[str, ...]
    alternatives: tuple[tuple[str, ...], ...]
    redundant: tuple[str, ...]
    left: tuple[str, ...]
    vacuous: tuple[str, ...]
    is_proved: bool


@record(frozen=True, slots=True)
class Unmended:
    """A file that is refuted, and why no barriers mend it."""

    name: str
    reason: str


def mend(
    name: str, data: bytes, units: Sequence[UnitResult], options: Options, deadline: Deadline
) -> Mended | Unmended | None:
    """The remedy for a file and what was said of it; None where nothing in it is refuted."""
    if not any(result.verdict == "refuted" for unit in units for result in unit.results):
        return None
    if reason := _hopeless(name, data, units):
        return Unmended(name, reason)
    text = data.decode("utf-8")
    task = _Task(name, options, deadline, _useful(units), _idle(units), _vacuous(units))
    first = task.judged(text, units)
    found = remedies(text, first, lambda new: task.judged(new, task.check(new))) if first else ()
    if not found:
        is_over = deadline.is_over()
        why = OUT_OF_TIME if is_over else "none was found"
        return Unmended(name, f"no set of barriers with which nothing is refuted: {why}")
    best, *others = found
    after, results = task.remarked(text, best)
    what, *alternatives = dict.fromkeys(_words(r, Text.of(text)) for r in (best, *others))
    return Mended(
        name,
        text,
        after,
        tuple(dict.fromkeys(r.model for u in units for r in u.results)),
        what,
        tuple(alternatives),
        tuple(n for n in _with_status(results, "redundant") if n.split("(")[0] in task.useful),
        _with_status(results, "unmatched"),
        tuple(dict.fromkeys(f"{p.kind} on line {p.line}" for p in _vacuous_properties(results))),
        best.is_proved,
    )


def _useful(units: Sequence[UnitResult]) -> frozenset[str]:
    """The names of barriers that do something, or try to."""
    barriers = (b for u in units for r in u.results for b in r.barriers)
    return frozenset(b.place.name for b in barriers if b.status not in ("unmatched", "redundant"))


def _words(remedy: Remedy, text: Text) -> tuple[str, ...]:
    """What each of the edits does."""
    edits = sorted(remedy.edits, key=lambda e: e.parts)
    return tuple(e.what.format(*(text.line_number(offset) for offset in e.at)) for e in edits)


def _hopeless(name: str, data: bytes, units: Sequence[UnitResult]) -> str:
    """Why no barrier can mend a file, where that is known."""
    for unit in units:
        for result in unit.results:
            for p in result.properties:
                if p.kind in ("self-deadlock", "data race") and is_wrong(p):
                    return f"{p.kind} on line {p.line}: no barrier mends that"
                if p.even_under_sc and is_wrong(p):
                    return f"{p.kind} on line {p.line}: it goes wrong in program order too, which no barrier mends"
    if name == "<stdin>":
        return "standard input is no file that a diff could be about"
    if any(unit.side is not None for unit in units):
        return "a patch is mended in the tree that it is applied to"
    try:
        data.decode("utf-8")
        is_plain = bool(writable(Text.of(""), recognise(name, data)))
    except (UnicodeDecodeError, InputError):
        is_plain = False
    return "" if is_plain else "there is no code in it that an edit could be made to"


def _idle(units: Sequence[UnitResult]) -> frozenset[int]:
    """The numbers of the results that have nothing to check."""
    results = [r for u in units for r in u.results]
    return frozenset(i for i, r in enumerate(results) if r.verdict == "nothing to check")


def _vacuous(units: Sequence[UnitResult]) -> frozenset[str]:
    """The texts of properties that say nothing."""
    return frozenset(p.text for p in _vacuous_properties(units))


def _vacuous_properties(units: Sequence[UnitResult]) -> list[PropertyVerdict]:
    return [p for u in units for r in u.results for p in r.properties if p.status == "vacuous"]


@record(frozen=True, slots=True)
class _Task:
    """What all the edited texts of a file are judged by. `useful`: the names of barriers that do something, or try to;
    `idle`: the numbers of the results in which there is nothing to check; `vacuous`: the texts of properties that say
    nothing; `said`: what was said of each text."""

    name: str
    options: Options
    deadline: Deadline
    useful: frozenset[str]
    idle: frozenset[int]
    vacuous: frozenset[str]
    said: dict[str, tuple[UnitResult, ...]] = field(default_factory=dict)

    def check(self, text: str) -> tuple[UnitResult, ...]:
        """As pipeline.check, each text once; nothing where it can't be judged, or time is over."""
        if text not in self.said:
            self.said[text] = self._check(text)
        return self.said[text]

    def _check(self, text: str) -> tuple[UnitResult, ...]:
        try:
            options = replace(self.options, timeout=self.deadline.remaining())
            return check(self.name, text.encode(), options)
        except (InputError, Undecided, RecursionError, MemoryError):
            return ()

    def judged(self, text: str, units: Sequence[UnitResult]) -> Judged | None:
        """What was said of a text, with what may mend it; None where that is nothing, or something was not decided."""
        results = [(unit, result) for unit in units for result in unit.results]
        if not results or any(_is_open(r) for _, r in results):
            return None
        if all(self._is_proved(r) or i in self.idle for i, (_, r) in enumerate(results)):
            return Judged(False, True, ())
        whole = Text.of(text)
        places = writable(whole, recognise(self.name, text.encode()))
        refuted = [(u, r) for u, r in results if r.verdict == "refuted"]
        found = [choices(u, r, whole, places) for u, r in refuted] or [
            removals(r, self.useful, whole, places) for _, r in results
        ]
        return Judged(bool(refuted), False, min((f for f in found if f), key=len, default=()))

    def _is_proved(self, result: ModelResult) -> bool:
        """Whether a program is proved, but for properties that no barrier gives anything to say."""
        if result.verdict == "vacuous":
            return all(p.text in self.vacuous for p in result.properties if p.status == "vacuous")
        return result.verdict == "proved"

    def remarked(self, text: str, remedy: Remedy) -> tuple[str, tuple[UnitResult, ...]]:
        """The mended text and what is said of it. Each fence that is new has the remark that names its partner, unless
        something speaks against that."""
        plain = edited(text, remedy.edits)
        units = self.check(plain)
        if not self.name.endswith(".c"):
            return plain, units
        remarks = {line: said for line in _new_fences(text, plain) if (said := _partner(units, line))}
        lines = plain.split("\n")
        for line, said in remarks.items():
            end = "\r" if lines[line - 1].endswith("\r") else ""
            lines[line - 1] = f"{lines[line - 1].removesuffix(end)} /* pairs with {said} */{end}"
        after = "\n".join(lines)
        said_of = self.check(after) if remarks else units
        return (after, said_of) if _is_as_good(said_of, units) else (plain, units)


def _is_open(result: ModelResult) -> bool:
    """Whether something about a program that is not refuted was not decided."""
    if result.verdict == "refuted":
        return False
    if any(b.status == "undecided" for b in result.barriers) or any(
        p.status == "undecided" for p in result.properties
    ):
        return True
    return result.verdict == "undecided" and not any(b.status == "unmatched" for b in result.barriers)


def _new_fences(before: str, after: str) -> list[int]:
    """The lines that hold a fence alone and were not there."""
    old, new = before.split("\n"), after.split("\n")
    changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    fresh = (n for kind, _, _, first, end in changes if kind != "equal" for n in range(first, end))
    return [n + 1 for n in fresh if _FENCE_ALONE.match(new[n])]


def _partner(units: Sequence[UnitResult], line: int) -> str:
    """The one partner of the barrier on a line, as a remark names it; "" where it has none or several."""
    found = {
        f"{call_of(p.name)} in {p.via or p.thread}()"
        for u in units
        for r in u.results
        for b in r.barriers
        if b.place.line == line and b.status == "paired"
        for p in b.partners
        if _CALL.match(p.name)
    }
    return found.pop() if len(found) == 1 else ""


def _is_as_good(one: Sequence[UnitResult], other: Sequence[UnitResult]) -> bool:
    """Whether one answer is the other's, and no remark is refuted."""
    verdicts = [[r.verdict for u in units for r in u.results] for units in (one, other)]
    claims = (b.claim for u in one for r in u.results for b in r.barriers)
    return verdicts[0] == verdicts[1] and "refuted" not in claims


def _with_status(units: Sequence[UnitResult], status: str) -> tuple[str, ...]:
    """The barriers with no other status under any model, by name and line."""
    answers: dict[str, set[str]] = {}
    for b in (b for u in units for r in u.results for b in r.barriers if not b.is_note):
        answers.setdefault(f"{call_of(b.place.name)} on line {b.place.line}", set()).add(b.status)
    return tuple(name for name, statuses in answers.items() if statuses == {status})
