"""What is kept in the user's cache directory comes back as it was, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle import executions
from tests.programs import event_graph
from verifier import cache
from verifier.cat.compiled import is_consistent, keep, load_kept
from verifier.cat.load import load
from verifier.execution.candidate import bases


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_what_was_kept_comes_back_for_the_same_content_alone() -> None:
    assert cache.get("thing", b"a") is None
    cache.keep("thing", b"a", ("value", 1))
    assert cache.get("thing", b"a") == ("value", 1)
    assert cache.get("thing", b"b") is None
    assert cache.get("other", b"a") is None


def test_other_code_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.keep("thing", b"a", 1)
    monkeypatch.setattr(cache, "version", lambda: b"another")
    assert cache.get("thing", b"a") is None


def test_a_broken_file_is_as_good_as_none(place: Path) -> None:
    cache.keep("thing", b"a", 1)
    (file,) = place.rglob("*.kept")
    for content in (b"", b"broken", b"cno.such.module\nname\n."):
        file.write_bytes(content)
        assert cache.get("thing", b"a") is None


def test_old_versions_go(place: Path) -> None:
    for i in range(9):
        cache.keep("thing", bytes([i]), i)
    assert len(list(place.rglob("thing-*.kept"))) == 4
    assert cache.get("thing", bytes([8])) == 8


def test_without_a_directory_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/no/such/place")
    cache.keep("thing", b"a", 1)
    assert cache.get("thing", b"a") is None


@pytest.mark.parametrize("name", ["armv8", "lkmm"])
def test_a_kept_model_says_the_same(name: str) -> None:
    made = load(name)
    assert load_kept(name, b"text") is None
    keep(name, b"text", made)
    kept = load_kept(name, b"text")
    assert kept == made
    graph = event_graph(
        "int x, y; void p(void) { WRITE_ONCE(x, 1); smp_wmb(); WRITE_ONCE(y, 1); }"
        "void q(void) { int a = READ_ONCE(y); smp_rmb(); int b = READ_ONCE(x); }",
        made.architecture,
    )
    verdicts = [is_consistent(kept, bases(graph, e)) for e in executions(graph)]
    assert verdicts == [is_consistent(made, bases(graph, e)) for e in executions(graph)]
    assert len(set(verdicts)) == 2
