"""Assertions, conditions and lost wake-ups, from text to status."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.programs import event_graph
from verifier.decide import model
from verifier.encoding.session import Session
from verifier.limits import Deadline
from verifier.options import Options
from verifier.pairing.verdict import PropertyVerdict
from verifier.pipeline import check
from verifier.properties.check import Checker

MP = """int x, y;
void w(void) {{ WRITE_ONCE(x, 1); {writer} WRITE_ONCE(y, 1); }}
void r(void) {{ int a, b; a = READ_ONCE(y); {reader} b = READ_ONCE(x); {check} }}
"""


def properties(text: str, model: str = "armv8", bound: int = 2) -> list[PropertyVerdict]:
    (unit,) = check("a.c", text.encode(), Options(models=(model,), bound=bound))
    return list(unit.results[0].properties)


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
@pytest.mark.parametrize(
    ("test", "ordered", "unordered"),
    [
        ("BUG_ON(a && !b);", "holds", "violated"),
        ("assert(!a || b);", "holds", "violated"),
        ("WARN_ON(a == 1 && b == 0);", "holds", "violated"),
        ("if (a && !b) BUG();", "holds", "violated"),
        ('WARN(a && !b, "y=%d\\n", a);', "holds", "violated"),
        ('WARN_ONCE(a && !b, "x=%d\\n", READ_ONCE(x));', "holds", "violated"),
        ('WARN_RATELIMIT(a && !b, "late");', "holds", "violated"),
        ("VM_WARN_ON_ONCE(a && !b);", "holds", "violated"),
        ("VM_BUG_ON_PAGE(a && !b, virt_to_page(r));", "holds", "violated"),
        ("if (KVM_BUG_ON(a && !b, kvm)) return;", "holds", "violated"),
        ("BUG_ON(b);", "violated", "violated"),
    ],
)
def test_assertions(model: str, test: str, ordered: str, unordered: str) -> None:
    for writer, reader, status in (("smp_wmb();", "smp_rmb();", ordered), ("", "", unordered)):
        (found,) = properties(MP.format(writer=writer, reader=reader, check=test), model)
        assert found.status == status
        assert (found.counterexample is not None) == (status == "violated")
        assert found.even_under_sc == (test == "BUG_ON(b);")


@pytest.mark.parametrize("atomics", ["lse", "ll-sc"])
@pytest.mark.parametrize("test", ["r == 1 && s == 1", "r == 1 && s == 0"])
def test_a_logic_error_is_one_on_every_architecture(test: str, atomics: Literal["lse", "ll-sc"]) -> None:
    """Where an xchg() is a loop of two instructions, events have other numbers than under sc."""
    text = f"""int x, y, z, b;
    void f(void) {{ xchg(&z, 1); WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); }}
    void g(void) {{ int c = xchg(&b, 1); int r = READ_ONCE(y); int s = READ_ONCE(x); BUG_ON({test}); }}
    """
    (under_sc,) = properties(text, "sc")
    for name in ("armv8", "lkmm", "riscv", "power"):
        (unit,) = check("a.c", text.encode(), Options(models=(name,), atomics=atomics))
        (found,) = unit.results[0].properties
        assert found.status == "violated", name
        assert found.even_under_sc == (under_sc.status == "violated"), name


@pytest.mark.parametrize("turn", ["i", "1 - i"])
def test_an_assertion_that_one_turn_of_a_loop_reaches_is_not_vacuous(turn: str) -> None:
    text = f"""int x = 1, y;
    void w(void) {{ WRITE_ONCE(y, 1); }}
    void r(void)
    {{
        int i;
        for (i = 0; i < 2; i++)
            if (READ_ONCE(x) == {turn})
                BUG_ON(READ_ONCE(y) == 7);
    }}
    """
    assert [p.status for p in properties(text)] == ["holds"]


LOOP = "int i; for (i = 0; i < {}; i++) if (READ_ONCE(x) == 9) break;"
FREED = "struct s { int a; } s, *p = &s; void g(void) { struct s *q = p; READ_ONCE(q->a); }\n"


@pytest.mark.parametrize(
    ("text", "reason", "status"),
    [
        ("void f(void) { LOOP BUG_ON(READ_ONCE(y) == 7); }", "no execution gets there", "holds"),
        ("void f(void) { LOOP BUG_ON(READ_ONCE(y) == 0); }", "no execution gets there", "violated"),
        (
            "void f(void) { LOOP y = 1; } void g(void) { if (READ_ONCE(y)) BUG_ON(READ_ONCE(x) == 7); }",
            "no execution gets there",
            "holds",
        ),
        (
            f"{FREED}void f(void) {{ struct s *q = p; LOOP kfree(q); }}",
            "no execution gives that memory back",
            "violated",
        ),
        (
            "void f(void) { LOOP y = 1; }\nexists (y == 1)\n",
            "no choice of values reaches it, whatever the order: it says nothing about barriers",
            "holds",
        ),
    ],
)
def test_where_a_loop_stops_at_its_bound_a_larger_one_may_get_there(
    text: str, reason: str, status: str
) -> None:
    text = "int x, y;\n" + text.replace("LOOP", LOOP.format(3))
    (found,) = properties(text)
    hint = "; a loop that stops at its bound may be why: raise --bound"
    assert (found.status, found.reason) == ("vacuous", reason + hint)
    assert [p.status for p in properties(text, bound=3)] == [status]


def test_no_bound_is_why_where_no_loop_stops_at_it() -> None:
    (found,) = properties(f"int x; void f(void) {{ {LOOP.format(2)} if (READ_ONCE(x) == 7) BUG(); }}")
    assert (found.status, found.reason) == ("vacuous", "no execution gets there")


def test_an_execution_that_does_not_break_an_assertion_is_no_evidence() -> None:
    graph = event_graph(MP.format(writer="", reader="", check="BUG_ON(a && !b);"), "aarch64")
    checker = Checker(Session(graph, model("armv8"), Deadline(None)), lambda: pytest.fail("not needed"))
    (assertion,) = graph.properties
    kept = checker.session.find(checker.session.reaches(assertion, True))
    assert kept is not None
    with pytest.raises(AssertionError, match="does not decide"):
        checker._recheck(kept, assertion, False)


@pytest.mark.parametrize(
    ("condition", "ordered", "unordered"),
    [
        ("exists (r:a == 1 && r:b == 0)", "violated", "holds"),
        ("exists (r:a == 1 && r:b == 1)", "holds", "holds"),
        ("exists (r:a == 7)", "vacuous", "vacuous"),
        ("~exists (r:a == 1 && r:b == 0)", "holds", "violated"),
        ("~exists (r:a == 7)", "vacuous", "vacuous"),
        ("forall (r:a == 0 || r:b == 1)", "holds", "violated"),
        ("forall (x == 1 && y == 1)", "holds", "holds"),
    ],
)
def test_conditions(condition: str, ordered: str, unordered: str) -> None:
    for writer, reader, status in (("smp_wmb();", "smp_rmb();", ordered), ("", "", unordered)):
        (found,) = properties(MP.format(writer=writer, reader=reader, check="") + condition + "\n")
        assert found.status == status
        assert found.is_question == condition.startswith("exists")


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
@pytest.mark.parametrize(
    ("way", "is_ordered"),
    [
        ("if (READ_ONCE(z)) r = READ_ONCE(x);", True),
        ("if (READ_ONCE(z)) ; else r = READ_ONCE(x);", True),
        ("if (READ_ONCE(z)) r = READ_ONCE(x); else r = READ_ONCE(x);", True),
        ("if (READ_ONCE(z)) { r = READ_ONCE(x); r = 1; }", False),
        ("r = READ_ONCE(x); if (READ_ONCE(z)) r = 1;", False),
    ],
)
def test_a_value_that_one_way_brings_is_a_dependency(way: str, is_ordered: bool, model: str) -> None:
    text = f"""int x, y, z;
    void p(void) {{ int r = 0; {way} WRITE_ONCE(y, r); }}
    void q(void) {{ int s = READ_ONCE(y); smp_mb(); WRITE_ONCE(x, 1); }}
    void w(void) {{ WRITE_ONCE(z, 1); }}
    exists (p:r == 1 && q:s == 1)
    """
    (found,) = properties(text, model)
    assert found.status == ("violated" if is_ordered else "holds")


SLEEPER = """int cond;
struct task_struct *task;
void sleeper(void)
{{
	for (;;) {{
		{state}(TASK_INTERRUPTIBLE);
		if (READ_ONCE(cond))
			break;
		schedule();
	}}
	__set_current_state(TASK_RUNNING);
}}
{waker}
"""
WAKER = "void waker(void)\n{\n\tWRITE_ONCE(cond, 1);\n\twake_up_process(task);\n}\n"


def test_a_wake_up_that_is_not_lost() -> None:
    (found,) = properties(SLEEPER.format(state="set_current_state", waker=WAKER))
    assert (found.kind, found.status, found.text) == ("lost wake-up", "holds", "sleeper waits for cond")


def test_a_lost_wake_up() -> None:
    (found,) = properties(SLEEPER.format(state="__set_current_state", waker=WAKER))
    assert (found.status, found.even_under_sc) == ("violated", False)
    assert found.counterexample is not None


def test_nobody_wakes() -> None:
    assert properties(SLEEPER.format(state="set_current_state", waker="")) == []


def test_a_thread_that_waits_for_more_work_is_not_lost() -> None:
    text = """int cond;
