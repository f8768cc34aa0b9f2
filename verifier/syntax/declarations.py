"""Declarations and function heads as words, recognised by their shape."""

from __future__ import annotations

from verifier.syntax import terms
from verifier.syntax.vocabulary import leaving
from verifier.syntax.words import TAGGED, Text, Word, fixed, joined, written

_AFTER_NAME = frozenset((";", "=", ",", "["))


def is_declaration(text: Text, first: int) -> bool:
    """Whether the statement at `first` declares: `static …`, `struct x …`, `type name`, `name *name;`."""
    if text.text(first) in ("static", "typedef") or text.text(first) in TAGGED:
        return True
    if text.kind(first) != "name":
        return False
    known = terms.type_end(text, first, len(text.tokens))
    if text.is_known_type(first) or (known > first and text.text(first + 1) == "("):
        return (
            text.text(known) in ("*", ";")
            or text.kind(known) == "name"
            or is_pointer_to_function(text, known)
        )
    stars = terms.skip_stars(text, first + 1)
    if text.kind(stars) != "name" or text.text(stars + 1) not in _AFTER_NAME:
        return False
    return not (stars == first + 1 and leaving(written(text, first, stars + 1)))


def declaration(text: Text, first: int, end: int) -> list[Word]:
    """The words of a declaration in tokens[first:end], without its `;`."""
    words: list[Word] = []
    position = first
    while text.text(position) in ("static", "typedef"):
        words.append(fixed(text.tokens[position]))
        position += 1
    if _defines_enum(text, position):
        opener = position + 1 if text.text(position + 1) == "{" else position + 2
        words += [terms.plain(text, p) for p in range(position, opener)]
        return words + terms.expression(text, opener, end)
    stop = specifier_end(text, position, end)
    words += _specifier(text, position, stop)
    return words + _declarators(text, stop, end)


def head(text: Text, first: int, opener: int) -> list[Word]:
    """The words of a function's head: tokens from `first` to the closer of the parameters' parenthesis."""
    words: list[Word] = []
    position = first
    while text.text(position) == "static":
        words.append(fixed(text.tokens[position]))
        position += 1
    name = opener - 1
    stars = name
    while stars > position and text.text(stars - 1) == "*":
        stars -= 1
    words += _specifier(text, position, stars)
    words += [terms.plain(text, p) for p in range(stars, opener)]
    return words + parameters(text, opener)


def parameters(text: Text, opener: int) -> list[Word]:
    """The words of a parameter list, its parentheses among them."""
    closer = text.closing[opener]
    words = [fixed(text.tokens[opener])]
    position = opener + 1
    while position < closer:
        stop = comma(text, position, closer)
        words += _parameter(text, position, stop)
        if stop < closer:
            words.append(fixed(text.tokens[stop]))
        position = stop + 1
    return [*words, fixed(text.tokens[closer])]


def _parameter(text: Text, first: int, end: int) -> list[Word]:
    if text.kind(first) == "dots":
        return [fixed(text.tokens[first])._replace(kind="...")]
    stop = first
    while stop < end and text.kind(stop) in ("name", "keyword"):
        has_group = text.text(stop + 1) == "(" and stop + 1 < end - 1 and text.text(stop + 2) != "*"
        stop = text.closing[stop + 1] + 1 if has_group else stop + 1
    tail = stop
    if stop == end or text.text(stop) == "[":
        stop = _name_of_parameter(text, first, stop)
    words = _specifier(text, first, stop)
    if stop < tail:
        return words + [terms.plain(text, p) for p in range(stop, end) if not _is_attribute(text, p, stop)]
    return words + _declarators(text, stop, end)


def _name_of_parameter(text: Text, first: int, end: int) -> int:
    """Where the name of a parameter without stars stands: its last word, unless that is a type's."""
    last = end - 1
    while last > first + 1 and text.text(last).startswith("__"):
        last -= 1
    if last == first:
        return first if text.kind(first) == "name" and not text.is_known_type(first) else end
    if text.text(last - 1) in TAGGED:
        return end
    return end if text.is_known_type(last) else last


def _is_attribute(text: Text, position: int, name: int) -> bool:
    return position > name and text.text(position).startswith("__")


def _declarators(text: Text, first: int, end: int) -> list[Word]:
    words: list[Word] = []
    position = first
    while position < end:
        if is_pointer_to_function(text, position):
            closer = text.closing[position]
            words += [terms.plain(text, p) for p in range(position, closer + 1)]
            position = closer + 1
            if text.text(position) == "(":
                words += parameters(text, position)
                position = text.closing[position] + 1
            continue
        stop = comma(text, position, end)
        if not (text.text(position).startswith("__") and words and words[-1].kind == "NAME"):
            words += terms.expression(text, position, stop)
        if stop < end:
            words.append(fixed(text.tokens[stop]))
        position = stop + 1
    return _without_attributes(words)


def _without_attributes(words: list[Word]) -> list[Word]:
    """`regs __unused` is `regs`."""
    return [
        word
        for index, word in enumerate(words)
        if not (
            word.kind == "NAME" and word.text.startswith("__") and index and words[index - 1].kind == "NAME"
        )
    ]


def is_pointer_to_function(text: Text, position: int) -> bool:
    return text.text(position) == "(" and text.text(position + 1) == "*"


def comma(text: Text, first: int, end: int) -> int:
    position = first
    while position < end and text.text(position) != ",":
        position = text.closing.get(position, position) + 1
    return position


def _defines_enum(text: Text, position: int) -> bool:
    if text.text(position) != "enum":
        return False
    return "{" in (text.text(position + 1), text.text(position + 2))


def specifier_end(text: Text, first: int, end: int) -> int:
    """Where the type's words end and the declarators begin."""
    if text.text(first) in TAGGED:
        position = first + 1
        if text.kind(position) == "name":
            position += 1
        return text.closing[position] + 1 if text.text(position) == "{" else position
    position = first
    while position < end and text.kind(position) in ("name", "keyword"):
        if text.text(position + 1) == "(" and terms.type_end(text, position, end) > position + 1:
            position = text.closing[position + 1] + 1
        else:
            position += 1
    known = terms.type_end(text, first, end) if text.is_known_type(first) else first
    while known > first and text.text(known).startswith("__") and text.kind(known + 1) == "name":
        known += 1
    if first < known < position:
        return known
    if position > first + 1 and (position >= end or text.text(position) in _AFTER_NAME):
        return position - 1
    return position


def _specifier(text: Text, first: int, end: int) -> list[Word]:
    """TYPE words, attributes that look like `__word` dropped, and a struct's fields as one FIELDS word."""
    words: list[Word] = []
    position = first
    while position < end:
        if text.text(position) == "{":
            words.append(joined(text, "FIELDS", position, text.closing[position] + 1))
            position = text.closing[position] + 1
            continue
        stop = position + 1
        if text.text(stop) == "(" and stop < end:
            stop = text.closing[stop] + 1
        if not (text.text(position).startswith("__") and words and not text.is_known_type(position)):
            words.append(joined(text, "TYPE", position, stop))
        position = stop
    return words
