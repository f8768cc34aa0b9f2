"""Patches of our own writing, of the kinds that lists see: what their two sides allow, and what changes."""

from __future__ import annotations

import quopri
from collections.abc import Sequence

import pytest

from verifier import patches
from verifier.limits import OUT_OF_TIME, Deadline, Undecided
from verifier.options import Options
from verifier.pairing.verdict import BarrierVerdict, Change, Remark, UnitResult
from verifier.pipeline import check
from verifier.program.roles import MOST_GROUPS

BOTH = ("armv8", "lkmm")


def checked(text: str, kernel: tuple[int, int] | None = None) -> tuple[UnitResult, ...]:
    return check("p.eml", text.encode(), Options(timeout=60, kernel=kernel))


def mail(message: str, diff: str, encoding: str = "8bit") -> str:
    headers = "From: a@example.org\nDate: today\nSubject: [PATCH] order\nMIME-Version: 1.0\n"
    body = message + "\n---\n" + diff
    if encoding == "quoted-printable":
        body = quopri.encodestring(body.encode()).decode()
    return (
        f"{headers}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{body}"
    )


def hunk(heading: str, body: str, path: str = "kernel/own.c") -> str:
    lines = body.strip("\n").split("\n")
    old, new = (sum(line[:1] != sign for line in lines) for sign in "+-")
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
    return f"{head}@@ -10,{old} +10,{new} @@ {heading}\n" + "\n".join(lines) + "\n"


def more(heading: str, body: str, start: int) -> str:
    """Another hunk of the same file."""
    return hunk(heading, body).split("\n", 3)[3].replace("-10,", f"-{start},").replace("+10,", f"+{start},")


def change(units: tuple[UnitResult, ...]) -> Change:
    (only,) = [u.change for u in units if u.change is not None]
    return only


def states(found: Change, shape: str) -> dict[str, tuple[str, str]]:
    first: dict[str, tuple[str, str]] = {}
    for o in found.outcomes:
        if o.outcome.startswith(f"{shape}:"):
            first.setdefault(o.model, (o.before, o.after))
    return first


def statuses(units: tuple[UnitResult, ...], side: str | None) -> dict[str, set[str]]:
    """For each barrier of a side its status under the two models."""
    found: dict[str, set[str]] = {}
    for u in units:
        for r in u.results if u.side == side else ():
            for b in r.barriers:
                if not b.is_note:
                    found.setdefault(b.place.name, set()).add(b.status)
    return found


def barriers(units: tuple[UnitResult, ...], name: str) -> list[BarrierVerdict]:
    return [b for u in units for r in u.results for b in r.barriers if b.place.name == name]


CLOSED = dict.fromkeys(BOTH, ("allowed", "forbidden"))
OPENED = dict.fromkeys(BOTH, ("forbidden", "allowed"))
SAME = dict.fromkeys(BOTH, ("forbidden", "forbidden"))

FILL = " \tWRITE_ONCE(b->item, v);\n+\tsmp_wmb();\n \tWRITE_ONCE(b->full, 1);\n"
TAKE = " \tif (!READ_ONCE(b->full))\n \t\treturn 0;\n \tsmp_rmb();\n \treturn READ_ONCE(b->item);\n }\n"
PUT, GET = "static void put(struct box *b, int v)", "static int take(struct box *b)"


def test_a_missing_half_is_added() -> None:
    units = checked(mail("Order it.", hunk(PUT, FILL) + more(GET, TAKE, 40)))
    assert [(u.side, {r.verdict for r in u.results}) for u in units] == [
        ("before", {"refuted"}),
        ("after", {"proved"}),
    ]
    assert states(change(units), "MP") == CLOSED


def test_the_only_half_is_added() -> None:
    found = change(checked(mail("Order it.", hunk(PUT, FILL))))
    assert states(found, "MP") == CLOSED
    assert found.summary.endswith("else it is still half paired")


def test_the_default_strength_of_an_atomic_operation_is_no_barrier_that_comes_or_goes() -> None:
    fill = " \tWRITE_ONCE(b->item, v);\n-\txchg(&b->seq, 1);\n+\tsmp_wmb();\n \tWRITE_ONCE(b->full, 1);\n"
    found = change(checked(mail("Write nothing.", hunk(PUT, fill))))
    told = [line for line in found.details if " is new" in line or " is gone" in line]
    assert told == ["armv8, lkmm: smp_wmb (line 16) is new: without a partner in the text"]