struct task_struct *task;
int worker(void *unused)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!READ_ONCE(cond)) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		WRITE_ONCE(cond, 0);
	}
	return 0;
}
"""
    (found,) = properties(text + WAKER)
    assert (found.status, found.text) == ("holds", "worker waits for ((current.kthread_flags & 2) || cond)")


def test_what_only_keeps_a_thread_awake_is_not_what_it_waits_for() -> None:
    text = """int cond, busy;
struct task_struct *task;
int worker(void *unused)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop() || READ_ONCE(cond))
			break;
		if (!READ_ONCE(busy))
			schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}
void neighbour(void) { WRITE_ONCE(busy, 1); }
"""
    (found,) = properties(text + WAKER)
    assert found.status == "holds"
    assert "busy" not in found.text


def test_a_thread_that_sleeps_before_it_looks_may_do_so_for_ever() -> None:
    body = SLEEPER.format(state="set_current_state", waker=WAKER)
    late = body.replace("\t\tschedule();\n", "").replace("\t\tif (READ", "\t\tschedule();\n\t\tif (READ")
    (found,) = properties(late)
    assert (found.status, found.text, found.even_under_sc) == ("violated", "sleeper waits for cond", True)


@pytest.mark.parametrize(
    ("state", "status"), [("set_current_state", "holds"), ("__set_current_state", "violated")]
)
def test_a_thread_may_wait_for_a_value_that_it_is_given(state: str, status: str) -> None:
    text = SLEEPER.format(state=state, waker=WAKER.replace("cond, 1", "cond, 0"))
    for old, new in (
        ("int cond", "int cond = 1"),
        ("sleeper(void)", "sleeper(int goal)"),
        ("(cond))", "(cond) == goal)"),
    ):
        text = text.replace(old, new)
    (found,) = properties(text)
    assert found.status == status


GIVEN = """int x, y;
void f(void) {{ WRITE_ONCE(x, 1); smp_wmb(); WRITE_ONCE(y, 5); }}
void g(int goal, int other, int third) {{ int a = READ_ONCE(y), b; smp_rmb(); b = READ_ONCE(x); {check} }}
"""


@pytest.mark.parametrize(
    ("check", "status"),
    [
        ("BUG_ON(goal && a == goal);", "violated"),
        ("if (a == goal) BUG_ON(goal);", "violated"),
        ("BUG_ON(goal > 0 && a < goal && b);", "violated"),
        ("BUG_ON(goal > 3 && a > goal);", "violated"),
        ("BUG_ON(goal && a == goal && !b);", "holds"),
        ("BUG_ON(goal && goal + a == 9);", "violated"),
        ("BUG_ON(goal && a - goal == 2);", "violated"),
        ("BUG_ON(9 - goal == 2);", "violated"),
        ("BUG_ON((goal & a) == 4);", "violated"),
        ("BUG_ON((goal & a) == 2);", "holds"),
        ("BUG_ON(goal && goal == other);", "violated"),
        ("BUG_ON(goal == 3 && goal == other && other == third);", "violated"),
        ("BUG_ON(goal && goal == other && goal != third && a == third);", "violated"),
        ("BUG_ON(goal == other && goal != third && other == third);", "holds"),
    ],
)
def test_what_a_function_is_given_may_be_any_value(check: str, status: str) -> None:
    (found,) = properties(GIVEN.format(check=check))
    assert found.status == status


@pytest.mark.parametrize("written", ["READ_ONCE(x) + 1", "seed + 1", "seed", "seed ? 5 : 3", "seed ? x : 3"])
def test_what_a_function_is_given_may_be_any_value_that_others_work_out(written: str) -> None:
    writer = f"int x, y;\nvoid f(int seed) {{ WRITE_ONCE(y, {written}); }}\n"
    reader = "void g(int goal) { int a = READ_ONCE(y); BUG_ON(goal && a == goal); }\n"
    (found,) = properties(writer + reader)
    assert found.status == "violated"


WORKED_OUT = """int x, y;
void f(int v, int w) {{ {writer} }}
void g(int n) {{ int a = READ_ONCE(x), b = READ_ONCE(y); {check} }}
"""
BOTH = "WRITE_ONCE(x, v); WRITE_ONCE(y, w);"


@pytest.mark.parametrize(
    ("writer", "check", "status"),
    [
        ("WRITE_ONCE(x, v + 1);", "BUG_ON(a == 3);", "violated"),
        ("WRITE_ONCE(x, v * 2);", "BUG_ON(a > 5 && a < 8);", "violated"),
        ("WRITE_ONCE(x, v * 2);", "BUG_ON(a == 7);", "holds"),
        ("WRITE_ONCE(x, v);", "BUG_ON((a & 15) == 3 && (a & 240) == 80);", "violated"),
        ("WRITE_ONCE(x, v);", "BUG_ON((a & 15) == 3 && (a & 7) == 5);", "holds"),
        ("WRITE_ONCE(x, v);", "BUG_ON((a & 15) == 3 && a > 100);", "violated"),
        ("WRITE_ONCE(x, v << 4);", "BUG_ON(a == 0x350);", "violated"),
        ("WRITE_ONCE(x, v << 4);", "BUG_ON(a == 0x351);", "holds"),
        ("WRITE_ONCE(x, v);", "BUG_ON(a % 7 == 5 && a % 3 == 1);", "violated"),
        ("WRITE_ONCE(x, v);", "BUG_ON(a % 4 == 1 && a % 2 == 0);", "holds"),
        ("WRITE_ONCE(x, v); WRITE_ONCE(x, READ_ONCE(x) * 2);", "BUG_ON(a == 42);", "violated"),
        ("WRITE_ONCE(x, 6);", "BUG_ON(a * n == 12);", "violated"),
        ("WRITE_ONCE(x, 6);", "BUG_ON(a * n == 13);", "holds"),
        ("WRITE_ONCE(x, v);", "BUG_ON(n > 0 && n < 3 && a == (1 << n));", "violated"),
        (BOTH, "BUG_ON(a < b && b < 17 && a > 12);", "violated"),
        (BOTH, "BUG_ON(a < b && b < 14 && a > 12);", "holds"),
        (BOTH, "BUG_ON(a + b == 17 && a - b == 3);", "violated"),
        (BOTH, "BUG_ON(a + b == 17 && a - b == 4);", "holds"),
        (BOTH, "BUG_ON(a & b & 8);", "violated"),
    ],
)
@pytest.mark.parametrize("model", ["armv8", "lkmm"])
def test_what_is_worked_out_of_any_values_may_be_whatever_these_make(
    writer: str, check: str, status: str, model: str
) -> None:
    (found,) = properties(WORKED_OUT.format(writer=writer, check=check), model)
    assert found.status == status


def test_values_that_cannot_be_told_apart_are_undecided() -> None:
    cubes = WORKED_OUT.format(
        writer="WRITE_ONCE(x, v * v * v + w * w * w);", check="BUG_ON(a + n * n * n == 114);"
    )
    (unit,) = check("a.c", cubes.encode(), Options(models=("lkmm",)))
    (result,) = unit.results
    assert (result.verdict, result.reason) == (
        "undecided",
        "there are too many conditions on a value that the text does not fix",
    )


@pytest.mark.parametrize(("value", "lost"), [(1, False), (2, True)])
def test_spinning(value: int, lost: bool) -> None:
    text = f"int x;\nvoid w(void) {{ WRITE_ONCE(x, {value}); }}\n"
    text += "void r(void) { while (READ_ONCE(x) != 1) cpu_relax(); smp_mb(); }\n"
    assert [p.status for p in properties(text) if p.kind == "lost wake-up" and p.status != "holds"] == (
        ["violated"] if lost else []
    )


@pytest.mark.parametrize(("value", "lost"), [(1, []), (2, ["violated"])])
def test_a_thread_that_can_still_go_on_is_no_reason_to_wait_for_ever(value: int, lost: list[str]) -> None:
    text = f"""int x, y;
