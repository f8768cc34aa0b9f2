"""What is said in words where code could stand."""

from __future__ import annotations

from verifier.errors import SyntaxProblem
from verifier.syntax import terms
from verifier.syntax.words import Text, Word, joined

_WORD_MARKS = frozenset((",", ".", "?", "!", ":", "-", "'", '"', "`", "@"))
_JUMPS = frozenset(("return", "goto", "break", "continue"))


def is_prose(text: Text, first: int, end: int) -> bool:
    """Whether tokens[first:end], the rest of a line, are prose and not a statement.

    In a snippet only plain words are: two or more without any operator. In a diagram's column
    (`lenient`) everything that can't be an expression is.
    """
    if first >= end:
        return False
    if not text.lenient:
        return _is_plain_words(text, first, end)
    start = first
    if text.text(first) in _JUMPS:
        start += 1
        if start == end or (text.text(first) == "goto" and end == start + 1 and text.kind(start) == "name"):
            return False
    if start == first and (assignment := _assignment(text, first, end)) is not None:
        return _is_no_expression(text, first, assignment)
    return _is_no_statement(text, start, end)


def assigns_words(text: Text, first: int, end: int) -> bool:
    """Whether a column's line, tokens[first:end], assigns something in words: `x = <the old value>`."""
    if not text.lenient or (assignment := _assignment(text, first, end)) is None:
        return False
    try:
        words = terms.expression(text, assignment + 1, end)
    except SyntaxProblem:
        return True
    wrong = terms.violation(words)
    return wrong is not None and wrong < len(words)


def _assignment(text: Text, first: int, end: int) -> int | None:
    """The position of the statement's `=`."""
    position = first
    while position < end:
        if text.text(position) == "=":
            return position if position > first else None
        position = text.closing.get(position, position) + 1
    return None


def prose_end(text: Text, first: int, end: int) -> int:
    """Where prose that starts with dots ends: at its closing dots, at the line's end, or after lone dots."""
    for position in range(first + 1, end):
        if text.kind(position) == "dots":
            return position + 1
        if text.kind(position) == "operator" and text.text(position) not in _WORD_MARKS:
            break
    if first + 1 < end and _is_no_expression(text, first + 1, end):
        return end
    has_words = first + 2 == end and text.kind(first + 1) == "name"
    return end if has_words else first + 1


def words_of_condition(text: Text, first: int, end: int) -> bool:
    """Whether a header's parenthesis holds words and no expression."""
    if text.kind(first) == "dots":
        return True
    return _is_no_expression(text, first, end) if text.lenient else _is_plain_words(text, first, end)


def argument_words(text: Text, first: int, end: int) -> list[Word]:
    """The words of an expression; in a column, arguments and values said in words are one WORDS each."""
    if not text.lenient:
        return terms.expression(text, first, end)
    words: list[Word] = []
    position = start = first
    while position <= end:
        if position < end and text.text(position) not in (",", "="):
            position = text.closing.get(position, position) + 1
            continue
        words += _part(text, start, position)
        if position < end:
            words.append(terms.plain(text, position))
        position = start = position + 1
    return words


def _part(text: Text, first: int, end: int) -> list[Word]:
    """The words of a stretch between commas and `=`."""
    if first >= end:
        return []
    if text.text(first - 1) == "=" and _is_no_expression(text, first, end):
        return [joined(text, "WORDS", first, end)]
    if text.text(first - 1) in ("(", ",") and _is_no_expression(text, first, end):
        return [joined(text, "WORDS", first, end)]
    opener = next((p for p in range(first, end) if text.text(p) == "(" and text.closing[p] == end - 1), None)
    if opener is None or not _called(text, opener) or opener + 1 == end - 1:
        return terms.expression(text, first, end)
    inner = argument_words(text, opener + 1, end - 1)
    return [*terms.expression(text, first, opener + 1), *inner, terms.plain(text, end - 1)]


def _called(text: Text, opener: int) -> bool:
    """Whether the parenthesis follows a name without a blank."""
    before, token = text.tokens[max(opener - 1, 0)], text.tokens[opener]
    is_adjacent = (before.end_line, before.end_column) == (token.line, token.column)
    return opener > 0 and before.kind == "name" and is_adjacent


def _is_plain_words(text: Text, first: int, end: int) -> bool:
    """Two words or more side by side, and nothing of code among them."""
    words = 0
    start = first + 1 if text.text(first) in _JUMPS else first
    for position in range(first, end):
        kind, token = text.kind(position), text.text(position)
        if kind in ("name", "keyword", "number"):
            words += 1
        elif kind not in ("dots", "junk", "char") and token not in _WORD_MARKS:
            return False
    return words > 1 and start < end and _is_no_expression(text, start, end)


def _is_no_expression(text: Text, first: int, end: int) -> bool:
    try:
        return terms.violation(terms.expression(text, first, end)) is not None
    except SyntaxProblem:
        return True


def _is_no_statement(text: Text, first: int, end: int) -> bool:
    """As _is_no_expression, but arguments may be said in words."""
    try:
        return terms.violation(argument_words(text, first, end)) is not None
    except SyntaxProblem:
        return True
