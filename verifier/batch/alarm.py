"""A limit on the time that Python code takes, kept by a signal."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from verifier.record import record

LONGEST = 1e8  # seconds: more than timers take everywhere
IMPORTER = "<frozen importlib._bootstrap>"
AGAIN = 0.2  # seconds until the next try, where an exception was lost or what caught it goes on for too long


@record(slots=True)
class Alarm:
    """Whether it went off."""

    has_rung: bool = False

    def stop(self) -> None:
        """Let what follows in the block take its time."""
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def time_limit(seconds: float | None, exception: type[BaseException], message: str) -> Iterator[Alarm]:
    """Raises the exception from whatever Python code runs when the time is over, and again until the block ends.

    Code in C is not interrupted: the exception waits until it returns. Nor is an import, for half a module
    could stay behind in another; it waits for the next try. What a library makes of the exception counts as it.
    Does nothing without a limit, outside of the main thread, and on platforms that have no such timer.
    """
    alarm = Alarm()
    can_ring = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if seconds is None or not can_ring:
        yield alarm
        return

    def ring(_: int, frame: FrameType | None) -> None:
        alarm.has_rung = True
        if not _is_importing(frame):
            raise exception(message)

    def hide(problem: sys.UnraisableHookArgs) -> None:
        """In a destructor, the exception can't be raised, and would be printed, be it as another's cause."""
        if not alarm.has_rung:
            previous_hook(problem)

    previous_hook, sys.unraisablehook = sys.unraisablehook, hide
    previous = signal.signal(signal.SIGALRM, ring)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, min(seconds, LONGEST), AGAIN)
            yield alarm
        except Exception as other:
            # ctypes makes an error of its own of what is raised while it converts arguments
            if alarm.has_rung:
                raise exception(message) from other
            raise
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:  # it may have rung just before it was turned off
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        sys.unraisablehook = previous_hook


def _is_importing(frame: FrameType | None) -> bool:
    """Whether that frame, or one that waits for it, loads a module."""
    while frame is not None and frame.f_code.co_filename != IMPORTER:
        frame = frame.f_back
    return frame is not None
