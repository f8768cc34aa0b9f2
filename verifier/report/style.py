"""Colour, laid over finished text: the plain and the coloured report hold the same characters."""

from __future__ import annotations

import re

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
_STALE = re.compile(r"(<-- stale|nothing orders|not enough)")
_FIX = re.compile(r"^( *)((?:to fix|either|or|and|missing): .*)$")
_STATUS_LINE = re.compile(r"^(?:\S.*|      +(?:[\w./-]+(?:, )?)+: .*)$")
_CONTROL = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}")
# Controls, and what is invisible or changes the direction of the text (Unicode's Bidi_Control, zero width, tags).
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)


@record(frozen=True, slots=True)
class Style:
    """How text reaches the reader: the width of prose and of drawings, and whether it may be coloured."""

    width: int = 80
    drawing_width: int = 100
    colour: bool = False


def printable(text: str) -> str:
    """The text with control characters replaced, so that a snippet can't drive the terminal."""
    return text.translate(_CONTROL)


def visible(text: str) -> str:
    """The text with unseen characters by their numbers, as in ⟨U+202E⟩: what is left fits into HTML and XML."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


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