DRAWN = """\
CPU0 (in look())        | CPU1 (in hit())
                        |
read 1 from hits[2]     |
smp_rmb()               |
read 0 from kind[2]     |
                        | // in note_kind()
                        | kind[2] = <the kind>
                        | smp_wmb()
                        | hits[2]++
"""


def test_bodies_come_from_the_message_and_accesses_change_places() -> None:
    hit = " \tack(irq);\n-\t++hits[this()];\n \tnote_kind(irq);\n \tsmp_wmb();\n+\t++hits[this()];\n }\n"
    look = " \tif (hits[cpu] == 1) {\n \t\tsmp_rmb(); /* pairs with smp_wmb in hit */\n"
    look += " \t\tif (kind[cpu])\n \t\t\tbad();\n \t}\n }\n"
    diff = hunk("static void hit(int irq)", hit) + more("static void look(int cpu)", look, 80)
    units = checked(mail(DRAWN, diff))
    found = change(units)
    assert states(found, "MP") == CLOSED
    assert "even under sc" in found.outcomes[0].outcome
    assert statuses(units, "after") == {"smp_rmb": {"paired"}, "smp_wmb": {"paired"}}
    assert {
        b.claim for u in units[-1:] for r in u.results for b in r.barriers if b.place.name == "smp_rmb"
    } == {"confirmed"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("barrier()", "smp_mb()", CLOSED),
        ("smp_mb()", "barrier()", OPENED),
        ("smp_mb()", "smp_mb__after_atomic()", SAME),
    ],
)
def test_one_barrier_takes_anothers_place(old: str, new: str, expected: object) -> None:
    comment = "/* The id is written before we look who runs. */"
    body = f" \tinvalidate(t);\n \t{comment}\n-\t{old};\n+\t{new};\n \tkick(t);\n"
    units = checked(mail("As it is.", hunk("static void move(struct task *t)", body)))
    assert states(change(units), "SB") == expected


def test_after_a_plain_store_the_lighter_barrier_orders_nothing_in_the_kernels_model() -> None:
    body = " \tWRITE_ONCE(t->id, 1);\n-\tsmp_mb();\n+\tsmp_mb__after_atomic();\n"
    body += " \tif (READ_ONCE(t->runs))\n \t\tkick(t);\n"
    found = change(checked(mail("Lighter.", hunk("static void move(struct task *t)", body))))
    assert states(found, "SB") == {"armv8": ("forbidden", "forbidden"), "lkmm": ("forbidden", "allowed")}
    assert found.summary.startswith("SB forbidden before, allowed after (lkmm)")


def test_a_release_is_no_full_barrier() -> None:
    body = (
        " \tif (refcount_dec_and_test(&c->count)) {\n \t\tfree_it(c);\n"
        "-\t} else if (c->task == DEAD) {\n-\t\tsmp_mb();\n-\t\tpoke(c);\n"
        "+\t} else {\n+\t\tsmp_mb__after_atomic();\n+\t\tif (c->task == DEAD)\n+\t\t\tpoke(c);\n \t}\n }\n"
    )
    found = change(checked(mail("Order it.", hunk("static void drop(struct ctx *c)", body))))
    assert states(found, "SB") == CLOSED


BOX = """\
+\t/*
+\t * enter()                                  flush()
+\t *   WRITE_ONCE(loaded, 1);                   atomic_inc_return(generation);
+\t *   smp_mb();                                this_cpu_read(loaded);
+\t *   atomic_read(generation);
+\t */
"""


def test_the_other_side_is_drawn_in_an_added_comment() -> None:
    body = (
        " \tthis_cpu_write(state.loaded, 1);\n-\tbarrier();\n"
        + BOX
        + "+\tsmp_mb();\n \tseen = atomic_read(&m->generation);\n"
    )
    units = checked(mail("Order it.", hunk("void enter(struct mm *m)", body), "quoted-printable"))
    assert states(change(units), "SB") == CLOSED
    after = next(u for u in units if u.side == "after")
    assert after.threads == ("enter", "flush")


def test_a_read_that_came_too_early() -> None:
    body = (
        "-\tcpu = READ_ONCE(p->place);\n \ttrace(p);\n+\t/*\n"
        "+\t *   STORE p->place = 1\n+\t *   smp_wmb()\t\t\tsmp_load_acquire(&p->runs)\n"
        "+\t *   STORE p->runs = 1\t\tLOAD p->place\n+\t */\n-\tif (READ_ONCE(p->runs))\n-\t\tqueue(cpu);\n"
        "+\tif (smp_load_acquire(&p->runs))\n+\t\tqueue(READ_ONCE(p->place));\n"
    )
    units = checked(mail("In order.", hunk("static void wake(struct job *p)", body)))
    assert states(change(units), "MP") == CLOSED
    assert statuses(units, "after")["smp_load_acquire"] == {"paired"}


