"""Interrupt handlers: where they can come, which locks they wait for, and what is said of them."""

from __future__ import annotations

import pytest

from verifier.errors import InputError
from verifier.options import Options
from verifier.pairing.verdict import ModelResult
from verifier.pipeline import check

TWO = """/* mbpair: {kind} handler on task */
DEFINE_SPINLOCK(l);
rwlock_t rw;
struct mutex m;
int x, y;
void task(void) {{ unsigned long flags, more; {task} }}
void handler(void) {{ int a, b; {handler} }}
"""
TAKE = "spin_lock(&l); spin_unlock(&l);"


def result(task: str, handler: str = TAKE, kind: str = "interrupt", more: str = "") -> ModelResult:
    text = TWO.format(task=task, handler=handler, kind=kind) + more
    return check("x.c", text.encode(), Options(models=("lkmm",)))[0].results[0]


def deadlocks(task: str, handler: str = TAKE, kind: str = "interrupt", more: str = "") -> list[str]:
    found = result(task, handler, kind, more).properties
    return [p.status for p in found if p.kind == "self-deadlock"]


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("spin_lock(&l); x = 1; spin_unlock(&l);", True),
        ("spin_lock_bh(&l); x = 1; spin_unlock_bh(&l);", True),
        ("spin_lock_irq(&l); x = 1; spin_unlock_irq(&l);", False),
        ("spin_lock_irqsave(&l, flags); x = 1; spin_unlock_irqrestore(&l, flags);", False),
        ("local_irq_disable(); spin_lock(&l); x = 1; spin_unlock(&l); local_irq_enable();", False),
        ("local_irq_save(flags); spin_lock(&l); spin_unlock(&l); local_irq_restore(flags);", False),
        ("lockdep_assert_irqs_disabled(); spin_lock(&l); x = 1; spin_unlock(&l);", False),
        ("spin_lock_irq(&l); local_irq_save(more); local_irq_restore(more); spin_unlock_irq(&l);", False),
        ("spin_lock_irq(&l); local_irq_disable(); local_irq_enable(); spin_unlock_irq(&l);", True),
        ("if (spin_trylock(&l)) { x = 1; spin_unlock(&l); } spin_lock_irq(&l); spin_unlock_irq(&l);", True),
        ("while (!READ_ONCE(x)) { spin_lock(&l); y = 1; spin_unlock(&l); }", True),
        ("int i; for (i = 0; i < 5; i++) y = y + 1; spin_lock(&l); y = 1; spin_unlock(&l);", True),
    ],
)
def test_where_interrupts_are_on(task: str, found: bool) -> None:
    assert ("violated" in deadlocks(task)) == found
    assert "holds" in deadlocks(task) or found


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("spin_lock(&l); x = 1; spin_unlock(&l);", True),
        ("spin_lock_bh(&l); x = 1; spin_unlock_bh(&l);", False),
        ("local_bh_disable(); spin_lock_bh(&l); spin_unlock_bh(&l); spin_lock(&l); spin_unlock(&l);", False),
        ("spin_lock_irq(&l); x = 1; spin_unlock_irq(&l);", False),
    ],
)
def test_where_softirqs_are_on(task: str, found: bool) -> None:
    assert deadlocks(task, kind="softirq") == (["violated"] if found else ["holds"])


