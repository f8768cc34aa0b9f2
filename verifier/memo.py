"""What was worked out before, under a key that says all that it depends on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memo(Generic[K, V]):
    """Remembers at most `size` values; when there are more it starts afresh, so that it never grows with the input.

    The values are shared by all who ask for them: they must never change, and never be None.
    """

    def __init__(self, size: int = 1 << 12) -> None:
        self.size = size
        self._known: dict[K, V] = {}

    def __call__(self, key: K, make: Callable[[], V]) -> V:
        """The value under that key, by `make` where there is none yet; what that raises is not remembered."""
        found = self._known.get(key)
        if found is None:
            found = make()
            self.keep(key, found)
        return found

    def get(self, key: K) -> V | None:
        """The value under that key; None where there is none yet."""
        return self._known.get(key)

    def keep(self, key: K, value: V) -> None:
        """Remembers a value."""
        if len(self._known) >= self.size:
            self._known.clear()
        self._known[key] = value
