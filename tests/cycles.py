"""Random litmus tests from cycles of relaxations, as text, in the manner of diy.

A cycle goes through two to four threads. In each thread one to three accesses stand in program order,
with something between them: nothing, a fence, a dependency, a branch, a critical section. From thread to
thread it goes by a communication: a read from a write (rf), a write after a read (fr), a write after a
write (co). What an access is made with (plain, once, acquire, release, atomic, exclusive) is drawn too.
The condition asks for the cycle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Literal

Direction = Literal["R", "W"]
COMMUNICATIONS: dict[tuple[Direction, Direction], str] = {
    ("W", "R"): "rf",
    ("R", "W"): "fr",
    ("W", "W"): "co",
}


@dataclass(frozen=True)
class Access:
    """An access of the cycle; a write writes `value`, a read asks for it."""

    direction: Direction
    location: str
    value: int


@dataclass
class Cycle:
    """Threads of accesses, the last write of each location that is written twice, and what reads ask for."""

    threads: list[list[Access]]
    finals: dict[str, int]


def draw_cycle(random: Random, most_threads: int = 4) -> Cycle:
    """A random cycle."""
    count = random.choice([n for n in (2, 2, 2, 3, 3, 4) if n <= most_threads])
    shapes = [_shape(random) for _ in range(count)]
    while any(
        (a[-1], b[0]) not in COMMUNICATIONS for a, b in zip(shapes, shapes[1:] + shapes[:1], strict=True)
    ):
        shapes = [_shape(random) for _ in range(count)]
    names = [chr(ord("x") + i) if i < 3 else "abc"[i - 3] for i in range(count)]
    places: list[list[str]] = []
    for i, shape in enumerate(shapes):
        entry, leave = names[i - 1], names[i]
        middle = [random.choice(names) for _ in shape[1:-1]]
        places.append([leave] if len(shape) == 1 else [entry, *middle, leave])
        if len(shape) == 1:
            names[i] = names[i - 1] if i else names[i]
            places[-1] = [names[i]]
    return _with_values(random, shapes, places)


def _shape(random: Random) -> list[Direction]:
    return [random.choice(("R", "W")) for _ in range(random.choice((1, 2, 2, 2, 2, 3)))]


def _with_values(random: Random, shapes: list[list[Direction]], places: list[list[str]]) -> Cycle:
    written: dict[str, int] = {}
    threads: list[list[Access]] = []
    for shape, where in zip(shapes, places, strict=True):
        accesses = []
        for direction, location in zip(shape, where, strict=True):
            value = 0
            if direction == "W":
                value = written[location] = written.get(location, 0) + 1
            accesses.append(Access(direction, location, value))
        threads.append(accesses)
    for thread in threads:
        for i, a in enumerate(thread):
            if a.direction == "R":
                thread[i] = Access("R", a.location, random.randint(0, written.get(a.location, 0)))
    finals = {l: random.randint(1, n) for l, n in sorted(written.items()) if n > 1}
    return Cycle(threads, finals)


# ------------------------------------------------------------------ the kernel's C

BETWEEN_C = (
    *("", "", "smp_mb();", "smp_wmb();", "smp_rmb();", "barrier();", "synchronize_rcu();"),
    *("smp_mb__after_atomic();", "smp_mb__before_atomic();", "smp_mb__after_spinlock();"),
    *("ctrl", "ctrl", "data", "data", "rcu", "lock", "unlock-lock", "after-unlock-lock"),
)


@dataclass
class _Function:
    """A thread of a C test while it is written."""

    lines: list[str] = field(default_factory=list)
    registers: list[str] = field(default_factory=list)
    is_open: list[str] = field(default_factory=list)
    depth: int = 0
    dependency: str = ""

    def say(self, text: str) -> None:
        self.lines.append("\t" * (self.depth + 1) + text)

    def register(self) -> str:
        name = f"r{len(self.registers)}"
        self.registers.append(name)
        return name


def linux(seed: int, locks: bool = True, rcu: bool = True) -> str:
    """A test for the kernel's model."""
    random = Random(seed)
    cycle = draw_cycle(random, 3)
    conditions: list[str] = []
    bodies = []
    for number, thread in enumerate(cycle.threads):
        f = _Function()
        if rcu and random.random() < 0.15:
            f.say("rcu_read_lock();")
            f.is_open.append("rcu_read_unlock();")
        for i, access in enumerate(thread):
            if i:
                _between(random, f, locks, rcu)
            register = _access(random, f, access)
            if register is not None:
                conditions.append(f"{number}:{register}={access.value}")
        for closing in reversed(f.is_open):
            if closing == "}":
                f.depth -= 1
            f.say(closing)
        bodies.append(f)
    conditions += [f"[{l}]={v}" for l, v in cycle.finals.items()]
    return _c_text(seed, random, cycle, bodies, conditions)