def test_a_barrier_that_orders_nothing_goes() -> None:
    body = " \twhile (!done()) {\n-\t\trmb();\n \t\tspin();\n"
    units = checked(mail("It has no partner any more.", hunk("static void idle(void)", body)))
    assert statuses(units, "before") == {"rmb": {"unmatched"}}
    assert (
        change(units).summary
        == "no ordering change that the text shows; what rmb (line 15) ordered is not in it"
    )


def test_a_barrier_beside_one_that_the_message_speaks_of() -> None:
    body = " \tcount_it(q);\n-\tsmp_mb();\n \tWRITE_ONCE(q->head, e);\n"
    text = "The barrier is not needed because count_it() already includes a full memory barrier."
    units = checked(mail(text, hunk("static void add(struct queue *q, struct entry *e)", body)))
    assert {b.supposed[:26] for b in barriers(units, "smp_mb")} == {"is not needed to forbid MP"}
    assert change(units).summary.startswith("no ordering change")
    assert any("count_it() has a full barrier" in a for u in units for a in u.assumptions)


def test_what_is_said_not_to_have_a_barrier_has_none() -> None:
    body = " \tcount_it(q);\n-\tsmp_mb();\n \tWRITE_ONCE(q->head, e);\n"
    text = "Note that count_it() does not include a full memory barrier."
    units = checked(mail(text, hunk("static void add(struct queue *q, struct entry *e)", body)))
    assert not any("has a full barrier" in a for u in units for a in u.assumptions)


def test_devices_are_not_modelled() -> None:
    body = " \thandle(d);\n+\t/* all device writes must be done */\n+\twmb();\n \tfinish(d);\n"
    units = checked(mail("Order the registers.", hunk("static void irq(struct desc *d)", body)))
    assert {r.verdict for u in units for r in u.results} == {"undecided"}
    assert all("not modelled: wmb()" in r.reason for r in units[-1].results)


NEW = """\
+static void mark(struct page *p)
+{
+\t/* pairs with smp_load_acquire in marked */
+\tsmp_mb__before_atomic();
+\tset_bit(MARK, &p->flags);
+}
+
+static int marked(struct page *p)
+{
+\treturn (smp_load_acquire(&p->flags) & 1) != 0;
+}
"""


def test_both_sides_are_new() -> None:
    units = checked(mail("Order it.", hunk("", NEW)))
    assert statuses(units, "after") == {"smp_mb__before_atomic": {"paired"}, "smp_load_acquire": {"paired"}}
    assert "allowed without smp_mb__before_atomic" in change(units).summary


REVIEW = """\
Hi,

> +static void unmask(struct chip *c)
> +{
> +\t/* racing raise() */
> +\t(void)atomic_fetch_or_release(1, &c->enable);

Why a release?

> +\tif (atomic_read_acquire(&c->pending) & 1)
> +\t\tsend(c);
> +}
> +
> +static void raise(struct chip *c)
> +{
> +\tint old = atomic_fetch_or_release(1, &c->pending);
> +\tif (!(old & 1) && (atomic_read_acquire(&c->enable) & 1))
> +\t\tsend(c);
> +}

Bye
"""


def test_release_and_acquire_in_a_review() -> None:
    units = checked(mail(REVIEW, ""))
    assert [{r.model: r.verdict for r in u.results} for u in units] == [
        {"armv8": "proved", "lkmm": "refuted"}
    ]


def test_only_a_comment_changes() -> None:
    body = (
        " \tWRITE_ONCE(b->item, v);\n-\t/* one */\n+\t/* two */\n \tsmp_wmb();\n \tWRITE_ONCE(b->full, 1);\n"
    )
    assert change(checked(mail("A typo.", hunk(PUT, body)))).summary.startswith("no ordering change")


LOCKED = """\
+static irqreturn_t bell(int irq, void *info)
+{
+\tstruct vcpu *v = info;
+
+\tif (!is_pending(v))
+\t\tv->last = true;
+}
"""


def test_a_lock_that_the_message_speaks_of() -> None:
    text = "Calling is_pending() takes the list lock, and we end up in a deadlock on the same CPU."
    units = checked(mail(text, hunk("", LOCKED)))
    found = {p.status for u in units for r in u.results for p in r.properties if p.kind == "self-deadlock"}
    assert found == {"violated"}


