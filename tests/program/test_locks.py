"""Locks and wait queues in snippets: what they exclude, what they order, and which accesses they protect."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.pipeline import check
from verifier.source import Source

TWO = """
struct d {{ spinlock_t l; rwlock_t rw; struct mutex m; int a, b; }};
void f(struct d *d) {{ {first} }}
void g(struct d *d) {{ {second} }}
"""


def _check(text: str, **options: object) -> UnitResult:
    (unit,) = check("a.c", text.encode(), Options(**options))  # type: ignore[arg-type]
    return unit


def _statuses(first: str, second: str) -> list[set[str]]:
    unit = _check(TWO.format(first=first, second=second))
    return [{p.status for p in r.properties} for r in unit.results]


WRITES = "d->a = 1; d->b = 1;"
LOOKS = "BUG_ON(d->a != d->b);"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("spin_lock(&d->l); {w} spin_unlock(&d->l);", "spin_lock(&d->l); {r} spin_unlock(&d->l);"),
        (
            "spin_lock_irqsave(&d->l, fl); {w} spin_unlock_irqrestore(&d->l, fl);",
            "if (spin_trylock(&d->l)) {{ {r} spin_unlock(&d->l); }}",
        ),
        (
            "spin_lock_nest_lock(&d->l, &d->m); {w} spin_unlock(&d->l);",
            "spin_lock_nest_lock(&d->l, &d->m); {r} spin_unlock(&d->l);",
        ),
        (
            "mutex_lock(&d->m); {w} mutex_unlock(&d->m);",
            "if (mutex_lock_killable(&d->m)) return; {r} mutex_unlock(&d->m);",
        ),
        *(
            (
                f"write_lock{k}(&d->rw); {{w}} write_unlock{k}(&d->rw);",
                f"read_lock{k}(&d->rw); {{r}} read_unlock{k}(&d->rw);",
            )
            for k in ("", "_irq", "_bh")
        ),
        (
            "write_lock_irqsave(&d->rw, fl); {w} write_unlock_irqrestore(&d->rw, fl);",
            "read_lock_irqsave(&d->rw, fl); {r} read_unlock_irqrestore(&d->rw, fl);",
        ),
        (
            "down_write(&d->rw); {w} up_write(&d->rw);",
            "if (!down_read_trylock(&d->rw)) return; {r} up_read(&d->rw);",
        ),
        (
            "down_write(&d->rw); {w} downgrade_write(&d->rw); up_read(&d->rw);",
            "down_read(&d->rw); {r} up_read(&d->rw);",
        ),
    ],
)
def test_a_lock_excludes(first: str, second: str) -> None:
    locked = first.format(w=WRITES), second.format(r=LOOKS)
    assert _statuses(*locked) == [{"holds"}, {"holds"}]
    assert _statuses(WRITES, locked[1]) == [{"violated"}, {"violated"}]


def test_readers_do_not_exclude_each_other() -> None:
    found = _statuses(
        "read_lock(&d->rw); d->a = 1; d->b = 1; read_unlock(&d->rw);",
        f"read_lock(&d->rw); {LOOKS} read_unlock(&d->rw);",
    )
    assert found == [{"violated"}, {"violated"}]


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
@pytest.mark.parametrize(("barrier", "status"), [("smp_mb__after_atomic();", "violated"), ("", "holds")])
def test_a_barrier_after_the_unlock_of_a_bit_orders_the_unlock(barrier: str, status: str, model: str) -> None:
    """As include/linux/wait_bit.h asks of who wakes those that wait for the bit."""
    text = f"""unsigned long word = 1; int waiting;
    void unlocks(void) {{ bit_spin_unlock(0, &word); {barrier} int a = READ_ONCE(waiting); }}
    void waits(void) {{ WRITE_ONCE(waiting, 1); smp_mb(); int b = bit_spin_is_locked(0, &word); }}
    exists (unlocks:a == 0 && waits:b == 1)
    """
    unit = _check(text, models=(model,))
    assert [[p.status for p in r.properties] for r in unit.results] == [[status]]


def test_a_critical_section_that_signals_interrupt_is_not_entered() -> None:
    found = _statuses("if (mutex_lock_interruptible(&d->m)) d->a = 1; else d->b = 1;", LOOKS)
    assert found == [{"violated"}, {"violated"}]


@pytest.mark.parametrize(
    ("second", "races"),
    [
        ("spin_lock(&d->l); d->a = 2; spin_unlock(&d->l);", False),
        ("if (spin_trylock(&d->l)) { d->a = 2; spin_unlock(&d->l); }", False),
        ("if (!spin_trylock(&d->l)) return; d->a = 2; spin_unlock(&d->l);", False),
        ("spin_lock(&d->l); spin_unlock(&d->l); d->a = 2;", True),
        ("mutex_lock(&d->m); d->a = 2; mutex_unlock(&d->m);", True),
        ("if (d->b) spin_lock(&d->l); d->a = 2;", True),
        ("if (spin_trylock(&d->l)) spin_unlock(&d->l); d->a = 2;", True),
    ],
)
def test_what_a_common_lock_protects_does_not_race(second: str, races: bool) -> None:
    unit = _check(TWO.format(first="spin_lock(&d->l); d->a = 1; spin_unlock(&d->l);", second=second))
    noted = [a for a in unit.assumptions if a.startswith("plain accesses that race")]
    assert any("d->a = 2" in a for a in noted) == races


WAIT = """
struct d {{ struct wait_queue_head q; struct completion c; int a; }};
void waker(struct d *d) {{ {wake} }}
void sleeper(struct d *d) {{ {sleep} }}
"""
SLEEP = "wait_event(d->q, READ_ONCE(d->a));"


@pytest.mark.parametrize(
    ("wake", "sleep", "status"),
    [
        ("WRITE_ONCE(d->a, 1); wake_up(&d->q);", SLEEP, "holds"),
        ("wake_up(&d->q); WRITE_ONCE(d->a, 1);", SLEEP, "violated"),
        ("WRITE_ONCE(d->a, 1); wake_up_interruptible(&d->q);", SLEEP, "violated"),
        (
            "WRITE_ONCE(d->a, 1); wake_up_interruptible(&d->q);",
            "wait_event_interruptible(d->q, READ_ONCE(d->a));",
            "holds",
        ),
        ("complete(&d->c);", "wait_for_completion(&d->c);", "holds"),
        ("complete_all(&d->c);", "wait_for_completion(&d->c);", "holds"),
    ],
)
def test_wake_ups(wake: str, sleep: str, status: str) -> None:
    unit = _check(WAIT.format(wake=wake, sleep=sleep), models=("armv8",))
    assert {p.status for r in unit.results for p in r.properties} == {status}


def test_one_of_several_sleepers_is_not_modelled() -> None:
    text = WAIT.format(wake="complete(&d->c);", sleep="wait_for_completion(&d->c);")
    text += "void other(struct d *d) { wait_for_completion(&d->c); }\n"
    unit = _check(text, models=("armv8",))
    assert [r.verdict for r in unit.results] == ["undecided"]
    assert "several tasks" in unit.results[0].reason


def test_a_version_in_the_text_counts_unless_the_user_asks_for_another() -> None:
    text = "/* mbpair: kernel 4.13 */\n" + WAIT.format(
        wake="WRITE_ONCE(d->a, 1); swake_up(&d->q);",
        sleep="DECLARE_SWAITQUEUE(w); for (;;) { prepare_to_swait(&d->q, &w, TASK_INTERRUPTIBLE);"
        " if (READ_ONCE(d->a)) break; schedule(); } finish_swait(&d->q, &w);",
    )
    status = {"violated": None, "holds": (4, 14)}
    for expected, kernel in status.items():
        unit = _check(text, models=("armv8",), kernel=kernel)
        assert [p.status for r in unit.results for p in r.properties] == [expected]


def test_a_version_that_is_not_known_has_a_place() -> None:
    from verifier.errors import ProgramError
    from verifier.program.lower import lower
    from verifier.syntax import parse

    source = Source.whole("a.c", "int x;\n/* mbpair: kernel 3.99 */\nvoid f(void) { x = 1; }\n")
    with pytest.raises(ProgramError, match="expected a version of the kernel") as caught:
        lower(parse(source), source, Options())
    assert caught.value.span is not None
    assert caught.value.span.line == 2


@pytest.mark.parametrize("name", ["dev_lock", "DEV_LOCK", "DEV_UNLOCK_IRQ"])
def test_a_call_that_is_a_lock_by_its_name_is_not_modelled(name: str) -> None:
    unit = _check(TWO.format(first=f"{name}(d); d->a = 1; smp_wmb(); d->b = 1;", second=LOOKS))
    assert {r.reason for r in unit.results} == {f"not modelled: {name}() (line 3)"}
