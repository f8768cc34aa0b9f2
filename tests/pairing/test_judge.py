"""What the findings say beside the status: partners, what is missing, where, and what a report shows of it."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pairing.verdict import BarrierVerdict, ModelResult
from verifier.pipeline import check


def _judge(writer: str, reader: str, model: str = "armv8", head: str = "") -> ModelResult:
    text = (
        f"{head}int x, y, z;\nvoid writer(void)\n{{\n{writer}\n}}\n"
        f"void reader(void)\n{{\n\tint r0, r1;\n{reader}\n}}\n"
    )
    (unit,) = check("x.c", text.encode(), Options(models=(model,)))
    return unit.results[0]


def _barrier(result: ModelResult, name: str) -> BarrierVerdict:
    return next(b for b in result.barriers if b.place.name == name)


STORES = "\tWRITE_ONCE(x, 1);\n\tsmp_wmb();\n\tWRITE_ONCE(y, 1);"
LOADS = "\tr0 = READ_ONCE(y);\n\tsmp_rmb();\n\tr1 = READ_ONCE(x);"


def test_partners_are_alternatives_where_either_would_do() -> None:
    stores = STORES.replace("smp_wmb();", "smp_wmb();\n\tsmp_mb();")
    result = _judge(stores, LOADS)
    assert _barrier(result, "smp_rmb").partners_text == "smp_wmb (line 5) or smp_mb (line 6)"
    assert _barrier(result, "smp_wmb").status == "redundant"
    assert _barrier(result, "smp_mb").status == "redundant"


def test_partners_stand_together_where_both_are_needed() -> None:
    release = "\tsmp_store_release(&x, 1);\n\tr0 = smp_load_acquire(&y);"
    result = _judge(release, "\tWRITE_ONCE(y, 1);\n\tsmp_mb();\n\tr1 = READ_ONCE(x);")
    assert (
        _barrier(result, "smp_mb").partners_text
        == "smp_store_release (line 4) with smp_load_acquire (line 5)"
    )


def test_a_dependency_is_a_partner() -> None:
    loads = "\tr0 = READ_ONCE(y);\n\tWRITE_ONCE(x, r0 + 1);"
    assert _barrier(_judge(STORES, loads), "smp_wmb").partners_text == "data dependency (line 11)"


@pytest.mark.parametrize(
    ("writer", "reader", "model", "missing"),
    [
        (STORES, LOADS.replace("\tsmp_rmb();\n", ""), "lkmm", ["smp_rmb", "smp_load_acquire"]),
        (STORES.replace("\tsmp_wmb();\n", ""), LOADS, "lkmm", ["smp_wmb", "smp_store_release"]),
        (
            "\tWRITE_ONCE(x, 1);\n\tsmp_mb();\n\tr0 = READ_ONCE(y);",
            "\tWRITE_ONCE(y, 1);\n\tr1 = READ_ONCE(x);",
            "armv8",
            ["smp_mb"],
        ),
    ],
)
def test_the_weakest_missing_barriers_are_named(
    writer: str, reader: str, model: str, missing: list[str]
) -> None:
    result = _judge(writer, reader, model)
    (barrier,) = result.barriers
    assert barrier.status == "unpaired"
    assert [m.barrier for m in barrier.missing] == missing


def test_what_is_missing_does_repair_the_program() -> None:
    for barrier in ("smp_rmb();", "smp_mb();"):
        repaired = LOADS.replace("smp_rmb();", barrier)
        assert _judge(STORES, repaired, "lkmm").verdict == "proved"


def test_a_counterexample_names_lines_values_and_the_stale_read() -> None:
    (barrier,) = _judge(STORES, LOADS.replace("\tsmp_rmb();\n", "")).barriers
    example = barrier.counterexample
    assert example is not None
    assert example.shape == "MP"
    assert [(s.line, s.value) for s in example.steps if s.kind == "R"] == [(11, "1"), (12, "0")]
    assert [s.line for s in example.steps if s.is_stale] == [12]
    assert [(e.relation, e.ordered_by) for e in example.cycle] == [
        ("po", "smp_wmb"),
        ("rf", ""),
        ("po", ""),
        ("fr", ""),
    ]


def test_a_claim_is_compared_with_the_partners() -> None:
    right = STORES.replace("smp_wmb();", "smp_wmb(); /* pairs with smp_rmb() in reader() */")
    wrong = STORES.replace("smp_wmb();", "smp_wmb(); /* pairs with smp_mb() in writer() */")
    none = STORES.replace("smp_wmb();", "smp_wmb(); /* pairs with the one in foo() */")
    claims = [_barrier(_judge(w, LOADS), "smp_wmb").claim for w in (right, wrong, none)]
    assert claims == ["confirmed", "refuted", "unknown"]


def test_the_verdict_does_not_depend_on_the_order_of_threads() -> None:
    one = _judge(STORES, LOADS)
    other = _judge(LOADS.replace("\tr", "\tint r0, r1;\n\tr", 1), STORES)
    assert one.verdict == other.verdict == "proved"


@pytest.mark.parametrize("weak", ["smp_rmb", "smp_wmb", "barrier"])
@pytest.mark.parametrize("order", ["{}();\n\tsmp_mb();", "smp_mb();\n\t{}();"])
def test_what_stands_beside_a_stronger_barrier_is_redundant(weak: str, order: str) -> None:
    stores = f"\tWRITE_ONCE(x, 1);\n\t{order.format(weak)}\n\tr0 = READ_ONCE(y);"
    result = _judge(stores.replace("r0", "int r0"), "\tWRITE_ONCE(y, 1);\n\tsmp_mb();\n\tr1 = READ_ONCE(x);")
    found = _barrier(result, weak)
    line = 6 if order.startswith("{}") else 5
    assert found.status == "redundant"
    assert found.reason == f"no access stands between it and smp_mb (line {line}), which is stronger"


SET = "void set(void)\n{\n\tWRITE_ONCE(z, 1);\n}\n"  # before _judge's text, whose lines are then 4 more


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
def test_a_barrier_in_a_branch_forbids_what_the_way_around_it_allows(model: str) -> None:
    stores = STORES.replace("smp_wmb();", "if (READ_ONCE(z))\n\t\tsmp_wmb();")
    result = _judge(stores, LOADS, model, SET)
    writes, reads = (_barrier(result, name) for name in ("smp_wmb", "smp_rmb"))
    assert (writes.status, writes.half_paired, writes.shape) == ("paired", False, "MP")
    assert (reads.status, reads.half_paired, reads.shape) == ("paired", True, "MP")
    assert writes.forbids == reads.forbids == "reader reads y = 1, then x = 0"
    assert (writes.partners_text, reads.partners_text) == ("smp_rmb (line 17)", "smp_wmb (line 10)")


def test_an_atomic_at_the_end_of_a_cycle_orders_where_it_succeeds() -> None:
    stores = "\tint r2;\n\tWRITE_ONCE(x, 1);\n\tr2 = cmpxchg(&y, READ_ONCE(z), 2);"
    loads = "\tWRITE_ONCE(y, 1);\n\tsmp_mb();\n\tr1 = READ_ONCE(x);"
    full = _barrier(_judge(stores, loads, "lkmm", SET), "smp_mb")
    assert (full.status, full.half_paired, full.shape) == ("paired", True, "SB")
    assert full.forbids == "writer reads y = 0 and reader reads x = 0"


@pytest.mark.parametrize(
    ("comment", "status"),
    [
        ("", "unmatched"),
        ("/* pairs with smp_rmb() in reader() */", "misplaced"),
        ("/* pairs with smp_mb() in reader() */", "unmatched"),
        ("/* pairs with smp_rmb() in other() */", "unmatched"),
    ],
)
def test_two_barriers_are_misplaced_where_a_comment_says_that_they_are_a_pair(
    comment: str, status: str
) -> None:
    stores = f"\tWRITE_ONCE(x, 1);\n\tWRITE_ONCE(y, 1);\n\tsmp_wmb(); {comment}"
    loads = "\tsmp_rmb();\n\tr0 = READ_ONCE(y);\n\tr1 = READ_ONCE(x);"
    result = _judge(stores, loads)
    assert _barrier(result, "smp_wmb").status == status
    assert _barrier(result, "smp_rmb").status == "unmatched"
