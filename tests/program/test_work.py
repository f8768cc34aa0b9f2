"""Work queues and kernel threads in snippets."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pairing.verdict import ModelResult
from verifier.pipeline import check

MODELS = ("armv8", "lkmm")
DEVICE = """struct dev { int data; int count; struct work_struct work; struct work_struct other;
	struct delayed_work late; };
"""


def result(text: str, model: str = "lkmm") -> ModelResult:
    return check("a.c", text.encode(), Options(models=(model,)))[0].results[0]


def run(name: str, member: str, body: str) -> str:
    bind = f"struct dev *d = container_of(w, struct dev, {member});"
    return f"void {name}(struct work_struct *w) {{ {bind} {body} }}\n"


SEEN = run("fn", "work", "BUG_ON(READ_ONCE(d->data) == 0);")


@pytest.mark.parametrize("model", [*MODELS, "sc", "tso", "riscv", "power"])
@pytest.mark.parametrize(
    "call",
    [
        "queue_work(system_wq, &d->work)",
        "queue_work_on(1, system_wq, &d->work)",
        "schedule_work(&d->work)",
        "schedule_work_on(1, &d->work)",
    ],
)
def test_work_runs_after_what_was_done_before_it_was_queued(model: str, call: str) -> None:
    early = f"{DEVICE}{SEEN}void irq(struct dev *d) {{ WRITE_ONCE(d->data, 1); {call}; }}\n"
    late = f"{DEVICE}{SEEN}void irq(struct dev *d) {{ {call}; WRITE_ONCE(d->data, 1); }}\n"
    assert [p.status for p in result(early, model).properties] == ["holds"]
    assert [p.status for p in result(late, model).properties] == ["violated"]


@pytest.mark.parametrize(
    ("model", "expected"), [("riscv", "violated"), ("armv8", "holds"), ("lkmm", "holds")]
)
def test_what_waits_for_an_item_acquires_as_the_processor_does(model: str, expected: str) -> None:
    """RISC-V has a fence after an acquire, which orders earlier reads before later writes as well."""
    text = f"""int x, y;\n{DEVICE}{run("fn", "work", "")}
    void irq(struct dev *d) {{ schedule_work(&d->work); }}
    void f(struct dev *d) {{ int a = READ_ONCE(y); flush_work(&d->work); WRITE_ONCE(x, 1); }}
    void g(void) {{ int b = READ_ONCE(x); smp_mb(); WRITE_ONCE(y, 1); }}
    exists (f:a == 1 && g:b == 1)
    """
    assert [p.status for p in result(text, model).properties] == [expected]


@pytest.mark.parametrize(
    "call", ["queue_delayed_work(wq, &d->late, 1)", "schedule_delayed_work(&d->late, 1)"]
)
def test_delayed_work(call: str) -> None:
    seen = run("fn", "late.work", "BUG_ON(READ_ONCE(d->data) == 0);")
    text = f"{DEVICE}{seen}void irq(struct dev *d) {{ WRITE_ONCE(d->data, 1); {call}; }}\n"
    assert [p.status for p in result(text).properties] == ["holds"]


def test_each_item_has_its_own_function() -> None:
    setup = (
        "void setup(struct dev *d) { INIT_WORK(&d->work, fn); INIT_WORK(&d->other, gn); "
        "INIT_DELAYED_WORK(&d->late, hn); }\n"
    )
    others = run("gn", "other", "BUG_ON(1);") + run("hn", "late.work", "BUG_ON(1);")
    irq = "void irq(struct dev *d) { WRITE_ONCE(d->data, 1); schedule_work(&d->work); }\n"
    text = f"{DEVICE}{setup}{SEEN}{others}{irq}"
    found = result(text)
    assert [(p.status, p.text) for p in found.properties] == [("holds", "BUG_ON(READ_ONCE(d->data) == 0)")]


def test_an_item_of_an_unknown_function_is_not_modelled() -> None:
    two = SEEN + run("gn", "other", "BUG_ON(1);")
    found = result(f"{DEVICE}{two}void irq(struct dev *d) {{ smp_mb(); schedule_work(&d->work); }}\n")
    assert found.reason == "not modelled: schedule_work() of work whose function is not known (line 5)"


@pytest.mark.parametrize("model", MODELS)
def test_two_runs_of_one_item_do_not_overlap(model: str) -> None:
    count = run("fn", "work", "d->count = d->count + 1;")
    queue = "queue_work(wq, &d->work);"
    text = f"{DEVICE}{count}void irq(struct dev *d) {{ int r; r = {queue} r = r + {queue} }}\n"
    lost = result(f"{text}exists (irq:r == 2 && d.count == 1)", model)
    assert [p.answer for p in lost.properties] == ["never reached"]
    both = result(f"{text}exists (irq:r == 2 && d.count == 2)", model)
    assert [p.answer for p in both.properties] == ["reached"]


@pytest.mark.parametrize("model", MODELS)
def test_two_runs_of_an_item_that_two_threads_queue_do_not_overlap(model: str) -> None:
    count = run("fn", "work", "d->count = d->count + 1;")
    queues = "".join(
        f"void {name}(struct dev *d) {{ int r; r = queue_work(wq, &d->work); }}\n" for name in ("f", "g")
    )
    for left, answer in ((1, "never reached"), (2, "reached")):
        both = f"exists (f:r == 1 && g:r == 1 && d.count == {left})"
        found = result(f"{DEVICE}{count}{queues}{both}", model)
        assert [p.answer for p in found.properties] == [answer]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("second", ["fn", "gn"])
def test_two_items_run_at_the_same_time(model: str, second: str) -> None:
    setup = f"void setup(struct dev *d) {{ INIT_WORK(&d->work, fn); INIT_WORK(&d->other, {second}); }}\n"
    runs = "".join(f"void {n}(struct work_struct *w) {{ n = n + 1; }}\n" for n in ("fn", "gn"))
    irq = "void irq(struct dev *d) { int r; r = queue_work(wq, &d->work); r = r + queue_work(wq, &d->other); }\n"
    for left in (1, 2):
        text = f"int n;\n{DEVICE}{setup}{runs}{irq}exists (irq:r == 2 && n == {left})"
        assert "reached" in [p.answer for p in result(text, model).properties]


@pytest.mark.parametrize(
    ("more", "body", "reason"),
    [
        ("", "cancel_work_sync(&d->work);", "cancel_work_sync() (line 4)"),
        ("", "while (x) schedule_work(&d->work);", "schedule_work() in a loop (line 4)"),
        (
            "wait_queue_head_t q; ",
            "schedule_work(&d->work);",
            "waiting on a queue in fn(), which runs later (line 4)",
        ),
    ],
)
def test_what_is_not_modelled(more: str, body: str, reason: str) -> None:
    fn = run("fn", "work", "wait_event(q, x);" if more else "WRITE_ONCE(y, 1);")
    found = result(f"int x, y; {more}{DEVICE}{fn}void irq(struct dev *d) {{ {body} smp_mb(); }}\n")
    assert (found.verdict, found.reason) == ("undecided", f"not modelled: {reason}")


KTHREAD = """struct task_struct *task; int x;
int fn(void *p) {{
	for (;;) {{ {set}(TASK_INTERRUPTIBLE); if (kthread_should_stop()) break; schedule(); }}
	{last}
	return 0;
}}
void unload(void) {{ int r; kthread_stop(task); r = READ_ONCE(x); }}
"""


@pytest.mark.parametrize("model", MODELS)
def test_a_kernel_thread_is_stopped(model: str) -> None:
    good = result(KTHREAD.format(set="set_current_state", last=""), model)
    assert {p.status for p in good.properties} == {"holds"}
    bad = result(KTHREAD.format(set="__set_current_state", last=""), model)
    assert ("lost wake-up", "violated") in [(p.kind, p.status) for p in bad.properties]


@pytest.mark.parametrize("model", MODELS)
def test_who_stops_a_thread_sees_what_it_did(model: str) -> None:
    text = KTHREAD.format(set="set_current_state", last="WRITE_ONCE(x, 1);")
    found = result(f"{text}exists (unload:r == 0)", model)
    assert [p.answer for p in found.properties if p.kind == "condition"] == ["never reached"]


@pytest.mark.parametrize("model", MODELS)
def test_a_kernel_thread_that_misses_its_work_is_found_too(model: str) -> None:
    worker = """struct task_struct *task; int cond;
