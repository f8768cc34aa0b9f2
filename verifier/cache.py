"""What takes long to make and depends on this project's own files alone, kept in the user's cache directory.

Nothing here is needed: where the directory can't be read or written, things are made anew.
"""

from __future__ import annotations

import os
import pickle
import sys
import zlib
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent
_KEPT = 4  # versions of one thing that are kept
_UNREADABLE = (
    *(OSError, EOFError, LookupError, ValueError, AttributeError, ImportError, TypeError),
    pickle.PickleError,
)


def directory() -> Path | None:
    """The directory, made where it is not there; None where that can't be."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mbpair"
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return root if os.access(root, os.W_OK) else None


@cache
def version() -> bytes:
    """What changes with this project's code and with the Python that runs it."""
    found = [sys.implementation.cache_tag or "", sys.version]
    for root, folders, files in os.walk(_PACKAGE):
        folders.sort()
        for file in sorted(files):
            if not file.endswith(".pyc"):
                state = os.stat(os.path.join(root, file))  # noqa: PTH116, PTH118  this runs at every start
                found.append(f"{file} {state.st_size} {state.st_mtime_ns}")
    return "\n".join(found).encode()


def get(name: str, content: bytes) -> Any:
    """What was kept under that name for this content by this version of the code; None where nothing was."""
    place = _place(name, content)
    if place is None:
        return None
    try:
        found, value = pickle.loads(place.read_bytes())
    except _UNREADABLE:
        return None
    return value if found == _key(content) else None


def keep(name: str, content: bytes, value: object) -> None:
    """Keep a value, written all at once, so that nobody reads half of it."""
    place = _place(name, content)
    if place is None:
        return
    unfinished = place.with_suffix(f".{os.getpid()}")
    try:
        unfinished.write_bytes(pickle.dumps((_key(content), value), pickle.HIGHEST_PROTOCOL))
        unfinished.replace(place)
        _tidy(place, name)
    except OSError:
        unfinished.unlink(missing_ok=True)


def _place(name: str, content: bytes) -> Path | None:
    root = directory()
    if root is None:
        return None
    return root / f"{name}-{zlib.crc32(_key(content)):08x}.kept"


def _key(content: bytes) -> bytes:
    """All that a value depends on; it is kept with the value, for files of different ones may have the same name."""
    return b"\0".join((version(), content))


def _tidy(place: Path, name: str) -> None:
    """Remove the oldest versions of a thing."""
    found = sorted(place.parent.glob(f"{name}-*.kept"), key=lambda p: p.stat().st_mtime_ns, reverse=True)
    for old in found[_KEPT:]:
        old.unlink(missing_ok=True)
