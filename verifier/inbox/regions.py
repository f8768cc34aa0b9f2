"""Which functions the hunks of one side of a file show, and what of each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.errors import SyntaxProblem
from verifier.inbox.hunks import Hunk
from verifier.inbox.line import Line
from verifier.inbox.mend import (
    blank,
    brackets,
    close_comments,
    gap,
    source_of,
    whole_statements,
    without_directives,
)
from verifier.record import field, record
from verifier.syntax.scanner import Token, scan

NEAR = 60  # lines between a hunk and one whose header has a label of the same function
_CONTROL = frozenset(("if", "while", "for", "switch", "else", "do", "return", "sizeof"))
_NO_NAME = frozenset(("__acquires", "__releases", "__must_hold", "__attribute__", "__printf", "__section"))
_HEADING = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*\((?P<rest>.*)$")
_MACRO = re.compile(r"[A-Z][A-Z0-9_]*$")
_LABEL = re.compile(r"\s*\w+:\s*$")
_INVOCATION = re.compile(r"[A-Z][A-Z0-9_]*\(")


@record(slots=True)
class Shown:
    """A function, or what a file's hunks show of it.

    `head` are the lines of its signature; `body` what stands between its braces; `is_whole` where nothing was cut;
    `is_cut_above` where the body's beginning was. `dropped`: half statements that were left out.
    """

    name: str
    head: list[Line]
    body: list[Line] = field(default_factory=list)
    is_whole: bool = False
    is_open: bool = True
    is_cut_above: bool = False
    dropped: list[tuple[int, str]] = field(default_factory=list)


@record(slots=True)
class Shelf:
    """What a side of a file has: functions in the order of the text, and what stands outside of them; `last_line` of
    the file is the last one of its hunks so far."""

    functions: list[Shown] = field(default_factory=list)
    outside: list[Line] = field(default_factory=list)
    last_line: int = 0

    def of(self, name: str) -> Shown | None:
        return next((f for f in self.functions if f.name == name), None)


def shelve(name: str, raw: tuple[str, ...], hunks: Sequence[tuple[Hunk, Sequence[Line]]]) -> Shelf:
    """The functions in one side of a file: its hunks, each with the lines that the side has of it."""
    shelf = Shelf()
    closed = [close_comments(lines) for _, lines in hunks]
    for (hunk, _), lines in zip(hunks, without_directives(name, closed), strict=True):
        if lines:
            _Hunk(name, raw, shelf, hunk, lines).shelve()
        shelf.last_line = hunk.new_start + len(hunk.lines)
    return shelf


class _Hunk:
    """One hunk's lines, cut into stretches at the functions' edges."""

    def __init__(self, name: str, raw: tuple[str, ...], shelf: Shelf, hunk: Hunk, lines: list[Line]) -> None:
        self.name, self.raw, self.shelf, self.hunk = name, raw, shelf, hunk
        self.lines = lines
        self.tokens: tuple[Token, ...] = ()

    def shelve(self) -> None:
        self.tokens = self._scan()
        tokens = self.tokens
        if not tokens:
            self.shelf.outside += self.lines  # nothing but macros, which are no tokens
            return
        self.is_flat = all(t.column == 1 or self._is_inner(i) for i, t in enumerate(tokens))
        heads = self._heads()
        first = heads[0][0] if heads else len(tokens)
        self._before(first)
        for number, (start, opener, end) in enumerate(heads):
            following = heads[number + 1][0] if number + 1 < len(heads) else len(tokens)
            self._function(start, opener, end)
            if end is not None and end + 1 < following:
                self._outside(end + 1, following)

    def _scan(self) -> tuple[Token, ...]:
        for _ in range(5):
            try:
                return scan(source_of(self.name, self.lines, self.raw)).tokens
            except SyntaxProblem as problem:  # a string without an end: a cut line
                bad = problem.span.line if problem.span else 0
                self.lines = [Line("", l.number, 1, l.depth) if l.number == bad else l for l in self.lines]
        return ()

    def _is_inner(self, i: int) -> bool:
        return i > 0 and self.tokens[i - 1].line == self.tokens[i].line

    # ------------------------------------------------------------------ heads

    def _heads(self) -> list[tuple[int, int, int | None]]:
        """The functions whose signature the hunk has: where it starts, its `{`, and its `}` if the hunk has that."""
        tokens, found = self.tokens, brackets(self.tokens)
        opened = {close: opener for opener, close in found.closing.items()}
        heads: list[tuple[int, int, int | None]] = []
        i = 0
        while i < len(tokens):
            if tokens[i].text == "{":
                start = self._head_start(i, opened)
                end = found.closing.get(i)
                if start is not None:
                    heads.append((start, i, end))
                i = (end if end is not None and start is not None else i) + 1
                continue
            i += 1
        return heads

    def _head_start(self, brace: int, opened: dict[int, int]) -> int | None:
        """Where the signature before a `{` starts, if there is one."""
        tokens, closer = self.tokens, brace - 1
        while closer in opened and tokens[opened[closer] - 1].text in _NO_NAME:
            closer = opened[closer] - 2
        if closer not in opened or tokens[closer].text != ")":
            return None
        name = opened[closer] - 1
        if name < 0 or tokens[name].kind != "name":
            return None
        start = name
        while start > 0 and (tokens[start - 1].kind in ("name", "keyword") or tokens[start - 1].text == "*"):
            if tokens[start - 1].text in _CONTROL:
                return None
            start -= 1
        words = sum(t.kind in ("name", "keyword") for t in tokens[start : name + 1])
        alone = words == 1 and (
            (not self.is_flat and tokens[start].column == 1) or bool(_MACRO.match(tokens[name].text))
        )
        if words < 2 and not alone:
            return None
        if not self.is_flat and tokens[brace].column > 1 and tokens[start].column > 1:
            return None
        return start

    def _function(self, start: int, opener: int, end: int | None) -> None:
        tokens = self.tokens
        name = self._name_of(start, opener)
        head = self._stretch(start, opener)
        last = end if end is not None else len(tokens)
        shown = Shown(name, head, is_whole=end is not None, is_open=end is None)
        before = self.shelf.of(name)
        if before is not None and before.is_whole:
            return  # a second version of it, in another arm of an #if
        if before is not None:  # a hunk's header has the name that the code had on the other side
            line = (before.body or before.head)[0]
            before.name, before.head = _nameless(line)
        self.shelf.functions.append(shown)
        self._add_body(shown, opener + 1, last)

    def _name_of(self, start: int, opener: int) -> str:
        tokens = self.tokens
        paren = next(i for i in range(start, opener) if tokens[i].text == "(")
        name = tokens[paren - 1].text
        if _MACRO.match(name) and tokens[paren + 1].kind == "name":
            return tokens[paren + 1].text  # SYSCALL_DEFINE2(name, …)
        return name

    # --------------------------------------------------- what precedes the heads

    def _before(self, end: int) -> None:
        """Tokens before the first signature: the rest of a function that began above, and what stands outside."""
        if end == 0:
            return
        tokens = self.tokens[:end]
        inner = (_signature_end(tokens) or -1) + 1 if tokens[0].text != "{" else 1
        loose = [inner + i for i in brackets(tokens[inner:]).closers if tokens[inner + i].text == "}"]
        edges = loose if self.is_flat else [i for i in loose if tokens[i].column == 1]
        if edges:
            self._tail(0, edges[-1], True)
            if edges[-1] + 1 < end:
                self._outside(edges[-1] + 1, end)
        elif end == len(self.tokens) and self._starts_inside():
            self._tail(0, end, False)
        else:
            self._outside(0, end)

    def _starts_inside(self) -> bool:
        first, line = self.tokens[0], self.lines[self.tokens[0].line - 1].text
        if first.text == "{" and first.column == 1:
            return True
        if self.is_flat and not _INVOCATION.match(line):
            return self._heading() is not None or first.text in _CONTROL or ";" in line
        if first.column > 1:
            heading = self.hunk.heading.text if self.hunk.heading else ""
            return not re.match(
                r"\s*(?:struct|union|enum)\s+\w*\s*\{?\s*$|\s*#", heading
            ) and not heading.endswith("= {")
        if self.hunk.heading is None and len(self.tokens) > 1 and not _INVOCATION.match(line):
            return first.text in _CONTROL or self.tokens[1].text in ("(", "=", "->", "[", ".")
        return first.text in _CONTROL or bool(_LABEL.match(line))

    def _heading(self) -> re.Match[str] | None:
        """The name and the parameters of the function that the hunk's header names."""
        text = self.hunk.heading.text if self.hunk.heading is not None else ""
        matches = [m for m in _HEADING.finditer(text) if m["name"] not in _NO_NAME]
        if (
            not matches
            or _is_prototype(text)
            or text.startswith("#")
            or (_INVOCATION.match(text) and "DEFINE" not in text)
        ):
            return None
        return matches[0]

    def _tail(self, first: int, end: int, is_closed: bool) -> None:
        """The end of a function, or its middle."""
        shown = self._function_at_start()
        tokens = self.tokens
        signature = _signature_end(tokens[first:end])
        if signature is not None:
            shown.head = [*shown.head, *self._stretch(first, first + signature)]
            first += signature + 1
        shown.is_cut_above |= signature is None and not shown.body
        shown.is_open = not is_closed
        self._add_body(shown, first, end)

    def _function_at_start(self) -> Shown:
        """The function that the hunk begins in."""
        heading, hunk = self._heading(), self.hunk
        last = self.shelf.functions[-1] if self.shelf.functions else None
        if heading is not None:
            known = self.shelf.of(heading["name"])
            if known is not None:
                known.is_whole = False
                return known
            shown = self._named(heading)
        elif last is not None and last.is_open and hunk.heading is not None and self._goes_on():
            last.is_whole = False
            return last
        else:
            shown = Shown(*_nameless(self.lines[0]))
        self.shelf.functions.append(shown)
        return shown

    def _goes_on(self) -> bool:
        """Whether the hunk is taken to go on with the function that the one before ends in, by a header that names no
        function: not by a prototype, and by a label only if that is near."""
        assert self.hunk.heading is not None
        text = self.hunk.heading.text
        is_near = self.hunk.new_start - self.shelf.last_line <= NEAR
        return not _is_prototype(text) and (is_near or not _LABEL.match(text))

    def _named(self, heading: re.Match[str]) -> Shown:
        """The function of the hunk's header; of a macro such as SYSCALL_DEFINE2(name, …) the one that it defines."""
        place = self.hunk.heading
        if place is not None and "DEFINE" in heading["name"] and (first := re.match(r"\w+", heading["rest"])):
            return Shown(first[0], [Line(f"long {first[0]}(void)", place.number, place.column, place.depth)])
        return Shown(heading["name"], self._signature(heading))

    def _signature(self, heading: re.Match[str]) -> list[Line]:
        """The signature as far as the header has it, its parameters closed unless the hunk goes on with them."""
        assert self.hunk.heading is not None
        place, text = self.hunk.heading, self.hunk.heading.text
        lacking = text.count("(") - text.count(")")
        if lacking > 0 and _signature_end(self.tokens) is None:
            kept = text[: text.rfind(",")] if "," in heading["rest"] else text[: heading.start("rest")]
            text = kept + ")" * max(1, kept.count("(") - kept.count(")"))
        elif lacking <= 0:
            text = text[: text.rfind(")") + 1]
        before = text[: heading.start("name")].strip()
        if not before:
            text, place = (
                f"void {text.lstrip()}",
                Line(text, place.number, max(1, place.column - 5), place.depth),
            )
        return [Line(text, place.number, place.column, place.depth)]

    # -------------------------------------------------------------- stretches

    def _add_body(self, shown: Shown, first: int, end: int) -> None:
        if shown.body and first < end:
            shown.is_whole = False
        if first >= end:
            shown.body += self._between(first, end)
            return
        lines = self._between(first, end)
        offset = self._top(first)
        tokens = [
            t._replace(line=t.line - offset, end_line=t.end_line - offset) for t in self.tokens[first:end]
        ]
        body, dropped = whole_statements(lines, tokens)
        shown.body += [gap(body[0]), *body] if shown.body and body else body
        texts: dict[int, list[str]] = {}
        for t in dropped:
            texts.setdefault(lines[t.line - 1].number, []).append(t.text)
        shown.dropped += [(number, " ".join(words)) for number, words in texts.items()]

    def _top(self, first: int) -> int:
        """How many lines stand above the stretch that begins with a token: its comments belong to it."""
        return self.tokens[first - 1].end_line - 1 if first else 0

    def _between(self, first: int, end: int) -> list[Line]:
        """The lines from the token before `first` to the one at `end`, these two blanked."""
        top = self._top(first)
        bottom = self.tokens[end].line if end < len(self.tokens) else len(self.lines)
        lines = self.lines[top:bottom]
        outer = [*self.tokens[:first], *self.tokens[end:]]
        near = [
            t._replace(line=t.line - top, end_line=t.end_line - top)
            for t in outer
            if top < t.line and t.end_line <= bottom
        ]
        return blank(lines, near)

    def _stretch(self, first: int, end: int) -> list[Line]:
        """The lines of tokens[first:end] and nothing else."""
        lines = self._between(first, end)
        return [line for line in lines if not line.is_blank]

    def _outside(self, first: int, end: int) -> None:
        self.shelf.outside += self._between(first, end)


def _is_prototype(heading: str) -> bool:
    return heading.rstrip().endswith(");")


def _nameless(line: Line) -> tuple[str, list[Line]]:
    """A name and a signature for code that begins on a line in a function of no known name."""
    name = f"code_at_line_{line.number}"
    return name, [Line(f"void {name}(void)", line.number, 1, 0)]


def _signature_end(tokens: Sequence[Token]) -> int | None:
    """Where the `{` is, in a stretch that begins among a signature's parameters (or with the brace itself)."""
    if tokens and tokens[0].text == "{" and tokens[0].column == 1:
        return 0
    depth = 0
    for i, token in enumerate(tokens):
        if token.text in (";", "{", "}", "="):
            return None
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth < 0:
            is_head = i + 1 < len(tokens) and tokens[i + 1].text == "{" and tokens[i + 1].column == 1
            return i + 1 if is_head else None
    return None
