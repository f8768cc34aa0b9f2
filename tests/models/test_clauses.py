"""Each clause of each model by itself: a test that it alone forbids, beside one that nothing does.

The verdicts are those of the clause's own text: the Arm ARM (B2.3), the RISC-V manual (rules 1 to 13), Herding
Cats (section 6) for Power, the kernel's tools/memory-model; the published model files say the same.
"""

from __future__ import annotations

import pytest

from tests.models.test_verdicts import assembly, flags, kernel, observation, r, w
from verifier.options import Options
from verifier.pipeline import litmus

NEVER, SOMETIMES = "Never", "Sometimes"
MP, LB = "exists (1:X2=1 /\\ 1:X3=0)", "exists (0:X2=1 /\\ 1:X2=1)"
A64 = "0:X0=x; 0:X1=y; 0:X7=z; 1:X0=x; 1:X1=y; 1:X7=z;"
PICK = "CMP W2,#1; CSEL W4,W5,W6,EQ"
INDEX = "EOR W4,W2,W2"
TO_Z = "LDR W8,[X7,W4,SXTW]"  # at an address that depends on the first read

# What stands between a read of the flag and one of the data, whose writer has a full barrier.
ARM_READERS = [
    ("", SOMETIMES),
    ("DMB LD", NEVER),
    ("DMB ISHLD", NEVER),
    ("DMB ST", SOMETIMES),
    ("DSB LD", NEVER),
    ("DSB SY", NEVER),
    ("DSB ST", SOMETIMES),
    ("ISB", SOMETIMES),
    (f"{INDEX}; {TO_Z}", SOMETIMES),
    (f"{INDEX}; {TO_Z}; ISB", NEVER),
    ("CBNZ W2,L; L: NOP", SOMETIMES),
    ("CBNZ W2,L; L: ISB", NEVER),
    (f"{PICK}; CBNZ W4,L; L: NOP", SOMETIMES),
    (f"{PICK}; CBNZ W4,L; L: ISB", NEVER),
    (f"{PICK}; EOR W4,W4,W4; {TO_Z}", SOMETIMES),
    (f"{PICK}; EOR W4,W4,W4; {TO_Z}; ISB", NEVER),
    # what depends on the flag and is stored is read again, by an acquire
    ("STR W2,[X7]; LDAR W5,[X7]", NEVER),
    (f"{INDEX}; STR W9,[X7,W4,SXTW]; LDAR W5,[X7]", NEVER),
    ("STR W9,[X7]; LDAR W5,[X7]", SOMETIMES),
    ("STR W2,[X7]; STR W9,[X7]; LDAR W5,[X7]", SOMETIMES),
]
# What stands between two writes, and what the second is; the reader has a full barrier.
ARM_WRITERS = [
    ("STR W2,[X1]", SOMETIMES),
    ("DMB ST; STR W2,[X1]", NEVER),
    ("DMB ISHST; STR W2,[X1]", NEVER),
    ("DMB LD; STR W2,[X1]", SOMETIMES),
    ("DSB ST; STR W2,[X1]", NEVER),
    ("DSB LD; STR W2,[X1]", SOMETIMES),
    ("DSB ISH; STR W2,[X1]", NEVER),
    ("STLR W2,[X1]", NEVER),
    ("SWPL W2,W4,[X1]", NEVER),
    ("SWP W2,W4,[X1]", SOMETIMES),
    ("SWPA W2,W4,[X1]", SOMETIMES),
    ("SWPAL W2,W4,[X7]; STR W2,[X1]", NEVER),
    ("SWPL W2,W4,[X7]; STR W2,[X1]", SOMETIMES),
]
# From a read to a write; the other thread has a full barrier.
STORE = "MOV W3,#1; STR W3,[X1]"
ARM_LOADS = [
    (STORE, SOMETIMES),
    ("EOR W3,W2,W2; ADD W3,W3,#1; STR W3,[X1]", NEVER),
    (f"{INDEX}; MOV W3,#1; STR W3,[X1,W4,SXTW]", NEVER),
    (f"CBNZ W2,L; L: {STORE}", NEVER),
    (f"{INDEX}; {TO_Z}; {STORE}", NEVER),
    (f"{PICK}; CBNZ W4,L; L: {STORE}", NEVER),
    (f"{PICK}; EOR W4,W4,W4; {TO_Z}; {STORE}", NEVER),
    (f"{PICK}; EOR W4,W4,W4; MOV W3,#1; STR W3,[X1,W4,SXTW]", NEVER),
    (f"DMB LD; {STORE}", NEVER),
    (f"DMB ST; {STORE}", SOMETIMES),
    (f"DSB LD; {STORE}", NEVER),
    (f"DSB ST; {STORE}", SOMETIMES),
    # through memory: what is stored at the address, or is the value, of a location that is read again
    ("STR W2,[X7]; LDR W5,[X7]; EOR W3,W5,W5; ADD W3,W3,#1; STR W3,[X1]", NEVER),
    (f"{INDEX}; MOV W5,#1; STR W5,[X7,W4,SXTW]; LDR W5,[X7]; EOR W3,W5,W5; ADD W3,W3,#1; STR W3,[X1]", NEVER),
    (f"STR W2,[X7]; {STORE}", SOMETIMES),
]


