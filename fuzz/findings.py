"""What was found, one file for each kind of failure, so that one that comes a thousand times is kept once."""

from __future__ import annotations

import hashlib
import re
import traceback
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".fuzz"
_FRAME = re.compile(r'File "[^"]*/((?:verifier|fuzz)/[^"]*)", line (\d+), in (\S+)')


def place(failure: BaseException) -> str:
    """A name for the kind of failure: the exception, and where in the product it came from."""
    text = "".join(traceback.format_exception(failure))
    frames = [frame for frame in _FRAME.findall(text) if frame[0].startswith("verifier/")]
    where = "-".join(frames[-1]).replace("/", ".") if frames else "anywhere"
    return f"{type(failure).__name__}-{where}"


def keep(target: str, kind: str, data: bytes, details: str) -> Path | None:
    """The file of a failure of that kind, the shortest input seen so far; None where there is a shorter one."""
    name = re.sub(r"[^\w.-]", "_", kind)[:100]
    path = FOLDER / "findings" / f"{target}-{name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size <= len(data):
        return None
    path.write_bytes(data)
    path.with_name(f"{path.name}.why").write_text(details)
    return path


def write_seeds(folder: Path, seeds: list[bytes]) -> None:
    """Each seed in a file named for its content."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (folder / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
