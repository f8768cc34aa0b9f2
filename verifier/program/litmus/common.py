"""What litmus tests of all languages share: locations and their addresses, conditions, and what herd7 shows."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from copy import copy
from functools import cached_property
from typing import TypeGuard

from verifier.errors import ProgramError, at
from verifier.memo import Memo
from verifier.program.program import Condition, Final, FinalLocation, Formula, Number, Path, Root
from verifier.record import record
from verifier.source import Span
from verifier.syntax import litmus_tree as tree

FIRST_ADDRESS = 0x10000


@record(frozen=True, slots=True)
class Kind:
    """The values of a location or register: how many bytes, and whether the highest bit is a sign."""

    size: int
    is_signed: bool

    def fit(self, value: int) -> int:
        """The value of this kind with the same low bits."""
        low = value & ((1 << 8 * self.size) - 1)
        return low - (1 << 8 * self.size) if self.is_signed and low >> (8 * self.size - 1) else low


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


# ------------------------------------------------------------------ locations


@record(frozen=True, slots=True)
class Location:
    """`number`: its index; `address`: the value of a pointer to it; `initial`: None where the test sets none."""

    path: Path
    number: int
    address: int
    kind: Kind
    initial: int | None


class Memory:
    """The locations of a litmus test: those of its initial state, then those that it names elsewhere."""

    def __init__(
        self,
        state: tree.Part[tree.State],
        final: tree.Part[tree.Final],
        used: AbstractSet[str],
        elements: Mapping[tuple[str, int], Span] | None = None,
    ) -> None:
        """`used`: the locations that threads name, with the places of the `elements` among them.

        Raises ProgramError where the condition, the filter or an element is of a location that there is not.
        """
        self.source = state.source
        self.locations: dict[str, Location] = {}
        self.arrays: dict[str, int] = {}
        self._sized: set[str] = set()  # arrays that are declared with all their elements
        self._next = FIRST_ADDRESS
        self._is_sealed = False
        given: dict[str, int | str | tuple[int | str, ...] | None] = {}
        for item in state.tree.items:
            if item.thread is None and not item.name.startswith("%"):
                self._declare(item)
                given[item.name if item.index is None else f"{item.name}[{item.index}]"] = item.value
        elements = {} if elements is None else elements
        for (name, index), span in elements.items():
            if name in self.arrays:
                self._require_element(name, index, span)
        self._check_places(final, used | set(_initial_names(state.tree)), elements)
        for name in _mentioned(state.tree, final.tree):
            self.named(name)
        for name, value in given.items():
            self._initialise(name, value)

    @cached_property
    def paths(self) -> frozenset[Path]:
        """The paths of the locations, once there are no more to come."""
        return frozenset(l.path for l in self.locations.values())

    def shared(self) -> Memory:
        """The one memory of those that have the same locations: what depends on locations is then the same too.

        It can't grow any more; a copy can.
        """
        self._is_sealed = True
        key = (tuple(self.locations.items()), tuple(self.arrays.items()), self._next)
        return _SHARED(key, lambda: self)

    def copy(self) -> Memory:
        """One of its own, which can grow."""
        other = copy(self)
        other.__dict__.pop("paths", None)
        other.locations, other.arrays = dict(self.locations), dict(self.arrays)
        other._is_sealed = False
        return other

    def _declare(self, item: tree.Initial) -> None:
        kind = kind_of(item.type, item.value)
        if kind is None:
            message = f"type {item.type} is not modelled; expected an integer type or a pointer"
            raise ProgramError("not-modelled", message, **at(self.source, self.source.placed(item.span)))
        count = (
            item.size if item.size is not None else len(item.value) if isinstance(item.value, tuple) else None
        )
        if item.index is not None and item.name in self._sized:
            self._require_element(item.name, item.index, self.source.placed(item.span))
            return
        if item.index is not None:
            self.arrays[item.name] = max(self.arrays.get(item.name, 0), item.index + 1)
            count = self.arrays[item.name]
        if count is None:
            self._add(item.name, Path(Root(item.name, None, None), ()), self._room(16), kind)
            return
        if item.index is None:
            self._sized.add(item.name)
        if isinstance(item.value, tuple) and len(item.value) != count:
            message = (
                f"{item.name} has {count} elements, found {len(item.value)} values; expected one for each"
            )
            raise ProgramError("litmus-initial", message, **at(self.source, self.source.placed(item.span)))
        self.arrays[item.name] = count
        first = self._room(kind.size * count)
        for i in range(count):
            path = Path(Root(item.name, None, None), (f"[{i}]",))
            self._add(f"{item.name}[{i}]", path, first + kind.size * i, kind)

    def _require_element(self, name: str, index: int, span: Span) -> None:
        count = self.arrays.get(name, 1)
        if index >= count:
            what = (
                f"{name} has {count} element{'s' if count > 1 else ''}"
                if name in self.arrays
                else f"{name} is no array"
            )
            message = f"{what}; found {name}[{index}]"
            raise ProgramError("unknown-location", message, **at(self.source, span))

    def _check_places(
        self, final: tree.Part[tree.Final], known: AbstractSet[str], elements: Container[tuple[str, int]]
    ) -> None:
        """Raises ProgramError for what condition and filter name and the test does not have.

        `locations` may name others, which are 0: herd7 shows them so.
        """
        for c in _compared(final.tree):
            for side in (c.left, c.right):
                if isinstance(side, int) or (isinstance(side, tree.Place) and side.thread is not None):
                    continue
                place = _addressed(side, c.span) if isinstance(side, str) else side
                if place.name not in known:
                    message = f"no location {place.name}; expected one of the initial state or of a thread"
                    raise ProgramError(
                        "unknown-location", message, **at(final.source, final.source.placed(place.span))
                    )
                if place.index is not None and (place.name, place.index) not in elements:
                    self._require_element(place.name, place.index, final.source.placed(place.span))

    def _room(self, size: int) -> int:
        address = self._next
        self._next += (size + 15) // 16 * 16
        return address

    def _add(self, name: str, path: Path, address: int, kind: Kind) -> Location:
        if self._is_sealed:
            raise RuntimeError(f"{name} is new in a memory that others share")
        known = self.locations.get(name)
        number = len(self.locations) if known is None else known.number
        self.locations[name] = Location(path, number, address, kind, None)
        return self.locations[name]

    def _initialise(self, name: str, value: int | str | tuple[int | str, ...] | None) -> None:
        if isinstance(value, tuple):
            for i, element in enumerate(value):
                self._initialise(f"{name}[{i}]", element)
        elif value is not None:
            at_ = self.named(name)
            number = self.value(value)
            fitted = number if isinstance(value, str) else Kind(at_.kind.size, True).fit(number)
            self.locations[name] = Location(at_.path, at_.number, at_.address, at_.kind, fitted)

    def named(self, name: str, index: int | None = None) -> Location:
        """The location of that name (`x`, `a[1]`; the first element for an array's); a new one where there is none."""
        key = name if index is None or (index == 0 and name not in self.arrays) else f"{name}[{index}]"
        if name in self.arrays:
            key = key if index is not None else f"{name}[0]"
        if key not in self.locations:
            root, _, rest = key.partition("[")
            path = Path(Root(root, None, None), (f"[{rest}",) if rest else ())
            self._add(key, path, self._room(16), INT)
        return self.locations[key]

    def shown(self, location: Location) -> str:
        """The location's address as herd7 shows it: `a`, `a+8`."""
        name = location.path.root.name
        first = self.named(name)
        by = location.address - first.address if location.path.root == first.path.root else 0
        return f"{name}+{by}" if by else name

    def value(self, value: int | str) -> int:
        """A number, or the address of the location that a name stands for."""
        return value if isinstance(value, int) else self.named(value).address


_SHARED: Memo[object, Memory] = Memo()


def check_initial(
    state: tree.Part[tree.State], register: Callable[[str], tuple[str, int] | None] | None = None
) -> None:
    """Raises ProgramError where a location or register is initialised twice."""
    found: dict[tuple[int | None, str, int | None], Span] = {}
    for item in state.tree.items:
        canonical = register(item.name) if register is not None and item.thread is not None else None
        key = (item.thread, item.name if canonical is None else canonical[0], item.index)
        if key in found:
            name = label(tree.Place(item.thread, item.name, item.index, item.span))
            first = state.source.placed(found[key]).line
            message = f"{name} is initialised again; the first time is on line {first}"
            raise ProgramError("litmus-initial", message, **at(state.source, state.source.placed(item.span)))
        found[key] = item.span


def _initial_names(state: tree.State) -> Iterator[str]:
    """The locations that the initial state names."""
    for item in state.items:
        if item.thread is None:
            yield item.name
        values = item.value if isinstance(item.value, tuple) else (item.value,)
        yield from (v.partition("[")[0] for v in values if isinstance(v, str))


def _compared(final: tree.Final) -> list[tree.Comparison]:
    """The comparisons of filter and condition."""
    formulas = (final.filter, final.condition.formula if final.condition else None)
    return [c for f in formulas if f is not None for c in comparisons(f)]


def _addressed(name: str, span: Span) -> tree.Place:
    """The location whose address is meant: `x`, `a[1]`."""
    root, _, index = name.partition("[")
    return tree.Place(None, root, int(index[:-1]) if index else None, span)


def _mentioned(state: tree.State, final: tree.Final) -> Iterator[str]:
    """The locations that registers point to, that are observed, and whose address is a value."""
    for item in state.items:
        values = item.value if isinstance(item.value, tuple) else (item.value,)
        yield from (v for v in values if isinstance(v, str))
    compared = _compared(final)
    for place in (*final.locations, *(c.left for c in compared)):
        if place.thread is None and place.index is None:
            yield place.name
    for c in compared:
        if isinstance(c.right, str):
            yield c.right
        elif isinstance(c.right, tree.Place) and c.right.thread is None and c.right.index is None:
            yield c.right.name


_PLACES: Memo[tree.Final, tuple[object, ...]] = Memo()
_MENTIONED: Memo[tree.Final, tuple[tuple[int, str], ...]] = Memo()


def registers_in(final: tree.Final) -> tuple[tuple[int, str], ...]:
    """The threads' registers that conditions, filter and locations name."""

    def find() -> tuple[tuple[int, str], ...]:
        sides = (side for c in _compared(final) for side in (c.left, c.right))
        places = (*final.locations, *(side for side in sides if isinstance(side, tree.Place)))
        return tuple(dict.fromkeys((p.thread, p.name) for p in places if p.thread is not None))

    return _MENTIONED(final, find)


def places_in(final: tree.Final) -> tuple[object, ...]:
    """All that a Memory depends on of what is asked, as a key: the locations named, in order."""

    def find() -> tuple[object, ...]:
        compared = _compared(final)
        listed = tuple(dict.fromkeys(p.name for p in final.locations if p.thread is None and p.index is None))
        return (listed, _locations(c.left for c in compared), _locations(c.right for c in compared))

    return _PLACES(final, find)


def _locations(sides: Iterable[int | str | tree.Place]) -> tuple[object, ...]:
    found = (s if isinstance(s, str) else (s.name, s.index) for s in sides if _is_location(s))
    return tuple(dict.fromkeys(found))


def _is_location(side: int | str | tree.Place) -> TypeGuard[str | tree.Place]:
    return isinstance(side, str) or (isinstance(side, tree.Place) and side.thread is None)


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


def comparisons(formula: tree.Formula) -> Iterator[tree.Comparison]:
    """The comparisons of a formula, in order."""
    match formula:
        case tree.Comparison():
            yield formula
        case tree.Not(inner):
            yield from comparisons(inner)
        case tree.And(items) | tree.Or(items):
            for item in items:
                yield from comparisons(item)
        case tree.Implies(left, right):
            yield from comparisons(left)
            yield from comparisons(right)


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
        case tree.Truth(value):
            return Number(int(value))
        case tree.Not(inner):
            return Formula("!", (final(inner, resolve, address_of),))
        case tree.And(items):
            return _fold("&&", [final(item, resolve, address_of) for item in items])
        case tree.Or(items):
            return _fold("||", [final(item, resolve, address_of) for item in items])
        case tree.Implies(left, right):
            unless = Formula("!", (final(left, resolve, address_of),))
            return Formula("||", (unless, final(right, resolve, address_of)))
        case tree.Comparison(place, operator, other, span):
            seen = resolve(place)
            match other:
                case int():
                    return Formula(operator, (seen.final, Number(seen.kind.fit(other))))
                case str():
                    return Formula(operator, (seen.final, Number(address_of(other, span))))
                case tree.Place():
                    return Formula(operator, (seen.final, resolve(other).final))


def _fold(operator: str, items: list[Final]) -> Final:
    whole = items[0]
    for item in items[1:]:
        whole = Formula(operator, (whole, item))
    return whole


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
