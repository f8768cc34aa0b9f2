"""What is at a path that a user, or a text of theirs, names. At one that no file can have, there is nothing: pathlib
raises OSError for a name that is too long, where os.path does not."""

from __future__ import annotations

import os
from pathlib import Path


def is_there(path: str | Path) -> bool:
    """Whether there is anything."""
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: str | Path) -> bool:
    """Whether there is a regular file, links followed."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: str | Path) -> bool:
    """Whether there is a directory, links followed."""
    return os.path.isdir(path)  # noqa: PTH112
