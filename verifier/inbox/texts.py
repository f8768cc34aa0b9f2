"""Functions as texts that can be parsed, and one side of a patch made of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from verifier.errors import SyntaxProblem
from verifier.inbox.line import Line
from verifier.inbox.locals import undeclared_locals
from verifier.inbox.mend import blank, gap, source_of
from verifier.inbox.pieces import Note, Side
from verifier.inbox.regions import Shown
from verifier.inbox.trees import COMMENT
from verifier.record import record
from verifier.source import Source
from verifier.syntax import parse, tree
from verifier.syntax.scanner import scan
from verifier.syntax.tree import OMITTED

SUFFIXES = (".c", ".h", ".cc", ".cpp", ".inc")
REPAIRS = 12
OUTSIDE = "outside:"  # what begins the name of a text that is no function
_GOTO = re.compile(r"\bgoto\s+(\w+)\s*;")
_LABEL = re.compile(r"(?:^|[;{}])\s*(\w+)\s*:(?!:)", re.MULTILINE)


@record(frozen=True, slots=True)
class Text:
    """A function as text of its own; `code` is what of it counts in a comparison; `notes` say what was left out."""

    name: str
    lines: tuple[Line, ...]
    code: str
    is_whole: bool
    notes: tuple[Note, ...]

    @property
    def is_function(self) -> bool:
        return not self.name.startswith(OUTSIDE)


def changed_names(old: dict[str, str], new: dict[str, str]) -> tuple[str, ...]:
    """The functions that are not the same on both sides; each side by name."""
    named = (n for n in dict.fromkeys([*new, *old]) if not n.startswith(OUTSIDE))
    return tuple(n for n in named if old.get(n) != new.get(n))


def is_c(path: str) -> bool:
    """Whether a file is in C, or of no known name."""
    return not path or path.endswith(SUFFIXES)


def text_of(name: str, raw: tuple[str, ...], shown: Shown) -> Text:
    """A function with its braces, and labels for the jumps that lead out of what is shown."""
    notes = [Note(number, text, "half a statement, cut at the hunk's edge") for number, text in shown.dropped]
    shown_lines = [*shown.head, *shown.body]
    first, last = shown_lines[0], shown_lines[-1]
    code = COMMENT.sub(" ", "\n".join(line.text for line in shown.body))
    lost = sorted(set(_GOTO.findall(code)) - set(_LABEL.findall(code)))
    ending = [_at(last, f"{label}: ;") for label in lost]
    if shown.is_open and not shown.is_whole:
        ending = [gap(last), *ending, gap(last)] if lost else [gap(last)]
    opening = shown.body[0] if shown.body else first
    lines = [
        *shown.head,
        _at(opening, "{"),
        *([gap(opening, is_above=True)] if shown.is_cut_above else []),
        *shown.body,
        *ending,
        _at(last, "}"),
    ]
    lines, more = _readable(name, raw, lines)
    signature = " ".join(" ".join(line.text for line in shown.head).split())
    return Text(shown.name, tuple(lines), signature + " ".join(code.split()), shown.is_whole, (*notes, *more))


def _at(line: Line, text: str) -> Line:
    return Line(text, line.number, line.column, line.depth)


def _readable(name: str, raw: tuple[str, ...], lines: list[Line]) -> tuple[list[Line], list[Note]]:
    """The lines of a function without the statements that do not parse, and notes on these; () where nothing helps."""
    notes: list[Note] = []
    for _ in range(REPAIRS):
        source = source_of(name, lines, raw)
        try:
            parse(source)
            return lines, notes
        except SyntaxProblem as problem:
            number = problem.span.line if problem.span is not None else 0
            lines, lost = _without_statement(source, lines, number)
            if not lost:
                break
            notes.append(Note(number, lost, "not understood"))
    first = lines[0]
    text = next((line.text for line in lines if not line.is_blank), "")
    return [], [*notes, Note(first.number, text.strip(), "not understood: the function is left out")]


def _without_statement(source: Source, lines: list[Line], number: int) -> tuple[list[Line], str]:
    """The lines without the simple statement at the user's line `number`, and its text."""
    try:
        tokens = scan(source).tokens
    except SyntaxProblem:
        return lines, ""
    inside = [i for i, t in enumerate(tokens) if lines[t.line - 1].number == number and t.text not in "{}"]
    if not inside or inside[0] < 2:
        return lines, ""
    first, end = inside[0], inside[0] + 1
    while first > 0 and tokens[first - 1].text not in (";", "{", "}", OMITTED):
        first -= 1
    while end < len(tokens) and tokens[end - 1].text != ";" and tokens[end].text not in ("{", "}"):
        end += 1
    lost = " ".join(t.text for t in tokens[first:end])
    return blank(lines, tokens[first:end]), lost


