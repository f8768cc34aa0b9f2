"""RCU in snippets: sections, grace periods, what is left for later, and memory that is given back."""

from __future__ import annotations

import pytest

from verifier.errors import ProgramError
from verifier.options import Options
from verifier.pairing.verdict import ModelResult
from verifier.pipeline import check
from verifier.program.versions import read_version

MODELS = ("armv8", "lkmm")
READS = "a = READ_ONCE(y); b = READ_ONCE(x);"
ITEM = "struct item { int data; struct rcu_head rcu; };\nstruct item first; struct item *head = &first; int x, y;\n"
READER = """void reader(void) { struct item *q; int r; rcu_read_lock(); q = rcu_dereference(head);
	if (q) r = READ_ONCE(q->data); rcu_read_unlock(); }
"""
REMOVE = "struct item *p = head; WRITE_ONCE(head, NULL);"


def result(text: str, model: str, kernel: str | None = None) -> ModelResult:
    version = None if kernel is None else read_version(kernel)
    return check("a.c", text.encode(), Options(models=(model,), kernel=version))[0].results[0]


def published(model: str, wait: str, lock: str, unlock: str, kernel: str | None = None) -> ModelResult:
    writer = f"void w(void) {{ WRITE_ONCE(x, 1); {wait} WRITE_ONCE(y, 1); }}\n"
    reader = f"void r(void) {{ int a, b; {lock} {READS} {unlock} BUG_ON(a && !b); }}\n"
    return result(f"int x, y;\n{writer}{reader}", model, kernel)


def freed(model: str, remover: str, more: str = "", reader: str = READER) -> tuple[str, list[str]]:
    found = result(f"{ITEM}{more}void remover(void) {{ {remover} }}\n{reader}", model)
    return found.verdict, [p.status for p in found.properties if p.kind == "use after free"]


SECTIONS = [
    ("rcu_read_lock();", "rcu_read_unlock();"),
    ("rcu_read_lock_bh();", "rcu_read_unlock_bh();"),
    ("rcu_read_lock_sched();", "rcu_read_unlock_sched();"),
    ("preempt_disable();", "preempt_enable();"),
    ("local_bh_disable();", "local_bh_enable();"),
]


@pytest.mark.parametrize("model", [*MODELS, "riscv"])
@pytest.mark.parametrize(("lock", "unlock"), SECTIONS)
def test_a_grace_period_waits_for_all_kinds_of_readers(model: str, lock: str, unlock: str) -> None:
    assert published(model, "synchronize_rcu();", lock, unlock).verdict == "proved"
    assert published(model, "synchronize_rcu_expedited();", lock, unlock).verdict == "proved"
    assert published(model, "synchronize_rcu();", "", "").verdict == "refuted"
    assert published(model, "smp_mb();", lock, unlock).verdict == "refuted"


@pytest.mark.parametrize(("lock", "unlock"), SECTIONS)
def test_until_4_19_it_waits_for_its_own_kind_alone(lock: str, unlock: str) -> None:
    expected = "proved" if lock == "rcu_read_lock();" else "refuted"
    assert published("lkmm", "synchronize_rcu();", lock, unlock, "4.19").verdict == expected
    assert published("lkmm", "synchronize_sched();", lock, unlock, "4.19").verdict == "undecided"


KINDS = ("rcu_dereference", "rcu_dereference_bh", "rcu_dereference_sched", "srcu_dereference")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["rcu_dereference_raw", *KINDS, *(f"{k}_check" for k in KINDS)])
def test_what_is_read_by_a_pointer_comes_after_it_and_other_reads_may_not(name: str, model: str) -> None:
    text = f"""struct item {{ int data; }} one; struct item *head; int x; struct srcu_struct s;
    void w(void) {{ WRITE_ONCE(x, 1); WRITE_ONCE(one.data, 1); rcu_assign_pointer(head, &one); }}
    void r(void)
    {{
        struct item *q = {name}(head{", 1" * name.endswith("_check") if "srcu" not in name else ", &s, 1"});
        if (q) {{ BUG_ON(!READ_ONCE(q->data)); BUG_ON(!READ_ONCE(x)); }}
    }}
    """
    assert [p.status for p in result(text, model).properties] == ["holds", "violated"]


