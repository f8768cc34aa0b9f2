"""Work for a pool that goes well or wrong as its words say; here, for a process that imports it anew."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass

from verifier.batch.answer import Answer

FOR_EVER = 10**12  # to add up so many numbers is one call in C, which no signal of Python's interrupts


@dataclass(frozen=True)
class Words:
    """Each input is a word; each answer's text names the process that gave it."""

    words: tuple[str, ...]

    def answer(self, number: int) -> Answer:
        match self.words[number]:
            case "nap":
                time.sleep(0.1)
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "gone":
                os._exit(7)
            case "stuck":
                sum(range(FOR_EVER))
            case "large":
                return Answer(text="x" * 1_000_000)
            case "last":
                return Answer(text=str(os.getpid()), is_last=True)
        return Answer(text=str(os.getpid()))

    def crashed(self, number: int, how: str) -> Answer:
        return Answer(text=f"crashed: {how}")

    def out_of_time(self, number: int) -> Answer:
        return Answer(text="out of time")
