"""All faults that can be planted, by area, and a sample of them that a seed gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from mutation import cat, kernel, python
from mutation.fault import Fault

# Areas, each with its share of a sample.
SHARES = {
    "models": 45,
    "kernel": 45,
    "program": 45,
    "cat": 35,
    "events": 35,
    "search": 25,
    "encoding": 25,
    "pairing": 20,
    "execution": 15,
    "properties": 10,
}


def area(fault: Fault) -> str:
    """The part of the product that a fault is in."""
    return fault.path.split("/")[1]


def sample(root: Path, count: int, seed: int, areas: tuple[str, ...] = tuple(SHARES)) -> list[Fault]:
    """About that many faults, each area with its share, in no order of theirs.

    Which they are depends on their names and the seed: a change of the product leaves most of a sample as it was.
    """
    whole = sum(SHARES[a] for a in areas)

    def lot(fault: Fault) -> bytes:
        return sha256(f"{seed} {fault.name}".encode()).digest()

    found: list[Fault] = []
    for name in areas:
        found += sorted(faults(root, name), key=lot)[: max(1, round(count * SHARES[name] / whole))]
    return sorted(found, key=lot)


@cache
def faults(root: Path, area: str) -> tuple[Fault, ...]:
    """All faults of an area, in the order of the files and their text; no two have one name."""
    seen: Counter[str] = Counter()
    found = []
    for fault in (f for path in _files(root, area) for f in _faults(root, path)):
        seen[fault.name] += 1
        found.append(replace(fault, number=seen[fault.name]))
    return tuple(found)


def _files(root: Path, area: str) -> list[Path]:
    return sorted(
        p for p in (root / "verifier" / area).rglob("*") if p.suffix in (".py", ".cat", ".c", ".toml")
    )


def _faults(root: Path, path: Path) -> Iterator[Fault]:
    name, text = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
    match path.suffix:
        case ".py":
            yield from python.faults(name, text)
        case ".cat":
            yield from cat.faults(name, text)
        case ".c":
            yield from kernel.faults_in_c(name, text)
        case ".toml" if path.name in ("core.toml", "mapping.toml"):
            yield from kernel.faults_in_tables(name, text)
