"""The inputs that a command line names, and what they hold."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from verifier.errors import ReadError, UsageError
from verifier.paths import is_folder

SUFFIXES = frozenset({".c", ".txt", ".eml", ".mbox", ".patch", ".diff", ".litmus"})
LITMUS_SUFFIXES = frozenset({".litmus"})
LARGEST_INPUT = 32 * 1024 * 1024


def expand(names: Sequence[str], suffixes: frozenset[str] = SUFFIXES) -> list[str]:
    """The inputs, directories replaced by their files, sorted; raises UsageError for an empty one."""
    if names.count("-") > 1:
        raise UsageError("stdin", "standard input (-) is given twice; it can be read once")
    found: list[str] = []
    for name in names:
        path = Path(name)
        if name == "-" or not is_folder(path):
            found.append(name)
            continue
        inside = sorted(str(p) for p in path.rglob("*") if p.suffix in suffixes and p.is_file())
        if not inside:
            kinds = " ".join(sorted(suffixes))
            raise UsageError("empty directory", f"the directory has no input (files ending in {kinds})", name)
        found += inside
    return list(dict.fromkeys(found))


def shown_name(name: str) -> str:
    """An input's name as reports show it."""
    return "<stdin>" if name == "-" else name


def read(name: str) -> bytes:
    """What an input holds; raises ReadError."""
    shown = shown_name(name)
    try:
        if name == "-":
            data = sys.stdin.buffer.read(LARGEST_INPUT + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(LARGEST_INPUT + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ReadError("unreadable", f"can't be read: {why.lower()}", name=shown) from None
    if len(data) > LARGEST_INPUT:
        size = LARGEST_INPUT // (1024 * 1024)
        raise ReadError("too large", f"is larger than {size} MiB; give the part in question", name=shown)
    return data


def read_text(name: str) -> str:
    """The text of a file in UTF-8; raises ReadError."""
    try:
        return read(name).decode("utf-8")
    except UnicodeDecodeError:
        raise ReadError("not text", "is no text in UTF-8", name=shown_name(name)) from None