def _c_text(seed: int, random: Random, cycle: Cycle, bodies: list[_Function], conditions: list[str]) -> str:
    names = sorted({a.location for t in cycle.threads for a in t})
    parameters = ", ".join([*(f"atomic_t *{n}" for n in names), "spinlock_t *s"])
    text = f"C C-cycle-{seed}\n\n{{}}\n"
    for number, f in enumerate(bodies):
        declared = "".join(f"\tint {r};\n" for r in f.registers)
        text += f"\nP{number}({parameters})\n{{\n{declared}" + "\n".join(f.lines) + "\n}\n"
    kind = random.choice(("exists", "exists", "exists", "~exists", "forall"))
    formula = " /\\ ".join(conditions) or "true"
    return f"{text}\n{_locations(bodies, names)}\n{kind} ({formula})\n"


def _locations(bodies: list[_Function], names: list[str]) -> str:
    registers = [f"{number}:{r}" for number, f in enumerate(bodies) for r in f.registers]
    return f"locations [{'; '.join([*registers, *names])}]"


def _between(random: Random, f: _Function, locks: bool, rcu: bool) -> None:
    what = random.choice(BETWEEN_C)
    if ("lock" in what and not locks) or ("rcu" in what and not rcu):
        what = "smp_mb();"
    f.dependency = ""
    last = f.registers[-1] if f.registers else None
    match what:
        case "ctrl" if last is not None:
            f.say(f"if ({last} {random.choice(('==', '!='))} {random.randint(0, 1)}) {{")
            f.depth += 1
            f.is_open.append("}")
        case "data" if last is not None:
            f.dependency = random.choice((f" + ({last} ^ {last})", f" + {last}", f" + 0 * {last}"))
        case "rcu" if "rcu_read_unlock();" not in f.is_open:
            f.say("rcu_read_lock();")
            f.is_open.append("rcu_read_unlock();")
        case "lock" if "spin_unlock(s);" not in f.is_open:
            f.say("spin_lock(s);")
            f.is_open.append("spin_unlock(s);")
        case "unlock-lock" | "after-unlock-lock" if "spin_unlock(s);" not in f.is_open:
            f.say("spin_lock(s);")
            f.say("spin_unlock(s);")
            f.say("spin_lock(s);")
            if what == "after-unlock-lock":
                f.say("smp_mb__after_unlock_lock();")
            f.is_open.append("spin_unlock(s);")
        case "synchronize_rcu();" if "rcu_read_unlock();" in f.is_open:
            pass
        case "" | "ctrl" | "data" | "rcu" | "lock" | "unlock-lock" | "after-unlock-lock":
            pass
        case fence:
            f.say(fence)


