"""Diffs in a text: files and their hunks, quoted or not, whole or cut short, each line with its place.

A diff that somebody quotes has lost more than its quote marks: hunks end early, reviewers write between their
lines, blanks at a line's start are gone. So the counts of a hunk's header are a hint, not a rule.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Literal

from verifier.inbox.line import Line
from verifier.record import record, replace

Sign = Literal["+", "-", " "]

_GIT = re.compile(r"diff --git (?:\S*?/)?(?P<old>\S+) (?:b/|\S*?/)?(?P<new>\S+)\s*$")
_DIFF = re.compile(r"(?:diff (?:--git|--cc|-[a-zA-Z]+) |Index: )")
_OLD = re.compile(r"--- (\S.*?)(?:\t.*)?$")
_NEW = re.compile(r"\+\+\+ (\S.*?)(?:\t.*)?$")
_HUNK = re.compile(r"@@+ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@+[ ]?(.*)$")
_CUT = re.compile(
    r"\s*(?:\[?\s*(?:\.\.\.+|…)\s*\]?|[\[<(]?\s*(?:snip\w*|cut|trim\w*|skip\w*)\b.*)\s*$", re.IGNORECASE
)
_CODE = re.compile(
    r"[;{}]\s*(?:$|/[/*])|^\s*(?:/\*|\*(?:\s|/|$)|#\s*\w|//)|\)\s*$|,$|\w:$|^\s*(?:if|for|while|else|return)\b"
)
_EXTENDED = re.compile(
    r"(?:index [0-9a-f]|new file mode|deleted file mode|old mode|new mode|similarity index|dissimilarity index"
    r"|rename (?:from|to)|copy (?:from|to)|=======)"
)
_SIGNATURE = re.compile(r"--\s*$")


@record(frozen=True, slots=True)
class DiffLine:
    """A line of a hunk without its sign; `line` says where the rest starts in the user's file."""

    sign: Sign
    line: Line


@record(frozen=True, slots=True)
class Hunk:
    """`heading` is what follows the second @@ (or None: a stretch without a header); `is_cut` where lines are missing
    before the end that the header tells."""

    heading: Line | None
    lines: tuple[DiffLine, ...]
    old_start: int = 0
    new_start: int = 0
    is_cut: bool = False


@record(frozen=True, slots=True)
class FileDiff:
    """The hunks of a file; `path` is that of the after side, "" where the text does not say."""

    path: str
    hunks: tuple[Hunk, ...]
    line: int


@record(frozen=True, slots=True)
class Diff:
    """Files that were changed together: one patch."""

    files: tuple[FileDiff, ...]

    @property
    def extent(self) -> tuple[int, int]:
        """Its first and last line in the user's file."""
        numbers = [d.line.number for f in self.files for h in f.hunks for d in h.lines]
        return min([f.line for f in self.files]), max(numbers)


def find_diffs(lines: Sequence[Line]) -> tuple[Diff, ...]:
    """The diffs among the unquoted lines of a text, in order."""
    return _Reader(lines).run()


