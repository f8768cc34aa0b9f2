"""Random pseudo-C with branches, loops, switch, goto and RMWs, and an interpreter that runs it interleaved.

The interpreter is the tests' own reading of C: it knows neither the parser nor the lowering, and gives the
outcomes of a program under sequential consistency.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

BOUND = 3
LOCATIONS = ("x", "y")
Tree = tuple[Any, ...]  # a statement or expression: its kind, then its parts
Memory = dict[str, int]
Registers = dict[str, int]


class Cut(Exception):
    """A loop went on beyond the bound, or a waiting loop did not see what it waits for."""


class Jump(Exception):
    """A break, continue, return or goto on its way."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


# ------------------------------------------------------------------- programs


@dataclass
class Maker:
    """Makes one thread; `budget` is how many accesses it may still have."""

    rng: random.Random
    budget: int
    registers: list[str] = field(default_factory=list)
    depth: int = 0

    def block(self, size: int, in_loop: bool = False, in_switch: bool = False) -> Tree:
        count = self.rng.randint(1, size)
        return ("block", *(self.statement(in_loop, in_switch) for _ in range(count)))

    def statement(self, in_loop: bool, in_switch: bool) -> Tree:
        roll = self.rng.random()
        if self.budget <= 0:
            return ("set", self.register(), self.expression())
        if roll < 0.5 or self.depth > 2:
            return self.access()
        if roll < 0.55:
            return ("fence", self.rng.choice(("smp_mb", "smp_rmb", "smp_wmb", "barrier")))
        if roll < 0.62 and (in_loop or in_switch):
            kinds = ("break", "continue") if in_loop else ("break",)
            return ("if", self.expression(), (self.rng.choice(kinds),), None)
        if roll < 0.65:
            return ("if", self.expression(), ("return",), None)
        self.depth += 1
        made = self.compound(in_loop)
        self.depth -= 1
        return made

    def compound(self, in_loop: bool) -> Tree:
        kind = self.rng.choice(("if", "if", "if", "switch", "for", "while", "wait", "do", "forward", "again"))
        if kind == "if":
            other = self.block(1, in_loop) if self.rng.random() < 0.5 else None
            return ("if", self.expression(), self.block(2, in_loop), other)
        if kind == "switch":
            labels: list[int | None] = [0, 1, 2, None]
            self.rng.shuffle(labels)
            chosen = labels[: self.rng.randint(1, 3)]
            cases = [(l, self.block(1, in_loop, True), self.rng.random() < 0.6) for l in chosen]
            return ("switch", self.expression(), tuple(cases))
        if kind == "for":
            return ("for", self.rng.randint(1, 2), self.block(1, True))
        if kind == "while":
            self.budget -= 2
            return ("while", ("read", self.location()), self.block(1, True))
        if kind == "do":
            return ("do", self.block(1, True), self.test())
        if kind == "wait":
            self.budget -= 1
            return ("wait", self.location(), self.rng.randint(1, 2))
        return (kind, self.block(1), self.test(), self.block(1))

    def test(self) -> Tree:
        """A condition that may change from one time to the next."""
        self.budget -= 1
        return ("==", ("read", self.location()), ("number", self.rng.randint(0, 2)))

    def location(self) -> str:
        return self.rng.choice(LOCATIONS)

    def register(self) -> str:
        if (len(self.registers) < 3 and self.rng.random() < 0.7) or not self.registers:
            self.registers.append(f"r{len(self.registers)}")
            return self.registers[-1]
        return self.rng.choice(self.registers)

    def access(self) -> Tree:
        roll, where = self.rng.random(), self.location()
        self.budget -= 1
        if roll < 0.45:
            return ("set", self.register(), ("read", where))
        if roll < 0.8:
            return ("write", where, self.expression(), self.rng.random() < 0.25)
        self.budget -= 1
        name = self.rng.choice(
            ("atomic_inc", "xchg", "cmpxchg", "try_cmpxchg", "add_unless", "set_bit", "tas")
        )
        if name in ("atomic_inc", "set_bit"):
            return (name, where)
        return ("set", self.register(), (name, where, self.rng.randint(0, 1), self.rng.randint(1, 2)))

    def expression(self) -> Tree:
        rng = self.rng
        if not self.registers or rng.random() < 0.3:
            if self.budget > 0 and rng.random() < 0.3:
                self.budget -= 1
                return ("==", ("read", self.location()), ("number", rng.randint(0, 2)))
            return ("number", rng.randint(0, 2))
        r: Tree = ("register", rng.choice(self.registers))
        kind = rng.choice(("r", "r", "==", "!=", "!", "+", "<", "&&", "||", "?:", "&"))
        if kind == "r":
            return r
        if kind == "!":
            return ("!", r)
        if kind in ("&&", "||") and self.budget > 0:
            self.budget -= 1
            return (kind, r, ("read", self.location()))
        if kind == "?:":
            return ("?:", r, ("number", 1), ("number", rng.randint(0, 2)))
        return (kind, r, ("number", rng.randint(0, 2)))


