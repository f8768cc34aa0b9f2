"""A diff becomes two texts in pseudo-C: the functions that its hunks show, before and after."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.errors import SyntaxProblem
from verifier.inbox.blocks import find_blocks
from verifier.inbox.hunks import Diff, DiffLine, FileDiff, Hunk, find_diffs
from verifier.inbox.line import Line
from verifier.inbox.locals import undeclared_locals
from verifier.inbox.mend import blank, source_of
from verifier.inbox.pieces import Diagram, Note, Patch, Piece, Side
from verifier.inbox.regions import Shelf, Shown, shelve
from verifier.inbox.trees import Trees, Whole, needed, whole_files
from verifier.inbox.trees import touched as touched_functions
from verifier.inbox.uncommented import Written, uncommented
from verifier.record import record, replace
from verifier.source import Source
from verifier.syntax import parse
from verifier.syntax.scanner import scan

SUFFIXES = (".c", ".h", ".cc", ".cpp", ".inc")
REPAIRS = 12
OUTSIDE = "outside:"  # what begins the name of a text that is no function
_GOTO = re.compile(r"\bgoto\s+(\w+)\s*;")
_LABEL = re.compile(r"(?:^|[;{}])\s*(\w+)\s*:(?!:)")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


@record(frozen=True, slots=True)
class Text:
    """A function as text of its own; `code` is what of it counts in a comparison; `notes` say what was left out."""

    name: str
    lines: tuple[Line, ...]
    code: str
    is_whole: bool
    notes: tuple[Note, ...]


def find_patches(
    name: str,
    raw: tuple[str, ...],
    lines: Sequence[Line],
    title: str,
    diagrams: Sequence[Piece] = (),
    trees: Trees | None = None,
) -> list[Patch]:
    """The diffs of C code among the unquoted lines of a text, with what the text says around them; with `trees`, each
    file whole, as they have it."""
    diffs = find_diffs(lines)
    inside = {d.line.number for diff in diffs for f in diff.files for h in f.hunks for d in h.lines}
    message = tuple((line.number, line.text) for line in lines if line.number not in inside)
    drawn = tuple(d for d in diagrams if isinstance(d, Diagram))
    found: list[Patch | None] = []
    for diff in diffs:
        if trees is not None:
            whole, rest = _from_trees(diff, title, trees)
            found += whole
            diff = Diff(rest)
        if diff.files and not _is_drawn(diff, drawn):
            found.append(read_diff(name, raw, diff, title))
    taken = {n for d in diagrams for n in range(d.lines[0] - 2, d.lines[1] + 1)} | inside
    for block in find_blocks(lines, frozenset(taken)):
        found.append(_read_block(name, raw, block))
    return [replace(patch, message=message, diagrams=drawn) for patch in found if patch is not None]


def _read_block(name: str, raw: tuple[str, ...], block: tuple[Line, ...]) -> Patch | None:
    """Code that a message shows, as a patch without a before."""
    hunk = Hunk(None, tuple(DiffLine("+", line) for line in block), is_cut=True)
    patch = read_diff(name, raw, Diff((FileDiff("", (hunk,), block[0].number),)), "")
    return None if patch is None else replace(patch, is_diff=False, uncommented=())


def _from_trees(diff: Diff, title: str, trees: Trees) -> tuple[list[Patch], tuple[FileDiff, ...]]:
    """A patch of whole functions for each file that the trees have; and the files that they have not."""
    found: list[Patch] = []
    rest: list[FileDiff] = []
    for file in diff.files:
        sides = whole_files(file, trees) if file.path and _is_c(file.path) else None
        patch = None
        if sides is not None:
            names = frozenset(n for side in sides if side is not None for n in touched_functions(side))
            patch = _whole_patch(file.path, sides, names, title)
        if patch is None:
            rest.append(file)
        else:
            found.append(patch)
    return found, tuple(rest)


def _whole_patch(
    path: str, sides: tuple[Whole | None, Whole | None], names: frozenset[str], title: str
) -> Patch | None:
    """The patch of one file, of functions that are whole."""
    shown = frozenset(f.name for side in sides if side is not None for f in needed(side, names))
    texts = [
        [] if side is None else [_text(path, side.lines, f) for f in side.functions if f.name in shown]
        for side in sides
    ]
    old, new = ({t.name: t.code for t in side} for side in texts)
    touched = tuple(n for n in dict.fromkeys([*new, *old]) if old.get(n) != new.get(n) and n in names)
    composed = [
        None if side is None else _compose(path, side.lines, found)
        for side, found in zip(sides, texts, strict=True)
    ]
    if composed == [None, None] or not names:
        return None
    main = sides[1] or sides[0]
    assert main is not None
    numbers = sorted(main.changed) or [1]
    return Patch(
        before=composed[0],
        after=composed[1],
        touched=touched or tuple(sorted(names)),
        changed=tuple(sorted(n for side in sides if side is not None for n in side.changed)),
        title=title or path,
        lines=(numbers[0], numbers[-1]),
        paths=(path,),
        file=path,
        uncommented=_uncommented_whole(sides[1]),
    )


def _uncommented_whole(after: Whole | None) -> tuple[tuple[int, str], ...]:
    if after is None:
        return ()
    numbered = enumerate(after.lines, 1)
    return uncommented([[Written(n, text, n in after.changed) for n, text in numbered]])


def _is_drawn(diff: Diff, diagrams: Sequence[Diagram]) -> bool:
    """Whether what looks like a stretch of a diff is the diagram that somebody put there."""
    first, last = diff.extent
    loose = all(h.heading is None for f in diff.files for h in f.hunks)
    return loose and any(d.lines[0] - 3 <= first and last <= d.lines[1] + 3 for d in diagrams)


def read_diff(name: str, raw: tuple[str, ...], diff: Diff, title: str) -> Patch | None:
    """The two sides of a diff; None where it shows no function of a C file."""
    files = [f for f in diff.files if _is_c(f.path)]
    if not files:
        return None
    before, after = (_side(name, raw, files, gone) for gone in ("+", "-"))
    old = {t.name: t.code for t in before}
    new = {t.name: t.code for t in after}
    named = (n for n in dict.fromkeys([*new, *old]) if not n.startswith(OUTSIDE))
    touched = tuple(n for n in named if old.get(n) != new.get(n))
    signs = {d.line.number: d.sign for f in files for h in f.hunks for d in h.lines if d.sign != " "}
    paths = tuple(f.path for f in files if f.path)
    others = tuple(f.path for f in diff.files if f not in files)
    sides = _compose(name, raw, before), _compose(name, raw, after)
    if sides == (None, None):
        return None
    return Patch(
        before=sides[0],
        after=sides[1],
        touched=touched,
        changed=tuple(sorted(signs)),
        title=title or ", ".join(paths),
        lines=diff.extent,
        paths=paths,
        unread=others,
        uncommented=uncommented(_after(h) for f in files for h in f.hunks),
    )


def _after(hunk: Hunk) -> list[Written]:
    return [Written(d.line.number, d.line.text, d.sign == "+") for d in hunk.lines if d.sign != "-"]


def _is_c(path: str) -> bool:
    return not path or path.endswith(SUFFIXES)


def _side(name: str, raw: tuple[str, ...], files: Sequence[FileDiff], gone: str) -> list[Text]:
    """The functions that one side's lines show; `gone` is the sign of the other side's."""
    texts: list[Text] = []
    for file in files:
        hunks: list[tuple[Hunk, Sequence[Line]]] = [
            (hunk, [d.line for d in hunk.lines if d.sign != gone]) for hunk in file.hunks
        ]
        shelf = shelve(name, raw, hunks)
        texts += _outside(name, raw, shelf)
        known = {t.name for t in texts}
        texts += [_text(name, raw, f) for f in shelf.functions if f.name not in known]
    return texts


def _text(name: str, raw: tuple[str, ...], shown: Shown) -> Text:
    """A function with its braces, and labels for the jumps that lead out of what is shown."""
    notes = [Note(number, text, "half a statement, cut at the hunk's edge") for number, text in shown.dropped]
    shown_lines = [*shown.head, *shown.body]
    first, last = shown_lines[0], shown_lines[-1]
    code = _COMMENT.sub(" ", "\n".join(line.text for line in shown.body))
    lost = sorted(set(_GOTO.findall(code)) - set(_LABEL.findall(code)))
    ending = [_at(last, f"{label}: ;") for label in lost]
    lines = [
        *shown.head,
        _at(shown.body[0] if shown.body else first, "{"),
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
    while first > 0 and tokens[first - 1].text not in (";", "{", "}"):
        first -= 1
    while end < len(tokens) and tokens[end - 1].text != ";" and tokens[end].text not in ("{", "}"):
        end += 1
    lost = " ".join(t.text for t in tokens[first:end])
    return blank(lines, tokens[first:end]), lost


def _outside(name: str, raw: tuple[str, ...], shelf: Shelf) -> list[Text]:
    """The declarations and macros between functions, as far as each can be read by itself."""
    found: list[Text] = []
    block: list[Line] = []
    for line in [*shelf.outside, None]:
        if line is not None and not line.is_blank:
            block.append(line)
            continue
        if block and _parses(name, raw, block):
            code = " ".join(_COMMENT.sub(" ", "\n".join(one.text for one in block)).split())
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


def _compose(name: str, raw: tuple[str, ...], texts: Sequence[Text]) -> Side | None:
    """One text of all."""
    shown = [t for t in texts if t.lines]
    functions = tuple(t.name for t in shown if not t.name.startswith(OUTSIDE))
    notes = tuple(note for t in texts for note in t.notes)
    if not functions and not notes:
        return None
    lines = [line for t in shown for line in _declared(name, raw, t, shown)]
    partly = tuple(t.name for t in shown if not t.is_whole)
    return Side(source_of(name, lines, raw), functions, partly, notes)


def _declared(name: str, raw: tuple[str, ...], text: Text, all_texts: Sequence[Text]) -> tuple[Line, ...]:
    """The lines of a function, with declarations of its locals where these are not shown."""
    if text.is_whole or text.name.startswith(OUTSIDE):
        return text.lines
    function = next(iter(parse(source_of(name, text.lines, raw)).functions), None)
    if function is None:
        return text.lines
    others = [parse(source_of(name, t.lines, raw)) for t in all_texts if t is not text]
    globals_ = {v.name for u in others for v in u.variables}
    found = undeclared_locals(function, [f for u in others for f in u.functions])
    missing = [n for n in found if n not in globals_]
    if not missing:
        return text.lines
    opener = next(i for i, line in enumerate(text.lines) if line.text == "{")
    extra = _at(text.lines[opener], f"long {', '.join(missing)};")
    return (*text.lines[: opener + 1], extra, *text.lines[opener + 1 :])