@pytest.mark.parametrize(("kernel", "expected"), [((4, 13), "violated"), ((4, 14), "holds")])
def test_a_wake_up_depends_on_the_kernel(kernel: tuple[int, int], expected: str) -> None:
    body = " \tv->arch.last = true;\n-\tpoke(v);\n+\tkvm_vcpu_wake_up(v);\n }\n"
    units = checked(mail("Wake it.", hunk("static void bell(struct kvm_vcpu *v)", body)), kernel)
    found = {p.status for u in units for r in u.results for p in r.properties if p.kind == "lost wake-up"}
    assert found == {expected}


def test_code_that_a_message_shows() -> None:
    code = "It should be:\n\nif (kvm_test_request(1, vcpu)) {\n\tsmp_mb__after_atomic();\n\treturn true;\n}\n"
    units = checked(mail(code, ""))
    said = {r.model: b.supposed for u in units for r in u.results for b in r.barriers}
    assert said["armv8"].startswith("forbids MP")
    assert said["lkmm"].startswith("does not forbid MP")


ASKED = """void a(void)
{
	WRITE_ONCE(x, 1);
	smp_wmb();
	WRITE_ONCE(y, 1);
}

void b(void)
{
	if (READ_ONCE(y))
		BUG_ON(!READ_ONCE(x));
}
"""


@pytest.mark.parametrize("lead", ["", "\t", "    ", "> ", "> > \t"])
def test_functions_that_a_message_shows_anyhow_indented_meet_in_globals(lead: str) -> None:
    """They share no member of a struct."""
    code = "".join(lead + line + "\n" if line else line + lead.rstrip() + "\n" for line in ASKED.split("\n"))
    (unit,) = checked(f"From: a@example.org\nSubject: x\n\nIs this ok?\n\n{code}")
    assert [r.verdict for r in unit.results] == ["refuted"] * 2
    (barrier,) = unit.results[0].barriers
    assert barrier.status == "unpaired"
    assert barrier.place.line == 9


@pytest.mark.parametrize(
    "path", ["arch/x86/own.c", "xen/arch/x86/own.c", "old/arch/i386/own.c", "include/asm-x86_64/own.h"]
)
def test_an_x86_file_is_judged_as_x86_does(path: str) -> None:
    body = (
        " \tWRITE_ONCE(t->id, 1);\n-\tbarrier();\n+\tsmp_mb();\n \tif (READ_ONCE(t->runs))\n \t\tkick(t);\n"
    )
    units = checked(mail("Order it.", hunk("static void move(struct task *t)", body, path)))
    assert states(change(units), "SB") == {"tso": ("allowed", "forbidden"), "lkmm": ("allowed", "forbidden")}


def publishers(number: int) -> str:
    """A patch that adds so many functions which have nothing in common: f0, f1 and on."""
    body = "".join(
        f"+void f{i}(struct s{i} *p)\n+{{\n+\tp->a{i} = 1;\n+\tsmp_wmb();\n+\tp->b{i} = 1;\n+}}\n"
        for i in range(number)
    )
    return f"--- /dev/null\n+++ b/x.c\n@@ -0,0 +1,{body.count(chr(10))} @@\n{body}"


def test_more_groups_of_functions_than_are_looked_at() -> None:
    units = checked(publishers(MOST_GROUPS + 2))
    assert len(units) == MOST_GROUPS + 1
    assert units[-1].threads == (f"f{MOST_GROUPS}", f"f{MOST_GROUPS + 1}")
    assert {r.reason for r in units[-1].results} == {
        f"not looked at, after {MOST_GROUPS} groups of functions"
    }


def test_what_the_diff_leaves_out_and_what_is_not_understood_is_said() -> None:
    body = " \tWRITE_ONCE(b->item, v);\n+\tx = = 3;\n+\tsmp_wmb();\n \tWRITE_ONCE(b->full, 1);\n"
    after = checked(mail("Order it.", hunk(PUT, body)))[-1]
    assert any("put() is shown in part" in a for a in after.assumptions)
    assert [s.reason for s in after.skipped] == ["not understood"]


def test_a_wait_that_only_code_which_is_not_shown_can_end_is_an_assumption() -> None:
    text = hunk(
        "void sleeper(struct dev *d)",
        """
 void sleeper(struct dev *d)
 {
  for (;;) {
   set_current_state(TASK_INTERRUPTIBLE);
   if (READ_ONCE(d->ready))
    break;
   schedule();
  }
  smp_rmb();
  use(READ_ONCE(d->data));
 }
 void waker(struct dev *d)
 {
  wake_up_process(d->task);
  WRITE_ONCE(d->data, 1);
+ smp_wmb();
  WRITE_ONCE(d->ready, 1);
 }
""",
    )
    *_, after = checked(text)
    assert not any(p.kind == "lost wake-up" for r in after.results for p in r.properties)
    assert any("sleeper waits for d.ready" in a and "not shown" in a for a in after.assumptions)