def _access(random: Random, f: _Function, a: Access) -> str | None:
    """Write one access; the register that a read fills."""
    suffix = random.choice(("", "_relaxed", "_acquire", "_release"))
    if a.direction == "R":
        register = f.register()
        forms = (
            *("READ_ONCE(*{l})",) * 3,
            *("smp_load_acquire({l})",) * 2,
            *("*{l}", "rcu_dereference(*{l})", "atomic_read({l})"),
            *(f"atomic_add_return{suffix}(0, {{l}})", f"atomic_cmpxchg{suffix}({{l}}, {a.value}, 5)"),
            *(f"xchg{suffix}({{l}}, {a.value + 3})", f"atomic_fetch_add{suffix}(1, {{l}})"),
        )
        f.say(f"{register} = {random.choice(forms).format(l=a.location)};")
        return register
    value = f"{a.value}{f.dependency}"
    forms = (
        *("WRITE_ONCE(*{l}, {v});",) * 3,
        *("smp_store_release({l}, {v});",) * 2,
        *(
            "*{l} = {v};",
            "atomic_set({l}, {v});",
            "rcu_assign_pointer(*{l}, {v});",
            "smp_store_mb(*{l}, {v});",
        ),
        *("atomic_add({v}, {l});", "atomic_inc({l});"),
    )
    returning = (f"xchg{suffix}({{l}}, {{v}})", f"cmpxchg{suffix}({{l}}, {a.value - 1}, {{v}})")
    if random.random() < 0.25:
        f.say(f"{f.register()} = {random.choice(returning).format(l=a.location, v=value)};")
    else:
        f.say(random.choice(forms).format(l=a.location, v=value))
    return None


# ------------------------------------------------------------------ AArch64

FENCES_A64 = ("DMB SY", "DMB ISH", "DMB ISHLD", "DMB ISHST", "DMB LD", "DMB ST", "DSB SY", "DSB ISHLD")
BETWEEN_A64 = (*("",) * 4, *("fence",) * 4, *("addr", "data", "ctrl", "ctrl", "ctrl-isb", "sel", "sel-ctrl"))


@dataclass
class _Column:
    """A thread of an assembly test while it is written."""

    cells: list[str] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    registers: list[str] = field(default_factory=list)
    constants: int = 0
    dependency: str = ""
    kind: str = ""
    labels: int = 0
    number: int = 0

    def address(self, location: str) -> str:
        if location not in self.addresses:
            self.addresses[location] = f"X{20 + len(self.addresses)}"
        return self.addresses[location]

    def fresh(self) -> str:
        self.constants += 1
        return str(self.constants)


def aarch64(seed: int) -> str:
    """A test for Arm's model."""
    random = Random(seed)
    cycle = draw_cycle(random)
    conditions: list[str] = []
    columns = []
    for number, thread in enumerate(cycle.threads):
        c = _Column(number=number)
        for i, access in enumerate(thread):
            if i:
                _between_a64(random, c)
            register = _access_a64(random, c, access)
            if register is not None:
                conditions.append(f"{number}:X{register}={access.value}")
                c.registers.append(register)
        columns.append(c)
    conditions += [f"[{l}]={v}" for l, v in cycle.finals.items()]
    observed = [f"{n}:X{r}" for n, c in enumerate(columns) for r in c.registers]
    names = sorted({a.location for t in cycle.threads for a in t})
    initial = "\n".join(
        " ".join(f"{n}:{register}={l};" for l, register in c.addresses.items()) for n, c in enumerate(columns)
    )
    height = max(len(c.cells) for c in columns)
    rows = [[f"P{n}" for n in range(len(columns))]]
    rows += [[c.cells[i] if i < len(c.cells) else "" for c in columns] for i in range(height)]
    table = "\n".join(" " + " | ".join(f"{cell:<22}" for cell in row) + " ;" for row in rows)
    formula = " /\\ ".join(conditions) or "true"
    locations = f"locations [{' '.join(f'{o};' for o in (*observed, *names))}]"
    return f"AArch64 A64-cycle-{seed}\n{{\n{initial}\n}}\n{table}\n{locations}\nexists ({formula})\n"


