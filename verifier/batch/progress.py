"""How far a batch is, on the terminal that waits for it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NoReturn, TextIO

if TYPE_CHECKING:
    from tqdm import tqdm

DELAY = 0.5  # seconds: what is over sooner needs no bar
STEP = 0.1  # seconds between two drawings
FORMAT = "{n_fmt}/{total_fmt} files, {remaining} left |{bar:30}|"  # where it is narrow, the end is cut off


class Progress:
    """A bar on a stream, where that is a terminal and there is more than one file."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream = stream
        self._total = total
        self._is_wanted = total > 1 and stream.isatty() and os.environ.get("TERM") != "dumb"
        self._next = time.monotonic() + DELAY
        self._bar: tqdm[NoReturn] | None = None
        self._is_drawn = False

    def show(self, done: int) -> None:
        """Draw the bar, if it is time to."""
        if not self._is_wanted or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + STEP
        if self._bar is None:
            self._bar = self._make(done)
        self._bar.n = done
        self._bar.refresh()
        self._is_drawn = True

    def hide(self) -> None:
        """Erase the bar, before something else is written to the terminal."""
        if self._bar is not None and self._is_drawn:
            self._bar.clear()
        self._is_drawn = False

    def close(self) -> None:
        """Erase the bar for good."""
        self.hide()
        self._is_wanted = False
        if self._bar is not None:
            self._bar.close()

    def _make(self, done: int) -> tqdm[NoReturn]:
        from tqdm import tqdm

        tqdm.monitor_interval = 0  # else it starts a thread, and processes are forked from this one
        return tqdm(
            total=self._total,
            initial=done,
            file=self._stream,
            leave=False,
            dynamic_ncols=True,
            bar_format=FORMAT,
            smoothing=0,
        )
