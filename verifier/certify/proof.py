"""Claims that there is no such execution, as SMT-LIB 2: each `check-sat` must answer unsat; but for one before them,
where executions were found: a formula that nothing meets would confirm all claims."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from verifier.certify.circuit import FALSE, TRUE, Circuit, Clause, TooManyGates
from verifier.certify.claims import Claims
from verifier.certify.words import events, statement
from verifier.limits import Deadline, NotModelled, Undecided, why_not
from verifier.search.recording import Answered

WIDTH = 110
_Question = tuple[str, int, str]  # in words, as a literal, and the answer that is expected
_Groups = dict[frozenset[int], list[Answered]]  # by what was switched off
LARGER = "no recursive relation is larger than it is written here"


def proofs(answered: Sequence[Answered], deadline: Deadline) -> tuple[str, int, tuple[str, ...]]:
    """The formulas for answers about one graph under one model: their text, how many there are, and why some are
    missing. Where they are too large for one script, there are several, each of which begins with (reset)."""
    missing: dict[str, None] = {}
    scripts: list[tuple[str, int]] = []
    last: _Script | None = None
    for off, group in _to_write(_by_places(answered)).items():
        try:
            deadline.remaining()
            grown = _with(last, off, group, deadline)
        except (NotModelled, Undecided, RecursionError) as problem:
            missing[why_not(problem)] = None
            continue
        if last is not None and grown is not last:
            scripts.append((last.text(), last.count))
        last = grown
    if last is not None:
        scripts.append((last.text(), last.count))
    return "\n".join(text for text, _ in scripts), sum(count for _, count in scripts), tuple(missing)


def _with(
    last: _Script | None, off: frozenset[int], group: Sequence[Answered], deadline: Deadline
) -> _Script:
    """The last script with these answers, or a new one, where there is none or it would become too large."""
    if last is not None:
        try:
            last.add(off, group, deadline)
            return last
        except TooManyGates:
            pass
    new = _Script(Claims(group[0].graph, group[0].model))
    new.add(off, group, deadline)
    return new


def _by_places(answered: Iterable[Answered]) -> _Groups:
    """The answers by what was switched off."""
    found: _Groups = {}
    for one in answered:
        found.setdefault(one.off, []).append(one)
    return found


def _to_write(groups: _Groups) -> _Groups:
    """Those with a claim that there is no execution; and one with an execution, to show that there are any."""
    kept = {off: g for off, g in groups.items() if any(one.execution is None for one in g)}
    shown = [off for off, g in groups.items() if any(one.execution is not None for one in g)]
    if kept and shown and not kept.keys() & set(shown):
        kept[shown[0]] = groups[shown[0]]
    return kept


class _Script:
    """The text of the claims about one graph. What stands at the top holds of each candidate execution."""

    def __init__(self, claims: Claims) -> None:
        self.claims = claims
        self.circuit: Circuit = claims.circuit
        self.count = 0
        self._known: set[int] = set()
        self._known_facts: set[Clause] = set()
        self._lines: list[str] = []

    def text(self) -> str:
        """The formulas, with the events before them."""
        about = comment(["The events:", *events(self.claims.graph)])
        return "\n".join(["(reset)", "(set-logic QF_IDL)", *about, *self._lines]) + "\n"

    def add(self, off: frozenset[int], answered: Sequence[Answered], deadline: Deadline) -> None:
        """Claims about executions that are allowed with these places off; and that what is written of recursive
        relations for their sake is all of them."""
        claims, asked = self.claims, list[_Question]()
        allowed = claims.allowed(off)
        if any(one.execution is not None for one in answered):
            asked.append(("there are executions to speak of", TRUE, "sat"))
        for one in answered:
            if one.execution is None:
                deadline.remaining()
                words = statement(one.graph, one.model, off, one.asked, False)
                asked.append((words, claims.literal(one.asked), "unsat"))
        unfinished = claims.unfinished(off)
        self._define_all([*allowed, unfinished, *(l for _, l, _ in asked)])
        larger: list[_Question] = [(LARGER, unfinished, "unsat")] if unfinished != FALSE else []
        if larger and not claims.grows:
            self._ask([], larger)
        self._ask(allowed, asked + (larger if claims.grows else []))

    def _ask(self, given: Sequence[int], asked: Iterable[_Question]) -> None:
        """Questions about executions of which these literals are true."""
        self._lines += ["", "(push 1)", *self._meaning(given), *self._assertions((l,) for l in given)]
        for words, literal, status in asked:
            self.count += 1
            self._lines += ["", *comment([f"{self.count}. {words}"]), "(push 1)", *self._meaning([literal])]
            self._lines += [*self._assertions([(literal,)]), f"(set-info :status {status})"]
            self._lines += ["(check-sat)", "(pop 1)"]
        self._lines.append("(pop 1)")

    def _define_all(self, literals: Sequence[int]) -> None:
        """What these literals are made of, and what holds of each candidate execution and was not said before."""
        parts = [l for c in _conditions(self.circuit, literals) for l in c]
        facts = [f for f in self.claims.candidate.facts if f not in self._known_facts]
        wanted = [*literals, *parts, *(l for f in facts for l in f)]
        made = map(self.circuit.definition, self.circuit.cone(wanted, self._known))
        self._lines += (line for line in made if line)
        self._lines += self._assertions(facts)
        self._known_facts.update(facts)

    def _meaning(self, literals: Sequence[int]) -> list[str]:
        """What the constants mean that these literals are made of."""
        return self._assertions(_conditions(self.circuit, literals))

    def _assertions(self, clauses: Iterable[Clause]) -> list[str]:
        return [self._assertion(c) for c in clauses]

    def _assertion(self, clause: Clause) -> str:
        kept = [self.circuit.text(l) for l in clause if l != FALSE]
        if len(kept) == 1:
            return f"(assert {kept[0]})"
        return f"(assert (or {' '.join(kept)}))" if kept else "(assert false)"


def _conditions(circuit: Circuit, literals: Sequence[int]) -> list[Clause]:
    """What the constants mean that these literals are made of, and those in that, and so on."""
    clauses, seen = list[Clause](), set[int]()
    waiting = list(literals)
    while waiting:
        new = [c for here in circuit.cone(waiting, seen) for c in circuit.conditions.get(here, ())]
        clauses += new
        waiting = [l for c in new for l in c]
    return clauses


def comment(paragraphs: Iterable[str]) -> list[str]:
    """Paragraphs as lines of comment."""
    return [f"; {line}" for p in paragraphs for line in textwrap.wrap(p, WIDTH, subsequent_indent="    ")]