void first(void) {{ WRITE_ONCE(y, {value}); while (READ_ONCE(x) != 1) cpu_relax(); smp_mb(); }}
void second(void) {{ while (READ_ONCE(y) != 1) cpu_relax(); WRITE_ONCE(x, 1); }}
"""
    found = [p for p in properties(text) if p.kind == "lost wake-up" and p.text.startswith("first")]
    assert [p.status for p in found] == lost


def test_what_is_not_modelled_is_undecided() -> None:
    text = MP.format(writer="down(&l);", reader="smp_rmb();", check="BUG_ON(a && !b);")
    (unit,) = check("a.c", text.encode(), Options(models=("armv8", "lkmm")))
    assert {r.verdict for r in unit.results} == {"undecided"}
    assert "down()" in unit.results[0].reason


RACE = """C race
{{}}
P0(int *x, int *y) {{ *x = 1; {writer} }}
P1(int *x, int *y) {{ int a; int b; {reader} }}
exists (1:a=7)
"""


@pytest.mark.parametrize(
    ("writer", "reader", "status"),
    [
        ("smp_store_release(y, 1);", "a = smp_load_acquire(y); if (a) b = *x;", "holds"),
        ("smp_store_release(y, 1);", "a = smp_load_acquire(y); b = *x;", "violated"),
        ("smp_wmb(); WRITE_ONCE(*y, 1);", "a = READ_ONCE(*y); if (a) b = *x;", "violated"),
        ("", "b = READ_ONCE(*x);", "violated"),
        ("", "b = READ_ONCE(*y);", "holds"),
    ],
)
def test_data_races(writer: str, reader: str, status: str) -> None:
    found = {p.kind: p for p in properties(RACE.format(writer=writer, reader=reader), "lkmm")}
    race = found["data race"]
    assert (race.line, race.status) == (3, status)
    assert race.answer == {"holds": "none", "violated": "found"}[status]
    assert (race.counterexample is not None) == (status == "violated")
    assert ("*x = 1 (P0, line 3) and" in race.reason) == (status == "violated")


def test_data_races_are_the_kernels_models_own() -> None:
    kinds = [p.kind for p in properties(RACE.format(writer="", reader="b = *x;"), "armv8")]
    assert "data race" not in kinds


def test_plain_accesses_of_other_texts_count_as_marked() -> None:
    text = """int x, y;
void a(void) { x = 1; smp_mb(); int r = y; }
void b(void) { y = 1; smp_mb(); int r = x; }
exists (a:r == 0 && b:r == 0)
"""
    (found,) = properties(text, "lkmm")
    assert (found.kind, found.answer) == ("condition", "never reached")


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
@pytest.mark.parametrize("other", ["r = 0;", "r = READ_ONCE(v);"])
def test_a_dependency_that_one_branch_makes(other: str, model: str) -> None:
    """What is written depends on the read of x where the branch is taken that reads it."""
    text = f"""int x, y, z, v;
void a(void) {{ int r; if (READ_ONCE(z)) r = READ_ONCE(x); else {other} WRITE_ONCE(y, r); }}
void b(void) {{ int s; s = READ_ONCE(y); smp_mb(); WRITE_ONCE(x, 1); }}
void c(void) {{ WRITE_ONCE(z, 1); }}
~exists (b:s == 1)
"""
    assert [p.status for p in properties(text, model)] == ["holds"]
