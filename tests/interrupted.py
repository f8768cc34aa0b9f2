"""Random programs with an interrupt handler, and every end that they have under sequential consistency: a small
interpreter that knows nothing of the product."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

# The kind of a statement, and what it is about: the location, the register, the value, what stands inside. An "add"
# reads and writes; a "try" of the lock says in its register whether it got it; "off", "on", "save" and "restore" are
# about interrupts.
Statement = tuple[object, ...]
LOCATIONS = ("x", "y")


class Text(NamedTuple):
    """A program: of the interrupted thread, the handler, and another CPU; which kind the handler is of."""

    task: list[Statement]
    handler: list[Statement]
    other: list[Statement]


def random_text(rng: random.Random) -> Text:
    """A small one; locks are freed where they were taken, and may be taken twice by the handler's bad luck alone."""
    return Text(
        _Maker(rng, "task").statements(rng.randint(2, 3)),
        _Maker(rng, "handler").statements(rng.randint(1, 2)),
        _Maker(rng, "other").statements(rng.randint(0, 1)),
    )


class _Maker:
    def __init__(self, rng: random.Random, thread: str) -> None:
        self.rng = rng
        self.thread = thread
        self.registers = 0
        self.saved = 0

    def access(self) -> list[Statement]:
        kind, x = self.rng.choice(("write", "read", "read", "add")), self.rng.choice(LOCATIONS)
        if kind == "write":
            return [("write", x, self.rng.randint(1, 2))]
        if kind == "add":
            return [("add", x)]
        self.registers += 1
        return [("read", f"r{self.registers}", x)]

    def statements(self, count: int) -> list[Statement]:
        found: list[Statement] = []
        for _ in range(count):
            found += self.one()
        return found

    def one(self) -> list[Statement]:
        chance = self.rng.random()
        if chance < 0.5:
            return self.access()
        if chance < 0.72:
            irqs = self.rng.choice(("", "_irq", "_irqsave"))
            return [("lock", irqs), *self.access(), ("unlock", irqs)]
        if chance < 0.8:
            self.registers += 1
            register = f"r{self.registers}"
            return [("try", register), ("if", register, (*self.access(), ("unlock", "")), ())]
        if chance < 0.88:
            inner = [("off",), *self.access(), ("on",)] if self.rng.random() < 0.5 else self.access()
            self.saved += 1
            return [("save", self.saved), *inner, ("restore", self.saved)]
        if chance < 0.95 and self.registers:
            return [("if", f"r{self.registers}", tuple(self.access()), tuple(self.access()))]
        return [("repeat", 2, tuple(self.access()))]


# ----------------------------------------------------------------------- as text


def source(text: Text) -> str:
    """The program in pseudo-C."""
    parts = ["/* mbpair: interrupt handler on task */", "int x, y;", "DEFINE_SPINLOCK(l);"]
    for name, body in zip(text._fields, text, strict=True):
        if body:
            names = ", ".join(f"{n} = 0" for n in [*registers(body), "i"])
            parts.append(f"void {name}(void)\n{{\n\tunsigned long flags;\n\tint {names};")
            parts += [f"\tunsigned long f{n};" for n in range(1, 5)]
            parts += [_lines(body), "}"]
    return "\n".join(parts) + "\n"


def registers(body: Sequence[Statement]) -> list[str]:
    """The registers of a body, in order."""
    found: list[str] = []
    for kind, *rest in body:
        if kind in ("read", "try"):
            found.append(str(rest[0]))
        for part in rest:
            if isinstance(part, tuple):
                found += registers(part)
    return found


def _lines(body: Sequence[Statement]) -> str:
    return "\n".join(_line(s) for s in body)


def _line(s: Statement) -> str:
    match s:
        case ("write", x, value):
            return f"\tWRITE_ONCE({x}, {value});"
        case ("read", register, x):
            return f"\t{register} = READ_ONCE({x});"
        case ("add", x):
            return f"\tWRITE_ONCE({x}, READ_ONCE({x}) + 1);"
        case ("lock", irqs):
            return f"\tspin_lock{irqs}(&l{', flags' if irqs == '_irqsave' else ''});"
        case ("unlock", "_irqsave"):
            return "\tspin_unlock_irqrestore(&l, flags);"
        case ("unlock", irqs):
            return f"\tspin_unlock{irqs}(&l);"
        case ("try", register):
            return f"\t{register} = spin_trylock(&l);"
        case ("off",):
            return "\tlocal_irq_disable();"
        case ("on",):
            return "\tlocal_irq_enable();"
        case ("save", n):
            return f"\tlocal_irq_save(f{n});"
        case ("restore", n):
            return f"\tlocal_irq_restore(f{n});"
        case ("if", register, tuple(then), tuple(otherwise)):
            return f"\tif ({register}) {{\n{_lines(then)}\n\t}} else {{\n{_lines(otherwise)}\n\t}}"
        case ("repeat", times, tuple(body)):
            return f"\tfor (i = 0; i < {times}; i++) {{\n{_lines(body)}\n\t}}"
    raise ValueError(s)


