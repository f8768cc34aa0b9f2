"""Barriers that a diff adds without a comment, as the kernel's scripts/checkpatch.pl tells them (MEMORY_BARRIER).

It wants a comment for smp_store_release() and its kin as well, and none for dma_wmb() or barrier(). What counts is any
comment on the barrier's line or on the one above; of the kind `//` also on the one below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from verifier.record import record

_BARRIER = re.compile(
    r"\b((?:smp_|virt_)?[rw]?mb|(?:smp|virt)_(?:mb__(?:before|after)_atomic|store_release|load_acquire|store_mb))\s*\("
)
_BLOCK, _LINE, _STRING = r"/\*.*?(?:\*/|\Z)", r"//[^\n]*", r'"(?:\\.|[^"\\\n])*"'
_NO_CODE = re.compile(rf"(?P<block>{_BLOCK})|(?P<line>{_LINE})|{_STRING}", re.DOTALL)


@record(frozen=True, slots=True)
class Written:
    """A line of the code after a change: its number in the user's file, its text, and whether the change adds it."""

    number: int
    text: str
    is_added: bool


def uncommented(stretches: Iterable[Sequence[Written]]) -> tuple[tuple[int, str], ...]:
    """The lines that add a barrier without a comment, each with the barrier; `stretches` are a diff's hunks."""
    return tuple(found for lines in stretches for found in _in_stretch(lines))


def _in_stretch(lines: Sequence[Written]) -> list[tuple[int, str]]:
    if not any(line.is_added and _BARRIER.search(line.text) for line in lines):
        return []
    code, blocks, beside = _parted([line.text for line in lines])
    found = []
    for i, line in enumerate(lines):
        barrier = _BARRIER.search(code[i]) if line.is_added else None
        if barrier and not ({i - 1, i} & blocks or {i - 1, i, i + 1} & beside):
            found.append((line.number, barrier[1]))
    return found


def _parted(texts: Sequence[str]) -> tuple[list[str], set[int], set[int]]:
    """The lines without comments and strings, and the indexes of lines in `/* */` and with `//`."""
    text = "\n".join(texts)
    begins, ends = text.find("/*"), text.find("*/")
    inside = -1 < ends < (begins if begins > -1 else len(text))  # the first lines are a comment's end
    text = f"/*{text}" if inside else text
    blocks, beside = set[int](), set[int]()
    first = done = 0
    for match in _NO_CODE.finditer(text):
        first, done = first + text.count("\n", done, match.start()), match.start()
        touched = range(first, first + match[0].count("\n") + 1)
        if match["block"]:
            blocks.update(touched)
        elif match["line"]:
            beside.update(touched)
    code = _NO_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    return code.split("\n"), blocks, beside
