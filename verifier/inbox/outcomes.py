"""Outcomes that are spoken of in a sentence: `r1 == 1 && r2 == 0 is forbidden`, `x and y can't both be 0`."""

from __future__ import annotations

import re

_TERM = r"[A-Za-z_]\w*(?:(?:->|\.)\w+)*\s*(?:==|!=|=)\s*-?\w+"
_JOIN = r"\s*(?:&&|\|\||/\\|\\/|\band\b|\bor\b|,)\s*"
_EXPRESSION = re.compile(rf"\(?\s*{_TERM}(?:{_JOIN}{_TERM})+\s*\)?")
_BOTH = re.compile(
    r"\b(?P<one>[A-Za-z_]\w*)\s+and\s+(?P<other>[A-Za-z_]\w*)\b[^.]*?\bboth\s+(?:be|read|see|are)\s+(?P<value>\d+)"
)
_FORBIDDEN = re.compile(
    r"\b(?:forbidden|false|must not|mustn't|cannot|can ?not|can't|never|not allowed|disallowed|impossible|not possible"
    r"|should not|shouldn't|won't|will not)\b",
    re.IGNORECASE,
)
_ALLOWED = re.compile(
    r"\b(?:allowed|possible|can happen|may happen|could happen|observable|true)\b", re.IGNORECASE
)


def outcome_said(text: str) -> str | None:
    """The condition that a line speaks of, as `~exists (…)` where it says that it must not be and `exists (…)` where
    it says that it may; None where it says neither."""
    expression = _expression(text)
    if expression is None:
        return None
    if _FORBIDDEN.search(text):
        return f"~exists ({expression})"
    return f"exists ({expression})" if _ALLOWED.search(text) else None


def _expression(text: str) -> str | None:
    both = _BOTH.search(text)
    if both is not None:
        return f"{both['one']} == {both['value']} && {both['other']} == {both['value']}"
    match = _EXPRESSION.search(text)
    if match is None:
        return None
    found = re.sub(r"\band\b|/\\|,", " && ", match[0].strip().strip("()"))
    found = re.sub(r"\bor\b|\\/", " || ", found)
    return " ".join(re.sub(r"\s*(?<![=!<>])={1,2}(?!=)\s*", " == ", found).split())
