"""Preprocessor lines: constants are kept, one arm of each condition is, and the rest is noted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.record import record
from verifier.syntax.scanner import Remark, Scan, Token

_DIRECTIVE = re.compile(r"\s*#\s*(\w*)(.*)", re.DOTALL)
_DEFINE = re.compile(r"\s*([A-Za-z_]\w*)(?!\()\b(.*)", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


@record(frozen=True, slots=True)
class Macro:
    """`#define NAME value`, its value's text and where that starts in the source."""

    name: str
    value: str
    line: int
    column: int
    remark: Remark


@record(frozen=True, slots=True)
class Preprocessed:
    """The tokens that remain, the object-like macros, the other directives, and the arms that were left out."""

    tokens: tuple[Token, ...]
    macros: tuple[Macro, ...] = ()
    directives: tuple[Remark, ...] = ()
    arms: tuple[Remark, ...] = ()


def preprocess(scan: Scan, lines: Sequence[str]) -> Preprocessed:
    """Chooses an arm of each condition; `lines` are the source's.

    Kept are the first arm of `#if`, `#ifdef` and an include guard, the `#else` of `#if 0` and
    `#ifndef CONFIG_…`. The others are left out and noted, as are all lines but `#define NAME value`.
    """
    gaps = _left_out(scan.directives)
    left_out = {line for start, end in gaps for line in range(start + 1, end)}
    kept = tuple(d for d in scan.directives if d.line not in left_out)
    macros = tuple(m for m in map(_macro, kept) if m is not None)
    defined = {m.remark for m in macros}
    others = tuple(d for d in kept if d not in defined)
    arms = tuple(_arm(lines, *gap) for gap in gaps if gap[1] - gap[0] > 1)
    tokens = scan.tokens
    if gaps:
        tokens = tuple(t for t in tokens if t.line not in left_out)
    return Preprocessed(tokens, macros, others, arms)


def _word(directive: Remark) -> tuple[str, str]:
    match = _DIRECTIVE.match(directive.text)
    return (match.group(1), match.group(2).strip()) if match else ("", "")


def _left_out(directives: Sequence[Remark]) -> list[tuple[int, int]]:
    """The lines between two directives of a condition whose arm is left out."""
    gaps: list[tuple[int, int]] = []
    open_arms: list[tuple[bool, int, bool]] = []  # (kept, line of the arm's start, an arm was kept already)
    for directive in directives:
        word, rest = _word(directive)
        if word in ("if", "ifdef", "ifndef"):
            keep = not (rest == "0" or (word == "ifndef" and rest.startswith("CONFIG_")))
            open_arms.append((keep, directive.line, keep))
        elif word in ("else", "elif", "endif") and open_arms:
            keep, start, seen = open_arms.pop()
            if not keep:
                gaps.append((start, directive.line))
            if word != "endif":
                open_arms.append((not seen, directive.line, True))
    return gaps


def _arm(lines: Sequence[str], start: int, end: int) -> Remark:
    """The lines between two directives."""
    text = "\n".join(lines[start : end - 1])
    return Remark(text, start + 1, 1, end - 1, len(lines[end - 2]) + 1)


def _macro(directive: Remark) -> Macro | None:
    word, rest = _word(directive)
    match = _DEFINE.fullmatch(rest)
    if word != "define" or match is None or not _COMMENT.sub("", match.group(2)).strip():
        return None
    value = _COMMENT.sub("", match.group(2)).strip()
    offset = directive.text.find(value, directive.text.find(match.group(1)) + len(match.group(1)))
    before = directive.text[: max(offset, 0)]
    if "\n" in before:
        return Macro(match.group(1), value, directive.line + before.count("\n"), 1, directive)
    return Macro(match.group(1), value, directive.line, directive.column + len(before), directive)
