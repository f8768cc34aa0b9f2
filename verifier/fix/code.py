"""Edits to pseudo-C: where a barrier may be written, and how an access becomes an acquire or a release."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from verifier.fix.edits import Part, Parts
from verifier.fix.text import Text
from verifier.record import record
from verifier.source import Span
from verifier.syntax import tree

Placed = Callable[[Span], Span]  # a place of the text that was parsed, in the user's file
_ORDERED = re.compile(r"(\w+?)_(?:acquire|release)\Z")
_RELAXED_WITHOUT_SAYING = frozenset(
    ("atomic_read", "atomic_set", "atomic64_read", "atomic64_set", "test_bit")
)
# What makes an object seen by readers, and the same as a release
_PUBLISHING = {
    "list_add": "list_add_rcu",
    "list_add_tail": "list_add_tail_rcu",
    "hlist_add_head": "hlist_add_head_rcu",
    "RCU_INIT_POINTER": "rcu_assign_pointer",
}
_REMARK = re.compile(r"\s*(?:/\*.*\*/|//.*)?\s*$")


@record(frozen=True, slots=True)
class Code:
    """Functions of a text, each with how its places become those of the file."""

    text: Text
    functions: tuple[tuple[tree.Function, Placed], ...]

    def fences(self, call: str, after: Span | None, before: Span | None) -> Iterator[Parts]:
        """Ways to write a fence after the one access and before the other: near the later one, then near the first."""
        later, earlier = (_out_of_heads(self._path(span)) for span in (before, after))
        if later:
            yield self._before(later, f"{call};")
        if earlier and not self._follow(earlier, later):
            yield self._after(earlier, f"{call};")

    def stronger(self, name: str, access: Span) -> Parts | None:
        """The access as an acquire or a release of that name; None where it has no such form."""
        found = self._expression(access)
        if found is None:
            return None
        new = self._rewritten(name, *found)
        return None if new is None else (self.text.fitted(access, new),)

    def renamed(self, barrier: Span, call: str) -> Parts | None:
        """Another barrier in the place of that one."""
        if not self._path(barrier):
            return None
        return (self.text.fitted(barrier, call),)

    def without(self, barrier: Span) -> Parts | None:
        """No barrier there: a fence goes, an acquire or a release becomes a plain access of its kind."""
        path = self._path(barrier)
        if not path:
            return None
        if self.placed(path[-1]).line == barrier.line and self._is_alone(path[-1], barrier):
            return (self._gone(path),)
        found = self._expression(barrier)
        new = None if found is None else self._plain(*found)
        return None if new is None else (self.text.fitted(barrier, new),)

    def relocated(self, barrier: Span, side: str, access: Span) -> Parts | None:
        """A barrier that is a statement of its own, on the other side of an access."""
        own, other = self._path(barrier), _out_of_heads(self._path(access))
        if not own or not other or self.placed(own[-1]).line == self.placed(other[-1]).line:
            return None
        new = (
            self._before(other, self._words(own))
            if side == "before"
            else self._after(other, self._words(own))
        )
        return tuple(sorted((self._gone(own), *new)))

    def start_of_statement(self, span: Span | None) -> int | None:
        """The offset in its line at which the statement around a place starts."""
        path = self._path(span)
        return self.placed(path[-1]).column - 1 if path else None

    # ------------------------------------------------------------- statements

    def _path(self, span: Span | None) -> list[_Spot]:
        """The statements around a place, the outermost first; none where it is in no function of the text."""
        if span is None or not self.text.has(span):
            return []
        around = [
            _Spot(f.body, placed) for f, placed in self.functions if _contains(placed(f.body.span), span)
        ]
        if self.functions and self.functions[0][0].column:  # columns run through the same lines
            around = [spot for spot in around if self.placed(spot).column <= span.column]
        innermost = max(around, key=lambda spot: self.placed(spot).column, default=None)
        return [] if innermost is None else list(_around(innermost, span))

    def placed(self, spot: _Spot) -> Span:
        return spot.placed(spot.statement.span)

    def _follow(self, first: Sequence[_Spot], second: Sequence[_Spot]) -> bool:
        """Whether the two stand one right behind the other, or the first is around the second."""
        if not second or first[-1].statement in [s.statement for s in second]:
            return bool(second)
        block = first[-2].statement if len(first) > 1 else None
        if not isinstance(block, tree.Block) or len(second) < 2 or second[-2].statement is not block:
            return False
        return block.body.index(second[-1].statement) == block.body.index(first[-1].statement) + 1

    def _before(self, path: Sequence[_Spot], words: str) -> Parts:
        span = self.placed(path[-1])
        start = self.text.start(span)
        indent = self.text.text[self.text.starts[span.line - 1] : start]
        if len(path) > 1 and not isinstance(path[-2].statement, tree.Block):
            return self._in_braces(path, words, first=True)
        if indent.strip():
            return (Part(start, start, f"{words} "),)
        return (self._above(self._over_remarks(span.line), indent, words),)

    def _above(self, line: int, indent: str, words: str) -> Part:
        start = self.text.starts[line - 1]
        return Part(start, start, f"{indent}{words}{self.text.newline(line)}")

    def _after(self, path: Sequence[_Spot], words: str) -> Parts:
        span = self.placed(path[-1])
        if len(path) > 1 and not isinstance(path[-2].statement, tree.Block):
            return self._in_braces(path, words, first=False)
        line, end = span.end_line, self.text.end(span)
        rest = self.text.text[end : self.text.end_of_line(line)]
        if not _REMARK.match(rest):
            return (Part(end, end, f" {words}"),)
        indent = _indent(self.text.line(self.placed(path[-1]).line))
        at = self.text.end_of_line(line)
        return (Part(at, at, f"{self.text.newline(line)}{indent}{words}"),)

    def _in_braces(self, path: Sequence[_Spot], words: str, first: bool) -> Parts:
        """The statement that a condition or a loop is alone in front of, and a fence, in braces."""
        span, head = self.placed(path[-1]), self.placed(path[-2])
        start, end = self.text.start(span), self.text.end(span)
        blank = start - len(self.text.text[:start]) + len(self.text.text[:start].rstrip())
        newline, outer = self.text.newline(head.line), _indent(self.text.line(head.line))
        inner = _indent(self.text.line(span.line)) if span.line != head.line else f"{outer}\t"
        before = f"{newline}{inner}{words}" if first else ""
        after = "" if first else f"{newline}{inner}{words}"
        return (
            Part(blank, start, f" {{{before}{newline}{inner}"),
            Part(end, end, f"{after}{newline}{outer}}}"),
        )

    def _over_remarks(self, line: int) -> int:
        """The first of the lines right above that one that hold a remark about it, or that line itself."""
        above = self.text.line(line - 1).strip()
        if above.startswith("//") or (above.startswith("/*") and above.endswith("*/")):
            return line - 1
        if not above.endswith("*/") or not above.startswith("*"):
            return line
        first = line - 1
        while self.text.line(first).strip().startswith("*"):
            first -= 1
        return first if self.text.line(first).strip().startswith("/*") else line

    def _words(self, path: Sequence[_Spot]) -> str:
        """A statement as it is written, with the remark behind it."""
        span = self.placed(path[-1])
        rest = self.text.text[self.text.end(span) : self.text.end_of_line(span.end_line)]
        remark = rest.rstrip() if _REMARK.match(rest) else ""
        return f"{self.text.of_span(span)}{remark}"

    def _is_alone(self, spot: _Spot, span: Span) -> bool:
        """Whether a statement is what stands at a place, and a fence by its form: a call without arguments."""
        match spot.statement:
            case tree.Evaluate(tree.Call(tree.Name(), ())):
                return _contains(self.placed(spot), span)
            case _:
                return False

    def _gone(self, path: Sequence[_Spot]) -> Part:
        """Without a statement, and without its line where it is all that stands there."""
        span = self.placed(path[-1])
        if len(path) > 1 and not isinstance(path[-2].statement, tree.Block):
            return Part(self.text.start(span), self.text.end(span), ";")
        first, last = self.text.starts[span.line - 1], self.text.end_of_line(span.end_line)
        before = self.text.text[first : self.text.start(span)]
        if before.strip() or not _REMARK.match(self.text.text[self.text.end(span) : last]):
            return Part(self.text.start(span), self.text.end(span), "")
        return Part(first, last + len(self.text.newline(span.end_line)), "")

    # ------------------------------------------------------------ expressions

    def _expression(self, access: Span) -> tuple[tree.Expression, Placed] | None:
        """What stands exactly there."""
        for spot in self._path(access)[-1:]:
            for node in _nodes(spot.statement):
                if spot.placed(node.span) == access:
                    return node, spot.placed
        return None

    def _rewritten(self, name: str, node: tree.Expression, placed: Placed) -> str | None:
        def source(e: tree.Expression) -> str:
            return self.text.of_span(placed(e.span))

        match node:
            case tree.Call(tree.Name("READ_ONCE"), (target,)) if name == "smp_load_acquire":
                return f"{name}({_address(target, source)})"
            case tree.Call(tree.Name("WRITE_ONCE"), (target, value)) if name == "smp_store_release":
                return f"{name}({_address(target, source)}, {source(value)})"
            case tree.Call(tree.Name(publisher), arguments) if publisher in _PUBLISHING:
                return f"{_PUBLISHING[publisher]}({', '.join(map(source, arguments))})"
            case tree.Call(tree.Name(), arguments) if not name.startswith("smp_"):
                return f"{name}({', '.join(map(source, arguments))})"
            case tree.Assign("=", target, value) if name == "smp_store_release":
                return f"{name}({_address(target, source)}, {source(value)})"
            case tree.Name() | tree.Member() | tree.Index() | tree.Unary("*") if name == "smp_load_acquire":
                return f"{name}({_address(node, source)})"
            case _:
                return None

    def _plain(self, node: tree.Expression, placed: Placed) -> str | None:
        """An acquire or a release without its order."""

        def source(e: tree.Expression) -> str:
            return self.text.of_span(placed(e.span))

        match node:
            case tree.Call(tree.Name("smp_load_acquire"), (target,)):
                return f"READ_ONCE({_object(target, source)})"
            case tree.Call(tree.Name("smp_store_release"), (target, value)):
                return f"WRITE_ONCE({_object(target, source)}, {source(value)})"
            case tree.Call(tree.Name(name), arguments) if (found := _ORDERED.match(name)) is not None:
                relaxed = found[1] if found[1] in _RELAXED_WITHOUT_SAYING else f"{found[1]}_relaxed"
                return f"{relaxed}({', '.join(map(source, arguments))})"
            case _:
                return None


@record(frozen=True, slots=True)
class _Spot:
    statement: tree.Statement
    placed: Placed


def _contains(outer: Span, inner: Span) -> bool:
    return (outer.line, outer.column) <= (inner.line, inner.column) and (
        inner.end_line,
        inner.end_column,
    ) <= (outer.end_line, outer.end_column)


def _around(spot: _Spot, span: Span) -> Iterator[_Spot]:
    yield spot
    for child in _children(spot.statement):
        if _contains(spot.placed(child.span), span):
            yield from _around(_Spot(child, spot.placed), span)
            return


def _children(statement: tree.Statement) -> Sequence[tree.Statement]:
    match statement:
        case tree.Block(body):
            return body
        case tree.If(_, then, otherwise):
            return [then] if otherwise is None else [then, otherwise]
        case tree.While(_, body) | tree.DoWhile(body, _) | tree.MacroLoop(_, body) | tree.Switch(_, body):
            return [body]
        case tree.For(initial, _, _, body):
            return [body] if initial is None else [initial, body]
        case _:
            return []


def _out_of_heads(path: Sequence[_Spot]) -> Sequence[_Spot]:
    """The path to what a statement can be put beside: `for (i = 0; …)` as a whole."""
    while len(path) > 1:
        around = path[-2].statement
        if not isinstance(around, tree.For) or around.initial is not path[-1].statement:
            break
        path = path[:-1]
    return path


def _nodes(node: object) -> Iterator[tree.Expression]:
    """The expressions of a statement, but for those of the statements in it."""
    for name in getattr(type(node), "__match_args__", ()):
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, tree.Expression):
                yield item
                yield from _nodes(item)
            elif isinstance(item, tree.Variable):
                yield from _nodes(item)


def _address(target: tree.Expression, source: Callable[[tree.Expression], str]) -> str:
    match target:
        case tree.Unary("*", tree.Name() as pointer):
            return source(pointer)
        case _:
            return f"&{source(target)}"


def _object(address: tree.Expression, source: Callable[[tree.Expression], str]) -> str:
    match address:
        case tree.Unary("&", target):
            return source(target)
        case tree.Name():
            return f"*{source(address)}"
        case _:
            return f"*({source(address)})"


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
