"""Reads simple AArch64 litmus tests into event graphs, for the tests alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests import conditions
from tests.conditions import UnsupportedError
from tests.graphs import Builder, Datum, conjunction
from verifier.events.expression import TRUE, Apply, Const, Expression, ReadValue, Unknown
from verifier.events.graph import INITIAL, Atomic, Dependency, EventGraph, Property

LSE = {"SWP": None, "LDADD": "+", "LDSET": "|", "LDEOR": "^"}
NO_RESULT = {"STADD": "+", "STSET": "|", "STEOR": "^"}


def number(text: str) -> str:
    """A register's number: W3 and X3 are one."""
    if text in ("WZR", "XZR"):
        return "ZR"
    if not re.fullmatch(r"[WX]\d+", text):
        raise UnsupportedError(f"register {text}")
    return text[1:]


@dataclass
class State:
    """A path's state at a label."""

    guard: Expression
    before: int
    registers: dict[str, Datum]
    control: frozenset[tuple[int, int]]


@dataclass
class Thread:
    builder: Builder
    addresses: dict[str, str]
    waiting: dict[str, list[State]] = field(default_factory=dict)
    alive: bool = True
    exclusive: tuple[int, str] | None = None
    labels: set[str] = field(default_factory=set)

    def get(self, register: str) -> Datum:
        if register == "ZR":
            return Datum(Const(0), frozenset())
        if register not in self.builder.registers:
            if register in self.addresses:
                raise UnsupportedError("an address as a value")
            return Datum(Const(0), frozenset())
        return self.builder.registers[register]

    def put(self, register: str, datum: Datum) -> None:
        if register != "ZR":
            self.addresses.pop(register, None)
            self.builder.registers[register] = datum

    def state(self, guard: Expression) -> State:
        b = self.builder
        return State(guard, b.before, dict(b.registers), b.control)

    def label(self, name: str) -> None:
        self.labels.add(name)
        for s in self.waiting.pop(name, []):
            self.join(s)

    def join(self, s: State) -> None:
        b = self.builder
        if not self.alive:
            b.guard, b.before, b.registers, b.control = s.guard, s.before, s.registers, s.control
            self.alive = True
            return
        zero = Datum(Const(0), frozenset())
        merged = {}
        for name in sorted(b.registers.keys() | s.registers.keys()):
            here, there = b.registers.get(name, zero), s.registers.get(name, zero)
            value = here.value if here == there else Apply("?:", (s.guard, there.value, here.value))
            merged[name] = Datum(value, here.reads | there.reads)
        b.registers = merged
        b.guard = Apply("||", (b.guard, s.guard))
        b.before |= s.before
        b.control |= s.control

    def jump(self, target: str, condition: Datum | None) -> None:
        if target in self.labels:
            raise UnsupportedError("a loop")
        b = self.builder
        waiting = self.waiting.setdefault(target, [])
        if condition is None:
            waiting.append(self.state(b.guard))
            self.alive = False
            return
        for r in sorted(condition.reads):
            b.control |= {(r, b.source("ctrl", "ctrl", (), barrier=False))}
        waiting.append(self.state(conjunction(b.guard, condition.value)))
        b.guard = conjunction(b.guard, Apply("!", (condition.value,)))

    def instruction(self, text: str) -> None:
        if text.endswith(":"):
            self.label(text[:-1])
            return
        if not self.alive:
            return
        name, _, rest = text.partition(" ")
        operands = [o.strip() for o in re.findall(r"\[[^\]]*\]|[^,\s]+", rest)]
        self.dispatch(name, operands, text)

    def dispatch(self, name: str, operands: list[str], text: str) -> None:
        b = self.builder
        match name:
            case "MOV":
                self.put(number(operands[0]), self.operand(operands[1]))
            case "EOR" | "ADD" | "AND" | "ORR":
                self.compute(name, operands)
            case "LDR" | "LDAR" | "LDAPR" | "LDXR" | "LDAXR":
                self.load(name, operands, text)
            case "STR" | "STLR":
                self.store("L" if name == "STLR" else "", operands, text)
            case "STXR" | "STLXR":
                self.store_exclusive("L" if name == "STLXR" else "", operands, text)
            case "DMB" | "DSB":
                b.event("F", None, text, (f"{name}.{operands[0]}",))
            case "ISB":
                b.event("F", None, text, ("ISB",))
            case "CBZ" | "CBNZ":
                operator = "==" if name == "CBZ" else "!="
                d = self.get(number(operands[0]))
                self.jump(operands[1], Datum(Apply(operator, (d.value, Const(0))), d.reads))
            case "B":
                self.jump(operands[0], None)
            case "NOP" | "":
                pass
            case _:
                self.lse(name, operands, text)

    def operand(self, text: str) -> Datum:
        if text.startswith("#"):
            return Datum(Const(int(text[1:], 0)), frozenset())
        return self.get(number(text))

    def compute(self, name: str, operands: list[str]) -> None:
        if len(operands) != 3:
            raise UnsupportedError(name)
        a, c = self.get(number(operands[1])), self.operand(operands[2])
        reads = a.reads | c.reads
        if name == "EOR" and operands[1] == operands[2]:
            value: Expression = Const(0)
        elif isinstance(a.value, Const) and isinstance(c.value, Const):
            x, y = a.value.value, c.value.value
            value = Const({"EOR": x ^ y, "ADD": x + y, "AND": x & y, "ORR": x | y}[name])
        else:
            value = Apply({"EOR": "^", "ADD": "+", "AND": "&", "ORR": "|"}[name], (a.value, c.value))
        self.put(number(operands[0]), Datum(value, reads))

    def address(self, text: str) -> tuple[str, frozenset[int]]:
        parts = [p.strip() for p in text.strip("[]").split(",")]
        base = number(parts[0])
        if base not in self.addresses:
            raise UnsupportedError("a computed address")
        if len(parts) == 1:
            return self.addresses[base], frozenset()
        index = self.operand(parts[1])
        if index.value != Const(0):
            raise UnsupportedError("an address with an offset")
        return self.addresses[base], index.reads

    def depend(self, kind: str, reads: frozenset[int], end: int) -> None:
        b = self.builder
        for r in sorted(reads):
            b.dependencies.append(
                Dependency(
                    "addr" if kind == "addr" else "data",
                    r,
                    end,
                    TRUE,
                    b.source("addr", kind, (), barrier=False),
                )
            )

    def load(self, name: str, operands: list[str], text: str) -> None:
        location, reads = self.address(operands[1])
        tags = {"LDAR": ("A",), "LDAPR": ("Q",), "LDXR": ("X",), "LDAXR": ("X", "A")}.get(name, ())
        r = self.builder.event("R", location, text, tags)
        self.depend("addr", reads, r)
        self.put(number(operands[0]), Datum(ReadValue(r), frozenset((r,))))
        if "X" in tags:
            self.exclusive = (r, location)

    def store(self, tag: str, operands: list[str], text: str) -> None:
        location, reads = self.address(operands[1])
        datum = self.get(number(operands[0]))
        w = self.builder.event("W", location, text, (tag,), value=datum.value)
        self.depend("addr", reads, w)
        self.depend("data", datum.reads, w)

    def store_exclusive(self, tag: str, operands: list[str], text: str) -> None:
        location, reads = self.address(operands[2])
        if self.exclusive is None or self.exclusive[1] != location:
            raise UnsupportedError("an exclusive store without its load")
        b = self.builder
        datum = self.get(number(operands[1]))
        failed = Unknown(len(b.events), (0, 1))
        w = b.event("W", location, text, ("X", tag), value=datum.value, guard=Apply("==", (failed, Const(0))))
        self.depend("addr", reads, w)
        self.depend("data", datum.reads, w)
        b.atomics.append(Atomic(self.exclusive[0], w, "lxsx"))
        self.put(number(operands[0]), Datum(failed, frozenset()))
        self.exclusive = None

    def lse(self, name: str, operands: list[str], text: str) -> None:
        shape = re.fullmatch(r"(SWP|LDADD|LDSET|LDEOR|STADD|STSET|STEOR|CAS)(AL|A|L|)", name)
        if shape is None:
            raise UnsupportedError(f"instruction {name}")
        kind, order = shape.groups()
        location, reads = self.address(operands[-1])
        if kind == "CAS":
            self.compare_and_swap(order, location, reads, operands, text)
            return
        result = None if kind in NO_RESULT else number(operands[1])
        given = self.get(number(operands[0]))
        quiet = ("NoRet",) if result in (None, "ZR") else ()
        r = self.builder.event("R", location, text, ("X", "A" if "A" in order and not quiet else "", *quiet))
        operator = (LSE | NO_RESULT)[kind]
        value = given.value if operator is None else Apply(operator, (ReadValue(r), given.value))
        w = self.builder.event("W", location, text, ("X", "L" if "L" in order else ""), value=value)
        self.builder.atomics.append(Atomic(r, w, "amo"))
        self.depend("addr", reads, r)
        self.depend("addr", reads, w)
        self.depend("data", given.reads, w)
        if result is not None:
            self.put(result, Datum(ReadValue(r), frozenset((r,))))

    def compare_and_swap(
        self, order: str, location: str, reads: frozenset[int], operands: list[str], text: str
    ) -> None:
        expected, new = self.get(number(operands[0])), self.get(number(operands[1]))
        r = self.builder.event("R", location, text, ("X", "A" if "A" in order else ""))
        success = Apply("==", (ReadValue(r), expected.value))
        tags = ("X", "L" if "L" in order else "")
        w = self.builder.event("W", location, text, tags, value=new.value, guard=success)
        self.builder.atomics.append(Atomic(r, w, "amo"))
        self.depend("addr", reads, r)
        self.depend("addr", reads, w)
        self.depend("data", new.reads, w)
        self.put(number(operands[0]), Datum(ReadValue(r), frozenset((r,))))