@pytest.mark.parametrize(("between", "expected"), ARM_READERS)
def test_armv8_from_read_to_read(between: str, expected: str) -> None:
    writer = "MOV W2,#1; STR W2,[X0]; DMB SY; STR W2,[X1]"
    reader = "; ".join(part for part in ("LDR W2,[X1]", between, "LDR W3,[X0]") if part)
    assert observation(assembly("AArch64", A64, [writer, reader], MP), "armv8") == expected


@pytest.mark.parametrize(("second", "expected"), ARM_WRITERS)
def test_armv8_from_write_to_write(second: str, expected: str) -> None:
    columns = [f"MOV W2,#1; STR W2,[X0]; {second}", "LDR W2,[X1]; DMB SY; LDR W3,[X0]"]
    assert observation(assembly("AArch64", A64, columns, MP), "armv8") == expected


@pytest.mark.parametrize(("rest", "expected"), ARM_LOADS)
def test_armv8_from_read_to_write(rest: str, expected: str) -> None:
    columns = [f"LDR W2,[X0]; {rest}", "LDR W2,[X1]; DMB SY; MOV W3,#1; STR W3,[X0]"]
    assert observation(assembly("AArch64", A64, columns, LB), "armv8") == expected


@pytest.mark.parametrize(
    ("middle", "expected"),
    [
        ("", SOMETIMES),
        ("DMB SY", NEVER),
        ("DMB LD", SOMETIMES),
        ("DMB ST", SOMETIMES),
        ("DSB SY", NEVER),
        ("DSB ST", NEVER),
        ("DSB LD", SOMETIMES),
        ("SWPAL W2,W4,[X7]", NEVER),
        ("SWPA W2,W4,[X7]", SOMETIMES),
    ],
)
def test_armv8_from_write_to_read(middle: str, expected: str) -> None:
    columns = [
        "; ".join(p for p in ("MOV W2,#1", f"STR W2,[{a}]", middle, f"LDR W3,[{b}]") if p)
        for a, b in (("X0", "X1"), ("X1", "X0"))
    ]
    assert observation(assembly("AArch64", A64, columns, "exists (0:X3=0 /\\ 1:X3=0)"), "armv8") == expected


def test_armv8_keeps_writes_of_one_location() -> None:
    columns = [
        "LDR W2,[X0]; STR W2,[X1]; MOV W3,#2; STR W3,[X1]",
        "LDR W2,[X1]; DMB SY; MOV W3,#1; STR W3,[X0]",
    ]
    assert observation(assembly("AArch64", A64, columns, "exists (0:X2=1 /\\ 1:X2=2)"), "armv8") == NEVER


