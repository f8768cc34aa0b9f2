"""Reads simple C litmus tests of the kernel's memory model into event graphs, for the tests alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests import conditions
from tests.conditions import UnsupportedError
from tests.graphs import Builder, Datum
from verifier.events.expression import TRUE, Apply, Const, Expression, ReadValue
from verifier.events.graph import INITIAL, Atomic, Dependency, EventGraph, Property

FENCES = {
    "smp_mb": "Mb",
    "smp_rmb": "Rmb",
    "smp_wmb": "Wmb",
    "barrier": "Barrier",
    "smp_mb__before_atomic": "Before-atomic",
    "smp_mb__after_atomic": "After-atomic",
    "smp_mb__after_spinlock": "After-spinlock",
    "smp_mb__after_unlock_lock": "After-unlock-lock",
    "synchronize_rcu": "Sync-rcu",
    "synchronize_rcu_expedited": "Sync-rcu",
    "rcu_read_lock": "Rcu-lock",
    "rcu_read_unlock": "Rcu-unlock",
}
LEVELS = (("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*",))
ORDERS = {"": "Mb", "_relaxed": "Once", "_acquire": "Acquire", "_release": "Release"}
CONSTANT = Datum(Const(0), frozenset())


@dataclass
class Reader:
    """A recursive descent over the tokens of one thread's body."""

    builder: Builder
    pointers: dict[str, str]
    tokens: list[str]
    at: int = 0
    rcu: bool = field(default=False)

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ""

    def take(self, wanted: str | None = None) -> str:
        token = self.peek()
        if wanted is not None and token != wanted:
            raise UnsupportedError(f"found {token}, wanted {wanted}")
        self.at += 1
        return token

    # statements

    def body(self) -> None:
        while self.at < len(self.tokens):
            self.statement()

    def statement(self) -> None:
        match self.peek():
            case "{":
                self.take()
                while self.peek() != "}":
                    self.statement()
                self.take()
            case ";":
                self.take()
            case "if":
                self.branch()
            case "while" | "for" | "do" | "goto" | "return":
                raise UnsupportedError(self.peek())
            case _:
                if not self.declaration():
                    self.expression_statement()

    def declaration(self) -> bool:
        match = re.match(
            r"(?:(?:int|long|unsigned|intptr_t|uintptr_t|struct \w+|atomic_t|bool) )+", self.rest()
        )
        if match is None:
            return False
        for _ in match.group().split():
            self.take()
        while True:
            while self.peek() == "*":
                self.take()
            name = self.take()
            if self.peek() == "=":
                self.take()
                self.builder.registers[name] = self.expression()
            if self.take() == ";":
                return True

    def rest(self) -> str:
        return " ".join(self.tokens[self.at : self.at + 4]) + " "

    def expression_statement(self) -> None:
        if self.peek() == "*" and self.peek(2) == "=":
            self.take()
            location = self.pointer(self.take())
            self.take("=")
            self.store("Plain", location, self.expression())
        elif re.fullmatch(r"[A-Za-z_]\w*", self.peek()) and self.peek(1) == "=":
            name = self.take()
            if name in self.pointers:
                raise UnsupportedError("a pointer is assigned")
            self.take()
            self.builder.registers[name] = self.expression()
        else:
            self.expression()
        self.take(";")

    def branch(self) -> None:
        self.take("if")
        self.take("(")
        condition = self.expression()
        self.take(")")
        b = self.builder
        outer = b.control
        for r in sorted(condition.reads):
            b.control |= {(r, b.source("ctrl", "ctrl", (), barrier=False))}
        inner, guard, before, registers = b.control, b.guard, b.before, dict(b.registers)
        b.guard = Apply("&&", (guard, condition.value))
        self.statement()
        then = (b.before, b.registers)
        b.guard = Apply("&&", (guard, Apply("!", (condition.value,))))
        b.before, b.registers, b.control = before, dict(registers), inner
        if self.peek() == "else":
            self.take()
            self.statement()
        merged = {}
        for name in sorted(then[1].keys() | b.registers.keys()):
            x, y = then[1].get(name, CONSTANT), b.registers.get(name, CONSTANT)
            value = x.value if x == y else Apply("?:", (condition.value, x.value, y.value))
            merged[name] = Datum(value, x.reads | y.reads)
        b.guard, b.before, b.registers, b.control = guard, b.before | then[0], merged, outer

    # expressions

    def expression(self, level: int = 0) -> Datum:
        if level == len(LEVELS):
            return self.unary()
        left = self.expression(level + 1)
        while self.peek() in LEVELS[level]:
            operator = self.take()
            before = len(self.builder.events)
            right = self.expression(level + 1)
            if operator in ("&&", "||") and len(self.builder.events) > before:
                raise UnsupportedError("an access behind && or ||")
            left = Datum(Apply(operator, (left.value, right.value)), left.reads | right.reads)
        return left

    def unary(self) -> Datum:
        token = self.take()
        if token in ("!", "~", "-"):
            inner = self.unary()
            return Datum(Apply({"-": "neg"}.get(token, token), (inner.value,)), inner.reads)
        if token == "*":
            return self.load("Plain", self.pointer(self.take()))
        if token == "(":
            if re.fullmatch(r"int|long|intptr_t|uintptr_t|unsigned|void|struct", self.peek()):
                raise UnsupportedError("a cast")
            inner = self.expression()
            self.take(")")
            return inner
        if re.fullmatch(r"\d+|0x[\da-fA-F]+", token):
            return Datum(Const(int(token, 0)), frozenset())
        if not re.fullmatch(r"[A-Za-z_]\w*", token):
            raise UnsupportedError(f"token {token}")
        if self.peek() == "(":
            return self.call(token)
        if token in self.pointers:
            raise UnsupportedError("a pointer as a value")
        return self.builder.registers.get(token, CONSTANT)

    def pointer(self, name: str) -> str:
        if name not in self.pointers:
            raise UnsupportedError("a computed address")
        return self.pointers[name]

    def location(self) -> str:
        """A location as an argument: `x`, `*x` or `&*x`."""
        while self.peek() in ("*", "&"):
            self.take()
        name = self.take()
        if self.peek() not in (",", ")"):
            raise UnsupportedError("a computed address")
        return self.pointer(name)

    def load(self, tag: str, location: str) -> Datum:
        r = self.builder.event("R", location, f"{tag} read", (tag,))
        return Datum(ReadValue(r), frozenset((r,)))

    def store(self, tag: str, location: str, datum: Datum) -> None:
        w = self.builder.event("W", location, f"{tag} write", (tag,), value=datum.value)
        self.depend(datum, w)

    def depend(self, datum: Datum, w: int) -> None:
        self.builder.depend("data", datum, w)

    def rmw(
        self,
        tag: str,
        location: str,
        value: Expression | None,
        given: Datum,
        guard: Expression = TRUE,
        quiet: bool = False,
    ) -> int:
        """The number of the read; `value` None: the value written is `given` itself."""
        b = self.builder
        extra = ("Noreturn",) if quiet else ()
        r = b.event("R", location, "rmw read", ("RMW", tag, *extra))
        new = given.value if value is None else _filled(value, r)
        w = b.event("W", location, "rmw write", ("RMW", tag), value=new, guard=_filled(guard, r))
        if value is not None:
            b.dependencies.append(Dependency("data", r, w, TRUE, b.source("data", "data", (), barrier=False)))
        self.depend(given, w)
        b.atomics.append(Atomic(r, w, "amo"))
        return r

    def call(self, name: str) -> Datum:
        self.take("(")
        if name in FENCES:
            self.take(")")
            if FENCES[name].startswith("Rcu"):
                raise UnsupportedError("rcu")
            if FENCES[name] == "Sync-rcu":
                raise UnsupportedError("rcu")
            self.builder.event("F", None, name, (FENCES[name],))
            return CONSTANT
        name = {"rcu_dereference": "READ_ONCE"}.get(name, name)
        match name:
            case "READ_ONCE" | "atomic_read":
                return self.closed(self.load("Once", self.location()))
            case "smp_load_acquire" | "atomic_read_acquire":
                return self.closed(self.load("Acquire", self.location()))
            case "WRITE_ONCE" | "atomic_set" | "smp_store_release" | "atomic_set_release" | "smp_store_mb":
                location = self.location()
                self.take(",")
                datum = self.expression()
                self.store("Release" if "release" in name else "Once", location, datum)
                if name == "smp_store_mb":
                    self.builder.event("F", None, name, ("Mb",))
                return self.closed(CONSTANT)
            case "rcu_assign_pointer":
                raise UnsupportedError(name)
            case "spin_lock" | "spin_unlock":
                return self.lock(name)
        return self.atomic(name)

    def lock(self, name: str) -> Datum:
        """A lock is an exchange of 0 for 1 that happens; an unlock a release of 0 (lock.cat)."""
        b, location = self.builder, self.location()
        if name == "spin_unlock":
            b.event("W", location, name, ("UL", "Release"), value=Const(0))
            return self.closed(CONSTANT)
        r = b.event("R", location, name, ("LKR", "Acquire"))
        w = b.event("W", location, name, ("LKW",), value=Const(1))
        b.atomics.append(Atomic(r, w, "amo"))
        taken = Apply("==", (ReadValue(r), Const(0)))
        b.constraints.append(taken if b.guard == TRUE else Apply("||", (Apply("!", (b.guard,)), taken)))
        return self.closed(CONSTANT)

    def closed(self, datum: Datum) -> Datum:
        self.take(")")
        return datum

    def atomic(self, name: str) -> Datum:
        shape = re.fullmatch(
            r"(?:atomic_)?(xchg|cmpxchg|fetch_add|fetch_sub|fetch_inc|fetch_dec|add_return|sub_return|inc_return"
            r"|dec_return|add_unless|sub_and_test|dec_and_test|inc_and_test|add_negative|add|sub|inc|dec)"
            r"(_relaxed|_acquire|_release|)",
            name,
        )
        if shape is None:
            raise UnsupportedError(name)
        kind, order = shape.groups()
        tag = ORDERS[order]
        if kind in ("xchg", "cmpxchg"):
            return self.exchange(kind, tag)
        if kind == "add_unless":
            return self.add_unless(tag)
        amount = Datum(Const(1), frozenset())
        if not re.match("(fetch_)?(inc|dec)", kind):
            amount = self.expression()
            self.take(",")
        location = self.closed_location()
        operator = "-" if re.match("(fetch_)?(sub|dec)", kind) else "+"
        new = Apply(operator, (ReadValue(-999), amount.value))
        quiet = kind in ("add", "sub", "inc", "dec")
        r = self.rmw("Once" if quiet else tag, location, new, amount, quiet=quiet)
        old, result = ReadValue(r), _filled(new, r)
        reads = frozenset((r,)) | amount.reads
        if kind.startswith("fetch"):
            return Datum(old, frozenset((r,)))
        if kind.endswith("test"):
            return Datum(Apply("==", (result, Const(0))), reads)
        if kind == "add_negative":
            return Datum(Apply("<", (result, Const(0))), reads)
        return Datum(result, reads)

    def closed_location(self) -> str:
        location = self.location()
        self.take(")")
        return location

    def exchange(self, kind: str, tag: str) -> Datum:
        location = self.location()
        self.take(",")
        first = self.expression()
        guard: Expression = TRUE
        if kind == "cmpxchg":
            self.take(",")
            guard = Apply("==", (ReadValue(-999), first.value))
            first = self.expression()
        r = self.rmw(tag, location, None, first, guard)
        return self.closed(Datum(ReadValue(r), frozenset((r,))))

    def add_unless(self, tag: str) -> Datum:
        location = self.location()
        self.take(",")
        amount = self.expression()
        self.take(",")
        unless = self.expression()
        differs = Apply("!=", (ReadValue(-999), unless.value))
        r = self.rmw(tag, location, Apply("+", (ReadValue(-999), amount.value)), amount, differs)
        return self.closed(Datum(_filled(differs, r), frozenset((r,))))


