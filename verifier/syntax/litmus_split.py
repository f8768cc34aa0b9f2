"""Cuts a litmus test into its parts, with comments blanked, so that every place stays."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from verifier.record import record
from verifier.source import Origin, Source, Span
from verifier.syntax.problem import Unreadable, problem

ARCHITECTURES = ("C", "AArch64", "X86_64", "RISCV", "PPC")
UNREAD = ("X86", "ARM", "MIPS", "LISA", "BPF", "ASL", "Bell", "CPP", "Java", "PTX")

_HEAD = re.compile(
    rf"[ \t]*({'|'.join((*ARCHITECTURES, *UNREAD))})[ \t]+([\w./+\-\[\]:&*^,]+)(?=\s|[(\";{{]|\Z)"
)
_METADATA = re.compile(r"[A-Za-z][\w/.\-]*[ \t]*=[^\n]*")
_NOTE = re.compile(r"\(\*|/\*.*?\*/|//[^\n]*", re.DOTALL)
_COMMENT = re.compile(r"\(\*|\*\)")
_WORDS = (
    r"(?:~\s*exists|not\s+exists|exists|forall|final|locations|filter|observed|Observed|cases|with)(?!\w)"
)
_CLAUSE = re.compile(rf"(?<![\w.]){_WORDS}")
_MAYBE_CLAUSE = re.compile(_WORDS)  # its first letters are known, so that it is found fast
_THREADS = re.compile(rf"{_NOTE.pattern}|[{{}}]|{_CLAUSE.pattern}", re.DOTALL)
_BRACES = re.compile(r'"(?:[^"\\\n]|\\.)*"|/\*.*?\*/|//[^\n]*|[{}]', re.DOTALL)
_THREAD_NAME = re.compile(r"\bP\d+\b")
_DULL = re.compile(r"[^{\"(/A-Za-z]+|\w+")  # where no comment, text or `Key=` starts
_PREAMBLE = re.compile(rf'(?:\s+|"[^"]*"|{_METADATA.pattern})*')
_OUTSIDE = re.compile(r"(?:\A|\})[^{}]*\(\*")  # a comment, perhaps, outside of functions
_WHITE = re.compile(r"\s*")


class Piece(NamedTuple):
    """A stretch of the text, comments blanked, and where it starts."""

    text: str
    offset: int


@record(frozen=True, slots=True)
class Parts:
    architecture: str
    name: str
    initial: Piece
    threads: Piece
    final: Piece  # from the first clause on


class Text:
    """A test's text, and how offsets into it become places."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text

    @cached_property
    def starts(self) -> list[int]:
        """Where lines start, and one more would."""
        return [0, *accumulate([len(line) + 1 for line in self.text.split("\n")])]

    def line(self, offset: int) -> int:
        return bisect_right(self.starts, offset, 0, len(self.starts) - 1)

    def span(self, start: int, end: int) -> Span:
        first, last = self.line(start), self.line(end)
        return self.source.span(
            first, start - self.starts[first - 1] + 1, last, end - self.starts[last - 1] + 1
        )

    def part(self, piece: Piece) -> Source:
        """The source of a piece."""
        line = self.text.count("\n", 0, piece.offset) + 1
        return self.source.part(piece.text, line, piece.offset - self.text.rfind("\n", 0, piece.offset))

    def origins(self, piece: Piece) -> list[Origin]:
        """Where the lines of a piece that is not empty stand in the user's file."""
        line = self.line(piece.offset)
        whole = self.source.origins
        first = whole[line - 1]
        own = Origin(first.line, first.column + piece.offset - self.starts[line - 1])
        return [own, *whole[line : line + piece.text.count("\n")]]

    def fail(self, message: str, start: int, end: int, code: str = "litmus-syntax") -> Exception:
        """The error about that stretch."""
        return problem(self.source, code, message, self.span(start, max(end, start + 1)))

    def unreadable(self, error: Unreadable, offset: int) -> Exception:
        """The error for a piece that starts at `offset`."""
        start, end = offset + error.start, offset + max(error.end, error.start + 1)
        return problem(self.source, error.code, error.message, self.span(start, end))


