"""Boolean functions over declared constants, and how they are written in SMT-LIB 2.

A literal is a number: TRUE, FALSE, a constant's, a gate's, or an atom's of arithmetic; -l is the negation of l.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verifier.limits import NotModelled

TRUE, FALSE = 1, -1
MOST_GATES = 250_000
FEW = 4  # parts up to which a conjunction within another becomes part of it
Clause = tuple[int, ...]  # one of these literals holds


class TooManyGates(NotModelled):
    """A formula would be larger than MOST_GATES."""


class Circuit:
    """Gates over constants; equal ones are one. Raises TooManyGates where there are more than MOST_GATES.

    `conditions`: clauses that say what a constant means; they hold wherever it is used.
    """

    def __init__(self) -> None:
        self.conditions: dict[int, list[Clause]] = {}
        self._names = ["", "true"]  # by number; "" for a gate
        self._sorts: dict[int, str] = {}
        self._atoms: dict[int, Clause] = {}
        self._gates: dict[Clause, int] = {}
        self._parts: dict[int, Clause] = {}

    # --------------------------------------------------------------- literals

    def constant(self, name: str, sort: str = "Bool") -> int:
        """A new constant of that name."""
        self._names.append(name)
        number = len(self._names) - 1
        self._sorts[number] = sort
        return number

    def fresh(self, word: str) -> int:
        """A new Boolean constant, whose name is the word and a number."""
        return self.constant(f"{word}{len(self._names)}")

    def less(self, a: int, b: int) -> int:
        """The literal that one constant of sort Int is less than another."""
        self._names.append(f"(< {self._names[a]} {self._names[b]})")
        number = len(self._names) - 1
        self._atoms[number] = (a, b)
        return number

    def every(self, literals: Iterable[int]) -> int:
        """The literal that all of these hold."""
        parts: set[int] = set()
        for l in literals:
            if l == FALSE:
                return FALSE
            inner = self._parts.get(l, ())
            if inner and len(inner) <= FEW:
                parts.update(inner)
            else:
                parts.add(l)
        parts.discard(TRUE)
        return self._reduced(parts)

    def some(self, literals: Iterable[int]) -> int:
        """The literal that one of these holds."""
        return -self.every([-l for l in literals])

    def choice(self, names: Iterable[str]) -> tuple[list[int], list[Clause]]:
        """New constants of which exactly one is true, and the clauses that say so."""
        made = [self.constant(name) for name in names]
        pairs = [(-a, -b) for i, a in enumerate(made) for b in made[i + 1 :]]
        return made, [tuple(made), *pairs]

    def _reduced(self, parts: set[int]) -> int:
        """The conjunction of these, without those that others imply."""
        implied = []
        for l in parts:
            if -l in parts:
                return FALSE
            inner = self._parts.get(-l, ())  # l is a disjunction, of what contradicts these
            if inner and len(inner) <= 2 * FEW and any(-k in parts for k in inner):
                implied.append(l)
        parts.difference_update(implied)
        if not parts:
            return TRUE
        if len(parts) == 1:
            return parts.pop()
        return self._gate(tuple(sorted(parts)))

    def _gate(self, key: Clause) -> int:
        gate = self._gates.get(key)
        if gate is None:
            if len(self._parts) >= MOST_GATES:
                raise TooManyGates(f"the formula would have more than {MOST_GATES:,} gates")
            self._names.append("")
            gate = len(self._names) - 1
            self._gates[key] = gate
            self._parts[gate] = key
        return gate

    # ---------------------------------------------------------------- writing

    def cone(self, literals: Iterable[int], known: set[int]) -> Iterator[int]:
        """The constants and gates that these literals are made of, each after its parts. Those that are `known` are
        left out, the others added to them."""
        waiting = [(abs(l), False) for l in literals]
        while waiting:
            here, are_parts_done = waiting.pop()
            if are_parts_done:
                yield here
            elif here not in known and here != TRUE:
                known.add(here)
                waiting.append((here, True))
                parts = self._parts.get(here) or self._atoms.get(here, ())
                waiting += [(abs(p), False) for p in parts if abs(p) not in known]

    def definition(self, number: int) -> str:
        """The commands that introduce a constant or a gate; "" for an atom."""
        parts = self._parts.get(number)
        if parts is not None:  # not define-fun: a solver that expands these takes very long
            means = f"(and {' '.join(map(self.text, parts))})"
            return f"(declare-const g{number} Bool)\n(assert (= g{number} {means}))"
        sort = self._sorts.get(number)
        return f"(declare-const {self._names[number]} {sort})" if sort else ""

    def text(self, literal: int) -> str:
        """A literal as a term."""
        if literal == FALSE:
            return "false"
        name = self._names[abs(literal)] or f"g{abs(literal)}"
        return name if literal > 0 else f"(not {name})"
