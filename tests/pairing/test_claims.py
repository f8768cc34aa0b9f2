"""What comments claim about barriers, and what becomes of the claims."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pipeline import check


@pytest.mark.parametrize(
    ("comment", "verdict"),
    [
        ("pairs with smp_rmb() in reader()", "confirmed"),
        ("Paired with the smp_rmb in reader().", "confirmed"),
        ("matches smp_rmb()", "confirmed"),
        ("pairs with smp_mb() in other()", "refuted"),
        ("smp_rmb() elsewhere", None),
        ("pairs with the barrier in some_other_file()", "unknown"),
        ("pairs with the barrier in reader()", "confirmed"),
        ("pairs with the barrier in other()", "refuted"),
        ("pairs with the barrier() in reader()", "refuted"),
        ("pairs with the rmb in reader()", "confirmed"),
        ("pairs with rmb() in reader()", "refuted"),
        ("pairs with smp_wmb() in writer() on another CPU", "unknown"),
        ("pairs with smp_wmb() in writer() and smp_rmb() in reader()", "confirmed"),
    ],
)
def test_claims_are_compared_with_the_partners_found(comment: str, verdict: str | None) -> None:
    text = f"""int x, y, z;
void writer(void)
{{
	WRITE_ONCE(x, 1);
	/* {comment} */
	smp_wmb();
	WRITE_ONCE(y, 1);
}}
void reader(void)
{{
	int a = READ_ONCE(y);
	smp_rmb();
	int b = READ_ONCE(x);
}}
void other(void)
{{
	WRITE_ONCE(z, 1);
	smp_mb();
}}
"""
    (unit,) = check("a.c", text.encode(), Options(models=("armv8",)))
    (found,) = (b for b in unit.results[0].barriers if b.place.name == "smp_wmb")
    assert (found.status, found.claim) == ("paired", verdict)