INDEX = ("i = srcu_read_lock(&s);", "srcu_read_unlock(&s, i);")
SECOND = "j = srcu_read_lock(&s);"
SRCU = [
    (INDEX, "proved"),
    (("i = srcu_read_lock_nmisafe(&s);", "srcu_read_unlock_nmisafe(&s, i);"), "proved"),
    (("i = srcu_down_read(&s);", "srcu_up_read(&s, i);"), "proved"),
    (("k->i = srcu_read_lock(&s);", "srcu_read_unlock(&s, k->i);"), "proved"),
    (("{ guard(srcu)(&s);", "}"), "proved"),
    (("scoped_guard(srcu, &s) { ", "}"), "proved"),
    (("if (x) i = srcu_read_lock(&s); else i = srcu_read_lock(&s);", INDEX[1]), "proved"),
    (("i = srcu_read_lock(&s); j = srcu_read_lock(&s); srcu_read_unlock(&s, j);", INDEX[1]), "proved"),
    ((f"i = srcu_read_lock(&s); {SECOND} srcu_read_unlock(&s, i);", "srcu_read_unlock(&s, j);"), "proved"),
    (("i = srcu_read_lock(&s); srcu_read_unlock(&s, i);", ""), "refuted"),
    (("i = srcu_read_lock(&t);", "srcu_read_unlock(&t, i);"), "refuted"),
    ((f"i = srcu_read_lock(&t); {SECOND} srcu_read_unlock(&s, j);", "srcu_read_unlock(&t, i);"), "refuted"),
    (("rcu_read_lock();", "rcu_read_unlock();"), "refuted"),
    (("i = srcu_read_lock(&s);", "srcu_read_unlock(&s, 0);"), "undecided"),
]  # fmt: skip


def domain(model: str, wait: str, lock: str, unlock: str) -> ModelResult:
    writer = f"void w(void) {{ int i; WRITE_ONCE(x, 1); {wait} WRITE_ONCE(y, 1); }}\n"
    reader = f"void r(struct k *k) {{ int a, b, i, j; {lock} {READS} {unlock} BUG_ON(a && !b); }}\n"
    return result(f"struct srcu_struct s, t;\nint x, y;\n{writer}{reader}", model)


@pytest.mark.parametrize("model", [*MODELS, "riscv"])
@pytest.mark.parametrize(("section", "expected"), SRCU)
def test_a_grace_period_of_srcu_waits_for_its_domain(
    model: str, section: tuple[str, str], expected: str
) -> None:
    assert domain(model, "synchronize_srcu(&s);", *section).verdict == expected


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "for (;;) cpu_relax(); srcu_read_unlock(&s, i);", "proved"),
        ("srcu_read_unlock(&s, i);", "for (;;) cpu_relax();", "refuted"),
    ],
)
def test_a_section_goes_on_where_its_thread_stops_unless_it_has_ended(
    model: str, before: str, after: str, expected: str
) -> None:
    writer = "void w(void) { WRITE_ONCE(x, 1); synchronize_srcu(&s); WRITE_ONCE(y, 1); }\n"
    reader = f"int a, b, i = srcu_read_lock(&s); {before} {READS} BUG_ON(a && !b); {after}"
    text = f"struct srcu_struct s;\nint x, y;\n{writer}void r(void) {{ {reader} }}\n"
    assert result(text, model).verdict == expected


def test_a_wait_in_a_section_of_another_domain_may_end() -> None:
    inside = "i = srcu_read_lock(&{0}); synchronize_srcu(&s); srcu_read_unlock(&{0}, i);"
    assert domain("lkmm", inside.format("t"), *INDEX).verdict == "proved"
    found = domain("lkmm", inside.format("s"), *INDEX)
    assert found.verdict == "undecided"
    assert "synchronize_srcu() in a read-side section, which waits for itself" in found.reason
    assert domain("lkmm", "synchronize_rcu();", *INDEX).verdict == "refuted"


