"""guard() and scoped_guard(): the lock is held to the end of the scope, and given back on each way out of it."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pairing.verdict import ModelResult
from verifier.pipeline import check

TWO = """
struct d {{ spinlock_t l; struct mutex m; struct rw_semaphore s; int a, b; }};
int writer(struct d *d, int n) {{ {writer} }}
void reader(struct d *d) {{ {reader} }}
"""


def result(writer: str, reader: str) -> ModelResult:
    text = TWO.format(writer=writer, reader=reader)
    return check("a.c", text.encode(), Options(models=("armv8",)))[0].results[0]


def statuses(writer: str, reader: str) -> set[str]:
    return {p.status for p in result(writer, reader).properties}


@pytest.mark.parametrize(
    ("kind", "lock"), [("spinlock", "l"), ("spinlock_irqsave", "l"), ("mutex", "m"), ("rwsem_write", "s")]
)
def test_a_guard_holds_its_lock_to_the_end_of_the_scope(kind: str, lock: str) -> None:
    reader = f"scoped_guard({kind}, &d->{lock}) {{ BUG_ON(d->a != d->b); }}"
    assert statuses(f"guard({kind})(&d->{lock}); d->a = 1; d->b = 1; return 0;", reader) == {"holds"}
    assert statuses(f"{{ guard({kind})(&d->{lock}); d->a = 1; }} d->b = 1; return 0;", reader) == {"violated"}


READER = "mutex_lock(&d->m); BUG_ON(d->a == 1); mutex_unlock(&d->m);"


@pytest.mark.parametrize(
    "writer",
    [
        "guard(mutex)(&d->m); d->a = 1; if (n) return 1; d->a = 0; return 0;",
        "while (1) { guard(mutex)(&d->m); d->a = 1; if (n) break; d->a = 0; return 0; } return 1;",
        "for (int i = 0; i < 2; i++) { guard(mutex)(&d->m); d->a = 1; if (n) continue; d->a = 0; } return 0;",
        "scoped_guard(mutex, &d->m) { d->a = 1; if (n) break; d->a = 0; } return 0;",
        "scoped_guard(mutex, &d->m) { d->a = 1; if (n) return 1; d->a = 0; } return 0;",
    ],
)
def test_the_lock_is_free_after_each_way_out(writer: str) -> None:
    """Who leaves early leaves a 1 behind, which can only be seen if the lock is free."""
    assert statuses(writer, READER) == {"violated"}
    assert statuses(writer.replace("if (n)", "if (n && 0)"), READER) == {"holds"}


@pytest.mark.parametrize(("way", "end"), [("break", "return 0;"), ("continue", "break;")])
def test_the_loop_around_it_has_ways_out_of_its_own(way: str, end: str) -> None:
    inner = f"scoped_guard(mutex, &d->m) {{ d->b = 1; }} if (n) {way}; d->b = 2; {end}"
    writer = f"for (int i = 0; i < 2; i++) {{ {inner} }} d->a = 1; return 1;"
    assert statuses(writer, READER) == {"violated"}
    assert statuses(writer.replace("d->a = 1", "d->a = n == 0"), READER) == {
        "violated" if "break;" in end else "holds"
    }


@pytest.mark.parametrize(
    ("writer", "what"),
    [
        ("guard(mutex_intr)(&d->m); d->a = 1; return 0;", "guard(mutex_intr)"),
        ("guard(mutex)(&d->m); if (n) goto out; d->a = 1; out: return 0;", "a goto with a guard()"),
        ("if (n) scoped_guard(mutex, &d->m); d->a = 1; return 0;", "scoped_guard()"),
    ],
)
def test_what_is_not_modelled_is_said(writer: str, what: str) -> None:
    found = result(writer, READER)
    assert found.verdict == "undecided"
    assert what in found.reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("struct s *p __free(kfree) = kmalloc(8);", "not modelled: __free() of a variable (line 3)"),
        (
            "scoped_cond_guard(mutex_intr, return -4, &l) { x = 1; }",
            "not modelled: scoped_cond_guard() (line 3)",
        ),
    ],
)
def test_what_is_read_and_not_modelled(body: str, reason: str) -> None:
    text = f"int x, l;\nint f(void) {{\n\t{body}\n\tsmp_mb();\n\treturn 0;\n}}\n"
    (result,) = check("a.c", text.encode(), Options(models=("armv8",)))[0].results
    assert result.reason == reason