def has_head(text: str) -> bool:
    """Whether the text starts like a litmus test and has an initial state."""
    head = _HEAD.match(text, _skip(text, 0))
    return head is not None and "{" in text[head.end() :]


def split(text: Text) -> Parts:
    """The parts of a test. Raises SyntaxProblem where there is no head or no initial state."""
    start = _skip(text.text, 0)
    head = _HEAD.match(text.text, start)
    if head is None:
        expected = f"an architecture ({', '.join(ARCHITECTURES)}) and the test's name"
        raise text.fail(
            f"expected {expected} on the first line of a litmus test",
            start,
            text.starts[text.line(start)] - 1,
        )
    if head[1] in UNREAD:
        message = f"{head[1]} tests are not modelled; expected one for {', '.join(ARCHITECTURES)}"
        raise text.fail(message, head.start(1), head.end(1), "not-modelled")
    initial, after = _braces(text, _opening(text, head.end()))
    end = _end_of_threads(text, after)
    threads = Piece(text.text[after:end], after) if head[1] == "C" else _blank(text, after, end)
    return Parts(head[1], head[2], initial, threads, _blank(text, end, len(text.text)))


def _skip(text: str, position: int) -> int:
    """The end of white space and of comments that close."""
    while True:
        white = _WHITE.match(text, position)
        position = white.end() if white else position
        note = _NOTE.match(text, position)
        end = None if note is None else _end_of_note(text, note)
        if end is None:
            return position
        position = end


def _end_of_note(text: str, note: re.Match[str]) -> int | None:
    """Where a comment ends, None where it never does; `(* … *)` nests."""
    if note[0] != "(*":
        return note.end()
    depth = 0
    for mark in _COMMENT.finditer(text, note.start()):
        depth += 1 if mark[0] == "(*" else -1
        if depth == 0:
            return mark.end()
    return None


def _after_note(text: Text, note: re.Match[str]) -> int:
    end = _end_of_note(text.text, note)
    if end is None:
        raise text.fail("this comment is never closed: `*)` is missing", note.start(), note.start() + 2)
    return end


def _opening(text: Text, position: int) -> int:
    """Where the initial state opens: after comments, a quoted text and `Key=value` lines."""
    whole = text.text
    dull = _PREAMBLE.match(whole, position)
    position = position if dull is None else dull.end()
    while position < len(whole):
        if whole[position] == "{":
            return position
        note = _NOTE.match(whole, position)
        quote = whole.find('"', position + 1) if whole[position] == '"' else -1
        metadata = _METADATA.match(whole, position)
        if note is not None:
            position = _after_note(text, note)
        elif quote > 0:
            position = quote + 1
        elif metadata is not None:
            position = metadata.end()
        else:
            dull = _DULL.match(whole, position)
            position = position + 1 if dull is None else dull.end()
    raise text.fail("found no initial state; expected `{ … }` before the threads", len(whole.rstrip()), 0)


def _braces(text: Text, opening: int) -> tuple[Piece, int]:
    """What stands between the braces, and where they end."""
    end = text.text.find("}", opening + 1)
    inside = text.text[opening + 1 : end]
    if end > 0 and "{" not in inside and not _has_notes(inside):
        return Piece(inside, opening + 1), end + 1
    depth = 0
    for mark in _marks(text, _THREADS, opening, len(text.text)):
        depth += {"{": 1, "}": -1}.get(mark[0], 0)
        if depth == 0:
            return _blank(text, opening + 1, mark.start()), mark.end()
    raise text.fail("this initial state is never closed: `}` is missing", opening, opening + 1)