RISCV = "0:x5=1; 0:x6=x; 0:x7=y; 0:x12=z; 1:x5=1; 1:x6=x; 1:x7=y; 1:x12=z;"
RISCV_MP, RISCV_LB = "exists (1:x8=1 /\\ 1:x9=0)", "exists (0:x8=1 /\\ 1:x8=1)"
SAME = "xor x10,x8,x8"
RISCV_READERS = [
    ("lw x8,0(x7)", SOMETIMES),
    ("lr.w.aq x8,(x7)", NEVER),
    ("lr.w x8,(x7)", SOMETIMES),
    ("amoor.w.aq x8,x0,(x7)", NEVER),
    ("amoor.w x8,x0,(x7)", SOMETIMES),
    ("amoor.w.rl x8,x0,(x7)", SOMETIMES),
    ("lw x8,0(x7); bne x8,x0,L; L: nop", SOMETIMES),
    (f"lw x8,0(x7); {SAME}; add x11,x12,x10; lw x13,0(x11)", SOMETIMES),
    ("lw x8,0(x7); fence r,r", NEVER),
    ("lw x8,0(x7); fence r,w", SOMETIMES),
    ("lw x8,0(x7); fence w,r", SOMETIMES),
    ("lw x8,0(x7); fence rw,r", NEVER),
    ("lw x8,0(x7); fence.tso", NEVER),
]
RISCV_WRITERS = [
    ("sw x5,0(x7)", SOMETIMES),
    ("amoswap.w.rl x0,x5,(x7)", NEVER),
    ("amoswap.w.aq x0,x5,(x7)", SOMETIMES),
    ("amoswap.w x0,x5,(x7)", SOMETIMES),
    ("fence w,w; sw x5,0(x7)", NEVER),
    ("fence w,rw; sw x5,0(x7)", NEVER),
    ("fence rw,w; sw x5,0(x7)", NEVER),
    ("fence r,w; sw x5,0(x7)", SOMETIMES),
    ("fence w,r; sw x5,0(x7)", SOMETIMES),
    ("fence.tso; sw x5,0(x7)", NEVER),
]
RISCV_LOADS = [
    ("sw x5,0(x7)", SOMETIMES),
    (f"{SAME}; ori x10,x10,1; sw x10,0(x7)", NEVER),
    (f"{SAME}; add x11,x7,x10; sw x5,0(x11)", NEVER),
    ("bne x8,x0,L; L: sw x5,0(x7)", NEVER),
    (f"{SAME}; add x11,x12,x10; lw x13,0(x11); sw x5,0(x7)", NEVER),
    ("sw x8,0(x12); lw x13,0(x12); xor x14,x13,x13; ori x14,x14,1; sw x14,0(x7)", NEVER),
    (
        f"{SAME}; add x11,x12,x10; sw x5,0(x11); lw x13,0(x12); xor x14,x13,x13; ori x14,x14,1; sw x14,0(x7)",
        NEVER,
    ),
    ("sw x8,0(x12); sw x5,0(x7)", SOMETIMES),
    ("fence r,w; sw x5,0(x7)", NEVER),
    ("fence r,r; sw x5,0(x7)", SOMETIMES),
    ("fence w,w; sw x5,0(x7)", SOMETIMES),
    ("fence r,rw; sw x5,0(x7)", NEVER),
    ("fence.tso; sw x5,0(x7)", NEVER),
]


@pytest.mark.parametrize(("first", "expected"), RISCV_READERS)
def test_riscv_from_read_to_read(first: str, expected: str) -> None:
    columns = ["sw x5,0(x6); fence rw,rw; sw x5,0(x7)", f"{first}; lw x9,0(x6)"]
    assert observation(assembly("RISCV", RISCV, columns, RISCV_MP), "riscv") == expected


@pytest.mark.parametrize(("second", "expected"), RISCV_WRITERS)
def test_riscv_from_write_to_write(second: str, expected: str) -> None:
    columns = [f"sw x5,0(x6); {second}", "lw x8,0(x7); fence rw,rw; lw x9,0(x6)"]
    assert observation(assembly("RISCV", RISCV, columns, RISCV_MP), "riscv") == expected


