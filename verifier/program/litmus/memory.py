"""The locations of a litmus test, and their addresses."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TypeGuard

from verifier.errors import ProgramError, at
from verifier.memo import Memo
from verifier.program.litmus.common import INT, Kind, compared_in, kind_of, label
from verifier.program.program import Path, Root
from verifier.record import record
from verifier.source import Span
from verifier.syntax import litmus_tree as tree

FIRST_ADDRESS = 0x10000


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
        other = Memory.__new__(Memory)
        other.__dict__.update(self.__dict__)
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
        for c in compared_in(final.tree):
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
            fitted = Kind(at_.kind.size, True).fit(self.value(value))
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


def _addressed(name: str, span: Span) -> tree.Place:
    """The location whose address is meant: `x`, `a[1]`."""
    root, _, index = name.partition("[")
    return tree.Place(None, root, int(index[:-1]) if index else None, span)


def _mentioned(state: tree.State, final: tree.Final) -> Iterator[str]:
    """The locations that registers point to, that are observed, and whose address is a value."""
    for item in state.items:
        values = item.value if isinstance(item.value, tuple) else (item.value,)
        yield from (v for v in values if isinstance(v, str))
    compared = compared_in(final)
    for place in (*final.locations, *(c.left for c in compared)):
        if place.thread is None and place.index is None:
            yield place.name
    for c in compared:
        if isinstance(c.right, str):
            yield c.right
        elif isinstance(c.right, tree.Place) and c.right.thread is None and c.right.index is None:
            yield c.right.name


_PLACES: Memo[tree.Final, tuple[object, ...]] = Memo()


def places_in(final: tree.Final) -> tuple[object, ...]:
    """All that a Memory depends on of what is asked, as a key: the locations named, in order."""

    def find() -> tuple[object, ...]:
        compared = compared_in(final)
        listed = tuple(dict.fromkeys(p.name for p in final.locations if p.thread is None and p.index is None))
        return (listed, _locations(c.left for c in compared), _locations(c.right for c in compared))

    return _PLACES(final, find)


def _locations(sides: Iterable[int | str | tree.Place]) -> tuple[object, ...]:
    found = (s if isinstance(s, str) else (s.name, s.index) for s in sides if _is_location(s))
    return tuple(dict.fromkeys(found))


def _is_location(side: int | str | tree.Place) -> TypeGuard[str | tree.Place]:
    return isinstance(side, str) or (isinstance(side, tree.Place) and side.thread is None)
