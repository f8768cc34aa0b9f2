"""A file as somebody reads it who answers it: its lines decoded, and who wrote it and when."""

from __future__ import annotations

import contextlib
from email import message_from_string
from email.header import decode_header, make_header

from verifier.inbox.mail import as_decoded, is_mail, messages
from verifier.inbox.recognise import decode
from verifier.record import record


@record(frozen=True, slots=True)
class Letter:
    """`lines` are those of the file, one for one; `sender` and `date` are empty where the file is no mail."""

    lines: tuple[str, ...]
    sender: str
    date: str


def letter(name: str, data: bytes) -> Letter:
    """The file's lines, decoded where it is a mail, and the first mail's sender and date. Raises ReadError."""
    text = decode(name, data)
    lines = tuple(text.split("\n"))
    if not is_mail(lines):
        return Letter(lines, "", "")
    shown = as_decoded(lines, [line for m in messages(lines) for line in m.lines])
    headers = message_from_string(text)
    return Letter(shown, _words(headers.get("From", "")), _words(headers.get("Date", "")))


def _words(header: object) -> str:
    """A header in words, on one line."""
    text = str(header)
    with contextlib.suppress(LookupError, ValueError):
        text = str(make_header(decode_header(text)))
    return " ".join(text.split())
