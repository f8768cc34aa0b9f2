"""Puts the formulas of a certificate to cvc5."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cvc5

Answer = Literal["confirmed", "rejected", "not decided"]
_CLAIM = re.compile(r"^; (\d+\. .*(?:\n;     .*)*)$", re.MULTILINE)
_RESET = "(reset)\n"
_EXPECTED = re.compile(r"^\(set-info :status (\w+)\)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim, in words, and what the solver says of it."""

    claim: str
    answer: Answer


def check_proofs(text: str, seconds: float) -> list[Checked]:
    """What cvc5 says of each claim of a certificate, each in that many seconds. Raises ValueError for what is none."""
    return [checked for part in text.split(_RESET)[1:] for checked in _check_part(part, seconds)]


def _check_part(text: str, seconds: float) -> Iterator[Checked]:
    """The claims about one graph."""
    claims = [" ".join(c.replace("\n;", " ").split()) for c in _CLAIM.findall(text)]
    expected = _EXPECTED.findall(text)
    answers = list(
        _answers(_EXPECTED.sub("", text), seconds)
    )  # cvc5 speaks of an error where it finds another
    if not len(answers) == len(claims) == len(expected):
        raise ValueError(f"{len(claims)} claims, {len(expected)} expectations and {len(answers)} answers")
    for claim, answer, status in zip(claims, answers, expected, strict=True):
        yield Checked(claim, "not decided" if answer not in ("sat", "unsat") else _compared(answer, status))


def _compared(answer: str, expected: str) -> Answer:
    return "confirmed" if answer == expected else "rejected"


def _answers(text: str, seconds: float) -> Iterator[str]:
    """What each check-sat answers; the rest of the script is run for its effect."""
    terms = cvc5.TermManager()
    solver, symbols = cvc5.Solver(terms), cvc5.SymbolManager(terms)
    solver.setOption("incremental", "true")
    solver.setOption("simplification", "none")  # with it, most of the time goes there
    solver.setOption("tlimit-per", str(max(1, int(seconds * 1000))))
    parser = cvc5.InputParser(solver, symbols)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "certificate")
    while not (command := parser.nextCommand()).isNull():
        answer = command.invoke(solver, symbols).strip()
        if answer.startswith("(error"):
            raise ValueError(answer)
        if command.getCommandName() == "check-sat":
            yield answer
