"""Mails to lines of text: MIME parts decoded, every line knowing its place in the user's file."""

from __future__ import annotations

import base64
import binascii
import bisect
import itertools
import quopri
import re
from collections.abc import Iterator, Sequence

from verifier.inbox.line import Line, unquote
from verifier.inbox.mime import Content, content, decode, values
from verifier.record import record, replace
from verifier.source import Decoded, Elsewhere

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*:(?:\s|$)")
_KNOWN = re.compile(r"(?:from|date|subject|message-id|to|mime-version|content-type|received):", re.IGNORECASE)
_TEXTS = ("text/plain", "text/x-patch", "text/x-diff", "text/x-csrc", "text/x-chdr")


def is_mail(lines: Sequence[str]) -> bool:
    """Whether the text starts with mail headers (perhaps after an mbox's `From ` line)."""
    start = 1 if lines and lines[0].startswith("From ") else 0
    end = _headers_end(lines, start, len(lines))
    known = sum(bool(_KNOWN.match(line)) for line in lines[start:end])
    return known >= 2


@record(frozen=True, slots=True)
class Message:
    """One mail: what its headers say, and the lines of its text parts, unquoted."""

    subject: str
    sender: str
    date: str
    lines: tuple[Line, ...]


def messages(lines: Sequence[str]) -> list[Message]:
    """The mails of a file: one, or those of an mbox. Lines that the file has encoded stand behind all of its own."""
    starts = [i for i in range(1, len(lines)) if _begins_message(lines, i)]
    edges = [0, *starts, len(lines)]
    behind = itertools.count(len(lines) + 1)
    return [_placed(_message(lines, start, end), behind) for start, end in itertools.pairwise(edges)]


def _placed(message: Message, behind: Iterator[int]) -> Message:
    """The message with a place of its own for each line that was encoded: several may share one of the file's."""
    placed = (
        line if line.whole is None else replace(line, number=Elsewhere(next(behind), "", line.number))
        for line in message.lines
    )
    return replace(message, lines=tuple(placed))


def _begins_message(lines: Sequence[str], index: int) -> bool:
    """Whether an mbox goes on with another mail there."""
    if not lines[index].startswith("From ") or lines[index - 1].strip():
        return False
    end = _headers_end(lines, index + 1, min(index + 60, len(lines)))
    return sum(bool(_KNOWN.match(line)) for line in lines[index + 1 : end]) >= 2


def _message(lines: Sequence[str], start: int, end: int) -> Message:
    start += lines[start].startswith("From ")
    headers = lines[start : _headers_end(lines, start, end)]
    subject, sender, date = values(headers, ("Subject", "From", "Date"))
    return Message(subject, sender, date, tuple(_part(lines, start, end)))


def as_decoded(lines: Sequence[str], decoded: Sequence[Line]) -> tuple[str, ...]:
    """The lines of a file as a reader sees them: each that was broken, or quoted-printable, whole and decoded in its
    place; behind them those of base64."""
    shown = list(lines)
    seen: set[int] = set()
    for line in decoded:
        if line.whole is not None:
            shown.append(line.whole)
            continue
        place = line.number - 1
        if line.number not in seen and place < len(shown):
            shown[place] = shown[place][: line.column - 1] + line.text
        seen.add(line.number)
    return tuple(shown)


def mail_lines(lines: Sequence[str]) -> list[Line]:
    """The lines of the text parts of all mails of a file, unquoted."""
    return [line for message in messages(lines) for line in message.lines]


def plain_lines(lines: Sequence[str]) -> list[Line]:
    """The lines of a plain text, unquoted."""
    return [unquote(text, number) for number, text in enumerate(lines, 1)]


def _headers_end(lines: Sequence[str], start: int, end: int) -> int:
    index = start
    while index < end and (
        _HEADER.match(lines[index]) or (index > start and lines[index][:1] in (" ", "\t"))
    ):
        if not lines[index].strip():
            break
        index += 1
    return index


