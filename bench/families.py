"""Families of texts that grow with a number; those here are litmus tests for the kernel's model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Literal

from verifier.properties.verdict import Observation


@dataclass(frozen=True, slots=True)
class Family:
    """`text(size)` is a litmus test, or a snippet; `answer` is what there is to say of it at every size: of a test the
    observation of its condition, of a snippet the verdict under each model that is the default.

    `size` says in words what a size counts; `sizes` are those to measure, smallest first.
    """

    name: str
    size: str
    text: Callable[[int], str]
    sizes: tuple[int, ...]
    answer: Observation | Literal["proved"]

    @property
    def is_snippet(self) -> bool:
        return self.answer == "proved"


def c_test(name: str, threads: Iterable[tuple[Iterable[str], Iterable[str]]], condition: str) -> str:
    """A test in C: for each thread its parameters and its statements."""
    functions = []
    for number, (parameters, body) in enumerate(threads):
        lines = "".join(f"\t{line}\n" for line in body)
        functions.append(f"P{number}({', '.join(parameters)})\n{{\n{lines}}}\n")
    return f"C {name}\n\n{{}}\n\n" + "\n".join(functions) + f"\nexists ({condition})\n"


def both(atoms: Iterable[str]) -> str:
    """The conjunction of formulas."""
    return " /\\ ".join(atoms)


def store_buffering(threads: int) -> str:
    """Each thread stores to a location and loads the next one; a full barrier in between forbids that all miss."""
    return c_test(
        f"SB-ring-{threads}",
        (
            (
                (f"int *x{i}", f"int *x{(i + 1) % threads}"),
                ("int r0;", f"WRITE_ONCE(*x{i}, 1);", "smp_mb();", f"r0 = READ_ONCE(*x{(i + 1) % threads});"),
            )
            for i in range(threads)
        ),
        both(f"{i}:r0=0" for i in range(threads)),
    )


def message_passing(threads: int) -> str:
    """A message goes from thread to thread by release and acquire, and is seen by the last one."""
    last = threads - 1
    first = (("int *x", "int *f1"), ("WRITE_ONCE(*x, 1);", "smp_store_release(f1, 1);"))
    middle = (
        (
            (f"int *f{i}", f"int *f{i + 1}"),
            ("int r0;", f"r0 = smp_load_acquire(f{i});", f"smp_store_release(f{i + 1}, 1);"),
        )
        for i in range(1, last)
    )
    end = (
        (f"int *f{last}", "int *x"),
        ("int r0;", "int r1;", f"r0 = smp_load_acquire(f{last});", "r1 = READ_ONCE(*x);"),
    )
    condition = both([*(f"{i}:r0=1" for i in range(1, threads)), f"{last}:r1=0"])
    return c_test(f"MP-chain-{threads}", (first, *middle, end), condition)


def spinning(threads: int) -> str:
    """A message goes from thread to thread, and each waits in a loop for the one before it."""
    last = threads - 1
    first = (("int *x", "int *f1"), ("WRITE_ONCE(*x, 1);", "smp_store_release(f1, 1);"))
    middle = (
        (
            (f"int *f{i}", f"int *f{i + 1}"),
            (f"while (!smp_load_acquire(f{i}))", "\t;", f"smp_store_release(f{i + 1}, 1);"),
        )
        for i in range(1, last)
    )
    end = (
        (f"int *f{last}", "int *x"),
        ("int r0;", f"while (!smp_load_acquire(f{last}))", "\t;", "r0 = READ_ONCE(*x);"),
    )
    return c_test(f"spin-chain-{threads}", (first, *middle, end), f"{last}:r0=0")


def iriw(readers: int) -> str:
    """Two writers; no two readers with full barriers disagree about which of them came first."""
    threads: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        ((f"int *{x}",), (f"WRITE_ONCE(*{x}, 1);",)) for x in "xy"
    ]
    for i in range(readers):
        x, y = "xy" if i % 2 == 0 else "yx"
        loads = (f"r0 = READ_ONCE(*{x});", "smp_mb();", f"r1 = READ_ONCE(*{y});")
        threads.append((("int *x", "int *y"), ("int r0;", "int r1;", *loads)))
    return c_test(f"IRIW-{readers}", threads, disagree(range(2, readers + 2), "r0", "r1"))


def disagree(readers: Iterable[int], first: str, second: str) -> str:
    """Some two readers, one of each kind, see their first location written and the second not."""
    numbers = list(readers)
    pairs = product(numbers[::2], numbers[1::2])
    return " \\/ ".join(
        f"({a}:{first}=1 /\\ {a}:{second}=0 /\\ {b}:{first}=1 /\\ {b}:{second}=0)" for a, b in pairs
    )


def open_values(writers: int) -> str:
    """Each thread writes two values to one location; no two readers see any two values in opposite orders."""
    body = ("int r0;", "int r1;", "r0 = READ_ONCE(*x);", "r1 = READ_ONCE(*x);")
    threads = [
        (("int *x",), (f"WRITE_ONCE(*x, {2 * i + 1});", f"WRITE_ONCE(*x, {2 * i + 2});"))
        for i in range(writers)
    ]
    a, b = writers, writers + 1
    condition = f"{a}:r0={b}:r1 /\\ {a}:r1={b}:r0 /\\ ~({a}:r0={a}:r1)"
    return c_test(f"open-values-{writers}", (*threads, *((("int *x",), body),) * 2), condition)


def lock_ring(threads: int) -> str:
    """Each thread holds two of a ring of locks while it stores to a location and loads the next one: not all miss."""
    return c_test(
        f"lock-ring-{threads}",
        (
            (
                (f"int *x{i}", f"int *x{j}", f"spinlock_t *l{i}", f"spinlock_t *l{j}"),
                (
                    "int r0;",
                    f"spin_lock(l{i});",
                    f"spin_lock(l{j});",
                    f"WRITE_ONCE(*x{i}, 1);",
                    f"r0 = READ_ONCE(*x{j});",
                    f"spin_unlock(l{j});",
                    f"spin_unlock(l{i});",
                ),
            )
            for i, j in ((i, (i + 1) % threads) for i in range(threads))
        ),
        both(f"{i}:r0=0" for i in range(threads)),
    )


def rcu_chain(processes: int) -> str:
    """Load buffering in a ring where each second process is a reader, the others wait for a grace period each."""
    threads = []
    for i, j in ((i, (i + 1) % processes) for i in range(processes)):
        load, store = f"r0 = READ_ONCE(*x{i});", f"WRITE_ONCE(*x{j}, 1);"
        section = ("rcu_read_lock();", load, store, "rcu_read_unlock();")
        waiting = (load, "synchronize_rcu();", store)
        threads.append(((f"int *x{i}", f"int *x{j}"), ("int r0;", *(waiting if i % 2 else section))))
    return c_test(f"RCU-chain-{processes}", threads, both(f"{i}:r0=1" for i in range(processes)))


def long_functions(accesses: int) -> str:
    """Message passing by four long functions: the first store and the last of one, the first load and the last of
    another, and what stands in between goes over half as many locations as a function has accesses."""
    count = max(2, accesses // 2)
    threads = []
    for t in range(4):
        body, used = ["int r0;", "int r1;", "int r2;"], set()
        for k in range(accesses - 2):
            where = f"m{(7 * k + 3 * t) % count}"
            used.add(where)
            stores = (k + t) % 2 == 0
            body.append(f"WRITE_ONCE(*{where}, {t + 1});" if stores else f"r2 = READ_ONCE(*{where});")
            if k % 10 == 4 or k == accesses - 3:
                body.append("smp_mb();")
        first, last = _ENDS.get(t, (f"WRITE_ONCE(*m0, {t + 1});", "r2 = READ_ONCE(*m1);"))
        body[3:3] = [first]
        body.append(last)
        parameters = [f"int *{x}" for x in ("data", "flag", *sorted(used | {"m0", "m1"}))]
        threads.append((parameters, body))
    return c_test(f"long-{accesses}", threads, "1:r0=1 /\\ 1:r1=0")


_ENDS = {
    0: ("WRITE_ONCE(*data, 1);", "WRITE_ONCE(*flag, 1);"),
    1: ("r0 = READ_ONCE(*flag);", "r1 = READ_ONCE(*data);"),
}
