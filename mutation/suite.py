"""The tests that are to find faults: those of the engine, and those that look at its answers."""

from __future__ import annotations

from pathlib import Path

FOLDERS = ("cat", "encoding", "events", "execution", "models", "pairing", "program", "properties", "search")
WHOLE = (
    "agreement",
    "atomics",
    "cycles",
    "cycles_table",
    "implied",
    "interrupts",
    "judge_cases",
    "least_order",
    "litmus.py::test_answers",  # what it decides is all that the other functions there look at
    "mail_rows",
    "oracle",
    "orders",
    "patches",
    "thread",
)


def files(root: Path) -> list[str]:
    """The files of tests, relative to the checkout; of one, a function."""
    found = [p for folder in FOLDERS for p in sorted((root / "tests" / folder).glob("test_*.py"))]
    whole = [f"tests/test_{name}" if "::" in name else f"tests/test_{name}.py" for name in WHOLE]
    return [path.relative_to(root).as_posix() for path in found] + whole
