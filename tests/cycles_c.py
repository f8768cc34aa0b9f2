"""Random litmus tests from cycles, in the kernel's C."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tests.cycles_draw import Access, Cycle, draw_cycle

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
