"""Which barriers of two sides are one and the same, and what is said of those whose status alone changes."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pairing import changes
from verifier.pairing.verdict import UnitResult
from verifier.pipeline import check

WRITER = "int x, y;\nvoid w(void)\n{\n\tWRITE_ONCE(x, 1);\n\tsmp_wmb();\n\tWRITE_ONCE(y, 1);\n}\n"
READER = "void r(void)\n{{\n\tr0 = READ_ONCE(y);\n\t{}\n\tr1 = READ_ONCE(x);\n}}\n"
ORDERED, LOOSE = WRITER + READER.format("smp_rmb();"), WRITER + READER.format(";")
WITHOUT = ORDERED.replace("smp_wmb();", ";")


def unit(text: str) -> UnitResult:
    (found,) = check("a.c", text.encode(), Options(models=("lkmm",)))
    return found


def test_a_barrier_of_both_sides_has_its_twin() -> None:
    before, after = unit(LOOSE).results[0], unit(ORDERED).results[0]
    told = [(t.before and t.before.status, t.after.status) for t in changes.twins(before, after)]
    assert sorted(told, key=str) == [("unpaired", "paired"), (None, "paired")]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (LOOSE, ORDERED, "smp_wmb is paired now, smp_rmb is new, and paired"),
        (ORDERED, LOOSE, "smp_wmb is unpaired now, smp_rmb, which was paired, is gone"),
        (ORDERED, WITHOUT, "smp_rmb is unpaired now, smp_wmb, which was paired, is gone"),
        (WRITER, WRITER, ""),
        (WRITER, ORDERED, "smp_rmb is new, and paired"),
        (ORDERED, ORDERED, ""),
    ],
)
def test_what_barriers_became(before: str, after: str, said: str) -> None:
    found = changes._status_changes(unit(before), unit(after))
    assert sorted(found.split(", smp")) == sorted(said.split(", smp"))
