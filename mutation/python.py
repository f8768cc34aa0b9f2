"""Faults in Python: each is one changed node of the syntax tree, written over its own text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mutation.fault import Fault

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitOr,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
CALLED = {
    "any": "all",
    "all": "any",
    "min": "max",
    "max": "min",
    "union": "intersection",
    "intersection": "union",
}
SPARED = (ast.Raise, ast.Assert, ast.AnnAssign, ast.Import, ast.ImportFrom)  # messages, types, names


def faults(path: str, text: str) -> Iterator[Fault]:
    """Each fault that there is in the file, in the order of the text."""
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    coded = text.encode()

    def at(line: int, column: int) -> int:
        return len(coded[: starts[line - 1] + column].decode())

    for node, statement in _nodes(ast.parse(text)):
        for kind, new in _changes(node):
            yield Fault(
                path,
                at(node.lineno, node.col_offset),
                at(node.end_lineno or 0, node.end_col_offset or 0),
                new,
                kind,
                node.lineno if isinstance(node, ast.stmt) else statement.lineno,
                node.end_lineno or node.lineno,
                text,
            )


def _nodes(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, ast.stmt]]:
    """Expressions and statements that are run, each with the statement that it is in; types and messages are not."""
    waiting: list[tuple[ast.AST, ast.stmt | None]] = [(tree, None)]
    while waiting:
        node, statement = waiting.pop()
        if isinstance(node, SPARED) or _is_spared(node):
            continue
        statement = node if isinstance(node, ast.stmt) else statement
        if statement is not None and isinstance(node, ast.expr | ast.stmt):
            yield node, statement
        waiting += [(child, statement) for child in _children(node)]


def _children(node: ast.AST) -> list[ast.AST]:
    """What is run of a node's parts, last first."""
    left_out: set[int] = set()
    if isinstance(node, ast.FunctionDef):
        left_out = {id(part) for part in (*node.decorator_list, node.args, node.returns)}
    elif isinstance(node, ast.ClassDef):
        left_out = {id(part) for part in (*node.decorator_list, *node.bases)}
    return [part for part in ast.iter_child_nodes(node) if id(part) not in left_out][::-1]


def _is_spared(node: ast.AST) -> bool:
    """Names of types, what is for type checkers or only states what is so, sizes of memos, texts for debugging."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.BitOr())) if name[:1].isupper():
            return not name.isupper()  # Row = tuple[…] | …
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.FunctionDef(name="__str__" | "__repr__"):
            return True
        case ast.Call(func=ast.Name(id="Memo" | "cast" | "isinstance")) | ast.keyword(arg="strict"):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="assert_never"))):
            return True
    return False


def _changes(node: ast.expr | ast.stmt) -> Iterator[tuple[str, str]]:
    """The kinds and the texts of what may stand in a node's place."""
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in COMPARED:
            changed = ast.Compare(node.left, [COMPARED[type(op)](), *node.ops[1:]], node.comparators)
            yield "comparison", f"({ast.unparse(changed)})"
        case ast.BoolOp(op=op, values=values):
            swapped = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield "and/or", f"({ast.unparse(ast.BoolOp(swapped, values))})"
            yield "dropped", f"({ast.unparse(values[0])})"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not", f"({ast.unparse(operand)})"
        case ast.BinOp(op=op) if type(op) in COMPUTED and not _is_text(node):
            yield "operator", f"({ast.unparse(ast.BinOp(node.left, COMPUTED[type(op)](), node.right))})"
        case ast.Constant(value=bool(value)):
            yield "constant", str(not value)
        case ast.Constant(value=int(value)):
            yield "constant", str(value + 1)
        case ast.Call(func=ast.Name(id=name)) if name in CALLED:
            yield "any/all", f"{CALLED[name]}{ast.unparse(node).removeprefix(name)}"
        case ast.IfExp(body=body, orelse=other):
            yield "branch", f"({ast.unparse(body)})"
            yield "branch", f"({ast.unparse(other)})"
        case ast.GeneratorExp() | ast.ListComp() | ast.SetComp() | ast.DictComp() if node.generators[0].ifs:
            yield "filter", _unfiltered(node)
        case ast.AugAssign() | ast.Expr(value=ast.Call()) | ast.Continue() | ast.Break():
            yield "statement", "pass"
        case ast.If(test=test, body=[*_, ast.Return() | ast.Continue()], orelse=[]) if (
            node.lineno == test.lineno
        ):
            yield "branch", "pass"
    return


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(n, ast.JoinedStr) or isinstance(getattr(n, "value", 0), str) for n in ast.walk(node)
    )


def _unfiltered(node: ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp) -> str:
    """Without the conditions of its first loop."""
    first, *rest = node.generators
    bare = ast.comprehension(first.target, first.iter, [], first.is_async)
    match node:
        case ast.DictComp(key, value):
            return ast.unparse(ast.DictComp(key, value, [bare, *rest]))
        case ast.ListComp(element):
            return ast.unparse(ast.ListComp(element, [bare, *rest]))
        case ast.SetComp(element):
            return ast.unparse(ast.SetComp(element, [bare, *rest]))
        case ast.GeneratorExp(element):
            return ast.unparse(ast.GeneratorExp(element, [bare, *rest]))