COMMENTED = FILL.replace("+\tsmp_wmb();", "+\t/* Pairs with smp_rmb() in take(). */\n+\tsmp_wmb();")


def remarks(units: tuple[UnitResult, ...], kind: str) -> list[Remark]:
    return [r for u in units for r in u.remarks if r.kind == kind]


def test_a_barrier_without_a_comment_is_noted_and_changes_nothing_else() -> None:
    bare, said = (
        checked(mail("Order it.", hunk(PUT, body) + more(GET, TAKE, 40))) for body in (FILL, COMMENTED)
    )
    (remark,) = remarks(bare, "uncommented")
    assert remark.text == "memory barrier without comment: smp_wmb()"
    assert [u.side for u in bare if u.remarks] == ["after"]
    assert remarks(said, "uncommented") == []
    assert [[r.verdict for r in u.results] for u in bare] == [[r.verdict for r in u.results] for u in said]


def test_no_comment_is_asked_of_what_a_patch_leaves_and_of_code_that_is_none() -> None:
    context = checked(mail("As it is.", hunk(PUT, FILL.replace("+\t", " \t") + "+\tdone(b);\n")))
    shown = checked("From: a@example.org\nSubject: x\n\nLike this:\n\n" + FILL.replace("+\t", " \t"))
    code = check("a.c", f"{PUT}\n{{\n{FILL.replace('+', ' ')}}}\n".encode(), Options(timeout=60))
    assert [remarks(units, "uncommented") for units in (context, shown, code)] == [[], [], []]


FLUSH = (
    "-\tif (!is_dirty(d))\n+\tseen = atomic_read(&d->pending);\n+\tif (seen == 0)\n \t\treturn 0;\n"
    "-\tseen = atomic_read(&d->pending);\n+\t/* pairs with smp_mb__before_atomic() in note() */\n+\tsmp_rmb();\n"
    " \tret = write_out(d);\n \tif (!ret)\n \t\tatomic_sub(seen, &d->pending);\n"
)
NOTE = (
    " \tatomic_inc(d->values + index);\n+\t/* pairs with smp_rmb() in flush() */\n \tsmp_mb__before_atomic();\n"
    " \tatomic_inc(&d->pending);\n }\n"
)


def test_a_callee_that_is_not_shown_reads_what_the_new_barrier_is_for() -> None:
    flush, note = "static int flush(struct dev *d)", "static void note(struct dev *d, int index)"
    units = checked(mail("Order the reads.", hunk(flush, FLUSH) + more(note, NOTE, 60)))
    found = change(units)
    assert states(found, "MP") == CLOSED
    assert "flush() reads d.pending, then <below>" in next(o.outcome for o in found.outcomes)
    assert found.summary.startswith("MP allowed before, forbidden after (armv8, lkmm)")
    assert {b.claim for b in barriers(units, "smp_rmb")} == {"unknown"}


SPACE = (
    " \tif (is_shrunk(s)) {\n \t\treset(s);\n-\t\t{old}();\n+\t\t{new}();\n"
    " \t\tif (READ_ONCE(s->waits))\n \t\t\twake(s);\n"
)


def space(old: str, new: str, body: str = SPACE) -> Change:
    text = body.replace("{old}", old).replace("{new}", new)
    return change(checked(mail("As it is.", hunk("static void check_space(struct box *s)", text))))


def test_no_atomic_operation_is_assumed_where_a_patch_puts_a_full_barrier() -> None:
    found = space("smp_mb__after_atomic", "smp_mb")
    assert states(found, "SB") == {"armv8": ("forbidden", "forbidden"), "lkmm": ("allowed", "forbidden")}
    assert {o.given for o in found.outcomes if o.model == "lkmm"} == {
        "unless <above> is an atomic operation's"
    }
    assert found.summary.startswith("SB allowed before, forbidden after (lkmm), unless <above> is an atomic")


def test_a_barrier_for_atomic_operations_is_taken_at_its_word_and_that_is_said() -> None:
    found = space("smp_mb", "smp_mb__after_atomic")
    assert states(found, "SB") == SAME
    assert {(o.model, o.given) for o in found.outcomes} == {
        ("armv8", ""),
        ("lkmm", "if <above> is an atomic operation's"),
    }
    assert found.summary.endswith("if <above> is an atomic operation's")


