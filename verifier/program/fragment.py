"""A program that is a part of one: nothing is known of where it starts."""

from __future__ import annotations

from verifier.program.program import Assert, Load, Program, Rmw, Store, StoreExclusive, flatten, rebuilt
from verifier.record import replace


def as_fragment(program: Program, has_cuts: bool) -> Program:
    """The program of functions that a patch touches, not of all that there is.

    What one thread alone accesses starts with any value, for who sets it may not be shown. Where code is cut out, what
    an assertion relies on may be: none is asked.
    """
    users: dict[int, set[str]] = {}
    numbers = dict(program.locations)
    for thread in program.threads:
        for o in flatten(thread.body):
            if isinstance(o, Load | Store | Rmw | StoreExclusive):
                for path in o.address.targets():
                    if path in numbers:
                        users.setdefault(numbers[path], set()).add(thread.name)
    set_at_start = {n for n, _ in program.initial}
    lonely = {n for n, names in users.items() if len(names) == 1} - set_at_start - program.declared
    threads = program.threads
    if has_cuts:
        threads = tuple(
            replace(t, body=rebuilt(t.body, lambda o: () if isinstance(o, Assert) else (o,))) for t in threads
        )
    return replace(program, threads=threads, indeterminate=program.indeterminate | lonely)
