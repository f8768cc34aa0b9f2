"""Headers of mails and of their parts, however broken: what they say as far as it can be understood."""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from verifier.record import record

if TYPE_CHECKING:
    from email.message import Message as Parsed

_NO_CHARSETS = (
    "idna",
    "punycode",
    "raw-unicode-escape",
    "unicode-escape",
)  # codecs that no mail is written in


@record(frozen=True, slots=True)
class Content:
    """What a body is: `kind` as in text/plain, the transfer `encoding`, the `charset` as Python calls it, the
    `boundary` of its parts, "" where it has none."""

    kind: str
    encoding: str
    charset: str
    boundary: str
    is_flowed: bool


def content(headers: Sequence[str]) -> Content:
    """What the headers say of the body below them."""
    parsed = _parse(headers)
    return Content(
        kind=parsed.get_content_type(),
        encoding=str(parsed.get("Content-Transfer-Encoding", "")).strip().lower(),
        charset=_charset(_parameter(parsed, "charset")),
        boundary=_parameter(parsed, "boundary").rstrip(),
        is_flowed=_parameter(parsed, "format").lower() == "flowed",
    )


def values(headers: Sequence[str], names: Sequence[str]) -> list[str]:
    """The headers of those names, decoded, each on one line; "" for one that is not there."""
    parsed = _parse(headers)
    return [_words(str(parsed.get(name, ""))) for name in names]


def decode(data: bytes, charset: str) -> str:
    """The text of some bytes. Raises UnicodeError where they are none in that character set."""
    text = data.decode(charset)
    text.encode("utf-8")  # UTF-7 has halves of characters, which no output can have
    return text


def _parse(headers: Sequence[str]) -> Parsed:
    from email.parser import HeaderParser  # a part of the library that takes long to load

    return HeaderParser().parsestr("\n".join(headers) + "\n\n")


def _parameter(parsed: Parsed, name: str) -> str:
    """A parameter of the content's type, "" where there is none that can be understood."""
    from email.utils import collapse_rfc2231_value

    try:
        return collapse_rfc2231_value(parsed.get_param(name, "") or "")
    except (TypeError, ValueError):  # from pieces that can't be put in order, or decoded (RFC 2231)
        return ""


def _charset(name: str) -> str:
    """The character set of that name, as Python calls it; UTF-8 where there is none."""
    try:
        known = codecs.lookup(name or "utf-8").name
        "\n".encode(known)
    except (LookupError, ValueError):  # unknown, or no character set; not even a name
        return "utf-8"
    return "utf-8" if known in _NO_CHARSETS else known


def _words(header: str) -> str:
    from email.errors import MessageError
    from email.header import decode_header, make_header

    with contextlib.suppress(LookupError, ValueError, MessageError):
        decoded = str(make_header(decode_header(header)))
        decoded.encode("utf-8")
        header = decoded
    return " ".join(header.split())
