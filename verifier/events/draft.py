"""An event graph while threads are walked."""

from __future__ import annotations

from typing import Any

from verifier.events.expression import Unknown
from verifier.events.graph import Atomic, Dependency, Event, OrderingSource, Property, Sleep
from verifier.program import program as p

Arms = tuple[tuple[int, int], ...]  # the branches that an event lies in, from the outermost, and their arms


class Draft:
    """An event graph while it grows."""

    def __init__(self, program: p.Program, mapping: dict[str, Any], bound: int) -> None:
        self.program = program
        self.mapping = mapping
        self.bound = bound
        self.numbers = dict(program.locations)
        self.events: list[Event] = []
        self.arms: list[Arms] = []
        self.sources: list[OrderingSource] = []
        self.dependencies: list[Dependency] = []
        self.atomics: list[Atomic] = []
        self.sleeps: list[Sleep] = []
        self.assertions: list[Property] = []
        self.unreached: list[int] = []
        self._places: dict[object, int] = {}
        self._unknowns: dict[object, Unknown] = {}

    def place(self, key: object) -> int:
        """The number of a place of the user's text."""
        return self._places.setdefault(key, len(self._places))

    def unknown(self, key: object, domain: tuple[int, ...] = ()) -> Unknown:
        """The unknown of that key; without a domain it is left open, for events.domains to settle."""
        if key not in self._unknowns:
            self._unknowns[key] = Unknown(len(self._unknowns), domain)
        return self._unknowns[key]
