"""Linked lists: the macros that find an entry, or walk a list, as plain expressions and loops over its links
(include/linux/list.h, rculist.h and llist.h). What adds and removes has bodies in verifier/kernel/lists.c.

Lists are followed where the text adds to some; what else is on a list, it can't say.
"""

from __future__ import annotations

import re
from typing import Any

from verifier.program.macros import is_macro
from verifier.record import annotations_of, replace
from verifier.source import Span
from verifier.syntax import tree
from verifier.syntax.walk import walk

E = tree.Expression
_ADDS = re.compile(r"\b(h|l)?list_(add|move|replace|splice)\w*\s*\(")
_ASKS = re.compile(r"INIT_H?LIST_(HEAD|NODE)\w*|list_(empty|is)\w*|hlist_(empty|unhashed)\w*")
_ENTRIES = frozenset(("list_entry", "hlist_entry", "llist_entry"))
_BESIDE = {
    "list_first_entry": "next",
    "list_last_entry": "prev",
}
_OR_NULL = frozenset(("list_first_entry_or_null", "list_first_or_null_rcu"))
_NEIGHBOURS = {"list_next_entry": "next", "list_prev_entry": "prev"}
# Loops over entries of a ring: the link that they follow, whether the links are read by rcu_dereference()
_RINGS = {
    "list_for_each_entry": ("next", False),
    "list_for_each_entry_reverse": ("prev", False),
    "list_for_each_entry_rcu": ("next", True),
    "list_for_each_entry_srcu": ("next", True),
    "list_for_each_entry_lockless": ("next", True),
}
_SAFE_RINGS = {"list_for_each_entry_safe": "next", "list_for_each_entry_safe_reverse": "prev"}
# Loops over entries of a chain that ends with NULL: whether the second argument is its head
_CHAINS = {
    "hlist_for_each_entry": (True, False),
    "hlist_for_each_entry_rcu": (True, True),
    "hlist_for_each_entry_srcu": (True, True),
    "llist_for_each_entry": (False, False),
}
_SAFE_CHAINS = {"hlist_for_each_entry_safe": True, "llist_for_each_entry_safe": False}


def expand(unit: tree.Unit, text: str) -> tree.Unit:
    """The unit without such macros, but for those that it defines itself, or whose arguments are others."""
    if not are_followed(text):
        return unit
    own = {f.name for f in unit.functions}
    return replace(unit, functions=tuple(_Expansion(f, own).function() for f in unit.functions))


def are_followed(text: str) -> bool:
    """Whether a text adds to a list."""
    return _ADDS.search(text) is not None


def is_question(name: str) -> bool:
    """Whether a function only looks at a list, or makes it empty: it says nothing where lists are not followed."""
    return _ASKS.fullmatch(name) is not None