def outside_texts(name: str, raw: tuple[str, ...], lines: Sequence[Line]) -> list[Text]:
    """The declarations and macros between functions, as far as each can be read by itself."""
    found: list[Text] = []
    block: list[Line] = []
    for line in [*lines, None]:
        if line is not None and not line.is_blank:
            block.append(line)
            continue
        if block and _parses(name, raw, block):
            code = " ".join(COMMENT.sub(" ", "\n".join(one.text for one in block)).split())
            if code:
                found.append(Text(f"{OUTSIDE} {code[:60]}", tuple(block), code, True, ()))
        block = []
    return found


def _parses(name: str, raw: tuple[str, ...], lines: Sequence[Line]) -> bool:
    try:
        unit = parse(source_of(name, lines, raw))
    except SyntaxProblem:
        return False
    return bool(unit.variables or unit.functions or unit.comments) or not unit.skipped


def compose(name: str, raw: tuple[str, ...], texts: Sequence[Text]) -> Side | None:
    """One text of all. What can be read by itself, and not with the others, is left out with a note: a name may be a
    type's there, and a variable's here."""
    shown = [t for t in texts if t.lines]
    notes = [note for t in texts for note in t.notes]
    missing = _missing([(t, parse(source_of(name, t.lines, raw))) for t in shown])
    declared = [_declared(t, names) for t, names in zip(shown, missing, strict=True)]
    while (bad := _unreadable(name, raw, declared)) is not None:
        if declared[bad] != shown[bad].lines:
            declared[bad] = shown[bad].lines
            continue
        first = next(line for line in shown[bad].lines if not line.is_blank)
        notes.append(Note(first.number, first.text.strip(), "not understood beside the rest: left out"))
        del shown[bad], declared[bad]
    functions = tuple(t.name for t in shown if t.is_function)
    if not functions and not notes:
        return None
    partly = tuple(t.name for t in shown if not t.is_whole)
    source = source_of(name, [line for lines in declared for line in lines], raw)
    taken = Counter(n for names in missing for n in names)
    return Side(
        source, functions, partly, tuple(notes), frozenset(n for n, count in taken.items() if count > 1)
    )


def _unreadable(name: str, raw: tuple[str, ...], texts: Sequence[Sequence[Line]]) -> int | None:
    """Which of these texts can't be read beside the others; None where all can, or where that can't be told."""
    try:
        parse(source_of(name, [line for lines in texts for line in lines], raw))
        return None
    except SyntaxProblem as problem:
        number = problem.span.line if problem.span is not None else 0
        inside = (i for i, lines in enumerate(texts) if any(line.number == number for line in lines))
        return next(inside, None)


def _missing(units: Sequence[tuple[Text, tree.Unit]]) -> list[tuple[str, ...]]:
    """For each text the locals of the function in it whose declarations are not shown."""
    return [_missing_in(own, [u for u in units if u is not own]) for own in units]


def _missing_in(own: tuple[Text, tree.Unit], others: Sequence[tuple[Text, tree.Unit]]) -> tuple[str, ...]:
    text, unit = own
    function = None if text.is_whole or not text.is_function else next(iter(unit.functions), None)
    if function is None:
        return ()
    globals_ = {v.name for _, u in others for v in u.variables}
    whole, partly = (
        [f for t, u in others if t.is_whole is which for f in u.functions] for which in (True, False)
    )
    return tuple(n for n in undeclared_locals(function, whole, partly) if n not in globals_)


def _declared(text: Text, missing: Sequence[str]) -> tuple[Line, ...]:
    """The lines of a function, with declarations of these locals."""
    if not missing:
        return text.lines
    opener = next(i for i, line in enumerate(text.lines) if line.text == "{")
    extra = _at(text.lines[opener], f"long {', '.join(missing)};")
    return (*text.lines[: opener + 1], extra, *text.lines[opener + 1 :])
