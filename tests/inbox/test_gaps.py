"""Hunks that leave out where a lock is released."""

from __future__ import annotations

import pytest

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


CONSUMER = b"""@@ -140,5 +140,6 @@ static int consume(struct q *q)
 {
 \tif (!READ_ONCE(q->flag))
 \t\treturn 0;
+\tsmp_rmb();
 \treturn q->data;
 }
"""
FILE = b"diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n"
FIRST = b" \tq->data = 1;\n \tnote(q);\n"
SECOND = b" \tmore(q);\n \tWRITE_ONCE(q->flag, 1);\n"
IN_TWO_HUNKS = (
    b"@@ -100,2 +100,2 @@ static void publish(struct q *q)\n"
    + FIRST
    + b"@@ -120,2 +120,2 @@ static void publish(struct q *q)\n"
    + SECOND
)
IN_ONE_HUNK = b"@@ -100,4 +100,4 @@ static void publish(struct q *q)\n" + FIRST + SECOND
CALLER = b"@@ -120,3 +120,3 @@ static void publish(struct q *q)\n" + FIRST + b" \tfinish(q);\n"
IN_A_CALLEE = b"@@ -100,2 +100,2 @@ static void finish(struct q *q)\n" + SECOND + CALLER
IN_A_WHOLE_CALLEE = b"@@ -100,4 +100,4 @@\n static void finish(struct q *q)\n {\n" + SECOND + CALLER
IN_A_LOOP = b"""@@ -100,5 +100,5 @@ static void publish(struct q *q)
 \t\t}
 \t\tWRITE_ONCE(q->flag, 1);
 \t\tq->data = 1;
 \t\tnote(q);
 \t} while (q->more);
"""


@pytest.mark.parametrize(
    ("producer", "expected"),
    [
        (IN_TWO_HUNKS, "undecided"),
        (IN_ONE_HUNK, "refuted"),
        (IN_A_CALLEE, "undecided"),
        (IN_A_WHOLE_CALLEE, "refuted"),
        (IN_A_LOOP, "undecided"),
    ],
)
def test_an_order_that_may_be_in_a_gap(producer: bytes, expected: str) -> None:
    units = check("a.patch", FILE + producer + CONSUMER, Options())
    (after,) = (u for u in units if u.side == "after" and len(u.threads) == 2)
    assert {r.verdict for r in after.results} == {expected}
    for barrier in (b for r in after.results for b in r.barriers if b.place.name == "smp_rmb"):
        assert barrier.is_refuting == (expected == "refuted")
        assert ("as far as the diff shows" in barrier.reason) == (expected == "undecided")


SLEEPER = b"""@@ -140,10 +140,11 @@ static void sleep_on(struct q *q)
 {
 \tDEFINE_WAIT(wait);
 \tfor (;;) {
 \t\tprepare_to_wait(&q->wq, &wait, TASK_UNINTERRUPTIBLE);
 \t\tif (READ_ONCE(q->ready))
 \t\t\tbreak;
+\t\tnote(q);
 \t\tschedule();
 \t}
 \tfinish_wait(&q->wq, &wait);
 }
"""
STORE = b" \tWRITE_ONCE(q->ready, 1);\n \tnote(q);\n"
WAKE = b" \tif (waitqueue_active(&q->wq))\n \t\twake_up(&q->wq);\n"
WAKER_IN_TWO_HUNKS = (
    b"@@ -100,2 +100,2 @@ static void wake(struct q *q)\n"
    + STORE
    + b"@@ -120,2 +120,2 @@ static void wake(struct q *q)\n"
    + WAKE
)
WAKER_IN_ONE_HUNK = b"@@ -100,4 +100,4 @@ static void wake(struct q *q)\n" + STORE + WAKE


@pytest.mark.parametrize(
    ("waker", "expected"), [(WAKER_IN_TWO_HUNKS, "undecided"), (WAKER_IN_ONE_HUNK, "violated")]
)
def test_a_wake_up_that_a_barrier_in_a_gap_may_save(waker: bytes, expected: str) -> None:
    units = check("a.patch", FILE + waker + SLEEPER, Options(threads=(("s", "sleep_on"), ("w", "wake"))))
    (after,) = (u for u in units if u.side == "after")
    assert {p.status for r in after.results for p in r.properties if p.kind == "lost wake-up"} == {expected}


FREES = b"""@@ -26,4 +26,5 @@ static struct peer *create(struct device *dev)
 \tif (!peer)
 \t\treturn NULL;
+\tsmp_wmb();
 \tpeer->id = next_id(dev);
 \tpeer->device = dev;
@@ -82,4 +83,4 @@ static void release(struct rcu_head *rcu)
 \tstruct peer *peer = container_of(rcu, struct peer, rcu);
 \tnote(peer->id);
 \tkfree(peer);
 }
"""


def test_what_keeps_readers_away_may_not_be_in_the_patch() -> None:
    units = check("a.patch", FILE + FREES, Options())
    frees = [p for u in units for r in u.results for p in r.properties if p.kind == "use after free"]
    assert frees
    assert {p.status for p in frees} == {"undecided"}


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
