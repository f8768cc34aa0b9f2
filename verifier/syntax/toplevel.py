"""The top level of a snippet: functions, declarations, conditions, and what is skipped."""

from __future__ import annotations

import re

from verifier.syntax import terms
from verifier.syntax.declarations import declaration, head, is_declaration
from verifier.syntax.layout import Piece, statements
from verifier.syntax.vocabulary import is_type
from verifier.syntax.words import TAGGED, Text, Word, fixed, joined

_QUANTIFIERS = frozenset(("exists", "forall"))
_LITMUS = {"/\\": "&&", "\\/": "||", "=": "==", "~": "!"}
_EFFECT = re.compile(
    r"(?:__)?smp_|(?:READ|WRITE)_ONCE|(?:raw_)?atomic|x?chg|(?:BUG|WARN)_|assert|set_current|[rw]?mb\Z"
)


def external(text: Text, first: int) -> Piece:
    """The words of the item of the top level that starts at `first`, and where the next one starts."""
    if text.text(first) == ";":
        return [], first + 1
    quantifier = first + 1 if text.text(first) == "~" else first
    if text.text(quantifier) in _QUANTIFIERS:
        return _condition(text, first, quantifier)
    opener = _parameters(text, first)
    if opener is not None and text.text(text.closing[opener] + 1) == "{":
        body = text.closing[opener] + 1
        end = text.closing[body] + 1
        return [*head(text, first, opener), *statements(text, body, end)], end
    return _declaration(text, first, opener)


def _condition(text: Text, first: int, quantifier: int) -> Piece:
    """`exists (…)` in C's or in litmus spelling."""
    opener = quantifier + 1
    if text.text(opener) != "(":
        message = f"`{text.text(quantifier)}` without a condition; expected `{text.text(quantifier)} (…)`"
        raise text.problem("condition", message, first, quantifier + 1)
    closer = text.closing[opener]
    words = [fixed(text.tokens[p]) for p in range(first, quantifier + 1)]
    position = opener
    while position <= closer:
        word, position = _formula_word(text, position)
        words.append(word)
    return words, closer + 1


def _formula_word(text: Text, position: int) -> tuple[Word, int]:
    if text.text(position + 1) == ":" and text.kind(position) in ("name", "number"):
        if text.kind(position + 2) == "name":
            return joined(text, "SCOPED", position, position + 3), position + 3
    token = text.tokens[position]
    if token.text == "not":
        return Word("!", "!", *token[2:]), position + 1
    if token.text in _LITMUS:
        return Word(_LITMUS[token.text], _LITMUS[token.text], *token[2:]), position + 1
    return terms.plain(text, position), position + 1


def _parameters(text: Text, first: int) -> int | None:
    """The parenthesis of the parameters, where what starts at `first` looks like a function's head."""
    position = first
    while text.kind(position) in ("name", "keyword") or text.text(position) == "*":
        following = text.text(position + 1)
        if following == "(" and text.kind(position) == "name":
            return position + 1
        if following == "{":
            return None
        position += 1
    return None


def _declaration(text: Text, first: int, opener: int | None) -> Piece:
    """A declaration, a prototype, or a macro's call that is skipped."""
    end = _item_end(text, first)
    if opener is not None:
        closer = text.closing[opener]
        if _is_macro(text, first, opener):
            if _EFFECT.match(text.text(opener - 1)):
                raise _outside(text, first, closer + 1)
            stop = end if text.text(end) == ";" and not text.breaks_before(closer + 1) else closer + 1
            return [joined(text, "SKIPPED", first, stop)], stop
        if text.text(first) not in ("typedef", *TAGGED) or text.text(closer + 1) == ";":
            return [*head(text, first, opener), *_rest(text, closer + 1, end)], end + 1
    if not is_declaration(text, first) and text.kind(first) != "keyword" and text.text(end) == ";":
        raise _outside(text, first, end)
    if text.text(first) in ("struct", "union", "enum", "typedef", "static") or is_declaration(text, first):
        return [*declaration(text, first, end), *_rest(text, end, end)], end + 1
    raise _outside(text, first, end)


def _rest(text: Text, first: int, end: int) -> list[Word]:
    """Whatever stands between a head and its `;`, and the `;`: what is wrong there the grammar tells."""
    return [terms.plain(text, p) for p in range(first, min(end + 1, len(text.tokens)))]


def _is_macro(text: Text, first: int, opener: int) -> bool:
    """`NAME(…)` without a type before it: MODULE_LICENSE("GPL"), static DEFINE_SPINLOCK(lock)."""
    name = opener - 1
    if name > first and text.text(first) == "static":
        first += 1
    return name == first and not is_type(text.text(name))


def _item_end(text: Text, first: int) -> int:
    """The index of the item's `;`, or of the end of the text."""
    position = first
    while position < len(text.tokens) and text.text(position) != ";":
        position = text.closing.get(position, position) + 1
    return position


def _outside(text: Text, first: int, end: int) -> Exception:
    end = next((p for p in range(first + 1, end) if text.breaks_before(p)), max(first + 1, end))
    message = (
        "found code outside any function; expected a function, a declaration or `exists (…)`: "
        "put statements into a function such as `void thread(void) { … }`"
    )
    return text.problem("outside-function", message, first, end)
