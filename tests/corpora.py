"""Runs the published litmus corpora, where they are present."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from verifier.errors import InputError
from verifier.options import Options
from verifier.pipeline import litmus
from verifier.properties.verdict import Outcome

ROOT = Path(__file__).resolve().parents[2] / "shared" / "corpora"


@dataclass
class Tally:
    """Tests by what came of them: agreeing, disagreeing, not read or not modelled, undecided."""

    agree: list[str] = field(default_factory=list)
    disagree: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)


def rows(table: str) -> Iterator[dict[str, str]]:
    """The rows of a table of the corpora."""
    with (ROOT / table).open(newline="") as file:
        yield from csv.DictReader(file)


def every(row: dict[str, str], part: int) -> bool:
    """Whether a test is in the fixed sample of one in `part`."""
    return zlib.crc32(row["file"].encode()) % part == 0


@cache
def outcome_of(folder: str, name: str, options: Options) -> Outcome | None:
    """What comes of a test; tables of one folder share it. Raises InputError."""
    return litmus(name, (ROOT / folder / name).read_bytes(), options).outcome


def answer(folder: str, row: dict[str, str], options: Options) -> str:
    """What the row's table says of a test, in its own words; or "undecided". Raises InputError."""
    outcome = outcome_of(folder, row["file"], options)
    if outcome is None:
        return "undecided"
    if "observation" in row:
        return outcome.observation
    if "race_free" in row:
        return str(int("data-race" not in outcome.flags))
    return str(int(outcome.is_true))


def compare(table: str, options: Options, part: int = 1, only: str = "") -> Tally:
    """Compare the answers to a table's tests (all, one in `part`, or those of one model) with what it expects."""
    tally = Tally()
    folder = table.partition("/")[0]
    for row in rows(table):
        if (part > 1 and not every(row, part)) or (only and row.get("model", only) != only):
            continue
        expected = row.get("observation") or row.get("race_free") or row["holds"]
        try:
            found = answer(folder, row, options)
        except InputError:
            tally.unread.append(row["file"])
            continue
        chosen = (
            tally.undecided if found == "undecided" else tally.agree if found == expected else tally.disagree
        )
        chosen.append(row["file"])
    return tally
