"""A barrier that is redundant here may be all that orders two accesses, which matters where the functions run again."""

from __future__ import annotations

from verifier.options import Options
from verifier.pipeline import check

RING = """int head, tail, buf[4];
void put(int v)
{
	int h = head;

	if (h - READ_ONCE(tail) < 4) {
		WRITE_ONCE(buf[h & 3], v);
		smp_wmb();
		WRITE_ONCE(head, h + 1);
	}
}
int get(void)
{
	int t = tail, v = 0;

	if (READ_ONCE(head) - t > 0) {
		smp_rmb();
		v = READ_ONCE(buf[t & 3]);
		smp_mb();
		WRITE_ONCE(tail, t + 1);
	}
	return v;
}
"""
DOUBLE = """int x, y;
void a(void) { WRITE_ONCE(x, 1); smp_mb(); smp_wmb(); WRITE_ONCE(y, 1); }
int b(void) { int r = READ_ONCE(y); smp_rmb(); return r && !READ_ONCE(x); }
"""


def hints(text: str, name: str) -> dict[tuple[str, str], set[str]]:
    """The hints of each barrier, by its name and status."""
    (unit,) = check("a.c", text.encode(), Options(models=(name,)))
    return {(b.place.name, b.status): set(b.hints) for r in unit.results for b in r.barriers}


def test_in_the_next_round_the_slot_is_written_again() -> None:
    for name in ("armv8", "lkmm"):
        found = hints(RING, name)
        (hint,) = found["smp_mb", "redundant"]
        assert hint == (
            "nothing else orders READ_ONCE(buf[t & 3]) (line 18) before WRITE_ONCE(tail, t + 1) (line 20): "
            "where the functions run again, that may matter"
        )
        assert not found["smp_wmb", "paired"]


def test_what_another_barrier_orders_too_never_matters() -> None:
    for name in ("armv8", "lkmm"):
        found = hints(DOUBLE, name)
        assert found["smp_wmb", "redundant"] == set()
