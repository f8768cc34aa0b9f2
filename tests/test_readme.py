"""The run that README.md shows is a real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier import cli

README = Path(__file__).resolve().parent.parent / "README.md"
COMMAND = ["check", "litmus/message-passing/demo.c"]


def test_the_run_in_the_readme(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, rewrites_goldens: bool
) -> None:
    monkeypatch.chdir(README.parent)
    assert cli.main(COMMAND) == 1
    lines = [f"$ mbpair {' '.join(COMMAND)}", *capsys.readouterr().out.splitlines()]
    found = "\n".join(f"    {line}".rstrip() for line in lines)
    text = README.read_text(encoding="utf-8")
    before, rest = text.split("<!-- run -->\n", 1)
    shown, after = rest.split("\n<!-- /run -->", 1)
    if rewrites_goldens:
        README.write_text(f"{before}<!-- run -->\n{found}\n<!-- /run -->{after}", encoding="utf-8")
        shown = found
    assert shown == found
