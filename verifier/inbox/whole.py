"""Patches of whole functions, where trees have the files that a diff changes, and the others that matter to it."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.inbox.around import Around, Found, Meaning, look_around
from verifier.inbox.hunks import Diff, FileDiff, Hunk
from verifier.inbox.line import Line
from verifier.inbox.outline import outline
from verifier.inbox.pieces import Patch
from verifier.inbox.regions import shelve
from verifier.inbox.texts import Text, changed_names, compose, is_c, outside_texts, text_of
from verifier.inbox.trees import WORD, Surroundings, Trees, Whole, needed, touched, whole_files
from verifier.inbox.uncommented import Written, uncommented
from verifier.record import field, record, replace
from verifier.source import Elsewhere

Pair = tuple[Whole | None, Whole | None]


def whole_patches(
    diff: Diff, title: str, surroundings: Surroundings, message: str
) -> tuple[list[Patch], tuple[FileDiff, ...]]:
    """A patch of whole functions for each file that the trees have; and the files that they have not."""
    patched = _Patched(surroundings.trees, {f.path: f for f in diff.files if f.path and is_c(f.path)})
    around = Around(patched, surroundings.is_known)
    found: list[Patch] = []
    rest: list[FileDiff] = []
    done: set[tuple[str, str]] = set()
    for file in diff.files:
        pair = patched.pair(file.path)
        patch = None if pair is None else _patch(file.path, pair, patched, around, title, message, done)
        if patch is not None:
            found.append(patch)
        else:
            rest.append(file)
    return found, tuple(rest)


@record(slots=True)
class _Patched:
    """Trees that have the files of a diff as they are before and after it."""

    trees: Trees
    files: dict[str, FileDiff]
    pairs: dict[str, Pair | None] = field(default_factory=dict)

    def pair(self, path: str) -> Pair | None:
        """A file of the diff, before and after."""
        if path in self.files and path not in self.pairs:
            self.pairs[path] = whole_files(self.files[path], self.trees)
        return self.pairs.get(path)

    def before(self, path: str) -> str | None:
        pair = self.pair(path)
        if pair is None:
            return self.trees.before(path)
        return None if pair[0] is None else "\n".join(pair[0].lines)

    def after(self, path: str) -> str | None:
        pair = self.pair(path)
        if pair is None:
            text = self.trees.after(path)
            return self.trees.before(path) if text is None else text
        return None if pair[1] is None else "\n".join(pair[1].lines)

    def holding(self, patterns: Sequence[str], near: str) -> Sequence[str]:
        return [*(p for p in self.files if p != near), *self.trees.holding(patterns, near)]

    def changed(self, path: str, side: int) -> frozenset[int]:
        pair = self.pair(path)
        whole = None if pair is None else pair[side]
        return frozenset() if whole is None else whole.changed


def _touched(pair: Pair) -> frozenset[str]:
    return frozenset(n for side in pair if side is not None for n in touched(side))


def _patch(
    path: str,
    pair: Pair,
    patched: _Patched,
    around: Around,
    title: str,
    message: str,
    done: set[tuple[str, str]],
) -> Patch | None:
    """The patch of one file, with what other files have that matters to it; these are added to `done`, whose barriers
    are not noted again."""
    earlier = frozenset(n for file, n in done if file == path)
    names = _touched(pair)
    main = pair[1] or pair[0]
    if not names or main is None:
        return None
    shown = frozenset(n for side in pair if side is not None for n in needed(side, names))
    by_name = {f.name: f for f in main.functions}
    replaced = [] if pair[0] is None else [f for f in pair[0].functions if f.name in names]
    others, meanings = look_around(around, path, by_name, names, shown - names, message, replaced)
    done |= {(f.path, f.definition.name) for f in others}
    sides = [
        None if side is None else _Side(side, patched, number, shown, others, meanings)
        for number, side in enumerate(pair)
    ]
    texts = [[] if side is None else side.texts() for side in sides]
    composed = [
        None if side is None else compose(path, side.raw, t) for side, t in zip(sides, texts, strict=True)
    ]
    if composed == [None, None]:
        return None
    old, new = ({t.name: t.code for t in side} for side in texts)
    own = [n for n in dict.fromkeys([*new, *old]) if old.get(n) != new.get(n) and n in names]
    own += [f.definition.name for f in others if old.get(f.definition.name) != new.get(f.definition.name)]
    return Patch(
        before=composed[0],
        after=composed[1],
        touched=tuple(own) or tuple(sorted(names)),
        changed=tuple(sorted(n for side in sides if side is not None for n in side.changed)),
        title=title or path,
        lines=_extent(pair, main),
        paths=(path, *dict.fromkeys(f.path for f in others)),
        file=path,
        taken=tuple((f.definition.name, f.path, f.why) for f in others),
        excerpt=_excerpt(path, pair, main, title),
        uncommented=() if sides[1] is None else sides[1].uncommented(earlier),
    )


def _extent(pair: Pair, main: Whole) -> tuple[int, int]:
    """The first and the last line that change: of the side that is shown, or where nothing of it changes, of both."""
    numbers = main.changed or frozenset(n for side in pair if side is not None for n in side.changed)
    return (min(numbers), max(numbers)) if numbers else (1, 1)


def _excerpt(path: str, pair: Pair, main: Whole, title: str) -> Patch | None:
    """The patch of one file as far as the hunks show it."""
    texts = [[] if side is None else _shown(path, side) for side in pair]
    sides = [None if s is None else compose(path, s.lines, t) for s, t in zip(pair, texts, strict=True)]
    if sides == [None, None]:
        return None
    old, new = ({t.name: t.code for t in side} for side in texts)
    changed = sorted(n for side in pair if side is not None for n in side.changed)
    return Patch(
        before=sides[0],
        after=sides[1],
        touched=changed_names(old, new),
        changed=tuple(changed),
        title=title or path,
        lines=_extent(pair, main),
        paths=(path,),
        file=path,
    )


def _shown(path: str, side: Whole) -> list[Text]:
    """What the hunks show of one side of a file."""
    hunks: list[tuple[Hunk, Sequence[Line]]] = []
    for hunk, first, count in side.hunks:
        heading = None if hunk.heading is None else Line(hunk.heading.text, first, 1, 0)
        last = min(first + count - 1, len(side.lines))
        lines = [Line(side.lines[n - 1], n, 1, 0) for n in range(first, last + 1)]
        hunks.append((replace(hunk, heading=heading), lines))
    shelf = shelve(path, side.lines, hunks)
    return [
        *outside_texts(path, side.lines, shelf.outside),
        *(text_of(path, side.lines, f) for f in shelf.functions),
    ]


class _Side:
    """One side of a file, and behind its lines those of the other files that have something to do with it."""

    def __init__(
        self,
        whole: Whole,
        patched: _Patched,
        number: int,
        shown: frozenset[str],
        others: Sequence[Found],
        meanings: Sequence[Meaning],
    ) -> None:
        self.whole, self.shown = whole, shown
        self.raw = whole.lines
        self.changed = whole.changed
        self._functions: list[Text] = []
        self._declarations: list[Text] = []
        self._bare: list[tuple[int, str]] = []  # barriers without a comment that a diff adds to other files
        for path in dict.fromkeys([*(f.path for f in others), *(m.path for m in meanings)]):
            text = patched.before(path) if number == 0 else patched.after(path)
            if text is not None:
                start, lines = len(self.raw), tuple(text.split("\n"))
                self.raw = (*self.raw, *lines)
                self.changed |= {start + n for n in patched.changed(path, number)}
                taken = {f.definition.name for f in others if f.path == path}
                self._add_functions(path, lines, start, taken)
                self._bare += _bare(path, lines, patched.changed(path, number), start, taken)
                self._add_meanings(path, lines, start, [m for m in meanings if m.path == path])

    def _add_functions(self, path: str, lines: Sequence[str], start: int, names: set[str]) -> None:
        for d in outline(lines):
            if d.name in names:
                stretch = _stretch(path, lines, start, d.first, d.last)
                shelf = shelve(path, self.raw, [(Hunk(None, ()), stretch)])
                self._functions += [text_of(path, self.raw, f) for f in shelf.functions if f.name == d.name]

    def _add_meanings(self, path: str, lines: Sequence[str], start: int, meanings: Sequence[Meaning]) -> None:
        for m in meanings:
            stretch = _stretch(path, lines, start, m.first, m.last)
            self._declarations += outside_texts(path, self.raw, stretch)

    def uncommented(self, but: frozenset[str]) -> tuple[tuple[int, str], ...]:
        """The lines that add a barrier without a comment, but for those in some functions of the file."""
        left_out = [d for d in outline(self.whole.lines) if d.name in but]
        own = uncommented([_written(self.whole.lines, self.whole.changed)])
        kept = [found for found in own if not any(d.first <= found[0] <= d.last for d in left_out)]
        return (*kept, *self._bare)

    def texts(self) -> list[Text]:
        """The declarations that are used, and the functions."""
        path, raw = self.whole.path, self.raw
        own = [text_of(path, raw, f) for f in self.whole.functions if f.name in self.shown]
        functions = [*own, *self._functions]
        words = {w for text in (*functions, *self._declarations) for w in WORD.findall(text.code)}
        return [*self._declarations, *_declarations(path, raw, self.whole.outside, words), *functions]


def _written(lines: Sequence[str], changed: frozenset[int]) -> list[Written]:
    return [Written(n, text, n in changed) for n, text in enumerate(lines, 1)]


def _bare(
    path: str, lines: Sequence[str], changed: frozenset[int], start: int, names: set[str]
) -> list[tuple[int, str]]:
    """The barriers without a comment that a diff adds to functions of another file, whose first line stands behind
    `start` others."""
    inside = [d for d in outline(lines) if d.name in names] if changed else []
    found = uncommented([_written(lines, changed)]) if inside else ()
    return [
        (Elsewhere(start + n, path, n), name)
        for n, name in found
        if any(d.first <= n <= d.last for d in inside)
    ]


def _stretch(path: str, lines: Sequence[str], start: int, first: int, last: int) -> list[Line]:
    """Lines of another file, where its first stands behind `start` others."""
    return [
        Line(lines[n - 1], Elsewhere(start + n, path, n), 1, 0)
        for n in range(first, min(last, len(lines)) + 1)
    ]


def _declarations(path: str, raw: tuple[str, ...], lines: Sequence[Line], words: set[str]) -> list[Text]:
    """What of a file's declarations and macros has names that are used."""
    blocks: list[list[Line]] = [[]]
    for line in lines:
        if line.is_blank:
            blocks.append([])
        else:
            blocks[-1].append(line)
    used = [b for b in blocks if words & {w for line in b for w in WORD.findall(line.text)}]
    return [text for block in used for text in outside_texts(path, raw, block)]
