"""A kernel tree's .def file: which tags its model gives to each primitive.

The primitives are this project's own (verifier/kernel). So a .def is not run: it is compared with
them, and one that says something else of a primitive is refused.
"""

from __future__ import annotations

import re

from verifier.errors import ModelError
from verifier.program.primitives import FenceCall, LoadCall, RmwCall, StoreCall, core_call
from verifier.source import Source, Span

_MACRO = re.compile(
    r"^(?P<name>\w+)\s*\([^()]*\)\s*(?P<body>.*?__(?P<operation>\w+)\s*(?:\{(?P<tag>[\w-]+)\})?.*)$"
)
_SAME = {"relaxed": "once", "full": "mb"}  # our word for an order, and the tag that stands for it


def require_same(source: Source) -> None:
    """Raises ModelError, with its place, for a primitive that the .def file defines otherwise than this project."""
    for number, line in enumerate(source.text.split("\n"), start=1):
        match = _MACRO.match(line.partition("//")[0].rstrip())
        if match is None:
            continue
        ours = _tag(match["name"])
        theirs = (match["tag"] or "none").lower()
        if ours is not None and ours != theirs:
            message = f"{match['name']}() has the tag '{theirs}' here; this project knows it with '{ours}'"
            span = Span(number, 1, number, len(match["name"]) + 1)
            raise ModelError("def-differs", message, source.name, span, line)


def _tag(name: str) -> str | None:
    """The tag that a primitive has in the kernel's model, if it is one with a tag of its own."""
    match core_call(name, is_litmus=True):
        case LoadCall(order=order) | StoreCall(order=order) | RmwCall(order=order):
            return _SAME.get(order, order)
        case FenceCall(kind=kind):
            return kind
        case _:
            return None
