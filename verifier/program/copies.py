"""A thread's operations as those of a handler that interrupts another thread: with names of their own, and places that
say so."""

from __future__ import annotations

from collections.abc import Container, Sequence

from verifier.program import program as p
from verifier.program.program import INTERRUPT
from verifier.record import replace

Access = p.Load | p.Store | p.StoreExclusive | p.Rmw | p.SelfWait


def as_handler(
    handler: p.Thread, thread: str, shared: Container[str], known: Container[p.Path]
) -> tuple[p.Operation, ...]:
    """The body of `handler`, run by `thread`.

    Locals and labels get names that no other thread has, but for those that all `shared`. What is `current` to the
    handler is `current` to the thread, among the paths that are `known`.
    """
    return _Copy(handler.name, thread, shared, known).all(handler.body)


def local_of(handler: str, name: str) -> str:
    """What a handler's local is called where it interrupts a thread."""
    return f"{handler}: {name}"


class _Copy:
    def __init__(self, handler: str, thread: str, shared: Container[str], known: Container[p.Path]) -> None:
        self.handler = handler
        self.thread = thread
        self.shared = shared
        self.known = known

    def all(self, operations: Sequence[p.Operation]) -> tuple[p.Operation, ...]:
        return tuple(self.one(o) for o in operations)

    def one(self, o: p.Operation) -> p.Operation:
        match o:
            case p.Load() | p.SelfWait() | p.Store() | p.StoreExclusive() | p.Rmw():
                return self.access(o)
            case p.Fence():
                address = None if o.address is None else self.address(o.address)
                index = None if o.index is None else self.value(o.index)
                return replace(o, address=address, index=index, origin=self.origin(o.origin))
            case p.Set(target, value):
                return p.Set(self.name(target), self.value(value), self._maybe(o.element))
            case p.Branch(condition, then, otherwise, origin):
                arms = self.all(then), self.all(otherwise)
                return p.Branch(self.value(condition), *arms, self.origin(origin))
            case p.Loop(body, origin, repeated):
                label = None if repeated is None else self.name(repeated)
                return p.Loop(self.all(body), self.origin(origin), label)
            case p.Scope(label, body):
                return p.Scope(self.name(label), self.all(body))
            case p.Leave(label):
                return p.Leave(self.name(label))
            case p.Assert() | p.Assume():
                return replace(o, holds=self.value(o.holds), origin=self.origin(o.origin))
            case p.Hold():
                return replace(o, address=self.address(o.address), by=self._maybe(o.by))
            case p.Held(target):
                address, by = self.address(o.address), self._maybe(o.by)
                return p.Held(self.name(target), address, by, self.origin(o.origin))
            case p.Omitted(origin):
                return replace(o, origin=self.origin(origin))
            case p.Free():
                return replace(o, address=self.address(o.address), origin=self.origin(o.origin))
            case p.Sleep():
                return replace(o, origin=self.origin(o.origin))

    def access(self, o: Access) -> Access:
        o = replace(o, address=self.address(o.address), origin=self.origin(o.origin))
        match o:
            case p.Load(target):
                return replace(o, target=self.name(target))
            case p.SelfWait(target):
                return replace(o, target=self.name(target), free=self.value(o.free), by=self._maybe(o.by))
            case p.Store():
                return replace(o, value=self.value(o.value))
            case p.StoreExclusive(status):
                return replace(o, status=self.name(status), value=self.value(o.value))
            case p.Rmw(target):
                succeeds = None if o.succeeds is None else self.value(o.succeeds)
                return replace(o, target=self.name(target), new=self.value(o.new), succeeds=succeeds)

    def _maybe(self, v: p.Value | None) -> p.Value | None:
        return None if v is None else self.value(v)

    def name(self, name: str) -> str:
        return name if name in self.shared else local_of(self.handler, name)

    def value(self, v: p.Value) -> p.Value:
        match v:
            case p.Local(name):
                return p.Local(self.name(name))
            case p.Apply(operator, arguments):
                return p.Apply(operator, tuple(self.value(a) for a in arguments))
            case _:
                return v

    def address(self, a: p.Address) -> p.Address:
        pointer = None if a.pointer is None else self.value(a.pointer)
        root = a.path.root
        path = a.path
        if root.name == "current" and root.owner == self.handler:
            other = p.Path(p.Root(root.name, root.type, self.thread), path.members)
            path = other if other in self.known else path
        index = None if a.index is None else self.value(a.index)
        return replace(a, path=path, pointer=pointer, index=index)

    def origin(self, o: p.Origin) -> p.Origin:
        return replace(o, via=o.via or self.handler, way=((self.handler, INTERRUPT), *o.way))
