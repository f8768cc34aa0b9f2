"""Walks one thread of a program along all its paths at once, making events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from verifier.events.draft import Draft
from verifier.events.emit import Emitter
from verifier.events.expression import FALSE, TRUE, Apply, Const, Expression, ReadValue, reads_of, unknowns_of
from verifier.events.graph import THIS, Property, Recursion, Sleep
from verifier.events.held import HeldLocks
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
)
from verifier.events.show import show
from verifier.events.state import State, join
from verifier.events.taint import NONE, Taint, union
from verifier.program import program as p
from verifier.program.loops import can_be_left, is_waiting
from verifier.program.program import flatten
from verifier.program.values import sources
from verifier.record import replace

_STOP = "kthread_flags"  # in verifier/kernel/kthread.c
COUNTED_LIMIT = 16  # iterations of a loop that counts to a constant, whatever the bound


class ThreadWalk:
    """The walk of one thread. `run` appends its events, sources and properties to the draft."""

    def __init__(self, draft: Draft, thread: p.Thread) -> None:
        self.draft = draft
        self.thread = thread
        self.emit = Emitter(draft)
        self.locks = HeldLocks(self.emit)
        self.branches = 0
        self.pending: dict[str, list[State]] = {}
        self.cuts: list[Expression] = []
        self.end: State | None = None
        self.open_sleeps: list[tuple[int, Guard]] = []

    def run(self) -> None:
        state = State((), {})
        first = self._initialise(state)
        self.end = self._sequence(self.thread.body[first:], state)
        for number, guard in self.open_sleeps:
            self._set_awaited(number, self._awaited_outside(guard))

    def _initialise(self, state: State) -> int:
        """Sets the locals that get a number before anything else happens, and tells how many do."""
        number = 0
        for number, operation in enumerate(self.thread.body):
            if not isinstance(operation, p.Set) or not isinstance(operation.value, p.Number):
                return number
            state.locals[operation.target] = Const(operation.value.value) if operation.value.value else FALSE
            state.taints[operation.target] = NONE
        return len(self.thread.body)

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
        if isinstance(operation, p.Set):
            self.emit.set(operation, state)
            return state
        if isinstance(operation, p.Load):
            self.emit.load(operation, state)
            if operation.order == "srcu-lock":
                state.sections = (*state.sections, operation)
            return state
        if isinstance(operation, p.Store):
            self.emit.store(operation, state)
            return state
        match operation:
            case p.Fence():
                self.emit.fence(operation, state)
                self._section(operation, state)
            case p.Branch():
                return self._branch(operation, state)
            case p.Leave(label):
                self.pending[label].append(state)
                return None
            case p.StoreExclusive():
                self.emit.store_exclusive(operation, state)
            case p.Rmw():
                self.emit.rmw(operation, state)
            case p.Assume(holds, _, stops):
                return self._assume(as_condition(self.emit.value(holds, state)), stops, state)
            case p.Hold():
                self.locks.hold(operation, state)
            case p.Held():
                self.locks.held(operation, state)
            case p.SelfWait():
                return self._self_wait(operation, state)
            case p.Loop():
                return self._loop(operation, state)
            case p.Scope(label, body):
                self.pending[label] = []
                control = state.control
                fall = self._sequence(body, state)
                return self._meet((fall, *self.pending.pop(label)), control)
            case p.Assert(holds, text, origin):
                formula = as_condition(self.emit.value(holds, state))
                reached = conjunction(state.guard)
                self.draft.assertions.append(Property("assertion", formula, reached, text, origin.span))
            case p.Sleep(origin):
                return self._sleep(origin, state)
        return state

    def _doubt(self, condition: p.Value, first: int, state: State) -> None:
        """Note that the writes from a number on depend in the text on a condition that is the same whatever is read."""
        asked = frozenset().union(*(reads_of(state.locals.get(n, FALSE)) for n in sources(condition, {})))
        writes = (i for i in range(first, len(self.draft.events)) if self.draft.events[i].kind == "W")
        for write in writes:
            self.emit.doubt(write, asked, NONE)

    def _branch(self, operation: p.Branch, state: State) -> State | None:
        condition = as_condition(self.emit.value(operation.condition, state))
        control = state.control
        if self.draft.program.is_litmus:
            state.control = union([control, self.emit.taint(operation.condition, state)])
        self.branches += 1
        outer, branch, first = self.emit.arms, self.branches, len(self.draft.events)
        visits, handler = self.emit.visits, p.handler_of(operation.origin.way)
        if handler is not None and all(handler != name for name, _ in visits):
            self.emit.visits = (*visits, (handler, branch))
        arms = []
        for number, (body, c) in enumerate(
            ((operation.then, condition), (operation.otherwise, fold(negation(condition))))
        ):
            self.emit.arms = (*outer, (branch, number))
            inner = state.under(c)
            arms.append(self._sequence(body, inner) if body and inner is not None else inner)
        self.emit.arms, self.emit.visits = outer, visits
        if isinstance(condition, Const) and not self.draft.program.is_litmus:
            self._doubt(operation.condition, first, state)
        return self._meet(arms, control)

    def _assume(self, holds: Expression, stops: bool, state: State) -> State | None:
        if not stops:
            self.emit.assume(holds, state)
            return state
        self._stop(state.under(fold(negation(holds))))
        self.draft.blocked.append(conjunction((*state.guard, fold(negation(holds)))))
        return state.under(holds)

    def _section(self, fence: p.Fence, state: State) -> None:
        """Keep count of the read-side sections that the thread is in."""
        if fence.kind == "rcu-lock":
            state.sections = (*state.sections, fence)
        elif fence.kind == "rcu-unlock":
            last = next((s for s in reversed(state.sections) if isinstance(s, p.Fence)), None)
            state.sections = tuple(s for s in state.sections if s is not last)
        elif fence.kind == "srcu-unlock" and fence.index is not None:
            index = self.emit.value(fence.index, state)
            own = [s for s in state.sections if isinstance(s, p.Load) and s.address == fence.address]
            ended = [s for s in own if state.locals[s.target] == index] or own
            state.sections = tuple(s for s in state.sections if s not in ended)

    def _stop(self, state: State | None) -> None:
        """Control goes no further, here or within the bound: a section that it is in has what happened so far in it,
        and those who wait for the section to end still wait. A litmus test is taken as it is written."""
        if state is not None and not self.draft.program.is_litmus:
            for start in reversed(state.sections):
                self.emit.fence(_end(start), state)

    def _self_wait(self, o: p.SelfWait, before: State) -> State | None:
        """Where the thread holds the lock that it waits for, it stops for ever, unless another thread frees it."""
        state: State | None = before
        for location, condition in self.emit.targets(o.address, before):
            if state is None:
                return None
            holds = fold(conjunction((condition, self.locks.holds(o, location, state))))
            inner = state.under(holds)
            if holds == FALSE or inner is None:
                continue
            self.branches += 1
            outer, self.emit.arms = self.emit.arms, (*self.emit.arms, (self.branches, 0))
            read = len(self.draft.events)
            self.emit.load(p.Load(o.target, o.address, o.order, False, o.name, o.origin), inner)
            self.emit.arms = outer
            free = as_condition(self.emit.value(o.free, inner))
            self._stop(inner.under(fold(negation(free))))
            waits = conjunction((*inner.guard, fold(negation(free))))
            handler = p.handler_of(o.origin.way)
            self.draft.recursions.append(Recursion(THIS, waits, read, location, handler, o.origin.span))
            state = self._meet((inner.under(free), state.under(fold(negation(holds)))), state.control)
        return state

    def _meet(self, states: Sequence[State | None], control: Taint) -> State | None:
        """Where paths meet. In C, what decided between them then says no more about what follows."""
        state = join(states)
        do_meet = sum(s is not None for s in states) > 1
        if state is not None and do_meet and self.draft.program.isa is None:
            state.control = control
        return state

    def _loop(self, operation: p.Loop, state: State | None) -> State | None:
        if is_waiting(operation):
            self._waiting_loop(operation, state)
            return None
        is_counted = can_be_left(operation)
        entry = self._left()
        iteration = 0
        while iteration < self.draft.bound or (is_counted and iteration < COUNTED_LIMIT):
            if state is None:
                return None
            before, start = self._left(), state.guard
            state = self._iteration(operation.body, iteration, state)
            undecided = state is not None and state.guard != start and any(self._left_since(before))
            is_counted = is_counted and not undecided
            iteration += 1
        if state is not None:
            state = self._iteration(operation.condition(), iteration, state)
        if state is not None:
            self._stop(state)
            self.cuts.append(conjunction(state.guard))
            if can_be_left(operation) and not any(self._left_since(entry)):
                self.draft.unreached.append(operation.origin.span.line)
        return None

    def _iteration(self, body: Sequence[p.Operation], number: int, before: State) -> State | None:
        left, sleeps = self._left(), len(self.open_sleeps)
        outer, self.emit.iterations = self.emit.iterations, (*self.emit.iterations, number)
        state = self._sequence(body, before)
        self.emit.iterations = outer
        self._close_sleeps(sleeps, before.guard, left)
        return state

    def _left(self) -> dict[str, int]:
        """How many states have left each scope so far."""
        return {label: len(states) for label, states in self.pending.items()}

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
        self._stop(stuck)
        reads = tuple(i for i in range(first, len(self.draft.events)) if self.draft.events[i].kind == "R")
        text = operation.origin.text
        self.draft.sleeps.append(
            Sleep(
                THIS,
                conjunction((*stuck.guard, self._interrupted(stuck))),
                reads,
                None,
                None,
                text,
                operation.origin.span,
            )
        )

    # ---------------------------------------------------------------- sleeping

    def _interrupted(self, state: State) -> Expression:
        """Whether the interrupts that come sooner or later have come."""
        return conjunction(as_condition(state.locals.get(name, FALSE)) for name in self.thread.once)

    @cached_property
    def states(self) -> tuple[int, ...]:
        """The locations that this thread gives a state in which schedule() blocks."""
        found: dict[int, None] = {}
        sleeping = set(self.draft.program.sleeping)
        for operation in flatten(self.thread.body):
            if isinstance(operation, p.Store) and isinstance(operation.value, p.Number):
                if operation.value.value in sleeping:
                    found.update(dict.fromkeys(self.draft.numbers[p] for p in operation.address.targets()))
            elif isinstance(operation, p.Store) and isinstance(operation.value, p.Local):
                if operation.address.path.members[-1:] in (("state",), ("__state",)):
                    found.update(dict.fromkeys(self.draft.numbers[p] for p in operation.address.targets()))
        return tuple(found)

    def _sleep(self, origin: p.Origin, state: State) -> State | None:
        if not self.states:
            return state
        location = self.states[0]
        choice = self.draft.unknown(("sleep", origin.place, self.emit.iterations), (0, 1))
        final = ReadValue(-1 - location)
        blocks = disjunction(Apply("==", (final, Const(v))) for v in self.draft.program.sleeping)
        asleep = Apply("!=", (choice, Const(0)))
        sleeps = conjunction((*state.guard, asleep, blocks, self._interrupted(state)))
        self.open_sleeps.append((len(self.draft.sleeps), state.guard))
        self.draft.sleeps.append(Sleep(THIS, sleeps, (), location, None, "", origin.span))
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
            tested = [g for g in guard[common_prefix(guard, start) :] if reads_of(g)]
            if not reads_of(condition):
                condition = disjunction(negation(g) for g in tested) if tested else condition
            elif self._asks_to_stop(condition):  # what it does until then, it waits for as well
                work = [negation(g) for g in tested if not self._asks_to_stop(g)]
                condition = disjunction((condition, *work))
            self._set_awaited(number, condition)
        del self.open_sleeps[first:]

    def _asks_to_stop(self, condition: Expression) -> bool:
        """Whether a condition is that a kernel thread is to stop, and nothing else."""
        locations = {self.draft.events[r].location for r in reads_of(condition) if r >= 0}
        paths = (p for p, number in self.draft.numbers.items() if number in locations)
        return all(path.members[-1:] == (_STOP,) for path in paths)

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


def _end(start: p.Fence | p.Load) -> p.Fence:
    """What ends the read-side section that begins there."""
    if isinstance(start, p.Fence):
        return replace(start, kind="rcu-unlock")
    return p.Fence("srcu-unlock", start.name, True, start.origin, start.address, p.Local(start.target))
