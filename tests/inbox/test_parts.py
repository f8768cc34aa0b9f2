"""What is cut short, or can't be read, does not keep the rest of a message from being judged."""

from __future__ import annotations

import pytest

from verifier.errors import InputError
from verifier.inbox.pieces import Diagram
from verifier.inbox.recognise import recognise
from verifier.options import Options
from verifier.pipeline import check

MAIL = b"""From: A <a@example.org>
Subject: [PATCH] dev: order the flag after the data

The reader can see the flag first:

    CPU0                   CPU1
    WRITE_ONCE(x, 1) {     READ_ONCE(y)
    ) ) )                  READ_ONCE(x)

"""
DIFF = b"""---
diff --git a/dev.c b/dev.c
--- a/dev.c
+++ b/dev.c
@@ -1,6 +1,7 @@ static void publish(struct dev *d)
 static void publish(struct dev *d)
 {
 \tWRITE_ONCE(d->data, 1);
+\tsmp_wmb();
 \tWRITE_ONCE(d->ready, 1);
 }
"""


def test_a_patch_below_a_diagram_that_cannot_be_read() -> None:
    units = check("a.patch", MAIL + DIFF, Options())
    (diagram,) = (u for u in units if u.lines == (6, 8))
    assert {r.verdict for r in diagram.results} == {"undecided"}
    assert "not understood: " in diagram.results[0].reason
    (change,) = (u.change for u in units if u.change)
    assert "MP allowed before, forbidden after" in change.summary


def test_a_message_of_which_nothing_can_be_read() -> None:
    with pytest.raises(InputError):
        check("a.patch", MAIL, Options())


CUT = b"""diff --git a/lock.c b/lock.c
--- a/lock.c
+++ b/lock.c
@@ -9,5 +9,6 @@ static void publish(struct dev *d)
 \t\treturn;
 \t}
 \tWRITE_ONCE(d->data, 1);
+\tsmp_wmb();
 \tWRITE_ONCE(d->ready, 1);
 }
"""


def test_what_follows_a_block_that_returns_and_whose_head_is_cut_off_is_alive() -> None:
    units = check("a.patch", CUT, Options())
    (change,) = (u.change for u in units if u.change)
    assert "MP allowed before, forbidden after" in change.summary


LOCAL = b"""diff --git a/stats.c b/stats.c
--- a/stats.c
+++ b/stats.c
@@ -9,5 +9,6 @@ static void flush(struct dev *d)
 \tcount = atomic_read(&d->changes);
+\tsmp_rmb();
 \tsum = READ_ONCE(d->total);
 \tatomic_sub(count, &d->changes);
"""


def test_what_is_an_operand_of_an_atomic_operation_may_be_a_local() -> None:
    units = check("a.patch", LOCAL, Options())
    (change,) = (u.change for u in units if u.change)
    assert "MP allowed before, forbidden after" in change.summary
    assert all("count" not in o.outcome for o in change.outcomes)


TABLE = b"""diff --git a/vmem.h b/vmem.h
--- a/vmem.h
+++ b/vmem.h
@@ -1,9 +1,14 @@
+/* Only a rough guide.
+ */
+#define ptob(pages)\t\t\t(pages * PAGE_SIZE)
+#define membar_producer()\t\tsmp_wmb()

 #define physmem\t\t\t\tnum_physpages
 #define freemem\t\t\t\tnr_free_pages()
-#define minfree\t\t\t\t0
-#define ptob(pages)\t\t\t(pages * PAGE_SIZE)
-#define membar_producer()\t\tsmp_wmb()
+static inline size_t size(struct vmem *v, int mask)
+{
+\tuse(v);
+\treturn 0;
+}
"""


def test_code_in_columns_is_no_diagram() -> None:
    pieces = recognise("a.patch", TABLE)
    assert not any(isinstance(p, Diagram) for p in pieces)


WORDS = b"""diff --git a/a.c b/a.c
--- a/a.c
+++ b/a.c
@@ -10,5 +10,6 @@ void put(struct dev *d)
 \tavail = count;
 \tWRITE_ONCE(d->data, 1);
+\tsmp_wmb();
 \tWRITE_ONCE(d->ready, 1);
@@ -30,4 +31,3 @@ void take(struct dev *d)
 \tvmem_t *v = (vmem_t *)count;
-\tavail *x;
 \tf(v);
--- a/b.h
+++ b/b.h
@@ -1,2 +1,3 @@
+typedef unsigned long avail;
 typedef unsigned long count;
"""


def test_a_name_that_is_a_type_in_another_part() -> None:
    units = check("a.patch", WORDS, Options())
    (change,) = (u.change for u in units if u.change)
    assert "MP allowed before, forbidden after" in change.summary
