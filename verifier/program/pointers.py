"""Where accesses through pointers go: to the objects whose addresses may have got into the pointer.

Every value is followed through locals and memory, in no order. What comes out is a set of places, and
marks for values that are no known address. Which of the places it is, an access tells by the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from verifier.program.addresses import ELEMENTS
from verifier.program.context import Context, Use
from verifier.program.doubts import settled
from verifier.program.locations import objects, unify
from verifier.program.program import (
    Address,
    Apply,
    Load,
    Local,
    Number,
    Opaque,
    Operation,
    Path,
    Rmw,
    Root,
    Set,
    Store,
    Thread,
    Value,
    flatten,
)
from verifier.program.rewritten import rewritten
from verifier.program.values import given, sources
from verifier.record import replace

Marks = frozenset[int]
PLAIN = -1  # a number that is no address, such as NULL
WILD = -2  # memory that nobody set, or an address that points nowhere
UNKNOWN = -3  # a pointer that comes from outside the text
UNSET = -4  # what a variable of the text holds before anything sets it
_PLAIN, _WILD = frozenset((PLAIN,)), frozenset((WILD,))
_UNKNOWN, _UNSET = frozenset((UNKNOWN,)), frozenset((UNSET,))
_ANYTHING = frozenset((PLAIN, WILD, UNSET))
_NOTHING: Marks = frozenset()
_MOST = 64  # places that one pointer may point to
_TRUTHS = frozenset(("==", "!=", "<", ">", "<=", ">=", "&&", "||", "!"))


class Resolved:
    """The threads with every access' targets, and where each access of the text goes."""

    def __init__(
        self, threads: tuple[Thread, ...], known: Mapping[Use, Address], canonical: Mapping[Root, Root]
    ) -> None:
        self.threads = threads
        self.canonical = canonical
        self._known = known

    def places(self, uses: Iterable[Use]) -> list[tuple[str, Path]]:
        """The threads and places of these accesses, in their order."""
        return [(t, p) for t, a in uses for p in self._known.get((t, a), a).targets()]


def resolve(context: Context, threads: tuple[Thread, ...], aliases: Sequence[tuple[str, str]]) -> Resolved:
    """Find what each access through a pointer may go to.

    Notes in the context the pointers of which that is not known, where it matters.
    """
    known: dict[Use, Address] = {}
    taken = [p for p in context.addresses if p in context.taken]
    for _ in range(8):
        uses = _places(context.uses, known)
        seen = {p for _, p in uses}
        uses += [("", p) for p in taken if p not in seen and p.root.owner is None]
        _, numbers, _ = unify(uses, aliases, context.types_of)
        flow = _Flow(context, threads, numbers, objects(uses, list(context.addresses), aliases))
        flow.run()
        if _ground(context, flow):
            continue
        found = flow.addresses(taken)
        if found == known:
            break
        known = found
    else:
        context.unmodelled.setdefault("where its pointers point to", 1)
    known = {**known, **settled(context, known)}
    canonical = {r: c for r, c in flow.canonical.items() if r != c}
    changed = tuple(
        replace(t, body=rewritten(t.body, _addresses(t.name, known), _values(context, canonical)))
        for t in threads
    )
    for value in flow.values:
        if (path := context.places.path(value)) is not None:
            context.named_constants.setdefault(value, f"&{path}")
    return Resolved(changed if known or canonical else threads, known, canonical)


def _ground(context: Context, flow: _Flow) -> bool:
    """Let a pointer whose object the text gives back, and which nothing in the text sets, point to an object at
    first. Tells whether there was any such pointer."""
    grounded: set[object] = set()
    for thread, freed in context.frees:
        for path in flow.unset(thread, freed):
            if flow.cell(path) in grounded:
                continue
            grounded.add(flow.cell(path))
            kind = freed.path.root.type
            name = (
                f"{kind.split()[-1] if kind else path.members[-1] if path.members else path.root.name}@first"
            )
            root = Root(context.own("", name, None).name, kind, None)
            context.initial.append((path, context.address(Path(root, ()), taken=False).value))
            context.assume(
                f"{path} points to an object at first ({root.name}), as nothing in the text sets it"
            )
    return bool(grounded)


