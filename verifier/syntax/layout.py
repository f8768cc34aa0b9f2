"""Layout: scanned tokens to the words of the grammar.

Decides what no context-free grammar can: where a line's end ends a statement, what is prose and
not code, which names are types or loop macros, and what at top level is harmless and skipped.
One pass from left to right; a piece is a header, a brace or one simple statement.
"""

from __future__ import annotations

from verifier.syntax import terms
from verifier.syntax.declarations import declaration, is_declaration
from verifier.syntax.prose import argument_words, assigns_words, is_prose, prose_end, words_of_condition
from verifier.syntax.vocabulary import is_loop_macro
from verifier.syntax.words import Text, Word, after, fixed, joined

Piece = tuple[list[Word], int]

_HEADERS = frozenset(("if", "while", "for", "switch"))
_STATEMENT_KEYWORDS = frozenset(
    ("if", "else", "while", "do", "for", "switch", "case", "default", "goto", "break", "continue", "return")
)
_ENDS = frozenset((")", "]", "}", "++", "--"))
_UNARY = frozenset(("*", "&", "-", "+", "~"))


def statements(text: Text, first: int, end: int) -> list[Word]:
    """The words of the statements in tokens[first:end]. Raises SyntaxProblem."""
    words: list[Word] = []
    position = first
    while position < end:
        piece, position = _piece(text, position, end)
        words += piece
    return words


def _piece(text: Text, first: int, end: int) -> Piece:
    token = text.tokens[first]
    if first in text.prose:
        return _prose(text, first, line_end(text, first, end))
    if token.text in ("{", "}", ";", "else", "do"):
        return [fixed(token)], first + 1
    if token.text in _HEADERS:
        return _header(text, first, end)
    if token.text in ("case", "default"):
        return _case(text, first, end)
    if token.kind == "dots":
        return _prose(text, first, prose_end(text, first, line_end(text, first, end)))
    if token.kind == "name" and text.text(first + 1) == ":" and text.text(first + 2) != ":":
        return [terms.plain(text, first), fixed(text.tokens[first + 1])], first + 2
    if token.kind == "name" and text.text(first + 1) == "(":
        closer = text.closing[first + 1]
        if text.text(closer + 1) == ":" and text.lenient:
            return _prose(text, first, closer + 2)
        if is_loop_macro(token.text) and text.text(closer + 1) != ";":
            loop = Word("LOOP", *token[1:])
            return [loop, *_arguments(text, first + 1, closer)], closer + 1
    return _simple(text, first, end)


def _prose(text: Text, first: int, end: int) -> Piece:
    return [joined(text, "PROSE", first, end)], end + 1 if text.text(end) == ";" else end


def _header(text: Text, first: int, end: int) -> Piece:
    keyword, opener = text.tokens[first], first + 1
    if text.text(opener) != "(" or opener >= end:
        stop = line_end(text, first, end)
        if is_prose(text, first, stop) and keyword.text in ("for", "while") and text.text(stop) != "{":
            return _prose(text, first, stop)
        message = f"`{keyword.text}` without parentheses; expected `{keyword.text} (…)`"
        raise text.problem("condition", message, first, first + 1)
    closer = text.closing[opener]
    words = [fixed(keyword), *_condition(text, opener, closer, keyword.text == "for")]
    lacks_end = keyword.text == "while" and _ends_do(text, first) and text.text(closer + 1) != ";"
    if lacks_end or (text.lenient and _has_no_body(text, first, closer + 1, end)):
        words.append(after(text, closer, ";"))
    return words, closer + 1


def _has_no_body(text: Text, first: int, following: int, end: int) -> bool:
    """Whether a header in a column stands alone: at the end, before `}`, or a gap and no indented line."""
    if following >= end or text.text(following) == "}":
        return True
    if not text.indented or text.text(first) != "if" or not text.breaks_before(following):
        return False
    gap = text.user_line(following) - text.user_line(following - 1) > 1
    return gap and text.breaks_before(first) and text.tokens[following].column <= text.tokens[first].column


def _condition(text: Text, opener: int, closer: int, is_for: bool) -> list[Word]:
    """The parenthesised group of a header, its content one WORDS where it is said in words."""
    first = opener + 1
    semicolon = _semicolon(text, first, closer)
    if is_for and semicolon < closer:
        initial = declaration if is_declaration(text, first) else terms.expression
        inner = [*initial(text, first, semicolon), *terms.expression(text, semicolon, closer)]
    elif first < closer and (is_for or words_of_condition(text, first, closer)):
        inner = [joined(text, "WORDS", first, closer)]
    else:
        inner = argument_words(text, first, closer)
    return [fixed(text.tokens[opener]), *inner, fixed(text.tokens[closer])]


def _arguments(text: Text, opener: int, closer: int) -> list[Word]:
    inner = argument_words(text, opener + 1, closer)
    return [fixed(text.tokens[opener]), *inner, fixed(text.tokens[closer])]


def _semicolon(text: Text, first: int, end: int) -> int:
    position = first
    while position < end and text.text(position) != ";":
        position = text.closing.get(position, position) + 1
    return position


def _ends_do(text: Text, position: int) -> bool:
    """Whether the `while` at `position` follows the closing brace of a `do {`."""
    if position == 0 or text.text(position - 1) != "}":
        return False
    opener = text.opening[position - 1]
    return opener > 0 and text.text(opener - 1) == "do"


