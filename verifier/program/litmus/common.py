"""What litmus tests of all languages share: kinds of numbers, conditions, and what herd7 shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from verifier.memo import Memo
from verifier.program.program import Condition, Final, FinalLocation, Formula, Number
from verifier.program.words import Kind as Kind
from verifier.record import record
from verifier.source import Span
from verifier.syntax import litmus_tree as tree

INT = Kind(4, True)
POINTER = Kind(8, True)
_KINDS = {
    "int": INT,
    "int32_t": INT,
    "uint32_t": Kind(4, False),
    "unsigned": Kind(4, False),
    "unsigned int": Kind(4, False),
    "char": Kind(1, True),
    "int8_t": Kind(1, True),
    "uint8_t": Kind(1, False),
    "unsigned char": Kind(1, False),
    "short": Kind(2, True),
    "int16_t": Kind(2, True),
    "uint16_t": Kind(2, False),
    "long": POINTER,
    "int64_t": POINTER,
    "intptr_t": POINTER,
    "unsigned long": Kind(8, False),
    "uint64_t": Kind(8, False),
    "uintptr_t": Kind(8, False),
    "size_t": Kind(8, False),
}


def kind_of(type_: str | None, value: object) -> Kind | None:
    """The kind of what has that type or, without one, that initial value; None for a type that is not modelled."""
    if type_ is None:
        return POINTER if isinstance(value, str) else INT
    words = " ".join(word for word in type_.split() if word not in ("volatile", "const", "_Atomic"))
    return POINTER if words.endswith("*") else _KINDS.get(words)


# ----------------------------------------------------------------- conditions


@record(frozen=True, slots=True)
class Seen:
    """What a place of a condition stands for: its final value, and the kind of numbers that it is compared with."""

    final: Final
    kind: Kind


def shown_as(final: Final, kind: Kind) -> Final:
    """The final value as its type shows it; a location's is kept with a sign and fits it."""
    if isinstance(final, FinalLocation) and kind.is_signed:
        return final
    if kind.size == 8:
        return final if kind.is_signed else Formula("&", (final, Number((1 << 64) - 1)))
    low = Formula("&", (final, Number((1 << 8 * kind.size) - 1)))
    if not kind.is_signed:
        return low
    sign = Number(1 << (8 * kind.size - 1))
    return Formula("-", (Formula("^", (low, sign)), sign))


Resolve = Callable[[tree.Place], Seen]
AddressOf = Callable[[str, Span], int]


def comparisons(formula: tree.Formula) -> list[tree.Comparison]:
    """The comparisons of a formula, in order."""
    found: list[tree.Comparison] = []
    waiting = [formula]
    while waiting:
        f = waiting.pop()
        if isinstance(f, tree.Comparison):
            found.append(f)
        elif isinstance(f, tree.And | tree.Or):
            waiting += f.items[::-1]
        elif isinstance(f, tree.Not):
            waiting.append(f.formula)
        elif isinstance(f, tree.Implies):
            waiting += (f.right, f.left)
    return found


def compared_in(final: tree.Final) -> list[tree.Comparison]:
    """The comparisons of filter and condition."""
    formulas = (final.filter, final.condition.formula if final.condition else None)
    return [c for f in formulas if f is not None for c in comparisons(f)]


def places_of(final: tree.Final) -> list[tree.Place]:
    """The places that conditions, filter and locations name."""
    sides = [side for c in compared_in(final) for side in (c.left, c.right)]
    return [*final.locations, *[side for side in sides if isinstance(side, tree.Place)]]


_REGISTERS: Memo[tree.Final, tuple[tuple[int, str], ...]] = Memo()


def registers_in(final: tree.Final) -> tuple[tuple[int, str], ...]:
    """The threads' registers that conditions, filter and locations name."""

    def find() -> tuple[tuple[int, str], ...]:
        places = places_of(final)
        return tuple(dict.fromkeys([(p.thread, p.name) for p in places if p.thread is not None]))

    return _REGISTERS(final, find)


def renamed(formula: tree.Formula, change: Callable[[tree.Place], tree.Place]) -> tree.Formula:
    """The formula with its places changed."""
    match formula:
        case tree.Truth():
            return formula
        case tree.Not(inner, span):
            return tree.Not(renamed(inner, change), span)
        case tree.And(items, span):
            return tree.And(tuple(renamed(item, change) for item in items), span)
        case tree.Or(items, span):
            return tree.Or(tuple(renamed(item, change) for item in items), span)
        case tree.Implies(left, right, span):
            return tree.Implies(renamed(left, change), renamed(right, change), span)
        case tree.Comparison(place, operator, other, span):
            right_side = change(other) if isinstance(other, tree.Place) else other
            return tree.Comparison(change(place), operator, right_side, span)


