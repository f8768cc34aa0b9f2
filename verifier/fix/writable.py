"""Where barriers can be written in a file, by the kind of text that it holds."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.fix.choices import Writable
from verifier.fix.code import Code, Placed
from verifier.fix.columns import Columns, Table
from verifier.fix.text import Text
from verifier.inbox.pieces import Diagram, Litmus, Patch, Piece, Snippet, Unreadable
from verifier.syntax import parse, parse_diagram, tree


def writable(text: Text, pieces: Sequence[Piece]) -> tuple[Writable, ...]:
    """The code of a file. Raises SyntaxProblem where some of it can't be read."""
    return tuple(place for piece in pieces for place in _of_piece(text, piece))


def _of_piece(text: Text, piece: Piece) -> Sequence[Writable]:
    match piece:
        case Snippet(source):
            return [_code(text, parse(source).functions)]
        case Diagram(columns):
            return [Columns(_code(text, parse_diagram(columns, piece.rest).functions))]
        case Litmus(source):
            from verifier.syntax.litmus import parse_litmus

            test = parse_litmus(source)
            if test.architecture != "C":
                return [Table(text)]
            placed: list[tuple[tree.Function, Placed]] = [
                (f, code.source.placed) for code in test.codes for f in code.tree.unit.functions
            ]
            return [Code(text, tuple(placed))]
        case Patch() | Unreadable():
            return []


def _code(text: Text, functions: Sequence[tree.Function]) -> Code:
    return Code(text, tuple((f, lambda span: span) for f in functions))