class _Reader:
    """One pass over the lines."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.diffs: list[list[FileDiff]] = []
        self.path = ""
        self.depth = -1
        self.start = 0
        self.hunks: list[Hunk] = []

    def run(self) -> tuple[Diff, ...]:
        index = 0
        while index < len(self.lines):
            index = self._step(index)
        self._end_file()
        return tuple(Diff(tuple(files)) for files in self.diffs if files)

    def _step(self, index: int) -> int:
        line = self.lines[index]
        text = line.text
        if _DIFF.match(text):
            self._end_file()
            match = _GIT.match(text)
            self._begin_file(match["new"].removeprefix("b/") if match else "", line)
            return index + 1
        if _OLD.match(text) and index + 1 < len(self.lines) and _NEW.match(self.lines[index + 1].text):
            return self._names(index)
        header = _HUNK.match(text)
        if header:
            return self._hunk(index, header)
        if self._is_headless(index):
            return self._loose(index)
        if line.depth == self.depth and text.strip() and not _EXTENDED.match(text):
            self._end_file()
        return index + 1

    # ------------------------------------------------------------------ files

    def _begin_file(self, path: str, line: Line) -> None:
        is_new = line.depth != self.depth or any(f.path == path for f in (self.diffs or [[]])[-1])
        if is_new or not self.diffs:
            self.diffs.append([])
        self.path, self.depth, self.start = path, line.depth, line.number

    def _end_file(self) -> None:
        if self.hunks:
            if not self.diffs:
                self.diffs.append([])
            hunks = [part for hunk in self.hunks for part in _split(hunk)]
            self.diffs[-1].append(FileDiff(self.path, tuple(hunks), self.start))
        self.hunks = []

    def _names(self, index: int) -> int:
        old, new = (self.lines[index + i].text[4:].split("\t")[0].strip() for i in (0, 1))
        path = re.sub(r"^[^/]+/", "", old if new == "/dev/null" else new) or new
        if self.hunks or path != self.path:
            self._end_file()
            self._begin_file(path, self.lines[index])
        return index + 2

    # ------------------------------------------------------------------ hunks

    def _hunk(self, index: int, header: re.Match[str]) -> int:
        first = self.lines[index]
        if first.depth != self.depth:
            self._end_file()
            self._begin_file("", first)
        left = [int(header[2] or 1), int(header[4] or 1)]
        heading = Line(header[5], first.number, first.column + header.start(5), first.depth)
        found, end, is_cut = self._body(index + 1, first.depth, left)
        if found:
            self.hunks.append(Hunk(heading, tuple(found), int(header[1]), int(header[3]), is_cut))
        return end

    def _body(self, index: int, depth: int, left: list[int]) -> tuple[list[DiffLine], int, bool]:
        """The lines of a hunk of which `left` old and new lines are to come; where it ends; whether lines lack."""
        found: list[DiffLine] = []
        is_cut = False
        while index < len(self.lines) and (left[0] > 0 or left[1] > 0):
            line = self.lines[index]
            if line.depth < depth or (line.depth == depth and _CUT.match(line.text)):
                is_cut = is_cut or bool(_CUT.match(line.text) and line.text.strip())
                if line.depth < depth and not self._goes_on(index, depth):
                    break
                index += 1
                continue
            if line.depth > depth and depth > 0:
                index += 1  # an older quotation between the lines
                continue
            if self._ends(index, is_cut):
                break
            index += 1
            if line.text.startswith("\\"):
                continue
            signed = _signed(line)
            found.append(signed)
            left[0] -= signed.sign != "+"
            left[1] -= signed.sign != "-"
        return found, index, is_cut or left != [0, 0]

    def _goes_on(self, index: int, depth: int) -> bool:
        """Whether the hunk is quoted further below what a reviewer wrote."""
        for line in self.lines[index:]:
            if line.depth == depth and not line.is_blank:
                return not (_DIFF.match(line.text) or _HUNK.match(line.text)) and (
                    line.text[:1] in ("+", "-", " ", "\t", "}", "{") or bool(_CODE.search(line.text))
                )
            if line.depth == depth - 1 and _DIFF.match(line.text):
                return False
        return False

    def _ends(self, index: int, is_cut: bool) -> bool:
        text = self.lines[index].text
        if _DIFF.match(text) or _HUNK.match(text):
            return True
        if _OLD.match(text) and index + 1 < len(self.lines) and _NEW.match(self.lines[index + 1].text):
            return True
        if _SIGNATURE.match(text):
            following = self.lines[index + 1].text if index + 1 < len(self.lines) else ""
            return bool(re.match(r"\d+\.\d+|$", following.strip()))
        return is_cut and bool(text.strip()) and text[:1] not in "+- \t{}" and not _CODE.search(text)

    # ------------------------------------------------ stretches without a header

    def _is_headless(self, index: int) -> bool:
        """Whether changed lines of a diff begin here whose header was not quoted, or never written."""
        line = self.lines[index]
        if not _is_changed_code(line):
            return False
        near = [n for n in self.lines[index : index + 12] if n.depth == line.depth]
        return sum(map(_is_changed_code, near)) >= 2 and any(n.text.startswith("+") for n in near)

    def _loose(self, index: int) -> int:
        depth = self.lines[index].depth
        if depth != self.depth:
            self._end_file()
            self._begin_file("", self.lines[index])
        before = self._code_above(index, depth)
        found = [DiffLine(" ", line) for line in before]
        is_new = not self.hunks or _has_gap(self.lines, self.hunks[-1], index)
        while index < len(self.lines):
            line = self.lines[index]
            if line.depth == depth:
                if line.text[:1] not in ("+", "-", " ", "\t", "") and not _CODE.search(line.text):
                    break
                if _DIFF.match(line.text) or _HUNK.match(line.text) or _SIGNATURE.match(line.text):
                    break
                found.append(_signed(line))
            elif (_CUT.match(line.text) and line.text.strip()) or (
                line.depth < depth and not self._goes_on(index, depth)
            ):
                break
            index += 1
        while found and not found[-1].line.text.strip():
            found.pop()
        if is_new and found:
            self.hunks.append(Hunk(None, tuple(found), is_cut=True))
        elif found:
            last = self.hunks[-1]
            self.hunks[-1] = replace(last, lines=(*last.lines, *found), is_cut=True)
        return index

    def _code_above(self, index: int, depth: int) -> list[Line]:
        """The lines right above that are context: code, in a text that lost the blank at their start."""
        start = index
        while start > 0:
            line = self.lines[start - 1]
            taken = self.hunks and self.hunks[-1].lines[-1].line.number >= line.number
            if taken or line.depth != depth or line.is_blank or not _CODE.search(line.text):
                break
            start -= 1
        return list(self.lines[start:index])


def _split(hunk: Hunk) -> list[Hunk]:
    """The hunk in parts where a reviewer left out lines without a word: the code goes on deeper than it was."""
    cuts = [i for i in range(1, len(hunk.lines)) if hunk.is_cut and _jumps(hunk.lines, i)]
    if not cuts:
        return [hunk]
    edges = [0, *cuts, len(hunk.lines)]
    parts = [hunk.lines[a:b] for a, b in itertools.pairwise(edges)]
    rest = [Hunk(None, part, is_cut=True) for part in parts[1:]]
    return [replace(hunk, lines=parts[0]), *rest]


def _jumps(lines: Sequence[DiffLine], i: int) -> bool:
    """Whether line i, the first one after other text, is indented as no line after the one before it can be."""
    here, above = lines[i].line, lines[i - 1].line
    if here.number == above.number + 1 or here.is_blank or above.is_blank:
        return False
    ended = re.search(r"(?:[;}]|\*/)\s*$", above.text) is not None
    return ended and _indent(here.text) > _indent(above.text) + 1


def _indent(text: str) -> int:
    """How far in a line starts; a comment's star stands one blank further in than the comment."""
    blanks = text.expandtabs(8)
    return len(blanks) - len(blanks.lstrip())


def _has_gap(lines: Sequence[Line], hunk: Hunk, index: int) -> bool:
    """Whether something was left out between a hunk and the line at `index`."""
    last = hunk.lines[-1].line.number
    between = [line for line in lines[:index] if line.number > last]
    return any(_CUT.match(line.text) and line.text.strip() for line in between)


def _signed(line: Line) -> DiffLine:
    """The line and its sign; a line without one is context whose blank was lost."""
    text = line.text
    sign: Sign = "+" if text[:1] == "+" else "-" if text[:1] == "-" else " "
    if text[:1] in ("+", "-", " "):
        line = Line(text[1:], line.number, line.column + 1, line.depth)
    return DiffLine(sign, line)


def _is_changed_code(line: Line) -> bool:
    text = line.text
    if text[:1] not in ("+", "-") or text[:2] in ("++", "--"):
        return False
    return text[1:2] in ("\t", "") or bool(_CODE.search(text[1:]))
