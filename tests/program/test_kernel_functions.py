"""What functions of the kernel do: values and locks where nobody else is there, and how wake-ups meet sleepers."""

from __future__ import annotations

import pytest

from tests.properties.test_check import properties

DECLARED = """
struct completion c; refcount_t r = REFCOUNT_INIT(2); atomic_t a = ATOMIC_INIT(2); spinlock_t l; struct mutex m;
struct kref k; seqcount_t s; seqlock_t sl; struct wait_queue_head wq; struct swait_queue_head q; int gone;
struct hlist_head h; struct hlist_node n;
void release(struct kref *kref) { WRITE_ONCE(gone, 1); }
"""
FREE = "BUG_ON(spin_is_locked(&l));"


@pytest.mark.parametrize(
    "body",
    [
        # kernel/sched/completion.c: a count; complete_all() sets it to what nothing takes away
        """init_completion(&c);
        BUG_ON(completion_done(&c) || try_wait_for_completion(&c));
        complete(&c); complete(&c);
        BUG_ON(!completion_done(&c));
        BUG_ON(!try_wait_for_completion(&c)); wait_for_completion(&c);
        BUG_ON(completion_done(&c));""",
        """complete(&c);
        BUG_ON(!wait_for_completion_timeout(&c, 1));
        BUG_ON(completion_done(&c));""",
        """complete_all(&c);
        BUG_ON(!try_wait_for_completion(&c)); wait_for_completion(&c); BUG_ON(!wait_for_completion_timeout(&c, 1));
        BUG_ON(!completion_done(&c));
        reinit_completion(&c);
        BUG_ON(completion_done(&c));""",
        # lib/refcount.c: the lock is held where the last reference is gone
        *(
            f"""BUG_ON({call}); {FREE} BUG_ON(!{call}); BUG_ON(!spin_is_locked(&l));
            {unlock}; {FREE}"""
            for call, unlock in (
                ("refcount_dec_and_lock(&r, &l)", "spin_unlock(&l)"),
                ("refcount_dec_and_lock_irqsave(&r, &l, &flags)", "spin_unlock_irqrestore(&l, flags)"),
                ("atomic_dec_and_lock(&a, &l)", "spin_unlock(&l)"),
            )
        ),
        *(
            f"""BUG_ON({call}); mutex_lock(&m); mutex_unlock(&m); BUG_ON(!{call}); BUG_ON(!mutex_is_locked(&m));
            mutex_unlock(&m);"""
            for call in ("refcount_dec_and_mutex_lock(&r, &m)", "atomic_dec_and_mutex_lock(&a, &m)")
        ),
        # include/linux/kref.h
        *(
            f"""kref_init(&k); kref_get(&k); BUG_ON(kref_read(&k) != 2);
            BUG_ON({call}); BUG_ON(gone); BUG_ON(!{call}); BUG_ON(!gone); BUG_ON(kref_get_unless_zero(&k));"""
            for call in (
                "kref_put(&k, release)",
                "kref_put_lock(&k, release, &l)",
                "kref_put_mutex(&k, release, &m)",
            )
        ),
        # include/linux/seqlock.h: odd while a writer is at it
        """write_seqcount_begin(&s); BUG_ON(s.sequence != 1); write_seqcount_end(&s); BUG_ON(s.sequence != 2);
        raw_write_seqcount_latch(&s); BUG_ON(s.sequence != 3);""",
        "raw_write_seqcount_barrier(&s); BUG_ON(s.sequence != 2);",
        "raw_write_seqcount_begin(&s); raw_write_seqcount_end(&s); BUG_ON(s.sequence != 2);",
        """write_seqcount_invalidate(&s); BUG_ON(s.sequence != 2);
        BUG_ON(read_seqcount_begin(&s) != 2); BUG_ON(read_seqcount_retry(&s, 2) || !read_seqcount_retry(&s, 0));""",
        *(
            f"write_seqlock{kind}(&sl{more}); BUG_ON(!spin_is_locked(&sl.lock)); write_sequnlock{end}(&sl{more});"
            "BUG_ON(read_seqbegin(&sl) != 2 || !read_seqretry(&sl, 0)); BUG_ON(spin_is_locked(&sl.lock));"
            for kind, end, more in (
                ("", "", ""),
                ("_bh", "_bh", ""),
                ("_irq", "_irq", ""),
                ("_irqsave", "_irqrestore", ", flags"),
            )
        ),
        # include/linux/wait.h
        """BUG_ON(waitqueue_active(&wq) || wq_has_sleeper(&wq));
        add_wait_queue(&wq, 0); BUG_ON(!waitqueue_active(&wq) || !wq_has_sleeper(&wq));
        remove_wait_queue(&wq, 0); BUG_ON(waitqueue_active(&wq));
        wake_up(&wq); wake_up_all(&wq); BUG_ON(waitqueue_active(&wq));""",
        """prepare_to_wait(&wq, 0, TASK_INTERRUPTIBLE); BUG_ON(!waitqueue_active(&wq)); wake_up(&wq);
        finish_wait(&wq, 0); BUG_ON(waitqueue_active(&wq)); wake_up(&wq);""",
        *(
            f"""prepare_to_swait_exclusive(&q, 0, TASK_INTERRUPTIBLE); BUG_ON(!swq_has_sleeper(&q)); {wake}(&q);
            finish_swait(&q, 0); BUG_ON(swait_active(&q)); {wake}(&q); {wake}(&q);"""
            for wake in ("swake_up_one", "swake_up_all")
        ),
        # kernel/sched/core.c
        *(
            f"""/* mbpair: kernel {version} */ set_current_state(TASK_INTERRUPTIBLE); BUG_ON(!wake_up_process(current));
            BUG_ON(READ_ONCE(current->state) != TASK_RUNNING); BUG_ON(wake_up_process(current));
            BUG_ON(raw_spin_is_locked(&current->pi_lock));"""
            for version in ("4.13", "4.14")
        ),
        # include/linux/list.h
        """INIT_HLIST_HEAD(&h); hlist_add_head_rcu(&n, &h); BUG_ON(hlist_empty(&h) || hlist_unhashed(&n));
        hlist_del_init_rcu(&n); BUG_ON(!hlist_empty(&h)); BUG_ON(!hlist_unhashed(&n));""",
    ],
    # names that say what is called: a fault that is planted there is looked for by these first
    ids=lambda body: " ".join(body.split()),
)
def test_what_is_done(body: str) -> None:
    """Each assertion holds, and fails where it is turned round; and nothing waits for what nobody gives."""
    text = f"{DECLARED}void f(void)\n{{\n\tunsigned long flags;\n{body}\n}}\n"
    found = properties(text)
    assert {p.status for p in found} == {"holds"}, [(p.kind, p.line, p.text, p.reason) for p in found]
    assert len(found) >= body.count("BUG_ON")


