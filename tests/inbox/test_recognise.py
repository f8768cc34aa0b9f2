"""What kind of text a file is, and what is said about files that hold nothing to check."""

from __future__ import annotations

import pytest

from verifier.errors import ReadError
from verifier.inbox import Diagram, Litmus, Snippet, recognise

CODE = b"void f(void)\n{\n\tsmp_mb();\n}\n"

UNREADABLE = [
    ("a.c", b"", "empty"),
    ("a.txt", b" \n\t\n", "empty"),
    ("a.o", b"\x7fELF\0\0\0", "binary"),
    ("a.c", b"int caf\xe9;\n", "encoding"),
    ("a.c", b"x" * 3_000_000, "too-large"),
    ("a.c", b"x = 1;\n" * 100_000, "too-large"),
    ("a.txt", b"Dear all,\n\nthis is only a letter.\n", "nothing"),
    ("a.c", b"/* only a comment */\n", "nothing"),
    ("a.eml", b"From: a\nSubject: b\nDate: c\n\nhello\n", "nothing"),
]


@pytest.mark.parametrize(
    ("name", "data", "code"), UNREADABLE, ids=[f"{n}-{r[2]}" for n, r in enumerate(UNREADABLE)]
)
def test_files_that_hold_nothing_to_check(name: str, data: bytes, code: str) -> None:
    with pytest.raises(ReadError) as caught:
        recognise(name, data)
    assert caught.value.code == code
    assert caught.value.render().startswith(f"{name}: error: ")
    assert "expected" in caught.value.message


def test_a_diff_that_shows_no_function_is_nothing() -> None:
    with pytest.raises(ReadError) as caught:
        recognise("a.patch", b"diff --git a/README b/README\n@@ -1,2 +1,2 @@\n-x();\n+y();\n")
    assert caught.value.code == "nothing"


@pytest.mark.parametrize("name", ["MP.litmus", "mp", "-", "mp.c"])
def test_litmus_tests_are_known_by_their_first_line(name: str) -> None:
    (piece,) = recognise(name, b"C MP+wmb\n\n{}\n\nP0(int *x) { }\n")
    assert isinstance(piece, Litmus)


@pytest.mark.parametrize("name", ["a.c", "a.txt", "-", "noname"])
def test_code_is_a_snippet_whatever_the_name(name: str) -> None:
    (piece,) = recognise(name, CODE)
    assert isinstance(piece, Snippet)
    assert piece.lines[0] == 1


def test_carriage_returns_and_a_byte_order_mark_are_no_code() -> None:
    (piece,) = recognise("a.c", b"\xef\xbb\xbf" + CODE.replace(b"\n", b"\r\n"))
    assert isinstance(piece, Snippet)
    assert piece.source.text == CODE.decode()


DIAGRAM = """\
CPU0                    CPU1

x =3D 1;                  r1 =3D READ_ONCE(a_rather_long_name->of_a_field) + and_=
more;
smp_wmb();              smp_rmb();
y =3D 1;                  r2 =3D x;
"""
HEADERS = "From: a@b\nSubject: c\nDate: d\nMIME-Version: 1.0\n"


def mail(content: str, body: str, encoding: str = "7bit") -> bytes:
    return f"{HEADERS}Content-Type: {content}\nContent-Transfer-Encoding: {encoding}\n\n{body}".encode()


def test_quoted_printable_is_decoded_and_places_are_the_raw_lines() -> None:
    (piece,) = recognise("a.eml", mail("text/plain; charset=utf-8", DIAGRAM, "quoted-printable"))
    assert isinstance(piece, Diagram)
    lines = [line.strip() for line in piece.columns[1][1].text.split("\n")]
    assert lines == ["r1 = READ_ONCE(a_rather_long_name->of_a_field) + and_more;", "smp_rmb();", "r2 = x;"]
    assert [origin.line for origin in piece.columns[1][1].origins] == [10, 12, 13]


def test_base64_is_decoded() -> None:
    import base64

    body = base64.b64encode(DIAGRAM.replace("=3D", "=").replace("_=\n", "_").encode()).decode()
    (piece,) = recognise("a.eml", mail("text/plain", body, "base64"))
    assert isinstance(piece, Diagram)


def test_the_text_parts_of_a_multipart_mail_are_read() -> None:
    text = DIAGRAM.replace("=3D", "=").replace("_=\n", "_")
    parts = f"--XX\nContent-Type: text/plain\n\n{text}\n--XX\nContent-Type: text/html\n\n<pre>{text}</pre>\n--XX--\n"
    (piece,) = recognise("a.eml", mail('multipart/mixed; boundary="XX"', parts))
    assert isinstance(piece, Diagram)
    assert piece.columns[0][1].quote(piece.lines[0]).startswith("CPU0")
