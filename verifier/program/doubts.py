"""What is not modelled of values, and matters to nobody where no other thread accesses what they lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from verifier.program.program import Address, Local

if TYPE_CHECKING:
    from verifier.program.context import Context, Use


class Doubt(NamedTuple):
    """Why what a pointer points to is not modelled, and where; `is_of_value`: because it has more than one value, which
    matters to nobody where no other thread accesses what it points to."""

    what: str
    line: int
    is_of_value: bool


def settled(context: Context, known: Mapping[Use, Address]) -> dict[Use, Address]:
    """The doubtful accesses that may be taken by the name of their pointer: no other thread accesses members of those
    names. Of the others, the context notes that they are not modelled."""
    doubtful: dict[tuple[str, str], list[Address]] = {}
    for (thread, address), final in known.items():
        if not final.is_closed and isinstance(address.pointer, Local):
            if (thread, address.pointer.name) in context.doubts:
                doubtful.setdefault((thread, address.pointer.name), []).append(address)
    settled: dict[Use, Address] = {}
    for (thread, key), addresses in doubtful.items():
        what, line, is_of_value = context.doubts[thread, key]
        if is_of_value and _are_private(context, thread, addresses):
            context.assume(f"{what} (line {line}): taken for an object that only its thread accesses")
            settled |= {(thread, a): Address(a.path) for a in addresses}
        else:
            context.unmodelled.setdefault(what, line)
    return settled


def _are_private(context: Context, thread: str, addresses: Sequence[Address]) -> bool:
    """Whether no other thread accesses a member that goes by the name of one of those."""
    others = _members_of_others(context, thread)
    own = [a.path.members[-1] if a.path.members else "*" for a in addresses]
    return all(m.isidentifier() and m not in others for m in own)


def settle_arrays(context: Context) -> None:
    """Note which members that are used as arrays and as pointers are not modelled: those that other threads use."""
    for (thread, member), doubt in context.arrays_or_pointers.items():
        if member in _members_of_others(context, thread):
            context.unmodelled.setdefault(doubt.what, doubt.line)
        else:
            context.assume(f"{doubt.what} (line {doubt.line}): taken for what only its thread accesses")


def _members_of_others(context: Context, thread: str) -> frozenset[str]:
    return frozenset(m for t, a in context.uses if t != thread for p in a.targets() for m in p.members)
