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


@record(frozen=True, slots=True)
class Note:
    """A stretch of the text that was passed over."""

    line: int
    text: str
    reason: str


@record(frozen=True, slots=True)
class Side:
    """What a diff shows of the code before or after it: functions, of which `partly` are not whole.

    `locals`: names that are taken for a local of each function that has them, as no declaration is shown.
    """

    source: Source
    functions: tuple[str, ...]
    partly: tuple[str, ...]
    notes: tuple[Note, ...]
    locals: frozenset[str] = frozenset()


@record(frozen=True, slots=True)
class Ambiguous:
    """A call, on the user's line, of a function that several files define and the caller's does not."""

    line: int
    name: str
    paths: tuple[str, ...]


@record(frozen=True, slots=True)
class Patch:
    """A diff. `touched` are the functions that it changes, `changed` the lines with a sign, `paths` its files in C and
    `unread` the others.

    `message` is what is said around it: the lines of its mail that are no diff. `file` is the one that its places are
    in, where that is not the file that the user gave. Unless `is_diff` it is code that a message shows. `taken` are
    functions of other files, each with the file and why it is looked at. `excerpt`, of a patch with whole functions, is
    what its diff shows of them. `uncommented`: the lines that add a barrier without a comment, and the barrier's name.
    `ambiguous`: calls of functions that several files define.
    """

    before: Side | None
    after: Side | None
    touched: tuple[str, ...]
    changed: tuple[int, ...]
    title: str
    lines: tuple[int, int]
    paths: tuple[str, ...]
    unread: tuple[str, ...] = ()
    message: tuple[tuple[int, str], ...] = ()
    diagrams: tuple[Diagram, ...] = ()
    file: str = ""
    is_diff: bool = True
    taken: tuple[tuple[str, str, str], ...] = ()
    excerpt: Patch | None = None
    uncommented: tuple[tuple[int, str], ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()


Piece = Snippet | Diagram | Litmus | Unreadable | Patch
