"""Which lock a thread holds: pointers that lead to another object each time, and code that a text leaves out."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.pipeline import check

TEXT = """
void f(struct dom *d)
{{
	struct req *r, *q;
	int i, cpu, a;

	{locks}
	WRITE_ONCE(d->x, 1);
	a = READ_ONCE(d->y);
	WARN_ON(a == 0 && b == 0);
}}

void g(struct dom *d)
{{
	WRITE_ONCE(d->y, 1);
	smp_mb();
	b = READ_ONCE(d->x);
	{other}
}}
"""


def _unit(locks: str, other: str = "") -> UnitResult:
    (unit,) = check("a.c", TEXT.format(locks=locks, other=other).encode(), Options())
    return unit


def _statuses(unit: UnitResult, kind: str) -> set[str]:
    return {p.status for r in unit.results for p in r.properties if p.kind == kind}


DIFFERENT = (
    "list_for_each_entry(r, &d->h, n) spin_lock(&r->lock);",
    "hlist_for_each_entry(r, &d->h, n) mutex_lock(&r->lock);",
    "xa_for_each(&d->xa, i, r) spin_lock(&r->lock);",
    "for_each_possible_cpu(cpu) spin_lock(per_cpu_ptr(d->lock, cpu));",
    "for (i = 0; i < 3; i++) { r = get(i); write_lock(&r->lock); }",
    "for (r = d->first; r; r = r->next) spin_lock(&r->lock);",
    "r = get_a(d); spin_lock(&r->lock); r = get_b(d); spin_lock(&r->lock);",
    "r = d->first; spin_lock(&r->lock); r = r->next; spin_lock(&r->lock);",
    "r = get_a(d); spin_lock(&r->lock); r = get_b(d); if (!spin_trylock(&r->lock)) return;",
)


@pytest.mark.parametrize("locks", DIFFERENT)
def test_locks_of_different_objects_do_not_wait_for_each_other(locks: str) -> None:
    unit = _unit(locks)
    assert "violated" not in _statuses(unit, "self-deadlock")
    assert _statuses(unit, "assertion") == {"violated"}  # what follows is reached


SAME = (
    "for (i = 0; i < 2; i++) spin_lock(&d->lock);",
    "r = get_a(d); spin_lock(&r->lock); if (d->flag) spin_lock(&r->lock);",
    "r = get_a(d); spin_lock(&r->lock); q = r; spin_lock(&r->lock);",
    "if (d->flag) { r = get_a(d); spin_lock(&r->lock); spin_lock(&r->lock); }",
    "r = d->first; spin_lock(&r->lock); r = d->first; spin_lock(&r->lock);",
)


@pytest.mark.parametrize("locks", SAME)
def test_a_thread_waits_for_the_lock_of_one_object_that_it_holds(locks: str) -> None:
    assert _statuses(_unit(locks), "self-deadlock") == {"violated"}


def test_which_of_several_locks_of_one_name_others_take_is_not_modelled() -> None:
    locks = "struct req *e; list_for_each_entry(e, &d->h, n) spin_lock(&e->lock);"
    other = "struct req *e = d->mine; spin_lock(&e->lock); spin_unlock(&e->lock);"
    reasons = {r.reason for r in _unit(locks, other).results}
    assert all(reason.startswith("not modelled: ") for reason in reasons)
    first = "int i; for (i = 0; i < 2; i++) { q = next(i); spin_lock(&q->l); } smp_mb();"
    second = "spin_lock(&q->l); smp_mb(); spin_unlock(&q->l);"
    text = f"void f(struct q *q) {{ {first} }} void g(struct q *q) {{ {second} }}"
    (unit,) = check("a.c", text.encode(), Options())
    assert {r.verdict for r in unit.results} == {"undecided"}


GAPS = (
    "spin_lock(&d->lock); d->n = 1;\n\t...\n\tspin_lock(&d->lock); d->n = 2; spin_unlock(&d->lock);",
    "read_lock(&d->lock); d->n = 1;\n\t...\n\twrite_lock(&d->lock); d->n = 2; write_unlock(&d->lock);",
    "while (d->go) {\n\tmutex_lock(&d->lock);\n\t...\n\t}",
    "spin_lock(&d->lock); while (d->n) { if (q) break; spin_unlock(&d->lock); return; }\n\t...\n\tspin_lock(&d->lock);",
    "mutex_lock(&d->lock);\n\tif (d->go) {\n\t...\n\tmutex_lock(&d->lock);\n\t}",
)


@pytest.mark.parametrize("locks", GAPS)
def test_what_is_taken_again_is_released_where_code_is_left_out(locks: str) -> None:
    unit = _unit(locks)
    assert "violated" not in _statuses(unit, "self-deadlock")
    assert _statuses(unit, "assertion") == {"violated"}
    assert sum("where code is left out" in a for a in unit.assumptions) == 1


def test_others_may_come_between() -> None:
    held = "spin_lock(&d->lock); d->n = 1;{gap} d->n = 2; spin_unlock(&d->lock);"
    other = "spin_lock(&d->lock); BUG_ON(d->n == 1); spin_unlock(&d->lock);"
    text = "struct d {{ spinlock_t lock; int n; }};\nvoid f(struct d *d) {{ {f} }}\nvoid g(struct d *d) {{ {g} }}\n"

    def statuses(gap: str) -> set[str]:
        code = text.format(f=held.format(gap=gap), g=other)
        (unit,) = check("a.c", code.encode(), Options())
        return _statuses(unit, "assertion")

    assert statuses("") == {"holds"}
    assert statuses("\n\t...\n\t") == {"holds"}  # held throughout
    assert statuses("\n\t...\n\tspin_lock(&d->lock);") == {"violated"}
