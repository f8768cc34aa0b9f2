"""`mbpair:` directives in comments: what the user says of threads, names and the kernel's version."""

from __future__ import annotations

from verifier.errors import ProgramError, at
from verifier.program.versions import Version, read_version
from verifier.record import record
from verifier.source import Source
from verifier.syntax import tree


@record(frozen=True, slots=True)
class Directives:
    """`threads`: (name, function); `aliases`: (name, other name of the same object); `own`: the parameters that
    point to an object of each thread's own; `kernel`: its version;
    `interrupts`: (handler, thread, whether it is a softirq)."""

    threads: tuple[tuple[str, str], ...]
    aliases: tuple[tuple[str, str], ...]
    own: frozenset[str]
    kernel: Version | None
    interrupts: tuple[tuple[str, str, bool], ...] = ()


def directives(unit: tree.Unit, source: Source) -> Directives:
    """Those of a unit's comments: `/* mbpair: thread NAME [[=] FUNCTION]; alias A B; own PARAMETER; kernel 4.13;
    interrupt HANDLER on THREAD; softirq HANDLER on THREAD */`.

    Raises ProgramError for a directive, or a version, that is not known.
    """
    threads: list[tuple[str, str]] = []
    aliases: list[tuple[str, str]] = []
    interrupts: list[tuple[str, str, bool]] = []
    kernel: Version | None = None
    own: set[str] = set()
    for comment in unit.comments:
        text = comment.text.strip()
        if not text.startswith("mbpair:"):
            continue
        for part in text.removeprefix("mbpair:").split(";"):
            match part.split():
                case []:
                    pass
                case ["thread", name]:
                    threads.append((name, name))
                case ["thread", name, function] | ["thread", name, "=", function]:
                    threads.append((name, function))
                case ["alias", one, other]:
                    aliases.append((one, other))
                case ["own", name]:
                    own.add(name)
                case ["interrupt" | "softirq" as kind, handler, "on", thread]:
                    interrupts.append((handler, thread, kind == "softirq"))
                case ["kernel", version]:
                    try:
                        kernel = read_version(version)
                    except ValueError as problem:
                        raise ProgramError("directive", str(problem), **at(source, comment.span)) from None
                case _:
                    message = (
                        f"unknown directive “{part.strip()}”, expected thread NAME [= FUNCTION], alias A B, "
                        "own PARAMETER, kernel VERSION, or interrupt (softirq) HANDLER on THREAD"
                    )
                    raise ProgramError("directive", message, **at(source, comment.span))
    return Directives(tuple(threads), tuple(aliases), frozenset(own), kernel, tuple(interrupts))
