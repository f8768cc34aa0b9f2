"""Barriers that are added without a comment, in checkpatch's sense."""

from __future__ import annotations

import pytest

from verifier.inbox.uncommented import Written, uncommented


def found(text: str) -> list[tuple[int, str]]:
    """What is found in a hunk whose lines have signs; removed lines are not part of what is looked at."""
    lines = [line for line in enumerate(text.strip("\n").split("\n"), 1) if not line[1].startswith("-")]
    return list(uncommented([[Written(n, line[1:], line[:1] == "+") for n, line in lines]]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+smp_mb();", "smp_mb"),
        ("+ a = 1; smp_store_release(&b, 1);", "smp_store_release"),
        ("+if (smp_load_acquire(&b))", "smp_load_acquire"),
        ("+virt_store_mb(a, 1);", "virt_store_mb"),
        ("+smp_mb__after_atomic();", "smp_mb__after_atomic"),
        ("+wmb ();", "wmb"),
        ("+smp_mb__after_spinlock();", ""),  # those that checkpatch knows nothing of
        ("+dma_wmb();", ""),
        ("+barrier();", ""),
        ("+comb();", ""),
        (" smp_mb();", ""),  # not added
        ("-smp_mb();\n+x();", ""),
        ('+say("smp_mb()");', ""),
        ("+/* no smp_mb() here */", ""),
        ("+smp_mb(); /* why */", ""),
        ("+/* why */ smp_mb();", ""),
        ("+smp_mb(); // why", ""),
        ("+smp_mb();\n // why", ""),
        (" // why\n+smp_mb();", ""),
        (" /* why */\n+smp_mb();", ""),
        ("+/*\n+ * why\n+ */\n+smp_mb();", ""),
        (" * why\n */\n+smp_mb();", ""),  # the hunk begins in a comment
        (" a(); /* why */\n+smp_mb();", ""),
        (" /* why */\n-smp_wmb();\n+smp_mb();", ""),  # a removed line parts nothing
        (" /* why */\n a();\n+smp_mb();", "smp_mb"),
        (" /* why */\n\n+smp_mb();", "smp_mb"),
        ("+smp_mb();\n /* why */", "smp_mb"),
        ("-/* why */\n+smp_mb();", "smp_mb"),
    ],
)
def test_what_counts_as_a_comment(text: str, expected: str) -> None:
    assert [name for _, name in found(text)] == ([expected] if expected else [])


def test_each_has_its_line() -> None:
    assert found("+smp_wmb();\n+a = 1;\n+smp_rmb();") == [(1, "smp_wmb"), (3, "smp_rmb")]
