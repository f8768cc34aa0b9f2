"""A diff becomes two texts in pseudo-C: the functions that its hunks show, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.inbox.blocks import find_blocks
from verifier.inbox.hunks import Diff, DiffLine, FileDiff, Hunk, find_diffs
from verifier.inbox.line import Line
from verifier.inbox.namesakes import Shown, ambiguous, apart
from verifier.inbox.pieces import Diagram, Patch, Piece
from verifier.inbox.regions import shelve
from verifier.inbox.texts import Text, changed_names, compose, is_c, outside_texts, text_of
from verifier.inbox.trees import Surroundings
from verifier.inbox.uncommented import Written, uncommented
from verifier.inbox.whole import whole_patches
from verifier.record import replace


def find_patches(
    name: str,
    raw: tuple[str, ...],
    lines: Sequence[Line],
    title: str,
    diagrams: Sequence[Piece] = (),
    surroundings: Surroundings | None = None,
) -> list[Patch]:
    """The diffs of C code among the unquoted lines of a text, with what the text says around them; with
    `surroundings`, each file whole, as the trees have it."""
    diffs = find_diffs(lines)
    inside = {d.line.number for diff in diffs for f in diff.files for h in f.hunks for d in h.lines}
    message = tuple((line.number, line.text) for line in lines if line.number not in inside)
    drawn = tuple(d for d in diagrams if isinstance(d, Diagram))
    found: list[Patch] = []
    for diff in diffs:
        if surroundings is not None:
            whole, rest = whole_patches(diff, title, surroundings, "\n".join(text for _, text in message))
            found += whole
            diff = Diff(rest)
        if diff.files and not _is_drawn(diff, drawn):
            found += read_diff(name, raw, diff, title)
    taken = {n for d in diagrams for n in range(d.lines[0] - 2, d.lines[1] + 1)} | inside
    for block in find_blocks(lines, frozenset(taken)):
        found += _read_block(name, raw, block)
    return [replace(patch, message=message, diagrams=drawn) for patch in found]


def _read_block(name: str, raw: tuple[str, ...], block: tuple[Line, ...]) -> list[Patch]:
    """Code that a message shows, as a patch without a before; none where it has no function."""
    hunk = Hunk(None, tuple(DiffLine("+", line) for line in block), is_cut=True)
    found = read_diff(name, raw, Diff((FileDiff("", (hunk,), block[0].number),)), "")
    return [replace(patch, is_diff=False, uncommented=()) for patch in found]


def _is_drawn(diff: Diff, diagrams: Sequence[Diagram]) -> bool:
    """Whether what looks like a stretch of a diff is the diagram that somebody put there."""
    first, last = diff.extent
    loose = all(h.heading is None for f in diff.files for h in f.hunks)
    return loose and any(d.lines[0] - 3 <= first and last <= d.lines[1] + 3 for d in diagrams)


def read_diff(name: str, raw: tuple[str, ...], diff: Diff, title: str) -> list[Patch]:
    """The two sides of a diff, in parts where files have functions of one name; none where it shows no function of a C
    file."""
    files = [_shown(name, raw, f) for f in diff.files if is_c(f.path)]
    others = tuple(f.path for f in diff.files if not is_c(f.path))
    unclear = ambiguous(files)
    found = [_read_part(name, raw, part, title) for part in apart(files)]
    return [
        replace(patch, unread=() if i else others, ambiguous=unclear)
        for i, patch in enumerate(p for p in found if p is not None)
    ]


def _read_part(name: str, raw: tuple[str, ...], part: Sequence[Shown], title: str) -> Patch | None:
    before, after = _together(s.before for s in part), _together(s.after for s in part)
    sides = compose(name, raw, before), compose(name, raw, after)
    if sides == (None, None):
        return None
    old = {t.name: t.code for t in before}
    new = {t.name: t.code for t in after}
    files = tuple(s.file for s in part)
    signs = {d.line.number: d.sign for f in files for h in f.hunks for d in h.lines if d.sign != " "}
    paths = tuple(f.path for f in files if f.path)
    return Patch(
        before=sides[0],
        after=sides[1],
        touched=changed_names(old, new),
        changed=tuple(sorted(signs)),
        title=title or ", ".join(paths),
        lines=Diff(files).extent,
        paths=paths,
        uncommented=uncommented(_after(h) for f in files for h in f.hunks),
    )


def _together(files: Iterable[Sequence[Text]]) -> list[Text]:
    """The texts of one side; of functions of one name in several files, the first."""
    found: list[Text] = []
    for texts in files:
        known = {t.name for t in found if t.is_function}
        found += [t for t in texts if t.name not in known]
    return found


def _after(hunk: Hunk) -> list[Written]:
    return [Written(d.line.number, d.line.text, d.sign == "+") for d in hunk.lines if d.sign != "-"]


def _shown(name: str, raw: tuple[str, ...], file: FileDiff) -> Shown:
    """The functions that the two sides of a file's diff show."""
    before, after = (tuple(_side(name, raw, file, gone)) for gone in ("+", "-"))
    return Shown(file, before, after)


def _side(name: str, raw: tuple[str, ...], file: FileDiff, gone: str) -> list[Text]:
    """The functions that one side's lines show; `gone` is the sign of the other side's."""
    hunks: list[tuple[Hunk, Sequence[Line]]] = [
        (hunk, [d.line for d in hunk.lines if d.sign != gone]) for hunk in file.hunks
    ]
    shelf = shelve(name, raw, hunks)
    return [*outside_texts(name, raw, shelf.outside), *(text_of(name, raw, f) for f in shelf.functions)]