def test_a_call_before_a_barrier_for_atomic_operations_may_be_one() -> None:
    body = SPACE.replace("\t\treset", "\t\tWRITE_ONCE(s->id, 1);\n \t\treset")
    found = space("smp_mb", "smp_mb__after_atomic", body)
    assert "lkmm" not in states(found, "SB")
    assert found.summary.endswith("SB forbidden before and after (armv8); under lkmm it can't be told")
    shown = body.replace(" \t\treset(s);\n", "")
    assert states(space("smp_mb", "smp_mb__after_atomic", shown), "SB")["lkmm"] == ("forbidden", "allowed")


def test_an_order_that_is_lost_matters_if_something_depends_on_it() -> None:
    body = " \tprepare(b);\n-\tsmp_mb();\n \tif (READ_ONCE(b->waits))\n \t\twake(b);\n"
    found = change(checked(mail("Not needed.", hunk("static void done(struct box *b)", body))))
    assert states(found, "SB") == OPENED
    assert (
        found.summary == "SB forbidden before, allowed after (armv8, lkmm), if anything depends on that order"
    )


@pytest.mark.parametrize(("barrier", "verdict"), [("", "undecided"), ("smp_wmb(); ", "refuted")])
def test_writers_of_one_place_exclude_each_other_where_a_lock_may_be_out_of_sight(
    barrier: str, verdict: str
) -> None:
    body = (
        " \tw->hint = 1;\n-\tWRITE_ONCE(w->slot, 7);\n+\tsmp_store_release(&w->slot, 7);\n }\n \n"
        f" static void drop(struct fifo *w)\n {{\n \tWRITE_ONCE(w->slot, 0);\n \t{barrier}use(w->hint);\n"
    )
    after = checked(mail("Publish it.", hunk("static void put(struct fifo *w)", body)))[-1]
    assert {r.model: r.verdict for r in after.results}["armv8"] == verdict


ONLINE = " \tprepare(p);\n \tsmp_wmb();\n \tWRITE_ONCE(p->online, 1);\n-\tsmp_wmb();\n \tgo(p);\n"
FIRST_OF_TWO = " \tprepare(p);\n-\tsmp_wmb();\n \tWRITE_ONCE(p->online, 1);\n \tsmp_wmb();\n \tgo(p);\n"
IN_ONE_ARM = (
    " \tprepare(p);\n-\tp->data = 1;\n-\tsmp_wmb();\n"
    "+\tif (!have(FEATURE)) {\n+\t\tp->data = 1;\n+\t\tsmp_wmb();\n+\t}\n"
    " \tatomic_inc(&p->count);\n \tgo(p);\n"
)
MOVED_INTO_AN_ARM = " \tprepare(p);\n-\tsmp_mb();\n+\tif (want(p)) {\n+\t\tsmp_mb();\n+\t}\n \tgo(p);\n"
EACH_BECAUSE_OF_THE_OTHER = (
    " \tWRITE_ONCE(p->x, 1);\n-\tsmp_mb();\n \tspin_unlock(&p->lock);\n-\tsmp_mb();\n"
    " \tif (READ_ONCE(p->y))\n \t\tgo(p);\n"
)


@pytest.mark.parametrize(
    "body", [ONLINE, FIRST_OF_TWO, IN_ONE_ARM, MOVED_INTO_AN_ARM, EACH_BECAUSE_OF_THE_OTHER]
)
def test_an_order_that_may_be_lost(body: str) -> None:
    summary = change(checked(mail("Order it.", hunk("static void start(struct s *p)", body)))).summary
    assert "no ordering change" not in summary
    assert "could not be compared" in summary or "forbidden before, allowed after" in summary


OUT_OF_A_LOOP = (
    " \tn = READ_ONCE(p->n);\n+\tsmp_rmb();\n \tfor (i = 0; i < n; i++) {\n-\t\tsmp_rmb();\n"
    " \t\tsum += READ_ONCE(p->flags);\n \t\tsum += READ_ONCE(p->domain);\n \t}\n"
)
AN_ACCESS_MOVES_UP = (
    "+\tgo(READ_ONCE(p->waiting));\n \tatomic_dec(&p->count);\n \tsmp_mb__before_atomic();\n"
    " \tclear_bit(0, &p->flags);\n \tsmp_mb__after_atomic();\n-\tgo(READ_ONCE(p->waiting));\n"
)


@pytest.mark.parametrize("body", [OUT_OF_A_LOOP, AN_ACCESS_MOVES_UP])
def test_an_order_that_the_other_side_was_not_asked_for(body: str) -> None:
    summary = change(checked(mail("Order it.", hunk("static void start(struct s *p)", body)))).summary
    assert "could not be compared" in summary


