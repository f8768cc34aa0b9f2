"""Comments that say what a barrier pairs with are claims, compared with what was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from verifier.events.graph import EventGraph, OrderingSource
from verifier.pairing.verdict import Place, Status
from verifier.record import record

_PAIRS = re.compile(
    r"\b(?:pair(?:s|ed|ing)?\s+(?:up\s+)?with|match(?:es)?\s+(?:up\s+)?(?:with\s+)?)\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_BARRIER = re.compile(
    r"(?:smp_|dma_|virt_)?[rw]?mb(?:__\w+)?$|smp_\w+$|\w+_(?:acquire|release)$|rcu_(?:dereference|assign_pointer)$"
)
_CALLED = re.compile(r"\bbarrier(?=\(\))")  # without the brackets it may be any
_KIND = re.compile(r"\b[rw]?mb\b(?!\()")  # without them it may be any of these
_PREFIXES = ("", "smp_", "dma_", "virt_")
_FUNCTION = re.compile(r"(\w+)\(\)|\bin\s+(?:the\s+)?(\w+)")
_NEAR = 6  # lines between a comment's end and the barrier that it speaks of


@record(frozen=True, slots=True)
class Claim:
    """The words that follow "pairs with": the barriers and the functions that they name.

    `known_barriers` and `known_functions` are those of the text.
    """

    text: str
    barriers: frozenset[str]
    functions: frozenset[str]
    known_barriers: frozenset[str]
    known_functions: frozenset[str]

    def names(self, place: Place) -> bool:
        """Whether the words fit an ordering source: its name where they name one, its function likewise."""
        if not self.barriers and not self.functions & self.known_functions:
            return False
        functions = self.functions & self.known_functions
        if self.functions and not functions:
            return False
        return (not self.barriers or place.name in self.barriers) and (
            not functions or bool(functions & {place.thread, *place.functions})
        )

    def verdict(
        self, place: Place, status: Status, partners: Sequence[Place]
    ) -> Literal["confirmed", "refuted", "unknown"]:
        """Whether the partners found are those that the words name; unknown where they name nothing in the text, or
        the barrier itself, which other CPUs may run as well."""
        functions = self.functions & self.known_functions
        if not functions and (self.functions or not self.barriers & self.known_barriers):
            return "unknown"
        found = status in ("paired", "redundant") and any(self.names(p) for p in partners)
        if not found and functions and self.names(place):
            return "unknown"
        return "confirmed" if found else "refuted"


def claims_of(graph: EventGraph, comments: Sequence[tuple[int, int, str]]) -> dict[int, Claim]:
    """What comments, as (first line, column, text), say of the program's barriers, by place.

    A comment speaks of the barrier before it on its line, else of the first one that follows within a few lines.
    """
    barriers = sorted((s for s in graph.sources if s.is_barrier), key=lambda s: s.span)
    said: dict[int, Claim] = {}
    for line, column, text in comments:
        claim = _claim(text, graph)
        place = _spoken_of(barriers, line, column, line + text.count("\n"))
        if claim is not None and place is not None:
            said.setdefault(place, claim)
    return said


def _spoken_of(barriers: Sequence[OrderingSource], line: int, column: int, end: int) -> int | None:
    beside = [s for s in barriers if s.span.line == line and s.span.column < column]
    if beside:
        return beside[-1].place
    after = [
        s for s in barriers if (line, column) < (s.span.line, s.span.column) and s.span.line <= end + _NEAR
    ]
    return after[0].place if after else None


def _claim(text: str, graph: EventGraph) -> Claim | None:
    found = _PAIRS.search(text)
    if found is None:
        return None
    words = " ".join(found[1].replace("*", " ").split()).split(". ")[0][:120]
    functions = {a or b for a, b in _FUNCTION.findall(words)}
    barriers = {w for w in re.findall(r"\w+", words) if _BARRIER.match(w)} | {*_CALLED.findall(words)}
    barriers |= {prefix + w for w in _KIND.findall(words) for prefix in _PREFIXES}
    inside = (
        n for s in graph.sources for n in (s.via, graph.threads[s.thread], *(name for name, _ in s.way))
    )
    names = frozenset(n for n in inside if n)
    return Claim(
        words,
        frozenset(barriers | (functions & {s.name for s in graph.sources})),
        frozenset(functions - barriers - {s.name for s in graph.sources}),
        frozenset(s.name for s in graph.sources),
        names | frozenset(graph.threads),
    )
