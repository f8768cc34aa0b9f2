"""Puts interrupt handlers into the threads that they interrupt.

A handler on a thread's own CPU runs between two of the thread's operations: at one of many points, once. So its body
stands at each of these points, under a choice that the whole run makes. To a memory model it is the same thread: taking
an interrupt and returning from it keep program order, and are not taken to order anything more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.errors import UsageError
from verifier.program import program as p
from verifier.program.copies import as_handler, local_of
from verifier.program.loops import is_waiting
from verifier.program.program import flatten
from verifier.record import field, record, replace
from verifier.source import Span

HARD, SOFT = "hard interrupts off", "softirqs off"  # locals of each thread
OFF = frozenset((HARD, SOFT))
_SLEEPING = ("mutex_lock", "rt_mutex_lock", "down_read", "down_write")
_ITERATIONS = 100  # more than a loop has
_POINTS = 1000  # more than a thread has
_ZERO, _ONE = p.Number(0), p.Number(1)


def interrupted(
    program: p.Program, interrupts: Sequence[p.Interrupt], only_holding: bool = False
) -> p.Program:
    """The program with each handler in the threads that it interrupts, no longer a thread of its own.

    `only_holding`: a handler comes only where the thread holds a lock that the handler takes too: enough to see
    whether it waits for its own CPU. Raises UsageError where a handler or thread is none of the program's.
    """
    if not interrupts:
        return program
    threads = {t.name: t for t in program.threads}
    _check(interrupts, threads)
    numbers = dict(program.locations)
    put: list[p.Interrupt] = []
    for i in sorted(interrupts, key=lambda i: not i.is_soft):  # a hard one interrupts softirqs as well
        others = [t for name, t in threads.items() if name != i.thread]
        shared = {numbers[a] for t in others for a in _paths(t.body)}
        thread, handler = threads[i.thread], _thread(program, i.handler)
        common = _common(thread, handler, numbers)
        locks = [lock for lock, _ in common] if only_holding else None
        put.append(replace(i, locks=common))
        body = as_handler(handler, i.thread, OFF, numbers)
        threads[i.thread] = _Insertion(i, thread, body, shared, numbers, locks, _origin(handler)).thread()
    gone = {i.handler for i in interrupts}
    kept = tuple(threads[t.name] for t in program.threads if t.name not in gone)
    return replace(
        program,
        threads=kept,
        conditions=tuple(
            replace(c, formula=_moved(c.formula, program.threads, kept, interrupts))
            for c in program.conditions
        ),
        interrupts=(*program.interrupts, *put),
    )


def suspects(program: p.Program) -> tuple[p.Interrupt, ...]:
    """The interrupts to look for a self-deadlock in: of threads that take a lock that a known handler takes."""
    numbers = dict(program.locations)
    known = [t for t in program.threads if t.name in program.handlers and not _may_sleep(t)]
    return tuple(
        p.Interrupt(h.name, t.name)
        for h in known
        for t in program.threads
        if t.name not in program.handlers and _common(t, h, numbers)
    )


def _may_sleep(handler: p.Thread) -> bool:
    """Whether it takes a lock that may sleep: then it is the thread of a threaded interrupt, or the text is wrong."""
    return any(o.name.startswith(_SLEEPING) for o in flatten(handler.body) if isinstance(o, p.Rmw))


def stopping(program: p.Program) -> p.Program:
    """The program in which a thread that can't get a lock may stop there, because another one waits for itself."""
    return replace(program, threads=tuple(replace(t, body=_stopping(t.body)) for t in program.threads))


def _thread(program: p.Program, name: str) -> p.Thread:
    """The thread of that name."""
    return next(t for t in program.threads if t.name == name)


def _common(thread: p.Thread, handler: p.Thread, numbers: dict[p.Path, int]) -> tuple[tuple[int, int], ...]:
    """The locks that a thread and a handler both wait for, with the lines where the handler does."""
    own = (o.address for o in flatten(thread.body) if isinstance(o, p.SelfWait))
    taken = {numbers[path] for address in own for path in address.targets()}
    waits = (o for o in flatten(handler.body) if isinstance(o, p.SelfWait))
    found = ((numbers[path], o.origin.span.line) for o in waits for path in o.address.targets())
    return tuple(dict.fromkeys(pair for pair in found if pair[0] in taken))


