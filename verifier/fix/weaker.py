"""Full barriers, and what is weaker than they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.fix.edits import Edit, Part
from verifier.pairing.missing import COSTS
from verifier.pairing.spelling import FENCES


def weaker(edit: Edit) -> Iterator[Edit]:
    """The edit with a weaker barrier in the place of the full one that it writes."""
    for names in FENCES.values():
        full = re.compile(rf"\b{re.escape(names['smp_mb'])}\b")
        if not any(full.search(part.text) for part in edit.parts):
            continue
        for weak in dict.fromkeys(names[name] for name in ("smp_rmb", "smp_wmb") if name in names):
            parts = tuple(Part(p.start, p.end, full.sub(weak, p.text)) for p in edit.parts)
            yield Edit(parts, COSTS["smp_rmb"], full.sub(weak, edit.what, count=1), edit.at)