def test_under_power_srcu_is_not_modelled() -> None:
    assert "srcu_read_lock(&s) under power" in domain("power", "synchronize_srcu(&s);", *INDEX).reason


def test_under_power_a_grace_period_is_not_modelled() -> None:
    found = published("power", "synchronize_rcu();", *SECTIONS[0])
    assert (found.verdict, found.reason) == (
        "undecided",
        "not modelled: synchronize_rcu() under power (line 2)",
    )


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "body",
    [
        "rcu_read_lock(); synchronize_rcu(); rcu_read_unlock();",
        "preempt_disable(); if (x) preempt_enable(); synchronize_rcu();",
        "for (;;) { synchronize_rcu(); rcu_read_lock(); }",
        "if (x) goto out; rcu_read_lock(); out: synchronize_rcu();",
    ],
)
def test_a_wait_in_a_section_of_its_own_proves_nothing(model: str, body: str) -> None:
    found = result(f"int x;\nvoid w(void) {{ {body} }}\nvoid r(void) {{ WRITE_ONCE(x, 1); }}\n", model)
    assert found.verdict == "undecided"
    assert "synchronize_rcu() in a read-side section" in found.reason


def test_a_wait_after_the_section_is_none_in_it() -> None:
    body = "rcu_read_lock(); if (x) { rcu_read_unlock(); synchronize_rcu(); return; } rcu_read_unlock();"
    found = result(f"int x;\nvoid w(void) {{ {body} }}\nvoid r(void) {{ WRITE_ONCE(x, 1); }}\n", "lkmm")
    assert "read-side" not in found.reason


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("remover", "expected"),
    [
        (f"{REMOVE} synchronize_rcu(); kfree(p);", "proved"),
        (f"{REMOVE} kfree(p);", "refuted"),
        ("struct item *p = head; synchronize_rcu(); WRITE_ONCE(head, NULL); kfree(p);", "refuted"),
        (f"{REMOVE} kfree_rcu(p, rcu);", "proved"),
        (f"{REMOVE} kvfree_rcu(p, rcu);", "proved"),
        (f"{REMOVE} kfree_rcu_mightsleep(p);", "proved"),
        ("struct item *p = head; kfree_rcu(p, rcu); WRITE_ONCE(head, NULL);", "refuted"),
        (f"{REMOVE} call_rcu(&p->rcu, end);", "proved"),
        (f"{REMOVE} call_srcu(&s, &p->rcu, end);", "refuted"),  # the reader is in a section of RCU
        (f"{REMOVE} call_rcu(&p->rcu, &end);", "proved"),
        ("struct item *p = head; call_rcu(&p->rcu, end); WRITE_ONCE(head, NULL);", "refuted"),
    ],
)
def test_use_after_free(model: str, remover: str, expected: str) -> None:
    end = "void end(struct rcu_head *h) { struct item *p = container_of(h, struct item, rcu); kfree(p); }\n"
    verdict, statuses = freed(model, remover, end if "end" in remover else "")
    assert (verdict, statuses) == (expected, ["holds" if expected == "proved" else "violated"])


@pytest.mark.parametrize("model", MODELS)
def test_a_reader_outside_of_a_section_is_not_waited_for(model: str) -> None:
    reader = READER.replace("rcu_read_lock();", "").replace("rcu_read_unlock();", "")
    assert freed(model, f"{REMOVE} synchronize_rcu(); kfree(p);", "", reader) == ("refuted", ["violated"])


def test_an_object_of_its_own_may_be_freed_at_once() -> None:
    make = "struct item *new = kmalloc(8); WRITE_ONCE(new->data, 1);"
    assert freed("lkmm", f"{make} if (failed) {{ kfree(new); return; }} rcu_assign_pointer(head, new);")[
        1
    ] == ["holds"]
    assert freed("lkmm", f"{make} rcu_assign_pointer(head, new); kfree(new);")[1] == ["violated"]


