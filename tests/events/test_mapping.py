"""kernel/mapping.toml against assembly: a primitive has the events that the instructions have it compiles to.

The instructions are those of arch/*/include/asm (barrier.h, atomic.h, cmpxchg.h); their events come of the front ends
for assembly, which know nothing of the table.
"""

from __future__ import annotations

import pytest

from tests.models.test_verdicts import assembly, kernel
from tests.programs import event_graph
from verifier.cat.load import load
from verifier.decide import architecture
from verifier.events.build import build
from verifier.events.graph import EventGraph
from verifier.program.litmus.lower import lower_litmus
from verifier.source import Source
from verifier.syntax.litmus import parse_litmus

Shown = list[tuple[str, tuple[str, ...]]]


def events(text: str, model: str) -> tuple[Shown, list[str]]:
    """Kind and tags of the events of a test's one thread, in program order, and how its pairs are tied; a fence
    without a tag is no instruction."""
    program = lower_litmus(parse_litmus(Source.whole("t.litmus", text)))
    return _shown(build(program, architecture(program, load(model)), 2))


def _shown(graph: EventGraph) -> tuple[Shown, list[str]]:
    shown = [
        (e.kind, tuple(sorted(e.tags))) for e in graph.events if e.thread >= 0 and (e.tags or e.kind != "F")
    ]
    return shown, sorted(a.kind for a in graph.atomics)


HEADS = {
    "armv8": ("AArch64", "0:X0=x;"),
    "riscv": ("RISCV", "0:x6=x; 0:x5=1;"),
    "power": ("PPC", "0:r2=x; 0:r1=1;"),
    "tso": ("X86_64", ""),
}
ARM = {
    "READ_ONCE": "LDR W2,[X0]",
    "acquire": "LDAR W2,[X0]",
    "WRITE_ONCE": "STR W2,[X0]",
    "release": "STLR W2,[X0]",
    "mb": "DMB ISH",
    "rmb": "DMB ISHLD",
    "wmb": "DMB ISHST",
    "xchg": "SWPAL W2,W3,[X0]",
    "xchg_acquire": "SWPA W2,W3,[X0]",
    "xchg_release": "SWPL W2,W3,[X0]",
    "xchg_relaxed": "SWP W2,W3,[X0]",
    "inc": "STADD W2,[X0]",
    "before": "DMB ISH",
    "after": "DMB ISH",
    "cmpxchg": "CASAL W2,W3,[X0]",
    "cmpxchg_acquire": "CASA W2,W3,[X0]",
    "cmpxchg_release": "CASL W2,W3,[X0]",
    "cmpxchg_relaxed": "CAS W2,W3,[X0]",
    "lock": "SWPA W2,W3,[X0]",
    "unlock": "STLR W2,[X0]",
}
AMO, AMO_AQRL = "amoswap.w x7,x5,(x6)", "amoswap.w.aq.rl x7,x5,(x6)"
RISCV = {
    "READ_ONCE": "lw x7,0(x6)",
    "acquire": "lw x7,0(x6); fence r,rw",
    "WRITE_ONCE": "sw x5,0(x6)",
    "release": "fence rw,w; sw x5,0(x6)",
    "mb": "fence rw,rw",
    "rmb": "fence r,r",
    "wmb": "fence w,w",
    "xchg": AMO_AQRL,
    "xchg_acquire": f"{AMO}; fence r,rw",
    "xchg_release": f"fence rw,w; {AMO}",
    "xchg_relaxed": AMO,
    "inc": "amoadd.w x0,x5,(x6)",
    "before": "fence rw,rw",
    "after": "fence rw,rw",
    "cmpxchg": "lr.w x7,(x6); sc.w.rl x8,x5,(x6); fence rw,rw",
    "cmpxchg_acquire": "lr.w x7,(x6); sc.w x8,x5,(x6); fence r,rw",
    "cmpxchg_release": "fence rw,w; lr.w x7,(x6); sc.w x8,x5,(x6)",
    "cmpxchg_relaxed": "lr.w x7,(x6); sc.w x8,x5,(x6)",
    "lock": AMO_AQRL,
    "unlock": "fence rw,w; sw x5,0(x6)",
}
PAIR = "lwarx r4,r0,r2; stwcx. r1,r0,r2"
POWER = {
    "READ_ONCE": "lwz r4,0(r2)",
    "acquire": "lwz r4,0(r2); lwsync",
    "WRITE_ONCE": "stw r1,0(r2)",
    "release": "lwsync; stw r1,0(r2)",
    "mb": "sync",
    "rmb": "lwsync",
    "wmb": "lwsync",
    "xchg": f"sync; {PAIR}; sync",
    "xchg_acquire": f"{PAIR}; lwsync",
    "xchg_release": f"lwsync; {PAIR}",
    "xchg_relaxed": PAIR,
    "inc": PAIR,
    "before": "sync",
    "after": "sync",
    "cmpxchg": f"sync; {PAIR}; sync",
    "cmpxchg_acquire": f"{PAIR}; lwsync",
    "cmpxchg_release": f"lwsync; {PAIR}",
    "cmpxchg_relaxed": PAIR,
    "lock": f"{PAIR}; lwsync",
    "unlock": "lwsync; stw r1,0(r2)",
}
# A cmpxchg is not here: that the kernel's has a LOCK where it fails is not relied on.
X86 = {
    "READ_ONCE": "movl (x),%eax",
    "acquire": "movl (x),%eax",
    "WRITE_ONCE": "movl $1,(x)",
    "release": "movl $1,(x)",
    "mb": "mfence",
    "rmb": "",
    "wmb": "",
    "xchg": "xchgl %eax,(x)",
    "xchg_acquire": "xchgl %eax,(x)",
    "xchg_release": "xchgl %eax,(x)",
    "xchg_relaxed": "xchgl %eax,(x)",
    "inc": "lock incl (x)",
    "before": "",
    "after": "",
    "lock": "xchgl %eax,(x)",
    "unlock": "movl $1,(x)",
}
KERNEL = {
    "READ_ONCE": "r0 = READ_ONCE(*x);",
    "acquire": "r0 = smp_load_acquire(x);",
    "WRITE_ONCE": "WRITE_ONCE(*x, 1);",
    "release": "smp_store_release(x, 1);",
    "mb": "smp_mb();",
    "rmb": "smp_rmb();",
    "wmb": "smp_wmb();",
    "xchg": "r0 = xchg(x, 1);",
    "xchg_acquire": "r0 = xchg_acquire(x, 1);",
    "xchg_release": "r0 = xchg_release(x, 1);",
    "xchg_relaxed": "r0 = xchg_relaxed(x, 1);",
    "inc": "atomic_inc(x);",
    "before": "smp_mb__before_atomic();",
    "after": "smp_mb__after_atomic();",
    "cmpxchg": "r0 = cmpxchg(x, 0, 1);",
    "cmpxchg_acquire": "r0 = cmpxchg_acquire(x, 0, 1);",
    "cmpxchg_release": "r0 = cmpxchg_release(x, 0, 1);",
    "cmpxchg_relaxed": "r0 = cmpxchg_relaxed(x, 0, 1);",
    "lock": "spin_lock(l);",
    "unlock": "spin_unlock(l);",
}
COMPILED = {"armv8": ARM, "riscv": RISCV, "power": POWER, "tso": X86}


