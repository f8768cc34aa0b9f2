"""Clauses over numbered Boolean variables, with gates that fold constants and are shared."""

from __future__ import annotations

from collections.abc import Iterable

TRUE = 1
FALSE = -1


class TooLarge(Exception):
    """There are more variables than were to be."""


class Clauses:
    """A growing set of clauses. Variables are 1, 2 …, -v is the negation of v; variable 1 is true.

    `take` hands over what was added since it was last called, as DIMACS text. What makes more than `most` variables
    raises TooLarge.
    """

    def __init__(self, most: int | None = None) -> None:
        self.variables = 1
        self.most = most
        self._new: list[str] = ["1 0"]
        self._gates: dict[tuple[int, ...], int] = {}
        self.count = 1

    def variable(self) -> int:
        """A new variable."""
        self.variables += 1
        if self.most is not None and self.variables > self.most:
            raise TooLarge
        return self.variables

    def add(self, *literals: int) -> None:
        """At least one of these holds."""
        if TRUE in literals:
            return
        kept = [str(l) for l in literals if l != FALSE]
        self._new.append(" ".join(kept) + " 0")
        self.count += 1

    def conjunction(self, literals: Iterable[int]) -> int:
        """A literal that is true exactly where all of these are."""
        parts = set(literals)
        parts.discard(TRUE)
        if FALSE in parts or any(-l in parts for l in parts):
            return FALSE
        if not parts:
            return TRUE
        if len(parts) == 1:
            return parts.pop()
        key = tuple(sorted(parts))
        gate = self._gates.get(key)
        if gate is None:
            gate = self.variable()
            self._gates[key] = gate
            for l in key:
                self._new.append(f"{-gate} {l} 0")
            self._new.append(f"{gate} {' '.join(str(-l) for l in key)} 0")
            self.count += len(key) + 1
        return gate

    def disjunction(self, literals: Iterable[int]) -> int:
        """A literal that is true exactly where one of these is."""
        return -self.conjunction(-l for l in literals)

    def take(self) -> str:
        """The clauses added since the last call, as DIMACS text; empty where there are none."""
        if not self._new:
            return ""
        text = f"p cnf {self.variables} {len(self._new)}\n" + "\n".join(self._new) + "\n"
        self._new.clear()
        return text