def _check(interrupts: Iterable[p.Interrupt], threads: dict[str, p.Thread]) -> None:
    handlers = {i.handler for i in interrupts}
    for i in interrupts:
        for name in (i.handler, i.thread):
            if name not in threads:
                known = ", ".join(threads) or "none"
                raise UsageError("unknown-thread", f"interrupt: no thread {name}; there are: {known}")
        if i.thread in handlers:
            message = f"interrupt: {i.thread} is a handler itself; expected the thread that is interrupted"
            raise UsageError("interrupted-handler", message)


def _origin(handler: p.Thread) -> p.Origin:
    """Where a handler stands, as near as its operations tell."""
    known = (o.origin for o in flatten(handler.body) if not isinstance(o, p.Set | p.Scope | p.Leave | p.Hold))
    first = next(known, p.Origin(handler.name, None, handler.name, False, Span(1, 1, 1, 1)))
    return replace(first, via=handler.name, way=((handler.name, p.INTERRUPT),))


def _paths(body: Sequence[p.Operation]) -> Iterable[p.Path]:
    for o in flatten(body):
        if isinstance(o, p.Load | p.Store | p.StoreExclusive | p.Rmw):
            yield from o.address.targets()


def _moved(
    f: p.Final, before: tuple[p.Thread, ...], after: tuple[p.Thread, ...], interrupts: Sequence[p.Interrupt]
) -> p.Final:
    """A formula that asked threads `before`, asked of those that are left; a handler's locals are its thread's."""
    if isinstance(f, p.Formula):
        return p.Formula(f.operator, tuple(_moved(a, before, after, interrupts) for a in f.arguments))
    if not isinstance(f, p.FinalLocal):
        return f
    names = [t.name for t in after]
    name, local = before[f.thread].name, f.name
    host = next((i.thread for i in interrupts if i.handler == name), None)
    return p.FinalLocal(names.index(host or name), local if host is None else local_of(name, local))


