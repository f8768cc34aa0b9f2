"""Parts of locals, the members of a struct and the elements of an array: what setting the whole means for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.program.conversions import converted
from verifier.program.frame import Writer
from verifier.program.program import (
    Branch,
    Leave,
    Local,
    Loop,
    Opaque,
    Operation,
    Scope,
    Set,
    Thread,
    flatten,
)
from verifier.record import replace
from verifier.syntax.walk import walk


def settled(thread: Thread, writer: Writer) -> Thread:
    """The thread that a writer wrote. Where it sets a whole local, each part that the text names becomes that of the
    other whole which it is set to; where that is none, as in a declaration, any value. So does at the start each part
    of what nothing sets as a whole."""
    if not writer.parts:
        return thread
    settling = _Settling(thread, writer)
    body = settling.all(thread.body)
    first = [settling.anything(p) for p in settling.parts if not settling.is_of_whole(p)]
    return replace(thread, body=(*first, *body))


class _Settling:
    def __init__(self, thread: Thread, writer: Writer) -> None:
        sets = [o for o in flatten(thread.body) if isinstance(o, Set)]
        self.writer = writer
        self.wholes = {o.target for o in sets}
        self.parts = sorted(self._with_sources(writer.parts, sets))
        self.number = 0

    def _with_sources(self, parts: set[str], sets: Sequence[Set]) -> set[str]:
        """The parts, and those of other wholes that they may come from."""
        copies = [(o.target, source) for o in sets if (source := self.source(o))]
        found, waiting = set(parts), list(parts)
        while waiting:
            part = waiting.pop()
            sources = {source + suffix for target, source in copies if (suffix := _suffix(part, target))}
            waiting += sources - found
            found |= sources
        return found

    def source(self, whole: Set) -> str:
        """The local, or the part of one, that a local is set to; empty where it is something else."""
        name = whole.value.name if isinstance(whole.value, Local) else ""
        return name if name in self.wholes or self.is_of_whole(name) else ""

    def is_of_whole(self, part: str) -> bool:
        return any(_suffix(part, whole) for whole in self.wholes)

    def all(self, operations: Sequence[Operation]) -> tuple[Operation, ...]:
        done: list[Operation] = []
        for i, o in enumerate(operations):
            match o:
                case Branch(_, then, otherwise):
                    done.append(replace(o, then=self.all(then), otherwise=self.all(otherwise)))
                case Loop(body) | Scope(_, body):
                    done.append(replace(o, body=self.all(body)))
                case Set():
                    done += [o, *self.parts_of(o, operations[i + 1 :])]
                case _:
                    done.append(o)
        return tuple(done)

    def parts_of(self, whole: Set, after: Sequence[Operation]) -> Iterator[Set]:
        """What sets the parts of what is set."""
        for part in self.parts:
            suffix = _suffix(part, whole.target)
            if not suffix or _is_set_first(after, part):
                continue
            source = self.source(whole)
            yield Set(part, Local(source + suffix)) if source else self.anything(part)

    def anything(self, part: str) -> Set:
        self.number += 1
        value = Opaque(f"{self.writer.thread}: {part}, {self.number}")
        return Set(part, converted((value, None), self.writer.types.get(part)))


def _suffix(part: str, whole: str) -> str:
    """Which part of a whole it is; empty where it is none."""
    return part[len(whole) :] if part.startswith((f"{whole}.", f"{whole}[")) else ""


def _is_set_first(operations: Sequence[Operation], part: str) -> bool:
    """Whether a part is set before it is read, and before control goes anywhere."""
    for o in operations:
        if isinstance(o, Branch | Loop | Scope | Leave) or Local(part) in walk(o):
            return False
        if isinstance(o, Set) and o.target == part:
            return True
    return False
