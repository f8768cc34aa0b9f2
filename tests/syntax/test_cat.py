"""The grammar of cat: how operators bind, and what wrong text is told."""

from __future__ import annotations

import logging

import pytest
from lark import Lark

from verifier.errors import InputError, SyntaxProblem
from verifier.source import Source
from verifier.syntax import cat, grammars
from verifier.syntax import cat_tree as tree


def parse(text: str) -> tree.CatFile:
    return cat.parse(Source.whole("m.cat", text))


def value(text: str) -> tree.Expression:
    statement = parse(f"let x = {text}").statements[0]
    assert isinstance(statement, tree.Let)
    return statement.bindings[0].value


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a | b ; c", "a | (b ; c)"),
        ("a ; b & c", "a ; (b & c)"),
        ("a ; b \\ c", "a ; (b \\ c)"),
        ("a \\ b \\ c", "(a \\ b) \\ c"),
        ("a \\ b & c", "a \\ (b & c)"),
        ("a & b*", "a & (b*)"),
        ("a & b * c", "a & (b * c)"),
        ("~a & b", "(~a) & b"),
        ("~a^-1", "~(a^-1)"),
        ("a ; b^-1?", "a ; ((b^-1)?)"),
        ("a | b & c ; d", "a | ((b & c) ; d)"),
        ("a* | b", "(a*) | b"),
        ("W * ~R", "W * (~R)"),
        ("f(x) ; y", "(f(x)) ; y"),
        ("domain r & s", "(domain r) & s"),
        ("[W] ; po", "([W]) ; po"),
        ("a (* x (* y *) *) | b // c", "a | b"),
        ("a ++ b ++ c", "a ++ (b ++ c)"),
        ("f a ++ g b", "(f a) ++ (g b)"),
        ("a ; b ++ c | d", "((a ; b) ++ c) | d"),
        ("let rec b = c in b | d", "(let rec b = c in (b | d))"),
        ('if not "a" && "b" || "c" then d else e', 'if ((not "a") && "b") || "c" then d else e'),
    ],
)
def test_binding(text: str, same: str) -> None:
    assert value(text) == value(same)


def test_statements() -> None:
    text = """AArch64 "title"
let rec a = b | c and d = e
flag ~empty W * R as f
show a, b
include "x.cat"
procedure p(x, y) = empty x end
call p(a, d) as label
let f(x) = x in
acyclic a"""
    file = parse(text)
    assert not file.catdep
    assert (file.architecture, file.title) == ("AArch64", "title")
    kinds = [type(s).__name__ for s in file.statements]
    assert kinds == ["Let", "Test", "Show", "Include", "Procedure", "Call", "Let", "Test"]
    flag = file.statements[1]
    assert isinstance(flag, tree.Test)
    assert (flag.is_flag, flag.negated, flag.kind, flag.name) == (True, True, "empty", "f")
    assert (flag.span.line, flag.span.column) == (3, 1)


@pytest.mark.parametrize(
    ("text", "kind", "message", "line", "column"),
    [
        ("let a =", SyntaxProblem, "the file ends here, expected a set or a relation", 1, 8),
        ("let a = b\n  | )", SyntaxProblem, "found ')', expected a set or a relation", 2, 5),
        ("let a = ~b+", SyntaxProblem, "found '+', expected an operator or the next statement", 1, 11),
        ("let a = W*W*W", SyntaxProblem, "found 'W', expected an operator or the next statement", 1, 13),
        ("let a = (b | c", SyntaxProblem, "the file ends here, expected one of ')', ','", 1, 15),
        ("let a = b (* c", SyntaxProblem, "this comment is never closed: '*)' is missing", 1, 11),
        ("let a = $", SyntaxProblem, "found '$', expected a set or a relation", 1, 9),
        ("let let = 2", SyntaxProblem, "found 'let', expected one of '(', 'rec', a name", 1, 5),
        ("enum A = b", SyntaxProblem, "found 'b', expected one of '||', a tag", 1, 10),
        ("with co of f(x)", SyntaxProblem, "found 'of', expected 'from'", 1, 9),
        ("let a = match b with || {} -> c end", SyntaxProblem, "found 'end', expected '||'", 1, 33),
        ('if "v" let a = b', SyntaxProblem, "the file ends here, expected", 1, 17),
        ("assert a", SyntaxProblem, "found 'a', expected", 1, 8),
    ],
)
def test_errors(text: str, kind: type[InputError], message: str, line: int, column: int) -> None:
    with pytest.raises(kind) as caught:
        parse(text)
    assert caught.value.message.startswith(message)
    span = caught.value.span
    assert span is not None
    assert (span.line, span.column) == (line, column)


def test_more_statements() -> None:
    text = """catdep
enum A = 'a || 'b-c
instructions R[{'a}, A]
default W[A]
let (a, _) = (b, c)
let rec d = d | e when acyclic d as w
if "v" let f = g else include "h.cat" end
match i with 'a -> let j = k || _ -> debug l end
forall m in n do empty m end
with o from p(q)
assert empty r as s
undefined_unless acyclic t as u
procedure rec v() = call v() end
"""
    file = parse(text)
    assert file.catdep
    kinds = [type(s).__name__ for s in file.statements]
    expected = "Enumeration Annotation Annotation Let Let If MatchBody ForAll WithFrom Test Test Procedure"
    assert kinds == expected.split()
    let = file.statements[4]
    assert isinstance(let, tree.Let)
    assert let.when is not None
    assert (let.when.kind, let.when.name) == ("acyclic", "w")
    tests = [s for s in file.statements if isinstance(s, tree.Test)]
    assert [(t.negated, t.is_flag, t.name) for t in tests] == [(True, True, "s"), (True, True, "u")]


def test_the_grammar_has_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("lark")
    with caplog.at_level(logging.DEBUG, logger.name):
        Lark(grammars.load("cat"), parser="lalr", debug=True)
    assert [r.getMessage() for r in caplog.records if "conflict" in r.getMessage().lower()] == []