# ------------------------------------------------------------------- interpreted


class State(NamedTuple):
    """`left`: what each of the three has yet to do; `came`: 0 before the interrupt, 1 within, 2 after it; `values`:
    of locations, "thread:register", flags and "off"; `holder`: of the lock, "" for nobody."""

    left: tuple[tuple[Statement, ...], ...]
    came: int
    values: frozenset[tuple[str, int]]
    holder: str


def ends(text: Text) -> tuple[set[frozenset[tuple[str, int]]], bool]:
    """The values at each end, and whether the CPU of the task may wait for itself."""
    start = State(tuple(tuple(body) for body in text), 0, frozenset(), "")
    seen, waiting = {start}, [start]
    found: set[frozenset[tuple[str, int]]] = set()
    deadlock = False
    while waiting:
        state = waiting.pop()
        following: list[State] = []
        for cpu in _running(state):
            after = _step(state, cpu)
            if after is None:
                deadlock = True
            elif after is not state:
                following.append(after)
        if state.came == 0 and not dict(state.values).get("task:off", 0):
            following.append(state._replace(came=1))
        if state.came == 1 and not state.left[1]:
            following.append(state._replace(came=2))
        if not any(state.left) and (state.came == 2 or dict(state.values).get("task:off", 0)):
            found.add(state.values)
        for after in following:
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return found, deadlock


def _running(state: State) -> list[int]:
    """Who can make a step: the handler alone on its CPU, while it is there."""
    first = 1 if state.came == 1 else 0
    return [cpu for cpu in (first, 2) if state.left[cpu]]


def _step(state: State, number: int) -> State | None:
    """The state after one step; the same one where it has to wait for another CPU; None where for its own."""
    name, cpu = ("task", "handler", "other")[number], "other" if number == 2 else "task"
    statement, rest = state.left[number][0], state.left[number][1:]
    values, holder = dict(state.values), state.holder
    off, kept = f"{cpu}:off", f"{name}:flags"
    if number == 1:
        off = "handler:off"  # it starts with interrupts off, and puts back what was
    match statement:
        case ("write", str(x), int(value)):
            values[x] = value
        case ("read", register, str(x)):
            values[f"{name}:{register}"] = values.get(x, 0)
        case ("add", x):
            rest = (("read", " sum", x), ("sum", x), *rest)
        case ("sum", str(x)):
            values[x] = values.pop(f"{name}: sum") + 1
        case ("lock", ""):
            if holder:
                return None if holder == cpu else state
            holder = cpu
        case ("lock", "_irq"):
            rest = (("off",), ("lock", ""), *rest)
        case ("lock", _):
            rest = (("save", ""), ("lock", ""), *rest)
        case ("unlock", ""):
            holder = ""
        case ("unlock", "_irq"):
            rest = (("unlock", ""), ("on",), *rest)
        case ("unlock", _):
            rest = (("unlock", ""), ("restore", ""), *rest)
        case ("try", register):
            values[f"{name}:{register}"] = int(not holder)
            holder = holder or cpu
        case ("off",):
            values[off] = 1
        case ("on",):
            values[off] = 0
        case ("save", n):
            values[f"{kept}{n}"] = values.get(off, 0)
            values[off] = 1
        case ("restore", n):
            values[off] = values.pop(f"{kept}{n}")
        case ("if", register, tuple(then), tuple(otherwise)):
            rest = (*(then if values[f"{name}:{register}"] else otherwise), *rest)
        case ("repeat", int(times), tuple(body)):
            rest = (*(body * times), *rest)
        case _:
            raise ValueError(statement)
    left = tuple(rest if i == number else other for i, other in enumerate(state.left))
    return State(left, state.came, frozenset(values.items()), holder)
