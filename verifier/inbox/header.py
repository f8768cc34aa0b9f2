"""A diagram's header: the line that names its columns, and the ruler below it."""

from __future__ import annotations

import itertools
import re

from verifier.inbox.line import Row
from verifier.record import record

_RULER = re.compile(r"[-=~_─═ \t|+]+")
_DASHES = re.compile(r"[-=~_─═]{2,}")
_STRONG = (
    r"(?:v?CPUs?|P|T|Thread|Task|Process|Proc|Core|Waiter|Waker|Reader|Writer|Producer|Consumer|Side)"
    r"[ -]?(?:\#?\d{1,3}|[A-Za-z](?![\w]))(?:'s)?"
)
_FUNCTION = r"[A-Za-z_]\w*(?:\(\.{0,3}\))"
_MORE = r"(?:[ ]*[-:,][ ]*[A-Za-z_][\w ]*?(?:\(\))?|[ ]?\((?:[^()]|\([^()]*\))*\))?:?"
_ONE_STRONG = re.compile(
    rf"[\[(*]?(?:{_STRONG}{_MORE}|{_FUNCTION}(?:[ ]?\([a-zA-Z]\w* ?\w*\))?:?)[\])*]?", re.IGNORECASE
)
_SHORT_STRONG = re.compile(
    rf"{_STRONG}(?:[ ]*[-:][ ]*[A-Za-z_]\w*|[ ]?\([^()]*(?:\(\))?[^()]*\))?:?|{_FUNCTION}:?", re.IGNORECASE
)
_PHRASE = re.compile(r"[\[<(*]?[A-Za-z_][\w/#'.-]*(?: [\w/#'.()-]+){0,4}[\]>)*]?:?")
_WORD = re.compile(r"[A-Za-z_]\w*(?:\(\))?")
_WIDE = re.compile(r"[ ]{2,}|[ ]*\t[ \t]*|[ \t]*\|(?!\|)[ \t]*")


@record(frozen=True, slots=True)
class Header:
    """The columns' names and where each starts on screen; `strong` where no ruler is needed to believe it."""

    names: tuple[str, ...]
    starts: tuple[int, ...]
    strong: bool
    barred: bool


def is_ruler(row: Row) -> bool:
    """Whether the line only underlines a header."""
    return _RULER.fullmatch(row.text) is not None and _DASHES.search(row.text) is not None


def find_header(row: Row, following: Row | None) -> Header | None:
    """The header that `row` is, if it is one; `following` is the line below it, perhaps a ruler."""
    text = row.text
    if not text.strip() or is_ruler(row) or re.search(r"[;{}=]", text):
        return None
    ruled = following is not None and is_ruler(following)
    groups = _DASHES.findall(following.text) if following is not None and ruled else []
    wide = _wide_phrases(row)
    if len(wide) > 1 and all(_ONE_STRONG.fullmatch(phrase) for phrase, _ in wide):
        return _header(wide, True, "|" in text)
    if len(wide) > 1 and all(_PHRASE.fullmatch(phrase) for phrase, _ in wide):
        if len(groups) == len(wide) or (ruled and len(groups) == 1) or "|" in text:
            return _header(wide, True, "|" in text)
        return _header(wide, False, False) if all(_is_title(phrase) for phrase, _ in wide) else None
    return _folded(row, groups)


def _is_title(phrase: str) -> bool:
    return bool(_WORD.fullmatch(phrase)) or phrase.upper() == phrase or len(phrase.split()) <= 3


def _header(phrases: list[tuple[str, int]], strong: bool, barred: bool) -> Header:
    names = _distinct(tuple(_name(phrase) for phrase, _ in phrases))
    return Header(names, tuple(start for _, start in phrases), strong, barred)


def _name(phrase: str) -> str:
    """`CPU 0` and `CPU0 - waker` and `CPU1 (in f())` are CPU0, `CPU0 - waker` stays, `f():` is f."""
    text = phrase.strip().strip("[]<>*").rstrip(":").strip()
    described = re.match(r"(\S+(?: \d+)?)[ ]*[-(:]", text)
    if described and re.match(_STRONG, text, re.IGNORECASE):
        text = described.group(1)
    text = re.sub(r"\(\.{0,3}\)$", "", text)
    return re.sub(r"^(v?CPU|P|T)[ -]?#?(\d+)$", r"\1\2", text, flags=re.IGNORECASE)


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    counted = [
        name if names.count(name) == 1 else f"{name}#{names[: i + 1].count(name)}"
        for i, name in enumerate(names)
    ]
    return tuple(counted)


def _wide_phrases(row: Row) -> list[tuple[str, int]]:
    """The phrases between wide gaps or bars, each with its place on screen."""
    phrases: list[tuple[str, int]] = []
    position = len(row.text) - len(row.text.lstrip(" \t|"))
    for gap in [*_WIDE.finditer(row.text, position), None]:
        end = gap.start() if gap else len(row.text)
        if row.text[position:end].strip():
            phrases.append((row.text[position:end].strip(), row.screen[position]))
        position = gap.end() if gap else end
    return phrases


def _folded(row: Row, groups: list[str]) -> Header | None:
    """A header whose gaps are single blanks: told by its ruler's groups, or by columns' usual names."""
    text = row.text.strip()
    if len(groups) > 1:
        phrases = _split_by_ruler(text, [len(group) for group in groups])
        return None if phrases is None else _placed(row, phrases)
    strong: list[str] = []
    position = 0
    while position < len(text):
        match = _SHORT_STRONG.match(text, position)
        if match is None or (match.end() < len(text) and text[match.end()] != " "):
            return None
        strong.append(match.group())
        position = match.end() + 1
    return _placed(row, strong) if len(strong) > 1 else None


def _placed(row: Row, phrases: list[str]) -> Header:
    found: list[tuple[str, int]] = []
    position = 0
    for phrase in phrases:
        position = row.text.index(phrase, position)
        found.append((phrase, row.screen[position]))
        position += len(phrase)
    return _header(found, True, False)


def _split_by_ruler(text: str, lengths: list[int]) -> list[str] | None:
    """The words in as many phrases as the ruler has groups, their lengths as near to the groups' as can."""
    words = text.split(" ")
    if not len(lengths) <= len(words) <= 12 or not all(
        re.fullmatch(r"[\w/#'.():-]+", word) for word in words
    ):
        return None
    best: tuple[int, list[str]] | None = None
    for cuts in itertools.combinations(range(1, len(words)), len(lengths) - 1):
        edges = [0, *cuts, len(words)]
        phrases = [" ".join(words[a:b]) for a, b in itertools.pairwise(edges)]
        cost = sum(abs(len(phrase) - length) for phrase, length in zip(phrases, lengths, strict=True))
        if best is None or cost < best[0]:
            best = (cost, phrases)
    return best[1] if best else None
