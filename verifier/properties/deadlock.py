"""Self-deadlocks: a thread, or a handler that interrupts it, takes a lock that the thread holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verifier.events.graph import EventGraph, Recursion
from verifier.execution.candidate import Execution, holds
from verifier.pairing.counterexample import counterexample
from verifier.pairing.verdict import PropertyVerdict
from verifier.program.program import Interrupt
from verifier.search.questions import Questions


def check_deadlocks(session: Questions, sc: Callable[[], Questions]) -> tuple[PropertyVerdict, ...]:
    """A verdict for each place where a thread may wait for itself.

    `session`: of the program in which threads stop at locks that they don't get (program.interrupts.stopping); `sc`
    gives the same under sequential consistency. Raises what Questions.find raises.
    """
    graph = session.graph
    places: dict[object, list[Recursion]] = {}
    for r in graph.recursions:
        places.setdefault((r.thread, r.handler, r.location, r.span), []).append(r)
    return tuple(_verdict(session, sc, same) for same in places.values())


def impossible(graph: EventGraph, interrupts: Sequence[Interrupt]) -> list[PropertyVerdict]:
    """The verdicts on locks that a thread never holds where the handler of one of `interrupts` can come."""
    asked = {(r.handler, r.thread, r.location, r.span.line) for r in graph.recursions}
    return [
        PropertyVerdict("self-deadlock", line, text, "holds", "", False, None)
        for i in interrupts
        for lock, line in i.locks
        if (i.handler, graph.threads.index(i.thread), lock, line) not in asked
        and (text := _question(i.thread, i.handler, graph.locations[lock]))
    ]


def _question(thread: str, handler: str | None, lock: str) -> str:
    """What is asked, in words."""
    if handler is None:
        return f"{thread} takes {lock} while it holds it"
    return f"{handler} takes {lock} while {thread}, which it interrupts, holds it"


def _verdict(session: Questions, sc: Callable[[], Questions], same: Sequence[Recursion]) -> PropertyVerdict:
    graph, first = session.graph, same[0]
    text = _question(graph.threads[first.thread], first.handler, graph.locations[first.location])
    line = first.span.line
    if "[*]" in graph.locations[first.location]:
        reason = "the elements of the array are taken to be one lock"
        return PropertyVerdict("self-deadlock", line, text, "undecided", reason, False, None)
    for r in same:
        execution = session.find(_literal(session, r))
        if execution is None:
            continue
        if not holds(graph, execution, r.waits):
            raise AssertionError(f"the solver's execution does not decide whether {text}")
        reason = _reason(graph, execution, r)
        other = sc()
        matching = [x for x in other.graph.recursions if (x.thread, x.span) == (r.thread, r.span)]
        even_sc = any(other.allows(_literal(other, x)) for x in matching)
        picture = counterexample(
            graph, session.model, execution, None, reason, threads=_involved(graph, execution, r)
        )
        return PropertyVerdict("self-deadlock", line, text, "violated", reason, even_sc, picture)
    return PropertyVerdict("self-deadlock", line, text, "holds", "", False, None)


def _literal(session: Questions, r: Recursion) -> int:
    """The thread waits, and nobody frees the lock any more."""
    return session.conjunction((session.truth(r.waits), session.reads_last(r.read)))


def _reason(graph: EventGraph, execution: Execution, r: Recursion) -> str:
    name, lock = graph.threads[r.thread], graph.locations[r.location]
    taken = _taken(graph, execution, r)
    since = f" since line {taken}" if taken else ""
    if r.handler is None:
        return f"{name} waits on line {r.span.line} for {lock}, which it holds itself{since}"
    return f"{r.handler} waits on line {r.span.line} for {lock}, which {name} holds{since} when it is interrupted"


def _taken(graph: EventGraph, execution: Execution, r: Recursion) -> int:
    """The line where the thread took the lock that it waits for; 0 where that can't be told."""
    source = graph.events[dict(execution.reads_from)[r.read]]
    return source.span.line if source.span is not None and source.thread == r.thread else 0


def _involved(graph: EventGraph, execution: Execution, r: Recursion) -> frozenset[int]:
    """The thread, and those that it reads from, and so on."""
    found, before = {r.thread}, 0
    while len(found) > before:
        before = len(found)
        found |= {
            graph.events[w].thread for read, w in execution.reads_from if graph.events[read].thread in found
        }
    return frozenset(found)
