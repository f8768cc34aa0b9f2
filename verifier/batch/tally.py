"""What became of a batch, counted."""

from __future__ import annotations

from collections import Counter

from verifier.batch.answer import Answer, lenient, worst
from verifier.errors import GivenUp, NoRemedy
from verifier.record import field, record


@record(slots=True)
class Tally:
    """What became of a batch so far: files done, programs by exit code, files without an answer, the exit code.

    `is_lenient`: only what is refuted counts for the exit code.
    """

    total: int
    is_lenient: bool = False
    done: int = 0
    programs: Counter[int] = field(default_factory=Counter)
    unread: int = 0
    given_up: int = 0
    code: int = 3
    stopped_by: int = 0  # a signal

    def add(self, answer: Answer) -> None:
        codes = lenient(answer.codes) if self.is_lenient else answer.codes or (3,)
        self.code = worst([*(codes or (0,)), *([self.code] if self.done else [])])
        self.done += 1
        if answer.error is None or isinstance(answer.error, NoRemedy):
            self.programs.update(answer.codes)
        elif isinstance(answer.error, GivenUp):
            self.given_up += 1
        else:
            self.unread += 1


def summary(tally: Tally) -> str:
    """`3 programs: 1 refuted, 2 proved`."""
    words = {1: "refuted", 3: "undecided", 0: "proved"}
    parts = [f"{tally.programs[code]} {word}" for code, word in words.items() if tally.programs[code]]
    if tally.unread:
        parts.append(f"{tally.unread} not read")
    if tally.given_up:
        parts.append(f"{tally.given_up} given up")
    return f"{tally.programs.total()} programs: {', '.join(parts)}"
