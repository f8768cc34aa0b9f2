"""Stretches of code in a message that are neither a diff nor a diagram: `should look like this: …`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import dedent

from verifier.inbox.line import Line
from verifier.inbox.trees import BARRIER
from verifier.record import replace

LEAST = 3
MOST = 60
_CODE = re.compile(
    r"[;{}]\s*(?:$|/[/*])|^\s*(?:/\*|\*(?:\s|/|$)|#\s*(?:if|else|endif|define)|//)|^\s*(?:\.\.\.|\[\.\.\.\])\s*$"
    r"|^\s*(?:if|for|while|switch|else|do|return|case|default)\b.*[){:;]\s*$|^\s*\w+:\s*$"
    r"|^\s*(?:static|struct|void|int|bool|unsigned|long)\b.*[,)]\s*$"
)
_FUNCTION = re.compile(r"^(?!(?:if|for|while|switch|else|do)\b)\w[^\n;={}]*\([^\n;={}]*\)\s*\{", re.MULTILINE)
_CALL = re.compile(r"\w\s*\(.*\)\s*;|\w\s*[-+|&]?=\s*\S.*;|\{\s*$")


def find_blocks(lines: Sequence[Line], used: frozenset[int]) -> Iterator[tuple[Line, ...]]:
    """The stretches, of lines whose numbers are not `used`, that have a barrier and look like code throughout."""
    block: list[Line] = []
    for line in [*lines, None]:
        if line is not None and _continues(block, line, used):
            block.append(line)
            continue
        if _is_worth(block):
            yield tuple(_dedented(_trimmed(block)))
        starts = line is not None and line.number not in used and _CODE.search(line.text)
        block = [line] if line is not None and starts else []


def _continues(block: Sequence[Line], line: Line, used: frozenset[int]) -> bool:
    if not block or line.number in used or line.depth != block[0].depth or len(block) >= MOST:
        return False
    if line.is_blank:
        return not block[-1].is_blank
    inside = "".join(text.text for text in block)
    is_comment = inside.rfind("/*") > inside.rfind("*/")
    return is_comment or _CODE.search(line.text) is not None


def _is_worth(block: Sequence[Line]) -> bool:
    code = [line for line in block if not line.is_blank]
    return (
        len(code) >= LEAST
        and any(BARRIER.search(line.text) and _CALL.search(line.text) for line in code)
        and sum(_CALL.search(line.text) is not None for line in code) >= 2
    )


def _trimmed(block: list[Line]) -> list[Line]:
    while block and block[-1].is_blank:
        block = block[:-1]
    return block


def _dedented(block: Sequence[Line]) -> Iterator[Line]:
    """The lines, without the indentation that all have where these are whole functions."""
    text = dedent("\n".join(line.text for line in block))
    if not _FUNCTION.search(text):
        yield from block
        return
    for line, rest in zip(block, text.split("\n"), strict=True):
        yield replace(line, text=rest, column=line.column + len(line.text) - len(rest))
