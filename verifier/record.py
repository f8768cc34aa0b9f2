"""Records: dataclasses that are frozen to the type checker, which guards them, and cost nothing for it at run time.

A frozen dataclass sets each of its fields through object.__setattr__; a program makes tens of thousands of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["record"]

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    def record(*, frozen, slots, order=False, eq=True):
        """A dataclass with slots, hashed by its fields like a frozen one."""
        assert frozen
        assert slots
        return dataclass(slots=True, order=order, eq=eq, unsafe_hash=eq)
