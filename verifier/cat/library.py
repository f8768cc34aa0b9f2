"""The model files that come with the package."""

from __future__ import annotations

from pathlib import Path

MODELS = ("armv8", "lkmm", "power", "riscv", "sc", "tso")
FOLDER = Path(__file__).resolve().parent.parent / "models"


def texts() -> bytes:
    """All of them, one after the other: whatever an own model includes is among these."""
    return b"\0".join(path.read_bytes() for path in sorted(FOLDER.glob("*.cat")))
