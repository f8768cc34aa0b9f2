"""Versions of the kernel, and ranges of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

# The minor versions of each major one that the data were compared with (kernel.org): what --kernel accepts.
_MINORS = {4: (13, 20), 5: (0, 19), 6: (0, 13)}
_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})")
RANGE = "since VERSION, until VERSION or VERSION to VERSION"


class Version(NamedTuple):
    """A release of Linus Torvalds' tree."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


OLDEST, NEWEST = Version(4, _MINORS[4][0]), Version(6, _MINORS[6][1])
ACCEPTED = ", ".join(f"{major}.{first} to {major}.{last}" for major, (first, last) in _MINORS.items())


def read_version(text: str) -> Version:
    """The version that a text names. Raises ValueError, which says what is accepted."""
    found = _VERSION.fullmatch(text)
    version = Version(int(found[1]), int(found[2])) if found else None
    first, last = _MINORS.get(version.major, (1, 0)) if version else (1, 0)
    if version is None or not first <= version.minor <= last:
        raise ValueError(f"found {text!r}, expected a version of the kernel: {ACCEPTED}")
    return version


class Range(NamedTuple):
    """The versions from `first` to `last`, both included."""

    first: Version = OLDEST
    last: Version = NEWEST

    def __str__(self) -> str:
        if self == ALL:
            return "all versions"
        if self.last == NEWEST:
            return f"since {self.first}"
        return f"until {self.last}" if self.first == OLDEST else f"{self.first} to {self.last}"

    def has(self, version: Version) -> bool:
        """Whether that version is one of them."""
        return self.first <= version <= self.last

    def meets(self, other: Range) -> bool:
        """Whether some version is in both."""
        return self.first <= other.last and other.first <= self.last


ALL = Range()


def read_range(text: str) -> Range:
    """The range that `since 4.14`, `until 4.13` or `4.8 to 4.13` means. Raises ValueError."""
    match text.split():
        case ["since", first]:
            return Range(read_version(first), NEWEST)
        case ["until", last]:
            return Range(OLDEST, read_version(last))
        case [first, "to", last]:
            found = Range(read_version(first), read_version(last))
            if found.first > found.last:
                raise ValueError(f"found {text!r}, expected the earlier version first")
            return found
        case _:
            raise ValueError(f"found {text!r}, expected {RANGE}")


def ranges_text(ranges: Sequence[Range]) -> str:
    """`until 4.13 and since 4.16`"""
    return " and ".join(str(r) for r in sorted(ranges))
