"""Lark's tables, run by us: the same trees as Lark's own machine builds, with the same places."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from lark import UnexpectedToken

from verifier.errors import SyntaxProblem
from verifier.source import Source
from verifier.syntax import parse, parser
from verifier.syntax.build import Builder
from verifier.syntax.generate import make
from verifier.syntax.grammars import load
from verifier.syntax.lalr import Rejected
from verifier.syntax.leaf import Leaf, leaf
from verifier.syntax.parser import STARTS
from verifier.syntax.walk import walk

ROOT = Path(__file__).parent.parent.parent
TEXTS = sorted((*(ROOT / "litmus").rglob("*.c"), *(ROOT / "verifier" / "kernel").glob("*.c")))


def tree(path: Path) -> str:
    try:
        unit = parse(Source.whole(path.name, path.read_text(encoding="utf-8")))
    except SyntaxProblem as problem:
        return problem.render()
    return f"{unit} {[getattr(node, 'span', None) for node in walk(unit)]}"


class Larks:
    """Lark's own machine, with the interface of ours."""

    def __init__(self) -> None:
        self.lark = make(load("pseudo_c"), STARTS, Builder())

    def run(self, words: Sequence[Any], start: str) -> object:
        try:
            return self.lark.parse(words, start=start)  # type: ignore[arg-type]
        except UnexpectedToken as error:
            index = error.token.start_pos if error.token.type != "$END" else len(words)
            raise Rejected(index or 0, error.interactive_parser.accepts()) from None


def test_the_same_trees_as_lark(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = [tree(path) for path in TEXTS]
    names = parser._tables()[1]
    monkeypatch.setattr(parser, "_tables", lambda: (larks, names))
    larks = Larks()
    assert ours == [tree(path) for path in TEXTS]
    assert len(ours) > 10


def test_the_same_words_are_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "litmus" / "message-passing" / "demo.c").read_text(encoding="utf-8")
    source = Source.whole("demo.c", text)
    tables, names = parser._tables()
    seen: list[list[Leaf]] = []
    monkeypatch.setattr(parser, "_tables", lambda: (Recorder(), names))

    class Recorder:
        def run(self, words: list[Leaf], start: str) -> object:
            seen.append(words)
            return tables.run(words, start)

    parse(source)
    words, larks = seen[0], Larks()
    for size in range(len(words)):
        for rest in ([], [words[size - 1]], [words[0]]):
            assert rejection(tables, [*words[:size], *rest]) == rejection(larks, [*words[:size], *rest])


def rejection(machine: Any, words: Sequence[Leaf]) -> tuple[int, set[str]] | None:
    numbered = [leaf(w.type, w, n, w.line, w.column, w.end_line, w.end_column) for n, w in enumerate(words)]
    try:
        machine.run(numbered, "unit")
    except Rejected as rejected:
        return rejected.index, set(rejected.expected)
    return None