@pytest.mark.parametrize(("rest", "expected"), RISCV_LOADS)
def test_riscv_from_read_to_write(rest: str, expected: str) -> None:
    columns = [f"lw x8,0(x6); {rest}", "lw x8,0(x7); fence rw,rw; sw x5,0(x6)"]
    assert observation(assembly("RISCV", RISCV, columns, RISCV_LB), "riscv") == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("sw x5,0({})", "lw x8,0({})", SOMETIMES),
        ("amoswap.w.rl x0,x5,({})", "lr.w.aq x8,({})", NEVER),
        ("amoswap.w.rl x0,x5,({})", "lw x8,0({})", SOMETIMES),
        ("amoswap.w x0,x5,({})", "lr.w.aq x8,({})", SOMETIMES),
        ("amoswap.w.aq x0,x5,({})", "lw x8,0({})", NEVER),
        ("sw x5,0({}); fence w,r", "lw x8,0({})", NEVER),
        # what an atomic wrote is read by its own thread only when all see it
        ("amoswap.w x0,x5,({0}); lw x13,0({0}); xor x14,x13,x13", "add x14,x14,{0}; lw x8,0(x14)", NEVER),
        ("sw x5,0({0}); lw x13,0({0}); xor x14,x13,x13", "add x14,x14,{0}; lw x8,0(x14)", SOMETIMES),
        ("sw x5,0({}); fence rw,w", "lw x8,0({})", SOMETIMES),
        ("sw x5,0({}); fence r,r", "lw x8,0({})", SOMETIMES),
    ],
)
def test_riscv_from_write_to_read(first: str, second: str, expected: str) -> None:
    columns = [f"{first.format(a)}; {second.format(b)}" for a, b in (("x6", "x7"), ("x7", "x6"))]
    assert observation(assembly("RISCV", RISCV, columns, "exists (0:x8=0 /\\ 1:x8=0)"), "riscv") == expected


PPC = "0:r1=1; 0:r2=x; 0:r3=y; 1:r1=1; 1:r2=x; 1:r3=y;"
PPC_LB = "exists (0:r4=1 /\\ 1:r4=1)"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("stw r1,0(r3)", SOMETIMES),
        ("xor r6,r4,r4; addi r6,r6,1; stw r6,0(r3)", NEVER),
        ("xor r6,r4,r4; stwx r1,r6,r3", NEVER),
        ("cmpw r4,r1; beq L; L:; stw r1,0(r3)", NEVER),
        ("lwsync; stw r1,0(r3)", NEVER),
        ("eieio; stw r1,0(r3)", SOMETIMES),
    ],
)
def test_power_from_read_to_write(rest: str, expected: str) -> None:
    columns = [f"lwz r4,0(r2); {rest}", "lwz r4,0(r3); sync; stw r1,0(r2)"]
    assert observation(assembly("PPC", PPC, columns, PPC_LB), "power") == expected


def test_power_keeps_exclusive_pairs_whole() -> None:
    add = "lwarx r4,r0,r2; addi r4,r4,1; stwcx. r4,r0,r2; bne L{0}; li r7,1; L{0}:"
    text = assembly(
        "PPC", "0:r2=x; 1:r2=x;", [add.format(0), add.format(1)], "exists (x=1 /\\ 0:r7=1 /\\ 1:r7=1)"
    )
    assert observation(text, "power") == NEVER
    assert observation(text.replace("x=1", "x=2"), "power") == SOMETIMES


def test_power_reads_of_others_stay_behind_a_full_fence() -> None:
    """Its one irreflexive axiom, observation: the rest lets this pass."""
    columns = ["stw r1,0(r2); sync; stw r1,0(r3)", "lwz r4,0(r3); xor r6,r4,r4; lwzx r5,r6,r2"]
    for propagation in (True, False):
        text = assembly("PPC", PPC, columns, "exists (1:r4=1 /\\ 1:r5=0)")
        verdict = litmus("t.litmus", text.encode(), Options(models=("power",), propagation=propagation))
        assert verdict.outcome is not None
        assert verdict.outcome.observation == NEVER
        text = text.replace("1:r5=0", "1:r5=1")
        verdict = litmus("t.litmus", text.encode(), Options(models=("power",), propagation=propagation))
        assert verdict.outcome is not None
        assert verdict.outcome.observation == SOMETIMES