def _between_a64(random: Random, c: _Column) -> None:
    what = random.choice(BETWEEN_A64)
    c.kind, c.dependency = "", ""
    if what == "fence":
        c.cells.append(random.choice(FENCES_A64))
    if what in ("", "fence") or not c.registers:
        return
    last = random.choice(c.registers)
    if what.startswith("ctrl"):
        c.labels += 1
        label = f"LC{c.number}{c.labels}"
        c.cells += [f"{random.choice(('CBNZ', 'CBZ'))} W{last},{label}", f"{label}:"]
        if what == "ctrl-isb":
            c.cells.append("ISB")
    elif what.startswith("sel"):
        chosen, one = c.fresh(), c.fresh()
        c.cells += [f"MOV W{one},#1", f"CMP W{last},#0", f"CSEL W{chosen},W{one},W{one},EQ"]
        c.dependency, c.kind = chosen, "picked"
        if what == "sel-ctrl":
            c.labels += 1
            label = f"LC{c.number}{c.labels}"
            c.cells += [f"CBNZ W{chosen},{label}", f"{label}:"]
            c.kind = ""
    else:
        zero = c.fresh()
        c.cells.append(f"EOR W{zero},W{last},W{last}")
        c.dependency, c.kind = zero, what


def _access_a64(random: Random, c: _Column, a: Access) -> str | None:
    """Write one access; the number of the register that a read fills."""
    where = c.address(a.location)
    place = f"[{where}]"
    order = random.choice(("", "", "A", "L", "AL"))
    if a.direction == "R":
        target = c.fresh()
        if c.kind == "addr":
            c.cells.append(f"LDR W{target},[{where},W{c.dependency},SXTW]")
            return target
        form = random.choice(("LDR",) * 4 + ("LDAR", "LDAR", "LDAPR", "LDADD", "SWP", "CAS", "LDXR"))
        match form:
            case "LDADD" | "SWP":
                new = c.fresh()
                c.cells += [f"MOV W{new},#{random.randint(0, 2)}", f"{form}{order} W{new},W{target},{place}"]
            case "CAS":
                new = c.fresh()
                c.cells += [
                    f"MOV W{target},#{a.value}",
                    f"MOV W{new},#4",
                    f"CAS{order} W{target},W{new},{place}",
                ]
            case "LDXR":
                status, name = c.fresh(), random.choice(("LDXR", "LDAXR"))
                c.cells += [f"{name} W{target},{place}", f"STXR W{status},W{target},{place}"]
            case _:
                c.cells.append(f"{form} W{target},{place}")
        return target
    value = c.fresh()
    c.cells.append(f"MOV W{value},#{a.value}")
    if c.kind in ("data", "picked"):
        if c.kind == "picked":
            zero = c.fresh()
            c.cells.append(f"EOR W{zero},W{c.dependency},W{c.dependency}")
            c.dependency = zero
        c.cells.append(f"ADD W{value},W{value},W{c.dependency}")
    if c.kind == "addr":
        c.cells.append(f"STR W{value},[{where},W{c.dependency},SXTW]")
        return None
    forms = ("STR",) * 4 + ("STLR", "STLR", "SWP", "STADD", "CAS", "STXR")
    # herd7 has lost the data dependency of exclusive stores (see DISAGREEMENTS.md beside this file)
    form = random.choice(forms[:-1] if c.kind in ("data", "picked") else forms)
    match form:
        case "SWP":
            old = c.fresh()
            c.registers.append(old)
            c.cells.append(f"SWP{order} W{value},W{old},{place}")
        case "STADD":
            c.cells.append(f"STADD{random.choice(('', 'L'))} W{value},{place}")
        case "CAS":
            old = c.fresh()
            c.registers.append(old)
            c.cells += [f"MOV W{old},#{a.value - 1}", f"CAS{order} W{old},W{value},{place}"]
        case "STXR":
            old, status = c.fresh(), c.fresh()
            c.registers.append(old)
            name = random.choice(("STXR", "STLXR"))
            c.cells += [f"LDXR W{old},{place}", f"{name} W{status},W{value},{place}"]
        case _:
            c.cells.append(f"{form} W{value},{place}")
    return None