def test_a_changed_line_that_is_not_understood() -> None:
    body = " \tset_bit(0, &p->flags);\n \tsmp_mb();\n+\tnote(p) $$;\n \tgo(READ_ONCE(p->x));\n"
    summary = change(checked(mail("Order it.", hunk("static void start(struct s *p)", body)))).summary
    assert summary.startswith("what line 16 changes is not understood; SB forbidden before and after")


IN_AN_ARM = " \tif (READ_ONCE(p->ready)) {\n+\t\tsmp_rmb();\n \t\tnote(p);\n \t}\n \tgo(p);\n"
WITH_ITS_READ = " \tif (want(p)) {\n \t\tready = READ_ONCE(p->ready);\n+\t\tsmp_rmb();\n \t}\n \tgo(p);\n"
IN_A_LOOP = " \twhile (READ_ONCE(p->busy)) {\n+\t\tsmp_rmb();\n \t\tcpu_relax();\n \t}\n \tgo(p);\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (IN_AN_ARM, "MP allowed before, forbidden after (armv8, lkmm), on the ways through it"),
        (WITH_ITS_READ, "MP allowed before, forbidden after (armv8, lkmm), if the other side"),
        (IN_A_LOOP, "no ordering change that the text shows; the partner of smp_rmb (line 15) is not in it"),
    ],
)
def test_a_barrier_that_not_all_ways_pass(body: str, expected: str) -> None:
    units = checked(mail("Order it.", hunk("static void start(struct s *p)", body)))
    assert change(units).summary.startswith(expected)
    said = {b.supposed.rpartition(", ")[2] for r in units[-1].results for b in r.barriers}
    assert ("on the ways through it" in said) == (body is IN_AN_ARM)


AGAIN_BELOW = (
    " \tseen = READ_ONCE(p->version);\n{}\twalk(p);\n"
    " \tatomic_inc(&p->version);\n \tflush(READ_ONCE(p->mask));\n"
)
AGAIN_ABOVE = (
    " \tspin_lock(&p->lock);\n \tgo(READ_ONCE(p->status));\n \tspin_unlock(&p->lock);\n"
    "{}\tstop(READ_ONCE(p->status));\n"
)


@pytest.mark.parametrize(
    ("body", "barrier", "shape"), [(AGAIN_BELOW, "smp_rmb", "MP"), (AGAIN_ABOVE, "smp_mb", "SB")]
)
def test_an_access_of_the_same_place_on_one_side_of_the_barrier(body: str, barrier: str, shape: str) -> None:
    """What is ordered is the access on the other side, whatever the one that the barrier is not between may do."""
    units = checked(
        mail("Order it.", hunk("static void start(struct s *p)", body.format(f"+\t{barrier}();\n ")))
    )
    (said,) = {b.supposed.partition(":")[0] for b in barriers(units, barrier) if b.supposed}
    assert said == f"forbids {shape}"
    assert states(change(units), shape)["lkmm"] == ("allowed", "forbidden")


WEAKER_INC = "-\tatomic_inc_return(&p->waiters);\n+\tatomic_inc(&p->waiters);\n \tgo(READ_ONCE(p->free));\n"
WEAKER_XCHG = " \tWRITE_ONCE(p->work, 1);\n-\txchg(&p->state, 1);\n+\txchg_relaxed(&p->state, 1);\n"
NO_RELEASE = " \tp->result = 1;\n-\tclear_bit_unlock(0, &p->flags);\n+\tclear_bit(0, &p->flags);\n"
AS_STRONG = (
    "-\tatomic_inc_return(&p->waiters);\n+\tatomic_add_return(1, &p->waiters);\n \tgo(READ_ONCE(p->free));\n"
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (WEAKER_INC, "SB forbidden before, allowed after (armv8, lkmm), if anything depends on that order"),
        (WEAKER_XCHG, "MP forbidden before, allowed after (armv8, lkmm), if anything depends on that order"),
        (NO_RELEASE, "MP forbidden before, allowed after (armv8, lkmm), if anything depends on that order"),
        (AS_STRONG, "no ordering change: SB forbidden before and after (armv8, lkmm)"),
    ],
)
def test_an_atomic_operation_gets_weaker(body: str, expected: str) -> None:
    assert change(checked(mail("Faster.", hunk("static void start(struct s *p)", body)))).summary == expected


