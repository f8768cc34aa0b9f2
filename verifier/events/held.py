"""Which locks a thread holds, and whether a pointer still leads to the object whose lock it took by it."""

from __future__ import annotations

from verifier.events.emit import Emitter
from verifier.events.expression import FALSE, TRUE, Apply, Const, Expression, ReadValue
from verifier.events.logic import conjunction, fold, negation, simplify
from verifier.events.state import State
from verifier.program import program as p


class HeldLocks:
    """Keeps in the locals of a state what the thread holds there."""

    def __init__(self, emit: Emitter) -> None:
        self.emit = emit

    def hold(self, o: p.Hold, state: State) -> None:
        """The thread now holds a lock so often."""
        for location, condition in self.emit.targets(o.address, state):
            name = p.held(location)
            before = state.locals.get(name, FALSE)
            now = simplify("+", (before, Const(o.amount))) if o.more else Const(o.amount)
            state.locals[name] = simplify("?:", (condition, now, before))
            if o.by is not None and o.amount > 0:
                state.locals[p.held_by(location, o.by)] = self.emit.value(o.by, state)

    def holds(self, o: p.SelfWait, location: int, state: State) -> Expression:
        """Whether the thread holds the lock that it is about to wait for; a reader only waits for a writer."""
        times = state.locals.get(p.held(location), FALSE)
        holds = simplify(">=", (times, Const(p.WRITER if o.is_shared else 1)))
        return fold(conjunction((holds, self._is_same(o.address, o.by, location, state))))

    def held(self, o: p.Held, state: State) -> None:
        """Whether the thread holds a lock, and whether it is that of the object that its pointer leads to now."""
        found: Expression = FALSE
        for location, condition in self.emit.targets(o.address, state):
            is_held = simplify(">=", (state.locals.get(p.held(location), FALSE), Const(1)))
            is_same = self._is_same(o.address, o.by, location, state)
            if fold(conjunction((is_held, negation(is_same)))) != FALSE:
                text = f"{o.origin.text}, while the lock of another object is held"
                self.emit.draft.moved.append((location, o.origin.span.line, text))
            which = simplify("?:", (is_same, Const(p.OWN), Const(p.ANOTHER)))
            mine = simplify("?:", (is_held, which, FALSE))
            found = simplify("?:", (condition, mine, found))
        state.locals[o.target] = found

    def _is_same(self, address: p.Address, by: p.Value | None, location: int, state: State) -> Expression:
        """Whether a pointer leads to the object whose lock the thread took by it before, as far as can be told: not
        where it comes from outside the text each time."""
        known = address.is_closed or any(
            self.emit.draft.numbers[path] == location for _, path in address.choices
        )
        before = None if by is None or known else state.locals.get(p.held_by(location, by))
        return TRUE if before is None or by is None else self._are_same(before, self.emit.value(by, state))

    def _are_same(self, a: Expression, b: Expression) -> Expression:
        """Whether two values are the same; false where unknowns decide it, or reads of two locations."""
        match a, b:
            case _ if a == b:
                return TRUE
            case Apply("?:", (condition, x, y)), _:
                return simplify("?:", (condition, self._are_same(x, b), self._are_same(y, b)))
            case ReadValue(one), ReadValue(other):
                location = self.emit.draft.events[one].location
                is_one = location is not None and location == self.emit.draft.events[other].location
                return simplify("==", (a, b)) if is_one and location not in self.emit.draft.merged else FALSE
            case Apply(operator, parts), Apply(same, others) if operator == same and len(parts) == len(
                others
            ):
                return fold(conjunction([self._are_same(x, y) for x, y in zip(parts, others, strict=True)]))
            case _:
                return FALSE
