"""Which locations a computed access may go to: the addresses that its pointer may have been made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verifier.program.program import (
    Address,
    Apply,
    Branch,
    Load,
    Local,
    Loop,
    Number,
    Operation,
    Rmw,
    Root,
    Scope,
    Set,
    Store,
    StoreExclusive,
    Value,
    flatten,
)

Addresses = frozenset[int]
_NONE: Addresses = frozenset()
_TRUTHS = frozenset(("==", "!=", "<", ">", "<=", ">=", "&&", "||", "!"))


class Pointers:
    """Where addresses get to. `objects` are the addresses of locations, and the object that each is a part of;
    arithmetic is taken to stay in an object."""

    def __init__(self, objects: Mapping[int, Root], initial: Mapping[Root, Addresses]) -> None:
        self.objects = objects
        self.memory = dict(initial)
        self._reached: dict[int, Addresses] = {}

    def reached(self, address: Address) -> Addresses:
        """The addresses that an access's pointer may come from."""
        return self._reached.get(id(address), _NONE)

    def walk(self, body: Sequence[Operation], registers: Mapping[str, int]) -> None:
        """Adds what a thread does, once through, from what its registers hold at first."""
        held = {name: frozenset((value,)) & self.objects.keys() for name, value in registers.items()}
        steps = flatten(body)
        is_straight = not any(isinstance(o, Branch | Loop | Scope) for o in steps)
        for _ in range(1 if is_straight else len(steps)):
            before = dict(held)
            for operation in steps:
                self._step(operation, held, is_straight)
            if held == before:
                break

    def _step(self, operation: Operation, held: dict[str, Addresses], is_straight: bool) -> None:
        match operation:
            case Set(target, value):
                got = self._of(value, held)
            case Load(target, address):
                got = self._read(address, held)
            case Rmw(target, address, new):
                got = self._read(address, held)
                self._write(address, got | self._of(new, held), held)
            case Store(address, value) | StoreExclusive(_, address, value):
                self._write(address, self._of(value, held), held)
                return
            case _:
                return
        held[target] = got if is_straight else got | held.get(target, _NONE)

    def _of(self, value: Value, held: Mapping[str, Addresses]) -> Addresses:
        """The addresses that a value may come from, by sums and the like."""
        match value:
            case Number(number):
                return frozenset((number,)) & self.objects.keys()
            case Local(name):
                return held.get(name, _NONE)
            case Apply("^" | "-", (a, b)) if a == b:
                return _NONE
            case Apply("select" | "?:", (_, *arms)):
                return _NONE.union(*(self._of(a, held) for a in arms))
            case Apply(operator, arguments) if operator not in _TRUTHS:
                return _NONE.union(*(self._of(a, held) for a in arguments))
            case _:
                return _NONE

    def _places(self, address: Address, held: Mapping[str, Addresses]) -> set[Root]:
        if not address.is_computed or address.pointer is None:
            return {address.path.root}
        found = self._of(address.pointer, held)
        self._reached[id(address)] = self.reached(address) | found
        return {self.objects[a] for a in found}

    def _read(self, address: Address, held: Mapping[str, Addresses]) -> Addresses:
        return _NONE.union(*(self.memory.get(root, _NONE) for root in self._places(address, held)))

    def _write(self, address: Address, value: Addresses, held: Mapping[str, Addresses]) -> None:
        for root in self._places(address, held):
            self.memory[root] = self.memory.get(root, _NONE) | value


def pointers(
    bodies: Sequence[Sequence[Operation]],
    registers: Sequence[Mapping[str, int]],
    objects: Mapping[int, Root],
    initial: Mapping[Root, Addresses],
) -> Pointers:
    """Where addresses get to in a program, from the threads' `registers` and the `initial` contents of memory."""
    found = Pointers(objects, initial)
    while True:
        before = dict(found.memory)
        for body, values in zip(bodies, registers, strict=True):
            found.walk(body, values)
        if before == found.memory:
            return found