def make(rng: random.Random, threads: int = 2, accesses: int = 3) -> tuple[Tree, ...]:
    """A random program: each thread's registers and body."""
    made = []
    for _ in range(threads):
        maker = Maker(rng, accesses)
        body = maker.block(3)
        made.append((tuple(maker.registers), body))
    return tuple(made)


# ----------------------------------------------------------------------- text


def text(program: tuple[Tree, ...]) -> str:
    """The program as pseudo-C."""
    labels = iter(range(1000))
    lines = [f"int {', '.join(LOCATIONS)};"]
    for number, (registers, body) in enumerate(program):
        lines += [f"void p{number}(void)", "{", "\tint t, i;"]
        lines += [f"\tint {r} = 0;" for r in registers]
        lines += [*_statement(body, labels), "}"]
    return "\n".join(lines) + "\n"


def _statement(s: Tree, labels: Iterator[int]) -> list[str]:
    match s:
        case ("block", *parts):
            return ["{", *(line for p in parts for line in _statement(p, labels)), "}"]
        case ("set", register, ("try_cmpxchg", where, expected, new)):
            return [f"t = {expected};", f"{register} = try_cmpxchg(&{where}, &t, {new}) ? 5 : t;"]
        case ("set", register, value):
            return [f"{register} = {expression(value)};"]
        case ("write", where, value, is_release):
            if is_release:
                return [f"smp_store_release(&{where}, {expression(value)});"]
            return [f"WRITE_ONCE({where}, {expression(value)});"]
        case ("atomic_inc", where):
            return [f"atomic_inc(&{where});"]
        case ("set_bit", where):
            return [f"set_bit(1, &{where});"]
        case ("fence", name):
            return [f"{name}();"]
        case ("if", condition, then, None):
            return [f"if ({expression(condition)})", *_statement(then, labels)]
        case ("if", condition, then, other):
            first, second = _statement(then, labels), _statement(other, labels)
            return [f"if ({expression(condition)})", *first, "else", *second]
        case ("switch", value, cases):
            lines = [f"switch ({expression(value)}) {{"]
            for label, body, breaks in cases:
                lines += ["default:" if label is None else f"case {label}:", *_statement(body, labels)]
                lines += ["break;"] if breaks else []
            return [*lines, "}"]
        case ("for", count, body):
            i = f"i{next(labels)}"
            return [f"for (int {i} = 0; {i} < {count}; {i}++)", *_statement(body, labels)]
        case ("while", condition, body):
            return [f"while ({expression(condition)})", *_statement(body, labels)]
        case ("do", body, condition):
            return ["do", *_statement(body, labels), f"while ({expression(condition)});"]
        case ("wait", where, wanted):
            return [f"while (READ_ONCE({where}) != {wanted})", "cpu_relax();"]
        case ("forward", first, condition, second):
            label = f"out{next(labels)}"
            jump = [f"if ({expression(condition)})", f"goto {label};"]
            return [*_statement(first, labels), *jump, *_statement(second, labels), f"{label}:", ";"]
        case ("again", first, condition, second):
            label = f"again{next(labels)}"
            jump = [f"if ({expression(condition)})", f"goto {label};"]
            return [f"{label}:", *_statement(first, labels), *jump, *_statement(second, labels)]
        case (word,):
            return [f"{word};"]
    raise ValueError(s)