def _part(lines: Sequence[str], start: int, end: int) -> list[Line]:
    """The lines of a part: headers, a blank line, and a body that may be parts again."""
    body = _headers_end(lines, start, end)
    what = content(lines[start:body])
    if what.kind.startswith("multipart/") and what.boundary:
        return _parts(lines, body + 1, end, what.boundary)
    return _decoded(what, lines, body + 1, end) if what.kind in _TEXTS else []


def _parts(lines: Sequence[str], start: int, end: int, boundary: str) -> list[Line]:
    found: list[Line] = []
    marks = [i for i in range(start, end) if lines[i].rstrip() in (f"--{boundary}", f"--{boundary}--")]
    for mark, following in itertools.pairwise([*marks, end]):
        if lines[mark].rstrip() == f"--{boundary}":
            found += _part(lines, mark + 1, following)
    return found


def _decoded(what: Content, lines: Sequence[str], start: int, end: int) -> list[Line]:
    if what.encoding == "quoted-printable":
        return _quoted_printable(lines, start, end, what.charset)
    if what.encoding == "base64":
        return _base64(lines, start, end, what.charset)
    texts = [_recoded(lines[i], what.charset) for i in range(start, end)]
    if what.is_flowed:
        return _flowed(texts, start + 1)
    return [unquote(text, start + i) for i, text in enumerate(texts, 1)]


def _recoded(text: str, charset: str) -> str:
    """A line of a file that is no UTF-8 (and was read as Latin-1) in its own character set."""
    if text.isascii() or charset in ("utf-8", "ascii", "iso8859-1"):
        return text
    try:
        return decode(text.encode("latin-1"), charset)
    except UnicodeError:
        return text


def _flowed(texts: Sequence[str], number: int) -> list[Line]:
    """Lines of format=flowed (RFC 3676) without the blank that protects a line's start; a changed line of a diff
    that was broken for its length is one line again."""
    found: list[Line] = []
    for text in texts:
        line = unquote(text, number)
        number += 1
        if line.depth == 0 and line.text.startswith(" "):
            line = Line(line.text[1:], line.number, line.column + 1, 0)
        before = found[-1] if found else None
        if before is not None and _is_broken(before, line):
            found[-1] = Line(before.text + line.text, before.number, before.column, before.depth)
        else:
            found.append(line)
    return found


def _is_broken(before: Line, line: Line) -> bool:
    """Whether `line` is the rest of a line of a diff."""
    is_code = before.text[:1] in ("+", "-") and before.text.endswith(" ") and len(before.text) > 60
    return is_code and before.depth == line.depth and line.text[:1] not in ("+", "-", " ", "@", "\t", "")


def _quoted_printable(lines: Sequence[str], start: int, end: int, charset: str) -> list[Line]:
    """Lines joined at soft breaks, each placed where it starts; columns are those of the decoded line."""
    found: list[Line] = []
    index = start
    while index < end:
        first, text = index, lines[index]
        while text.endswith("=") and index + 1 < end:
            index += 1
            text = text[:-1] + lines[index]
        decoded = _text(quopri.decodestring(text.encode("utf-8", "surrogateescape")), charset)
        found.append(unquote(decoded, first + 1))
        index += 1
    return found


def _base64(lines: Sequence[str], start: int, end: int, charset: str) -> list[Line]:
    """Decoded lines, each placed at the encoded line that it starts in."""
    encoded = ["".join(line.split()) for line in lines[start:end]]
    try:
        data = base64.b64decode("".join(encoded).encode("ascii", "ignore"))
    except binascii.Error:
        return []
    ends = list(itertools.accumulate(len(text) * 3 / 4 for text in encoded))
    found: list[Line] = []
    offset = 0
    is_narrow = len("\n".encode(charset)) == 1
    for text in _text(data, charset).split("\n"):
        number = min(start + 1 + bisect.bisect_right(ends, offset), end)
        whole = Decoded(text.rstrip("\r"), number)
        found.append(replace(unquote(whole, number), whole=whole))
        offset += len(text.encode(charset, "replace")) + 1 if is_narrow else 0
    return found


def _text(data: bytes, charset: str) -> str:
    try:
        return decode(data, charset)
    except UnicodeError:
        return data.decode("utf-8", "replace")
