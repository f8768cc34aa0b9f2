"""A copy of the checkout that faults are planted in, and pytest run there. The checkout itself is never touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = (
    "verifier",
    "grammars",
    "litmus",
    "tests",
    "mutation",
    "docs",
    "bench",
    "fuzz",
    "Makefile",
    "README.md",
)
FILES = ("pyproject.toml", "CHANGELOG.md")


def copy(folder: Path) -> None:
    """The parts of the checkout that tests need."""
    for name in (*PARTS, *FILES):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("*.pyc"))
        elif source.exists():
            shutil.copy2(source, folder / name)
    shared = ROOT.parent / "shared"  # where the tests look for the published corpora
    if shared.is_dir():
        (folder.parent / "shared").symlink_to(shared.resolve())


@contextmanager
def planted(file: Path, text: str) -> Iterator[None]:
    """The file with another text for a while; then it is as before, to the nanosecond."""
    state, before = file.stat(), file.read_bytes()
    compiled = file.parent / "__pycache__"
    file.write_text(text, encoding="utf-8")
    for stale in compiled.glob(f"{file.stem}.*.pyc"):
        stale.unlink()
    try:
        yield
    finally:
        file.write_bytes(before)
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))


def pytest(
    tree: Path, caches: Path, arguments: Sequence[str], settings: dict[str, str], limit: float
) -> tuple[int | None, str]:
    """The exit code and what was printed; no code where the time ran out.

    The product's caches are in a folder of their own. What is kept there is of files with these very times, so none
    of it is of the product without the fault, or with another. So are the tests' own files: two runs at once would
    both clear up those of earlier ones.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(tree),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "XDG_CACHE_HOME": str(caches),
        **settings,
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "mutation.plugin"]
    stopped = "ignore::pytest.PytestUnraisableExceptionWarning"  # its time over, a test may leave a file open
    command += ["-W", stopped, f"--basetemp={tree.parent / 'temporary'}"]
    with subprocess.Popen(
        [*command, *arguments],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            printed, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            return None, process.communicate()[0]
    return process.returncode, printed