def read(text: str) -> EventGraph:
    """The event graph of a litmus test, its condition as the only property. Raises UnsupportedError."""
    shape = re.search(r"\{(.*?)\}(.*)", text, re.S)
    if shape is None:
        raise UnsupportedError("no initial state")
    head, rest = (re.sub(r"\(\*.*?\*\)", "", part, flags=re.S) for part in shape.groups())
    body, _, condition = re.split(
        r"^\s*(?=(locations|exists|~\s*exists|forall|filter)\b)", rest, maxsplit=1, flags=re.M
    )
    if "filter" in condition:
        raise UnsupportedError("filter")
    condition = re.sub(r"locations\s*\[[^\]]*\]", "", condition)
    addresses, registers, memory = _initial(head)
    rows = [line.split("|") for line in body.replace(";", "").strip().split("\n")]
    names = sorted({a for t in addresses.values() for a in t.values()} | set(memory))
    builder = Builder("aarch64", names)
    builder.thread = INITIAL
    for name in names:
        builder.event("W", name, name, value=Const(memory.get(name, 0)))
    finals: dict[str, Datum] = {}
    for i, title in enumerate(rows[0]):
        builder.start_thread(i)
        if title.strip() != f"P{i}":
            raise UnsupportedError(f"column {title}")
        builder.registers = {r: Datum(Const(v), frozenset()) for r, v in registers.get(i, {}).items()}
        thread = Thread(builder, dict(addresses.get(i, {})))
        for row in rows[1:]:
            thread.instruction(re.sub(r"\s+", " ", row[i].strip()))
        if thread.waiting:
            thread.alive = thread.alive and thread.label(next(iter(thread.waiting))) is None
        finals |= {f"{i}:{r}": d for r, d in builder.registers.items()}

    def atom(name: str) -> Expression:
        if ":" in name:
            i, register = name.split(":")
            return finals.get(f"{i}:{number(register)}", Datum(Const(0), frozenset())).value
        return ReadValue(-1 - names.index(name.strip("[]*")))

    kind, formula = conditions.read(condition, atom)
    return builder.finish(len(rows[0]), (Property(kind, formula, TRUE, condition, builder.span),))


def _initial(
    text: str,
) -> tuple[dict[int, dict[str, str]], dict[int, dict[str, int]], dict[str, int]]:
    """Addresses and values of registers, and memory."""
    addresses: dict[int, dict[str, str]] = {}
    registers: dict[int, dict[str, int]] = {}
    memory: dict[str, int] = {}
    for item in (i.strip() for i in re.split(r"[;\n]", text)):
        if not item:
            continue
        item = re.sub(r"^(u?int\d+_t|int)\s+", "", item)
        left, eq, right = (p.strip() for p in item.partition("="))
        if not eq:
            if re.fullmatch(r"\w+", left):
                memory[left] = 0
                continue
            raise UnsupportedError(f"initial {item}")
        is_number = re.fullmatch(r"-?\d+|0x[\da-fA-F]+", right)
        if ":" in left:
            i, register = left.split(":")
            if is_number:
                registers.setdefault(int(i), {})[number(register)] = int(right, 0)
            else:
                addresses.setdefault(int(i), {})[number(register)] = right.strip("&")
        elif is_number:
            memory[left.strip("[]*")] = int(right, 0)
        else:
            raise UnsupportedError("an address in memory")
    return addresses, registers, memory
