"""What the inbox finds in a file: pieces, each to be read as one program."""

from __future__ import annotations

from verifier.errors import InputError
from verifier.record import record
from verifier.source import Source


@record(frozen=True, slots=True)
class Snippet:
    """Pseudo-C; `lines` are its first and last line in the user's file."""

    source: Source
    title: str
    lines: tuple[int, int]


@record(frozen=True, slots=True)
class Diagram:
    """Columns of pseudo-C, each with its header; `rest` holds an `exists (…)` below the columns.

    `notes` say what was assumed or left out in telling the columns apart.
    """

    columns: tuple[tuple[str, Source], ...]
    title: str
    lines: tuple[int, int]
    notes: tuple[str, ...] = ()
    rest: Source | None = None


@record(frozen=True, slots=True)
class Litmus:
    """A litmus test."""

    source: Source
    title: str
    lines: tuple[int, int]


@record(frozen=True, slots=True)
class Unreadable:
    """A diagram that was found and can't be read, and why."""

    problem: InputError
    title: str
    lines: tuple[int, int]


Piece = Snippet | Diagram | Litmus | Unreadable
