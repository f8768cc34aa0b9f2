"""The runs that README.md shows are real ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verifier import cli

README = Path(__file__).resolve().parent.parent / "README.md"
RUN = re.compile(r"(?<=<!-- run -->\n)    \$ mbpair (.*)\n(?:.*\n)*?(?=<!-- /run -->)")


def test_the_runs_in_the_readme(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, rewrites_goldens: bool
) -> None:
    monkeypatch.chdir(README.parent)

    def run(match: re.Match[str]) -> str:
        assert cli.main(match[1].split()) in (0, 1)
        lines = [f"$ mbpair {match[1]}", *capsys.readouterr().out.rstrip().splitlines()]
        return "".join(f"    {line}".rstrip() + "\n" for line in lines)

    text = README.read_text(encoding="utf-8")
    assert len(RUN.findall(text)) == 5
    found = RUN.sub(run, text)
    if rewrites_goldens:
        README.write_text(found, encoding="utf-8")
    else:
        assert found == text
