"""The types that a text defines: what its structs have as members, what its enumerations have as constants, and what
its typedefs stand for.

They are found by their shape, so that one line that can't be read, such as a macro's, hides none of the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.source import Span
from verifier.syntax import tree
from verifier.syntax.declarations import comma, is_pointer_to_function, specifier_end
from verifier.syntax.outline import unnamed_enum
from verifier.syntax.words import TAGGED, Text, written

_SIZE = re.compile(r"[1-9][0-9]{0,8}")
_TAGGED = ("struct", "union")


def types(text: Text) -> tuple[tree.Struct | tree.Typedef | tree.Enum, ...]:
    """The structs, enumerations and typedefs of a text, in its order."""
    found: list[tree.Struct | tree.Typedef | tree.Enum] = []
    position = 0
    while position < len(text.tokens):
        if text.text(position) in _TAGGED and (opener := _opener(text, position)) is not None:
            found += _struct(text, position, opener)
        elif text.text(position) == "enum" and (opener := _opener(text, position)) is not None:
            found += _enum(text, position, opener)
        elif text.text(position) == "typedef":
            found += _typedef(text, position + 1)
        position += 1
    return tuple(found)


def _opener(text: Text, position: int) -> int | None:
    """Where the members of the struct begin that is defined here, if any is."""
    opener = position + 1 + (text.kind(position + 1) == "name")
    return opener if text.text(opener) == "{" and opener in text.closing else None


def _struct(text: Text, first: int, opener: int) -> Iterator[tree.Struct]:
    """A struct under its own name and under that of its typedef, as far as it has these."""
    closer = text.closing[opener]
    names = _names(text, first, opener)
    span = text.span(first, closer + 1)
    unnamed = span if text.text(first) == "union" and opener == first + 1 else None
    fields = tuple(_fields(text, opener + 1, closer, (), unnamed)) if names else ()
    return (tree.Struct(name, fields, span) for name in names)


def _names(text: Text, first: int, opener: int) -> list[str]:
    """What a type is called that is defined here: by its tag, and by a typedef."""
    after = text.closing[opener] + 1
    names = [f"{text.text(first)} {text.text(first + 1)}"] if opener > first + 1 else []
    is_typedef = first > 0 and text.text(first - 1) == "typedef" and text.kind(after) == "name"
    return [*names, text.text(after)] if is_typedef else names


def _enum(text: Text, first: int, opener: int) -> Iterator[tree.Enum]:
    """An enumeration under each of its names; one without a name under that of its first constant."""
    closer, position, constants = text.closing[opener], opener + 1, list[str]()
    while position < closer:
        constants.append(text.text(position))
        position = comma(text, position, closer) + 1
    names = _names(text, first, opener) or [unnamed_enum(constants[0]) if constants else ""]
    return (tree.Enum(name, tuple(constants), text.span(first, closer + 1)) for name in names)


_Unions = tuple[tuple[Span, int], ...]  # as in tree.Field


def _fields(
    text: Text, first: int, end: int, unions: _Unions, union: Span | None = None
) -> Iterator[tree.Field]:
    """What is declared between the braces, of a union or inside of some; of a member that can't be read, nothing is
    said."""
    number = 0
    while first < end:
        inside = unions if union is None else (*unions, (union, number))
        stop = first
        while stop < end and text.text(stop) != ";":
            stop = text.closing.get(stop, stop) + 1
        opener = _opener(text, first) if text.text(first) in _TAGGED else None
        if opener is not None and text.kind(text.closing[opener] + 1) != "name":
            span = text.span(first, opener) if text.text(first) == "union" else None
            yield from _fields(text, opener + 1, text.closing[opener], inside, span)
        else:
            yield from _declared(text, first, stop, inside)
        first, number = stop + 1, number + 1


def _declared(text: Text, first: int, end: int, unions: _Unions) -> Iterator[tree.Field]:
    """The names that a declaration in tokens[first:end] gives to its type."""
    position = specifier_end(text, first, end)
    if position == first or text.text(first + 1) == "(":
        return
    kind = _type(text, first, position)
    while position < end:
        stop = comma(text, position, end)
        name = position
        while text.text(name) == "*":
            name += 1
        if not is_pointer_to_function(text, position) and text.kind(name) == "name":
            dimensions, after = [], name + 1
            while text.text(after) == "[":
                dimensions.append(_dimension(text, after + 1, text.closing[after]))
                after = text.closing[after] + 1
            if text.text(after) != "(":
                span = text.span(position, stop)
                of = tree.Type(kind, name - position, span)
                is_bits = text.text(after) == ":"
                yield tree.Field(of, text.text(name), tuple(dimensions), is_bits, unions, span)
        position = stop + 1


def _dimension(text: Text, first: int, end: int) -> tree.Name | tree.Number | None:
    if end != first + 1:
        return None
    word, span = text.text(first), text.span(first, end)
    if _SIZE.fullmatch(word):
        return tree.Number(int(word), word, span)
    return tree.Name(word, span) if text.kind(first) == "name" else None


def _type(text: Text, first: int, end: int) -> str:
    """A type's words; a struct that is defined here is its name alone."""
    if text.text(first) in TAGGED:
        return written(text, first, min(first + 2, end))
    words = [text.text(p) for p in range(first, end)]
    return " ".join(
        w for i, w in enumerate(words) if not i or not w.startswith("__") or text.is_known_type(first + i)
    )


def _typedef(text: Text, first: int) -> Iterator[tree.Typedef]:
    end = first
    while end < len(text.tokens) and text.text(end) != ";":
        end = text.closing.get(end, end) + 1
    for field in _declared(text, first, end, ()):
        if not field.dimensions and "{" not in field.type.name:
            yield tree.Typedef(field.name, field.type, field.span)
