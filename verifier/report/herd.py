"""Answers to litmus tests in herd7's output format, for the tools that read it."""

from __future__ import annotations

from verifier.properties.verdict import LitmusVerdict, Outcome, State
from verifier.report.style import visible

_WORDS = {"exists": "Allowed", "~exists": "Forbidden", "forall": "Required"}


def render(verdict: LitmusVerdict) -> str:
    """The block of one test, with an empty line at its end.

    "Loop" before the answer: some executions go beyond the loop bound. Where the states were not
    enumerated, one is shown with the condition and one without, and "?" stands for a count.
    """
    outcome, condition = verdict.outcome, verdict.condition
    kind, text = ("forall", "forall (true)") if condition is None else (condition.kind, condition.text)
    if outcome is None:
        return undecided(verdict.name, kind, verdict.reason)
    lines = [f"Test {verdict.name} {_WORDS[kind]}", f"States {len(outcome.states)}"]
    names = verdict.names
    states = outcome.states
    if outcome.is_complete:
        states = tuple(sorted(states, key=lambda state: [_rank(value, names) for _, value in state]))
    lines += [_state(state, names) for state in states]
    lines.append(("Loop " if outcome.is_cut else "") + ("Ok" if outcome.is_true else "No"))
    if outcome.positive is not None and outcome.negative is not None:
        lines += ["Witnesses", _witnesses(kind, outcome)]
    lines += [f"Flag {name}" for name in outcome.flags]
    lines.append(f"Condition {text}")
    counts = " ".join("?" if n is None else str(n) for n in (outcome.positive, outcome.negative))
    lines.append(f"Observation {verdict.name} {outcome.observation} {counts}")
    lines += verdict.notes
    return visible("\n".join(lines)) + "\n\n"


def undecided(name: str, kind: str, reason: str) -> str:
    """The block of a test without an answer; `kind` is the word that its condition starts with."""
    return visible(f"Test {name} {_WORDS[kind]}\nUndecided: {reason}\n\n")


def _state(state: State, names: dict[int, str]) -> str:
    """Elements of a whole array, labelled `a{0}`, `a{1}` …, are shown together."""
    shown: list[str] = []
    for label, value in state:
        array, brace, _ = label.partition("{")
        text = str(names.get(value, value))
        if brace and label != f"{array}{{0}}":
            shown[-1] = f"{shown[-1][:-2]},{text}}};"
        else:
            shown.append(f"{array}={{{text}}};" if brace else f"{label}={text};")
    return " ".join(shown)


def _rank(value: int, names: dict[int, str]) -> tuple[bool, str, int]:
    """Numbers come first, then addresses by name."""
    return (value in names, names.get(value, ""), value)


def _witnesses(kind: str, outcome: Outcome) -> str:
    pair = (outcome.positive, outcome.negative)
    positive, negative = reversed(pair) if kind == "~exists" else pair
    return f"Positive: {positive} Negative: {negative}"
