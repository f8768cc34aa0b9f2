"""What barriers order by themselves, as `explain` says it, and the axiom that a pair rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier.cat.library import MODELS
from verifier.cat.load import load
from verifier.options import Options
from verifier.pairing.verdict import BarrierVerdict, Law
from verifier.pipeline import check
from verifier.report.axioms import axiom_text, meaning

LITMUS = Path(__file__).parent.parent.parent / "litmus"
ALL = ("WW", "WR", "RW", "RR")


def judged(text: str, name: str, model: str) -> BarrierVerdict:
    (unit,) = check("x.c", text.encode(), Options(models=(model,), explained=(name, None)))
    (found,) = (b for b in unit.results[0].barriers if b.place.name == name)
    return found


def kinds(barrier: str, model: str) -> set[str]:
    """The kinds of pairs that a barrier between two writes and two reads on each side keeps in order."""
    text = f"""
    void f(void) {{
        WRITE_ONCE(a, 1); r1 = READ_ONCE(b);
        {barrier}();
        WRITE_ONCE(c, 1); r2 = READ_ONCE(d);
    }}
    void g(void) {{ r = READ_ONCE(a) + READ_ONCE(c); WRITE_ONCE(b, 1); WRITE_ONCE(d, 1); }}
    """
    orders = judged(text, barrier, model).orders
    assert orders is not None
    return {o.before.text[0] + o.after.text.removeprefix("r2 = ")[0] for o in orders}


@pytest.mark.parametrize(
    ("barrier", "model", "expected"),
    [
        ("smp_mb", "armv8", ALL),
        ("smp_mb", "lkmm", ALL),
        ("smp_wmb", "armv8", ["WW"]),
        ("smp_wmb", "lkmm", ["WW"]),
        ("smp_rmb", "armv8", ["RW", "RR"]),
        ("smp_rmb", "lkmm", ["RR"]),
        ("barrier", "lkmm", []),
        ("smp_wmb", "tso", []),
        ("smp_mb", "tso", ["WR"]),
        ("smp_mb__after_atomic", "lkmm", []),
        ("smp_mb__after_atomic", "armv8", ALL),
        ("synchronize_rcu", "lkmm", ALL),
    ],
)
def test_what_a_fence_orders(barrier: str, model: str, expected: list[str]) -> None:
    assert kinds(barrier, model) == set(expected)


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
def test_an_acquire_and_a_release_order_themselves(model: str) -> None:
    text = """
    void f(void) { WRITE_ONCE(a, 1); r0 = READ_ONCE(b); smp_store_release(&c, 1); r1 = READ_ONCE(d); }
    void g(void) { WRITE_ONCE(d, 1); r2 = smp_load_acquire(&c); r3 = READ_ONCE(a); WRITE_ONCE(b, 1); }
    """
    release, acquire = (judged(text, n, model).orders for n in ("smp_store_release", "smp_load_acquire"))
    assert release is not None
    assert acquire is not None
    assert {(o.before.text, o.after.text) for o in release} == {
        ("WRITE_ONCE(a, 1)", "smp_store_release(&c, 1)"),
        ("READ_ONCE(b)", "smp_store_release(&c, 1)"),
    }
    assert {(o.before.text, o.after.text) for o in acquire} == {
        ("smp_load_acquire(&c)", "READ_ONCE(a)"),
        ("smp_load_acquire(&c)", "WRITE_ONCE(b, 1)"),
    }


def test_another_barrier_beside_it_changes_nothing() -> None:
    text = """
    void f(void) { WRITE_ONCE(a, 1); smp_mb(); smp_rmb(); WRITE_ONCE(c, 1); }
    void g(void) { r1 = READ_ONCE(c); smp_rmb(); r2 = READ_ONCE(a); }
    """
    orders = {
        b.place.thread: b.orders
        for b in check("x.c", text.encode(), Options(models=("lkmm",), explained=("smp_rmb", None)))[0]
        .results[0]
        .barriers
        if b.place.name == "smp_rmb"
    }
    assert orders["f"] == ()
    assert orders["g"] is not None
    assert len(orders["g"]) == 1


def test_nobody_pays_for_it_who_did_not_ask() -> None:
    text = (LITMUS / "message-passing" / "demo.c").read_bytes()
    (plain,) = check("x.c", text, Options())
    assert {b.orders for r in plain.results for b in r.barriers} == {None}
    (asked,) = check("x.c", text, Options(explained=("", 11)))
    assert {b.place.line for r in asked.results for b in r.barriers if b.orders} == {11}


# ---------------------------------------------------------------- the axiom


@pytest.mark.parametrize(
    ("file", "model", "expected"),
    [
        ("cases/mp-wmb-rmb.c", "armv8", ["external"]),
        ("cases/mp-wmb-rmb.c", "lkmm", ["happens-before"]),
        ("cases/sb-mb-mb.c", "lkmm", ["propagation"]),
        ("cases/sb-mb-mb.c", "sc", []),
        ("cases/sb-mb-mb.c", "tso", ["tso"]),
        ("cases/iriw-mb-mb.c", "lkmm", ["propagation"]),
        ("cases/mp-wmb-rmb.c", "riscv", ["model"]),
        ("rcu/synchronize-rcu.c", "lkmm", ["rcu"]),
    ],
)
def test_which_axiom_forbids(file: str, model: str, expected: list[str]) -> None:
    path = LITMUS / file
    (unit,) = check(file, path.read_bytes(), Options(models=(model,)))
    paired = [b for b in unit.results[0].barriers if b.status == "paired"]
    assert [b.forbidden_by != () for b in unit.results[0].barriers] == [
        b.status == "paired" for b in unit.results[0].barriers
    ]
    assert {law.name for b in paired for law in b.forbidden_by} == set(expected)


def test_the_axiom_of_a_model_of_the_users(tmp_path: Path) -> None:
    own = tmp_path / "armv8.cat"
    own.write_text('LINUX "mine"\nacyclic po-loc | rf | co | fr\nlet x = [W] ; po ; [Wmb] ; po ; [W]\n')
    with own.open("a") as file:
        file.write("acyclic x | rf (* a comment *)\n  | co | fr | ([R] ; po ; [Rmb] ; po ; [R]) as mine\n")
    (unit,) = check("x.c", (LITMUS / "cases" / "mp-wmb-rmb.c").read_bytes(), Options(models=(str(own),)))
    (result,) = unit.results
    law = Law("mine", "acyclic x | rf | co | fr | ([R] ; po ; [Rmb] ; po ; [R])")
    assert {b.forbidden_by for b in result.barriers} == {(law,)}
    assert axiom_text(result.model, law) == f"with it, armv8 forbids this by mine ({law.statement})"


@pytest.mark.parametrize("name", MODELS)
def test_each_axiom_of_our_models_has_a_meaning(name: str) -> None:
    laws = [Law(a.name, a.statement) for a in load(name).axioms if not a.is_flag]
    assert [law for law in laws if not meaning(name, law)] == []