class _Expansion:
    """One function's. Its declarations say what the cursor of a loop points to."""

    def __init__(self, function: tree.Function, own: set[str]) -> None:
        self.before = function
        self.own = own
        self.hidden: list[tree.Variable] = []
        self.types = {p.name: p.type.name for p in function.parameters if p.type.pointers == 1}
        for node in walk(function.body):
            if isinstance(node, tree.Declare):
                self.types |= {v.name: v.type.name for v in node.variables if v.type.pointers == 1}

    def function(self) -> tree.Function:
        body = self.rebuilt(self.before.body)
        if self.hidden:
            body = replace(body, body=(tree.Declare(tuple(self.hidden), body.span), *body.body))
        return replace(self.before, body=body)

    def rebuilt(self, node: Any) -> Any:
        """The node with each macro in it expanded, the innermost first."""
        match node:
            case tuple():
                return tuple(self.rebuilt(item) for item in node)
            case _ if fields := annotations_of(type(node)):
                changed = {n: self.rebuilt(getattr(node, n)) for n in fields if n != "span"}
                return self.one(replace(node, **changed))
            case _:
                return node

    def one(self, node: Any) -> Any:
        match node:
            case tree.Call(tree.Name(name), arguments, span) if name not in self.own:
                return self.entry(name, arguments, span) or node
            case tree.MacroLoop(tree.Call(tree.Name(name), arguments, span), body) if name not in self.own:
                return self.loop(name, arguments, body, span) or node
            case _:
                return node

    # ----------------------------------------------------------------- entries

    def entry(self, name: str, arguments: tuple[E, ...], span: Span) -> E | None:
        match arguments:
            case (where, tree.TypeArgument() as kind, member):
                if name in _ENTRIES:
                    return _container(where, kind, member, span)
                if name == "list_entry_rcu":
                    return _container(_once(where, span), kind, member, span)
                if name in _BESIDE:
                    return _container(_link(where, _BESIDE[name], span), kind, member, span)
                if name in _OR_NULL and not is_macro(self.before):
                    return self.or_nothing(where, kind, member, span)
            case (tree.Name(cursor) as p, tree.Name() as member) if (
                name in _NEIGHBOURS and cursor in self.types
            ):
                link = _part(_member(p, member), _NEIGHBOURS[name], span)
                return self.of(cursor, link, member, span)
        return None

    def or_nothing(self, head: E, kind: tree.TypeArgument, member: E, span: Span) -> E:
        """The first entry, or NULL where the list is empty."""
        link, nothing = self.own_local(span), tree.Number(0, "0", span)
        first = _set(link, _once(_link(head, "next", span), span), span)
        is_one = tree.Binary("!=", first, head, span)
        return tree.Conditional(is_one, _container(link, kind, member, span), nothing, span)

    def of(self, cursor: str, where: E, member: E, span: Span) -> E:
        """The entry, of the type that `cursor` points to, that a link is in."""
        kind = tree.TypeArgument(tree.Type(self.types[cursor], 0, span), span)
        return _container(where, kind, member, span)

    # ------------------------------------------------------------------- loops

    def loop(
        self, name: str, arguments: tuple[E, ...], body: tree.Statement, span: Span
    ) -> tree.Statement | None:
        match arguments:
            case (tree.Name(p), head) if name in ("list_for_each", "list_for_each_rcu"):
                return _links(p, head, body, name.endswith("_rcu"), span)
            case (tree.Name(p), tree.Name(n), head) if name == "list_for_each_safe":
                return _safe_links(p, n, head, body, span)
            case (tree.Name(p), head, tree.Name() as member, *_) if p in self.types and name in _RINGS:
                return self.ring(p, head, member, _RINGS[name], body, span)
            case (tree.Name(p), head, tree.Name() as member, *_) if p in self.types and name in _CHAINS:
                return self.chain(p, None, head, member, _CHAINS[name], body, span)
            case (tree.Name(p), tree.Name(n), head, tree.Name() as member) if p in self.types:
                if name in _SAFE_RINGS:
                    return self.safe_ring(p, n, head, member, _SAFE_RINGS[name], body, span)
                if name in _SAFE_CHAINS:
                    return self.chain(p, n, head, member, (_SAFE_CHAINS[name], False), body, span)
        return None

    def ring(
        self, p: str, head: E, member: E, how: tuple[str, bool], body: tree.Statement, span: Span
    ) -> tree.Statement:
        cursor = tree.Name(p, span)
        first, following = _link(head, how[0], span), _part(_member(cursor, member), how[0], span)
        if how[1]:
            first, following = _once(first, span), _once(following, span)
        start = _set(cursor, self.of(p, first, member, span), span)
        step = _set(cursor, self.of(p, following, member, span), span)
        return tree.For(tree.Evaluate(start, span), _is_inside(cursor, member, head), step, body, span)

    def safe_ring(
        self, p: str, n: str, head: E, member: E, link: str, body: tree.Statement, span: Span
    ) -> tree.Statement:
        """The next entry is found before the body; beyond the last there is none."""
        cursor, ahead = tree.Name(p, span), tree.Name(n, span)
        start = _set(cursor, self.of(p, _link(head, link, span), member, span), span)
        following = self.of(p, _part(_member(cursor, member), link, span), member, span)
        inner = tree.Block((tree.Evaluate(_set(ahead, following, span), span), body), span)
        step = _set(cursor, ahead, span)
        return tree.For(tree.Evaluate(start, span), _is_inside(cursor, member, head), step, inner, span)

    def chain(
        self,
        p: str,
        n: str | None,
        head: E,
        member: E,
        how: tuple[bool, bool],
        body: tree.Statement,
        span: Span,
    ) -> tree.Statement | None:
        """A walk to NULL; with `n`, what comes next is found before the body."""
        if is_macro(self.before):
            return None
        cursor, node, ahead = tree.Name(p, span), self.own_local(span), self.own_local(span)
        first: E = _link(head, "first", span) if how[0] else head
        following: E = _link(node, "next", span)
        if how[1]:
            first, following = _once(first, span), _once(following, span)
        nothing = tree.Number(0, "0", span)
        entry = tree.Conditional(node, self.of(p, node, member, span), nothing, span)
        more = tree.Binary("!=", _set(cursor, entry, span), nothing, span)
        start = tree.Evaluate(_set(node, first, span), span)
        if n is None:
            return tree.For(start, more, _set(node, following, span), body, span)
        inner = tree.Block((tree.Evaluate(_set(ahead, following, span), span), body), span)
        return tree.For(start, more, _set(node, ahead, span), inner, span)

    def own_local(self, span: Span) -> tree.Name:
        """A local that no text names."""
        name = f"link {len(self.hidden) + 1}"
        kind = tree.Type("struct list_head", 1, span)
        self.hidden.append(tree.Variable(kind, name, (), None, False, span))
        return tree.Name(name, span)


