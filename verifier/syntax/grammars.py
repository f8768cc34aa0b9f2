"""Finds the grammars: package data in an installed wheel, `grammars/` beside the package in a checkout.

Their parse tables, which take longer to make than most inputs to check, are kept in the user's cache directory.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from verifier.cache import directory


@cache
def load(name: str) -> str:
    """The text of `grammars/NAME.lark`. Raises FileNotFoundError where the installation lacks it."""
    file = f"{name}.lark"
    package = Path(__file__).resolve().parents[1]
    places = [package / "grammars" / file, package.parent / "grammars" / file]
    return next((p for p in places if p.is_file()), places[1]).read_text(encoding="utf-8")


def table_file(name: str) -> str | bool:
    """Where lark may keep the parse table of `grammars/NAME.lark`; False where there is no place for it."""
    import hashlib  # not needed for snippets, and takes long to load

    root = directory()
    digest = hashlib.sha256(load(name).encode()).hexdigest()[:16]
    return False if root is None else str(root / f"{name}-{digest}.table")
