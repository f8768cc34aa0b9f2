"""What arm64's atomic operations compile to: LSE instructions, or loops of exclusives, which order otherwise."""

from __future__ import annotations

from typing import Literal

import pytest

from verifier.options import Options
from verifier.pipeline import check

# T1 meets the flag in an atomic operation, and what it reads afterwards may be too old.
SEEN = """
int data; atomic_t flag;
void writer(void) {{ WRITE_ONCE(data, 1); smp_mb(); atomic_set(&flag, 5); }}
void reader(void) {{ {0}; {1}; int r0 = READ_ONCE(data); }}
exists (flag == 6 && reader:r0 == 0)
"""
SB = """
int x, y, z;
void one(void) {{ WRITE_ONCE(x, 1); {0}; int r0 = READ_ONCE(y); }}
void other(void) {{ WRITE_ONCE(y, 1); smp_mb(); int r1 = READ_ONCE(x); }}
exists (one:r0 == 0 && other:r1 == 0{1})
"""


def answers(text: str, atomics: Literal["lse", "ll-sc"]) -> dict[str, str]:
    unit = check("a.c", text.encode(), Options(atomics=atomics))[0]
    return {r.model: next(p.answer for p in r.properties) for r in unit.results}


@pytest.mark.parametrize(
    ("operation", "barrier", "lse", "exclusives"),
    [
        # STADD reads nothing that DMB ISHLD waits for (Arm ARM, B2.3.7); LDXR is a load like any other.
        ("atomic_inc(&flag)", "smp_rmb()", "reached", "never reached"),
        ("atomic_inc(&flag)", "smp_mb()", "never reached", "never reached"),
        ("atomic_inc(&flag)", "barrier()", "reached", "reached"),
        ("atomic_inc_return_relaxed(&flag)", "smp_rmb()", "never reached", "never reached"),
        ("atomic_inc_return_acquire(&flag)", "barrier()", "never reached", "never reached"),
        ("atomic_inc_return_release(&flag)", "barrier()", "reached", "reached"),
        ("atomic_inc_return(&flag)", "barrier()", "never reached", "never reached"),
    ],
)
def test_message_passing(operation: str, barrier: str, lse: str, exclusives: str) -> None:
    text = SEEN.format(operation, barrier)
    assert answers(text, "lse")["armv8"] == lse
    assert answers(text, "ll-sc")["armv8"] == exclusives
    assert answers(text, "ll-sc")["lkmm"] == answers(text, "lse")["lkmm"]


@pytest.mark.parametrize("atomics", ["lse", "ll-sc"])
@pytest.mark.parametrize(
    ("operation", "condition", "answer"),
    [
        ("cmpxchg(&z, 0, 1)", " && z == 1", "never reached"),
        ("cmpxchg(&z, 2, 3)", "", "reached"),
        ("xchg(&z, 1)", "", "never reached"),
        ("xchg_release(&z, 1)", "", "reached"),
        ("cmpxchg_acquire(&z, 0, 1)", "", "reached"),
        ("atomic_fetch_or(1, &z)", "", "never reached"),
    ],
)
def test_store_buffering(
    operation: str, condition: str, answer: str, atomics: Literal["lse", "ll-sc"]
) -> None:
    assert answers(SB.format(operation, condition), atomics)["armv8"] == answer


def test_the_report_says_which() -> None:
    text = SB.format("xchg(&z, 1)", "").encode()
    assert "LSE" in "".join(check("a.c", text, Options())[0].assumptions)
    assert "LDXR and STXR" in "".join(check("a.c", text, Options(atomics="ll-sc"))[0].assumptions)
