"""What the kernel's primitives are taken to do, from the data of verifier/kernel."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

from verifier.program.primitives import BitTest, RmwCall, core_call

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
        "barriers": list(core["fence"]),
        "functions over these": sorted(_bodies()),
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
    if name in core["fence"]:
        return f"{name}: a barrier, {core['fence'][name]}\n{_mapping('fence', core['fence'][name])}"
    if name in core["unmodelled"]["names"]:
        return f"{name}: not modelled; a program that calls it is undecided\n"
    if name in core["nothing"]["names"]:
        return f"{name}: orders and accesses nothing\n"
    return _bodies().get(name) or _by_name(name)


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
    """A row of mapping.toml: the tags of a fence, or those of an RMW's read and write."""
    mapping = tomllib.loads(_text("mapping.toml"))
    lines = []
    for architecture, rows in mapping.items():
        tags = rows[row].get(kind, [])
        parts = [", ".join(t) or "nothing" for t in tags] if row == "rmw" else [", ".join(tags) or "nothing"]
        lines.append(f"  {architecture}: {' / '.join(parts)}\n")
    return "".join(lines)


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
