"""Finds out what a primitive is taken to be, in each version of the kernel."""

from __future__ import annotations

import difflib
from typing import Any

from verifier.errors import UsageError
from verifier.options import Options
from verifier.program import awaited, deferred, frees
from verifier.program.bodies import Body
from verifier.program.kernel import Kernel, all_bodies, core_range, index, kernel, ranges
from verifier.program.meaning import Event, Meaning
from verifier.program.primitives import (
    BitTest,
    Core,
    FenceCall,
    LoadCall,
    LockAction,
    LockCall,
    LockKind,
    LoopCall,
    NoCall,
    RmwCall,
    StoreCall,
    Unmodelled,
    core_call,
    table,
)
from verifier.program.versions import ALL, ranges_text
from verifier.syntax import tree
from verifier.syntax.walk import walk

_ORDERS = {
    "full": "a full barrier",
    "noreturn": "without a result and without order",
    "relaxed": "without order",
    "once": "without order",
    "acquire": "acquire",
    "release": "release",
    "srcu-lock": "which begins a section of SRCU",
    "srcu-unlock": "which ends a section of SRCU",
}
_ACTIONS: dict[LockAction, str] = {
    "lock": "takes {}: a read-modify-write that finds it free",
    "unlock": "frees {}: a store",
    "trylock": "takes {}, or loads that it is held",
    "lock-or-stop": "takes {}, or is stopped by a signal",
    "is-locked": "loads whether {} is held",
    "lock-shared": "takes {} for reading: a read-modify-write that finds no writer",
    "unlock-shared": "gives up reading under {}: a read-modify-write",
    "trylock-shared": "takes {} for reading, or loads that a writer holds it",
    "downgrade": "goes on reading under {}: a store",
}
_LOCKS: dict[LockKind, str] = {
    "spin": "a spinlock",
    "sleeping": "a mutex",
    "readers-writer": "a readers-writer lock",
}
_UNNAMED = {"__full_order": ("mb", "the full barrier"), "__acquire_order": ("rmb", "the acquire order")}
_LATER = "hands over to a thread of its own, which begins with a grace period, then "
_SPECIAL = {
    **dict.fromkeys(deferred.CALLBACKS, f"{_LATER}calls back"),
    **dict.fromkeys(deferred.FREES, f"{_LATER}frees the object"),
    **dict.fromkeys(
        awaited.CALLS, "waits for the end of what was handed over, as far as it sees: an acquire"
    ),
    **dict.fromkeys(frees.CALLS, "frees the object: what others read there afterwards is a use after free"),
}
_UNMODELLED = "not modelled: a program that calls it is undecided"


def primitive_names(options: Options) -> tuple[str, dict[str, list[str]]]:
    """The kernel's version, and the names that have a body in it, by the file that has them."""
    at = kernel(options)
    found: dict[str, list[str]] = {}
    for name in (*at.own_names(), *index()):
        body = at.body(name)
        if body is not None:
            found.setdefault(body.source.name, []).append(name)
    return str(at.version), found


def describe_primitive(name: str, options: Options) -> tuple[Meaning, ...]:
    """What a primitive is taken to be: in the version asked for, else in each. Raises UsageError for an unknown one."""
    at = kernel(options)
    found = meanings(name, at, options.kernel is not None)
    if found:
        return found
    if have := ranges(name):
        message = f"no primitive {name!r} in {at.version}; kernels have it {ranges_text(have)}"
        raise UsageError("unknown primitive", message)
    near = like(name)
    hint = f"; there is {' and '.join(near)}" if near else ""
    raise UsageError("unknown primitive", f"no primitive {name!r}{hint}; mbpair primitives lists them")


def meanings(name: str, at: Kernel, is_asked: bool) -> tuple[Meaning, ...]:
    """What a name means: in the version of `at` if it `is_asked` for, else in each; () for an unknown name."""
    bodies = [b for b in (at.own(name),) if b is not None] or list(all_bodies(name))
    found = [_of_body(b, at) for b in sorted(bodies, key=lambda b: b.range)]
    core = core_call(name)
    if core is not None and at.own(name) is None and core_range(name) in ranges(name):
        found.append(_of_core(name, core))
    if not found and name in _SPECIAL:
        found.append(Meaning(name, ALL, _SPECIAL[name]))
    if is_asked:
        found = [m for m in found if m.range.has(at.version)]
    in_litmus = core_call(name, is_litmus=True)
    if in_litmus is not None and in_litmus != core:
        event = _event(name, in_litmus)
        found.append(Meaning(name, core_range(name), event.what, events=(event,), is_litmus=True))
    return tuple(found)


def like(name: str) -> list[str]:
    """The known names that are most like an unknown one."""
    return difflib.get_close_matches(name, known_names(), 3, 0.6)


def known_names() -> list[str]:
    """All names that the data list; those of atomic and bit operations follow a scheme instead."""
    core = table("core.toml")
    listed = [*core["load"], *core["store"], *core["loop"], *core["fence"], *core["fence-at"]]
    listed += [*core["lock"], *core["nothing"]["names"]]
    litmus = [n for rows in core["litmus"].values() if isinstance(rows, dict) for n in rows]
    return list(
        dict.fromkeys((*listed, *core["unmodelled"]["names"], *litmus, *index(), *_SPECIAL, *_EXAMPLES))
    )