@pytest.mark.parametrize(
    ("model", "name"), [(model, name) for model, rows in COMPILED.items() for name in rows]
)
def test_a_primitive_has_the_events_of_its_instructions(model: str, name: str) -> None:
    isa, initial = HEADS[model]
    last = "exists (true)"
    ours = events(kernel(f"r1 = READ_ONCE(*x); {KERNEL[name]}", last), model)
    column = "; ".join(part for part in (COMPILED[model]["READ_ONCE"], COMPILED[model][name]) if part)
    assert ours == events(assembly(isa, initial, [column], last), model)


@pytest.mark.parametrize("model", COMPILED)
@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("down_read(&sem)", "xchg_acquire"),
        ("up_read(&sem)", "xchg_release"),
        ("bit_spin_unlock(0, &word)", "xchg_release"),
    ],
)
def test_locks_that_count_or_share_a_word_are_atomic_operations(call: str, name: str, model: str) -> None:
    """kernel/locking/rwsem.c and include/linux/bit_spinlock.h: what they do to the word is no matter of the events."""
    text = f"struct rw_semaphore sem; unsigned long word;\nvoid f(void) {{ {call}; }}\n"
    isa, initial = HEADS[model]
    same = assembly(isa, initial, [COMPILED[model][name]], "exists (true)")
    assert _shown(event_graph(text, load(model).architecture)) == events(same, model)


@pytest.mark.parametrize("model", COMPILED)
@pytest.mark.parametrize(
    ("call", "tag"), [("synchronize_rcu();", "Sync-rcu"), ("synchronize_srcu(s);", "Sync-srcu")]
)
def test_a_grace_period_is_a_full_barrier_besides(call: str, tag: str, model: str) -> None:
    """The axiom of models/rcu.cat orders as much by itself; a user's model with a weaker one has the fence."""
    ours, _ = events(kernel(call, "exists (true)"), model)
    ((kind, tags),), _ = events(kernel("smp_mb();", "exists (true)"), model)
    assert ours == [(kind, tuple(sorted((*tags, tag))))]
