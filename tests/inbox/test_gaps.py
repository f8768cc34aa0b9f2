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