@record(slots=True)
class _Insertion:
    """One handler on its way into one thread; `shared` are the locations that somebody else accesses, `locks` those
    of which the thread must hold one; `origin` is the handler's, `seen` counts the points so far."""

    interrupt: p.Interrupt
    host: p.Thread
    body: tuple[p.Operation, ...]
    shared: set[int]
    numbers: dict[p.Path, int]
    locks: Sequence[int] | None
    origin: p.Origin
    seen: int = 0
    turns: list[str] = field(default_factory=list)

    def thread(self) -> p.Thread:
        name = self.interrupt.handler
        body = self.sequence(self.host.body)
        end = self._number()
        came = p.Local(self._came)
        start = (
            p.Set(self._choice, p.Opaque(f"{self.host.name}: when {name} comes")),
            *(p.Set(local, _ZERO) for local in (self._came, *sorted(OFF))),
        )
        ended = p.Apply("||", (came, p.Apply("==", (p.Local(self._choice), end))))
        at_end = (self._point(end), p.Assume(ended, self.origin))
        once = (*self.host.once, self._came)
        return replace(self.host, body=(*start, *body, *at_end), once=once)

    @property
    def _choice(self) -> str:
        return f"{self.interrupt.handler} comes at"

    @property
    def _came(self) -> str:
        return f"{self.interrupt.handler} came"

    def sequence(self, operations: Sequence[p.Operation]) -> tuple[p.Operation, ...]:
        found: list[p.Operation] = []
        waits = False
        for o in operations:
            if self._matters(o) and not waits:
                found.append(self._point(self._number()))
            waits = isinstance(o, p.SelfWait)  # and then comes the operation that takes the lock
            found += self.inside(o)
        return tuple(found)

    def inside(self, o: p.Operation) -> Sequence[p.Operation]:
        """The operation, with points inside of it."""
        match o:
            case p.Branch():
                return (replace(o, then=self.sequence(o.then), otherwise=self.sequence(o.otherwise)),)
            case p.Scope(label, body):
                return (p.Scope(label, self.sequence(body)),)
            case p.Loop():
                return self.loop(o)
            case _:
                return (o,)

    def loop(self, o: p.Loop) -> Sequence[p.Operation]:
        matter = sum(self._matters(inner) for inner in flatten(o.body))
        if not matter:
            return (o,)
        if not is_waiting(o):
            turn = f"{self._choice}, turn {self.seen}"
            self.turns.append(turn)
            body = self.sequence(o.body)
            self.turns.pop()
            count = p.Set(turn, p.Apply("+", (p.Local(turn), _ONE)))
            return p.Set(turn, _ZERO), replace(o, body=(count, *body))
        # Iterations that fail leave nothing behind: one that is interrupted is enough, and the others come after it.
        first = self.seen
        before = self._point(self._number())
        if matter == 1:
            return before, o
        body = self.sequence(o.body)
        chosen = [p.Apply("==", (p.Local(self._choice), self._id(n))) for n in range(first + 1, self.seen)]
        condition: p.Value = _ZERO
        for c in chosen:
            condition = p.Apply("||", (condition, c))
        return before, p.Branch(condition, body, (), o.origin), o

    def _matters(self, o: p.Operation) -> bool:
        """Whether it makes a difference if the handler runs before it or after it."""
        match o:
            case p.Load() | p.Store() | p.StoreExclusive() | p.Rmw() | p.SelfWait():
                return any(self.numbers[path] in self.shared for path in o.address.targets())
            case p.Fence() | p.Sleep():
                return True
            case p.Set(target, value):
                return target in OFF and value != _ZERO
            case _:
                return False

    def _number(self) -> p.Value:
        """The number of a new point, different in each iteration of the loops around it."""
        self.seen += 1
        return self._id(self.seen)

    def _id(self, number: int) -> p.Value:
        turns: p.Value = _ZERO
        for turn in reversed(self.turns):
            turns = p.Apply("+", (p.Local(turn), p.Apply("*", (turns, p.Number(_ITERATIONS)))))
        if not self.turns:
            return p.Number(number)
        return p.Apply("+", (p.Number(number), p.Apply("*", (turns, p.Number(_POINTS)))))

    def _point(self, number: p.Value) -> p.Operation:
        """The handler, if it comes here."""
        is_soft = self.interrupt.is_soft
        comes: p.Value = p.Apply("==", (p.Local(self._choice), number))
        for local in (HARD, SOFT) if is_soft else (HARD,):
            comes = p.Apply("&&", (p.Apply("==", (p.Local(local), _ZERO)), comes))
        if self.locks is not None:
            holds: p.Value = _ZERO
            for lock in self.locks:
                holds = p.Apply("||", (holds, p.Apply("!=", (p.Local(p.held(lock)), _ZERO))))
            comes = p.Apply("&&", (holds, comes))
        off = SOFT if is_soft else HARD
        inside = (p.Set(self._came, _ONE), p.Set(off, _ONE), *self.body, p.Set(off, _ZERO))
        return p.Branch(comes, inside, (), self.origin)


def _stopping(operations: Sequence[p.Operation]) -> tuple[p.Operation, ...]:
    """Operations in which a lock that is not free is not taken, and may be waited for in vain."""
    found: list[p.Operation] = []
    for o in operations:
        before = found[-1] if found else None
        match o:
            case p.Branch():
                o = replace(o, then=_stopping(o.then), otherwise=_stopping(o.otherwise))
            case p.Loop():
                o = replace(o, body=_stopping(o.body))
            case p.Scope():
                o = replace(o, body=_stopping(o.body))
            case p.Assume() if isinstance(before, p.Rmw) and before.order in ("lock", "lock-acquire"):
                found[-1] = replace(before, succeeds=o.holds)
                o = replace(o, stops=True)
            case _:
                pass
        found.append(o)
    return tuple(found)
