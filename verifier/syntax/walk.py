"""All nodes of a syntax tree."""

from __future__ import annotations

from collections.abc import Iterator


def walk(node: object) -> Iterator[object]:
    """All nodes of a syntax tree, parents first."""
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, tuple):
            stack.extend(reversed(here))
        elif hasattr(here, "__dataclass_fields__"):
            yield here
            stack.extend(getattr(here, n) for n in reversed(here.__dataclass_fields__) if n != "span")
