"""A value that was compared with a number, and is equal, carries no dependency (the kernel's rcu_dereference.rst)."""

from __future__ import annotations

import pytest

from verifier.events.expression import Apply, Const, Expression, ReadValue
from verifier.events.logic import where
from verifier.options import Options
from verifier.pipeline import check

POINTER = """struct foo { int a; };
struct foo one, two;
struct foo *gp;
void pub(void) { one.a = 1; two.a = 1; smp_wmb(); WRITE_ONCE(gp, &one); }
int sub(void) { struct foo *p = READ_ONCE(gp); BODY }
"""
INDEX = """int i, a[2];
void pub(void) { WRITE_ONCE(a[1], 1); smp_wmb(); WRITE_ONCE(i, 1); }
int sub(void) { int k = READ_ONCE(i); BODY }
"""
CASES = [
    (POINTER, "if (p) return READ_ONCE(p->a); return 1;", "paired"),
    (POINTER, "if (p == &one) return READ_ONCE(p->a); return 1;", "unpaired"),
    (POINTER, "if (p != &one) return 1; return READ_ONCE(p->a);", "unpaired"),
    (POINTER, "if (p && p != &two) return READ_ONCE(p->a); return 1;", "paired"),
    (POINTER, "if (p == &one && READ_ONCE(p->a)) return 0; return 1;", "unpaired"),
    (INDEX, "return READ_ONCE(a[k]);", "paired"),
    (INDEX, "if (k > 0) return READ_ONCE(a[k]); return 1;", "paired"),
    (INDEX, "if (k == 1) return READ_ONCE(a[k]); return 1;", "unpaired"),
    (INDEX, "switch (k) { case 1: return READ_ONCE(a[k]); } return 1;", "unpaired"),
    (INDEX, "if (k == 1) smp_rmb(); return READ_ONCE(a[k]);", "paired"),
]


@pytest.mark.parametrize("name", ["armv8", "lkmm"])
@pytest.mark.parametrize(("text", "body", "status"), CASES)
def test_what_is_known_to_be_a_number(text: str, body: str, status: str, name: str) -> None:
    (unit,) = check("c.c", text.replace("BODY", body).encode(), Options(models=(name,)))
    assert {b.status for r in unit.results for b in r.barriers if b.place.name == "smp_wmb"} == {status}


def test_where() -> None:
    a, b, one, two = ReadValue(1), ReadValue(2), Const(1), Const(2)
    low: Expression = Apply("&", (a, Const(3)))

    def is_one(e: Expression) -> Expression:
        return Apply("==", (e, one))

    total = Apply("+", (a, b))
    assert where((), total) is total
    assert where((Apply("!=", (a, one)),), total) is total
    assert where((Apply("||", (is_one(a), is_one(b))),), total) is total
    assert where((is_one(a),), total) == Apply("+", (one, b))
    assert where((Apply("&&", (is_one(a), is_one(b))),), total) == two
    assert where((is_one(low),), Apply("+", (low, a))) == Apply("+", (one, a))