@pytest.mark.parametrize("model", MODELS)
def test_what_is_left_for_later_comes_after_what_was_done_before(model: str) -> None:
    more = "void end(struct rcu_head *h) { BUG_ON(READ_ONCE(x) == 0); }\n"
    found = result(
        f"{ITEM}{more}void w(struct item *p) {{ WRITE_ONCE(x, 1); call_rcu(&p->rcu, end); }}\n", model
    )
    assert [p.status for p in found.properties] == ["holds"]
    late = f"{ITEM}{more}void w(struct item *p) {{ call_rcu(&p->rcu, end); WRITE_ONCE(x, 1); }}\n"
    assert [p.status for p in result(late, model).properties] == ["violated"]


def test_it_runs_where_it_was_called_alone() -> None:
    more = "void end(struct rcu_head *h) { WRITE_ONCE(y, 1); }\nvoid set(void) { WRITE_ONCE(x, 1); }\n"
    writer = "void w(struct item *p) { int r = READ_ONCE(x); if (r) call_rcu(&p->rcu, end); }\n"
    for condition, answer in (
        ("w:r == 1 && y == 0", "vacuous"),
        ("w:r == 1 && y == 1", "reached"),
        ("w:r == 0 && y == 1", "vacuous"),
        ("w:r == 0 && y == 0", "reached"),
    ):
        found = result(f"{ITEM}{more}{writer}exists ({condition})", "lkmm")
        assert [p.answer for p in found.properties] == [answer]


@pytest.mark.parametrize("model", MODELS)
def test_a_callback_that_wakes_loses_no_wake_up(model: str) -> None:
    more = "struct completion done;\nvoid end(struct rcu_head *h) { complete(&done); }\n"
    writer = "void w(struct item *p) { call_rcu(&p->rcu, end); wait_for_completion(&done); }\n"
    found = result(f"{ITEM}{more}{writer}", model)
    assert [(p.kind, p.status) for p in found.properties] == [("lost wake-up", "holds")]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("for (i = 0; i < 2; i++) call_rcu(&p->rcu, end);", "call_rcu() in a loop (line 4)"),
        ("call_rcu(&p->rcu, again);", "call_rcu() in what it calls itself (line 3)"),
        ("rcu_barrier_tasks();", "rcu_barrier_tasks() (line 4)"),
        ("call_rcu_tasks(&p->rcu, end);", "call_rcu_tasks() (line 4)"),
    ],
)
def test_what_is_not_modelled(body: str, reason: str) -> None:
    again = "call_rcu(h, again);" if "again" in body else ""
    more = f"void again(struct rcu_head *h) {{ {again} }} void end(struct rcu_head *h) {{ }}\n"
    found = result(f"{ITEM}{more}void w(struct item *p) {{ int i; {body} WRITE_ONCE(x, 1); }}\n", "lkmm")
    assert (found.verdict, found.reason) == ("undecided", f"not modelled: {reason}")


@pytest.mark.parametrize(
    "call",
    [
        "call_rcu(&p->rcu)",
        "call_rcu()",
        "call_srcu(&s, &p->rcu)",
        "kfree()",
        "kfree_rcu()",
        "kmem_cache_free(p)",
    ],
)
def test_missing_arguments(call: str) -> None:
    with pytest.raises(ProgramError, match="arguments, expected"):
        result(f"void w(struct item *p) {{ {call}; }}\n", "lkmm")


def test_a_callback_that_is_not_in_the_text_is_an_assumption() -> None:
    unit = check(
        "a.c", f"{ITEM}void w(struct item *p) {{ call_rcu(&p->rcu, gone); smp_mb(); }}\n".encode(), Options()
    )
    assert any(a.startswith("gone() is not in the text") for a in unit[0].assumptions)