UNLOCKED = "-\tspin_lock(&p->lock);\n \tgo(READ_ONCE(p->a) - READ_ONCE(p->b));\n-\tspin_unlock(&p->lock);\n"
NO_SECTION = "-\trcu_read_lock();\n \tgo(READ_ONCE(p->a));\n-\trcu_read_unlock();\n"
LOCK_MOVES = (
    " \tspin_lock(&p->lock);\n-\tp->a = 1;\n-\tspin_unlock(&p->lock);\n"
    "+\tspin_unlock(&p->lock);\n+\tp->a = 1;\n \tdone(READ_ONCE(p->b));\n"
)
OTHER_NAME = (
    "-\tspin_lock_irqsave(&p->lock, flags);\n+\tspin_lock(&p->lock);\n \tp->a = 1;\n"
    "-\tspin_unlock_irqrestore(&p->lock, flags);\n+\tspin_unlock(&p->lock);\n"
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (UNLOCKED, "what spin_lock (line 14), spin_unlock (line 16) ordered could not be compared"),
        (NO_SECTION, "what rcu_read_lock (line 14), rcu_read_unlock (line 16) ordered could not be compared"),
        (LOCK_MOVES, "what spin_unlock (line 16) ordered could not be compared"),
        (OTHER_NAME, "no ordering change"),
    ],
)
def test_a_lock_or_a_section_goes(body: str, expected: str) -> None:
    assert change(checked(mail("Faster.", hunk("static void start(struct s *p)", body)))).summary == expected


def test_a_property_that_held_is_weightier_than_an_order_that_stays() -> None:
    body = (
        " struct tab { struct ent *p; };\n struct ent { int val; };\n"
        " void reader(struct tab *t)\n {\n \tstruct ent *p;\n \n-\trcu_read_lock();\n"
        " \tp = rcu_dereference(t->p);\n \tif (p)\n \t\tuse(READ_ONCE(p->val));\n-\trcu_read_unlock();\n }\n"
        " void del(struct tab *t)\n {\n \tstruct ent *p = t->p;\n \n \trcu_assign_pointer(t->p, NULL);\n"
        " \tsynchronize_rcu();\n \tkfree(p);\n }\n"
    )
    found = change(checked(mail("Not needed.", hunk("", body))))
    assert found.summary.startswith("use after free: kfree(p): holds before, violated after (armv8, lkmm)")
    assert "armv8, lkmm: use after free: kfree(p): holds before, violated after" in found.details


def test_a_wait_that_nothing_ends_any_more() -> None:
    body = (
        " void worker(struct c *c)\n {\n-\tset_current_state(TASK_INTERRUPTIBLE);\n-\tif (!READ_ONCE(c->todo))\n"
        "+\tif (!READ_ONCE(c->todo)) {\n+\t\tset_current_state(TASK_INTERRUPTIBLE);\n \t\tschedule();\n+\t}\n"
        " \t__set_current_state(TASK_RUNNING);\n }\n void queue(struct c *c)\n {\n \tWRITE_ONCE(c->todo, 1);\n"
        " \twake_up_process(c->task);\n }\n"
    )
    summary = change(checked(mail("Sleep less.", hunk("", body)))).summary
    assert summary.startswith(
        "lost wake-up: worker waits for c.todo: holds before; after, nothing that is shown ends it (armv8, lkmm)"
    )


def test_what_orders_may_be_on_a_line_that_only_the_other_side_has() -> None:
    body = (
        "-\tobject_lock(p->o);\n-\tstate = READ_ONCE(p->state);\n-\tobject_unlock(p->o);\n"
        "+\tstate = smp_load_acquire(&p->state);\n \tspin_lock(&p->lock);\n \tgo(READ_ONCE(p->head));\n"
        " \tspin_unlock(&p->lock);\n"
    )
    found = change(checked(mail("Order it.", hunk("static void start(struct s *p)", body))))
    assert found.summary == "what changes could not be decided"


@pytest.mark.parametrize(
    "problem", [Undecided("time ran out"), TypeError("argument 2: made by ctypes of another")]
)
def test_what_was_judged_before_time_was_over_is_told(
    problem: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = patches._Check.units

    def in_time(check: patches._Check, versions: Sequence[patches.Version]) -> list[UnitResult]:
        if check.group.threads == ("f1",):
            monkeypatch.setattr(Deadline, "is_over", lambda _: True)
            raise problem
        return units(check, versions)

    monkeypatch.setattr(patches._Check, "units", in_time)
    first, second, third = checked(publishers(3))
    assert {b.status for r in first.results for b in r.barriers} == {"unmatched"}
    assert {r.reason for r in second.results} == {OUT_OF_TIME}
    assert third.threads == ("f2",)
