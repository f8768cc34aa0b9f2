"""Properties beside pairing: assertions, conditions, lost wake-ups, data races."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Literal

from verifier.cat.evaluate import evaluate
from verifier.cat.terms import Axiom
from verifier.events.expression import FALSE, reads_of
from verifier.events.graph import INITIAL, EventGraph, Property, Sleep, line_of
from verifier.events.logic import conjuncts
from verifier.execution.candidate import Execution, bases, holds
from verifier.execution.cycles import Cycle, TooManyCycles, occurring
from verifier.execution.shapes import ORDER, shape
from verifier.pairing.counterexample import counterexample
from verifier.pairing.verdict import Counterexample, PropertyKind, PropertyVerdict
from verifier.properties.repair import repair
from verifier.record import replace
from verifier.search.questions import Questions

RACE = "data-race"  # what the kernel's model calls its flag
RACE_KIND: PropertyKind = "data race"
Status = Literal["holds", "violated", "undecided", "vacuous"]
_Name = tuple[PropertyKind, int, str]


def _name(verdict: PropertyVerdict) -> _Name:
    """What tells a property from others to the user."""
    return (verdict.kind, verdict.line, verdict.text)


def _merged(verdicts: list[PropertyVerdict]) -> list[PropertyVerdict]:
    """One verdict for each place: a loop's body, or an interrupt handler, stands in a program several times."""
    worst = {"violated": 0, "undecided": 1, "holds": 2, "vacuous": 3}
    found: dict[object, PropertyVerdict] = {}
    for v in verdicts:
        key = (v.kind, v.line, v.text) if v.kind in ("assertion", "use after free") else id(v)
        known = found.setdefault(key, v)
        if worst[v.status] < worst[known.status]:
            found[key] = v
    return list(found.values())


