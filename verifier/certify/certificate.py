"""The evidence of one verdict: what was asked of a program under one model, as texts that others can check."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.certify.proof import proofs
from verifier.certify.witness import witnesses
from verifier.limits import Deadline, Undecided, why_not
from verifier.pairing.verdict import Certificate
from verifier.search.recording import Answered


def certificate(answered: Sequence[Answered], deadline: Deadline) -> Certificate:
    """The evidence for these answers; what there is no time for, or is not modelled, is missing with the reason."""
    try:
        return _certificate(answered, deadline)
    except (Undecided, RecursionError, MemoryError) as problem:
        return Certificate("", 0, "", 0, (why_not(problem),))


def _certificate(answered: Sequence[Answered], deadline: Deadline) -> Certificate:
    sections, claims, missing = list[str](), 0, dict[str, None]()
    for group in _groups(answered):
        text, count, lacking = proofs(group, deadline)
        sections += [text] if count else []
        claims += count
        missing.update(dict.fromkeys(lacking))
    found = [a for a in answered if a.execution is not None]
    executions = witnesses(_groups(found)) if found else ""
    return Certificate("\n".join(sections), claims, executions, len(found), tuple(missing))


def _groups(answered: Sequence[Answered]) -> list[list[Answered]]:
    """Those of one graph, with axioms or without, together."""
    found: dict[tuple[int, bool], list[Answered]] = {}
    for one in answered:
        found.setdefault((id(one.graph), not one.model.axioms), []).append(one)
    return list(found.values())
