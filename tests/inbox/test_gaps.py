"""Hunks that leave out where a lock is released."""

from __future__ import annotations

from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.pipeline import check

TWO_HUNKS = b"""diff --git a/a.c b/a.c
--- a/a.c
+++ b/a.c
@@ -100,7 +100,8 @@ static void f(struct dom *d)
 \tif (!d)
 \t\treturn;
 \tspin_lock(&d->lock);
 \tWRITE_ONCE(d->x, 1);
+\tsmp_mb();
 \tr = READ_ONCE(d->y);
 \tif (r)
 \t\tn++;
@@ -120,6 +121,7 @@ static void f(struct dom *d)
 \td->n++;
 \tspin_lock(&d->lock);
 \tWRITE_ONCE(d->z, 1);
+\tsmp_wmb();
 \tWRITE_ONCE(d->w, 1);
 \tspin_unlock(&d->lock);
 }
"""

CUT_LOOP = b"""diff --git a/a.c b/a.c
--- a/a.c
+++ b/a.c
@@ -335,6 +335,7 @@ int release(struct dom *d)
 \tWRITE_ONCE(d->x, 1);
+\tsmp_mb();
 \twhile (READ_ONCE(d->y)) {
 \t\tif (d->skip)
 \t\t\tcontinue;
 \t\tspin_lock(&d->lock);
 \t\td->n++;
"""


def _deadlocks(units: tuple[UnitResult, ...]) -> set[str]:
    return {p.status for u in units for r in u.results for p in r.properties if p.kind == "self-deadlock"}


def test_a_lock_that_two_hunks_take() -> None:
    units = check("a.patch", TWO_HUNKS, Options())
    assert "violated" not in _deadlocks(units)
    (change,) = (u.change for u in units if u.change)
    assert "SB, MP allowed before, forbidden after" in change.summary
    assert any("where code is left out" in a for u in units for a in u.assumptions)
    assert not any(s.text.strip("⋯ ") == "" for u in units for s in u.skipped)


def test_a_loop_that_ends_below_the_hunk() -> None:
    units = check("a.patch", CUT_LOOP, Options())
    assert "violated" not in _deadlocks(units)


def test_a_lock_that_a_hunk_takes_twice() -> None:
    text = TWO_HUNKS.replace(b"\tr = READ_ONCE", b"\tspin_lock(&d->lock);\n \tr = READ_ONCE")
    text = text.replace(b"-100,7 +100,8", b"-100,8 +100,9")
    assert "violated" in _deadlocks(check("a.patch", text, Options()))


NEW = b"""diff --git a/a.c b/a.c
--- a/a.c
+++ b/a.c
@@ -10,0 +11,20 @@
+void done(struct q *q, int count)
+{
+\tatomic_sub(count, &q->sectors);
+\tsmp_mb();
+\tif (READ_ONCE(q->waiting))
+\t\tkick(q);
+\tif (atomic_read(&q->sectors) < 0)
+\t\tBUG();
+}
"""


def test_what_an_assertion_relies_on_may_not_be_in_the_patch() -> None:
    (unit,) = check("a.patch", NEW, Options())
    assert {p.status for r in unit.results for p in r.properties} == {"undecided"}
    assert {r.verdict for r in unit.results} == {"undecided"}


ADDS = b"""diff --git a/list.h b/list.h
--- a/list.h
+++ b/list.h
@@ -70,0 +71,20 @@
+void add(struct node *new, struct node *next)
+{
+\tnew->next = next;
+\tsmp_wmb();
+\tnext->prev = new;
+}
+void add_tail(struct node *new, struct node *next)
+{
+\tnext->prev = new;
+\tsmp_wmb();
+\tnew->next = next;
+}
"""


def test_writers_alone_exclude_each_other() -> None:
    units = check("a.patch", ADDS, Options())
    assert not any(b.is_refuting for u in units for r in u.results for b in r.barriers)
    assert any(
        "taken to exclude each other" in b.reason for u in units for r in u.results for b in r.barriers
    )


MACRO = b"""From: A <a@b.c>
Subject: [PATCH] ring

diff --git a/a.c b/a.c
--- a/a.c
+++ b/a.c
@@ -0,0 +1,14 @@
+#define CHECK(x) assert(x)
+
+void f(struct d *d)
+{
+\tint r = READ_ONCE(d->x);
+
+\tsmp_mb();
+\tCHECK(r == READ_ONCE(d->y));
+}
"""


def test_what_a_macro_of_the_patch_does_stands_in_the_patch() -> None:
    (unit,) = check("a.patch", MACRO, Options())
    assert {(p.line, p.text) for r in unit.results for p in r.properties} == {(8, "assert(x)")}