def _end_of_threads(text: Text, start: int) -> int:
    """Where `exists`, `locations` … follow the threads. In C's braces `(*` is code."""
    first = _first_clause(text.text, start)
    threads = text.text[start:first]
    if _is_plain(threads):
        return first
    depth, position = 0, start
    for mark in _THREADS.finditer(text.text, start):
        if mark.start() < position:
            continue
        if mark[0] in ("{", "}"):
            depth += 1 if mark[0] == "{" else -1
        elif mark[0] == "(*":
            position = _after_note(text, mark) if depth == 0 else mark.end()
        elif mark[0][0] != "/" and depth == 0:
            return mark.start()
    return len(text.text)


def _first_clause(text: str, start: int) -> int:
    """Where the first word stands that may start a clause."""
    for word in _MAYBE_CLAUSE.finditer(text, start):
        if _CLAUSE.match(text, word.start()) is not None:
            return word.start()
    return len(text)


def _is_plain(threads: str) -> bool:
    """Whether the text of threads has no comments, and whole functions only."""
    if "//" in threads or "/*" in threads:
        return False
    depth = 0
    *closed, rest = threads.split("}")
    for part in closed:
        depth += part.count("{") - 1
        if depth < 0:
            return False
    return depth + rest.count("{") == 0 and ("(*" not in threads or _OUTSIDE.search(threads) is None)


def _has_notes(text: str) -> bool:
    return "(*" in text or "//" in text or "/*" in text


def _marks(text: Text, pattern: re.Pattern[str], start: int, end: int) -> Iterator[re.Match[str]]:
    """The matches that are not in comments."""
    position = start
    for mark in pattern.finditer(text.text, start, end):
        if mark.start() >= position:
            if mark[0].startswith(("(*", "/")):
                position = _after_note(text, mark)
            else:
                yield mark


def _blank(text: Text, start: int, end: int) -> Piece:
    """That stretch with its comments replaced by blanks of the same shape."""
    whole = text.text[start:end]
    if not _has_notes(whole):
        return Piece(whole, start)
    pieces, position = [], start
    for note in _NOTE.finditer(text.text, start, end):
        if note.start() >= position:
            stop = _after_note(text, note)
            pieces += [
                text.text[position : note.start()],
                re.sub(r"[^\n]", " ", text.text[note.start() : stop]),
            ]
            position = stop
    return Piece("".join([*pieces, text.text[position:end]]), start)


def clauses(text: Text) -> Iterator[tuple[str, Piece]]:
    """What follows the threads, a clause at a time: the word that starts it (`exists`, `locations` …), and the rest."""
    words = list(_CLAUSE.finditer(text.text))
    for word, following in zip(words, (*words[1:], None), strict=False):
        end = len(text.text) if following is None else following.start()
        name = "~exists" if word[0][0] in "~n" else word[0]
        yield name, Piece(text.text[word.end() : end], word.end())


def functions(text: str) -> list[Piece]:
    """The functions of a C test, with the comments before them, if they can be parsed one by one: none says anything
    about another. Else nothing, and nothing too where that is hard to tell."""
    if "typedef" in text or "'" in text or not text.isascii():
        return []
    found: list[Piece] = []
    start = 0
    for end in _ends(text):
        found.append(_stripped(text, start, end))
        start = end
    alone = all(len(set(_THREAD_NAME.findall(piece.text))) == 1 for piece in found)
    return found if alone and not text[start:].strip() else []


def _ends(text: str) -> Iterator[int]:
    """Where braces close that no others are around."""
    depth = 0
    if '"' not in text and "/*" not in text and "//" not in text:
        end = -1
        for part in text.split("}")[:-1]:
            end += len(part) + 1
            depth += part.count("{") - 1
            if depth == 0:
                yield end + 1
        return
    for mark in _BRACES.finditer(text):
        if mark[0] in ("{", "}"):
            depth += 1 if mark[0] == "{" else -1
            if mark[0] == "}" and depth == 0:
                yield mark.end()


def _stripped(text: str, start: int, end: int) -> Piece:
    """That stretch without the blanks before it."""
    inside = text[start:end].lstrip()
    return Piece(inside, end - len(inside))
