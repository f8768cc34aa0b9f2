"""Headers that say what can't be: the mail is read as far as it can be, with no other error."""

from __future__ import annotations

import base64

import pytest

from tests.inbox.test_patches import DIFF, TEXT, code, mail, parts, patch
from verifier.errors import ReadError
from verifier.inbox import recognise
from verifier.inbox.mime import content, values

FROM = "From: a@example.org\nDate: today\n"
CHARSETS = "idna punycode rot13 hex undefined unicode_escape raw_unicode_escape x-none mbcs".split()


@pytest.mark.parametrize("charset", [*CHARSETS, '"a b"', "''", "*"])
@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
def test_no_character_set(charset: str, encoding: str) -> None:
    """What is no character set counts as UTF-8."""
    body = base64.encodebytes(TEXT.encode()).decode() if encoding == "base64" else TEXT.replace("=", "=3D")
    found = patch(mail(body if encoding != "8bit" else TEXT, encoding, f"text/plain; charset={charset}"))
    assert code(found.after) == code(patch(DIFF).after)


@pytest.mark.parametrize(
    "charset",
    [
        "charset*=utf-8''%00x",  # no name
        "charset*=idna''a..b",  # in what it can't be written in
        "charset*=utf-8''x; charset*0=a",  # a whole and a piece of it
        f"charset*{'9' * 5000}=a",  # a piece of that number
        "charset",
    ],
)
def test_no_parameter(charset: str) -> None:
    assert code(patch(mail(TEXT, kind=f"text/plain; {charset}")).after) == code(patch(DIFF).after)


@pytest.mark.parametrize(
    "kind",
    [
        'multipart/mixed; boundary="=-y"',  # never comes
        "multipart/mixed; boundary*=idna''a..b",
        "multipart/mixed; boundary*=utf-8''x; boundary*0=a",
        "multipart/mixed",
        "multipart/",
        "/",
    ],
)
def test_no_parts(kind: str) -> None:
    """A mail whose parts have no edges has none."""
    with pytest.raises(ReadError, match="found neither code"):
        recognise("m.eml", mail(parts(TEXT), kind=kind).encode())


SUBJECTS = [
    ("=?utf-8?q?f=C3=BCr?=", "f\u00fcr"),
    ("=?utf-8?b?a?=", "=?utf-8?b?a?="),
    ("=?idna?q?a..b?=", "=?idna?q?a..b?="),
    ("=?rot13?q?a?=", "=?rot13?q?a?="),
    ("=?x\u00e9?q?a?=", "=?x\u00e9?q?a?="),
    ("=?utf-7?q?+2AA-?=", "=?utf-7?q?+2AA-?="),
    ("", ""),
]


@pytest.mark.parametrize(("subject", "expected"), SUBJECTS)
def test_subjects(subject: str, expected: str) -> None:
    """A header that can't be decoded is given as it stands."""
    assert values([f"Subject: {subject}"], ["Subject", "From"]) == [expected, ""]


def test_half_a_character() -> None:
    """UTF-7 can write half of a character that UTF-16 has in two, which nothing else can."""
    body = base64.encodebytes(b"caf+2AA- x\n" + DIFF.replace("+", "+-").encode()).decode()
    found = patch(mail(body, "base64", "text/plain; charset=utf-7"))
    "".join(text for _, text in found.message).encode()


def test_what_headers_say() -> None:
    said = content(['Content-Type: multipart/mixed; boundary="=-x "', "Content-Transfer-Encoding: Base64 "])
    assert (said.kind, said.boundary, said.encoding, said.charset) == (
        "multipart/mixed",
        "=-x",
        "base64",
        "utf-8",
    )
    said = content(["Content-Type: text/plain; charset=Latin1; format=Flowed"])
    assert (said.charset, said.is_flowed) == ("iso8859-1", True)
