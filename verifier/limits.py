"""Why there may be no answer: what is not modelled, and what would take too long."""

from __future__ import annotations

import time

OUT_OF_TIME = "time ran out (--timeout)"


class NotModelled(Exception):
    """The program goes beyond what can be said here; the verdict is undecided, with this reason."""


class Undecided(BaseException):
    """The solver gave up, or time ran out: no answer.

    It may be raised in the middle of any library, and is no Exception, for those that wrap these, or go on after them.
    """


class GaveUp(Exception):
    """A way to an answer takes too many steps; another may be tried."""


def beyond_limit(what: str, name: str, most: int) -> str:
    """That there is more of something than a limit of Options allows, which --limit raises."""
    return f"{what} (more than {most:,}: --limit {name}=N allows more)"


def why_not(problem: BaseException) -> str:
    """What a report says for an answer that there isn't."""
    if isinstance(problem, MemoryError):
        return "memory ran out (--limit memory=N, in MiB, allows more)"
    return "the program is too deeply nested" if isinstance(problem, RecursionError) else str(problem)


class Deadline:
    """A moment after which questions are no longer answered; None never comes."""

    def __init__(self, seconds: float | None) -> None:
        self.end = None if seconds is None else time.monotonic() + seconds

    def remaining(self) -> float | None:
        """Seconds left, or None without limit. Raises Undecided when there are none."""
        if self.end is None:
            return None
        left = self.end - time.monotonic()
        if left <= 0:
            raise Undecided(OUT_OF_TIME)
        return left

    def is_over(self) -> bool:
        return self.end is not None and time.monotonic() >= self.end

    def share(self, parts: int) -> Deadline:
        """The end of the first of so many equal parts of what is left."""
        left = None if self.end is None else max(self.end - time.monotonic(), 0.0)
        return Deadline(None if left is None else left / parts)
