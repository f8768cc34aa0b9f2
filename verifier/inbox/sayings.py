"""What a message says in words of functions that it does not show: that they have a barrier, that they take a lock."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence

from verifier.record import record

_NAMES = r"(?P<names>(?:\b\w+\(\)[\s,]*(?:(?:and|or|thus|also|both|likewise|so|hence|therefore)\s+)*)+)"
_BARRIER = (
    r"(?:an?|the|its\s+own|implicit)?\s*(?:(?:full|general|implicit|complete|proper|memory|smp)[\s-]+)*"
    r"(?:barriers?\b|smp_mb\(\))"
)
_IMPLIES = re.compile(
    rf"{_NAMES}(?:already\s+|itself\s+|also\s+)*"
    r"(?:impl(?:y|ies)|includes?|contains?|has|have|provides?|issues?|acts?\s+as|is|are)\s+"
    rf"(?:already\s+)?{_BARRIER}"
)
_IMPLIED = re.compile(
    r"(?:smp_mb\(\)|full\s+(?:memory\s+)?barrier)\s+(?:is\s+)?(?:implied|provided)\s+by\s+(\w+)\(\)"
)
_LOCKS = re.compile(
    r"(?P<name>\w+)\(\)\s+(?:takes|acquires|grabs|needs|holds)\s+(?:the\s+)?(?P<lock>\w+?)(?:_lock|[\s-]+lock)\b"
)
_DEADLOCK = re.compile(r"\bdead-?lock", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:not|no|neither|nor|never|without|lacks?|any)\b|n't\b", re.IGNORECASE)
_DEVICES = re.compile(
    r"\b(?:MMIO|memory[- ]mapped|device (?:write|read|access|register)s?|registers?|DMA|dsb|posted writes?|doorbell"
    r"|(?:read|write)[bwlq]\(?)\b",
    re.IGNORECASE,
)


@record(frozen=True, slots=True)
class Said:
    """Functions that are said to have a full barrier, and those said to take a lock, each with the line that says so;
    where a deadlock is spoken of, and where accesses to devices are (0: nowhere)."""

    barriers: tuple[tuple[str, int], ...]
    locks: tuple[tuple[str, str, int], ...]
    deadlock: int = 0
    devices: int = 0


def sayings(message: Sequence[tuple[int, str]]) -> Said:
    """What the lines of a message, each with its number, say."""
    text, starts, numbers = "", [], []
    for number, line in message:
        starts.append(len(text))
        numbers.append(number)
        text += " ".join(line.split()) + " "

    def line_of(position: int) -> int:
        return numbers[bisect.bisect_right(starts, position) - 1]

    barriers: dict[str, int] = {}
    for match in _IMPLIES.finditer(text):
        if not _NEGATED.search(match[0][len(match["names"]) :]):
            for name in re.findall(r"\w+(?=\(\))", match["names"]):
                barriers.setdefault(name, line_of(match.start()))
    for match in _IMPLIED.finditer(text):
        barriers.setdefault(match[1], line_of(match.start()))
    locks = {m["name"]: (m["name"], f"{m['lock']}_lock", line_of(m.start())) for m in _LOCKS.finditer(text)}
    deadlock, devices = _DEADLOCK.search(text), _DEVICES.search(text)
    return Said(
        tuple(barriers.items()),
        tuple(locks.values()),
        line_of(deadlock.start()) if deadlock else 0,
        line_of(devices.start()) if devices else 0,
    )


def speaks_of_devices(text: str) -> bool:
    """Whether a comment is about accesses to devices."""
    return _DEVICES.search(text) is not None