SLEEPERS = """struct wait_queue_head wq; struct swait_queue_head q; struct rcuwait w; int x;
void waker(void) {{ WRITE_ONCE(x, 1); {} }}
void sleeper(void) {{ {} }}
"""


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
@pytest.mark.parametrize(
    ("asks", "sleeps", "is_ordered"),
    [
        ("int a = wq_has_sleeper(&wq);", "add_wait_queue(&wq, 0);", True),
        ("int a = waitqueue_active(&wq);", "add_wait_queue(&wq, 0);", False),
        ("int a = swq_has_sleeper(&q);", "prepare_to_swait_exclusive(&q, 0, TASK_INTERRUPTIBLE);", True),
        ("int a = swait_active(&q);", "prepare_to_swait_exclusive(&q, 0, TASK_INTERRUPTIBLE);", False),
    ],
)
def test_whether_somebody_sleeps(asks: str, sleeps: str, is_ordered: bool, model: str) -> None:
    """include/linux/wait.h: wq_has_sleeper() has the full barrier that waitqueue_active() wants beside it."""
    text = SLEEPERS.format(asks, f"{sleeps} smp_mb(); int b = READ_ONCE(x);")
    (found,) = properties(f"{text}exists (waker:a == 0 && sleeper:b == 0)\n", model)
    assert found.status == ("violated" if is_ordered else "holds")


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
@pytest.mark.parametrize(
    ("wakes", "sleeps", "is_lost"),
    [
        ("rcuwait_wake_up(&w);", "rcuwait_wait_event(&w, READ_ONCE(x), TASK_UNINTERRUPTIBLE);", False),
        ("swake_up_one(&q);", "swait_event_exclusive(q, READ_ONCE(x));", False),
        ("if (swait_active(&q)) swake_up_one(&q);", "swait_event_exclusive(q, READ_ONCE(x));", True),
        ("if (swq_has_sleeper(&q)) swake_up_one(&q);", "swait_event_exclusive(q, READ_ONCE(x));", False),
    ],
)
def test_whether_a_wake_up_is_lost(wakes: str, sleeps: str, is_lost: bool, model: str) -> None:
    found = properties(SLEEPERS.format(wakes, sleeps), model)
    assert [p.status for p in found if p.kind == "lost wake-up"] == ["violated" if is_lost else "holds"]


@pytest.mark.parametrize(
    ("kick", "expected"),
    [
        ("kvm_vcpu_wake_up(v)", {"lost wake-up": "holds"}),
        (
            "BUG_ON(kvm_vcpu_wake_up(v) && !READ_ONCE(v->ready))",
            {"lost wake-up": "holds", "assertion": "holds"},
        ),
        ("BUG_ON(kvm_vcpu_wake_up(v))", {"lost wake-up": "holds", "assertion": "violated"}),
        ("BUG_ON(!kvm_vcpu_wake_up(v))", {"lost wake-up": "holds", "assertion": "violated"}),
        (
            "kvm_vcpu_kick(v); BUG_ON(READ_ONCE(v->mode) == 1)",
            {"lost wake-up": "holds", "assertion": "violated"},
        ),
    ],
)
def test_a_vcpu_that_sleeps_by_rcuwait_is_woken_or_told_to_exit(kick: str, expected: dict[str, str]) -> None:
    """Since 5.8 the wake-up says whether there was anybody."""
    text = (
        "struct kvm_vcpu { struct rcuwait wait; int flag, ready, mode; };\n"
        f"void kick(struct kvm_vcpu *v) {{ v->mode = IN_GUEST_MODE; WRITE_ONCE(v->flag, 1); {kick}; }}\n"
        "void sleep(struct kvm_vcpu *v)\n"
        "{ rcuwait_wait_event(&v->wait, READ_ONCE(v->flag), TASK_INTERRUPTIBLE); }\n"
    ).replace("mode) == 1", "mode) == EXITING_GUEST_MODE")
    assert {p.kind: p.status for p in properties(text, "lkmm")} == expected
