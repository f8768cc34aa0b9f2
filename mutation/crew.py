"""Several copies of the checkout, each at one thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import TypeVar

from mutation import tree

T = TypeVar("T")
R = TypeVar("R")


class Crew:
    """`copies` of the checkout in a folder; the work itself is done by processes that are started in them."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self.copies = [folder / str(number) / "tree" for number in range(jobs)]
        self._free: SimpleQueue[Path] = SimpleQueue()
        for copy in self.copies:
            tree.copy(copy)
            self._free.put(copy)
        self._pool = ThreadPoolExecutor(jobs)

    def each(self, do: Callable[[Path, T], R], things: Iterable[T]) -> Iterator[R]:
        """`do(copy, thing)` of each thing, as they are done. Raises what `do` raises; what waits is then left."""
        futures = [self._pool.submit(self._in_a_copy, do, thing) for thing in things]
        for future in as_completed(futures):
            yield future.result()

    def _in_a_copy(self, do: Callable[[Path, T], R], thing: T) -> R:
        copy = self._free.get()
        try:
            return do(copy, thing)
        finally:
            self._free.put(copy)

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
