"""Colour, laid over finished text: the plain and the coloured report hold the same characters."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from verifier.record import record

RESET = "\x1b[0m"
BOLD, RED, GREEN, YELLOW = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m"

_BAD = "refuted|half paired|unpaired|too weak|misplaced|violated|violates"
_OPEN = "undecided|vacuous|nothing to check|unmatched"
_GOOD = "proved|paired|holds|redundant"

# The first group of a pattern is painted; patterns are tried in this order and don't overlap.
_PATTERNS = (
    (re.compile(rf"\b({_BAD})\b(?=[ :,;.(]|$)"), RED + BOLD),
    (re.compile(rf"\b({_OPEN})\b(?=[ :,;.(]|$)"), YELLOW + BOLD),
    (re.compile(rf"\b({_GOOD})\b(?=[ :,;.(]|$)"), GREEN + BOLD),
)
_UNPARTED = re.compile(r"\blines? \d| = \S")
_UNBROKEN = "\N{NO-BREAK SPACE}"
_STALE = re.compile(r"(<-- stale|nothing orders|not enough)")
_FIX = re.compile(r"^( *)((?:to fix|either|or|and|missing): .*)$")
_STATUS_LINE = re.compile(
    rf"^(?:\S.*|      +(?:[\w./-]+(?:, )?)+: .*|  (?:[\w./, -]+: )?(?:{_BAD}|{_OPEN}|{_GOOD}): .*)$"
)
# Controls, and what is invisible or changes the direction of the text: format characters, fillers, tags, surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff\ud800-\udfff]"
)


@record(frozen=True, slots=True)
class Style:
    """How text reaches the reader: the width of prose and of drawings, and whether it may be coloured."""

    width: int = 80
    drawing_width: int = 100
    colour: bool = False


def visible(text: str) -> str:
    """The text with unseen characters by their numbers, as in ⟨U+202E⟩: what is left fits into HTML and XML,
    drives no terminal and stands in the order of its characters."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def one_line(text: str) -> str:
    """The text, visible, with what would break the line visible as well."""
    return visible(text).replace("\n", "⟨U+000A⟩")


def wrap(text: str, width: int, first: int = 0, rest: int = 0) -> list[str]:
    """The text as lines of at most that width, where its words allow it, indented; `line 7` and `x = 0` are
    not parted."""
    kept = _UNPARTED.sub(lambda found: found[0].replace(" ", _UNBROKEN), text)
    lines = textwrap.wrap(
        kept,
        max(width, rest + 20),
        initial_indent=" " * first,
        subsequent_indent=" " * rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_UNBROKEN, " ") for line in lines]


def and_list(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def paint(text: str, style: Style) -> str:
    """The text with verdicts, stale reads and fixes coloured, where the style allows it."""
    if not style.colour:
        return text
    return "\n".join(_paint_line(line) for line in text.split("\n"))


def _paint_line(line: str) -> str:
    fix = _FIX.match(line)
    if fix:
        return f"{fix[1]}{BOLD}{fix[2]}{RESET}"
    line = _STALE.sub(rf"{RED}{BOLD}\1{RESET}", line)
    if not _STATUS_LINE.match(line):
        return line
    for pattern, colour in _PATTERNS:
        line = pattern.sub(rf"{colour}\1{RESET}", line)
    return line
