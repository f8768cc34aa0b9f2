"""What came of the faults, as text for the terminal and for docs/mutation.md."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from mutation.run import Outcome

EXPLAINED = Path(__file__).parent / "explained.toml"

UNEXPLAINED = "Not explained yet: a test is missing, or it changes nothing."
HEAD = """# Planted faults

`make mutation` plants faults in the models, the primitives and the engine, one at a time, and has the tests look for
each: a member of a union is dropped from a model, an axiom is gone, a fence is weaker, a comparison is turned round, a
constant is off by one, a branch is not taken. This page is what it wrote: of {drawn} faults drawn with the seed {seed}
it has planted {count}.

A fault is *found* when a test fails, or runs far beyond its time. What no test can find, since the answers are the same
with it, is *the same*: no fault, and below is the reason. The share is of the others. A run that has little time does
not ask all tests: what it did not find another may.

"""


@cache
def explained() -> dict[str, str]:
    """The reasons why faults can't be found, by their names."""
    return {
        row["name"]: row["reason"]
        for row in tomllib.loads(EXPLAINED.read_text(encoding="utf-8")).get("fault", [])
    }


def faulty(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those that were found or may be: without those of which it is explained that the product is the same."""
    reasons = explained()
    return [o for o in outcomes if o.is_killed or o.name not in reasons]


def rate(outcomes: Iterable[Outcome]) -> float:
    """The share that was found, of those that are faults."""
    kept = faulty(outcomes)
    return sum(o.is_killed for o in kept) / len(kept) if kept else 0.0


def table(outcomes: Mapping[str, list[Outcome]]) -> str:
    """Counts by area, and in all; in Markdown, for both uses."""
    rows = [
        "| area | planted | the same | found | not found | found, in % |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    everything = [o for found in outcomes.values() for o in found]
    for area, found in [*outcomes.items(), ("all", everything)]:
        kept = faulty(found)
        killed = sum(o.is_killed for o in kept)
        counts = (len(found), len(found) - len(kept), killed, len(kept) - killed, f"{100 * rate(found):.1f}")
        rows.append(f"| {area} | {' | '.join(map(str, counts))} |")
    return "\n".join(rows)


def page(outcomes: Mapping[str, list[Outcome]], seed: int, drawn: int) -> str:
    """docs/mutation.md."""
    count = sum(map(len, outcomes.values()))
    reasons = explained()
    lines = [HEAD.format(count=count, seed=seed, drawn=drawn) + table(outcomes), "", "## Not found", ""]
    for outcome in sorted(
        (o for found in outcomes.values() for o in found if not o.is_killed), key=lambda o: o.name
    ):
        path, _, rest = outcome.name.partition(": ")
        change, _, line = rest.partition(", in: ")
        lines.append(f"- `{path.partition(' ')[0]}`, line {outcome.line}: `{change}`")
        lines.append(f"  in `{line}`\n  {reasons.get(outcome.name, UNEXPLAINED)}")
    return "\n".join(lines) + "\n"
