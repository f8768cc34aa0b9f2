"""What each test reaches of the product as it is, and how long it takes: kept in .mutation/, a folder a test file.

Each file of tests has a process of its own, and empty caches: what one file's tests remember, none of another can hide.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mutation import tree

KEPT = tree.ROOT / ".mutation" / "baseline"
LIMIT = 900.0  # seconds, for one file of tests
NO_TESTS = 5  # pytest's exit code where all of a file's tests are left to the full tier


@dataclass(frozen=True)
class Measured:
    """A file of tests, or a function there: the seconds of each test that is not skipped, and where its coverage is."""

    file: str
    seconds: dict[str, float]
    folder: Path


def measure(copy: Path, file: str) -> Measured:
    """Run the file's tests, unless that was done before with the same product and tests; they must pass."""
    kept = file.replace("/", "-").replace("::", "-")
    folder = KEPT / f"{kept}-{_state(copy, file.partition('::')[0])}"
    if not (folder / "seconds.json").exists():
        for old in KEPT.glob(f"{kept}-" + "?" * 16):
            shutil.rmtree(old)
        folder.mkdir(parents=True)
        shutil.rmtree(copy.parent / "caches", ignore_errors=True)
        code, printed = tree.pytest(
            copy, copy.parent / "caches", [file], {"MUTATION_MEASURE": str(folder)}, LIMIT
        )
        if code not in (0, NO_TESTS):
            shutil.rmtree(folder)
            raise SystemExit(f"{file} fails without any fault:\n{printed[-3000:]}")
    seconds = json.loads((folder / "seconds.json").read_text())
    return Measured(file, {name: s for name, s in seconds.items() if s >= 0}, folder)


def _state(copy: Path, file: str) -> str:
    """Changes with the product, with the examples, with what tests share, and with this file of tests."""
    digest = hashlib.sha256()
    for path in sorted(_inputs(copy, copy / file)):
        digest.update(path.relative_to(copy).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _inputs(copy: Path, test: Path) -> Iterable[Path]:
    for part in ("verifier", "grammars", "litmus", "tests"):
        for path in (copy / part).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                if path == test or not path.name.startswith("test_"):
                    yield path
