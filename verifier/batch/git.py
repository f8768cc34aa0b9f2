"""What git knows of a repository: commits, their patches, files at a commit. Nothing of the tree is run."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from verifier.errors import UsageError
from verifier.paths import is_file
from verifier.record import record

BARRIER = re.compile(
    rb"\b(?:smp_\w+|__smp_\w+|dma_[rw]?mb|virt_\w*mb|[rw]?mb\(\)|barrier\(\)|\w+_(?:acquire|release)\("
    rb"|rcu_assign_pointer|rcu_dereference|set_current_state|synchronize_rcu|READ_ONCE|WRITE_ONCE)"
)
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "diff.external=",
    "core.pager=cat",
    "log.showSignature=false",
)
_SEPARATOR = b"\x01commit "
LARGEST = 4 * 1024 * 1024
SECONDS = 10  # for one search of a tree
MOST_WALKED = 4_000  # files of a tree that git does not know


@record(frozen=True, slots=True)
class Commit:
    """A commit: its hash, and the first line of its message."""

    name: str
    subject: str


def commits(directory: str, wanted: str) -> list[Commit]:
    """The commits of a range whose functions have a barrier, oldest first. Raises UsageError."""
    if wanted.startswith("-"):
        raise UsageError("git", f"--git: found {wanted!r}; expected a range of commits such as main..topic")
    form = "--format=%x01commit %H %s"
    command = [
        "log",
        "--no-merges",
        "--reverse",
        "-p",
        "-W",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        form,
        wanted,
        "--",
        "*.[ch]",
    ]
    found = []
    for text in _parts(directory, command):
        head, _, patch = text.partition(b"\n")
        if BARRIER.search(patch):
            name, _, subject = head.decode("utf-8", "replace").partition(" ")
            found.append(Commit(name, subject))
    return found


def _parts(directory: str, command: list[str]) -> Iterator[bytes]:
    """What a log says of each commit."""
    with subprocess.Popen(
        _git(directory, command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        waiting = b""
        for line in run.stdout:
            if line.startswith(_SEPARATOR):
                if waiting:
                    yield waiting
                waiting = line[len(_SEPARATOR) :]
            elif len(waiting) < LARGEST:
                waiting += line
        if waiting:
            yield waiting
        problem = run.stderr.read().decode("utf-8", "replace").strip()
    if run.returncode:
        raise UsageError("git", f"--git: {problem.splitlines()[0] if problem else 'git failed'}")


def patch(directory: str, commit: str) -> bytes:
    """A commit as a mail: headers, message and diff."""
    command = ["show", "--format=email", "--no-color", "--no-ext-diff", "--no-textconv", "-p", commit]
    return _output(directory, command) or b""


def file_at(directory: str, revision: str, path: str) -> str | None:
    """A file of a revision; None where it has none of that name, or one that is no text."""
    data = _output(directory, ["cat-file", "blob", f"{revision}:{path}"])
    if data is None or len(data) > LARGEST or b"\0" in data:
        return None
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def _output(directory: str, command: list[str]) -> bytes | None:
    run = subprocess.run(_git(directory, command), capture_output=True, check=False, env=_environment())
    return run.stdout if run.returncode == 0 else None


def _git(directory: str, command: list[str]) -> list[str]:
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    return ["git", "-C", directory, "--no-pager", *settings, *command]


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }


def _found(directory: str, revision: str | None, patterns: Sequence[str], near: str) -> list[str] | None:
    """The files in C of a revision (None: of the work tree) that have lines for all the patterns, those nearest to
    `near` first; None where git can't tell."""
    asked = [word for pattern in patterns for word in ("-e", pattern)]
    what, place = (
        (["--untracked"], "*.[ch]") if revision is None else (["--full-name", revision], ":(top)*.[ch]")
    )
    command = ["grep", "-l", "-z", "-I", "-E", "--all-match", "--no-textconv", "--no-color", *asked, *what]
    try:
        run = subprocess.run(
            _git(directory, [*command, "--", place]),
            capture_output=True,
            check=False,
            env=_environment(),
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return []
    if run.returncode > 1:
        return None
    names = [n for n in run.stdout.decode("utf-8", "replace").split("\0") if n]
    prefix = "" if revision is None else f"{revision}:"
    return _nearest([n.removeprefix(prefix) for n in names], near)


def _nearest(paths: Iterable[str], near: str) -> list[str]:
    """Those of the same folder first, then those with most of its path in common; headers last of their like."""
    parts = near.split("/")[:-1]

    def distance(path: str) -> tuple[int, int, str]:
        own = path.split("/")[:-1]
        common = sum(1 for _ in takewhile(lambda p: p[0] == p[1], zip(parts, own, strict=False)))
        return (len(parts) + len(own) - 2 * common, path.endswith(".h"), path)

    return sorted(paths, key=distance)


@record(frozen=True, slots=True)
class CommitTrees:
    """The tree of a commit, and that of its parent."""

    directory: str
    commit: str

    def before(self, path: str) -> str | None:
        return file_at(self.directory, f"{self.commit}^", path)

    def after(self, path: str) -> str | None:
        return file_at(self.directory, self.commit, path)

    def holding(self, patterns: Sequence[str], near: str) -> Sequence[str]:
        return _found(self.directory, self.commit, patterns, near) or []


@record(frozen=True, slots=True)
class Directory:
    """The files of a directory, to which patches apply (or did); never one outside of it."""

    root: str

    def before(self, path: str) -> str | None:
        root, place = Path(self.root).resolve(), Path(self.root) / path
        if not is_file(place) or not place.resolve().is_relative_to(root) or place.stat().st_size > LARGEST:
            return None
        try:
            return place.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
        except OSError:
            return None

    def after(self, _: str) -> str | None:
        return None

    def holding(self, patterns: Sequence[str], near: str) -> Sequence[str]:
        found = _found(self.root, None, patterns, near)
        return self._walked(patterns, near) if found is None else found

    def _walked(self, patterns: Sequence[str], near: str) -> list[str]:
        """As `holding`, of a directory that git does not know."""
        root = Path(self.root).resolve()
        wanted = [re.compile(p, re.MULTILINE) for p in patterns]
        found = []
        for path in _nearest(_c_files(root), near)[:MOST_WALKED]:
            text = self.before(path)
            if text is not None and all(w.search(text) for w in wanted):
                found.append(path)
        return found


def _c_files(root: Path) -> Iterator[str]:
    """The files in C below a directory, as far as links do not lead away."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            if name.endswith((".c", ".h")):
                yield (Path(folder) / name).relative_to(root).as_posix()
