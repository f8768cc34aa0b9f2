"""What a compiler knows of a value whatever is read: between which numbers it lies, and some of its bits.

Reads and unknowns may be anything, but for what types (a mask) and guards say of them. So what comes out as one number
here is that number in every execution, and no dependency on what was read stands behind it (the kernel's
memory-barriers.txt: "if (q % MAX)", where MAX is 1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import add, mul, sub

from verifier.events.expression import Apply, Const, Expression
from verifier.events.logic import COMPARISONS, OPPOSITE, Guard, conjuncts, fold
from verifier.program.operators import OPERATORS
from verifier.record import record

_FURTHEST = 128  # bits of what is multiplied, and places that a shift is followed over
_TURNED = {
    "<": ">",
    ">": "<",
    "<=": ">=",
    ">=": "<=",
    "==": "==",
    "!=": "!=",
}  # with operands in the other order


@record(frozen=True, slots=True)
class Range:
    """The numbers from `low` to `high`, None where there is no end, whose bits in `mask` are those of `bits`.

    Numbers are two's complement without end, as in Python: a `mask` of -1 knows every bit.
    """

    low: int | None = None
    high: int | None = None
    mask: int = 0
    bits: int = 0

    @property
    def only(self) -> int | None:
        """The one number in it, None where there may be several."""
        return self.low if self.low is not None and self.low == self.high else None

    @property
    def is_zero(self) -> bool | None:
        """Whether its numbers are 0; None where some may be, and others not."""
        if self.only == 0:
            return True
        return False if self.bits or not _holds(self, 0) else None


ANY = Range()
TRUTH = Range(0, 1, ~1, 0)
Given = Mapping[Expression, Range]
_NOTHING: Given = {}


def exactly(number: int) -> Range:
    """The range of one number."""
    return Range(number, number, -1, number)


def settled(e: Expression) -> Expression:
    """`e`, or the one number that it is whatever is read."""
    if not isinstance(e, Apply):
        return e
    only = range_of(e).only
    return e if only is None else Const(only)


def range_of(e: Expression, given: Given = _NOTHING) -> Range:
    """The values that `e` may have, where parts of it lie in the ranges `given`."""
    return _range(e, {}, given) if given else _range_of(e)


@lru_cache(maxsize=1 << 16)
def _range_of(e: Expression) -> Range:
    return _combined(e, _range_of)


def _range(e: Expression, known: dict[Expression, Range], given: Given) -> Range:
    found = known.get(e)
    if found is None:
        found = _combined(e, lambda part: _range(part, known, given))
        known[e] = found = _meet(found, given[e]) if e in given else found
    return found


def narrowed(guard: Iterable[Expression]) -> dict[Expression, Range]:
    """The ranges that conditions which hold give to what they compare with numbers."""
    found: dict[Expression, Range] = {}
    conditions = tuple(conjuncts(guard))
    for _ in range(2):  # so that what is not a number counts where another condition makes it an end
        for condition in conditions:
            match condition:
                case Apply("!", (part,)):
                    _narrow(found, "==", part, 0)
                case Apply(operator, (part, Const(number))) if operator in COMPARISONS:
                    _narrow(found, operator, part, number)
                case Apply(operator, (Const(number), part)) if operator in COMPARISONS:
                    _narrow(found, _TURNED[operator], part, number)
                case Const():
                    pass
                case part:
                    _narrow(found, "!=", part, 0)
    return found


def _narrow(found: dict[Expression, Range], operator: str, part: Expression, number: int) -> None:
    old = found[part] if part in found else range_of(part)
    low, high = old.low, old.high
    match operator:
        case "==":
            low = high = number
        case "<":
            high = number - 1
        case "<=":
            high = number
        case ">":
            low = number + 1
        case ">=":
            low = number
        case _:
            low = number + 1 if low == number else low
            high = number - 1 if high == number else high
    found[part] = _meet(old, Range(low, high))


def where(guard: Guard, e: Expression) -> Expression:
    """`e` with each part of it that can only be one number, where the guard holds, taken for that number."""
    if not guard or isinstance(e, Const):
        return e
    given = narrowed(guard)
    ranges: dict[Expression, Range] = {}
    rewritten: dict[Expression, Expression] = {}

    def known(part: Expression) -> Expression:
        if part not in rewritten:
            only = _range(part, ranges, given).only
            if only is not None:
                rewritten[part] = Const(only)
            elif isinstance(part, Apply):
                rewritten[part] = Apply(part.operator, tuple([known(a) for a in part.arguments]))
            else:
                rewritten[part] = part
        return rewritten[part]

    return fold(known(e))


# ------------------------------------------------------------------------------------------------------- operators


def _combined(e: Expression, of: Callable[[Expression], Range]) -> Range:
    """The range of an expression, by those of its parts."""
    if isinstance(e, Const):
        return exactly(e.value)
    if not isinstance(e, Apply):
        return ANY
    operator, arguments = e.operator, e.arguments
    if operator == "?:":
        return _choice(*(of(a) for a in arguments))
    if len(arguments) == 1:
        return _of_one(operator, of(arguments[0]))
    a, b = (of(a) for a in arguments)
    if operator in ("&&", "||"):
        return _joined(operator, a.is_zero, b.is_zero)
    if operator in COMPARISONS:
        return _compared(operator, a, b, arguments[0] == arguments[1])
    if a.only is not None and b.only is not None:
        return exactly(OPERATORS[operator](a.only, b.only))
    found = _OF_TWO.get(operator)
    return ANY if found is None else found(a, b)


def _choice(condition: Range, a: Range, b: Range) -> Range:
    if condition.is_zero is not None:
        return b if condition.is_zero else a
    low = None if a.low is None or b.low is None else min(a.low, b.low)
    high = None if a.high is None or b.high is None else max(a.high, b.high)
    mask = a.mask & b.mask & ~(a.bits ^ b.bits)
    return _made(low, high, mask, a.bits & mask)


def _of_one(operator: str, a: Range) -> Range:
    low = None if a.high is None else -a.high
    high = None if a.low is None else -a.low
    if operator == "neg":
        return _made(low, high, *_low_bits(sub, exactly(0), a))
    if operator == "~":
        below = None if low is None else low - 1
        return _made(below, None if high is None else high - 1, a.mask, ~a.bits & a.mask)
    return TRUTH if a.is_zero is None else exactly(int(a.is_zero))  # "!"


def _joined(operator: str, a: bool | None, b: bool | None) -> Range:
    """`&&` and `||` of what is zero, or not, or not known."""
    deciding = operator == "&&"  # a zero decides
    if deciding in (a, b):
        return exactly(int(not deciding))
    return TRUTH if None in (a, b) else exactly(int(deciding))


def _compared(operator: str, a: Range, b: Range, is_same: bool) -> Range:
    if is_same:
        return exactly(OPERATORS[operator](0, 0))
    if operator in (">", ">="):
        return _compared(_TURNED[operator], b, a, False)
    if operator == "!=":
        found = _compared(OPPOSITE[operator], a, b, False)
        return TRUTH if found.only is None else exactly(1 - found.only)
    if operator == "==":
        if a.only is not None and a.only == b.only:
            return exactly(1)
        is_apart = _is_below(a, b, 1) or _is_below(b, a, 1) or a.mask & b.mask & (a.bits ^ b.bits)
        return exactly(0) if is_apart else TRUTH
    gap = 1 if operator == "<" else 0
    if _is_below(a, b, gap):
        return exactly(1)
    return exactly(0) if _is_below(b, a, 1 - gap) else TRUTH


def _is_below(a: Range, b: Range, gap: int) -> bool:
    """Whether each number of `a` is so much less, at least, than each of `b`."""
    return a.high is not None and b.low is not None and a.high + gap <= b.low


def _sum(a: Range, b: Range) -> Range:
    low = None if a.low is None or b.low is None else a.low + b.low
    high = None if a.high is None or b.high is None else a.high + b.high
    return _made(low, high, *_low_bits(add, a, b))


def _difference(a: Range, b: Range) -> Range:
    low = None if a.low is None or b.high is None else a.low - b.high
    high = None if a.high is None or b.low is None else a.high - b.low
    return _made(low, high, *_low_bits(sub, a, b))


def _product(a: Range, b: Range) -> Range:
    if 0 in (a.only, b.only):
        return exactly(0)
    mask, bits = _low_bits(mul, a, b)
    zeros = (1 << _zeros(a) + _zeros(b)) - 1
    ends = (a.low, a.high, b.low, b.high)
    if any(end is None or end.bit_length() > _FURTHEST for end in ends):
        return _made(None, None, mask | zeros, bits & ~zeros)
    products = [x * y for x in (a.low, a.high) for y in (b.low, b.high) if x is not None and y is not None]
    return _made(min(products), max(products), mask | zeros, bits & ~zeros)


def _both(a: Range, b: Range) -> Range:
    zeros = (a.mask & ~a.bits) | (b.mask & ~b.bits)
    return _made(None, None, zeros | (a.mask & b.mask), a.bits & b.bits)


def _one_of(a: Range, b: Range) -> Range:
    ones = a.bits | b.bits
    is_positive = a.low is not None and b.low is not None and a.low >= 0 and b.low >= 0
    low = max(a.low or 0, b.low or 0) if is_positive else None
    return _made(low, None, ones | (a.mask & b.mask), ones)


def _different(a: Range, b: Range) -> Range:
    mask = a.mask & b.mask
    return _made(None, None, mask, (a.bits ^ b.bits) & mask)


def _left(a: Range, b: Range) -> Range:
    by = b.only
    if by is None or not 0 <= by <= _FURTHEST:
        return ANY
    return _product(a, exactly(1 << by))


def _right(a: Range, b: Range) -> Range:
    by = b.only
    if by is None or not 0 <= by <= _FURTHEST:
        return ANY
    low = None if a.low is None else a.low >> by
    return _made(low, None if a.high is None else a.high >> by, a.mask >> by, a.bits >> by)


def _quotient(a: Range, b: Range) -> Range:
    by = b.only
    if by is None or by <= 0:
        return ANY
    low, high = (None if end is None else OPERATORS["/"](end, by) for end in (a.low, a.high))
    return _made(low, high, 0, 0)


def _remainder(a: Range, b: Range) -> Range:
    by = b.only
    if by is None or by <= 0:
        return ANY
    if a.low is None or a.low < 0:
        return _made(1 - by, 0 if a.high is not None and a.high <= 0 else by - 1, 0, 0)
    if a.high is not None and a.high < by:
        return a
    is_power = by & (by - 1) == 0
    return _both(a, exactly(by - 1)) if is_power else _made(0, by - 1, 0, 0)


_OF_TWO: dict[str, Callable[[Range, Range], Range]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "&": _both,
    "|": _one_of,
    "^": _different,
    "<<": _left,
    ">>": _right,
    "/": _quotient,
    "%": _remainder,
}


# ------------------------------------------------------------------------------------------------------------ bits


def _made(low: int | None, high: int | None, mask: int, bits: int) -> Range:
    """The range with what its ends say of its bits, and its bits of its ends."""
    if mask == -1:
        return exactly(bits)
    if mask < 0:  # the bits that are not known are finitely many
        low = bits if low is None else max(low, bits)
        high = bits | ~mask if high is None else min(high, bits | ~mask)
    if low is not None and high is not None:
        if low == high:
            return exactly(low)
        if (low < 0) == (high < 0):
            above = -1 << (low ^ high).bit_length()  # the bits that both ends share, and so all between them
            mask, bits = mask | above, bits | (low & above)
    return Range(low, high, mask, bits)


def _meet(a: Range, b: Range) -> Range:
    """The numbers in both. Where these contradict one another, nothing is known: what stands there is never reached."""
    lows = [low for low in (a.low, b.low) if low is not None]
    highs = [high for high in (a.high, b.high) if high is not None]
    if (a.mask & b.mask & (a.bits ^ b.bits)) or (lows and highs and max(lows) > min(highs)):
        return ANY
    return _made(max(lows, default=None), min(highs, default=None), a.mask | b.mask, a.bits | b.bits)


def _holds(a: Range, number: int) -> bool:
    """Whether the ends let a number be in it."""
    return (a.low is None or a.low <= number) and (a.high is None or number <= a.high)


def _zeros(a: Range) -> int:
    """How many of the lowest bits are known to be 0."""
    some = ~(a.mask & ~a.bits)
    return min((some & -some).bit_length() - 1, _FURTHEST) if some else 0


def _low_bits(operator: Callable[[int, int], int], a: Range, b: Range) -> tuple[int, int]:
    """The mask and bits of a sum, difference or product: its lowest bits follow from those of its operands."""
    unknown = ~(a.mask & b.mask)
    known = (unknown & -unknown) - 1 if unknown else -1
    return known, operator(a.bits, b.bits) & known
