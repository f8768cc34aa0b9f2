"""Counters that a text takes from and never sets."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pipeline import check

DRAIN = """void end(struct dev *d)
{{
	WRITE_ONCE(d->done, 1);
	{before}
	{take};
	{after}
	if (waitqueue_active(&d->wq))
		wake_up(&d->wq);
}}
void drain(struct dev *d)
{{
	wait_event(d->wq, {awaited});
	smp_rmb();
	BUG_ON(!READ_ONCE(d->done));
}}
"""
BEFORE, AFTER = "smp_mb__before_atomic();", "smp_mb__after_atomic();"
PUT = """void put(struct obj *o)
{{
	WRITE_ONCE(o->x, 1);
	if ({take})
		kfree(o);
}}
void other(struct obj *o)
{{
	int r = READ_ONCE(o->x);
	{rest}
}}
"""
LAST = "if ({take}) kfree(o);"
SPIN = """void end(struct dev *d)
{
	WRITE_ONCE(d->done, 1);
	smp_wmb();
	atomic_dec(&d->n);
}
void drain(struct dev *d)
{
	while (atomic_read(&d->n) > 0)
		cpu_relax();
	smp_rmb();
	BUG_ON(!READ_ONCE(d->done));
}
"""


def found(text: str, propagation: bool = True, model: str = "lkmm") -> dict[str, list[str]]:
    """The statuses of the properties, by kind, and of the barriers that the text has itself."""
    (unit,) = check("a.c", text.encode(), Options(models=(model,), propagation=propagation))
    (result,) = unit.results
    statuses: dict[str, list[str]] = {}
    for p in result.properties:
        statuses.setdefault(p.kind, []).append(p.status)
    for b in result.barriers:
        if b.place.via is None and not b.is_note:
            statuses.setdefault(b.place.name, []).append(b.status)
    return statuses


@pytest.mark.parametrize(
    ("take", "awaited"),
    [
        ("atomic_dec(&d->n)", "!atomic_read(&d->n)"),
        ("atomic_sub(2, &d->n)", "atomic_read(&d->n) <= 0"),
        ("atomic_dec(&d->n)", "atomic_read(&d->n) <= 1"),
    ],
)
def test_who_waits_until_all_is_taken(take: str, awaited: str) -> None:
    whole = found(DRAIN.format(before=BEFORE, take=take, after=AFTER, awaited=awaited))
    assert whole["lost wake-up"] == ["holds"]
    assert (whole["smp_mb__before_atomic"], whole["smp_mb__after_atomic"]) == (["paired"], ["paired"])
    half = found(DRAIN.format(before=BEFORE, take=take, after="", awaited=awaited))
    assert half["lost wake-up"] == ["violated"]
    if "<= 1" not in awaited:  # others may be done before
        assert whole["assertion"] == half["assertion"] == ["holds"]
        unordered = found(DRAIN.format(before="", take=take, after=AFTER, awaited=awaited))
        assert (unordered["assertion"], unordered["lost wake-up"]) == (["violated"], ["holds"])


def test_who_spins_until_all_is_taken_waits_for_who_is_shown() -> None:
    for propagation in (True, False):
        statuses = found(SPIN, propagation)
        assert statuses == {
            "assertion": ["holds"],
            "smp_wmb": ["paired"],
            "smp_rmb": ["paired"],
        }
    assert found(SPIN.replace("smp_wmb();", ""))["assertion"] == ["violated"]


@pytest.mark.parametrize("propagation", [True, False])
@pytest.mark.parametrize(
    ("take", "rest", "status"),
    [
        ("atomic_dec_and_test(&o->ref)", LAST, "holds"),
        ("atomic_dec_return_relaxed(&o->ref) == 0", LAST, "violated"),
        ("atomic_dec_return_release(&o->ref) == 0", LAST, "holds"),
        ("refcount_dec_and_test(&o->ref)", LAST, "holds"),
        ("refcount_dec_and_test(&o->ref)", f"{LAST} WRITE_ONCE(o->x, 2);", "undecided"),
        ("--o->users == 0", "", "undecided"),
        ("refcount_dec_and_test(&o->ref)", "", "undecided"),
        (
            "refcount_dec_and_test(&o->ref)",
            f"if (!refcount_inc_not_zero(&o->ref)) return; {LAST}",
            "violated",
        ),
    ],
)
def test_the_last_of_those_who_hold_a_reference_frees(
    propagation: bool, take: str, rest: str, status: str
) -> None:
    text = PUT.format(take=take, rest=rest.format(take=take))
    worst = ("violated", "undecided", "holds")
    assert min(found(text, propagation)["use after free"], key=worst.index) == status


SEMAPHORE = """{declared}void down({parameter})
{{
	if (atomic_dec_return(&{at}) < 0)
		WRITE_ONCE({slow}, 1);
}}
void look({parameter})
{{
	BUG_ON(READ_ONCE({slow}));
}}
"""


def test_who_asks_for_less_than_nothing_may_find_it() -> None:
    text = SEMAPHORE.format(declared="", parameter="struct s *s", at="s->count", slow="s->slow")
    assert found(text)["assertion"] == ["violated"]


@pytest.mark.parametrize(
    ("declared", "status"),
    [
        ("atomic_t n; int slow;\n", "violated"),  # as in C, 0 at first
        ("atomic_t n = ATOMIC_INIT(0); int slow;\n", "violated"),
        ("atomic_t n = ATOMIC_INIT(1); int slow;\n", "holds"),
    ],
)
def test_what_is_declared_starts_as_declared(declared: str, status: str) -> None:
    text = SEMAPHORE.format(declared=declared, parameter="void", at="n", slow="slow")
    assert found(text)["assertion"] == [status]


@pytest.mark.parametrize(
    ("write", "is_counter"),
    [
        ("atomic_dec(&s->n)", True),
        ("s->n--", True),
        ("s->n -= 2", True),
        ("atomic_add(-1, &s->n)", True),
        ("atomic_add_unless(&s->n, -1, 1)", True),
        ("atomic_dec_if_positive(&s->n)", True),
        ("atomic_dec(&s->n); if (atomic_inc_not_zero(&s->n)) s->y = 1", True),
        ("atomic_dec(&s->n); atomic_inc(&s->n)", False),
        ("atomic_dec(&s->n); atomic_set(&s->n, 3)", False),
        ("s->n = s->y - 1", False),
        ("s->n -= s->y", False),
        ("atomic_inc(&s->n)", False),
        ("down(&s->n)", False),
    ],
)
def test_what_is_a_counter(write: str, is_counter: bool) -> None:
    text = f"void f(struct s *s) {{ smp_mb(); {write}; }}\nvoid g(struct s *s) {{ s->z = atomic_read(&s->n); }}\n"
    (unit,) = check("a.c", text.encode(), Options(models=("sc",)))
    said = "nothing here sets s->n: it starts with what the threads take from it, or more"
    assert (said in unit.assumptions) == is_counter


def test_no_value_from_outside_is_what_is_in_memory_that_was_given_back() -> None:
    text = (
        "struct item { int data; };\nstruct item first;\nstruct item *head = &first;\nint seen;\n"
        "void w(int v) { struct item *new = kmalloc(8, GFP_KERNEL), *old = head; new->data = v;"
        " rcu_assign_pointer(head, new); synchronize_rcu(); kfree(old); }\n"
        "void r(void) { struct item *p; rcu_read_lock(); p = rcu_dereference(head);"
        " if (p) { int d = READ_ONCE(p->data); WRITE_ONCE(seen, d); } rcu_read_unlock(); }\n"
    )
    for propagation in (True, False):
        assert found(text, propagation)["use after free"] == ["holds"]


def test_what_a_pointer_may_lead_to_is_no_counter() -> None:
    text = (
        "struct o { struct kref kref; };\n"
        "void f(struct o *a, struct o *b, int which)\n"
        "{ struct o *o = which ? a : b; smp_mb(); kref_put(&o->kref, rel); }\n"
        "void g(struct t *t, struct o *a) { t->z = kref_read(&a->kref); }\n"
    )
    (unit,) = check("a.c", text.encode(), Options(models=("sc",)))
    assert not any("starts with what" in a for a in unit.assumptions)
