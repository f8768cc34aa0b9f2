"""Lines of a user's file with their quoting and leaders taken off, each knowing its place."""

from __future__ import annotations

import re

from verifier.record import record
from verifier.source import Decoded

_QUOTE = re.compile(r"(?:[ \t]*>)+(?: (?=\S|[ \t])|$)?")
_ADDED = re.compile(r"[+](?![+])")
_COMMENT = re.compile(r"[ \t]*(?:/\*+|\*(?=[ \t]|$)|//)")
_COMMENT_END = re.compile(r"[ \t]*\*+/[ \t]*$")
TAB = 8


@record(frozen=True, slots=True)
class Line:
    """A line's text after its quote marks; `number` and `column` say where that starts in the user's file. `whole`: of
    a line that the file has encoded, all that it says.
    """

    text: str
    number: int
    column: int
    depth: int
    whole: Decoded | None = None

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


def unquote(text: str, number: int) -> Line:
    """The line of that number without its quote marks (`> > `, `>>`)."""
    match = _QUOTE.match(text)
    if match is None:
        return Line(text, number, 1, 0)
    return Line(text[match.end() :], number, match.end() + 1, match.group().count(">"))


@record(frozen=True, slots=True)
class Row:
    """A line ready for columns: `text` from `column` on, leaders blanked; characters' places on screen."""

    text: str
    number: int
    column: int
    screen: tuple[int, ...]

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


def leader(line: Line) -> str:
    """What comes before the text of a comment or an added line: "", "+", "*", "+*"."""
    added = _ADDED.match(line.text)
    comment = _COMMENT.match(line.text, added.end() if added else 0)
    return ("+" if added else "") + ("*" if comment else "")


def row(line: Line, lead: str) -> Row | None:
    """The line without the leader `lead`; None where it has not got that leader."""
    text, column = line.text.rstrip(), line.column
    if "+" in lead:
        match = _ADDED.match(text)
        if match is None:
            return None
        text, column = text[1:], column + 1
    if "*" in lead:
        comment = _COMMENT.match(text)
        if comment is None or _COMMENT_END.fullmatch(text):
            return None
        text = _COMMENT_END.sub("", text)
        text = re.sub(r"[*/]", " ", text[: comment.end()]) + text[comment.end() :]
    return Row(text.rstrip(), line.number, column, _screen(text.rstrip()))


def _screen(text: str) -> tuple[int, ...]:
    """The place on screen of each character, tabs going to the next multiple of TAB."""
    places: list[int] = []
    place = 0
    for character in text:
        places.append(place)
        place = (place // TAB + 1) * TAB if character == "\t" else place + 1
    return tuple(places)