class Checker:
    """Judges the properties of a session's program; `sc` gives the same program under sequential consistency."""

    def __init__(self, session: Questions, sc: Callable[[], Questions]) -> None:
        self.session = session
        self.graph: EventGraph = session.graph
        self._make_sc = sc
        self._violated: dict[_Name, list[Callable[[Questions], int]]] = {}

    def verdicts(self) -> tuple[PropertyVerdict, ...]:
        """A verdict for each property. Raises what Questions.find raises."""
        conditions = _merged([self.condition(p) for p in self.graph.properties])
        return (*conditions, *self.sleeps(), *self.races())

    def repaired(self, verdict: PropertyVerdict, whole: Questions) -> PropertyVerdict:
        """The verdict with what is missing, where a property is violated and barriers help.

        `whole`: the program with the executions in which an access goes to no location, which are to be forbidden as
        well, since nothing is known of what follows. Raises what Questions.find raises.
        """
        ways = self._violated.get(_name(verdict), [])
        if verdict.status != "violated" or verdict.even_under_sc or not ways:
            return verdict

        def violated(s: Questions) -> int:
            escapes = [s.truth(e) for _, e in s.graph.escapes]
            return s.disjunction([*(way(s) for way in ways), *escapes])

        return replace(verdict, missing=repair(whole, violated, self._shown))

    @cached_property
    def free(self) -> Questions:
        return self.session.free()

    @cached_property
    def sc(self) -> Questions:
        return self._make_sc()

    def condition(self, p: Property) -> PropertyVerdict:
        """An assertion holds where no execution breaks it; "exists" where one reaches it; "forall" and
        "~exists" where none speaks against it."""
        wanted = p.kind in ("exists", "~exists")
        execution = self.session.find(self.session.reaches(p, wanted))
        kind: PropertyKind = p.kind if p.kind in ("assertion", "use after free") else "condition"
        line = p.span.line
        if execution is None:
            status: Status = "violated" if p.kind == "exists" else "holds"
            reason = self._vacuous(p, wanted)
            if reason:
                return PropertyVerdict(kind, line, p.text, "vacuous", reason, False, None, p.kind == "exists")
            return PropertyVerdict(kind, line, p.text, status, "", False, None, p.kind == "exists")
        self._recheck(execution, p, wanted)
        if p.doubt:
            reason = f"{p.doubt}: {self._against(execution, p)}"
            return PropertyVerdict(kind, line, p.text, "undecided", reason, False, None)
        if p.kind == "exists":
            picture = self._picture(execution)
            return PropertyVerdict(kind, line, p.text, "holds", "", False, picture, True)
        even_sc = self._even_under_sc(lambda s: self._reached(s, p, wanted))
        verdict = PropertyVerdict(kind, line, p.text, "violated", "", even_sc, self._picture(execution))
        self._violated.setdefault(_name(verdict), []).append(lambda s: self._reached(s, p, wanted))
        return verdict

    def _reached(self, session: Questions, p: Property, wanted: bool) -> int:
        """Control gets to the property, and its formula is that, in the session's own form of the program: elsewhere
        events may have other numbers."""
        if session.graph is self.graph:
            return session.reaches(p, wanted)
        matching = [
            q for q in session.graph.properties if (q.kind, q.text, q.span) == (p.kind, p.text, p.span)
        ]
        return session.disjunction([session.reaches(q, wanted) for q in matching])

    def _vacuous(self, p: Property, wanted: bool) -> str:
        """Why a property that no execution speaks against says nothing, if so."""
        if p.kind == "use after free":
            is_given = self.session.allows(self.session.truth(p.reached))
            return "" if is_given else self._as_far_as_loops_run("no execution gives that memory back")
        if not self.free.allows(self.free.reaches(p, wanted)):
            if wanted:
                return self._as_far_as_loops_run(
                    "no choice of values reaches it, whatever the order: it says nothing about barriers"
                )
            if not self.free.allows(self.free.truth(p.reached)):
                return self._as_far_as_loops_run("no execution gets there")
        return ""

    def _as_far_as_loops_run(self, reason: str) -> str:
        """The reason why nothing gets somewhere, and whether that may be because loops stop at their bound."""
        cuts = (c for c in self.graph.cuts if c != FALSE)
        if not any(self.free.allows(self.free.truth(c)) for c in cuts):
            return reason
        return f"{reason}; a loop that stops at its bound may be why: raise --bound"

    def _recheck(self, execution: Execution, p: Property, wanted: bool) -> None:
        """Raises AssertionError where the execution is no evidence after all."""
        if not holds(self.graph, execution, p.reached) or holds(self.graph, execution, p.formula) != wanted:
            raise AssertionError(f"the solver's execution does not decide {p.text}")

    def _against(self, execution: Execution, p: Property) -> str:
        """What speaks against a property in an execution: reads, or what has the last word but for its own writes."""
        broken = [sorted(reads_of(c)) for c in conjuncts([p.formula]) if not holds(self.graph, execution, c)]
        found = [execution.coherence[-1 - r[0]][-1] if r[0] < 0 else r[-1] for r in broken]
        events = self.graph.events
        others = [e for e in found if (events[e].text, events[e].span) != (p.text, p.span)]
        return ", ".join(f"{events[e].text} (line {line_of(self.graph, e)})" for e in others or found)

    def _even_under_sc(self, literal: Callable[[Questions], int]) -> bool:
        return not self.sc.graph.unmodelled and self.sc.allows(literal(self.sc))

    def _picture(self, execution: Execution, note: str = "") -> Counterexample:
        cycle = self._cycle(execution)
        return counterexample(self.graph, self.session.model, execution, cycle, note if cycle is None else "")

    def _shown(self, execution: Execution) -> tuple[Cycle, ...]:
        """The critical cycles that the execution has; none where there are too many to look at."""
        try:
            return occurring(self.graph, execution)
        except TooManyCycles:
            return ()

    def _cycle(self, execution: Execution) -> Cycle | None:
        """The simplest of them, if there is one: of few threads, then of accesses that are close."""
        found = self._shown(execution)
        order = {n: i for i, n in enumerate(ORDER)}

        def rank(c: Cycle) -> tuple[object, ...]:
            distance = sum(s.end - s.start for s in c.segments)
            return (len(c.segments), distance, order.get(shape(self.graph, c), len(ORDER)), c)

        return min(found, key=rank, default=None)

    # -------------------------------------------------------------- sleeping

    def sleeps(self) -> list[PropertyVerdict]:
        """One verdict for each place where a thread sleeps and another can wake it, or spins for ever."""
        places: dict[tuple[int, object], list[Sleep]] = {}
        for sleep in self.graph.sleeps:
            if self._can_be_woken(sleep):
                places.setdefault((sleep.thread, sleep.span), []).append(sleep)
        verdicts = [(sleeps[0], self._sleep(sleeps)) for sleeps in places.values()]
        return [v for sleep, v in verdicts if sleep.state is not None or v.status == "violated"]

    def _can_be_woken(self, sleep: Sleep) -> bool:
        """Whether another thread writes what the sleep looks at."""
        locations = {self.graph.events[r].location for r in sleep.reads} | {sleep.state}
        return any(
            e.kind == "W"
            and e.location in locations
            and (e.thread not in (INITIAL, sleep.thread) or e.handler is not None)
            for e in self.graph.events
        )

    def _sleep(self, sleeps: list[Sleep]) -> PropertyVerdict:
        first = sleeps[0]
        thread = self.graph.threads[first.thread]
        text = f"{thread} waits for {first.awaited_text}" if first.awaited is not None else f"{thread} waits"
        for sleep in sleeps:
            execution = self.session.find(self._sleep_literal(self.session, sleep))
            if execution is not None:
                even_sc = self._even_under_sc(lambda s: self._lost(s, first))
                note = f"{thread} sleeps for ever" + (
                    f" although {first.awaited_text} is true" if first.awaited else ""
                )
                picture = self._picture(execution, note)
                verdict = PropertyVerdict(
                    "lost wake-up", first.span.line, text, "violated", note, even_sc, picture
                )
                self._violated[_name(verdict)] = [lambda s: self._lost(s, first)]
                return verdict
        return PropertyVerdict("lost wake-up", first.span.line, text, "holds", "", False, None)

    def _lost(self, session: Questions, sleep: Sleep) -> int:
        """One of the sleeps at that place is for ever, in the session's own form of the program."""
        matching = [s for s in session.graph.sleeps if s.thread == sleep.thread and s.span == sleep.span]
        return session.any_of([self._sleep_literal(session, s) for s in matching])

    def _sleep_literal(self, session: Questions, sleep: Sleep) -> int:
        """The thread sleeps, what it looks at is final, every other thread has finished or sleeps too, and the
        condition that it waits for is true."""
        graph, both = session.graph, session.conjunction
        parts = [self._stuck(session, sleep)]
        for thread in range(len(graph.threads)):
            if thread != sleep.thread:
                done = [session.truth(graph.ends[thread])]
                done += [self._stuck(session, s) for s in graph.sleeps if s.thread == thread]
                parts.append(session.disjunction(done))
        if sleep.awaited is not None:
            parts.append(session.truth(sleep.awaited))
        return both(parts)

    def _stuck(self, session: Questions, sleep: Sleep) -> int:
        """The thread sleeps, and what it looks at is final."""
        final = [session.disjunction((-session.executes(r), session.reads_last(r))) for r in sleep.reads]
        return session.conjunction((session.truth(sleep.sleeps), *final))

    # ----------------------------------------------------------------- races

    def races(self) -> list[PropertyVerdict]:
        """Whether plain accesses race, where the program has any and the model says what a race is."""
        plain = [e for e, event in enumerate(self.graph.events) if "Plain" in event.tags]
        flags = [a for a in self.session.flags if a.name == RACE]
        if not plain or not any(a.name == RACE for a in self.session.model.axioms):
            return []
        names = dict.fromkeys(self.graph.locations[self.graph.events[e].location or 0] for e in plain)
        line, text = line_of(self.graph, plain[0]), f"plain accesses of {', '.join(names)}"
        ended = self.session.conjunction(self.session.truth(e) for e in self.graph.ends)
        for flag in flags:
            execution = self.session.find(ended, self.session.raised(flag))
            if execution is not None:
                reason = self._racing(flag, execution)
                return [
                    PropertyVerdict(
                        RACE_KIND, line, text, "violated", reason, False, self._picture(execution, reason)
                    )
                ]
        if self.session.allows(ended):
            return [PropertyVerdict(RACE_KIND, line, text, "holds", "", False, None)]
        reason = self._as_far_as_loops_run("no execution lets all threads run to their end")
        return [PropertyVerdict(RACE_KIND, line, text, "vacuous", reason, False, None)]

    def _racing(self, flag: Axiom, execution: Execution) -> str:
        """Which accesses race, each pair once. Raises AssertionError where none do."""
        evaluated = bases(self.graph, execution)
        relation = evaluate(flag.term, evaluated)
        pairs = {(min(p), max(p)) for p in evaluated.universe.pairs(relation)}
        if not pairs:
            raise AssertionError("the solver's execution has no race")
        shown = dict.fromkeys(f"{self._access(a)} and {self._access(b)} race" for a, b in sorted(pairs))
        return "; ".join(shown)

    def _access(self, event: int) -> str:
        e = self.graph.events[event]
        return f"{e.text} ({self.graph.threads[e.thread]}, line {line_of(self.graph, event)})"