def _container(where: E, kind: tree.TypeArgument, member: E, span: Span) -> E:
    return tree.Call(tree.Name("container_of", span), (where, kind, member), span)


def _once(e: E, span: Span) -> E:
    return tree.Call(tree.Name("READ_ONCE", span), (e,), span)


def _set(target: E, value: E, span: Span) -> E:
    return tree.Assign("=", target, value, span)


def _link(head: E, link: str, span: Span) -> E:
    return tree.Member(head, link, True, span)


def _part(of: E, member: str, span: Span) -> E:
    return tree.Member(of, member, False, span)


def _member(cursor: tree.Name, member: E) -> E:
    """`cursor->member`, where the member may be one of a member."""
    if isinstance(member, tree.Member):
        return tree.Member(_member(cursor, member.object), member.field, member.arrow, cursor.span)
    assert isinstance(member, tree.Name)
    return tree.Member(cursor, member.name, True, cursor.span)


def _is_inside(cursor: tree.Name, member: E, head: E) -> E:
    link = tree.Unary("&", _member(cursor, member), cursor.span)
    return tree.Binary("!=", link, head, cursor.span)


def _links(p: str, head: E, body: tree.Statement, is_rcu: bool, span: Span) -> tree.Statement:
    cursor = tree.Name(p, span)
    first, following = _link(head, "next", span), _link(cursor, "next", span)
    if is_rcu:
        first, following = _once(first, span), _once(following, span)
    more = tree.Binary("!=", cursor, head, span)
    return tree.For(
        tree.Evaluate(_set(cursor, first, span), span), more, _set(cursor, following, span), body, span
    )


def _safe_links(p: str, n: str, head: E, body: tree.Statement, span: Span) -> tree.Statement:
    cursor, ahead = tree.Name(p, span), tree.Name(n, span)
    start = tree.Evaluate(_set(cursor, _link(head, "next", span), span), span)
    inner = tree.Block((tree.Evaluate(_set(ahead, _link(cursor, "next", span), span), span), body), span)
    more = tree.Binary("!=", cursor, head, span)
    return tree.For(start, more, _set(cursor, ahead, span), inner, span)
