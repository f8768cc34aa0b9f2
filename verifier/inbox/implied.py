"""Words that say a function has a barrier in it: `wake_up() implies a full barrier`, `the implied barrier in f()`.

These are claims about functions; what a barrier pairs with is another matter (pairing/claims.py).
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from verifier.record import record, replace
from verifier.source import line_below

Strength = Literal["full", "write", "read", "any"]

MOST_NAMES = 6
FAR = 120  # characters that a sentence may go on for
_NAME = r"(?!(?:and|or|thus)\b)[A-Za-z_]\w{2,60}(?:\(\))?"
_NAMES = rf"(?P<names>{_NAME}(?:(?:,|,? (?:and|or)|/| /) ?{_NAME}){{0,{MOST_NAMES}}})"
_ADVERBS = r"(?:(?:already|itself|also|always|both|all|only|now|just|actually|still|which|that) ){0,3}"
_NOT = r"(?P<not>(?:do|does|can)(?:n't|not| not) |(?=(?:is|are)(?:n't| not) )|never )?"
_VERB = (
    r"(?:impl(?:y|ies)|includes?|contains?|has|have|provides?|issues?|executes?|gives?|guarantees?|acts? as|serves? as"
    r"|(?:is|are)(?:n't| not)?|be)"
)
_KINDS = "full|general|complete|implicit|implied|proper|smp|memory|write|store|read|load"
_BARRIER = (
    rf"(?:(?P<no>no) |an? |the |its own |their own )?(?P<kind>(?:(?:{_KINDS})[ -]){{0,4}})"
    r"(?P<noun>barriers?\b|smp_[rw]?mb(?:\(\)|\b))"
)
_SAYS = re.compile(rf"\b{_NAMES} {_ADVERBS}{_NOT}{_ADVERBS}{_VERB} {_ADVERBS}{_BARRIER}", re.IGNORECASE)
_BY = re.compile(
    rf"\b{_BARRIER} (?:(?:is|are|that is|already) ){{0,3}}"
    rf"(?:implied|provided|issued|executed) (?:by|in|inside|within) {_NAMES}",
    re.IGNORECASE,
)
_IN = re.compile(
    rf"\b(?=(?:[\w-]+ ){{0,3}}impli(?:ed|cit)){_BARRIER} (?:in|of|inside|from|within|by) {_NAMES}",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"(?:\+|\bfollowed by|\bafter|\bbefore|\bplus|\bwith|\bif|\bwhether|\bassum\w+|\bthen) ?(?:an? |the )?$",
    re.IGNORECASE,
)
_HEDGE = re.compile(r"\b(?:if|when|where|only|unless|once|in case|provided that)\b", re.IGNORECASE)
_END = re.compile(r"([.;?!])(?: |$)")
_SPACES = re.compile(r"[\s*]+")


@record(frozen=True, slots=True)
class Implied:
    """A claim about one function: its name, as it was written, and the line where it stands.

    `is_hedged`: the sentence says on what it depends. `is_sure`: the word is meant as a function's name.
    """

    line: int
    name: str
    words: str
    strength: Strength
    is_negated: bool
    is_hedged: bool
    is_sure: bool


def may_say(texts: Iterable[str]) -> bool:
    """Whether there is something to look at at all."""
    return any("barrier" in text or "mb" in text for text in texts)


def comment_lines(comments: Sequence[tuple[int, int, str]]) -> tuple[tuple[int, str], ...]:
    """The lines of comments, as (first line, column, text), each with its number; a blank one between two, unless they
    are of one line each and stand below each other."""
    found: list[tuple[int, str]] = []
    for line, _, text in comments:
        if found and not (found[-1][0] == line - 1 and "\n" not in text):
            found.append((line, ""))
        found += [(line_below(line, n), part) for n, part in enumerate(text.split("\n"))]
    return tuple(found)


def implied(lines: Sequence[tuple[int, str]]) -> tuple[Implied, ...]:
    """The claims in the lines of a message or a comment, each with its number; a blank line ends a sentence."""
    text, starts = "", []
    for _, line in lines:
        starts.append(len(text))
        text += (_SPACES.sub(" ", line).strip() or ".") + " "
    found: dict[tuple[int, str], Implied] = {}
    for match in _matches(text):
        for claim in _claims(text, match):
            number = lines[bisect.bisect_right(starts, claim.line) - 1][0]
            found.setdefault((number, claim.name), replace(claim, line=number))
    return tuple(sorted(found.values(), key=lambda c: (c.line, c.name)))


def _matches(text: str) -> Iterator[re.Match[str]]:
    """What reads like a claim, but for what is asked, supposed, or said of two operations together."""
    if not may_say((text,)):
        return
    for pattern in (_SAYS, _BY, _IN):
        for match in pattern.finditer(text):
            is_asked = _END.split(text[match.end() : match.end() + FAR], maxsplit=1)[1:2] == ["?"]
            before = text[max(0, match.start() - 30) : match.start()] if pattern is _SAYS else ""
            if not is_asked and not _TOGETHER.search(before):
                yield match


def _claims(text: str, match: re.Match[str]) -> Iterator[Implied]:
    """A claim for each name; its line is still a place in the text."""
    groups = match.groupdict()
    rest = _END.split(text[match.end() : match.end() + FAR], maxsplit=1)[0]
    for name in re.findall(_NAME, match["names"]):
        yield Implied(
            match.start(),
            name.removesuffix("()"),
            match[0],
            _strength(match["kind"].lower(), match["noun"].lower()),
            bool(groups.get("not") is not None or match["no"]),
            bool(_HEDGE.search(rest)),
            name.endswith("()"),
        )


def _strength(kind: str, noun: str) -> Strength:
    words = set(re.split(r"[ -]", kind))
    if "smp_mb" in noun or words & {"full", "general", "complete"}:
        return "full"
    if "wmb" in noun or words & {"write", "store"}:
        return "write"
    return "read" if "rmb" in noun or words & {"read", "load"} else "any"
