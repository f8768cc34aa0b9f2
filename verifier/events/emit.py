"""Makes the events, ordering sources and dependencies of one thread's operations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from verifier.events.draft import Arms, Draft, Visits, require_few
from verifier.events.expression import FALSE, TRUE, Apply, Const, Expression, ReadValue, Unknown, reads_of
from verifier.events.graph import (
    THIS,
    Atomic,
    Dependency,
    DependencyKind,
    Event,
    Kind,
    OrderingSource,
    SourceKind,
)
from verifier.events.logic import (
    Guard,
    as_condition,
    conjunction,
    disjunction,
    equals,
    fold,
    negation,
    simplify,
)
from verifier.events.origins import Through, origins
from verifier.events.ranges import settled, where
from verifier.events.rows import Row, Tags
from verifier.events.state import State
from verifier.events.taint import NONE, Taint, by_meaning, control_of, picked, under, union
from verifier.program import program as p

_NAMES: dict[SourceKind, str] = {
    "addr": "address dependency",
    "data": "data dependency",
    "ctrl": "control dependency",
}
_PICKED: dict[DependencyKind, DependencyKind] = {
    "addr": "pick-addr",
    "data": "pick-data",
    "ctrl": "pick-ctrl",
}
_LOCK_ORDERS = frozenset(("lock", "unlock", "lock-acquire", "unlock-release", "srcu-lock", "srcu-unlock"))
_SECTIONS = frozenset(("rcu-lock", "rcu-unlock", "srcu-unlock"))
_UNORDERED = frozenset(("lock-failed", "is-locked", "is-unlocked"))
_ALWAYS = (TRUE,)


class Emitter:
    """Appends what operations make to a draft. `arms`, `visits` and `iterations` say where the walk stands."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.is_litmus = draft.program.is_litmus
        self.isa = draft.program.isa
        self.arms: Arms = ()
        self.visits: Visits = ()
        self.iterations: tuple[int, ...] = ()

    # ------------------------------------------------------------------ values

    def value(self, v: p.Value, state: State) -> Expression:
        """The value in terms of what was read."""
        if isinstance(v, p.Local):
            return state.locals.get(v.name, FALSE)
        if isinstance(v, p.Number):
            return Const(v.value)
        if isinstance(v, p.Opaque):
            return self.draft.unknown((v.site, self.iterations))
        operator = "?:" if v.operator == "select" else v.operator
        found = simplify(operator, tuple([self.value(a, state) for a in v.arguments]))
        return found if self.is_litmus else settled(found)

    def taint(
        self, v: p.Value | None, state: State, through: Through = Through.COMPARISONS, given: Guard = ()
    ) -> Taint:
        """The reads that a value comes from: by its syntax in a litmus test, else by its meaning.

        What can only be one number, where control gets here and the conditions `given` hold, is that number, as it may
        be to a compiler: where it was compared with it, for one (the kernel's rcu_dereference.rst).
        """
        if v is None or isinstance(v, p.Number):
            return NONE
        if not self.is_litmus:
            return by_meaning(where((*state.guard, *given), self.value(v, state)), through)
        if isinstance(v, p.Local):
            return state.taints.get(v.name, NONE)
        match v:
            case p.Apply("select", (choice, a, b)):
                chosen = as_condition(self.value(choice, state))
                left, right = self.taint(a, state), self.taint(b, state)
                taken = (under(left, chosen), under(right, fold(negation(chosen))))
                return union((picked(self.taint(choice, state)), *taken))
            case p.Apply("?:", (choice, a, b)) if self.isa is None:
                chosen = as_condition(self.value(choice, state))
                one = under(self.taint(a, state), chosen)
                return union((one, under(self.taint(b, state), fold(negation(chosen)))))
            case p.Apply(_, arguments):
                return union([self.taint(a, state) for a in arguments])
            case _:
                return NONE

    def _address_taint(
        self, address: p.Address, state: State, through: Through = Through.COMPARISONS
    ) -> Taint:
        """The reads that decide where an access goes.

        Where a comparison gives the index of a load, a compiler may make a branch of it, which does not order loads;
        before a store, either orders.
        """
        bounds: Guard = ()
        if not self.is_litmus and address.pointer is not None and address.is_index:
            index = self.value(address.pointer, state)
            bounds = (Apply(">=", (index, FALSE)), Apply("<", (index, Const(len(address.choices)))))
        pointer = self.taint(address.pointer, state, through, bounds)
        return (
            pointer if address.index is None else union((pointer, self.taint(address.index, state, through)))
        )

    def set(self, o: p.Set, state: State) -> None:
        """target = value"""
        if self.is_litmus:
            state.taints[o.target] = self.taint(o.value, state)
        else:
            self._point(o, state)
        state.locals[o.target] = self.value(o.value, state)

    def _point(self, o: p.Set, state: State) -> None:
        """Keep which element the target points to then."""
        element = None if o.element is None else self.value(o.element, state)
        if element is None and isinstance(o.value, p.Local):
            element = state.locals.get(p.element_of(o.value.name))
        if element is not None:
            state.locals[p.element_of(o.target)] = element
        else:
            state.locals.pop(p.element_of(o.target), None)

    def assume(self, holds: Expression, state: State) -> None:
        """Executions in which control gets here and `holds` is false are not considered."""
        reached = conjunction(state.guard)
        self.draft.constraints.append(fold(disjunction((negation(reached), holds))))

    # -------------------------------------------------------------- operations

    def load(self, o: p.Load, state: State) -> None:
        """Reads, one for each location that it may go to."""
        row = self.draft.row(lambda rows: rows.load(o.order, self._is_plain(o)), o.name, o.origin)
        source = self._annotation("acquire", o.name, o.order, row, o.origin)
        got: list[tuple[int, Expression]] = []
        half, address = row.half(0), self._address_taint(o.address, state, Through.NUMBERS)
        if row.before:
            self._around(row.before, source, o.origin, state)
        for location, condition in self.targets(o.address, state, o.origin):
            number = self._add("R", location, state, (condition,), None, half, source, o.origin)
            if address:
                self._depend("addr", number, address, o.origin)
            if not self.is_litmus:
                self.doubt(number, self._named(o.address, state), address)
                self._place(number, o.address, state)
            got.append((number, condition))
        if row.after:
            self._around(row.after, source, o.origin, state)
        self._result(o.target, got, state)
        if o.is_exclusive:
            state.monitor = tuple(got)
        if o.is_last:
            last = ReadValue(-1 - self.draft.numbers[o.address.path])
            self.draft.constraints.append(Apply("==", (ReadValue(got[0][0]), last)))

    def store(self, o: p.Store, state: State) -> None:
        """Writes, one for each location that it may go to."""
        row = self.draft.row(lambda rows: rows.store(o.order, self._is_plain(o)), o.name, o.origin)
        source = self._annotation("release", o.name, o.order, row, o.origin)
        value = self.value(o.value, state)
        half, address, data = row.half(0), self._address_taint(o.address, state), self.taint(o.value, state)
        if row.before:
            self._around(row.before, source, o.origin, state)
        for location, condition in self.targets(o.address, state, o.origin):
            number = self._add("W", location, state, (condition,), value, half, source, o.origin)
            self._depend("addr", number, address, o.origin)
            self._depend("data", number, data, o.origin)
            if not self.is_litmus:
                self.doubt(number, reads_of(value), data)
                self._place(number, o.address, state)
        if row.after:
            self._around(row.after, source, o.origin, state)

    def _is_plain(self, o: p.Load | p.Store) -> bool:
        """Only a litmus test is taken literally; in other texts a plain access counts as marked."""
        return o.is_plain and self.is_litmus

    def store_exclusive(self, o: p.StoreExclusive, state: State) -> None:
        """A write that may succeed where the monitor holds its location."""
        row = self.draft.row(lambda rows: rows.store(o.order), o.name, o.origin)
        source = self._annotation("release", o.name, o.order, row, o.origin)
        value = self.value(o.value, state)
        chance = self.draft.unknown(("exclusive", o.origin.place, self.iterations), (0, 1))
        done: list[Expression] = []
        taint: dict[tuple[int, bool], Expression] = {}
        for location, condition in self.targets(o.address, state, o.origin):
            armed = [(r, c) for r, c in state.monitor if self.draft.events[r].location == location]
            if not armed:
                continue
            succeeds = conjunction((chance, condition, disjunction(c for _, c in armed)))
            done.append(succeeds)
            number = self._add("W", location, state, (succeeds,), value, row.half(0), source, o.origin)
            self.draft.atomics += [Atomic(r, number, "lxsx", holds) for r, holds in armed]
            self._depend("addr", number, self._address_taint(o.address, state), o.origin)
            self._depend("data", number, self.taint(o.value, state), o.origin)
            if o.starts_dependencies:
                taint[number, False] = TRUE
        state.monitor = ()
        state.locals[o.status] = fold(negation(disjunction(done)))
        state.taints[o.status] = taint

    def rmw(self, o: p.Rmw, state: State) -> None:
        """A read and, where it succeeds, a write, for each location that it may go to."""
        row = self.draft.row(lambda rows: rows.rmw(o.order, o.succeeds is not None), o.name, o.origin)
        source = None
        if row.orders and o.order != "noreturn":
            kind: SourceKind = "lock" if o.order in _LOCK_ORDERS else "rmw"
            is_barrier = kind == "rmw"
            source = self._source(kind, o.name, is_barrier, is_barrier and not o.is_explicit, o.origin)
        got: list[tuple[int, Expression]] = []
        written: list[Expression] = []
        address = [self._address_taint(o.address, state, t) for t in (Through.NUMBERS, Through.COMPARISONS)]
        outer = {o.target: state.taints.get(o.target, NONE)}
        if row.before:
            self._around(row.before, source, o.origin, state)
        for location, condition in self.targets(o.address, state, o.origin):
            read = self._add("R", location, state, (condition,), None, row.half(0), source, o.origin)
            state.locals[o.target] = ReadValue(read)
            state.taints[o.target] = {(read, False): TRUE}
            done = () if o.succeeds is None else (as_condition(self.value(o.succeeds, state)),)
            new = self.value(o.new, state)
            write = self._add("W", location, state, (condition, *done), new, row.half(1), source, o.origin)
            self.draft.atomics.append(Atomic(read, write, row.pair))
            for event in () if self.is_litmus else (read, write):
                self._place(event, o.address, state)
            for event, taint in zip((read, write), address, strict=True):
                self._depend("addr", event, taint, o.origin)
            written_from = self.taint(o.new, state)
            if not self.is_litmus:  # pairing takes the two halves as one step
                written_from = {key: holds for key, holds in written_from.items() if key[0] != read}
            self._depend("data", write, written_from, o.origin)
            if self.isa is not None and o.succeeds is not None:
                compared = self.taint(o.succeeds, state)
                self._depend("pick", write, compared, o.origin)
            state.taints.update(outer)
            got.append((read, condition))
            written.append(self.draft.events[write].executes)
        self._around(row.after, source, o.origin, state, (disjunction(written),))
        self._result(o.target, got, state)

    def fence(self, o: p.Fence, state: State) -> None:
        """One event, at a location if the fence is about an object."""
        row = self.draft.row(lambda rows: rows.fence(o.kind), o.name, o.origin)
        is_section = o.kind in _SECTIONS
        kind: SourceKind = "lock" if is_section else "fence"
        source = self._source(kind, o.name, o.is_barrier and not is_section, False, o.origin)
        location = None if o.address is None else self._about(o.address, o)
        number = self._add("F", location, state, (), None, row.half(0), source, o.origin)
        if o.index is not None:
            self._end_section(o, number, state)

    def _end_section(self, o: p.Fence, end: int, state: State) -> None:
        """A data dependency from what gave the section's index; it is there as long as the section's begin is."""
        found = self.taint(o.index, state)
        if not found:
            self.draft.unmodelled.append((o.origin.span.line, f"{o.name} with an index that nothing read"))
        for (read, _), holds in sorted(found.items(), key=_by_read):
            begin = self.draft.events[read]
            is_begin = begin.source is not None and "Srcu-lock" in begin.tags
            source = begin.source if is_begin else self._dependency_source("data", read, o.origin)
            assert source is not None
            self.draft.dependencies.append(Dependency("data", read, end, holds, source))

    def _about(self, address: p.Address, o: p.Fence) -> int | None:
        """The location that a fence is about."""
        targets = (address.path,) if self.is_litmus else address.targets()
        if len(targets) != 1:
            self.draft.unmodelled.append(
                (o.origin.span.line, f"{o.name} of an object that a pointer chooses")
            )
            return None
        return self.draft.numbers[targets[0]]

    def _place(self, event: int, address: p.Address, state: State) -> None:
        """Note which element of an array an access goes to, where all its elements are one location."""
        element: Expression | None = None
        if address.index is not None:
            element = self.value(address.index, state) if self._is_set(address.index, state) else None
        elif self.draft.events[event].location not in self.draft.merged:
            return
        elif isinstance(address.pointer, p.Local):
            name = address.pointer.name
            value = state.locals.get(name)  # of a pointer from outside: it always leads to one element
            element = state.locals.get(p.element_of(name), value if isinstance(value, Unknown) else None)
        elif address.pointer is None and "[*]" not in address.path.members:  # by an object's own name
            element = self.draft.unknown(("element", address.path.root), (0,))
        if element is not None and not _is_chosen(element):
            self.draft.elements.append((event, element))

    def _is_set(self, v: p.Value, state: State) -> bool:
        """Whether all the locals that a value comes from have been given one."""
        match v:
            case p.Local(name):
                return name in state.locals
            case p.Apply(_, arguments):
                return all(self._is_set(a, state) for a in arguments)
            case _:
                return True

    # ------------------------------------------------------------------ events

    def targets(
        self, address: p.Address, state: State, origin: p.Origin | None = None
    ) -> list[tuple[int, Expression]]:
        """The locations that an address may be, each with the condition on which it is."""
        if not self.is_litmus:
            return self._chosen(address, state, origin)
        if not address.is_computed:
            return [(self.draft.numbers[address.path], TRUE)]
        program = self.draft.program
        if address.pointer is not None and program.addresses:
            pointer = self.value(address.pointer, state)
            known = [l for a, l in program.addresses if a == pointer.value] if type(pointer) is Const else ()
            if known:
                return [(known[0], TRUE)]
            choices = [(l, fold(Apply("==", (pointer, Const(a))))) for a, l in program.addresses]
            elsewhere = fold(conjunction(negation(c) for _, c in choices))
            if origin is not None:
                self._escape(state, elsewhere, origin)
            return [(location, c) for location, c in choices if c != Const(0)]
        return [(self.draft.numbers[address.path], TRUE)]

    def _chosen(
        self, address: p.Address, state: State, origin: p.Origin | None
    ) -> list[tuple[int, Expression]]:
        """The same, of an access of a snippet: by the values of its pointer or index that lead somewhere."""
        numbers = self.draft.numbers
        if address.pointer is None or (not address.choices and not address.is_closed):
            return [(numbers[address.path], TRUE)]
        pointer = self.value(address.pointer, state)
        found: dict[int, Expression] = {}
        for value, path in address.choices:
            condition = equals(pointer, value)
            if condition != FALSE:
                found[numbers[path]] = disjunction((found.get(numbers[path], FALSE), condition))
        elsewhere = fold(conjunction(negation(c) for c in found.values()))
        if address.is_closed:
            if origin is not None:
                self._escape(state, fold(conjunction((elsewhere, self._is_sound(pointer)))), origin)
        elif elsewhere != FALSE:
            number = numbers[address.path]
            found[number] = disjunction((found.get(number, FALSE), elsewhere))
        # A wild pointer is reported: what it does instead does not matter.
        return [(location, TRUE if len(found) == 1 else c) for location, c in found.items()]

    def _is_sound(self, pointer: Expression) -> Expression:
        """Whether a pointer comes from no memory that was given back before it was read, which is an error already."""
        gone = [f.value for f in self.draft.program.freed]
        return negation(disjunction(equals(ReadValue(r), v) for r in sorted(reads_of(pointer)) for v in gone))

    def _escape(self, state: State, elsewhere: Expression, origin: p.Origin) -> None:
        """Note when an access goes to no location."""
        escapes = fold(conjunction((*state.guard, elsewhere)))
        self.draft.escapes += [(origin.span.line, escapes)] if escapes != FALSE else []

    def _result(self, target: str, got: Sequence[tuple[int, Expression]], state: State) -> None:
        """target = what one of these reads returned"""
        if len(got) == 1 and got[0][1] is TRUE:
            state.locals[target] = ReadValue(got[0][0])
            if self.is_litmus:
                state.taints[target] = {(got[0][0], False): TRUE}
            else:
                state.locals.pop(p.element_of(target), None)
            return
        result: Expression = FALSE
        for read, condition in got:
            result = simplify("?:", (condition, ReadValue(read), result))
        state.locals[target] = result
        if self.is_litmus:
            state.taints[target] = {(read, False): condition for read, condition in got}
        else:
            state.locals.pop(p.element_of(target), None)

    def _around(
        self,
        fences: Sequence[Tags],
        source: int | None,
        origin: p.Origin,
        state: State,
        extra: Sequence[Expression] = (),
    ) -> None:
        """The fences that the architecture puts before or after an operation."""
        for tags in fences:
            self._add("F", None, state, extra, None, (tags, frozenset()), source, origin)

    def _add(
        self,
        kind: Kind,
        location: int | None,
        state: State,
        extra: Sequence[Expression],
        value: Expression | None,
        tags: tuple[Tags, Tags],
        source: int | None,
        origin: p.Origin,
    ) -> int:
        """One event, with its tags while its source is on and while it is off. Raises NotModelled for one too many."""
        number = len(self.draft.events)
        require_few("events", number + 1, self.draft.most)
        guard = state.guard
        executes = conjunction((*guard, *extra)) if guard or extra != _ALWAYS else TRUE
        self.draft.events.append(
            Event(
                THIS,
                kind,
                location,
                executes,
                value,
                tags[0],
                tags[0 if source is None else 1],
                source,
                sum(self.iterations),
                origin.text,
                origin.via,
                origin.span,
                p.handler_of(origin.way),
            )
        )
        self.draft.arms.append((self.arms, self.visits))
        if source is not None:
            self.draft.belong(source, number)
        if self.is_litmus:
            self._depend("ctrl", number, state.control, origin)
        elif kind != "F":
            control = control_of(state.guard)
            self._depend("ctrl", number, control, origin)
            if kind == "W":
                self.doubt(number, _reads(state.guard), control)
        return number

    # ----------------------------------------------------- sources, dependencies

    def _named(self, address: p.Address, state: State) -> frozenset[int]:
        """The reads that an address is made of in the text."""
        given = (address.pointer, address.index)
        return frozenset().union(*(origins(self.value(v, state)) for v in given if v is not None))

    def doubt(self, end: int, named: Iterable[int], kept: Taint) -> None:
        """Note what an access depends on in the text, and perhaps in nothing but that."""
        left = {read for read, _ in kept}
        self.draft.doubtful.update((read, end) for read in named if read >= 0 and read not in left)

    def _annotation(self, kind: SourceKind, name: str, order: str, row: Row, origin: p.Origin) -> int | None:
        """The ordering source of an access, if it orders anything."""
        if not row.orders or order in _UNORDERED:
            return None
        if order in _LOCK_ORDERS:
            return self._source("lock", name, False, False, origin)
        return self._source(kind, name, True, False, origin)

    def _source(self, kind: SourceKind, name: str, is_barrier: bool, is_note: bool, origin: p.Origin) -> int:
        place = self.draft.place((kind, origin.place))
        self.draft.sources.append(
            OrderingSource(
                kind,
                name,
                THIS,
                (),
                is_barrier,
                is_note,
                place,
                origin.via,
                origin.span,
                origin.in_primitive,
                origin.way,
            )
        )
        return len(self.draft.sources) - 1

    def _depend(self, kind: DependencyKind, end: int, taint: Taint, origin: p.Origin) -> None:
        """Dependencies of that kind from the reads of `taint`."""
        if not taint:
            return
        found = taint.items()
        for (read, is_picked), holds in sorted(found, key=_by_read) if len(taint) > 1 else found:
            if read < 0 or (isinstance(holds, Const) and not holds.value):
                continue
            exact = _PICKED.get(kind, kind) if is_picked else kind
            source = self._dependency_source(kind, read, origin)
            self.draft.dependencies.append(Dependency(exact, read, end, holds, source))

    def _dependency_source(self, kind: DependencyKind, read: int, origin: p.Origin) -> int:
        span = self.draft.events[read].span
        assert span is not None
        start = (span.line, span.column, self.draft.events[read].text)
        family: SourceKind = "ctrl" if kind in ("ctrl", "pick") else "addr" if kind == "addr" else "data"
        key = (kind, start) if family == "ctrl" else (kind, start, origin.place)
        self.draft.sources.append(
            OrderingSource(
                family,
                _NAMES[family],
                THIS,
                (),
                False,
                False,
                self.draft.place(key),
                self.draft.events[read].via,
                span,
            )
        )
        return len(self.draft.sources) - 1


@lru_cache(maxsize=1 << 12)
def _reads(guard: Guard) -> frozenset[int]:
    return frozenset().union(*map(reads_of, guard))


def _is_chosen(e: Expression) -> bool:
    """Whether paths that meet gave a value, or a part of it: on one of them it may have been unknown."""
    return isinstance(e, Apply) and (e.operator == "?:" or any(map(_is_chosen, e.arguments)))


def _by_read(origin: tuple[tuple[int, bool], Expression]) -> tuple[int, bool]:
    return origin[0]
