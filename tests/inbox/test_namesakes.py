"""Diffs with functions of one name in several files."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.pipeline import check

OTHER = """static void publish(struct ring *r)
{
\tsmp_wmb();
\tWRITE_ONCE(r->head, 1);
}
"""
BARE = """static void publish(struct ring *r)
{
\tWRITE_ONCE(r->head, 1);
}
"""
PUSH = """void push(struct ring *r)
{
\tWRITE_ONCE(r->data, 1);
\tpublish(r);
}
"""
POP = """int pop(struct ring *r)
{
\tif (!READ_ONCE(r->head))
\t\treturn 0;
\tsmp_rmb();
\treturn READ_ONCE(r->data);
}
"""
SILENT = "static void setup(struct ring *r)\n{\n\tr->%s = 0;\n}\n"


def _units(*files: tuple[str, str]) -> tuple[UnitResult, ...]:
    """What is said of a patch that adds these files."""
    text = ""
    for path, code in files:
        lines = code.split("\n")[:-1]
        text += f"diff --git a/{path} b/{path}\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n"
        text += "".join(f"+{line}\n" for line in lines)
    return check("a.patch", text.encode(), Options())


def _verdicts(units: tuple[UnitResult, ...], thread: str) -> set[str]:
    return {r.verdict for u in units if thread in u.threads for r in u.results}


@pytest.mark.parametrize("is_first", [True, False])
def test_a_file_calls_its_own_function(is_first: bool) -> None:
    files = [("drivers/b.c", BARE + PUSH + POP), ("drivers/a.c", OTHER)]
    assert _verdicts(_units(*files[:: 1 if is_first else -1]), "push") == {"refuted"}


def test_which_function_is_called_is_not_known() -> None:
    units = _units(("a/ring.h", OTHER), ("b/ring.h", BARE), ("ring.c", PUSH + POP))
    assert _verdicts(units, "push") == {"undecided"}
    reasons = {r.reason for u in units if "push" in u.threads for r in u.results}
    assert reasons == {"not modelled: publish(), which a/ring.h and b/ring.h define differently (line 25)"}


def test_the_same_function_twice_is_one() -> None:
    units = _units(("a/ring.h", OTHER), ("b/ring.h", OTHER), ("ring.c", PUSH + POP))
    assert _verdicts(units, "push") == {"proved"}


def test_what_orders_nothing_and_nobody_calls_keeps_no_files_apart() -> None:
    units = _units(("a.c", SILENT % "x" + OTHER + PUSH), ("b.c", SILENT % "y" + POP))
    assert _verdicts(units, "push") == {"proved"}
