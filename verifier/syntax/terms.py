"""Expressions and declarations as words: which names are types, and what is no expression at all."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.syntax.words import TAGGED, Text, Word, fixed, joined

_KINDS = {"name": "NAME", "number": "NUMBER", "char": "CHAR", "string": "STRING", "dots": "WORDS"}
_OPERANDS = frozenset(("NAME", "NUMBER", "CHAR", "WORDS", "SCOPED"))
_PREFIX = frozenset(("-", "+", "!", "~", "*", "&", "++", "--", "sizeof"))
_ASSEMBLY = frozenset(("asm", "__asm__", "__asm"))
_TYPEOF = frozenset(("typeof", "__typeof__", "__typeof", "typeof_unqual", "__auto_type"))


def expression(text: Text, first: int, end: int) -> list[Word]:
    """The words of tokens[first:end], types after `(` and `,` told from names."""
    words: list[Word] = []
    position, depth = first, 0
    while position < end:
        if _may_hold_type(text, position):
            stop = type_end(text, position, end)
            if stop > position and _is_type_place(text, stop, end):
                words += type_words(text, position, stop)
                position = stop
                continue
        if text.text(position) in _ASSEMBLY and text.text(position + 1) == "(":
            closer = text.closing[position + 1]
            words += [plain(text, position), plain(text, position + 1)]
            words += [joined(text, "WORDS", position + 2, closer)] if position + 2 < closer else []
            position = closer
        word = plain(text, position)
        depth += {"(": 1, ")": -1}.get(word.kind, 0)
        is_part = depth > 0 and word.kind == "NAME" and _is_part_of_string(text, position)
        words.append(word._replace(kind="STRING") if is_part else word)
        position += 1
    return words


def _is_part_of_string(text: Text, position: int) -> bool:
    """Whether a name beside a string is a macro for a part of it, as KERN_ERR is."""
    following = position + 1 + (text.kind(position + 1) == "name")
    if text.kind(following) == "string":
        return True
    return text.kind(position - 1) == "string" and text.text(position + 1) != "("


def plain(text: Text, position: int) -> Word:
    """The word of one token on its own. Raises SyntaxProblem for a character that no code has."""
    token = text.tokens[position]
    kind = _KINDS.get(token.kind)
    if kind is not None:
        return Word(kind, *token[1:])
    if token.kind == "junk":
        raise text.problem(
            "character", f"found `{token.text}`, which is no part of C", position, position + 1
        )
    return fixed(token)._replace(kind="->") if token.text == "→" else fixed(token)


def type_end(text: Text, first: int, end: int) -> int:
    """Where a type that starts at `first` ends, before its stars; `first` itself where none starts there."""
    position = first
    while position < end:
        if text.text(position) in TAGGED and text.kind(position + 1) == "name":
            position += 2
        elif text.text(position) in _TYPEOF and text.text(position + 1) == "(":
            position = text.closing[position + 1] + 1
        elif text.is_known_type(position) or text.text(position) == "__auto_type":
            position += 1
        else:
            break
    if position > first or text.kind(first) != "name":
        return position
    stars = skip_stars(text, first + 1)
    if stars > first + 1 and text.text(stars) in (")", ","):
        return first + 1
    return first + 1 if _is_unknown_cast(text, first) else first


def type_words(text: Text, first: int, end: int) -> list[Word]:
    """TYPE words of tokens[first:end], a `typeof (…)` being one."""
    words: list[Word] = []
    position = first
    while position < end:
        stop = position + 1
        if text.text(position) in _TYPEOF and text.text(stop) == "(":
            stop = text.closing[stop] + 1
        words.append(joined(text, "TYPE", position, stop))
        position = stop
    return words


def skip_stars(text: Text, position: int) -> int:
    while text.text(position) == "*":
        position += 1
    return position


def _may_hold_type(text: Text, position: int) -> bool:
    return (
        position > 0 and text.text(position - 1) in ("(", ",") and text.kind(position) in ("name", "keyword")
    )


def _is_type_place(text: Text, stop: int, end: int) -> bool:
    stars = skip_stars(text, stop)
    return text.text(stars) in (")", ",") or stars >= end


def _is_unknown_cast(text: Text, position: int) -> bool:
    """`(name) operand`: a name alone in parentheses with an operand right after them."""
    opener = position - 1
    if text.text(opener) != "(" or text.text(position + 1) != ")" or text.breaks_before(position + 2):
        return False
    if opener > 0 and (text.kind(opener - 1) in ("name", "keyword") or text.text(opener - 1) in (")", "]")):
        return False
    return text.kind(position + 2) in ("name", "number")


def violation(words: Sequence[Word]) -> int | None:
    """Index of the first word that can't stand there in an expression, len(words) for its end; or None."""
    expecting = True
    openers: list[int] = []
    index = 0
    while index < len(words):
        kind = words[index].kind
        if kind == "TYPE":
            index = _past_type(words, index)
            if not expecting:
                return index - 1
            expecting = False
            continue
        if kind in _OPERANDS or kind == "STRING":
            if not expecting and not (kind == "STRING" and words[index - 1].kind == "STRING"):
                return index
            expecting = False
        elif kind in ("(", "["):
            openers.append(index)
            expecting = True
        elif kind in (")", "]"):
            opener = openers.pop() if openers else -1
            if expecting and opener != index - 1 and not _closes_cast(words, opener, index):
                return index
            expecting = kind == ")" and _closes_cast(words, opener, index)
        elif kind in ("{", "}"):
            expecting = kind == "{"
        elif expecting:
            if kind not in _PREFIX and not (kind == "." and index and words[index - 1].kind in ("{", ",")):
                return index
        elif kind in ("!", "~", "sizeof") or not _is_operator(kind):
            return index
        else:
            expecting = kind not in ("++", "--")
        index += 1
    return len(words) if expecting else None


def _is_operator(kind: str) -> bool:
    return not kind[:1].isalpha()


def _past_type(words: Sequence[Word], index: int) -> int:
    while index < len(words) and words[index].kind in ("TYPE", "*"):
        index += 1
    return index


def _is_cast(words: Sequence[Word], closer: int) -> bool:
    """Whether what follows the parenthesis at `closer`, which holds a type, is the operand of a cast."""
    if closer + 1 >= len(words):
        return False
    kind = words[closer + 1].kind
    return kind in _OPERANDS or kind in _PREFIX or kind in ("(", "STRING", "{")


def _closes_cast(words: Sequence[Word], opener: int, closer: int) -> bool:
    if opener < 0 or opener + 1 >= closer or words[opener + 1].kind != "TYPE":
        return False
    called = opener > 0 and words[opener - 1].kind in ("NAME", ")", "]", "sizeof")
    return not called and _past_type(words, opener + 1) == closer and _is_cast(words, closer)
