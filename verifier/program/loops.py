"""Which loops only wait: their body reads until it likes what it sees, and leaves nothing behind.
And which can be left at all."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.program import program as p
from verifier.program.program import flatten


def is_waiting(loop: p.Loop) -> bool:
    """Whether a failed iteration has no effect: no write, no sleep, no value carried into the next one."""
    if not _is_pure(loop.body):
        return False
    written: set[str] = set()
    _writes(loop.body, written)
    carried: set[str] = set()
    _reads_first(loop.body, set(), written, carried)
    return not carried and any(isinstance(o, p.Load) for o in flatten(loop.body))


def _is_pure(operations: Sequence[p.Operation]) -> bool:
    return all(
        isinstance(o, p.Load | p.Set | p.Branch | p.Scope | p.Leave | p.Fence | p.Loop)
        for o in flatten(operations)
    )


def _writes(operations: Sequence[p.Operation], written: set[str]) -> None:
    for o in flatten(operations):
        if isinstance(o, p.Load | p.Set):
            written.add(o.target)


def _mentions(v: p.Value | None) -> set[str]:
    match v:
        case p.Local(name):
            return {name}
        case p.Apply(_, arguments):
            return set().union(*(_mentions(a) for a in arguments))
        case _:
            return set()


def _reads_first(
    operations: Sequence[p.Operation], known: set[str], written: set[str], carried: set[str]
) -> None:
    """Add to `carried` the locals that an iteration may read before it sets them."""
    for o in operations:
        match o:
            case p.Set(target, value):
                carried |= (_mentions(value) & written) - known
                known.add(target)
            case p.Load(target, address):
                carried |= ((_mentions(address.pointer) | _mentions(address.index)) & written) - known
                known.add(target)
            case p.Fence():
                carried |= (_mentions(o.index) & written) - known
            case p.Branch(condition, then, otherwise, _):
                carried |= (_mentions(condition) & written) - known
                one, other = set(known), set(known)
                _reads_first(then, one, written, carried)
                _reads_first(otherwise, other, written, carried)
                known |= one & other
            case p.Loop(body) | p.Scope(_, body):
                _reads_first(body, known, written, carried)
            case _:
                pass


def can_be_left(loop: p.Loop) -> bool:
    """Whether something in a loop leaves a scope around it."""
    inside = flatten(loop.body)
    labels = {o.label for o in inside if isinstance(o, p.Scope)}
    return any(isinstance(o, p.Leave) and o.label not in labels for o in inside)