def test_a_callback_that_nothing_hands_over_is_not_forgotten() -> None:
    text = "void tick(struct work_struct *w) { WRITE_ONCE(x, 1); schedule_work(w); }\nvoid r(void) { smp_mb(); }\n"
    found = result(f"int x;\n{text}", "lkmm")
    assert found.reason == "not modelled: tick(), which nothing but itself hands over (line 2)"


@pytest.mark.parametrize("object_", ["NULL", "5", '"text"', "p->data", "get()", "&x"])
def test_whatever_is_freed(object_: str) -> None:
    assert (
        result(f"{ITEM}void w(struct item *p) {{ kfree({object_}); smp_mb(); }}\n", "lkmm").verdict
        == "undecided"
    )


NOWHERE = "struct item { int data; struct rcu_head rcu; };\nstruct item *head; int x, y;\n"


def test_where_the_pointer_is_null_in_each_execution_nothing_is_proved() -> None:
    text = (
        "struct item { int data; };\nstruct dev { struct item *cur; };\nint y;\n"
        "void w(struct dev *d) { struct item *old = d->cur; d->cur = NULL; kfree(old); }\n"
        "void r(struct dev *d) { struct item *q = READ_ONCE(d->cur); int v; if (q) v = READ_ONCE(q->data); }\n"
    )
    text = (
        text.replace("struct dev *d", "void")
        .replace("d->cur", "cur")
        .replace("int y;", "struct item *cur = NULL; int y;")
    )
    for model in MODELS:
        assert result(text, model).verdict == "nothing to check"


COUNTED = "struct item {{ refcount_t ref; int users; int data; }};\n{} void put(struct item *p) {{ {} kfree(p); }}\n"
LAST = "if (refcount_dec_and_test(&p->ref))"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("last", [LAST, "if (--p->users == 0)"])
def test_who_puts_no_reference_may_have_one_of_its_own(model: str, last: str) -> None:
    user = "void user(struct item *p) { int v = READ_ONCE(p->data); }\n"
    found = result(COUNTED.format("", last) + user, model)
    reason = "whether who reads it has a reference is not shown: READ_ONCE(p->data) (line 3)"
    assert found.verdict == "undecided"
    assert {(p.status, p.reason) for p in found.properties} == {("undecided", reason)}


@pytest.mark.parametrize("model", MODELS)
def test_who_reads_after_putting_its_reference_is_too_late(model: str) -> None:
    use = "struct item *p = READ_ONCE(head); put(p); READ_ONCE(p->data);"
    found = result(
        COUNTED.format("struct item *head;", LAST) + f"void a(void) {{ {use} }} void b(void) {{ {use} }}\n",
        model,
    )
    assert {(p.status, p.even_under_sc) for p in found.properties} == {("violated", True)}


@pytest.mark.parametrize(("count", "verdict"), [(2, "refuted"), (3, "proved"), (4, "vacuous")])
def test_one_of_the_calls_that_give_an_object_back_has_to_get_there(count: int, verdict: str) -> None:
    variables = f"struct item first = {{ .ref = REFCOUNT_INIT({count}) }}; struct item *head = &first;"
    text = COUNTED.format(variables, LAST)
    for thread, body in (("a", "put(p); put(p);"), ("b", "int v = READ_ONCE(p->data); put(p);")):
        text += f"void {thread}(void) {{ struct item *p = READ_ONCE(head); {body} }}\n"
    assert result(text, "armv8").verdict == verdict


def test_who_frees_what_a_pointer_leads_to_frees_one_object() -> None:
    text = (
        f"{COUNTED.format('struct item *head;', LAST)}void a(void) {{ struct item *p = READ_ONCE(head); put(p); }}\n"
        "void b(void) { struct item *p = READ_ONCE(head); put(p); READ_ONCE(p->data); }\n"
    )
    (unit,) = check("a.c", text.encode(), Options(models=("lkmm",)))
    assert [a for a in unit.assumptions if a.startswith("head points to")] == [
        "head points to an object at first (item@first), as nothing in the text sets it"
    ]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("variable", ["struct item *cur;", "struct dev { struct item *cur; } dev;", ""])
