"""The comparison of random programs with enumerated executions: it passes, and it would not if an answer were wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from agreement import compare
from verifier.encoding.session import Session
from verifier.properties.inquiry import Inquiry
from verifier.search.enumeration import Enumeration


def test_the_tool_agrees_with_the_enumeration() -> None:
    answers = [compare.compare(seed) for seed in range(40)]
    assert sum(count > 0 for count in answers) > 30


def test_a_program_is_made_from_its_number() -> None:
    assert compare.program(7) == compare.program(7)
    assert len({compare.program(seed) for seed in range(50)}) > 45


def opposite(find: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments, **named: None if find(*arguments, **named) else object()


@pytest.mark.parametrize(("kind", "name"), [(Inquiry, "find"), (Enumeration, "allows"), (Session, "allows")])
def test_a_wrong_answer_is_seen(monkeypatch: pytest.MonkeyPatch, kind: type, name: str) -> None:
    wrong = opposite(getattr(kind, name))
    monkeypatch.setattr(kind, name, wrong if name == "find" else lambda *a, **n: wrong(*a, **n) is not None)
    with pytest.raises(compare.Disagreement, match="seed 0"):
        compare.compare(0)


def test_a_model_with_an_axiom_less_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from verifier.record import replace

    asked = compare.ask
    monkeypatch.setattr(
        compare,
        "ask",
        lambda graph, model, *rest: asked(graph, replace(model, axioms=model.axioms[:1]), *rest),
    )
    with pytest.raises(compare.Disagreement):
        sum(compare.compare(seed) for seed in range(40))


@pytest.mark.full
def test_the_command() -> None:
    command = [sys.executable, "-m", "agreement", "--programs", "300", "--first", "200000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 disagreements" in done.stdout


def test_the_solver_agrees_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "SOLVED", 1)
    assert sum(compare.compare(seed) > 0 for seed in range(1000, 1015)) > 9
