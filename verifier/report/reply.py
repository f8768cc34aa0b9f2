"""An answer to a mail: the mail quoted down to what matters, with each finding below the line that it is about."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.pairing.verdict import UnitResult
from verifier.report.entries import Entry, barrier_entries, place_in, property_entries
from verifier.report.executions import collect, draw_execution
from verifier.report.style import Style, visible, wrap
from verifier.report.text import verdicts

WIDTH = 72
CONTEXT = 3  # lines of the mail above the one that a finding is about
_STYLE = Style(width=WIDTH, drawing_width=WIDTH)
Remarks = dict[int, list[str]]  # lines to say below a line of the mail, by its number


def render(file: str, units: Sequence[UnitResult], lines: Sequence[str], sender: str, date: str) -> str:
    """The text of a reply to a file; `lines` are its own as a reader sees them. Ends with a newline; empty where there
    is nothing to say. Of a patch, what is said is about the code after it."""
    said = [u for u in units if u.side != "before"]
    if not said:
        return ""
    remarks: Remarks = {}
    elsewhere: list[str] = []
    for unit in said:
        is_here = unit.file == file and unit.lines[0] <= len(lines)
        found = remarks if is_here else {}
        _remark(unit, lines if is_here else (), found)
        if not is_here:
            elsewhere += [line for number in sorted(found) for line in found[number]]
    text = [f"On {date}, {sender} wrote:" if sender and date else f"{sender} wrote:"] if sender else []
    return visible("\n".join([*text, *_quoted(lines, remarks), *elsewhere])).rstrip("\n") + "\n"


def _remark(unit: UnitResult, lines: Sequence[str], remarks: Remarks) -> None:
    """What is to be said of one program: its verdict and what a patch changes at its head or at the first barrier that
    the patch adds, what is wrong or remarkable at its place, and the executions below all of it."""
    shown = f"{', '.join(unit.threads)}: {verdicts(unit.results)}" if unit.threads else verdicts(unit.results)
    if unit.change is not None:
        shown += f". {unit.change.summary[:1].upper()}{unit.change.summary[1:]}"
    head = _first_added(unit, lines)
    _say(remarks, head, _wrapped(f"{shown}."))
    entries = [*barrier_entries(unit, verbose=False), *property_entries(unit, verbose=False)]
    last = head
    for remark in unit.remarks:
        if remark.answer not in ("confirmed", "unknown"):
            _say(remarks, remark.line, _wrapped(f"{remark.text[:1].upper()}{remark.text[1:]}."))
    for entry in sorted((e for e in entries if e.is_wrong), key=lambda e: e.line):
        _say(remarks, entry.line, _finding(unit, entry))
        last = max(last, entry.line)
    for number, execution in enumerate(collect(unit, verbose=False), 1):
        _say(remarks, last, draw_execution(execution, number, unit, _STYLE))


def _first_added(unit: UnitResult, lines: Sequence[str]) -> int:
    """The line of the first barrier that a patch adds; where it adds none, the first of the program."""
    barriers = {b.place.line for r in unit.results for b in r.barriers if 0 < b.place.line <= len(lines)}
    added = [n for n in sorted(barriers) if lines[n - 1].lstrip("> \t").startswith("+")]
    return added[0] if unit.change is not None and added else unit.lines[0]


def _finding(unit: UnitResult, entry: Entry) -> list[str]:
    head = entry.head.removeprefix(f"{place_in(unit, entry.line)}: ") if unit.file else entry.head
    return [line for text in (f"{head}:", *entry.body) for line in _wrapped(text)]


def _say(remarks: Remarks, line: int, said: Sequence[str]) -> None:
    remarks.setdefault(line, []).extend(["", *said])


def _wrapped(text: str) -> list[str]:
    return wrap(text, WIDTH)


def _quoted(lines: Sequence[str], remarks: Remarks) -> list[str]:
    """The lines above each remark, quoted, and the remarks; what is left out between them is marked."""
    text: list[str] = []
    done = 0
    for number in sorted(remarks):
        start = max(done, number - 1 - CONTEXT)
        if start > done:
            text.append("> [...]")
        text += [_quote(line) for line in lines[start:number]]
        done = max(done, number)
        text += [*remarks[number], ""]
    return text


def _quote(line: str) -> str:
    return f">{line}" if line.startswith(">") else f"> {line}".rstrip()
