"""The tags of an operation's events: a row of kernel/mapping.toml, or what an assembly test says itself."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from verifier.memo import Memo
from verifier.program.primitives import table
from verifier.record import field, record

Tags = frozenset[str]
UNORDERING = frozenset(("X", "EX", "NoRet"))  # tags of assembly that order nothing by themselves


@record(frozen=True, slots=True)
class Row:
    """`tags` of each event of an operation, `relaxed` while its ordering source is off; tags of the fences
    that the architecture puts `before` and `after` it; how a read and a write make a `pair`; whether switching it off
    changes anything (`orders`)."""

    tags: tuple[Tags, ...]
    relaxed: tuple[Tags, ...]
    before: tuple[Tags, ...] = ()
    after: tuple[Tags, ...] = ()
    pair: Literal["amo", "lxsx"] = "amo"
    orders: bool = field(init=False, compare=False)

    def half(self, number: int) -> tuple[Tags, Tags]:
        """The tags of one event, while the ordering source is on and while it is off."""
        return self.tags[number], self.relaxed[number]

    def __post_init__(self) -> None:
        object.__setattr__(self, "orders", self.tags != self.relaxed or bool(self.before or self.after))


class Rows:
    """The rows of one architecture, for a program in C or in that architecture's own instructions.

    `load`, `store`, `rmw` and `fence` raise KeyError where the architecture has no such operation.
    """

    def __init__(self, architecture: str, isa: str | None) -> None:
        self.isa = isa
        self._known: Memo[tuple[str, str, bool], Row] = Memo()
        self._table: dict[str, Any] = {} if isa is not None else _tables(architecture)

    def load(self, order: str, is_plain: bool = False) -> Row:
        """The row of a load: one event."""
        return self._access("load", order, is_plain)

    def store(self, order: str, is_plain: bool = False) -> Row:
        """The row of a store: one event."""
        return self._access("store", order, is_plain)

    def rmw(self, order: str, is_conditional: bool = False) -> Row:
        """The row of a read-modify-write: its read and its write; fences after it come only where it writes."""
        return self._known(("rmw", order, is_conditional), lambda: self._rmw(order, is_conditional))

    def _rmw(self, order: str, is_conditional: bool) -> Row:
        if self.isa is not None:
            return _own(*order.split("/"))
        rows = self._table["rmw"]
        special = self._table.get("rmw-conditional", {}) if is_conditional else {}
        weakest = "noreturn" if order == "noreturn" else "relaxed"
        return _row(special.get(order) or rows[order], special.get(weakest) or rows[weakest])

    def fence(self, kind: str) -> Row:
        """The row of a fence: one event, without tags while it is off."""
        return self._known(("fence", kind, False), lambda: self._fence(kind))

    def _fence(self, kind: str) -> Row:
        tags = kind.split() if self.isa is not None else self._table["fence"][kind]
        return Row((frozenset(tags),), (frozenset(),))

    def _access(self, name: str, order: str, is_plain: bool) -> Row:
        return self._known((name, order, is_plain), lambda: self._access_row(name, order, is_plain))

    def _access_row(self, name: str, order: str, is_plain: bool) -> Row:
        if self.isa is not None:
            return _own(order)
        rows = self._table[name]
        if is_plain:
            return _row(rows["plain"], rows["plain"])
        return _row(rows[order], rows["once"])


def _tables(architecture: str) -> dict[str, Any]:
    """The tables of an architecture, or of a variant of one."""
    own = table("mapping.toml")[architecture]
    return {**table("mapping.toml")[own["base"]], **own} if "base" in own else own


def family(architecture: str, isa: str | None) -> str:
    """The architecture itself, where it is a variant of one."""
    known: str = (
        architecture if isa is not None else table("mapping.toml")[architecture].get("base", architecture)
    )
    return known


@lru_cache(maxsize=64)
def rows(architecture: str, isa: str | None) -> Rows:
    """The rows of an architecture."""
    return Rows(architecture, isa)


def _own(*orders: str) -> Row:
    tags = tuple(frozenset(order.split()) for order in orders)
    return Row(tags, tuple(t & UNORDERING for t in tags))


def _row(value: Any, weakest: Any) -> Row:
    parts = value if isinstance(value, dict) else {}
    before, after = (tuple(frozenset((t,)) for t in parts.get(side, ())) for side in ("before", "after"))
    return Row(_tags(value), _tags(weakest), before, after, parts.get("pair", "amo"))


def _tags(value: Any) -> tuple[Tags, ...]:
    """Of an access: a list, or "tags"; of a read-modify-write: two lists, or "read" and "write"."""
    if isinstance(value, dict):
        value = value["tags"] if "tags" in value else [value["read"], value["write"]]
    if value and isinstance(value[0], list):
        return tuple(frozenset(t) for t in value)
    return (frozenset(value),)
