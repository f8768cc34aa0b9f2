"""Which object a name means: what can't be told must not be proved."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pairing.verdict import ModelResult
from verifier.pipeline import check

HEAD = "struct n { int data, flag; struct n *next; };\n"
READER = "void r(struct n *p) { if (READ_ONCE(p->flag)) { smp_rmb(); BUG_ON(!READ_ONCE(p->data)); } }\n"


def _result(text: str) -> ModelResult:
    return check("x.c", text.encode(), Options(models=("armv8",)))[0].results[0]


def _published(head: str, store: str, test: str) -> ModelResult:
    """Message passing over x and f, with one more store before the barrier's end and one more test behind it."""
    writer = f"void w(void) {{ WRITE_ONCE(x, 1); {store} smp_wmb(); WRITE_ONCE(f, 1); }}\n"
    reader = (
        f"void r(void) {{ if (READ_ONCE(f)) {{ smp_rmb(); BUG_ON(!READ_ONCE(x)); BUG_ON(!({test})); }} }}\n"
    )
    return _result(f"int x, f;\n{head}\n{writer}{reader}")


@pytest.mark.parametrize("step", ["p = p->next;", "p++;", "p = &other;", "p = list_next_entry(p, next);"])
def test_a_pointer_that_moves_on_is_not_modelled(step: str) -> None:
    writer = f"void w(struct n *p) {{ WRITE_ONCE(p->data, 1); smp_wmb(); {step} WRITE_ONCE(p->flag, 1); }}\n"
    result = _result(f"{HEAD}struct n other;\n{writer}{READER}")
    assert result.verdict == "undecided"
    assert "p, which points to more than one object" in result.reason


def test_a_pointer_that_is_set_once_is_modelled() -> None:
    writer = "void w(void) { struct n *p; p = get(); WRITE_ONCE(p->data, 1); smp_wmb(); WRITE_ONCE(p->flag, 1); }\n"
    assert _result(f"{HEAD}{writer}{READER}").verdict == "proved"


@pytest.mark.parametrize(
    ("head", "store", "test"),
    [
        ("struct s { int data; } a; struct s *ga = &a;", "WRITE_ONCE(ga->data, 7);", "READ_ONCE(a.data)"),
        ("atomic_t v;", "atomic_set(&v, 7);", "READ_ONCE(v.counter)"),
        ("#define ONE 1\n#define TWICE(e) ((e) * 2)", "WRITE_ONCE(x, TWICE(ONE + 1));", "READ_ONCE(x) == 4"),
    ],
)
def test_two_names_of_one_location(head: str, store: str, test: str) -> None:
    assert _published(head, store, test).verdict == "proved"


@pytest.mark.parametrize(
    ("head", "store"),
    [
        ("#define SET(o, v) ({ WRITE_ONCE(o, v); 0; })", "SET(x, 7);"),
        ("#define ADD1(e) e + 1", "WRITE_ONCE(x, ADD1(1) * 2);"),
        ("#define MUL(a, b) (a * b)", "WRITE_ONCE(x, MUL(2 + 1, 3));"),
        ("DEFINE_PER_CPU(int, pc);", "WRITE_ONCE(*this_cpu_ptr(&pc), 1);"),
        ("DEFINE_PER_CPU(int, pc);", "this_cpu_write(pc, 1); WRITE_ONCE(per_cpu(pc, 1), 1);"),
        ("int *pc;", "this_cpu_write(*pc, 1);"),
    ],
)
def test_what_is_not_understood_is_undecided(head: str, store: str) -> None:
    result = _published(head, store, "1")
    assert result.verdict == "undecided"
    assert "not modelled" in result.reason


def test_what_this_cpu_alone_accesses_matters_to_no_other() -> None:
    result = _published(
        "DEFINE_PER_CPU(int, pc);", "this_cpu_write(pc, 1); WRITE_ONCE(x, 1);", "READ_ONCE(x) == 1"
    )
    assert result.verdict == "proved"


def test_a_handler_on_this_cpu_accesses_the_same() -> None:
    text = """DEFINE_PER_CPU(int, pc);
void task(void) { this_cpu_write(pc, 1); smp_wmb(); WRITE_ONCE(f, 1); }
irqreturn_t handler(int irq, void *p) { if (READ_ONCE(f)) { smp_rmb(); BUG_ON(!this_cpu_read(pc)); } }
/* mbpair: interrupt handler on task */
"""
    assert _result(text).verdict == "undecided"


def test_instances_of_two_processors_are_two_objects() -> None:
    text = """DEFINE_PER_CPU(int, pc); int f;
void w(void) { WRITE_ONCE(per_cpu(pc, 0), 1); smp_wmb(); WRITE_ONCE(f, 1); }
void r(void) { if (READ_ONCE(f)) { smp_rmb(); BUG_ON(!READ_ONCE(per_cpu(pc, 1))); } }
"""
    assert [p.status for p in _result(text).properties] == ["violated"]


def test_only_what_is_not_modelled() -> None:
    result = _result("int x;\nvoid u(void) { WRITE_ONCE(x, 1); kthread_park(k); WRITE_ONCE(x, 2); }\n")
    assert (result.verdict, result.reason) == ("undecided", "not modelled: kthread_park() (line 2)")


def test_a_waker_need_not_declare_the_task() -> None:
    diagram = b"""sleeper                                      waker
set_current_state(TASK_INTERRUPTIBLE);       WRITE_ONCE(cond, 1);
if (!READ_ONCE(cond)) schedule();            wake_up_process(p);
"""
    result = check("x.txt", diagram, Options(models=("lkmm",)))[0].results[0]
    assert [b.status for b in result.barriers] == ["paired", "paired"]
    assert [p.status for p in result.properties] == ["holds"]


def test_a_member_behind_a_pointer_is_assigned_by_itself() -> None:
    head = "struct two { int a, b; }; struct two g;\nstatic void copy(int *to, int *from) { *to = *from; }"
    assert _published(head, "WRITE_ONCE(g.b, 1); copy(&g.a, &g.b);", "READ_ONCE(g.a)").verdict == "proved"
    assert (
        "a struct assigned as a whole"
        in _published(
            f"{head}\nstruct two h;", "struct two *p = &g, *q = &h; *q = *p;", "READ_ONCE(h.b)"
        ).reason
    )
