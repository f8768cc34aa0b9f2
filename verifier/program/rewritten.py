"""Operations with other addresses and numbers in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from verifier.program.program import (
    Address,
    Apply,
    Assert,
    Assume,
    Branch,
    Fence,
    Free,
    Held,
    Hold,
    Leave,
    Load,
    Local,
    Loop,
    Number,
    Omitted,
    Opaque,
    Operation,
    Rmw,
    Scope,
    SelfWait,
    Set,
    Sleep,
    Store,
    StoreExclusive,
    Value,
)
from verifier.record import replace


def rewritten(
    operations: tuple[Operation, ...],
    address: Callable[[Address], Address],
    number: Callable[[Number], Number],
) -> tuple[Operation, ...]:
    """The operations with each address and each number changed."""

    def value(v: Value) -> Value:
        match v:
            case Number():
                return number(v)
            case Local() | Opaque():
                return v
            case Apply(operator, arguments):
                return Apply(operator, tuple(value(a) for a in arguments))

    def where(a: Address) -> Address:
        a = address(a)
        if a.pointer is None:
            return a
        return replace(a, pointer=value(a.pointer), index=None if a.index is None else value(a.index))

    def change(o: Operation) -> Operation:
        match o:
            case Load() | Free():
                return replace(o, address=where(o.address))
            case Hold() | Held():
                return replace(o, address=where(o.address), by=None if o.by is None else value(o.by))
            case SelfWait():
                by = None if o.by is None else value(o.by)
                return replace(o, address=where(o.address), free=value(o.free), by=by)
            case Store() | StoreExclusive():
                return replace(o, address=where(o.address), value=value(o.value))
            case Rmw():
                succeeds = None if o.succeeds is None else value(o.succeeds)
                return replace(o, address=where(o.address), new=value(o.new), succeeds=succeeds)
            case Fence():
                index = None if o.index is None else value(o.index)
                return o if o.address is None else replace(o, address=where(o.address), index=index)
            case Set():
                return replace(
                    o, value=value(o.value), element=None if o.element is None else value(o.element)
                )
            case Branch():
                then, otherwise = each(o.then), each(o.otherwise)
                return replace(o, condition=value(o.condition), then=then, otherwise=otherwise)
            case Loop() | Scope():
                return replace(o, body=each(o.body))
            case Assert() | Assume():
                return replace(o, holds=value(o.holds))
            case Leave() | Sleep() | Omitted():
                return o
            case _:
                assert_never(o)

    def each(body: tuple[Operation, ...]) -> tuple[Operation, ...]:
        return tuple(change(o) for o in body)

    return each(operations)
