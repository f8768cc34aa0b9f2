"""What kind of text a file is, and the pieces of pseudo-code in it."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Sequence

from verifier.errors import ReadError, SyntaxProblem
from verifier.inbox.diagrams import find_diagrams
from verifier.inbox.line import Line
from verifier.inbox.mail import as_decoded, is_mail, messages, plain_lines
from verifier.inbox.pieces import Litmus, Patch, Piece, Snippet
from verifier.inbox.sides import find_patches
from verifier.inbox.trees import Surroundings
from verifier.source import Source
from verifier.syntax.litmus_split import has_head
from verifier.syntax.scanner import Scan, scan

BYTES = 1_000_000
LINES = 20_000
_DIFF = re.compile(r"^(?:[> ]*)(?:diff --git |@@ -\d)", re.MULTILINE)


def recognise(name: str, data: bytes, surroundings: Surroundings | None = None) -> tuple[Piece, ...]:
    """The pieces of a file: a litmus test, a snippet of pseudo-C, the diffs and the diagrams of mails or of a text, the
    diagrams of C comments. `surroundings` have the files that diffs are of.

    Raises ReadError where the file holds none of them, or is no text.
    """
    text = decode(name, data)
    if name.endswith(".litmus") or has_head(text):
        source = Source.whole(name, text)
        return (Litmus(source, name, (1, len(source.lines))),)
    lines = tuple(text.split("\n"))
    if name.endswith((".c", ".h")):
        return _c_file(name, text, lines)
    if is_mail(lines):
        mails = messages(lines)
        shown = as_decoded(lines, [line for m in mails for line in m.lines])
        return _found(
            name, [piece for m in mails for piece in _pieces(name, shown, m.lines, m.subject, surroundings)]
        )
    pieces = _pieces(name, lines, plain_lines(lines), "", surroundings)
    if any(not isinstance(piece, Patch) or piece.is_diff for piece in pieces):
        return tuple(pieces)
    if _is_code(text):
        return _c_file(name, text, lines)
    return _found(name, [])


def _pieces(
    name: str, raw: tuple[str, ...], lines: Sequence[Line], subject: str, surroundings: Surroundings | None
) -> list[Piece]:
    """The diagrams and the diffs of a text, in their order."""
    diagrams = find_diagrams(name, raw, lines)
    patches = find_patches(name, raw, lines, subject, diagrams, surroundings)
    if any(patch.file for patch in patches):  # whose lines are those of the files that they change
        return [*diagrams, *patches]
    return sorted([*diagrams, *patches], key=lambda p: p.lines)


def decode(name: str, data: bytes) -> str:
    """The file's text. Raises ReadError."""
    if not data.strip():
        raise ReadError("empty", "the file is empty; expected pseudo-C, a diagram or a mail", name)
    if len(data) > BYTES:
        message = f"the file has {len(data):,} bytes; expected at most {BYTES:,}"
        raise ReadError("too-large", message, name)
    count = data.count(b"\n")
    if count > LINES:
        message = f"the file has {count:,} lines; expected at most {LINES:,}"
        raise ReadError("too-large", message, name)
    if b"\0" in data:
        raise ReadError("binary", "found binary data; expected a text", name)
    try:
        text = data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        if not is_mail(data.decode("latin-1").splitlines()[:40]):
            message = f"byte {error.start} is not UTF-8; expected a text in UTF-8"
            raise ReadError("encoding", message, name) from None
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n")


def _found(name: str, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    if pieces:
        return tuple(pieces)
    message = (
        "found neither code, nor a diagram, nor a diff of C code; "
        "expected a function in pseudo-C, columns under a header, or a patch"
    )
    raise ReadError("nothing", message, name)


def _is_code(text: str) -> bool:
    """Whether a text of unknown kind is pseudo-C: it has braces and statements, and is no diff."""
    if _DIFF.search(text):
        return False
    return bool(re.search(r"\)\s*(?:/\*.*?\*/\s*)?\{", text) or re.search(r"^.*;\s*$", text, re.MULTILINE))


def _c_file(name: str, text: str, lines: tuple[str, ...]) -> tuple[Piece, ...]:
    """The code as a snippet, where there is any, and the diagrams in its comments."""
    source = Source.whole(name, text)
    snippet = Snippet(source, name, (1, len(lines)))
    try:
        scanned = scan(source)
    except SyntaxProblem:
        return (snippet,)
    diagrams = find_diagrams(name, lines, _comment_lines(scanned, lines)) if scanned.comments else []
    if scanned.tokens and (not diagrams or any(token.text == "{" for token in scanned.tokens)):
        return (snippet, *diagrams)
    return _found(name, diagrams)


def _comment_lines(scanned: Scan, lines: Sequence[str]) -> list[Line]:
    """The lines that stand wholly in comments, a blank one between comments."""
    found: list[Line] = []
    code = {number for token in scanned.tokens for number in range(token.line, token.end_line + 1)}
    for comment in scanned.comments:
        found += [
            Line(lines[number - 1], number, 1, 0)
            for number in range(comment.line, comment.end_line + 1)
            if number not in code
        ]
        if comment.text.startswith("/*"):
            found.append(Line("", comment.end_line, 1, 0))
    return found
