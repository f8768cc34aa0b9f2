"""Facts about rf and co that hold in every execution a model allows, found before any clause is made."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.cat.terms import Model
from verifier.events.graph import EventGraph


@dataclass(frozen=True, slots=True)
class Facts:
    """`forbidden_rf`: (write, read) pairs in no allowed execution; `known_co`: (write, write) pairs in each
    execution where both happen."""

    forbidden_rf: frozenset[tuple[int, int]]
    known_co: frozenset[tuple[int, int]]


def propagate(graph: EventGraph, model: Model) -> Facts:
    return Facts(frozenset(), frozenset())
