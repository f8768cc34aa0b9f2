"""Full barriers, and what is weaker than they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.fix.edits import Edit, Part
from verifier.pairing.missing import COSTS

_WEAKER = {
    r"smp_mb\(\)": ("smp_rmb()", "smp_wmb()"),
    r"DMB ISH\b": ("DMB ISHLD", "DMB ISHST"),
    r"fence rw,rw": ("fence r,r", "fence w,w"),
    r"\bsync\b": ("lwsync",),
}


def weaker(edit: Edit) -> Iterator[Edit]:
    """The edit with a weaker barrier in the place of the full one that it writes."""
    for full, names in _WEAKER.items():
        if not any(re.search(full, part.text) for part in edit.parts):
            continue
        for name in names:
            parts = tuple(Part(p.start, p.end, re.sub(full, name, p.text)) for p in edit.parts)
            yield Edit(parts, COSTS["smp_rmb"], re.sub(full, name, edit.what, count=1), edit.at)
