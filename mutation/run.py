"""Plants one fault after the other in a copy of the tree, and has the tests look for it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mutation import choose, tree
from mutation.baseline import Measured
from mutation.fault import Fault

NONE_FAILED, USAGE, NONE_CHOSEN = 0, 4, 5  # pytest's exit codes
START = 60.0  # seconds that a run may take beyond what its tests take


@dataclass(frozen=True)
class Outcome:
    """What became of a fault; `by` is the test that found it, or how else it came to light, "" if it did not."""

    name: str
    line: int
    by: str
    tests: int
    seconds: float

    @property
    def is_killed(self) -> bool:
        return bool(self.by)


def look_for(fault: Fault, measured: Sequence[Measured], copy: Path) -> Outcome:
    """Plant the fault and run the tests that may find it, until one does."""
    parts = choose.tests(fault, measured, copy)
    start = time.monotonic()
    with tree.planted(copy / fault.path, fault.planted()):
        by = next((by for part in parts if (by := _found_by(part, copy))), "")
    return Outcome(fault.name, fault.line, by, sum(map(len, parts)), round(time.monotonic() - start, 1))


def _found_by(chosen: dict[str, float], copy: Path) -> str:
    """As in Outcome."""
    orders = copy.parent / "chosen.json"
    orders.write_text(json.dumps(list(chosen.items())))
    files = dict.fromkeys(test.partition("::")[0] for test in chosen)
    arguments, settings = ["-x", "--tb=no", *files], {"MUTATION_CHOSEN": str(orders)}
    limit = START + 3 * sum(chosen.values())
    code, printed = tree.pytest(copy, copy.parent / "caches", arguments, settings, limit)
    if code == USAGE:
        raise SystemExit(f"pytest does not start:\n{printed[-3000:]}")
    return finder(code, printed)


def finder(code: int | None, printed: str) -> str:
    """What the end of a run says of the fault: as in Outcome.by."""
    if code in (NONE_FAILED, NONE_CHOSEN):
        return ""
    if code is None:
        return "time ran out"
    found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", printed, re.MULTILINE)
    return found[1] if found else f"pytest ended with {code}"