def expression(e: Tree) -> str:
    """An expression as pseudo-C."""
    match e:
        case ("number", value):
            return str(value)
        case ("register", name):
            return str(name)
        case ("read", where):
            return f"READ_ONCE({where})"
        case ("xchg", where, _, new):
            return f"xchg(&{where}, {new})"
        case ("cmpxchg", where, expected, new):
            return f"cmpxchg(&{where}, {expected}, {new})"
        case ("add_unless", where, unless, amount):
            return f"atomic_add_unless(&{where}, {amount}, {unless})"
        case ("tas", where, bit, _):
            return f"test_and_set_bit({bit}, &{where})"
        case ("!", inner):
            return f"!{expression(inner)}"
        case ("?:", c, a, b):
            return f"({expression(c)} ? {expression(a)} : {expression(b)})"
        case (operator, a, b):
            return f"({expression(a)} {operator} {expression(b)})"
    raise ValueError(e)


# ---------------------------------------------------------------- interpreter

Run = Generator[None, None, Any]  # yields before each access of memory


def outcomes(program: tuple[Tree, ...], limit: int = 20_000) -> set[tuple[int, ...]]:
    """Registers of all threads, then memory, at the end of each interleaving within the bound."""
    found: set[tuple[int, ...]] = set()
    prefixes: list[tuple[int, ...]] = [()]
    while prefixes:
        limit -= 1
        if limit < 0:
            raise OverflowError
        _follow(program, prefixes.pop(), prefixes, found)
    return found


def _follow(
    program: tuple[Tree, ...],
    prefix: tuple[int, ...],
    prefixes: list[tuple[int, ...]],
    found: set[tuple[int, ...]],
) -> None:
    """Run one schedule: `prefix`, then always the first thread that can go on; note the other choices."""
    memory = dict.fromkeys(LOCATIONS, 0)
    registers = [dict.fromkeys(r, 0) for r, _ in program]
    runs: list[Run | None] = [_thread(body, registers[i], memory) for i, (_, body) in enumerate(program)]
    try:
        for i in range(len(runs)):
            _advance(runs, i)
        taken: list[int] = []
        while any(r is not None for r in runs):
            ready = [i for i, r in enumerate(runs) if r is not None]
            if len(taken) < len(prefix):
                chosen = prefix[len(taken)]
            else:
                chosen = ready[0]
                prefixes += [(*taken, other) for other in ready[1:]]
            taken.append(chosen)
            _advance(runs, chosen)
    except Cut:
        return
    found.add(tuple(v for r in registers for v in r.values()) + tuple(memory.values()))


def _advance(runs: list[Run | None], i: int) -> None:
    run = runs[i]
    assert run is not None
    try:
        next(run)
    except StopIteration:
        runs[i] = None


def _thread(body: Tree, registers: Registers, memory: Memory) -> Run:
    try:
        yield from _execute(body, registers, memory)
    except Jump as jump:
        if jump.kind != "return":
            raise


