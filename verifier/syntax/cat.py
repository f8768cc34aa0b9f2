"""Cat text -> syntax tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Literal

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.tree import Meta
from lark.visitors import v_args

from verifier.errors import SyntaxProblem
from verifier.source import Source, Span
from verifier.syntax import cat_tree as tree
from verifier.syntax import grammars

NAMES_OF_TOKENS = {
    "$END": "the end of the file",
    "NAME": "a name",
    "STRING": "a text in quotes",
    "INVERSE": "'^-1'",
    "NEGATED": "'~'",
    "TAG": "a tag",
    "COMPARISON": "'='",
}


def parse(source: Source) -> tree.CatFile:
    """The syntax tree of a model's text.

    Raises SyntaxProblem where the text is no cat.
    """
    text = blank_comments(source)
    try:
        parsed = _parser().parse(text)
    except UnexpectedInput as problem:
        raise _explain(problem, text, source) from None
    built: tree.CatFile = _Builder(source).transform(parsed)
    return built


@cache
def _parser() -> Lark:
    with grammars.table_file("cat") as table:
        return Lark(
            grammars.load("cat"),
            parser="lalr",
            lexer="contextual",
            propagate_positions=True,
            maybe_placeholders=True,
            cache=table,
        )


def blank_comments(source: Source) -> str:
    """The text with each comment replaced by blanks of the same shape, so that places stay.

    Comments are `(* … *)`, which nest, and from `//` or `#` to the end of the line.
    """
    text, done = source.text, 0
    out: list[str] = []
    opened: list[int] = []
    while mark := (_IN_COMMENT if opened else _MARKS).search(text, done):
        out.append(_blank(text[done : mark.start()]) if opened else text[done : mark.start()])
        done = mark.end()
        match mark.group()[:2]:
            case "(*":
                opened.append(mark.start())
                out.append("  ")
            case "*)" if opened:
                opened.pop()
                out.append("  ")
            case piece:
                is_kept = piece == "*)" or piece.startswith('"')
                out.append(mark.group() if is_kept else " " * len(mark.group()))
    if opened:
        raise _problem(source, opened[0], 2, "this comment is never closed: '*)' is missing")
    out.append(text[done:])
    return "".join(out)


_MARKS = re.compile(r'\(\*|\*\)|//[^\n]*|#[^\n]*|"[^"\n]*"?')
_IN_COMMENT = re.compile(r"\(\*|\*\)")


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _problem(source: Source, offset: int, length: int, message: str) -> SyntaxProblem:
    line = source.text.count("\n", 0, offset) + 1
    column = offset - (source.text.rfind("\n", 0, offset) + 1) + 1
    span = source.span(line, column, line, column + length)
    return SyntaxProblem("cat-syntax", message, source.name, span, source.quote(span.line))


def _explain(problem: UnexpectedInput, text: str, source: Source) -> Exception:
    """The error for what the parser did not accept at some place."""
    offset: int | None = getattr(problem, "pos_in_stream", None)
    if offset is None or (isinstance(problem, UnexpectedToken) and problem.token.type == "$END"):
        offset = len(text.rstrip())
    found = re.compile(r"'?[A-Za-z_][\w.\-]*|\S|").match(text, offset)
    word = found.group() if found else ""
    accepted = _accepted(problem)
    what = f"found '{word}'" if word else "the file ends here"
    return _problem(source, offset, max(1, len(word)), f"{what}, expected {accepted}")


def _words(problem: UnexpectedInput) -> frozenset[str]:
    match problem:
        case UnexpectedToken():
            return frozenset(problem.accepts)
        case UnexpectedCharacters():
            return frozenset(problem.allowed)
        case _:
            return frozenset()


def _accepted(problem: UnexpectedInput) -> str:
    """The tokens that would have been accepted, in words."""
    symbols = {t.name: t.pattern.value for t in _parser().terminals if t.pattern.type == "str"}
    words = {NAMES_OF_TOKENS.get(t) or f"'{symbols.get(t, t)}'" for t in _words(problem)}
    if {"a name", "'_'", "'0'"} <= words:
        return "a set or a relation"
    if {"'acyclic'", "'let'"} <= words:
        return "an operator or the next statement" if "'|'" in words else "a statement"
    ordered = sorted(words)
    return ordered[0] if len(ordered) == 1 else "one of " + ", ".join(ordered)


_Case = tuple[str, Any]
_Element = tuple[str, str, Any]


def _make(operator: tree.Operator) -> Callable[[_Builder, Meta, list[Any]], tree.Operation]:
    def build(self: _Builder, meta: Meta, children: list[Any]) -> tree.Operation:
        operands = tuple(c for c in children if not isinstance(c, Token))
        return tree.Operation(operator, operands, self.span(meta))

    return build


@v_args(meta=True)
class _Builder(Transformer[Token, Any]):
    """Builds nodes, and does nothing else."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source

    def span(self, meta: Meta) -> Span:
        if meta.empty:
            return self.source.span(1, 1, 1, 1)
        return self.source.span(meta.line, meta.column, meta.end_line, meta.end_column)

    def start(self, _meta: Meta, children: list[Any]) -> tree.CatFile:
        head: tuple[str, str] = ("", "")
        if children and isinstance(children[0], tuple):
            head = children.pop(0)
        catdep, *statements = children
        return tree.CatFile(head[0], head[1], catdep is not None, tuple(statements), self.source)

    def title_words(self, _meta: Meta, children: list[Any]) -> tuple[str, str]:
        words = [str(c) for c in children if c is not None]
        return words[0], words[-1]

    def title_string(self, _meta: Meta, children: list[Any]) -> tuple[str, str]:
        words = [str(c) for c in children if c is not None]
        return (words[0] if len(words) == 2 else ""), words[-1][1:-1]

    # statements

    def let(self, meta: Meta, children: list[Any]) -> tree.Let:
        return tree.Let(tuple(children), False, None, self.span(meta))

    def let_rec(self, meta: Meta, children: list[Any]) -> tree.Let:
        return tree.Let((*children[:-1],), True, children[-1], self.span(meta))

    def when(self, meta: Meta, children: list[Any]) -> tree.Test:
        return self.test(meta, [None, *children])

    def bind_tuple(self, meta: Meta, children: list[Any]) -> tree.Unpack:
        return tree.Unpack(children[0], children[1], self.span(meta))

    def bind_value(self, meta: Meta, children: list[Any]) -> tree.Binding:
        return tree.Binding(str(children[0]), children[1], self.span(meta))

    def bind_function_word(self, meta: Meta, children: list[Any]) -> tree.Binding:
        span = self.span(meta)
        return tree.Binding(
            str(children[0]), tree.Function((str(children[1]),), False, children[2], span), span
        )

    def bind_function(self, meta: Meta, children: list[Any]) -> tree.Binding:
        span = self.span(meta)
        return tree.Binding(str(children[0]), tree.Function(children[1], True, children[2], span), span)

    def parameters(self, _meta: Meta, children: list[Any]) -> tuple[str, ...]:
        return tuple(str(c) for c in children if c is not None)

    def test(self, meta: Meta, children: list[Any]) -> tree.Test:
        role, negated, kind, operand, name = children
        words: dict[str, Literal["acyclic", "irreflexive", "empty"]] = {
            "acyclic": "acyclic",
            "irreflexive": "irreflexive",
            "empty": "empty",
        }
        label = str(name) if name is not None else ""
        is_negated = (negated is not None) != (role is not None and role.type in ("ASSERT", "UNLESS"))
        return tree.Test(words[str(kind)], is_negated, role is not None, operand, label, self.span(meta))

    def show(self, meta: Meta, _children: list[Any]) -> tree.Show:
        return tree.Show(self.span(meta))

    show_as = show
    unshow = show
    debug = show

    def enum(self, meta: Meta, children: list[Any]) -> tree.Enumeration:
        return tree.Enumeration(str(children[0]), (*children[1:],), self.span(meta))

    def annotate(self, meta: Meta, _children: list[Any]) -> tree.Annotation:
        return tree.Annotation(self.span(meta))

    def variant_statement(self, meta: Meta, children: list[Any]) -> tree.If:
        condition, body, otherwise = children
        return tree.If(condition, body, otherwise or (), self.span(meta))

    def match_statement(self, meta: Meta, children: list[Any]) -> tree.MatchBody:
        return tree.MatchBody(children[0], (*children[1:],), self.span(meta))

    def tag_body(self, _meta: Meta, children: list[Any]) -> _Case:
        return str(children[0]).removeprefix("'"), children[1]

    tag_case = tag_body

    def for_all(self, meta: Meta, children: list[Any]) -> tree.ForAll:
        return tree.ForAll(str(children[0]), children[1], children[2], self.span(meta))

    def with_from(self, meta: Meta, children: list[Any]) -> tree.WithFrom:
        return tree.WithFrom(str(children[0]), children[1], self.span(meta))

    def include(self, meta: Meta, children: list[Any]) -> tree.Include:
        return tree.Include(str(children[0])[1:-1], self.span(meta))

    def procedure(self, meta: Meta, children: list[Any]) -> tree.Procedure:
        return tree.Procedure(str(children[0]), children[1], True, children[2], self.span(meta))

    def procedure_word(self, meta: Meta, children: list[Any]) -> tree.Procedure:
        name, parameter, body = children
        return tree.Procedure(str(name), (str(parameter),), False, body, self.span(meta))

    def body(self, _meta: Meta, children: list[Any]) -> tuple[tree.Statement, ...]:
        return tuple(children)

    def call(self, meta: Meta, children: list[Any]) -> tree.Call:
        name, argument, label = children
        return tree.Call(str(name), argument, "" if label is None else str(label), self.span(meta))

    # expressions

    def name(self, meta: Meta, children: list[Any]) -> tree.Name:
        return tree.Name(str(children[0]), self.span(meta))

    def zero(self, meta: Meta, _children: list[Any]) -> tree.Zero:
        return tree.Zero(self.span(meta))

    def universe(self, meta: Meta, _children: list[Any]) -> tree.Everything:
        return tree.Everything(self.span(meta))

    def explicit_set(self, meta: Meta, children: list[Any]) -> tree.Nothing | tree.Braces:
        items = tuple(c for c in children if c is not None)
        return tree.Braces(items, self.span(meta)) if items else tree.Nothing(self.span(meta))

    def add(self, meta: Meta, children: list[Any]) -> tree.Insert:
        return tree.Insert(children[0], children[1], self.span(meta))

    def tag(self, meta: Meta, children: list[Any]) -> tree.Tag:
        return tree.Tag(str(children[0])[1:], self.span(meta))

    def tuple(self, meta: Meta, children: list[Any]) -> tree.Tuple:
        return tree.Tuple((*children,), self.span(meta))

    def application(self, meta: Meta, children: list[Any]) -> tree.Apply:
        return tree.Apply(children[0], children[1], self.span(meta))

    def let_in(self, meta: Meta, children: list[Any]) -> tree.LetIn:
        return tree.LetIn((*children[:-1],), children[-1], False, self.span(meta))

    def let_rec_in(self, meta: Meta, children: list[Any]) -> tree.LetIn:
        return tree.LetIn((*children[:-1],), children[-1], True, self.span(meta))

    def function_word(self, meta: Meta, children: list[Any]) -> tree.Function:
        return tree.Function((str(children[0]),), False, children[1], self.span(meta))

    def function(self, meta: Meta, children: list[Any]) -> tree.Function:
        return tree.Function(children[0], True, children[1], self.span(meta))

    def attempt(self, meta: Meta, children: list[Any]) -> tree.Attempt:
        return tree.Attempt(children[0], children[1], self.span(meta))

    def choose(self, meta: Meta, children: list[Any]) -> tree.Choose:
        return tree.Choose(children[0], children[1], children[2], self.span(meta))

    def match_tag(self, meta: Meta, children: list[Any]) -> tree.MatchTag:
        return tree.MatchTag(children[0], (*children[1:],), self.span(meta))

    def match_set(self, meta: Meta, children: list[Any]) -> tree.MatchSet:
        subject, empty, (head, tail, body) = children
        return tree.MatchSet(subject, empty, head, tail, body, self.span(meta))

    def match_set_swapped(self, meta: Meta, children: list[Any]) -> tree.MatchSet:
        return self.match_set(meta, [children[0], children[2], children[1]])

    def empty_case(self, _meta: Meta, children: list[Any]) -> Any:
        return children[0]

    def element_case(self, _meta: Meta, children: list[Any]) -> _Element:
        return str(children[0]), str(children[1]), children[2]

    # conditions

    def variant(self, meta: Meta, children: list[Any]) -> tree.Variant:
        return tree.Variant(str(children[0])[1:-1], self.span(meta))

    def not_variant(self, meta: Meta, children: list[Any]) -> tree.Connective:
        return tree.Connective("not", tuple(children), self.span(meta))

    def and_variants(self, meta: Meta, children: list[Any]) -> tree.Connective:
        return tree.Connective("and", tuple(children), self.span(meta))

    def or_variants(self, meta: Meta, children: list[Any]) -> tree.Connective:
        return tree.Connective("or", tuple(children), self.span(meta))

    def compare(self, meta: Meta, children: list[Any]) -> tree.Compare:
        left, operator, right = children
        return tree.Compare("=" if str(operator) == "=" else "subset", left, right, self.span(meta))

    def compare_in(self, meta: Meta, children: list[Any]) -> tree.Compare:
        return tree.Compare("in", children[0], children[1], self.span(meta))

    union = _make("union")
    sequence = _make("sequence")
    difference = _make("minus")
    intersection = _make("inter")
    product = _make("product")
    complement = _make("complement")
    star = _make("star")
    plus = _make("plus")
    optional = _make("optional")
    inverse = _make("inverse")
    identity = _make("identity")
