"""Walks one thread of a program along all its paths at once, making events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from verifier.events.draft import Arms, Draft
from verifier.events.expression import (
    TRUE,
    Apply,
    Const,
    Expression,
    ReadValue,
    reads_of,
    unknowns_of,
)
from verifier.events.graph import Atomic, Dependency, Event, Kind, OrderingSource, Property, Sleep, SourceKind
from verifier.events.logic import (
    Guard,
    as_condition,
    common_prefix,
    conjunction,
    disjunction,
    fold,
    negation,
    rewrite,
    set_aside,
    simplify,
)
from verifier.events.loops import can_be_left, flatten, is_waiting
from verifier.events.origins import origins
from verifier.events.show import show
from verifier.events.state import State, join
from verifier.program import program as p

COUNTED_LIMIT = 16  # iterations of a loop that counts to a constant, whatever the bound


class ThreadWalk:
    """The walk of one thread. `run` appends its events, sources and properties to the draft."""

    def __init__(self, draft: Draft, number: int, thread: p.Thread) -> None:
        self.draft = draft
        self.number = number
        self.thread = thread
        self.arms: Arms = ()
        self.branches = 0
        self.iterations: tuple[int, ...] = ()
        self.pending: dict[str, list[State]] = {}
        self.cuts: list[Expression] = []
        self.end: State | None = None
        self.open_sleeps: list[tuple[int, Guard]] = []
        self.states = self._state_locations(thread.body)

    def run(self) -> None:
        self.end = self._sequence(self.thread.body, State((), {}))
        for number, guard in self.open_sleeps:
            self._set_awaited(number, self._awaited_outside(guard))

    def end_condition(self) -> Expression:
        """Whether the thread ran to its end; true where it can't."""
        return TRUE if self.end is None else conjunction(self.end.guard)

    def cut_condition(self) -> Expression:
        """Whether a loop's bound stopped the thread."""
        return disjunction(self.cuts)

    def final_value(self, name: str) -> Expression:
        """A local's value at the end of the thread."""
        return Const(0) if self.end is None else self.end.locals.get(name, Const(0))

    # ------------------------------------------------------------ control flow

    def _sequence(self, operations: Sequence[p.Operation], state: State | None) -> State | None:
        for operation in operations:
            if state is None:
                return None
            state = self._step(operation, state)
        return state

    def _step(self, operation: p.Operation, state: State) -> State | None:
        match operation:
            case p.Load():
                self._load(operation, state)
            case p.Store():
                self._store(operation, state)
            case p.Rmw():
                self._rmw(operation, state)
            case p.Fence():
                self._fence(operation, state)
            case p.Set(target, value):
                state.locals[target] = self._value(value, state)
            case p.Branch():
                return self._branch(operation, state)
            case p.Loop():
                return self._loop(operation, state)
            case p.Scope(label, body):
                self.pending[label] = []
                fall = self._sequence(body, state)
                return join((fall, *self.pending.pop(label)))
            case p.Leave(label):
                self.pending[label].append(state)
                return None
            case p.Assert(holds, text, origin):
                formula = as_condition(self._value(holds, state))
                reached = conjunction(state.guard)
                self.draft.assertions.append(Property("assertion", formula, reached, text, origin.span))
            case p.Sleep(origin):
                return self._sleep(origin, state)
        return state

    def _branch(self, operation: p.Branch, state: State) -> State | None:
        condition = as_condition(self._value(operation.condition, state))
        self.branches += 1
        outer, branch = self.arms, self.branches
        arms = []
        for number, (body, c) in enumerate(
            ((operation.then, condition), (operation.otherwise, fold(negation(condition))))
        ):
            self.arms = (*outer, (branch, number))
            inner = state.under(c)
            arms.append(self._sequence(body, inner) if inner is not None else None)
        self.arms = outer
        return join(arms)

    def _loop(self, operation: p.Loop, state: State | None) -> State | None:
        if is_waiting(operation):
            self._waiting_loop(operation, state)
            return None
        is_counted = can_be_left(operation)
        entry = {label: len(states) for label, states in self.pending.items()}
        iteration = 0
        while iteration < self.draft.bound or (is_counted and iteration < COUNTED_LIMIT):
            if state is None:
                return None
            before = {label: len(states) for label, states in self.pending.items()}
            start = state.guard
            sleeps = len(self.open_sleeps)
            outer, self.iterations = self.iterations, (*self.iterations, iteration)
            state = self._sequence(operation.body, state)
            self.iterations = outer
            self._close_sleeps(sleeps, start, before)
            undecided = state is not None and state.guard != start
            is_counted = is_counted and not undecided
            iteration += 1
        if state is not None:
            self.cuts.append(conjunction(state.guard))
            if can_be_left(operation) and not any(self._left_since(entry)):
                self.draft.unreached.append(operation.origin.span.line)
        return None

    def _left_since(self, before: Mapping[str, int]) -> Iterator[State]:
        """The states that left a scope since it had so many."""
        for label, states in self.pending.items():
            yield from states[before.get(label, 0) :]

    def _waiting_loop(self, operation: p.Loop, state: State | None) -> None:
        assert state is not None
        first = len(self.draft.events)
        stuck = self._sequence(operation.body, state)
        if stuck is None:
            return
        reads = tuple(i for i in range(first, len(self.draft.events)) if self.draft.events[i].kind == "R")
        text = operation.origin.text
        self.draft.sleeps.append(
            Sleep(self.number, conjunction(stuck.guard), reads, None, None, text, operation.origin.span)
        )

    # ---------------------------------------------------------------- sleeping

    def _state_locations(self, body: Sequence[p.Operation]) -> tuple[int, ...]:
        """The locations that this thread gives a state in which schedule() blocks."""
        found: dict[int, None] = {}
        sleeping = set(self.draft.program.sleeping)
        for operation in flatten(body):
            if isinstance(operation, p.Store) and isinstance(operation.value, p.Number):
                if operation.value.value in sleeping:
                    found[self.draft.numbers[operation.address.path]] = None
            elif isinstance(operation, p.Store) and isinstance(operation.value, p.Local):
                if operation.address.path.members[-1:] in (("state",), ("__state",)):
                    found[self.draft.numbers[operation.address.path]] = None
        return tuple(found)

    def _sleep(self, origin: p.Origin, state: State) -> State | None:
        if not self.states:
            return state
        location = self.states[0]
        choice = self.draft.unknown((self.number, "sleep", origin.place, self.iterations), (0, 1))
        final = ReadValue(-1 - location)
        blocks = disjunction(Apply("==", (final, Const(v))) for v in self.draft.program.sleeping)
        sleeps = conjunction((*state.guard, Apply("!=", (choice, Const(0))), blocks))
        self.open_sleeps.append((len(self.draft.sleeps), state.guard))
        self.draft.sleeps.append(Sleep(self.number, sleeps, (), location, None, "", origin.span))
        return state.under(Apply("==", (choice, Const(0))))

    def _close_sleeps(self, first: int, start: Guard, before: dict[str, int]) -> None:
        """Give the sleeps of one iteration the condition on which that iteration leaves the loop."""
        leaving = [
            conjunction(s.guard[common_prefix(s.guard, start) :])
            for label, states in self.pending.items()
            for s in states[before.get(label, 0) :]
        ]
        if not leaving:
            return
        for number, guard in self.open_sleeps[first:]:
            condition = disjunction(leaving)
            if not reads_of(condition):
                tested = [g for g in guard[common_prefix(guard, start) :] if reads_of(g)]
                condition = disjunction(negation(g) for g in tested) if tested else condition
            self._set_awaited(number, condition)
        del self.open_sleeps[first:]

    def _awaited_outside(self, guard: Guard) -> Expression:
        return negation(conjunction(guard)) if guard else TRUE

    def _set_awaited(self, number: int, condition: Expression) -> None:
        """Ask `condition` of the final memory, tests of the task's own state aside."""
        events = self.draft.events

        def is_aside(e: Expression) -> bool:
            choices = any(u.domain == (0, 1) for u in unknowns_of(e))
            return choices or any(events[r].location in self.states for r in reads_of(e) if r >= 0)

        def finally_(e: Expression) -> Expression:
            if isinstance(e, ReadValue) and e.event >= 0:
                location = events[e.event].location
                assert location is not None
                return ReadValue(-1 - location)
            return e

        kept = fold(set_aside(condition, is_aside))
        awaited = fold(rewrite(kept, finally_)) if reads_of(kept) else None
        old = self.draft.sleeps[number]
        text = show(awaited, self.draft.program) if awaited is not None else ""
        self.draft.sleeps[number] = Sleep(
            old.thread, old.sleeps, old.reads, old.state, awaited, text, old.span
        )

    # ------------------------------------------------------------------ events

    def _value(self, v: p.Value, state: State) -> Expression:
        match v:
            case p.Number(value):
                return Const(value)
            case p.Local(name):
                return state.locals.get(name, Const(0))
            case p.Opaque(site):
                return self.draft.unknown((self.number, site, self.iterations))
            case p.Apply(operator, arguments):
                return simplify(operator, tuple(self._value(a, state) for a in arguments))

    def _targets(self, address: p.Address, state: State) -> list[tuple[int, Expression]]:
        """The locations that an address may be, each with the condition on which it is."""
        if address.is_computed and address.pointer is not None and self.draft.program.addresses:
            pointer = self._value(address.pointer, state)
            choices = [(l, fold(Apply("==", (pointer, Const(a))))) for a, l in self.draft.program.addresses]
            elsewhere = fold(conjunction(negation(c) for _, c in choices))
            choices.append((self.draft.numbers[address.path], elsewhere))
            return [(location, c) for location, c in choices if c != Const(0)]
        return [(self.draft.numbers[address.path], TRUE)]

    def _add(
        self,
        kind: Kind,
        location: int | None,
        state: State,
        extra: Sequence[Expression],
        value: Expression | None,
        tags: Sequence[str],
        relaxed: Sequence[str],
        source: int | None,
        origin: p.Origin,
    ) -> int:
        number = len(self.draft.events)
        executes = conjunction((*state.guard, *extra))
        self.draft.events.append(
            Event(
                self.number,
                kind,
                location,
                executes,
                value,
                frozenset(tags),
                frozenset(relaxed),
                source,
                sum(self.iterations),
                origin.text,
                origin.via,
                origin.span,
            )
        )
        self.draft.arms.append(self.arms)
        if kind != "F":
            self._depend("ctrl", number, state.guard, origin)
        return number

    def _source(
        self, kind: SourceKind, name: str, count: int, is_barrier: bool, is_note: bool, origin: p.Origin
    ) -> int:
        """A source for the next `count` events."""
        first = len(self.draft.events)
        self.draft.sources.append(
            OrderingSource(
                kind,
                name,
                self.number,
                tuple(range(first, first + count)),
                is_barrier,
                is_note,
                self.draft.place((self.number, kind, origin.place)),
                origin.via,
                origin.span,
                origin.in_primitive,
            )
        )
        return len(self.draft.sources) - 1

    def _load(self, o: p.Load, state: State) -> None:
        table = self.draft.mapping["load"]
        result: Expression = Const(0)
        for location, condition in self._targets(o.address, state):
            source = None
            if o.order == "acquire":
                source = self._source("acquire", o.name, 1, True, False, o.origin)
            number = self._add(
                "R", location, state, (condition,), None, table[o.order], table["once"], source, o.origin
            )
            self._depend_on("addr", number, o.address.pointer, state, o.origin)
            result = simplify("?:", (condition, ReadValue(number), result))
        state.locals[o.target] = result

    def _store(self, o: p.Store, state: State) -> None:
        table = self.draft.mapping["store"]
        value = self._value(o.value, state)
        for location, condition in self._targets(o.address, state):
            source = None
            if o.order == "release":
                source = self._source("release", o.name, 1, True, False, o.origin)
            number = self._add(
                "W", location, state, (condition,), value, table[o.order], table["once"], source, o.origin
            )
            self._depend_on("addr", number, o.address.pointer, state, o.origin)
            self._depend("data", number, (value,), o.origin)

    def _rmw(self, o: p.Rmw, state: State) -> None:
        table = self.draft.mapping["rmw"]
        read_tags, write_tags = table[o.order]
        relaxed = table["noreturn"] if o.order == "noreturn" else table["relaxed"]
        result: Expression = Const(0)
        for location, condition in self._targets(o.address, state):
            source = None
            if o.order in ("full", "acquire", "release"):
                source = self._source("rmw", o.name, 2, True, not o.is_explicit, o.origin)
            read = self._add(
                "R", location, state, (condition,), None, read_tags, relaxed[0], source, o.origin
            )
            state.locals[o.target] = ReadValue(read)
            done = () if o.succeeds is None else (as_condition(self._value(o.succeeds, state)),)
            new = self._value(o.new, state)
            write = self._add(
                "W", location, state, (condition, *done), new, write_tags, relaxed[1], source, o.origin
            )
            self.draft.atomics.append(Atomic(read, write, "amo"))
            for event in (read, write):
                self._depend_on("addr", event, o.address.pointer, state, o.origin)
            self._depend("data", write, (new,), o.origin, besides=read)
            result = simplify("?:", (condition, ReadValue(read), result))
        state.locals[o.target] = result

    def _fence(self, o: p.Fence, state: State) -> None:
        tags = self.draft.mapping["fence"][o.kind]
        source = self._source("fence", o.name, 1, o.is_barrier, False, o.origin)
        self._add("F", None, state, (), None, tags, (), source, o.origin)

    # ------------------------------------------------------------ dependencies

    def _depend_on(
        self, kind: SourceKind, end: int, v: p.Value | None, state: State, origin: p.Origin
    ) -> None:
        if v is not None:
            self._depend(kind, end, (self._value(v, state),), origin)

    def _depend(
        self, kind: SourceKind, end: int, values: Sequence[Expression], origin: p.Origin, besides: int = -1
    ) -> None:
        """Dependencies of that kind from the reads that `values` come from."""
        starts: dict[int, Expression] = {}
        for value in values:
            for read, holds in origins(value, kind == "ctrl").items():
                starts[read] = disjunction((starts[read], holds)) if read in starts else holds
        for read, holds in sorted(starts.items()):
            if read == besides or read < 0:
                continue
            self.draft.dependencies.append(
                Dependency(kind, read, end, holds, self._dependency_source(kind, read, origin))  # type: ignore[arg-type]
            )

    def _dependency_source(self, kind: SourceKind, read: int, origin: p.Origin) -> int:
        span = self.draft.events[read].span
        assert span is not None
        start = (span.line, span.column, self.draft.events[read].text)
        key = (self.number, kind, start) if kind == "ctrl" else (self.number, kind, start, origin.place)
        place = self.draft.place(key)
        name = {"addr": "address dependency", "data": "data dependency", "ctrl": "control dependency"}[kind]
        self.draft.sources.append(
            OrderingSource(
                kind, name, self.number, (), False, False, place, self.draft.events[read].via, span
            )
        )
        return len(self.draft.sources) - 1