def _execute(s: Tree, registers: Registers, memory: Memory) -> Run:  # noqa: C901 (one case a statement)
    match s:
        case ("block", *parts):
            for part in parts:
                yield from _execute(part, registers, memory)
        case ("set", register, value):
            registers[register] = yield from _value(value, registers, memory)
        case ("write", where, value, _):
            new = yield from _value(value, registers, memory)
            yield
            memory[where] = new
        case ("atomic_inc", where):
            yield
            memory[where] += 1
        case ("set_bit", where):
            yield
            memory[where] |= 2
        case ("fence", _):
            pass
        case ("if", condition, then, other):
            if (yield from _value(condition, registers, memory)):
                yield from _execute(then, registers, memory)
            elif other is not None:
                yield from _execute(other, registers, memory)
        case ("switch", value, cases):
            chosen = yield from _value(value, registers, memory)
            yield from _switch(chosen, cases, registers, memory)
        case ("for", count, body):
            for _ in range(count):
                if (yield from _iterate(body, registers, memory)):
                    return
        case ("while", condition, body):
            for _ in range(BOUND):
                if not (yield from _value(condition, registers, memory)):
                    return
                if (yield from _iterate(body, registers, memory)):
                    return
            if (yield from _value(condition, registers, memory)):
                raise Cut
        case ("do", body, condition):
            for _ in range(BOUND):
                if (yield from _iterate(body, registers, memory)):
                    return
                if not (yield from _value(condition, registers, memory)):
                    return
            raise Cut
        case ("wait", where, wanted):
            yield
            if memory[where] != wanted:
                raise Cut
        case ("forward", first, condition, second):
            yield from _execute(first, registers, memory)
            if not (yield from _value(condition, registers, memory)):
                yield from _execute(second, registers, memory)
        case ("again", first, condition, second):
            for _ in range(BOUND):
                yield from _execute(first, registers, memory)
                if not (yield from _value(condition, registers, memory)):
                    yield from _execute(second, registers, memory)
                    return
            raise Cut
        case (word,):
            raise Jump(word)


def _switch(chosen: int, cases: Tree, registers: Registers, memory: Memory) -> Run:
    labels = [label for label, _, _ in cases]
    if chosen not in labels and None not in labels:
        return
    start = labels.index(chosen if chosen in labels else None)
    try:
        for _, body, breaks in cases[start:]:
            yield from _execute(body, registers, memory)
            if breaks:
                return
    except Jump as jump:
        if jump.kind != "break":
            raise


def _iterate(body: Tree, registers: Registers, memory: Memory) -> Run:
    """One iteration; whether the loop is left."""
    try:
        yield from _execute(body, registers, memory)
    except Jump as jump:
        if jump.kind == "return":
            raise
        return jump.kind == "break"
    return False


def _value(e: Tree, registers: Registers, memory: Memory) -> Run:
    match e:
        case ("number", value):
            return value
        case ("register", name):
            return registers[name]
        case ("read", where):
            yield
            return memory[where]
        case ("xchg" | "cmpxchg" | "try_cmpxchg" | "add_unless" | "tas" as name, where, a, b):
            yield
            return _atomic(name, where, a, b, memory)
        case ("!", inner):
            return int(not (yield from _value(inner, registers, memory)))
        case ("&&", a, b):
            if not (yield from _value(a, registers, memory)):
                return 0
            return int(bool((yield from _value(b, registers, memory))))
        case ("||", a, b):
            if (yield from _value(a, registers, memory)):
                return 1
            return int(bool((yield from _value(b, registers, memory))))
        case ("?:", c, a, b):
            chosen = a if (yield from _value(c, registers, memory)) else b
            return (yield from _value(chosen, registers, memory))
        case (operator, a, b):
            left = yield from _value(a, registers, memory)
            right = yield from _value(b, registers, memory)
            return {
                "==": int(left == right),
                "!=": int(left != right),
                "<": int(left < right),
                "+": left + right,
                "&": left & right,
            }[operator]
    raise ValueError(e)


def _atomic(name: str, where: str, a: int, b: int, memory: Memory) -> int:
    old = memory[where]
    match name:
        case "xchg":
            memory[where] = b
            return old
        case "cmpxchg":
            memory[where] = b if old == a else old
            return old
        case "try_cmpxchg":
            memory[where] = b if old == a else old
            return 5 if old == a else old
        case "add_unless":
            memory[where] = old if old == a else old + b
            return int(old != a)
        case _:
            memory[where] |= 1 << a
            return int(bool(old & 1 << a))
