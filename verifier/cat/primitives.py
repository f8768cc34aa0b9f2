"""The functions that cat has but that are not written in it."""

from __future__ import annotations

from collections.abc import Callable

from verifier.cat import families
from verifier.cat.build import TermBuilder
from verifier.cat.values import Orders, Primitive, Scope, Several, Typed, Value


def apply_primitive(
    function: Primitive,
    value: Value,
    scope: Scope,
    build: TermBuilder,
    apply: Callable[[Value, Value], Value],
) -> Value | None:
    """The value of such a function; None for an argument that it is not for.

    `apply` gives the value of any function; `scope` is where the function is used.
    """
    match function, value:
        case Primitive("domain" | "range" as name), Typed("relation" | "zero", term, None):
            return Typed("set", build.set_operation(name, (term,)))
        case Primitive("map", ()), _:
            return Primitive("map", (value,))
        case Primitive("map", (inner,)), _:
            return families.apply_to_all(lambda v: apply(inner, v), value, build)
        case Primitive("cross"), _:
            return families.cross(value, build)
        case Primitive("generate_cos"), Typed("relation" | "zero", term, None):
            writes = scope.names["W"]
            return Orders(term, writes.term) if isinstance(writes, Typed) else None
        case Primitive("generate_orders"), Several((Typed("set", writes), Typed(_, term, None))):
            return Orders(term, writes)
        case Primitive("different-values"), Typed("relation" | "zero", term, None):
            return Typed("relation", build.relation("inter", (term, build.base_relation("different-values"))))
        case Primitive("none"), Several(items) if any(families.is_empty(i, build) for i in items):
            return Typed("zero", build.zero)
        case Primitive("none"), Typed() if families.is_empty(value, build):
            return Typed("zero", build.zero)
        case _:
            return None