def race(first: str, second: str) -> bool:
    return "data-race" in flags(kernel(f"{first} | {second}", "exists (1:r1=1)"), "lkmm")


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        ("r0 = smp_load_acquire(y); if (r0) { r1 = *x; }", False),
        ("r0 = READ_ONCE(*y); smp_rmb(); if (r0) { r1 = *x; }", False),
        ("r0 = READ_ONCE(*y); if (r0) { r1 = *x; }", True),
        ("r0 = READ_ONCE(*y); smp_wmb(); if (r0) { r1 = *x; }", True),
        # a control dependency orders a plain write, an atomic operation that returns nothing no read
        ("r0 = READ_ONCE(*y); if (r0) { *x = 2; }", True),
        ("atomic_inc(y); smp_rmb(); r0 = READ_ONCE(*y); if (r0 == 2) { r1 = *x; }", True),
        ("atomic_inc(y); smp_mb__after_atomic(); r0 = READ_ONCE(*y); if (r0 == 2) { r1 = *x; }", False),
    ],
)
def test_races_of_plain_accesses(reader: str, expected: bool) -> None:
    assert race("*x = 1; smp_store_release(y, 1);", reader) == expected
    assert race("*x = 1; smp_wmb(); " + w("y"), reader) == expected
    assert race("*x = 1; " + w("y"), reader)
    assert race(r("r1", "x"), "*x = 1;")


@pytest.mark.parametrize(("publish", "expected"), [("smp_mb();", False), ("smp_wmb();", True), ("", True)])
def test_only_a_full_barrier_keeps_a_race_away_through_other_threads(publish: str, expected: bool) -> None:
    """`ww-vis` goes on over `xbstar` from a strong fence; the dependency in the middle is not cumulative."""
    writer = f"*x = 1; {publish} {w('y')}"
    middle, last = f"{r('r0', 'y')} WRITE_ONCE(*z, r0);", "r0 = smp_load_acquire(z); if (r0) { *x = 2; }"
    text = kernel(f"{writer} | {middle} | {last}", "exists (2:r0=1)")
    assert ("data-race" in flags(text, "lkmm")) == expected


def test_who_reads_its_own_write_early_makes_nothing_visible() -> None:
    """`vis` goes over `rfe`, and not over `rfi`.

    P0's release is executed before P2's write, by way of P1, and need not have got to P2. What P0 reads of it is
    forwarded, and leads through P1 back into P0's critical section, which P2 waits for: no way of the release.
    """
    section = "rcu_read_lock(); r0 = READ_ONCE(*z); r1 = READ_ONCE(*b); rcu_read_unlock();"
    forwarded = "smp_store_release(y, 1); r2 = READ_ONCE(*y); WRITE_ONCE(*c, r2);"
    threads = (
        f"{section} if (r0) {{ if (!r1) {{ *x = 1; }} }} {forwarded}",
        "r0 = READ_ONCE(*c); WRITE_ONCE(*z, r0); r1 = READ_ONCE(*y); WRITE_ONCE(*a, r1);",
        "WRITE_ONCE(*b, 1); synchronize_rcu(); r0 = READ_ONCE(*a); if (r0) { WRITE_ONCE(*x, 2); }",
    )
    text = kernel(" | ".join(threads), "exists (0:r0=1 /\\ 0:r1=0 /\\ x=2)")
    text = text.replace("int *z,", "int *z, int *a, int *b, int *c,")
    assert observation(text, "lkmm") == SOMETIMES
    assert flags(text, "lkmm") == {"data-race"}


MODELS = ("lkmm", "armv8", "riscv", "power", "tso", "sc")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("threads", "condition"),
    [
        (w("x") + w("x", 2), "exists ([x]=1)"),
        (w("x") + r("r0", "x"), "exists (0:r0=0)"),
        (r("r0", "x") + w("x"), "exists (0:r0=1)"),
        (w("x") + w("x", 2) + "|" + r("r0", "x") + r("r1", "x"), "exists (1:r0=2 /\\ 1:r1=1)"),
        (w("x") + "|" + r("r0", "x") + r("r1", "x"), "exists (1:r0=1 /\\ 1:r1=0)"),
        (w("x") + w("x", 2) + "|" + r("r0", "x") + w("x", 3), "exists (1:r0=2 /\\ [x]=1)"),
        (
            w("x") + "|" + w("x", 2) + r("r0", "x") + "|" + r("r0", "x") + r("r1", "x"),
            "exists (1:r0=1 /\\ 2:r0=1 /\\ 2:r1=2)",
        ),
        # nothing comes between the halves of an atomic operation
        ("atomic_inc(x); | atomic_inc(x);", "exists ([x]=1)"),
        ("r0 = xchg(x, 1); | " + w("x", 2), "exists (0:r0=2 /\\ [x]=2)"),
        ("r0 = cmpxchg(x, 0, 1); | r0 = cmpxchg(x, 0, 2);", "exists (0:r0=0 /\\ 1:r0=0)"),
    ],
)
def test_coherence_and_atomicity(threads: str, condition: str, model: str) -> None:
    assert observation(kernel(threads, condition), model) == NEVER