@pytest.mark.parametrize(
    ("task", "handler", "statuses"),
    [
        ("read_lock(&rw); x = y; read_unlock(&rw);", "read_lock(&rw); a = y; read_unlock(&rw);", ["holds"]),
        ("read_lock(&rw); x = y; read_unlock(&rw);", "write_lock(&rw); write_unlock(&rw);", ["violated"]),
        ("write_lock(&rw); y = 1; write_unlock(&rw);", "read_lock(&rw); read_unlock(&rw);", ["violated"]),
        ("spin_lock(&l); x = 1; spin_unlock(&l);", "if (spin_trylock(&l)) spin_unlock(&l);", ["holds"]),
        (
            "spin_lock(&l); x = 1; spin_unlock(&l);",
            "if (READ_ONCE(y)) { spin_lock(&l); spin_unlock(&l); }",
            ["holds"],
        ),
        ("spin_lock(&l); y = 1; x = 1; spin_unlock(&l);", f"if (READ_ONCE(y)) {{ {TAKE} }}", ["violated"]),
        ("spin_lock(&l); spin_unlock(&l); y = 1;", f"if (READ_ONCE(y)) {{ {TAKE} }}", ["holds"]),
    ],
)
def test_which_locks_a_handler_waits_for(task: str, handler: str, statuses: list[str]) -> None:
    assert deadlocks(f"WRITE_ONCE(y, 0); {task}", handler) == statuses


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        ("spin_lock(&l); spin_lock(&l);", ["violated"]),
        ("spin_lock(&l); spin_unlock(&l); spin_lock(&l); spin_unlock(&l);", []),
        ("mutex_lock(&m); mutex_lock(&m);", ["violated"]),
        ("mutex_lock(&m); if (!mutex_lock_interruptible(&m)) x = 1;", ["violated"]),
        ("if (!spin_trylock(&l)) return; spin_lock(&l);", ["violated"]),
        ("spin_lock(&l); if (spin_trylock(&l)) x = 1;", []),
        ("read_lock(&rw); read_lock(&rw);", []),
        ("write_lock(&rw); read_lock(&rw);", ["violated"]),
        ("if (x) spin_lock(&l); if (!x) spin_lock(&l);", ["holds"]),
        ("int r = READ_ONCE(x); if (r) spin_lock(&l); if (r > 1) spin_lock(&l);", ["violated"]),
    ],
)
def test_a_thread_that_waits_for_itself(body: str, statuses: list[str]) -> None:
    """The other thread takes the lock too: it may have to wait, which must not hide the deadlock."""
    text = f"DEFINE_SPINLOCK(l); rwlock_t rw; struct mutex m; int x;\nvoid task(void) {{ {body} }}\n"
    other = "void other(void) { spin_lock(&l); WRITE_ONCE(x, 2); spin_unlock(&l); }\n"
    if "x)" in body and "r >" not in body:
        other = ""
    found = check("x.c", (text + other).encode(), Options(models=("lkmm",)))[0].results[0].properties
    assert [p.status for p in found if p.kind == "self-deadlock"] == statuses


def test_another_thread_that_needs_the_lock_afterwards_does_not_hide_it() -> None:
    other = "void other(void) { if (READ_ONCE(x)) { spin_lock(&l); spin_unlock(&l); WRITE_ONCE(y, 1); } }\n"
    handler = f"if (READ_ONCE(x)) {{ {TAKE} }}"
    assert deadlocks("spin_lock(&l); WRITE_ONCE(x, 1); a(); spin_unlock(&l);", handler, more=other) == [
        "violated"
    ]


@pytest.mark.parametrize(
    ("task", "handler", "status"),
    [
        (
            "WRITE_ONCE(x, 1); WRITE_ONCE(y, 1);",
            "a = READ_ONCE(y); b = READ_ONCE(x); BUG_ON(a && !b);",
            "holds",
        ),
        (
            "WRITE_ONCE(y, 1); WRITE_ONCE(x, 1);",
            "a = READ_ONCE(y); b = READ_ONCE(x); BUG_ON(a && !b);",
            "violated",
        ),
        (
            "local_irq_disable(); WRITE_ONCE(y, 1); WRITE_ONCE(x, 1); local_irq_enable();",
            "a = READ_ONCE(y); b = READ_ONCE(x); BUG_ON(a && !b);",
            "holds",
        ),
        ("int r = READ_ONCE(x); BUG_ON(READ_ONCE(x) != r);", "WRITE_ONCE(x, 1);", "violated"),
        (
            "int r = READ_ONCE(x); WRITE_ONCE(x, r + 1); BUG_ON(READ_ONCE(x) == r);",
            "WRITE_ONCE(x, 0);",
            "violated",
        ),
        (
            "WRITE_ONCE(x, 1); while (!READ_ONCE(y)) cpu_relax(); BUG_ON(!READ_ONCE(x));",
            "WRITE_ONCE(y, 1);",
            "holds",
        ),
    ],
)
def test_what_a_handler_sees(task: str, handler: str, status: str) -> None:
    (found,) = (p for p in result(task, handler).properties if p.kind == "assertion")
    assert found.status == status


