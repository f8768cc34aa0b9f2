"""Claims that a function has a barrier, against what it is known to order."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pairing.verdict import Remark
from verifier.pipeline import check


def claims(text: str, options: Options | None = None, name: str = "a.c") -> list[Remark]:
    units = check(name, text.encode(), options or Options(timeout=60))
    return [r for u in units for r in u.remarks if r.kind == "claim"]


def answer(
    claim: str, kernel: tuple[int, int] | None = None, models: tuple[str, ...] = ()
) -> tuple[object, str]:
    code = f"int a; /* {claim} */\nvoid f(void) {{ WRITE_ONCE(a, 1); smp_mb(); }}\n"
    (remark,) = claims(code, Options(timeout=60, kernel=kernel, models=models))
    return remark.answer, remark.text


@pytest.mark.parametrize(
    ("claim", "expected", "words"),
    [
        ("atomic_inc_return() implies a full barrier", "confirmed", "is a full barrier"),
        ("atomic64_xchg() implies a full barrier", "confirmed", "is a full barrier"),
        ("schedule() implies a full barrier", "confirmed", "is a full barrier"),
        ("wake_up_process() implies a full barrier", "confirmed", "is a full barrier"),
        ("wake_up() implies a full barrier", "in part", "only where it wakes a task"),
        ("wake_up() implies a full barrier if it wakes a task", "confirmed", "only where it wakes a task"),
        ("complete() implies a full barrier", "in part", "only where it wakes a task"),
        ("cmpxchg() implies a full barrier", "in part", "only where it succeeds"),
        ("atomic64_try_cmpxchg() implies a full barrier", "in part", "only where it succeeds"),
        ("atomic64_inc_not_zero() implies a full barrier", "in part", "only where it succeeds"),
        ("set_bit() implies a barrier", "refuted", "orders nothing"),
        ("set_bit() does not imply a barrier", "confirmed", "orders nothing"),
        ("schedule() is no full barrier", "refuted", "is a full barrier"),
        ("spin_lock implies a full barrier", "refuted", "it is an acquire"),
        ("spin_unlock() implies a full barrier", "refuted", "it is a release"),
        ("spin_lock() implies a memory barrier", "in part", "it is an acquire"),
        ("smp_store_release() is a full barrier", "refuted", "it is a release"),
        ("kvm_make_request() has a write barrier", "confirmed", "earlier stores before later stores"),
        ("kvm_make_request() has a full barrier", "refuted", "earlier stores before later stores"),
        ("frob() implies a full barrier", "unknown", "not in the text"),
        ("wait_for_completion() implies a full barrier", "unknown", "can't be told by itself"),
    ],
)
def test_claims_about_primitives(claim: str, expected: str, words: str) -> None:
    found, text = answer(claim)
    assert (found, words in text) == (expected, True), text


def test_the_version_of_the_kernel_counts() -> None:
    assert answer("test_and_set_bit() implies a full barrier")[0] == "confirmed"
    assert answer("test_and_set_bit() implies a full barrier", (5, 19))[0] == "in part"
    text = answer("wake_up_process() implies a full barrier", (4, 13))
    assert text[0] == "in part"
    assert "is a full barrier (armv8)" in text[1]
    assert "earlier stores before later stores (lkmm)" in text[1]


def test_the_model_counts() -> None:
    assert answer("spin_lock() implies a full barrier", models=("tso",))[0] == "confirmed"
    assert answer("smp_mb__after_atomic() is a full barrier", models=("armv8",))[0] == "confirmed"
    assert answer("smp_mb__after_atomic() is a full barrier", models=("lkmm",))[0] == "in part"


OWN = """\
int a, b;
static void full(void) { smp_wmb(); smp_mb(); }
static void maybe(struct box *p) { if (p->full) smp_mb(); }
/* full() implies a full barrier. The maybe() implies a full barrier. */
void f(struct box *p) { WRITE_ONCE(a, 1); full(); maybe(p); /* b implies a barrier */ }
"""


def test_functions_of_the_text_are_looked_at() -> None:
    assert [(r.line, r.answer) for r in claims(OWN)] == [(4, "confirmed"), (4, "in part")]


PATCH = """\
From: a@example.org
Subject: [PATCH] order

As look() implies a full barrier,
and set_bit() has a full barrier, frob() implies a full barrier as well.
---
--- a/own.c
+++ b/own.c
@@ -10,4 +10,5 @@ static void look(struct box *b)
 \tWRITE_ONCE(b->item, 1);
+\tsmp_mb(); /* cmpxchg() implies a full barrier */
 \tif (READ_ONCE(b->full))
 \t\tfrob(b);
@@ -40,3 +41,4 @@ static void other(struct box *b)
 \tWRITE_ONCE(b->seen, 1);
+\tsmp_wmb();
 \tWRITE_ONCE(b->gone, 1);
"""


def test_a_patch_and_its_message() -> None:
    units = check("p.eml", PATCH.encode(), Options(timeout=60))
    found = [(r.line, r.answer) for u in units for r in u.remarks if r.kind == "claim"]
    assert sorted(found) == [(4, "unknown"), (5, "refuted"), (5, "unknown"), (11, "in part")]
    shown = [r.text for u in units for r in u.remarks if r.line == 4]
    assert shown == ['claim unknown: "look() implies a full barrier": look() is shown in part']
    (home,) = [u for u in units if any(r.line == 11 for r in u.remarks)]
    assert (home.threads, home.side) == (("look",), "after")


def test_words_that_stand_above_two_patches_are_looked_at_once() -> None:
    units = check(
        "p.eml", (PATCH + "\nOr this:\n\n" + PATCH[PATCH.index("--- a/") :]).encode(), Options(timeout=60)
    )
    assert [r.answer for u in units for r in u.remarks if r.line == 4] == ["unknown"]


def test_what_is_not_known_is_taken_as_said_where_it_is_called() -> None:
    (remark,) = [r for r in claims(PATCH, name="p.eml") if "frob" in r.text]
    assert remark.text.endswith("what it orders is not known: taken as said")


def test_a_function_that_calls_what_is_not_known_is_not_refuted() -> None:
    text = (
        OWN.replace("smp_wmb(); smp_mb();", "smp_wmb(); frob();").split("The maybe")[0]
        + "*/\nvoid g(void) { smp_mb(); }\n"
    )
    assert [r.answer for r in claims(text)] == ["unknown"]
    text = text.replace("smp_wmb();", "smp_mb();")
    assert [r.answer for r in claims(text)] == ["confirmed"]
