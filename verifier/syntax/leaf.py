"""The words of a text as the parser's tables take them."""

from __future__ import annotations


class Leaf(str):
    """A word: its text, the grammar's name for its kind, and its place.

    It has the attributes of lark's tokens, so that lark takes it for one, without loading lark. `start_pos` is the
    word's number.
    """

    __slots__ = ("column", "end_column", "end_line", "end_pos", "line", "start_pos", "type")

    type: str
    start_pos: int
    line: int
    column: int
    end_line: int
    end_column: int
    end_pos: int


def leaf(type_: str, text: str, number: int, line: int, column: int, end_line: int, end_column: int) -> Leaf:
    """A word."""
    made = Leaf(text)
    made.type = type_
    made.start_pos = number
    made.end_pos = number + 1
    made.line = line
    made.column = column
    made.end_line = end_line
    made.end_column = end_column
    return made