def final(formula: tree.Formula, resolve: Resolve, address_of: AddressOf) -> Final:
    """The formula over what `resolve` makes of its places and `address_of` of the locations it compares with."""
    match formula:
        case tree.Comparison(place, operator, other, span):
            seen = resolve(place)
            match other:
                case int():
                    return Formula(operator, (seen.final, Number(seen.kind.fit(other))))
                case str():
                    return Formula(operator, (seen.final, Number(address_of(other, span))))
                case tree.Place():
                    return Formula(operator, (seen.final, resolve(other).final))
        case tree.And(items):
            return _fold("&&", [final(item, resolve, address_of) for item in items])
        case tree.Truth(value):
            return Number(int(value))
        case tree.Not(inner):
            return Formula("!", (final(inner, resolve, address_of),))
        case tree.Or(items):
            return _fold("||", [final(item, resolve, address_of) for item in items])
        case tree.Implies(left, right):
            unless = Formula("!", (final(left, resolve, address_of),))
            return Formula("||", (unless, final(right, resolve, address_of)))


def _fold(operator: str, items: list[Final]) -> Final:
    """All of them, as a tree that is no deeper than it must be: conditions with hundreds of cases are written."""
    if len(items) == 1:
        return items[0]
    middle = len(items) // 2
    return Formula(operator, (_fold(operator, items[:middle]), _fold(operator, items[middle:])))


def condition(asked: tree.Final, resolve: Resolve, address_of: AddressOf) -> tuple[Condition, ...]:
    """The test's condition, its text as herd7 prints it; empty where there is none."""
    if asked.condition is None:
        return ()
    c = asked.condition
    return (Condition(c.kind, final(c.formula, resolve, address_of), show_condition(c), c.span),)


def filtered(asked: tree.Final, resolve: Resolve, address_of: AddressOf) -> Final | None:
    """The test's filter."""
    return None if asked.filter is None else final(asked.filter, resolve, address_of)


# ----------------------------------------------------------------- herd7's way


def show_condition(condition: tree.Quantified) -> str:
    """A condition as herd7 prints it back."""
    return f"{condition.kind} ({_show(condition.formula, 0)})"


def _show(formula: tree.Formula, level: int) -> str:
    """`level`: how tightly what is around binds: 0 nothing and \\/, 1 /\\, 2 =>."""
    match formula:
        case tree.Truth(value):
            return "true" if value else "false"
        case tree.Comparison(left, "!=", right, span):
            return f"not ({_show(tree.Comparison(left, '==', right, span), 0)})"
        case tree.Comparison(left, _, right):
            return f"{label(left)}={label(right) if isinstance(right, tree.Place) else right}"
        case tree.Not(inner):
            return f"not ({_show(inner, 0)})"
        case tree.And(items):
            shown = " /\\ ".join(_show(item, 1) for item in items)
            return f"({shown})" if level > 1 else shown
        case tree.Or(items):
            shown = " \\/ ".join(_show(item, 0) for item in items)
            return f"({shown})" if level > 0 else shown
        case tree.Implies(left_side, right_side):
            return f"({_show(left_side, 2)} => {_show(right_side, 2)})"


def label(place: tree.Place) -> str:
    """How herd7 writes a place: `0:X1`, `[x]`, `a[1]`."""
    if place.thread is not None:
        return f"{place.thread}:{place.name}"
    return f"[{place.name}]" if place.index is None else f"{place.name}[{place.index}]"


Order = Callable[[str], tuple[int, str]]


def alphabetical(name: str) -> tuple[int, str]:
    """The order of C's registers."""
    return 0, name


def observed_places(asked: tree.Final, order: Order) -> tuple[tree.Place, ...]:
    """The places of a State line of herd7, in its order: threads' registers by `order`, locations, elements."""
    places: list[tree.Place] = list(asked.locations)
    if asked.condition is not None:
        for c in comparisons(asked.condition.formula):
            places += [c.left, *([c.right] if isinstance(c.right, tree.Place) else [])]
    registers = {(p.thread, order(p.name)): p for p in places if p.thread is not None}
    locations = {p.name: p for p in places if p.thread is None and p.index is None}
    elements = {(p.name, p.index): p for p in places if p.index is not None}
    return (*_by_key(registers), *_by_key(locations), *_by_key(elements))


def _by_key(
    places: dict[tuple[int, tuple[int, str]], tree.Place]
    | dict[str, tree.Place]
    | dict[tuple[str, int], tree.Place],
) -> Iterable[tree.Place]:
    return (place for _, place in sorted(places.items(), key=lambda item: item[0]))


def observed(places: Iterable[tree.Place], resolve: Resolve) -> tuple[tuple[str, Final], ...]:
    """Labels and values of the places."""
    return tuple((label(place), resolve(place).final) for place in places)
