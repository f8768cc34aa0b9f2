"""A short run loads no more than it needs: what takes long to load is imported where it is first asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DEMO = str(ROOT / "litmus" / "message-passing" / "demo.c")
REPORT = """
import sys
from verifier.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(*sorted(sys.modules), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache directory in which a check has left what it keeps."""
    place = tmp_path_factory.mktemp("cache")
    loaded(place, "check", DEMO)
    return place


def loaded(cache: Path, *arguments: str) -> set[str]:
    """The modules that a process has loaded when its command is done."""
    command = [sys.executable, "-c", REPORT, *arguments]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return set(ended.stderr.splitlines()[-1].split())


def test_a_check_of_a_small_snippet(cache: Path) -> None:
    found = loaded(cache, "check", DEMO)
    assert "verifier.report.text" in found
    unwanted = {
        "dataclasses",
        "email",
        "hashlib",
        "inspect",
        "lark",
        "multiprocessing",
        "selectors",
        "tomllib",
    }
    unwanted |= {"tqdm", "traceback", "z3", "verifier.cat.load", "verifier.encoding.session"}
    unwanted |= {"verifier.program.litmus", "verifier.report.herd", "verifier.report.json_report"}
    unwanted |= {"verifier.syntax.cat", "verifier.syntax.generate", "verifier.syntax.litmus"}
    unwanted |= {"jinja2", "xml", "verifier.report.page", "verifier.report.sarif", "verifier.report.findings"}
    assert not found & unwanted


def test_a_check_with_a_cold_cache_loads_what_makes_it_warm(tmp_path: Path) -> None:
    assert {"lark", "tomllib", "verifier.cat.load"} <= loaded(tmp_path, "check", DEMO)


def test_a_litmus_test(cache: Path) -> None:
    test = ROOT / "litmus" / "aarch64" / "mp-dmb-addr.litmus"
    found = loaded(cache, "litmus", str(test))
    assert "verifier.program.litmus" in found
    assert not found & {"email", "multiprocessing", "selectors", "tqdm", "z3", "verifier.report.text"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"], ["models"], ["check"]])
def test_what_needs_no_check(cache: Path, arguments: list[str]) -> None:
    found = loaded(cache, *arguments)
    assert "verifier.cli" in found
    assert not found & {
        "lark",
        "multiprocessing",
        "pickle",
        "z3",
        "verifier.pipeline",
        "verifier.syntax",
        "jinja2",
    }
