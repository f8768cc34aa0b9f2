"""The data on the kernel's primitives: what litmus tests alone may call, and what each architecture makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from verifier.cat.tags import TAGS
from verifier.options import Options
from verifier.program.meanings import describe_primitive, primitive_names
from verifier.program.primitives import FenceCall, LockCall, LoopCall, StoreCall, Unmodelled, core_call, table
from verifier.report.catalogue import describe, list_all

ARCHITECTURES = ("linux", "aarch64", "riscv", "power", "x86")


def tags(row: Any) -> set[str]:
    """All tags that a row mentions."""
    match row:
        case dict():
            return set().union(*(tags(v) for k, v in row.items() if k != "pair"))
        case list():
            return set().union(*(tags(v) for v in row))
        case _:
            return {row}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_models_know_every_tag(architecture: Any) -> None:
    for rows in table("mapping.toml")[architecture].values():
        for row in rows.values():
            assert tags(row) <= TAGS[architecture]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_architectures_lack_nothing(architecture: str) -> None:
    linux, other = table("mapping.toml")["linux"], table("mapping.toml")[architecture]
    assert {row for kind in linux for row in linux[kind] if row not in other[kind]} == set()


@pytest.mark.parametrize(
    ("name", "in_litmus", "elsewhere"),
    [
        ("spin_lock", LockCall("lock", "spin"), LockCall("lock", "spin")),
        ("rcu_read_lock", FenceCall("rcu-lock"), FenceCall("rcu-lock")),
        ("synchronize_rcu", FenceCall("sync-rcu"), FenceCall("sync-rcu")),
        ("synchronize_srcu", FenceCall("sync-srcu", 0), FenceCall("sync-srcu", 0)),
        (
            "srcu_read_unlock",
            StoreCall(0, "pointer", "srcu-unlock", 1),
            FenceCall("srcu-unlock", 0, 1),
        ),
        ("readl", Unmodelled(), Unmodelled()),
        ("smp_mb__after_spinlock", FenceCall("after-spinlock"), FenceCall("after-spinlock")),
        ("smp_mb", FenceCall("mb"), FenceCall("mb")),
        ("smp_cond_load_acquire", LoopCall("acquire"), LoopCall("acquire")),
    ],
)
def test_some_calls_are_of_litmus_tests_alone(name: str, in_litmus: object, elsewhere: object) -> None:
    assert core_call(name, is_litmus=True) == in_litmus
    assert core_call(name) == elsewhere


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("smp_cond_load_acquire", ["loads until its condition holds, acquire", "linux    Acquire"]),
        (
            "spin_lock",
            [
                "spin_lock, all versions: takes a spinlock: a read-modify-write that finds it free",
            ],
        ),
        (
            "srcu_read_lock",
            [
                "srcu_read_lock, all versions: a load, which begins a section of SRCU",
                *(f"{a:<7}  Srcu-lock" for a in ("linux", "aarch64", "riscv", "power", "x86")),
            ],
        ),
        (
            "atomic_add_return_release",
            [
                "atomic_add_return_release, all versions: an atomic read-modify-write, release",
                "linux          RMW, Once / RMW, Release",
                "aarch64        X / X, L",
                "aarch64-ll-sc  EX / EX, L",
                "riscv          Fence.rw.w; X / X",
                "power          LWSYNC; EX / EX",
                "x86            X / X",
            ],
        ),
    ],
)
def test_descriptions(name: str, lines: list[str]) -> None:
    described = describe(describe_primitive(name, Options()), 80).replace("\n    ", " ")
    assert all(line in described for line in lines), described


def test_the_list_has_loops_and_what_litmus_tests_may_call() -> None:
    version, bodies = primitive_names(Options())
    listed = list_all(bodies, version, 40).split()
    assert {"smp_cond_load_acquire", "synchronize_srcu_expedited", "kvm_make_request"} <= {*listed}