@pytest.mark.parametrize("take", ["{0}; WRITE_ONCE({0}, NULL)", "xchg(&{0}, NULL)"])
def test_a_pointer_that_nothing_sets_points_to_an_object_at_first(
    model: str, variable: str, take: str
) -> None:
    """Else nobody would ever read that object, and any code that frees it would be right."""
    where, parameter = "cur", "void"
    if not variable:
        where, parameter, variable = "d->cur", "struct dev *d", "struct dev { struct item *cur; };"
    elif "dev" in variable:
        where = "dev.cur"
    text = (
        f"struct item {{ int data; }};\n{variable}\n"
        f"void w({parameter}) {{ struct item *old = {take.format(where)}; WAIT kfree(old); }}\n"
        f"void r({parameter}) {{ struct item *q; int v = 0; rcu_read_lock(); q = rcu_dereference({where});\n"
        " if (q) v = READ_ONCE(q->data); rcu_read_unlock(); }\n"
    )
    assert result(text.replace("WAIT", ""), model).verdict == "refuted"
    found = result(text.replace("WAIT", "synchronize_rcu();"), model)
    assert found.verdict == "proved"
    assert [b.status for b in found.barriers if b.place.name == "synchronize_rcu"] == ["paired"]


@pytest.mark.parametrize("model", MODELS)
def test_a_reader_that_is_still_in_its_section_at_the_bound_is_waited_for(model: str) -> None:
    text = (
        "struct item { struct item *next; };\nstruct item *head;\n"
        "void w(void) { struct item *old = head; WRITE_ONCE(head, NULL); WAIT kfree(old); }\n"
        "void r(void) { struct item *q; rcu_read_lock();\n"
        " for (q = rcu_dereference(head); q; q = rcu_dereference(head)) READ_ONCE(q->next);\n"
        " rcu_read_unlock(); }\n"
    )
    assert result(text.replace("WAIT", ""), model).verdict == "refuted"
    assert result(text.replace("WAIT", "synchronize_rcu();"), model).verdict == "proved"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("wait", "answer"), [("", "violated"), ("synchronize_rcu();", "holds")])
def test_a_store_after_the_object_was_given_back(model: str, wait: str, answer: str) -> None:
    text = (
        "struct item { int data; };\nstruct item first;\nstruct item *head = &first;\n"
        f"void w(void) {{ struct item *old = head; WRITE_ONCE(head, NULL); {wait} kfree(old); }}\n"
        "void r(void) { struct item *q; rcu_read_lock(); q = READ_ONCE(head);\n"
        " if (q) WRITE_ONCE(q->data, 1); rcu_read_unlock(); }\n"
    )
    found = [p.status for p in result(text, model).properties if p.kind == "use after free"]
    assert found == [answer]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("WRITE_ONCE(p->left, 1);", ["undecided"]),
        ("smp_store_release(&p->left, 1);", ["undecided"]),
        ("", ["holds"]),
    ],
)
def test_a_store_to_what_may_be_the_object_that_was_given_back(
    model: str, last: str, expected: list[str]
) -> None:
    """Two parameters of one type need not be one object, but may."""
    text = (
        "struct item { int left; int data; };\n"
        "void put(struct item *p) { if (smp_load_acquire(&p->left) == 2) kfree(p); }\n"
        f"void use(struct item *p) {{ WRITE_ONCE(p->data, 1); smp_store_release(&p->left, 2); {last} }}\n"
    )
    found = [p for p in result(text, model).properties if p.kind == "use after free"]
    assert [p.status for p in found] == expected
    if last:
        reason = "what writes to it later may mean another object:"
        assert [(p.reason, p.counterexample) for p in found] == [
            (f"{reason} {last.rstrip(';')} (line 3)", None)
        ]


