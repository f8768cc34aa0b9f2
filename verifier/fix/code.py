"""Edits to pseudo-C: where a barrier may be written, moved or taken out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from verifier.fix import accesses
from verifier.fix.accesses import Source
from verifier.fix.edits import Part, Parts
from verifier.fix.text import Text
from verifier.record import record
from verifier.source import Span
from verifier.syntax import tree
from verifier.syntax.walk import walk

Placed = Callable[[Span], Span]  # a place of the text that was parsed, in the user's file
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
        return self._rewritten(access, lambda node, source: accesses.stronger(name, node, source))

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
        return self._rewritten(barrier, accesses.plain)

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
        around = [(f, placed) for f, placed in self.functions if _contains(placed(f.body.span), span)]
        if self.functions and self.functions[0][0].column:  # columns run through the same lines
            around = [(f, placed) for f, placed in around if placed(f.body.span).column <= span.column]
        if not around:
            return []
        function, placed = max(around, key=lambda one: one[1](one[0].body.span).column)
        statements = (node for node in walk(function.body) if isinstance(node, tree.Statement))
        return [_Spot(s, placed) for s in statements if _contains(placed(s.span), span)]

    def placed(self, spot: _Spot) -> Span:
        return spot.placed(spot.statement.span)

    def _follow(self, first: Sequence[_Spot], second: Sequence[_Spot]) -> bool:
        """Whether the two stand one right behind the other, or the first is around the second."""
        if not second or any(spot.statement is first[-1].statement for spot in second):
            return bool(second)
        block = first[-2].statement if len(first) > 1 else None
        if not isinstance(block, tree.Block) or len(second) < 2 or second[-2].statement is not block:
            return False
        return any(a is first[-1].statement and b is second[-1].statement for a, b in pairwise(block.body))

    def _before(self, path: Sequence[_Spot], words: str) -> Parts:
        span = self.placed(path[-1])
        start = self.text.start(span)
        indent = self.text.text[self.text.starts[span.line - 1] : start]
        if _is_bare(path):
            return self._in_braces(path, words, first=True)
        if indent.strip():
            return (Part(start, start, f"{words} "),)
        return (self._above(self._over_remarks(span.line), indent, words),)

    def _above(self, line: int, indent: str, words: str) -> Part:
        start = self.text.starts[line - 1]
        return Part(start, start, f"{indent}{words}{self.text.newline(line)}")

    def _after(self, path: Sequence[_Spot], words: str) -> Parts:
        span = self.placed(path[-1])
        if _is_bare(path):
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
        if _is_bare(path):
            return Part(self.text.start(span), self.text.end(span), ";")
        first, last = self.text.starts[span.line - 1], self.text.end_of_line(span.end_line)
        before = self.text.text[first : self.text.start(span)]
        if before.strip() or not _REMARK.match(self.text.text[self.text.end(span) : last]):
            return Part(self.text.start(span), self.text.end(span), "")
        return Part(first, last + len(self.text.newline(span.end_line)), "")

    # ------------------------------------------------------------ expressions

    def _rewritten(
        self, access: Span, rewrite: Callable[[tree.Expression, Source], str | None]
    ) -> Parts | None:
        """What stands exactly there, in another form; None where there is none."""
        path = self._path(access)
        if not path:
            return None
        statement, placed = path[-1].statement, path[-1].placed
        expressions = (node for node in walk(statement) if isinstance(node, tree.Expression))
        node = next((e for e in expressions if placed(e.span) == access), None)
        new = None if node is None else rewrite(node, lambda e: self.text.of_span(placed(e.span)))
        return None if new is None else (self.text.fitted(access, new),)


@record(frozen=True, slots=True)
class _Spot:
    statement: tree.Statement
    placed: Placed


def _contains(outer: Span, inner: Span) -> bool:
    return (outer.line, outer.column) <= (inner.line, inner.column) and (
        inner.end_line,
        inner.end_column,
    ) <= (outer.end_line, outer.end_column)


def _is_bare(path: Sequence[_Spot]) -> bool:
    """Whether a condition or a loop has the statement for its body, without braces."""
    return len(path) > 1 and not isinstance(path[-2].statement, tree.Block)


def _out_of_heads(path: Sequence[_Spot]) -> Sequence[_Spot]:
    """The path to what a statement can be put beside: `for (i = 0; …)` as a whole."""
    while len(path) > 1:
        around = path[-2].statement
        if not isinstance(around, tree.For) or around.initial is not path[-1].statement:
            break
        path = path[:-1]
    return path


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