def _case(text: Text, first: int, end: int) -> Piece:
    position, questions = first + 1, 0
    while position < end and (text.text(position) != ":" or questions):
        questions += {"?": 1, ":": -1}.get(text.text(position), 0)
        position = text.closing.get(position, position) + 1
    stop = min(position + 1, end)
    words = [fixed(text.tokens[first])]
    dots = next((p for p in range(first + 2, stop) if text.kind(p) == "dots"), None)
    if dots is not None:  # a range of values
        words += [*terms.expression(text, first + 1, dots), fixed(text.tokens[dots])._replace(kind="...")]
    return [*words, *terms.expression(text, first + 1 if dots is None else dots + 1, stop)], stop


def _simple(text: Text, first: int, end: int) -> Piece:
    """A declaration, an expression, a jump or a line of prose."""
    line = line_end(text, first, end)
    is_declared = is_declaration(text, first)
    if not is_declared and is_prose(text, first, line):
        return _prose(text, first, line)
    stop = line if assigns_words(text, first, line) else max(_extent(text, first, end), first + 1)
    return [*_content(text, first, stop, is_declared), *_semicolon_after(text, stop, end)], _past(text, stop)


def _content(text: Text, first: int, stop: int, is_declared: bool) -> list[Word]:
    if is_declared:
        return declaration(text, first, stop)
    if text.text(first) in ("return", "goto", "break", "continue"):
        return [fixed(text.tokens[first]), *argument_words(text, first + 1, stop)]
    return argument_words(text, first, stop)


def _semicolon_after(text: Text, stop: int, end: int) -> list[Word]:
    """The statement's `;`: the one that stands there, or one put in where a line or the text ends."""
    if text.text(stop) == ";":
        return [fixed(text.tokens[stop])]
    if text.lenient or stop >= end or text.breaks_before(stop) or text.text(stop) in ("}", "{"):
        return [after(text, stop - 1, ";")]
    return []


def _past(text: Text, stop: int) -> int:
    return stop + 1 if text.text(stop) == ";" else stop


def line_end(text: Text, first: int, end: int) -> int:
    """Where the line's simple statement ends: at `;`, at a brace, or before the token that starts a line."""
    position = first
    while position < end:
        if position > first and text.breaks_before(position):
            break
        if text.text(position) in (";", "}") or (
            text.text(position) == "{" and not _opens_initialiser(text, position)
        ):
            break
        position = text.closing.get(position, position) + 1
    return position


def _extent(text: Text, first: int, end: int) -> int:
    """Where the simple statement at `first` ends: at `;`, a brace, a keyword, or a line's end."""
    position = first
    while position < end and text.text(position) != ";":
        if position > first and _ends_before(text, position):
            break
        if text.text(position) == "{" and not _opens_initialiser(text, position):
            break
        position = text.closing.get(position, position) + 1
    return position


def _ends_before(text: Text, position: int) -> bool:
    if text.text(position) == "}" or text.text(position) in _STATEMENT_KEYWORDS:
        return True
    return text.breaks_before(position) and _can_end(text, position - 1) and _can_start(text, position)


def _opens_initialiser(text: Text, position: int) -> bool:
    before = text.text(position - 1)
    if before in ("=", ",", "{", "->") or text.text(position - 1) in ("struct", "union", "enum"):
        return True
    if position > 1 and text.text(position - 2) in ("struct", "union", "enum"):
        return True
    return before == ")" and text.kind(position + 1) == "operator" and text.text(position + 1) in (".", "}")


def _can_end(text: Text, position: int) -> bool:
    if text.is_known_type(position) or text.text(position) in ("struct", "union", "enum", "static", "sizeof"):
        return False
    if text.text(position) == "return":  # what stands further in on the next line is what it returns
        return text.tokens[position + 1].column <= text.tokens[position].column
    return (
        text.kind(position) not in ("operator", "keyword")
        or text.text(position) in _ENDS
        or (text.text(position) in ("break", "continue"))
    )


def _can_start(text: Text, position: int) -> bool:
    """Whether the token at a line's start begins a statement rather than going on with the one before."""
    kind, token = text.kind(position), text.text(position)
    if kind == "string":
        return text.kind(position - 1) != "string"
    if kind != "operator":
        return True
    if token in ("++", "--", "{", "!"):
        return True
    if token == "(":
        return text.text(position - 1) == ")" or text.is_known_type(position + 1)
    here, following = text.tokens[position], text.tokens[min(position + 1, len(text.tokens) - 1)]
    return token in _UNARY and (here.end_line, here.end_column) == (following.line, following.column)


def value(text: Text) -> list[Word]:
    """The words of a text that is one expression."""
    return terms.expression(text, 0, len(text.tokens))


def statement_at(text: Text, words: list[Word], index: int) -> int | None:
    """Where the simple statement starts that holds the word at `index`, so that it can be taken as prose.

    None where the word belongs to none, or to one that is prose already.
    """
    end = len(text.tokens)
    places = {(token.line, token.column): position for position, token in enumerate(text.tokens)}
    for candidate in (index, index - 1):
        if not 0 <= candidate < len(words):
            continue
        found = places.get((words[candidate].line, words[candidate].column))
        if found is None:
            continue
        first = found
        while first > 0 and not text.breaks_before(first) and text.text(first - 1) not in (";", "{", "}"):
            first -= 1
        head = text.text(first)
        if first not in text.prose and head not in _STATEMENT_KEYWORDS and line_end(text, first, end) > first:
            return first
    return None
