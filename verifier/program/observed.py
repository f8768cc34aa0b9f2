"""Comments that say of which variable the change is to be seen: `… if the change to power_off is observed`."""

from __future__ import annotations

import re
from typing import Literal

from verifier.program.probes import shared_around
from verifier.program.program import Fence, Load, Program, Rmw, Store, flatten

_CHANGE = re.compile(
    r"\b(?:if|when|once|before|after)\s+(?:the|a|an|its)\s+(?:change|update|write|store)s?\s+(?:to|of)\s+"
    r"(?:the\s+)?[`'\"]?(?P<name>[A-Za-z_][\w.]*(?:->\w+)*)[`'\"]?\s+(?:is|are|becomes?)\s+(?:observed|seen|visible)",
    re.IGNORECASE,
)

Answer = tuple[Literal["confirmed", "refuted", "unknown"], str]


def claimed_change(program: Program, thread: str, line: int, said: str) -> Answer | None:
    """Whether the variable that a comment names is one that the thread writes after the barrier on that line; None
    where it names none."""
    match = _CHANGE.search(said)
    if match is None:
        return None
    name = re.split(r"->|\.", match["name"])[-1]
    text = f"the change to {match['name']} is observed"
    written = list(dict.fromkeys(_written_after(program, thread, line)))
    if not written:
        return "unknown", f"{text}: the text shows no write after the barrier"
    if name in written:
        return "confirmed", text
    return "refuted", f"{text}: what is written after the barrier is {', '.join(written[:3])}"


def _written_after(program: Program, thread: str, line: int) -> list[str]:
    """The names of the places that are written after the barrier, the nearest first."""
    found: list[str] = []
    for t in program.threads:
        for o in flatten(t.body) if t.name == thread else ():
            if isinstance(o, Fence) and o.is_barrier and o.origin.span.line == line:
                _, below = shared_around(program, t, o)
                own = [x for x in below if isinstance(x, Store | Rmw) and not x.origin.in_primitive]
                found += [_last(x) for x in own]
    return found


def _last(o: Load | Store | Rmw) -> str:
    path = o.address.path
    named = [m for m in path.members if not m.startswith("[")]
    return named[-1] if named else path.root.name
