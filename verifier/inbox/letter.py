"""A file as somebody reads it who answers it: its lines decoded, and who wrote it and when."""

from __future__ import annotations

from verifier.inbox.mail import as_decoded, is_mail, messages
from verifier.inbox.recognise import decode
from verifier.record import record


@record(frozen=True, slots=True)
class Letter:
    """`lines` are those of the file, one for one, and behind them those that it has encoded; `sender` and
    `date` are empty where the file is no mail."""

    lines: tuple[str, ...]
    sender: str
    date: str


def letter(name: str, data: bytes) -> Letter:
    """The file's lines, decoded where it is a mail, and the first mail's sender and date. Raises ReadError."""
    text = decode(name, data)
    lines = tuple(text.split("\n"))
    if not is_mail(lines):
        return Letter(lines, "", "")
    mails = messages(lines)
    shown = as_decoded(lines, [line for m in mails for line in m.lines])
    return Letter(shown, mails[0].sender, mails[0].date)