def _places(uses: Iterable[Use], known: Mapping[Use, Address]) -> list[tuple[str, Path]]:
    return [(t, p) for t, a in uses for p in known.get((t, a), a).targets()]


def _addresses(thread: str, known: Mapping[Use, Address]) -> Callable[[Address], Address]:
    return lambda a: known.get((thread, a), a)


def _values(context: Context, canonical: Mapping[Root, Root]) -> Callable[[Number], Number]:
    return lambda number: Number(moved(context, canonical, number.value))


def moved(context: Context, canonical: Mapping[Root, Root], value: int) -> int:
    """The address of an object that goes by several names, by the one that counts."""
    path = context.places.path(value)
    if path is None or path.root not in canonical:
        return value
    return context.places.value(Path(canonical[path.root], path.members))


def _united(old: Marks, new: Marks) -> Marks:
    """All of them; of too many, that the value may be anything."""
    both = old | new
    return both if len(both) <= _MOST and old != _ANYTHING else _ANYTHING


class _Flow:
    """Which values may be where, as far as they are addresses."""

    def __init__(
        self,
        context: Context,
        threads: Sequence[Thread],
        numbers: Mapping[Path, int],
        canonical: Mapping[Root, Root],
    ) -> None:
        self.context = context
        self.numbers = numbers
        self.canonical = canonical
        self.values: set[int] = set()
        self.locals: dict[tuple[str, str], Marks] = {}
        self.cells: dict[object, Marks] = {}
        self.operations = [(t.name, o) for t in threads for o in flatten(t.body)]
        self._initial = {self.cell(p): v for p, v in context.initial}

    def run(self) -> None:
        """Follow the values until nothing new comes."""
        changed = True
        while changed:
            changed = False
            for thread, operation in self.operations:
                changed |= self._step(thread, operation)

    def _step(self, thread: str, o: Operation) -> bool:
        match o:
            case Set(target, value):
                return self._give(thread, target, self._of(thread, value))
            case Load(target, address):
                return self._give(thread, target, self._read(thread, address))
            case Store(address, value):
                return self._write(thread, address, self._of(thread, value))
            case Rmw(target, address, new):
                changed = self._give(thread, target, self._read(thread, address))
                return self._write(thread, address, self._of(thread, new)) or changed
            case _:
                return False

    def _give(self, thread: str, target: str, marks: Marks) -> bool:
        old = self.locals.get((thread, target), _NOTHING)
        new = self.locals[thread, target] = _united(old, marks)
        return new != old

    def _read(self, thread: str, address: Address) -> Marks:
        return _NOTHING.union(*(self._content(self.cell(p)) for p in self._targets(thread, address)))

    def _write(self, thread: str, address: Address, marks: Marks) -> bool:
        changed = False
        for path in self._targets(thread, address):
            cell = self.cell(path)
            old = self._content(cell)
            new = self.cells[cell] = _united(old, marks)
            changed |= new != old
        return changed

    def cell(self, path: Path) -> object:
        return self.numbers.get(path, path)

    def _content(self, cell: object) -> Marks:
        if cell not in self.cells:
            self.cells[cell] = self._at_first(cell)
        return self.cells[cell]

    def _at_first(self, cell: object) -> Marks:
        """What a location starts with, or more; see events.build."""
        paths = [p for p, n in self.numbers.items() if n == cell] if isinstance(cell, int) else [cell]
        roots = [p.root for p in paths if isinstance(p, Path)]
        if any(r in self.context.indeterminate for r in roots):
            return _WILD
        if cell in self._initial:
            return self._number(self._initial[cell])
        is_declared = any(r.is_own or (r.owner is None and r.name in self.context.declared) for r in roots)
        return _UNSET if is_declared else _UNKNOWN

    # ------------------------------------------------------------------ values

    def _number(self, value: int) -> Marks:
        value = moved(self.context, self.canonical, value)
        return _PLAIN if self.context.places.path(value) is None else frozenset((value,))

    def _of(self, thread: str, v: Value | None) -> Marks:
        match v:
            case None:
                return _PLAIN
            case Number(value):
                return self._number(value)
            case Local(name):
                return self.locals.get((thread, name), _NOTHING)
            case Opaque():
                return _UNKNOWN
            case Apply("?:" | "select", (_, a, b)):
                return self._of(thread, a) | self._of(thread, b)
            case Apply("+" | "-" as operator, (a, b)):
                return self._sum(operator, thread, a, b)
            case Apply("&", (_, Number(mask)) | (Number(mask), _)) if 0 <= mask < ELEMENTS:
                return _PLAIN
            case Apply(operator, arguments):
                marks = _NOTHING.union(*(self._of(thread, a) for a in arguments))
                return _PLAIN if operator in _TRUTHS else self._reckoned(marks)
        raise AssertionError(v)

    @staticmethod
    def _reckoned(marks: Marks) -> Marks:
        """What arithmetic makes of values: of an address, one that points nowhere."""
        kept = marks & frozenset((PLAIN, WILD, UNKNOWN, UNSET))
        return kept if len(kept) == len(marks) else kept | _WILD

    def _sum(self, operator: str, thread: str, a: Value, b: Value) -> Marks:
        left = self._of(thread, a)
        element = self.context.places.element()
        match b:
            case Number(offset) if self.context.places.members(offset) is not None and offset:
                return self._beside(left, offset if operator == "+" else -offset)
            case Apply("*", (index, Number(size))) if size == element and operator == "+":
                marks = self._beside_all(left)
                return marks | self._reckoned(self._of(thread, index) - _PLAIN - _UNSET)
            case _:
                return self._reckoned(left | self._of(thread, b))

    def _beside(self, marks: Marks, offset: int) -> Marks:
        found: set[int] = set()
        for value in marks:
            if value in (PLAIN, WILD, UNSET):
                found.add(WILD)
            elif value == UNKNOWN:
                found.add(UNKNOWN)
            else:
                found.add(self._moved_by(value, offset))
        return frozenset(found)

    def _moved_by(self, value: int, offset: int) -> int:
        """The address that lies `offset` beyond that of a place."""
        places = self.context.places
        path, root = places.path(value), places.root(value + offset)
        if offset > 0 and path is not None:
            members = places.members(offset)
            assert members is not None
            places.offset((*path.members, *members))
        elif path is not None and (members := places.members(-offset)) is not None:
            rest = len(path.members) - len(members)
            if path.members[max(rest, 0) :] == members:
                places.offset(path.members[:rest])
            elif path.members and path.members != members[-len(path.members) :]:
                return WILD  # no object of that kind is around the place
        if places.path(value + offset) is not None:
            return value + offset
        return UNKNOWN if root is not None and root.owner is not None and not root.is_own else WILD

    def _beside_all(self, marks: Marks) -> Marks:
        """The addresses of the later elements of the arrays that these are the first elements of."""
        found: set[int] = set()
        for value in marks:
            path = None if value < 0 else self.context.places.path(value)
            steps = [] if path is None else [i for i, m in enumerate(path.members) if m.startswith("[")]
            if path is None or len(steps) != 1 or path.members[steps[0]] != "[0]":
                found.add(value if value < 0 else WILD)
                continue
            above, below = path.members[: steps[0]], path.members[steps[0] + 1 :]
            for i in range(self.context.elements(Path(path.root, above)) or 1):
                found.add(self.context.places.value(Path(path.root, (*above, f"[{i}]", *below))))
        return frozenset(found)

    # --------------------------------------------------------------- addresses

    def unset(self, thread: str, address: Address) -> list[Path]:
        """The locations that a pointer is read from, where all that is known of them is that they may become NULL."""
        own = [o for t, o in self.operations if t == thread]
        names = sources(address.pointer, given(own)) if address.pointer is not None else set()
        read = {
            self.cell(p): p
            for o in own
            if isinstance(o, Load | Rmw) and o.target in names
            for p in self._targets(thread, o.address)
        }
        at_first = (cell for cell in read if self._content(cell) - _PLAIN in (_UNSET, _UNKNOWN))
        return [read[cell] for cell in at_first if not self._is_set(cell)]

    def _is_set(self, cell: object) -> bool:
        """Whether some thread writes another value there than NULL."""
        return any(
            self._of(thread, o.value if isinstance(o, Store) else o.new) != _PLAIN
            for thread, o in self.operations
            if isinstance(o, Store | Rmw)
            and any(self.cell(p) == cell for p in self._targets(thread, o.address))
        )

    def _targets(self, thread: str, address: Address) -> tuple[Path, ...]:
        if address.pointer is None:
            return (address.path,)
        if address.choices:
            return address.targets()
        places, is_closed = self._pointed(thread, address)
        return tuple(p for _, p in places) if is_closed else (*(p for _, p in places), address.path)

    def _pointed(self, thread: str, address: Address) -> tuple[list[tuple[int, Path]], bool]:
        """The values that a pointer may have, where each leads, and whether it has no others but by mistake."""
        assert address.pointer is not None
        marks = self._of(thread, address.pointer)
        found: list[tuple[int, Path]] = []
        for value in sorted(m for m in marks if m >= 0):
            path = self.context.places.path(value)
            assert path is not None
            target = self._below(path, address.members)
            if target is not None:
                found.append((value, target))
        is_set_again = (
            isinstance(address.pointer, Local) and (thread, address.pointer.name) in self.context.doubts
        )
        is_guessed = marks == _UNSET and not is_set_again  # something beside the text may set it
        return found, not is_guessed and UNKNOWN not in marks

    def _below(self, path: Path, members: tuple[str, ...]) -> Path | None:
        """The member, or the element, of what a pointer points to; None where the array ends before."""
        if not members or not members[0].startswith("["):
            return Path(path.root, (*path.members, *members))
        last = path.members[-1] if path.members else ""
        if not last.startswith("["):
            return Path(path.root, (*path.members, *members[1:])) if members[0] == "[0]" else None
        if members[0] == "[*]":
            return Path(path.root, (*path.members[:-1], *members))
        index = int(last[1:-1]) + int(members[0][1:-1])
        size = self.context.elements(Path(path.root, path.members[:-1]))
        if size is None and len(path.members) > 1 and index != int(last[1:-1]):
            return None
        if not 0 <= index < (size or index + 1):
            return None
        return Path(path.root, (*path.members[:-1], f"[{index}]", *members[1:]))

    def addresses(self, taken: Sequence[Path]) -> dict[Use, Address]:
        """Each access through a pointer, with its targets."""
        found: dict[Use, Address] = {}
        for thread, a in dict.fromkeys((*self.context.uses, *self.context.writes, *self.context.frees)):
            if a.pointer is None:
                continue
            if a.choices:
                is_loose = UNKNOWN in self._of(thread, a.pointer)
                found[thread, a] = replace(a, choices=(), is_closed=False) if is_loose else a
                continue
            places, is_closed = self._pointed(thread, a)
            if a.is_computed and not is_closed:
                extra = [(self.context.addresses[p], p) for p in taken]
                places += [x for x in extra if x[0] not in dict(places)]
            self.values |= {v for v, _ in places}
            found[thread, a] = replace(a, is_computed=False, choices=tuple(places), is_closed=is_closed)
        return found
