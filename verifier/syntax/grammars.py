"""Finds the grammars: package data in an installed wheel, `grammars/` beside the package in a checkout.

Their parse tables, which take longer to make than most inputs to check, are kept in the user's cache directory.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def table_file(name: str) -> Iterator[str | bool]:
    """Where lark may read the parse table of `grammars/NAME.lark`, or write it; False where there is no place for it.

    What is written there is kept when it is whole: lark itself writes bit by bit, and passes over what fails.
    """
    import hashlib  # not needed for snippets, and takes long to load

    root = directory()
    digest = hashlib.sha256(load(name).encode()).hexdigest()[:16]
    if root is None:
        yield False
        return
    kept = root / f"{name}-{digest}.table"
    if _is_whole(kept):
        yield str(kept)
        return
    unfinished = kept.with_suffix(f".{os.getpid()}")
    try:
        yield str(unfinished)
        if _is_whole(unfinished):
            unfinished.replace(kept)
    finally:
        unfinished.unlink(missing_ok=True)


def _is_whole(file: Path) -> bool:
    """Whether a table ends as a pickle does."""
    try:
        with file.open("rb") as opened:
            opened.seek(-1, os.SEEK_END)
            return opened.read() == pickle.STOP
    except OSError:
        return False
