"""What the user asked for: parsed once by the command line, then passed down."""

from __future__ import annotations

from typing import Literal

from verifier.record import record

EVENTS = 5_000
EXPANSION = 20_000
MEMORY = 4_096


@record(frozen=True, slots=True)
class Options:
    """`models`: names or paths of .cat files; none: those that suit the input.

    `bound`: how many times a loop is unrolled. `timeout`: seconds a file.

    `threads` (name, function) and `aliases` (one name, another name for the same object) overrule what is inferred.
    `states`: enumerate all final states of a litmus test. `kernel`: the version whose primitives are meant, as (major,
    minor); None: the newest. `atomics`: what arm64's atomic operations compile to. `interrupts`: (handler, thread,
    whether it is a softirq). `primitives`: files with primitives of the user's own, as (name, text). `tree`: the
    directory that has the files that patches are of. `explained`: name and line of the barriers to explain, "" and
    None for any. `certify`: give the evidence of each answer as well.

    `events`: the most events, and operations before them, of a program that is judged. `expansion`: the most operations
    that the calls and macros of a thread may come to. `memory`: the most MiB that judging a file may add.
    """

    models: tuple[str, ...] = ()
    bound: int = 2
    timeout: float | None = None
    threads: tuple[tuple[str, str], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    propagation: bool = True
    states: bool = False
    kernel: tuple[int, int] | None = None
    atomics: Literal["lse", "ll-sc"] = "lse"
    interrupts: tuple[tuple[str, str, bool], ...] = ()
    primitives: tuple[tuple[str, str], ...] = ()
    tree: str = ""
    certify: bool = False
    explained: tuple[str, int | None] | None = None
    events: int = EVENTS
    expansion: int = EXPANSION
    memory: int = MEMORY