# By their names the atomic and bit operations have no list; these stand for them where a name is close to one.
_EXAMPLES = (
    *(
        "atomic_inc",
        "atomic_add",
        "atomic_inc_return",
        "atomic_dec_and_test",
        "atomic_fetch_add",
        "atomic_xchg",
    ),
    *("atomic_cmpxchg", "atomic_try_cmpxchg", "atomic_add_unless", "atomic_inc_not_zero", "cmpxchg", "xchg"),
    *(
        "try_cmpxchg",
        "set_bit",
        "clear_bit",
        "change_bit",
        "test_bit",
        "test_and_set_bit",
        "test_and_clear_bit",
    ),
    *("clear_bit_unlock", "test_and_set_bit_lock"),
)


def _of_body(body: Body, at: Kernel) -> Meaning:
    version = at.version if body.range.has(at.version) else body.range.last
    there = at if version == at.version else Kernel(version)
    return Meaning(
        body.function.name,
        body.range,
        "",
        body.files,
        body.remark,
        body.place,
        body.text,
        tuple(_events(body, there, (body.function.name,))),
    )


def _events(body: Body, at: Kernel, inside: tuple[str, ...]) -> list[Event]:
    """The core operations that a body comes down to, calls of other bodies included, each once."""
    found: dict[str, Event] = {}
    for node in walk(body.function.body):
        if not isinstance(node, tree.Call) or not isinstance(node.function, tree.Name):
            continue
        name = node.function.name
        inner = at.body(name)
        if name in _UNNAMED:
            kind, words = _UNNAMED[name]
            found[name] = _event(f"{words} in {inside[-1]}()", FenceCall(kind))
        elif inner is not None and name not in inside:
            found.update({e.name: e for e in _events(inner, at, (*inside, name))})
        elif (core := core_call(name) if name in inside else at.core(name)) is not None and not isinstance(
            core, NoCall
        ):
            found[name] = _event(name, core)
    return list(found.values())


def _of_core(name: str, core: Core) -> Meaning:
    event = _event(name, core)
    return Meaning(name, core_range(name), event.what, events=(event,) if event.rows else ())


def _event(name: str, core: Core) -> Event:
    match core:
        case LoadCall(_, _, order) | BitTest(order):
            return Event(name, f"a load, {_order(order)}", _rows("load", order))
        case StoreCall(_, _, order, _, of_null):
            but = f"; of NULL {_order(of_null)}" if of_null else ""
            return Event(name, f"a store, {_order(order)}{but}", _rows("store", order))
        case LoopCall(order):
            return Event(name, f"loads until its condition holds, {_order(order)}", _rows("load", order))
        case FenceCall(kind, _):
            return Event(name, f"a barrier, {kind}", _rows("fence", kind))
        case RmwCall() as call:
            fails = call.expected is not None or call.not_zero
            what = f"an atomic read-modify-write, {_order(call.order)}"
            return Event(
                name,
                what + ("; where it fails, a load without order" if fails else ""),
                _rmw(call.order, fails),
            )
        case LockCall(action, kind):
            return Event(name, _ACTIONS[action].format(_LOCKS[kind]), ())
        case NoCall():
            return Event(name, "orders and accesses nothing", ())
        case Unmodelled():
            return Event(name, _UNMODELLED, ())


def _order(order: str) -> str:
    return _ORDERS.get(order, order)


def _rows(row: str, kind: str) -> tuple[tuple[str, str | None], ...]:
    """A row of mapping.toml for each architecture."""
    found = ((a, _with_base(rows)) for a, rows in table("mapping.toml").items())
    return tuple(
        (a, _tags(rows[row].get(kind)))
        for a, rows in found
        if row in table("mapping.toml")[a] or row == "rmw"
    )


def _rmw(order: str, is_conditional: bool) -> tuple[tuple[str, str | None], ...]:
    rows = dict(_rows("rmw", order))
    if is_conditional:
        for architecture, table_ in table("mapping.toml").items():
            if order in table_.get("rmw-conditional", ()):
                rows[architecture] = _tags(table_["rmw-conditional"][order])
    return tuple(rows.items())


def _with_base(rows: dict[str, Any]) -> dict[str, Any]:
    base = rows.get("base")
    return rows if base is None else {**table("mapping.toml")[base], **rows}


def _tags(row: Any) -> str | None:
    """`before; tags; after`, or what there is of these."""
    if row is None:
        return None
    if not isinstance(row, dict):
        row = {"tags": row} if not row or isinstance(row[0], str) else {"read": row[0], "write": row[1]}
    access = " / ".join(", ".join(row[k]) or "nothing" for k in ("tags", "read", "write") if k in row)
    if set(access.split(" / ")) == {"nothing"} and (row.get("before") or row.get("after")):
        access = "the access"
    return "; ".join((*row.get("before", ()), access, *row.get("after", ())))
