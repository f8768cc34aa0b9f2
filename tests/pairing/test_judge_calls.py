"""Calls that the text tells nothing of, and atomics that fail."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pipeline import check


@pytest.mark.parametrize(("between", "status"), [("", "redundant"), ("publish();", "unmatched")])
def test_a_barrier_is_not_redundant_by_another_one_behind_an_unknown_call(between: str, status: str) -> None:
    fences = f" smp_wmb();\n {between}\n smp_mb();\n"
    text = f"int x, y;\nvoid w(void) {{\n WRITE_ONCE(x, 1);\n{fences} WRITE_ONCE(y, 1);\n}}\n"
    (unit,) = check("a.c", text.encode(), Options())
    assert [r.barriers[0].status for r in unit.results] == [status] * 2


def test_an_atomic_that_fails_is_made_no_release() -> None:
    text = (
        "int x, y;\nvoid w(void) {\n WRITE_ONCE(x, 1);\n cmpxchg_relaxed(&y, 5, 1);\n}\n"
        "void r(void) {\n WRITE_ONCE(y, 1);\n smp_mb();\n READ_ONCE(x);\n}\n"
    )
    (unit,) = check("a.c", text.encode(), Options())
    assert all(r.barriers[0].status == "unpaired" for r in unit.results)
    assert all({m.barrier for m in r.barriers[0].missing} == {"smp_mb"} for r in unit.results)


def test_a_release_whose_pointer_leads_nowhere() -> None:
    """No path has the access, so nothing stands around it."""
    text = """struct node { struct node *next; int locked; };
struct node a;
void user(void)
{
    struct node *next = READ_ONCE(a.next);

    if (next)
        smp_store_release(&next->locked, 1);
}
void other(void) { WRITE_ONCE(a.next, NULL); }
"""
    (unit,) = check("x.c", text.encode(), Options())
    barriers = [b for r in unit.results for b in r.barriers]
    assert [b.status for b in barriers] == ["unmatched"] * 2
    assert {b.reason for b in barriers} == {"there is no access around it in the text"}