MP_C = "exists (1:r0=1 /\\ 1:r1=0)"
LKMM = [
    # a fence next to an atomic operation orders the operation as well
    (
        w("x") + "smp_mb__before_atomic(); atomic_inc(y); | " + r("r0", "y") + "smp_rmb();" + r("r1", "x"),
        MP_C,
        NEVER,
    ),
    (
        w("x") + "smp_mb__before_atomic();" + w("y") + " | " + r("r0", "y") + "smp_rmb();" + r("r1", "x"),
        MP_C,
        SOMETIMES,
    ),
    (w("x") + "atomic_inc(y); | " + r("r0", "y") + "smp_rmb();" + r("r1", "x"), MP_C, SOMETIMES),
    # a release reaches beyond the atomic operations that follow on it, of whatever thread
    (
        w("x")
        + "smp_store_release(y, 1); | atomic_inc(y); atomic_inc(y); | r0 = smp_load_acquire(y);"
        + r("r1", "x"),
        "exists (2:r0=3 /\\ 2:r1=0)",
        NEVER,
    ),
    (
        w("x") + w("y") + " | atomic_inc(y); atomic_inc(y); | r0 = smp_load_acquire(y);" + r("r1", "x"),
        "exists (2:r0=3 /\\ 2:r1=0)",
        SOMETIMES,
    ),
    # cumulativity: of what a thread has read, and from thread to thread
    (
        w("x") + " | " + r("r0", "x") + "smp_store_release(y, 1); | r0 = smp_load_acquire(y);" + r("r1", "x"),
        "exists (1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0)",
        NEVER,
    ),
    (
        w("x") + " | " + r("r0", "x") + "smp_wmb();" + w("y") + " | r0 = smp_load_acquire(y);" + r("r1", "x"),
        "exists (1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0)",
        SOMETIMES,
    ),
    (
        w("x")
        + "smp_store_release(y, 1); | "
        + r("r0", "y")
        + "smp_store_release(z, 1); | r0 = smp_load_acquire(z);"
        + r("r1", "x"),
        "exists (1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0)",
        NEVER,
    ),
    (
        w("x")
        + "smp_wmb();"
        + w("y")
        + " | "
        + r("r0", "y")
        + "smp_mb();"
        + w("z")
        + " | r0 = smp_load_acquire(z);"
        + r("r1", "x"),
        "exists (1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0)",
        NEVER,
    ),
    # what a thread wrote itself carries no dependency
    (
        w("x") + r("r0", "x") + "if (r0) {" + w("y") + "} | " + r("r0", "y") + "smp_rmb();" + r("r1", "x"),
        MP_C,
        SOMETIMES,
    ),
    (
        r("r0", "x")
        + w("x", 2)
        + r("r1", "x")
        + "WRITE_ONCE(*y, r1); | "
        + r("r0", "y")
        + "smp_mb();"
        + w("x"),
        "exists (0:r0=1 /\\ 1:r0=2)",
        SOMETIMES,
    ),
    # a grace period of SRCU is a full barrier, of one domain as of two threads
    (
        w("x")
        + "synchronize_srcu(s);"
        + r("r0", "y")
        + " | "
        + w("y")
        + "synchronize_srcu(s);"
        + r("r0", "x"),
        "exists (0:r0=0 /\\ 1:r0=0)",
        NEVER,
    ),
    (
        w("x") + "synchronize_rcu();" + r("r0", "y") + " | " + w("y") + "smp_mb();" + r("r0", "x"),
        "exists (0:r0=0 /\\ 1:r0=0)",
        NEVER,
    ),
    (
        w("x")
        + "rcu_read_lock(); rcu_read_unlock();"
        + r("r0", "y")
        + " | "
        + w("y")
        + "smp_mb();"
        + r("r0", "x"),
        "exists (0:r0=0 /\\ 1:r0=0)",
        SOMETIMES,
    ),
]


