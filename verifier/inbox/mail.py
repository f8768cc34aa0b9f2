"""Mails to lines of text: MIME parts decoded, every line knowing its place in the user's file."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from verifier.inbox.line import Line, unquote

if TYPE_CHECKING:
    from email.message import Message

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*:(?:\s|$)")
_KNOWN = re.compile(r"(?:from|date|subject|message-id|to|mime-version|content-type|received):", re.IGNORECASE)


def is_mail(lines: Sequence[str]) -> bool:
    """Whether the text starts with mail headers (perhaps after an mbox's `From ` line)."""
    start = 1 if lines and lines[0].startswith("From ") else 0
    end = _headers_end(lines, start, len(lines))
    known = sum(bool(_KNOWN.match(line)) for line in lines[start:end])
    return known >= 2


def mail_lines(lines: Sequence[str]) -> list[Line]:
    """The lines of a mail's text parts, unquoted."""
    start = 1 if lines and lines[0].startswith("From ") else 0
    return _part(lines, start, len(lines))


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
    from email import message_from_string  # a part of the library that takes long to load

    message = message_from_string("\n".join(lines[start:body]) + "\n\n")
    body += 1
    boundary = message.get_boundary()
    if message.get_content_maintype() == "multipart" and boundary:
        return _parts(lines, body, end, boundary)
    if message.get_content_type() not in ("text/plain", "text/x-patch", "text/x-diff"):
        return []
    return _decoded(message, lines, body, end)


def _parts(lines: Sequence[str], start: int, end: int, boundary: str) -> list[Line]:
    found: list[Line] = []
    marks = [i for i in range(start, end) if lines[i].rstrip() in (f"--{boundary}", f"--{boundary}--")]
    for mark, following in zip(marks, [*marks[1:], end], strict=True):
        if lines[mark].rstrip() == f"--{boundary}":
            found += _part(lines, mark + 1, following)
    return found


def _decoded(message: Message, lines: Sequence[str], start: int, end: int) -> list[Line]:
    encoding = str(message.get("Content-Transfer-Encoding", "")).strip().lower()
    charset = message.get_content_charset() or "utf-8"
    if encoding == "quoted-printable":
        return _quoted_printable(lines, start, end, charset)
    if encoding == "base64":
        return _base64(lines, start, end, charset)
    return [unquote(lines[i], i + 1) for i in range(start, end)]


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
    """Decoded lines; their place is the encoded body's first line, since they have none of their own."""
    try:
        data = base64.b64decode("".join(lines[start:end]).encode("ascii", "ignore"))
    except binascii.Error:
        return []
    return [unquote(text.rstrip("\r"), start + 1) for text in _text(data, charset).split("\n")]


def _text(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return data.decode("utf-8", "replace")
