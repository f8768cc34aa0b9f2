"""`python -m mutation`: plants faults in a copy of the tree, and prints how many of them the tests find.

The tests are run once without a fault, to see what each reaches; that is kept in .mutation/, and so are the outcomes.
Exit code 1 where fewer are found than there must be.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from mutation import report, run, suite, tree
from mutation.baseline import Measured, measure
from mutation.crew import Crew
from mutation.fault import Fault
from mutation.plant import SHARES, area, sample

OUTCOMES = tree.ROOT / ".mutation" / "outcomes.json"
PAGE = tree.ROOT / "docs" / "mutation.md"


def main() -> int:
    """Plant what was asked for; the exit code."""
    arguments = _arguments()
    known = _known() if arguments.again else {}
    with (
        tempfile.TemporaryDirectory(prefix="mutation-") as folder,
        Crew(Path(folder), arguments.jobs) as crew,
    ):
        copy = crew.copies[0]
        planted = sample(copy, arguments.count, arguments.seed, arguments.only)
        files = (arguments.tests or suite.files(copy)) if arguments.minutes else []
        measured = list(crew.each(_measured, files))
        end = time.monotonic() + 60 * arguments.minutes
        found = _look_for_all(planted, known, crew, lambda copy, f: _looked_for(f, measured, copy, end))
    outcomes = {
        a: [found[f.name] for f in planted if area(f) == a and f.name in found] for a in arguments.only
    }
    print(report.table(outcomes))
    if arguments.write_docs:
        PAGE.write_text(report.page(outcomes, arguments.seed, len(planted)), encoding="utf-8")
    rate, count = report.rate(found.values()), len(report.faulty(found.values()))
    print(
        f"found: {100 * rate:.1f} % of {count} that change answers; at least {100 * arguments.least:.0f} % must be"
    )
    return int(rate < arguments.least)


def _look_for_all(
    planted: Sequence[Fault],
    known: Mapping[str, run.Outcome],
    crew: Crew,
    look: Callable[[Path, Fault], run.Outcome | None],
) -> dict[str, run.Outcome]:
    """The outcomes by name: what was found before, then as many others as there is time for; else what was not."""
    found = {f.name: known[f.name] for f in planted if f.name in known}
    for outcome in crew.each(
        look, [f for f in planted if f.name not in found or not found[f.name].is_killed]
    ):
        if outcome is not None:
            found[outcome.name] = outcome
            _keep(outcome)
    return found


def _measured(copy: Path, file: str) -> Measured:
    measured = measure(copy, file)
    print(f"{file}: {len(measured.seconds)} tests, {sum(measured.seconds.values()):.1f} s", flush=True)
    return measured


def _looked_for(fault: Fault, measured: Sequence[Measured], copy: Path, end: float) -> run.Outcome | None:
    """The outcome, printed; None where time is over."""
    if time.monotonic() > end:
        return None
    outcome = run.look_for(fault, measured, copy)
    print(
        f"{outcome.seconds:5.1f} s  {outcome.by or 'NOT FOUND'}: line {outcome.line}, {outcome.name}",
        flush=True,
    )
    return outcome


def _keep(outcome: run.Outcome) -> None:
    kept = json.loads(OUTCOMES.read_text(encoding="utf-8")) if OUTCOMES.exists() else {}
    OUTCOMES.parent.mkdir(exist_ok=True)
    OUTCOMES.write_text(json.dumps({**kept, outcome.name: asdict(outcome)}, indent=1), encoding="utf-8")


def _known() -> dict[str, run.Outcome]:
    """The outcomes of earlier runs; what was found is not looked for again, for tests only become more."""
    if not OUTCOMES.exists():
        return {}
    kept = json.loads(OUTCOMES.read_text(encoding="utf-8"))
    return {name: run.Outcome(**o) for name, o in kept.items()}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("--count", type=int, default=330, help="of faults (default: 330)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default: 1)")
    parser.add_argument("--only", type=_areas, default=tuple(SHARES), metavar="AREAS", help=",".join(SHARES))
    parser.add_argument(
        "--tests", nargs="+", metavar="FILE", help="that look for them (default: all of the engine)"
    )
    parser.add_argument("--least", type=float, default=0.95, help="share that must be found (default: 0.95)")
    parser.add_argument("--again", action="store_true", help="take what was found before as found")
    parser.add_argument(
        "--minutes",
        type=float,
        default=1e6,
        help="for planting (default: until all are planted); 0 only reports",
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="at a time (default: all cores)"
    )
    parser.add_argument("--write-docs", action="store_true", help="rewrite docs/mutation.md")
    return parser.parse_args()


def _areas(text: str) -> tuple[str, ...]:
    chosen = tuple(text.split(","))
    if unknown := set(chosen) - set(SHARES):
        raise argparse.ArgumentTypeError(
            f"no area {', '.join(sorted(unknown))}; there are {', '.join(SHARES)}"
        )
    return chosen


if __name__ == "__main__":
    sys.exit(main())
