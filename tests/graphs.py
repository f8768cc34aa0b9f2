"""Event graphs from one line of text, for tests: `graph("W x 1; Wmb; W y 1 | R y; Rmb; R x")`.

Threads are split by `|`, instructions by `;` or new lines. An instruction is one of
    W x 1           W[Release] x r0+1    a store; the value is an expression over registers
    R x             r0 = R[Acquire] x    a load; without a name the register is r0, r1 … by thread
    r0 = X[Mb] x 1                       an exchange; the tag is Mb, Acquire, Release or Once
    r0 = A[Mb] x 1                       fetch and add
    A x 1                                add without a result
    r0 = CAS[Mb] x 0 1                   compare and exchange
    Mb Wmb Rmb Barrier Before-atomic …   a fence
    if r0==1 { … } else { … }            a branch; its control dependencies reach the arms alone on linux
    assume r0==1                         a constraint
`@r0` at the end of a load or store makes its address depend on r0. The architecture "x86" has tags
on locked instructions and mfence alone, "any" has the tags of linux, "aarch64"
gives each instruction as arm64 compiles it: LSE atomics, but exclusives for CAS.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from verifier.events.expression import FALSE, TRUE, Apply, Const, Expression, ReadValue
from verifier.events.graph import (
    INITIAL,
    Atomic,
    Dependency,
    Event,
    EventGraph,
    OrderingSource,
    Property,
    SourceKind,
)
from verifier.source import Span

FENCES = {
    "Mb": "DMB.ISH",
    "Wmb": "DMB.ISHST",
    "Rmb": "DMB.ISHLD",
    "Barrier": "",
    "Before-atomic": "DMB.ISH",
    "After-atomic": "DMB.ISH",
}

OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.Gt: ">",
    ast.And: "&&",
    ast.Or: "||",
    ast.Mod: "%",
}


@dataclass(frozen=True)
class Datum:
    """A register's value and the reads that it depends on."""

    value: Expression
    reads: frozenset[int]


def conjunction(a: Expression, b: Expression) -> Expression:
    if a == TRUE:
        return b
    return a if b == TRUE else Apply("&&", (a, b))


def parse_expression(text: str, registers: dict[str, Datum]) -> Datum:
    return _expression(ast.parse(text.strip(), mode="eval").body, registers)


def _expression(node: Any, registers: dict[str, Datum]) -> Datum:
    match node:
        case ast.Constant(value):
            return Datum(Const(int(value)), frozenset())
        case ast.Name(name):
            return registers[name]
        case ast.BinOp(left, operator, right) | ast.Compare(left, [operator], [right]):
            parts = [left, right]
        case ast.BoolOp(operator, parts):
            pass
        case ast.UnaryOp(ast.USub(), ast.Constant(value)):
            return Datum(Const(-int(value)), frozenset())
        case ast.UnaryOp(ast.Not(), operand):
            inner = _expression(operand, registers)
            return Datum(Apply("!", (inner.value,)), inner.reads)
        case _:
            raise ValueError(ast.dump(node))
    data = [_expression(p, registers) for p in parts]
    value = data[0].value
    for d in data[1:]:
        value = Apply(OPERATORS[type(operator)], (value, d.value))
    return Datum(value, frozenset().union(*(d.reads for d in data)))


