"""A target lets refusals pass and nothing else; what it finds is kept once a kind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fuzz import findings, targets
from fuzz.findings import keep, place
from fuzz.targets import TARGETS
from verifier.inbox import recognise
from verifier.limits import Undecided

DIFF = "diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n void f(void)\n {\n+\tsmp_mb();\n }\n"


def fault(*_: object) -> None:
    raise KeyError("ours")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("data", [b"", b"\0", b"\xff\xff", b"x\n", b"void f(void) { smp_mb(\n", b"(" * 9000])
def test_what_is_refused_is_no_failure(target: str, data: bytes) -> None:
    TARGETS[target](data)


@pytest.mark.parametrize("target", ["mails", "diffs"])
def test_an_error_of_ours_is_a_failure(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "parse", fault)
    with pytest.raises(KeyError):
        TARGETS[target](DIFF.encode())


def test_a_crash_of_the_command_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.pipeline.recognise", fault)
    with pytest.raises(targets.Failure, match="KeyError"):
        targets.check(b"x = 1;\n")


def test_no_end_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "LONGEST", 0.0)
    with pytest.raises(targets.Failure, match="took"):
        TARGETS["diffs"](DIFF.encode())


def test_the_shortest_of_a_kind_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "FOLDER", tmp_path)
    assert keep("diffs", "KeyError", b"four", "why") == tmp_path / "findings" / "diffs-KeyError"
    assert keep("diffs", "KeyError", b"longer", "why") is None
    assert keep("diffs", "KeyError", b"two", "because") is not None
    assert (tmp_path / "findings" / "diffs-KeyError").read_bytes() == b"two"
    assert (tmp_path / "findings" / "diffs-KeyError.why").read_text() == "because"


def test_a_kind_is_named_for_its_place() -> None:
    with pytest.raises(AttributeError) as found:
        recognise("x.c", None)  # type: ignore[arg-type]
    assert re.fullmatch(r"AttributeError-verifier\.inbox\.recognise\.py-\d+-decode", place(found.value))
    assert place(Undecided("x")) == "Undecided-anywhere"


@pytest.mark.parametrize(
    "end", ["scoped_cond_guard", "scoped_cond_guard(", "scoped_cond_guard(x", "scoped_cond_guard(x,"]
)
def test_a_macro_at_the_end_of_the_text(end: str) -> None:
    for target in ("snippets", "primitives", "check"):
        TARGETS[target](f"void f(void) {{ smp_mb(); }} {end}".encode())
