"""The tests that are to find faults: those of the engine, and those that look at its answers."""

from __future__ import annotations

from pathlib import Path

FOLDERS = ("cat", "encoding", "events", "execution", "models", "pairing", "program", "properties", "search")
WHOLE = (
    "agreement",
    "atomics",
    "cycles",
    "implied",
    "interrupts",
    "judge_cases",
    "least_order",
    "litmus",
    "mail_rows",
    "oracle",
    "orders",
    "patches",
    "thread",
)


def files(root: Path) -> list[str]:
    """The files of tests, relative to the checkout."""
    found = [p for folder in FOLDERS for p in sorted((root / "tests" / folder).glob("test_*.py"))]
    found += [root / "tests" / f"test_{name}.py" for name in WHOLE]
    return [path.relative_to(root).as_posix() for path in found]
