"""Lark's tables, run by us: the same trees as Lark's own machine builds, with the same places."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from verifier.errors import SyntaxProblem
from verifier.source import Source
from verifier.syntax import parse
from verifier.syntax.lalr import Tables, Unexpected
from verifier.syntax.walk import walk

ROOT = Path(__file__).parent.parent.parent
TEXTS = sorted((*(ROOT / "litmus").rglob("*.c"), *(ROOT / "verifier" / "kernel").glob("*.c")))


def tree(path: Path) -> str:
    try:
        unit = parse(Source.whole(path.name, path.read_text(encoding="utf-8")))
    except SyntaxProblem as problem:
        return problem.render()
    return f"{unit} {[getattr(node, 'span', None) for node in walk(unit)]}"


def test_the_same_trees_as_lark(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = [tree(path) for path in TEXTS]

    def ask_lark(_: Tables, words: Sequence[object], start: str) -> object:
        raise Unexpected(words, start)

    monkeypatch.setattr(Tables, "run", ask_lark)
    assert ours == [tree(path) for path in TEXTS]
    assert len(ours) > 10
