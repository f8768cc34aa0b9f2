"""What depends on a read in the text only is told in a hint, where it would have been a partner."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pipeline import check

MESSAGE = """int i, a[3];
void pub(void) { WRITE_ONCE(a[1], 1); smp_wmb(); WRITE_ONCE(i, 1); }
int sub(void)
{
	int k = READ_ONCE(i);
	BODY
	return 0;
}
"""
BUFFERED = """int a, b;
void one(void)
{
	unsigned int q = READ_ONCE(a);
	BODY
}
void two(void) { int r = READ_ONCE(b); smp_mb(); WRITE_ONCE(a, 1); }
"""


@pytest.mark.parametrize(
    ("text", "body", "told"),
    [
        (MESSAGE, "if (k == 1) return READ_ONCE(a[k]);", "READ_ONCE(a[k])"),
        (MESSAGE, "return READ_ONCE(a[k > 0]);", "READ_ONCE(a[k > 0])"),
        (MESSAGE, "return READ_ONCE(a[k % 1 + 1]);", ""),  # no read is left in it
        (MESSAGE, "return READ_ONCE(a[1]);", ""),
        (MESSAGE, "if (k) return READ_ONCE(a[1]);", ""),  # a branch that orders no loads, whoever compiles it
        (BUFFERED, "if (q % 1) WRITE_ONCE(b, 2); else WRITE_ONCE(b, 1);", "WRITE_ONCE(b, 1)"),
        (BUFFERED, "if (q >= 0) WRITE_ONCE(b, 1);", "WRITE_ONCE(b, 1)"),
        (BUFFERED, "if (q >= 0) { } WRITE_ONCE(b, 1);", ""),
        (BUFFERED, "WRITE_ONCE(b, q ? 1 : 2);", "WRITE_ONCE(b, q ? 1 : 2)"),
        (BUFFERED, "WRITE_ONCE(b, 1);", ""),
    ],
)
@pytest.mark.parametrize("name", ["armv8", "lkmm"])
def test_what_depends_in_the_text_only(text: str, body: str, told: str, name: str) -> None:
    (unit,) = check("c.c", text.replace("BODY", body).encode(), Options(models=(name,)))
    (barrier,) = (b for r in unit.results for b in r.barriers)
    assert barrier.status == "unpaired"
    start = "READ_ONCE(i) (line 5)" if text is MESSAGE else "READ_ONCE(a) (line 4)"
    line = 6 if text is MESSAGE else 5
    hint = f"{told} (line {line}) depends on {start} in the text only: a compiler may do without that"
    assert barrier.hints == ((hint,) if told else ())
