"""What the kernel's primitives are taken to do, from the data of verifier/kernel."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

from verifier.program.primitives import (
    BitTest,
    FenceCall,
    LoadCall,
    LockCall,
    RmwCall,
    StoreCall,
    core_call,
)

_FUNCTION = re.compile(r"^(?!/|\s)[^\n;{}]*?\b(?P<name>\w+)\([^;{}]*\)\s*\{", re.MULTILINE)
_BY_NAME = (
    "atomic_*, atomic64_*, atomic_long_*, refcount_*, xchg*, cmpxchg* and bit operations by their names:\n"
    "full order with a result, none without; _acquire, _release and _relaxed as the suffix says"
)


def list_all() -> str:
    """Every primitive by kind, a line each; ends with a newline."""
    core = _core()
    groups = {
        "loads": list(core["load"]),
        "stores": list(core["store"]),
        "loops that load until a condition holds": list(core["loop"]),
        "barriers": list(core["fence"]),
        "functions over these": sorted(_bodies()),
        "in litmus tests alone": [name for rows in _litmus_tables() for name in rows],
        "not modelled (a program with one is undecided)": core["unmodelled"]["names"],
    }
    parts = [f"{title}:\n" + "".join(f"  {name}\n" for name in names) for title, names in groups.items()]
    return "\n".join([*parts, f"{_BY_NAME}\n"])


def describe(name: str) -> str | None:
    """What one primitive is taken to do, ending with a newline; None where the data do not list it."""
    core = _core()
    if name in core["load"]:
        return f"{name}: a load, {core['load'][name][2]}\n"
    if name in core["store"]:
        return f"{name}: a store, {core['store'][name][2]}\n"
    if name in core["loop"]:
        return f"{name}: loads until the condition holds, {core['loop'][name]}\n"
    if name in core["fence"]:
        return f"{name}: a barrier, {core['fence'][name]}\n{_mapping('fence', core['fence'][name])}"
    in_litmus = _in_litmus(name) if any(name in rows for rows in _litmus_tables()) else ""
    if name in core["unmodelled"]["names"]:
        return f"{name}: not modelled; a program that calls it is undecided\n{in_litmus}"
    if name in core["nothing"]["names"]:
        return f"{name}: orders and accesses nothing\n{in_litmus}"
    return in_litmus or _bodies().get(name) or _by_name(name)


def _litmus_tables() -> list[dict[str, Any]]:
    return [rows for rows in _core()["litmus"].values() if isinstance(rows, dict)]


def _in_litmus(name: str) -> str:
    """What it is in a litmus test, where that is something else."""
    match core_call(name, is_litmus=True):
        case LoadCall(_, _, order):
            return f"{name}: in a litmus test, a load, {order}\n{_mapping('load', order)}"
        case StoreCall(_, _, order, _):
            return f"{name}: in a litmus test, a store, {order}\n{_mapping('store', order)}"
        case FenceCall(kind, _):
            return f"{name}: in a litmus test, a barrier, {kind}\n{_mapping('fence', kind)}"
        case LockCall(action):
            return f"{name}: in a litmus test, {_ACTIONS[action]}\n"
        case _:
            return ""


_ACTIONS = {
    "lock": "takes a spinlock: a read-modify-write that finds it free",
    "unlock": "frees a spinlock: a store",
    "trylock": "takes a spinlock, or loads that it is held",
    "is-locked": "loads whether a spinlock is held",
}


def _by_name(name: str) -> str | None:
    """An atomic or bit operation, which its name says all about."""
    match core_call(name):
        case RmwCall() as call:
            text = f"{name}: an atomic read-modify-write, {_ORDERS[call.order]}\n"
            if call.expected is not None or call.not_zero:
                text += "  where it fails: a marked read, without order\n"
            return text + _mapping("rmw", call.order)
        case BitTest(order):
            return f"{name}: a load, {order}\n"
        case _:
            return None


_ORDERS = {
    "full": "a full barrier",
    "noreturn": "without a result and without order",
    "relaxed": "without order",
    "acquire": "acquire",
    "release": "release",
}


def _mapping(row: str, kind: str) -> str:
    """A row of mapping.toml: the tags of a fence or an access, or those of an RMW's read and write."""
    mapping = tomllib.loads(_text("mapping.toml"))
    return "".join(
        f"  {architecture}: {_tags(rows[row].get(kind))}\n" for architecture, rows in mapping.items()
    )


def _tags(row: Any) -> str:
    """`before; tags; after`, or what there is of these."""
    if row is None:
        return "not modelled"
    if not isinstance(row, dict):
        row = {"tags": row} if not row or isinstance(row[0], str) else {"read": row[0], "write": row[1]}
    access = " / ".join(", ".join(row[k]) or "nothing" for k in ("tags", "read", "write") if k in row)
    if access == "nothing" and (row.get("before") or row.get("after")):
        access = "the access"
    return "; ".join((*row.get("before", ()), access, *row.get("after", ())))


def _bodies() -> dict[str, str]:
    """The text of each function of primitives.c, under the comment that names its place in the kernel."""
    text = _text("primitives.c")
    found: dict[str, str] = {}
    for match in _FUNCTION.finditer(text):
        comment_start = text.rfind("/*", 0, match.start())
        comment = text[comment_start : text.index("*/", comment_start) + 2]
        found[match["name"]] = f"{comment}\n{text[match.start() : _body_end(text, match.end())]}\n"
    return found


def _body_end(text: str, position: int) -> int:
    depth = 1
    while depth:
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        position += 1
    return position


def _core() -> dict[str, Any]:
    return tomllib.loads(_text("core.toml"))


def _text(name: str) -> str:
    return files("verifier.kernel").joinpath(name).read_text(encoding="utf-8")
