"""Bodies of functions that a diagram tells in passing: under `// in f()`, or under a line `f():`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.inbox.pieces import Diagram
from verifier.source import Source

_MARK = re.compile(r"\s*(?://|/\*)?\s*(?:in|from|inside)\s+(?P<name>[A-Za-z_]\w*)\(.*?\)\s*(?:\*/)?\s*:?\s*$")
_LABEL = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\((?:\.\.\.)?\):\s*$")
_FENCE = re.compile(r"\b(?:smp_|dma_|virt_)?[rw]?mb\(\)")


def told_bodies(diagrams: Sequence[Diagram]) -> dict[str, Source]:
    """What diagrams say that functions do, by name: the lines up to the next mark or barrier. The first one counts."""
    found: dict[str, Source] = {}
    for diagram in diagrams:
        for _, column in diagram.columns:
            for name, source in _bodies(column):
                found.setdefault(name, source)
    return found


def _bodies(column: Source) -> list[tuple[str, Source]]:
    lines = column.text.split("\n")
    marks = [(i, m["name"]) for i, line in enumerate(lines) if (m := _MARK.match(line) or _LABEL.match(line))]
    found = []
    for number, (start, name) in enumerate(marks):
        end = marks[number + 1][0] if number + 1 < len(marks) else len(lines)
        stop = next((i for i in range(start + 1, end) if _FENCE.search(lines[i])), end)
        body = lines[start + 1 : stop]
        if any(line.strip() for line in body):
            origins = column.origins[start + 1 : stop]
            found.append((name, Source(column.name, "\n".join(body), column.lines, origins)))
    return found
