"""Names whose declarations a hunk does not show."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pipeline import check

FILL = """@@ -10,3 +10,4 @@ static void fill(struct ring *r)
 \tr->data = next(r);
+\tsmp_wmb();
 \tindex = r->head;
 \tsend(r);
"""
WHOLE_FILL = """@@ -9,5 +9,6 @@
 static void fill(struct ring *r)
 {
 \tr->data = next(r);
+\tsmp_wmb();
 \tindex = r->head;
 }
"""
MARKED_FILL = FILL.replace("index = r->head;", "WRITE_ONCE(index, r->head);")
DRAIN = """@@ -40,4 +41,5 @@ static void drain(struct ring *r)
 \tif (!index)
 \t\treturn;
+\tsmp_rmb();
 \tuse(r->data);
 }
"""


@pytest.mark.parametrize(
    ("fill", "is_shared"),
    [(FILL, False), (WHOLE_FILL, True), (MARKED_FILL, True)],
    ids=["part", "whole", "marked"],
)
def test_a_name_that_two_functions_use(fill: str, is_shared: bool) -> None:
    units = check("a.patch", f"--- a/dev.c\n+++ b/dev.c\n{fill}{DRAIN}".encode(), Options())
    (after,) = (u for u in units if u.side == "after")
    statuses = {b.status for r in after.results for b in r.barriers}
    assert statuses == ({"paired"} if is_shared else {"unmatched"})
    assert any(a.startswith("index: taken for a local") for a in after.assumptions) != is_shared


def test_the_usual_names_of_locals_are_not_worth_a_word() -> None:
    text = f"--- a/dev.c\n+++ b/dev.c\n{FILL}{DRAIN}".replace("index", "ret")
    units = check("a.patch", text.encode(), Options())
    assert not any("taken for a local" in a for u in units for a in u.assumptions)


PER_CPU = """--- a/x.c
+++ b/x.c
@@ -10,5 +10,5 @@ static int enable(unsigned int cpu)
 \tnote(cpu);
 \tper_cpu(state, cpu) = UP;
-\twmb();
+\tsmp_wmb();
 \tWRITE_ONCE(kicked, 1);
 \treturn 0;
"""


def test_what_each_cpu_has_is_no_local() -> None:
    (change,) = (u.change for u in check("a.patch", PER_CPU.encode(), Options()) if u.change)
    assert {o.outcome.partition(";")[0] for o in change.outcomes} == {
        "MP: enable() writes state[*], then kicked"
    }