def test_a_wait_that_only_the_handler_ends_is_not_lost() -> None:
    found = result("while (!READ_ONCE(y)) cpu_relax(); smp_rmb(); a = READ_ONCE(x);", "WRITE_ONCE(y, 1);")
    assert [p.status for p in found.properties if p.kind == "lost wake-up"] in ([], ["holds"])
    found = result("while (!READ_ONCE(y)) cpu_relax();", "WRITE_ONCE(y, 0);")
    assert [p.status for p in found.properties if p.kind == "lost wake-up"] == ["violated"]


def test_the_picture_says_where_the_handler_comes_in() -> None:
    (found,) = (p for p in result("spin_lock(&l); x = 1; spin_unlock(&l);").properties)
    assert found.counterexample is not None
    assert [(s.line, s.handler) for s in found.counterexample.steps][-1] == (7, "handler")
    assert "which task holds since line 6 when it is interrupted" in found.reason


def test_it_is_not_said_since_when_a_lock_is_held_that_another_has_taken_since() -> None:
    wait = "while (!smp_load_acquire(&{0})) cpu_relax();"
    task = f"local_irq_disable(); read_lock(&rw); smp_store_release(&x, 1); {wait.format('y')}"
    reader = f"{wait.format('x')} read_lock(&rw); smp_store_release(&y, 1);"
    found = result(
        f"{task} local_irq_enable(); read_unlock(&rw);",
        "write_lock(&rw); write_unlock(&rw);",
        more=f"void reader(void) {{ {reader} }}\n",
    )
    reasons = [p.reason for p in found.properties if p.status == "violated"]
    assert reasons == ["handler waits on line 7 for rw, which task holds when it is interrupted"]


def test_names_that_are_not_there() -> None:
    for interrupt in (("nobody", "task", False), ("handler", "nobody", False)):
        with pytest.raises(InputError, match="no thread nobody"):
            check(
                "x.c",
                TWO.format(task="", handler="", kind="interrupt").encode(),
                Options(interrupts=(interrupt,)),
            )
    text = TWO.format(task="", handler="", kind="interrupt").replace("on task", "on handler")
    with pytest.raises(InputError, match="handler is a handler itself"):
        check("x.c", text.encode(), Options())


def test_a_threaded_handler_sleeps_and_so_interrupts_nobody() -> None:
    text = (
        "struct d { struct mutex m; int n; };\n"
        "irqreturn_t work(int irq, void *data) { struct d *d = data; mutex_lock(&d->m); d->n++; mutex_unlock(&d->m);"
        " return IRQ_HANDLED; }\n"
        "void task(struct d *d) { mutex_lock(&d->m); d->n++; mutex_unlock(&d->m); }\n"
    )
    (unit,) = check("a.c", text.encode(), Options(models=("armv8",)))
    assert [p for p in unit.results[0].properties if p.kind == "self-deadlock"] == []


def test_a_handler_without_a_common_lock_is_said_to_run_elsewhere() -> None:
    text = (
        "int x;\nirqreturn_t irq(int n, void *d) { WRITE_ONCE(x, 1); smp_mb(); return IRQ_HANDLED; }\n"
        "int task(void) { return READ_ONCE(x); }\n"
    )
    (unit,) = check("a.c", text.encode(), Options(models=("armv8",)))
    assert any("taken to run on a CPU of its own" in a for a in unit.assumptions)
