"""herd7 as a judge, where it is on PATH: its final states, counts and flags of litmus tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """One test's block of herd7's output."""

    states: frozenset[str]
    observation: str
    counts: tuple[int, int]
    flags: frozenset[str]


def arguments(architecture: str) -> list[str] | None:
    """The command for tests of C or AArch64; None where herd7, or the kernel's model, is not here.

    MBPAIR_LINUX_MODEL is the path of a kernel tree's linux-kernel.cat.
    """
    if shutil.which("herd7") is None:
        return None
    if architecture != "C":
        return ["herd7"]
    model = os.environ.get("MBPAIR_LINUX_MODEL")
    if model is None:
        return None
    folder, stem = Path(model).parent, Path(model).stem
    files = ["-bell", f"{stem}.bell", "-macros", f"{stem}.def", "-model", f"{stem}.cat"]
    return ["herd7", "-I", str(folder), *files, "-variant", "lkmmv2"]


def run(command: Sequence[str], files: Sequence[Path]) -> dict[str, Answer]:
    """What herd7 says of each test, by name."""
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    return parse(done.stdout)


def parse(text: str) -> dict[str, Answer]:
    """The blocks of an output in herd7's format."""
    found = {}
    for block in re.split(r"^(?=Test )", text, flags=re.MULTILINE):
        match = re.search(r"^Observation (\S+) (\w+) (\S+) (\S+)$", block, re.MULTILINE)
        if match is None:
            continue
        count = int(re.search(r"^States (\d+)$", block, re.MULTILINE)[1])  # type: ignore[index]
        lines = block.splitlines()
        states = frozenset(" ".join(sorted(l.replace("; ", ";").split(";"))) for l in lines[2 : 2 + count])
        counts = tuple(int(n) if n.isdecimal() else -1 for n in match.groups()[2:])
        flags = frozenset(re.findall(r"^Flag (\S+)$", block, re.MULTILINE))
        found[match[1]] = Answer(states, match[2], counts, flags)  # type: ignore[arg-type]
    return found
