"""What a primitive is taken to be, as data for a catalogue."""

from __future__ import annotations

from verifier.program.versions import Range
from verifier.record import record


@record(frozen=True, slots=True)
class Event:
    """A core operation that a primitive comes down to.

    `what` says it in words; `rows`: what it becomes, by architecture of mapping.toml: the tags of its events, None
    where it is not modelled there.
    """

    name: str
    what: str
    rows: tuple[tuple[str, str | None], ...]


@record(frozen=True, slots=True)
class Meaning:
    """A primitive in the versions of `range`.

    `files` are those of the kernel that it stands in; `place` and `text` are the data that define it, "" for a core
    operation; `events` are the core operations that it comes down to, in the order of the text. `is_litmus`: in
    litmus tests alone.
    """

    name: str
    range: Range
    what: str
    files: tuple[str, ...] = ()
    remark: str = ""
    place: str = ""
    text: str = ""
    events: tuple[Event, ...] = ()
    is_litmus: bool = False
