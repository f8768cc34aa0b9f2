"""What the user asked for: parsed once by the command line, then passed down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`models`: names or paths of .cat files. `bound`: how many times a loop is unrolled. `timeout`: seconds a file.

    `threads` (name, function) and `aliases` (one name, another name for the same object) overrule what is inferred.
    """

    models: tuple[str, ...] = ("armv8", "lkmm")
    bound: int = 2
    timeout: float | None = None
    threads: tuple[tuple[str, str], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    propagation: bool = True