def _filled(e: Expression, r: int) -> Expression:
    """The expression with its placeholder read replaced."""
    match e:
        case ReadValue(-999):
            return ReadValue(r)
        case Apply(operator, arguments):
            return Apply(operator, tuple(_filled(a, r) for a in arguments))
        case _:
            return e


def read(text: str) -> EventGraph:
    """The event graph of a litmus test, its condition as the only property. Raises UnsupportedError."""
    text = re.sub(r"\(\*.*?\*\)|/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    start = text.index("{")
    end = text.index("}", start)
    memory = _initial(text[start + 1 : end])
    heads = list(re.finditer(r"^P(\d+)\s*\(([^)]*)\)\s*\{", text[end:], re.M))
    if not heads:
        raise UnsupportedError("no threads")
    threads = []
    for head in heads:
        begin = end + head.end()
        stop = _closing(text, begin)
        names = [re.sub(r".*?(\w+)\s*$", r"\1", p.strip()) for p in head.group(2).split(",") if p.strip()]
        threads.append((names, text[begin:stop]))
        last = stop
    condition = text[last + 1 :]
    if "filter" in condition:
        raise UnsupportedError("filter")
    condition = re.sub(r"locations\s*\[[^\]]*\]", "", condition)
    atoms = re.findall(r"(?<![\w:])([A-Za-z_]\w*)\s*=", condition)
    names = sorted({n for t, _ in threads for n in t} | set(memory) | set(atoms))
    builder = Builder("linux", names)
    builder.thread = INITIAL
    for name in names:
        builder.event("W", name, name, value=Const(memory.get(name, 0)))
    registers: dict[str, Datum] = {}
    for i, (parameters, body) in enumerate(threads):
        builder.start_thread(i)
        tokens = re.findall(r"[A-Za-z_]\w*|\d\w*|&&|\|\||[=!<>]=|->|\S", body)
        Reader(builder, {p: p for p in parameters}, tokens).body()
        registers |= {f"{i}:{r}": d for r, d in builder.registers.items()}

    def atom(name: str) -> Expression:
        if ":" in name:
            return registers.get(name, CONSTANT).value
        return ReadValue(-1 - names.index(name.strip("[]*")))

    kind, formula = conditions.read(condition, atom)
    return builder.finish(len(threads), (Property(kind, formula, TRUE, condition, builder.span),))


def _closing(text: str, begin: int) -> int:
    depth = 1
    for i in range(begin, len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return i
    raise UnsupportedError("braces")


def _initial(text: str) -> dict[str, int]:
    memory = {}
    for item in (i.strip() for i in text.split(";")):
        if not item:
            continue
        shape = re.fullmatch(
            r"(?:(?:int|long|atomic_t|spinlock_t|intptr_t)\s+)?(\w+)(?:\s*=\s*(?:ATOMIC_INIT\()?(-?\d+)\)?)?",
            item,
        )
        if shape is None:
            raise UnsupportedError("an initial value")
        memory[shape.group(1)] = int(shape.group(2) or 0)
    return memory