@dataclass
class Builder:
    """Collects events thread by thread; `guard` and what follows are the state of the present thread."""

    architecture: Literal["linux", "aarch64", "x86", "any"]
    locations: list[str]
    events: list[Event] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    sources: list[OrderingSource] = field(default_factory=list)
    dependencies: list[Dependency] = field(default_factory=list)
    atomics: list[Atomic] = field(default_factory=list)
    constraints: list[Expression] = field(default_factory=list)
    thread: int = 0
    guard: Expression = TRUE
    before: int = 0  # the events before, on this path
    registers: dict[str, Datum] = field(default_factory=dict)
    control: frozenset[tuple[int, int]] = frozenset()  # (read, its ctrl source)
    span: Span = field(default_factory=lambda: Span(1, 1, 1, 2))

    @property
    def arm(self) -> bool:
        return self.architecture == "aarch64"

    @property
    def x86(self) -> bool:
        return self.architecture == "x86"

    def start_thread(self, thread: int) -> None:
        self.thread, self.guard, self.before = thread, TRUE, 0
        self.registers, self.control = {}, frozenset()

    def event(
        self,
        kind: Literal["R", "W", "F"],
        location: str | None,
        text: str,
        tags: Iterable[str] = (),
        relaxed: Iterable[str] = (),
        value: Expression | None = None,
        guard: Expression = TRUE,
    ) -> int:
        number = len(self.events)
        where = None if location is None else self.locations.index(location)
        executes = conjunction(self.guard, guard)
        self.events.append(
            Event(
                self.thread,
                kind,
                where,
                executes,
                value,
                frozenset(t for t in tags if t),
                frozenset(t for t in relaxed if t),
                None,
                0,
                text,
                None,
                self.span,
            )
        )
        self.order.append(0)
        for i in range(number):
            if self.before >> i & 1:
                self.order[i] |= 1 << number
        if self.thread != INITIAL:
            self.before |= 1 << number
        for read, source in sorted(self.control):
            self.dependencies.append(Dependency("ctrl", read, number, TRUE, source))
        return number

    def source(self, kind: SourceKind, name: str, events: tuple[int, ...], **flags: bool) -> int:
        number = len(self.sources)
        barrier, note = flags.get("barrier", True), flags.get("note", False)
        self.sources.append(
            OrderingSource(kind, name, self.thread, events, barrier, note, number, None, self.span)
        )
        return number

    def depend(self, kind: Literal["addr", "data"], datum: Datum, end: int) -> None:
        for read in sorted(datum.reads):
            source = self.source(kind, kind, (), barrier=False)
            self.dependencies.append(Dependency(kind, read, end, TRUE, source))

    def read(self, register: str | None, tag: str, location: str, address: str | None, text: str) -> None:
        tags = {"Acquire": "A"}.get(tag, "") if self.arm else "" if self.x86 else tag or "Once"
        relaxed = "" if self.arm or self.x86 else "Once"
        r = self.event("R", location, text, (tags,), (relaxed if tag == "Acquire" else tags,))
        if tag == "Acquire":
            self.source("acquire", "smp_load_acquire", (r,))
        if address:
            self.depend("addr", self.registers[address], r)
        self.registers[register or self._next()] = Datum(ReadValue(r), frozenset((r,)))

    def _next(self) -> str:
        return next(f"r{i}" for i in range(100) if f"r{i}" not in self.registers)

    def write(self, tag: str, location: str, value: str, address: str | None, text: str) -> None:
        tags = {"Release": "L"}.get(tag, "") if self.arm else "" if self.x86 else tag or "Once"
        relaxed = "" if self.arm or self.x86 else "Once"
        datum = parse_expression(value, self.registers)
        w = self.event(
            "W", location, text, (tags,), (relaxed if tag == "Release" else tags,), value=datum.value
        )
        if tag == "Release":
            self.source("release", "smp_store_release", (w,))
        self.depend("data", datum, w)
        if address:
            self.depend("addr", self.registers[address], w)

    def fence(self, name: str) -> None:
        tag = FENCES.get(name, name) if self.arm else name
        if self.x86:
            tag = "MFENCE" if name == "Mb" else ""
        f = self.event("F", None, name, (tag,), ())
        self.source("fence", name, (f,))

    def rmw(self, operation: str, register: str | None, tag: str, location: str, operands: list[str]) -> None:
        text = f"{operation}[{tag}] {location}"
        returns = register is not None or operation != "A"
        strength = (tag or "Mb") if returns else "Once"
        read_tags, write_tags, relaxed_read, relaxed_write = self._rmw_tags(operation, strength, returns)
        r = self.event("R", location, text, read_tags, relaxed_read)
        old = Datum(ReadValue(r), frozenset((r,)))
        guard: Expression = TRUE
        if operation == "CAS":
            guard = Apply("==", (old.value, parse_expression(operands[0], self.registers).value))
        given = parse_expression(operands[-1], self.registers)
        value = Apply("+", (old.value, given.value)) if operation == "A" else given.value
        w = self.event("W", location, text, write_tags, relaxed_write, value=value, guard=guard)
        self.depend("data", given, w)
        if operation == "A":
            self.depend("data", old, w)
        exclusive = self.arm and operation == "CAS"
        self.atomics.append(Atomic(r, w, "lxsx" if exclusive else "amo"))
        events: tuple[int, ...] = (r, w)
        if operation == "CAS":
            self.dependencies.append(
                Dependency("ctrl", r, w, TRUE, self.source("ctrl", "ctrl", (), barrier=False))
            )
        if exclusive and strength == "Mb":
            events = (r, w, self.event("F", None, text, ("DMB.ISH",), (), guard=guard))
        if strength in ("Mb", "Acquire", "Release"):
            kinds: dict[str, SourceKind] = {"Mb": "rmw", "Acquire": "acquire", "Release": "release"}
            self.source(kinds[strength], text, events, note=strength == "Mb" and tag == "")
        if returns:
            self.registers[register or self._next()] = old

    def _rmw_tags(
        self, operation: str, strength: str, returns: bool
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        if self.x86:
            return ("X",), ("X",), ("X",), ("X",)
        if not self.arm:
            extra = () if returns else ("Noreturn",)
            return ("RMW", strength, *extra), ("RMW", strength), ("RMW", "Once", *extra), ("RMW", "Once")
        acquire = "A" if strength == "Acquire" or (strength == "Mb" and operation != "CAS") else ""
        release = "L" if strength in ("Mb", "Release") else ""
        plain = ("X",) if returns else ("X", "NoRet")
        return (*plain, acquire), ("X", release), plain, ("X",)

    def branch(self, condition: Datum, taken: list[str], other: list[str]) -> None:
        outer = self.control
        for r in sorted(condition.reads):
            self.control |= {(r, self.source("ctrl", "ctrl", (), barrier=False))}
        guard, before, registers, control = self.guard, self.before, dict(self.registers), self.control
        ends = []
        for test, body in ((condition.value, taken), (Apply("!", (condition.value,)), other)):
            self.guard, self.before = conjunction(guard, test), before
            self.registers, self.control = dict(registers), control
            self.block(body)
            ends.append((self.before, self.registers, self.control))
        self.guard = guard
        self.before = ends[0][0] | ends[1][0]
        self.control = ends[0][2] | ends[1][2] if self.arm else outer
        self.registers = {}
        for name in sorted(ends[0][1].keys() | ends[1][1].keys()):
            a, b = (e[1].get(name, Datum(Const(0), frozenset())) for e in ends)
            value = a.value if a == b else Apply("?:", (condition.value, a.value, b.value))
            self.registers[name] = Datum(value, a.reads | b.reads)

    def block(self, instructions: list[str]) -> None:
        i = 0
        while i < len(instructions):
            instruction = instructions[i]
            i += 1
            if instruction.startswith("if "):
                taken, i = _body(instructions, i)
                other: list[str] = []
                if i < len(instructions) and instructions[i] == "else":
                    other, i = _body(instructions, i + 1)
                self.branch(parse_expression(instruction[3:], self.registers), taken, other)
            else:
                self.instruction(instruction)

    def instruction(self, text: str) -> None:
        if text.startswith("assume "):
            value = parse_expression(text[7:], self.registers).value
            self.constraints.append(
                value if self.guard == TRUE else Apply("||", (Apply("!", (self.guard,)), value))
            )
            return
        shape = re.fullmatch(
            r"(?:(\w+)\s*=\s*)?(W|R|X|A|CAS)(?:\[(\w*)\])?\s+([\w.]+)((?:\s+[^\s@]+)*)(?:\s*@(\w+))?", text
        )
        if shape is None:
            if text not in FENCES:
                raise ValueError(text)
            self.fence(text)
            return
        register, operation, tag, location, operands, address = shape.groups()
        match operation:
            case "R":
                self.read(register, tag or "", location, address, text)
            case "W":
                self.write(tag or "", location, operands.strip(), address, text)
            case _:
                self.rmw(operation, register, tag or "", location, operands.split())

    def finish(self, threads: int, properties: tuple[Property, ...]) -> EventGraph:
        return EventGraph(
            threads=tuple(f"P{i}" for i in range(threads)),
            locations=tuple(self.locations),
            events=tuple(self.events),
            order=tuple(self.order),
            sources=tuple(self.sources),
            dependencies=tuple(self.dependencies),
            atomics=tuple(self.atomics),
            constraints=tuple(self.constraints),
            sleeps=(),
            properties=properties,
            values=(),
            running="TASK_RUNNING",
            ends=(TRUE,) * threads,
            cuts=(FALSE,) * threads,
            unreached=(),
            bound=1,
            architecture=self.architecture,
        )


def _body(instructions: list[str], start: int) -> tuple[list[str], int]:
    """The instructions of the braces that open at `start`, and the place after them."""
    if instructions[start] != "{":
        raise ValueError(instructions)
    depth, i = 1, start + 1
    while depth:
        depth += {"{": 1, "}": -1}.get(instructions[i], 0)
        i += 1
    return instructions[start + 1 : i - 1], i


def graph(
    text: str,
    architecture: str = "linux",
    initial: dict[str, int] | None = None,
    exists: str | None = None,
) -> EventGraph:
    """The event graph of a text as above. `exists`: an expression over `0:r0` and `[x]`."""
    threads = [[p.strip() for p in re.split(r"[;\n]|([{}])", t) if p and p.strip()] for t in text.split("|")]
    names = sorted(set(re.findall(r"\b(?:W|R|X|A|CAS)(?:\[\w*\])?\s+([\w.]+)", text)))
    assert architecture in ("linux", "aarch64", "x86", "any")
    builder = Builder(architecture, names)  # type: ignore[arg-type]
    builder.thread = INITIAL
    for name in names:
        builder.event("W", name, f"{name}=0", value=Const((initial or {}).get(name, 0)))
    registers: dict[str, Datum] = {}
    for i, instructions in enumerate(threads):
        builder.start_thread(i)
        builder.block(instructions)
        registers |= {f"P{i}_{r}": d for r, d in builder.registers.items()}
    properties: tuple[Property, ...] = ()
    if exists is not None:
        finals = {f"final_{n}": Datum(ReadValue(-1 - l), frozenset()) for l, n in enumerate(names)}
        written = re.sub(r"(\d+):(\w+)", r"P\1_\2", exists)
        written = re.sub(r"\[(\w+)\]", r"final_\1", written)
        formula = parse_expression(written, registers | finals).value
        properties = (Property("exists", formula, TRUE, exists, builder.span),)
    return builder.finish(len(threads), properties)