@pytest.mark.parametrize("model", MODELS)
def test_a_pointer_in_memory_that_was_given_back_is_the_fault_itself(model: str) -> None:
    """What is read by it next does not leave the answer open."""
    text = (
        "struct item { struct item *next; int data; };\nstruct item first, second;\nstruct item *head = &first;\n"
        "void w(void) { struct item *old = head; WRITE_ONCE(head, NULL); kfree(old); }\n"
        "void r(void) { struct item *p = READ_ONCE(head), *q; int v; if (p) { q = READ_ONCE(p->next);\n"
        " if (q) v = READ_ONCE(q->data); } }\n"
    )
    found = result(text, model)
    assert found.verdict == "refuted"
    assert [(p.status, p.even_under_sc) for p in found.properties] == [("violated", True)]


def test_what_a_callback_frees_has_to_be_known() -> None:
    """Not by a guess, where others read objects that are followed by their addresses."""
    text = (
        NOWHERE
        + "void end(struct rcu_head *h) { struct item *i = container_of(h, struct item, rcu); kfree(i); }\n"
        + "void add(void) { struct item *p = kzalloc(8); rcu_assign_pointer(head, p); }\n"
        + "void del(void) { struct item *p = xchg(&head, NULL); if (p) call_rcu(&p->rcu, end); }\n"
        + "void look(void) { struct item *p = smp_load_acquire(&head); int r; if (p) r = READ_ONCE(p->data); }\n"
    )
    found = result(text, "armv8")
    assert found.verdict == "undecided"
    assert "what kfree(i) gives back" in found.reason


CALLED = f"{ITEM}void end(struct rcu_head *h) {{ WRITE_ONCE(x, 1); }}\n"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("call_rcu(&p->rcu, end); rcu_barrier();", "holds"),
        ("call_rcu(&p->rcu, end); synchronize_rcu();", "violated"),
        ("call_srcu(&s, &p->rcu, end); srcu_barrier(&s);", "holds"),
        ("call_srcu(&s, &p->rcu, end); srcu_barrier(&t);", "violated"),
        ("call_srcu(&s, &p->rcu, end); rcu_barrier();", "violated"),
        ("rcu_barrier(); call_rcu(&p->rcu, end);", "violated"),
    ],
)
def test_waiting_for_callbacks(model: str, code: str, expected: str) -> None:
    text = f"{CALLED}void w(struct item *p) {{ {code} BUG_ON(READ_ONCE(x) != 1); }}\n"
    assert [p.status for p in result(text, model).properties] == [expected]


def test_who_waits_for_callbacks_must_know_of_them() -> None:
    reader = "void r(void) {{ if ({0}) {{ rcu_barrier(); BUG_ON(READ_ONCE(x) != 1); }} }}\n"
    for store, load, expected in (
        ("smp_store_release(&y, 1);", "smp_load_acquire(&y)", "holds"),
        ("WRITE_ONCE(y, 1);", "READ_ONCE(y)", "violated"),
    ):
        text = f"{CALLED}void w(struct item *p) {{ call_rcu(&p->rcu, end); {store} }}\n{reader.format(load)}"
        assert [p.status for p in result(text, "armv8").properties] == [expected]


def test_a_callback_that_waits_for_itself() -> None:
    text = CALLED.replace("WRITE_ONCE(x, 1)", "rcu_barrier()")
    found = result(f"{text}void w(struct item *p) {{ call_rcu(&p->rcu, end); }}\n", "armv8")
    assert found.reason.startswith("not modelled: rcu_barrier() in what it waits for")


def test_a_section_that_nobody_waits_for_depends_on_no_version() -> None:
    text = "int x, y; void r(void) {{ rcu_read_lock_sched(); x = 1; smp_wmb(); y = 1; rcu_read_unlock_sched(); {} }}\n"
    for more, is_said in (("", False), ("synchronize_rcu();", True)):
        (unit,) = check("a.c", text.format(more).encode(), Options(models=("lkmm",)))
        assert (
            any("rcu_read_lock_sched() " in a or "rcu_read_lock_sched()," in a for a in unit.assumptions)
            == is_said
        )
