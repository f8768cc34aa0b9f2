"""Finds the grammars: package data in an installed wheel, `grammars/` beside the package in a checkout.

Their parse tables, which take longer to make than most inputs to check, are kept in the user's cache directory.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

from verifier.cache import directory


@cache
def load(name: str) -> str:
    """The text of `grammars/NAME.lark`. Raises FileNotFoundError where the installation lacks it."""
    file = f"{name}.lark"
    packaged = resources.files("verifier").joinpath("grammars", file)
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).resolve().parents[2] / "grammars" / file).read_text(encoding="utf-8")


def table_file(name: str) -> str | bool:
    """Where lark may keep the parse table of `grammars/NAME.lark`; False where there is no place for it."""
    root = directory()
    digest = hashlib.sha256(load(name).encode()).hexdigest()[:16]
    return False if root is None else str(root / f"{name}-{digest}.table")