@pytest.mark.parametrize(("threads", "condition", "expected"), LKMM)
def test_the_kernels_model(threads: str, condition: str, expected: str) -> None:
    assert observation(kernel(threads, condition), "lkmm") == expected


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("*x = 1; " + w("x", 2), {"mixed-accesses"}),
        (w("x", 2) + "*x = 1;", {"mixed-accesses"}),
        ("*x = 1; barrier(); " + w("x", 2), set()),
        ("*x = 1; smp_rmb(); " + w("x", 2), set()),
        ("*x = 1; smp_wmb(); " + w("x", 2), set()),
        ("*x = 1; smp_mb(); " + w("x", 2), set()),
        ("*x = 1; smp_mb__before_atomic(); " + w("x", 2), set()),
        ("*x = 1; smp_mb__after_atomic(); " + w("x", 2), set()),
        ("*x = 1; synchronize_rcu(); " + w("x", 2), set()),
        ("*x = 1; synchronize_srcu(s); " + w("x", 2), set()),
        ("*x = 1; rcu_read_lock(); rcu_read_unlock(); " + w("x", 2), set()),
        ("*x = 1; smp_store_release(x, 2);", set()),
        ("r0 = smp_load_acquire(y); *x = 1; " + w("x", 2), {"mixed-accesses"}),
        ("spin_lock(l); spin_unlock(l); r0 = READ_ONCE(*l);", {"mixed-lock-accesses"}),
        ("spin_lock(l); WRITE_ONCE(*l, 0); spin_lock(l);", {"mixed-lock-accesses"}),
    ],
)
def test_flags_of_the_kernels_model(body: str, expected: set[str], model: str) -> None:
    """No processor knows of them."""
    assert flags(kernel(body, "exists (true)"), model) == (expected if model == "lkmm" else set())


SB_C, LB_C = "exists (0:r0=0 /\\ 1:r0=0)", "exists (0:r0=1 /\\ 1:r0=1)"
SECTION = "r2 = srcu_read_lock(s); srcu_read_unlock(s, r2);"


@pytest.mark.parametrize("model", ["armv8", "lkmm", "tso"])
@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ("smp_mb();", NEVER),
        ("synchronize_rcu();", NEVER),
        ("synchronize_srcu(s);", NEVER),
        (f"{SECTION} smp_mb__after_srcu_read_unlock();", NEVER),
        (SECTION, SOMETIMES),
        ("smp_mb__after_srcu_read_unlock();", SOMETIMES),
    ],
)
def test_full_barriers_between_any_two_accesses(between: str, expected: str, model: str) -> None:
    stored = w("x") + between + r("r0", "y") + " | " + w("y") + "smp_mb();" + r("r0", "x")
    loaded = r("r0", "x") + between + w("y") + " | " + r("r0", "y") + "smp_mb();" + w("x")
    assert observation(kernel(stored, SB_C), model) == expected
    assert observation(kernel(loaded, LB_C), model) == (NEVER if model == "tso" else expected)


@pytest.mark.parametrize("model", MODELS)
def test_who_has_the_lock_later_writes_later(model: str) -> None:
    first = f"spin_lock(l); {w('z')} {w('x')} spin_unlock(l);"
    second = f"spin_lock(l); {r('r0', 'z')} {w('x', 2)} spin_unlock(l);"
    assert observation(kernel(f"{first} | {second}", "exists (1:r0=1 /\\ [x]=1)"), model) == NEVER
    assert observation(kernel(f"{first} | {second}", "exists (1:r0=0 /\\ [x]=1)"), model) == SOMETIMES


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("spin_lock(l); spin_lock(l);", NEVER),
        ("spin_lock(l); spin_unlock(l); spin_lock(l);", "Always"),
        ("spin_lock(l); r0 = spin_trylock(l); spin_unlock(l);", "Always"),
        # not even where another thread gives the lock back
        ("spin_lock(l); spin_lock(l); spin_unlock(l); | spin_unlock(l);", NEVER),
    ],
)
def test_who_takes_a_lock_twice_gets_no_further(body: str, expected: str) -> None:
    assert observation(kernel(body, "exists (0:r0=0)"), "lkmm") == expected