int fn(void *p)
{
	while (!kthread_should_stop()) { SET(TASK_INTERRUPTIBLE); if (!READ_ONCE(cond)) schedule(); }
	return 0;
}
void give(void) { WRITE_ONCE(cond, 1); wake_up_process(task); }
"""
    good = result(worker.replace("SET", "set_current_state"), model)
    bad = result(worker.replace("SET", "__set_current_state"), model)
    assert "violated" not in [p.status for p in good.properties]
    assert "violated" in [p.status for p in bad.properties]


RAN = run("fn", "work", "WRITE_ONCE(d->data, 1);")
ASKS = "BUG_ON(READ_ONCE(d->data) != 1);"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("schedule_work(&d->work); flush_work(&d->work);", "holds"),
        ("schedule_work(&d->work);", "violated"),
        ("schedule_work(&d->work); flush_work(&d->other);", "violated"),
        ("flush_work(&d->work); schedule_work(&d->work);", "violated"),
    ],
)
def test_waiting_for_work(model: str, code: str, expected: str) -> None:
    init = "INIT_WORK(&d->work, fn); INIT_WORK(&d->other, fn);"
    found = result(f"{DEVICE}{RAN}void f(struct dev *d) {{ {init} {code} {ASKS} }}\n", model)
    assert [p.status for p in found.properties] == [expected]


def test_waiting_for_the_work_of_one_of_two_devices() -> None:
    two = (
        f"void f(struct dev *d, struct dev *e) {{ schedule_work(&D->work); flush_work(&d->work); {ASKS} }}\n"
    )
    for queued, expected in (("d", "holds"), ("e", "violated")):
        found = result(DEVICE + RAN + two.replace("D->", f"{queued}->"), "armv8")
        assert [p.status for p in found.properties] == [expected]
