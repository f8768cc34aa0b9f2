"""The code around a diff: whole files, before and after, from wherever the caller has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from verifier.inbox.hunks import FileDiff, Hunk
from verifier.inbox.line import Line
from verifier.inbox.regions import Shown, shelve
from verifier.record import record

FAR = 400  # lines that a hunk may have moved by
WORD = re.compile(r"[A-Za-z_]\w*")
MEMBER = re.compile(r"(?:->|\.)([A-Za-z_]\w*)")
_BARRIERS = (
    r"smp_(?:mb|rmb|wmb|store_mb|store_release|load_acquire|cond_load_acquire)\w*|[rw]?mb\(|\w+_(?:acquire|release)\("
    r"|rcu_(?:assign_pointer|dereference)"
)
_HIDDEN = (
    r"waitqueue_active|wq_has_sleeper|set_current_state|prepare_to_wait|wait_event\w*|(?:test_and|test_set)_\w+"
    r"|(?:cmp)?xchg\w*\(|atomic\w*_(?:\w+_return|\w+_and_test|fetch_\w+)"
)
BARRIER = re.compile(rf"\b(?:{_BARRIERS})")
ORDER = re.compile(rf"\b(?:{_BARRIERS}|{_HIDDEN})")  # what another thread may rely on
MOST_OTHERS = 3
MOST_CALLERS = 2
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_SIZE = re.compile(r"\bsizeof\b\s*\([^()]*\)")
_ACCESS = re.compile(r"->|\b(?:READ_ONCE|WRITE_ONCE|\w*atomic\w*)\(|_bit\(|\.\w")


class Trees(Protocol):
    """Files of a tree before and after a change; None for what is not there."""

    def before(self, path: str, /) -> str | None: ...

    def after(self, path: str, /) -> str | None: ...

    def holding(self, patterns: Sequence[str], near: str, /) -> Sequence[str]:
        """The files in C that have, for each of the patterns (POSIX extended regular expressions), a line that it
        matches; those nearest to the file `near` first."""
        ...


@record(frozen=True, slots=True)
class Surroundings:
    """The code around a diff, and which functions need no text: the primitives."""

    trees: Trees
    is_known: Callable[[str], bool]


@record(frozen=True, slots=True)
class Whole:
    """A file of one side, its functions, what stands outside of them, the numbers of the lines that the diff changes in
    it, and the lines that it shows: for each hunk, the first and how many."""

    path: str
    lines: tuple[str, ...]
    functions: tuple[Shown, ...]
    outside: tuple[Line, ...]
    changed: frozenset[int]
    hunks: tuple[tuple[Hunk, int, int], ...]


def whole_files(file: FileDiff, trees: Trees) -> tuple[Whole | None, Whole | None] | None:
    """The file of a diff as a tree has it, before and after; None where the tree has it not, or not so."""
    before, after = trees.before(file.path), trees.after(file.path)
    starts = [(h.old_start, h.new_start) for h in file.hunks]
    if after is None and before is not None:
        forth = _applied(before, file.hunks, "-", "+")
        back = _applied(before, file.hunks, "+", "-") if forth is None else None
        if forth is not None:
            after, starts = forth
        elif back is not None:
            after, (before, turned) = before, back
            starts = [(b, a) for a, b in turned]
    if after is None:
        return None
    removed, added = _changed(file.hunks, starts)
    shown = [
        tuple(
            (h, pair[i], sum(d.sign != gone for d in h.lines))
            for h, pair in zip(file.hunks, starts, strict=True)
        )
        for i, gone in enumerate("+-")
    ]
    return _whole(file.path, before, removed, shown[0]), _whole(file.path, after, added, shown[1])


def _changed(
    hunks: Sequence[Hunk], starts: Sequence[tuple[int, int]]
) -> tuple[frozenset[int], frozenset[int]]:
    """The old numbers of lines that go, and the new ones of lines that come; `starts`: where each hunk stands."""
    old, new = set(), set()
    for hunk, (a, b) in zip(hunks, starts, strict=True):
        for d in hunk.lines:
            if d.sign == "-":
                old.add(a)
            elif d.sign == "+":
                new.add(b)
            a += d.sign != "+"
            b += d.sign != "-"
    return frozenset(old), frozenset(new)


def _applied(
    text: str, hunks: Sequence[Hunk], gone: str, come: str
) -> tuple[str, list[tuple[int, int]]] | None:
    """The text with the hunks applied, and where each of them stands before and after; None where one does not fit."""
    lines = text.split("\n")
    shift = grown = 0
    starts: list[tuple[int, int]] = []
    for hunk in hunks:
        old = [d.line.text for d in hunk.lines if d.sign != come]
        new = [d.line.text for d in hunk.lines if d.sign != gone]
        start = (hunk.old_start if gone == "-" else hunk.new_start) - 1 + shift
        found = _found(lines, old, start)
        if hunk.is_cut or found is None:
            return None
        lines[found : found + len(old)] = new
        starts.append((found + 1 - grown, found + 1))
        grown += len(new) - len(old)
        shift += found - start + len(new) - len(old)
    return "\n".join(lines), starts


def _found(lines: Sequence[str], wanted: Sequence[str], start: int) -> int | None:
    """Where the wanted lines stand, as near to `start` as they do."""
    stripped = [line.rstrip() for line in wanted]
    for offset in sorted(range(-FAR, FAR + 1), key=abs):
        place = start + offset
        if place >= 0 and [line.rstrip() for line in lines[place : place + len(wanted)]] == stripped:
            return place
    return None


def _whole(
    path: str, text: str | None, changed: frozenset[int], hunks: tuple[tuple[Hunk, int, int], ...]
) -> Whole | None:
    if text is None:
        return None
    raw = tuple(text.split("\n"))
    lines = [Line(line, number, 1, 0) for number, line in enumerate(raw, 1)]
    shelf = shelve(path, raw, [(Hunk(None, ()), lines)])
    return Whole(path, raw, tuple(shelf.functions), tuple(shelf.outside), changed, hunks)


def needed(whole: Whole, names: frozenset[str]) -> frozenset[str]:
    """The functions to look at: those that a change touches or that are named, what they call in the file, those
    that order something around the same members, and the callers of what has a barrier at its edge."""
    by_name = {f.name: f for f in whole.functions}
    chosen = {f.name for f in whole.functions if f.name in names or _touches(f, whole.changed)}
    chosen |= _callers(chosen, by_name)
    chosen |= called(chosen, by_name)
    others = _others(chosen, by_name)
    chosen |= others | called(others, by_name)
    return frozenset(chosen)


def touched(whole: Whole) -> frozenset[str]:
    """The functions that a change touches."""
    return frozenset(f.name for f in whole.functions if _touches(f, whole.changed))


def _touches(function: Shown, changed: frozenset[int]) -> bool:
    signature = [line for line in function.head if function.name in line.text]  # not what stands above it
    numbers = [line.number for line in (*signature, *function.body)]
    return any(min(numbers) <= n <= max(numbers) + 1 for n in changed)


def text_of(function: Shown) -> str:
    """The text of what a function does."""
    return "\n".join(line.text for line in function.body)


def _callers(names: set[str], functions: dict[str, Shown]) -> set[str]:
    """Functions of the file that call those of `names` whose barrier is there for its callers."""
    found: set[str] = set()
    for name in sorted(n for n in names if n in functions and is_open(text_of(functions[n]))):
        call = re.compile(rf"\b{name}\s*\(")
        callers = [n for n, f in functions.items() if n != name and call.search(code_of(text_of(f)))]
        found |= set(callers[:MOST_CALLERS]) if not set(callers) & names else set()
    return found


def called(names: set[str], functions: dict[str, Shown]) -> set[str]:
    """The functions of the file that those call, directly or not."""
    found: set[str] = set()
    waiting = [n for n in names if n in functions]
    while waiting:
        for word in set(WORD.findall(text_of(functions[waiting.pop()]))) & functions.keys():
            if word not in found:
                found.add(word)
                waiting.append(word)
    return found


def _others(names: set[str], functions: dict[str, Shown]) -> set[str]:
    """The functions with a barrier that have most members in common with those of `names` that have one."""
    own = [text_of(functions[n]) for n in names if n in functions]
    members = {m for text in own if ORDER.search(text) for m in MEMBER.findall(text)}
    ranked = []
    for name, function in functions.items():
        text = text_of(function)
        common = members & set(MEMBER.findall(text))
        if name not in names and common and ORDER.search(text):
            ranked.append((-len(common), name))
    return {name for _, name in sorted(ranked)[:MOST_OTHERS]}


def code_of(text: str) -> str:
    """The text without its comments."""
    return COMMENT.sub(" ", text)


def is_open(text: str) -> bool:
    """Whether a function has a barrier with no access before it, or none behind it: one for its callers' accesses."""
    code = _SIZE.sub(" ", code_of(text))
    barriers = list(BARRIER.finditer(code))
    if not barriers:
        return False
    accesses = [m.start() for m in _ACCESS.finditer(code)]
    before = any(a < barriers[0].start() for a in accesses)
    behind = any(a >= barriers[-1].end() for a in accesses)
    return not (before and behind)
