"""The values and types of constant expressions: what a #define, an enumeration constant or an initial value is."""

from __future__ import annotations

from collections.abc import Callable, Collection

from verifier.program.conversions import (
    INT,
    SIZE,
    Typed,
    binary,
    common,
    fitting,
    kind_of,
    of_literal,
    unary,
)
from verifier.program.declared import Declared
from verifier.program.operators import OPERATORS
from verifier.program.program import Apply, Number, Value
from verifier.program.words import Kind
from verifier.source import Span
from verifier.syntax import tree

Constant = tuple[int, Kind | None]


def constant_value(
    e: tree.Expression | None, meaning: Callable[[str], Constant | None], types: Declared
) -> Constant | None:
    """The value of an expression, with its kind where that is known; None where the text does not tell. `meaning`
    gives that of a name."""

    def of(e: tree.Expression | None) -> Constant | None:
        match e:
            case tree.Number(value, text):
                return value, of_literal(text, value)
            case tree.Name(name):
                return meaning(name)
            case tree.Cast(to, operand):
                known, inner = types.resolved(to), of(operand)
                return None if inner is None or known is None else (fitting(inner[0], known), kind_of(known))
            case tree.Unary("+", operand):
                return of(operand)
            case tree.Unary("-" | "~" | "!" as operator, operand):
                inner = of(operand)
                return None if inner is None else _folded(unary(operator, _typed(inner)))
            case tree.Call(tree.Name("BIT" | "BIT_ULL"), (operand,)):
                number = of(operand)
                return None if number is None else _of_operator("<<", (1, SIZE), number)
            case tree.Call(tree.Name("GENMASK" | "GENMASK_ULL"), (left, right)):
                high, low = of(left), of(right)
                if high is None or low is None or not 0 <= low[0] <= high[0] < 64:
                    return None
                return (2 << high[0]) - (1 << low[0]), SIZE
            case tree.Call(tree.Name("sizeof"), (tree.TypeArgument(to),)):
                size = kind_of(types.resolved(to))
                return None if size is None else (size.size, SIZE)
            case tree.Conditional(condition, then, otherwise):
                asked = of(condition)
                if asked is None:
                    return None
                chosen, other = (then, otherwise) if asked[0] else (otherwise, then)
                return _chosen(of(chosen), of(other))
            case tree.Binary(operator, left, right) if operator in OPERATORS:
                a, b = of(left), of(right)
                return None if a is None or b is None else _of_operator(operator, a, b)
            case _:
                return None

    return of(e)


def type_of_enum(values: Collection[int], span: Span) -> tree.Type:
    """The type of an enumeration whose constants have these values, as gcc has it."""
    names = ("int", "long") if min(values, default=0) < 0 else ("unsigned int", "unsigned long")
    types = [tree.Type(name, 0, span) for name in names]
    return next((t for t in types if all(fitting(v, t) == v for v in values)), types[-1])


def of_enumerator(value: int, enum: tree.Type) -> Kind:
    """The kind of a constant of an enumeration: int where that has it."""
    kind = kind_of(enum)
    return INT if kind is None or INT.fit(value) == value else kind


def _typed(c: Constant) -> Typed:
    return Number(c[0]), c[1]


def _chosen(chosen: Constant | None, other: Constant | None) -> Constant | None:
    """The value of ?:, whose type both arms have a part in."""
    if chosen is None or other is None or None in (chosen[1], other[1]):
        return chosen
    return _folded((Number(chosen[0]), common(chosen[1], other[1])))


def _of_operator(operator: str, a: Constant, b: Constant) -> Constant | None:
    is_shift, is_division = operator in ("<<", ">>"), operator in ("/", "%")
    if (is_shift and not 0 <= b[0] <= 64) or (is_division and not b[0]):
        return None
    if operator in ("&&", "||"):
        return OPERATORS[operator](a[0], b[0]), INT
    if not is_shift and None in (a[1], b[1]):  # of what has no kind, all bits count
        a, b = (a[0], None), (b[0], None)
    return _folded(binary(operator, _typed(a), _typed(b)))


def _folded(v: Typed) -> Constant | None:
    """A value without locals as a number; None where that is wider than any of C's."""
    value, kind = _number(v[0]), v[1]
    if kind is not None:
        return kind.fit(value), kind
    return None if value.bit_length() > 64 else (value, None)


def _number(v: Value) -> int:
    if isinstance(v, Number):
        return v.value
    assert isinstance(v, Apply)
    return OPERATORS[v.operator](*map(_number, v.arguments))
