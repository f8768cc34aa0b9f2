"""Comments that say what a barrier pairs with are claims, compared with what was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from verifier.events.graph import EventGraph
from verifier.pairing.verdict import Place, Status

_PAIRS = re.compile(r"\b(?:pairs?|paired|pairing|matches)\s+(?:up\s+)?with\s+(.*)", re.IGNORECASE | re.DOTALL)
_NEAR = 6  # lines between a comment's start and the barrier that it speaks of


@dataclass(frozen=True, slots=True)
class Claim:
    """The words that follow "pairs with", and the names in the program that they may mean."""

    text: str
    known: frozenset[str]

    def names(self, wanted: set[str]) -> bool:
        """Whether the words name one of these."""
        return bool(frozenset(re.findall(r"\w+", self.text)) & wanted)

    def verdict(
        self, status: Status, partners: Sequence[Place]
    ) -> Literal["confirmed", "refuted", "unknown"]:
        """Whether the partners found are those that the words name; unknown where they name nothing in the text."""
        words = frozenset(re.findall(r"\w+", self.text))
        named = words & self.known
        if not named:
            return "unknown"
        mine = {n for p in partners for n in (p.name, p.thread, p.via) if n}
        return "confirmed" if status in ("paired", "redundant") and named & mine else "refuted"


def claims_of(graph: EventGraph, comments: Sequence[tuple[int, str]]) -> dict[int, Claim]:
    """What comments, as (line, text), say of the program's barriers, by place."""
    known = frozenset(n for s in graph.sources for n in (s.name, s.via, graph.threads[s.thread]) if n)
    found = {s.place: claim_for(s.span.line, comments, known) for s in graph.sources if s.is_barrier}
    return {place: claim for place, claim in found.items() if claim is not None}


def claim_for(line: int, comments: Sequence[tuple[int, str]], known: frozenset[str]) -> Claim | None:
    """The claim of the nearest comment that begins at most a few lines above `line`, or on it."""
    for start, text in sorted(comments, reverse=True):
        if start <= line <= start + text.count("\n") + _NEAR and (found := _PAIRS.search(text)):
            words = " ".join(found[1].replace("*", " ").split())
            return Claim(words.split(". ")[0][:120], known)
        if start <= line and line - start > _NEAR + text.count("\n"):
            return None
    return None
