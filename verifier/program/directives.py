"""`mbpair:` directives in comments: what the user says of threads and names."""

from __future__ import annotations

from verifier.errors import ProgramError, at
from verifier.record import record
from verifier.source import Source
from verifier.syntax import tree


@record(frozen=True, slots=True)
class Directives:
    """`threads`: (name, function); `aliases`: (name, other name of the same object); `own`: the parameters that
    point to an object of each thread's own."""

    threads: tuple[tuple[str, str], ...]
    aliases: tuple[tuple[str, str], ...]
    own: frozenset[str]


def directives(unit: tree.Unit, source: Source) -> Directives:
    """Those of a unit's comments: `/* mbpair: thread NAME [[=] FUNCTION]; alias A B; own PARAMETER */`.

    Raises ProgramError for a directive that is not known.
    """
    threads: list[tuple[str, str]] = []
    aliases: list[tuple[str, str]] = []
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
                case _:
                    message = (
                        f"unknown directive “{part.strip()}”, expected thread NAME [= FUNCTION], alias A B "
                        "or own PARAMETER"
                    )
                    raise ProgramError("directive", message, **at(source, comment.span))
    return Directives(tuple(threads), tuple(aliases), frozenset(own))
