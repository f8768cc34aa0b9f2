"""What each model says of small litmus tests: verdicts that the literature gives, or a few lines derive."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier.options import Options
from verifier.pipeline import litmus


def observation(text: str, model: str) -> str:
    verdict = litmus("t.litmus", text.encode(), Options(models=(model,)))
    assert verdict.outcome is not None, verdict.reason
    return verdict.outcome.observation


def flags(text: str, model: str) -> set[str]:
    verdict = litmus("t.litmus", text.encode(), Options(models=(model,)))
    assert verdict.outcome is not None, verdict.reason
    return set(verdict.outcome.flags)


def kernel(threads: str, condition: str, initial: str = "") -> str:
    """A test in C: threads split by `|`, each on x, y, z, the spinlock l and the SRCU domain s."""
    names = {"x": "int *x", "y": "int *y", "z": "int *z", "l": "spinlock_t *l", "s": "struct srcu_struct *s"}
    text = f"C t\n\n{{{initial}}}\n\n"
    for i, body in enumerate(threads.split("|")):
        registers = "".join(f"int r{n}; " for n in range(3))
        text += f"P{i}({', '.join(names.values())})\n{{\n{registers}{body}\n}}\n\n"
    return text + condition


def assembly(head: str, initial: str, columns: list[str], condition: str) -> str:
    """A test in assembly: a column a thread, instructions split by `;`."""
    given = (i for i in initial.split(";") if i.strip() and int(i.split(":")[0]) < len(columns))
    initial = "".join(f"{i.strip()};" for i in given)
    rows = [[i.strip() for i in c.split(";")] for c in columns]
    height = max(len(r) for r in rows)
    lines = [" | ".join(r[k] if k < len(r) else "" for r in rows) + " ;" for k in range(height)]
    threads = " | ".join(f"P{i}" for i in range(len(columns)))
    return f"{head} t\n{{\n{initial}\n}}\n {threads} ;\n " + "\n ".join(lines) + f"\n{condition}\n"


W, R = "WRITE_ONCE(*{}, {});", "{} = READ_ONCE(*{});"


def w(place: str, value: int = 1) -> str:
    return W.format(place, value)


def r(register: str, place: str) -> str:
    return R.format(register, place)


LOCKED, UNLOCKED = "rcu_read_lock();", "rcu_read_unlock();"
MP, LB = "exists (1:r0=1 /\\ 1:r1=0)", "exists (0:r0=1 /\\ 1:r0=1)"
READER = LOCKED + r("r0", "x") + r("r1", "y") + UNLOCKED
LB_READER = LOCKED + r("r0", "x") + w("y") + UNLOCKED
SB = "exists (0:r0=0 /\\ 1:r0=0)"
TAKE, DROP = "r2 = srcu_read_lock(s);", "srcu_read_unlock(s, r2);"

# Grace periods: Alglave et al., ASPLOS 2018, section 4; McKenney, "Linux-kernel memory model", LWN 718628
RCU = [
    # what a section sees before and after a grace period
    ("{w_y} synchronize_rcu(); {w_x}", READER, MP, "Never"),
    ("{w_y} {w_x}", READER, MP, "Sometimes"),
    ("{w_y} synchronize_rcu(); {w_x}", r("r0", "x") + r("r1", "y"), MP, "Sometimes"),
    ("{r_y} synchronize_rcu(); {w_x}", LB_READER, LB, "Never"),
    # the section ends after the first access and starts before the second
    ("{r_y} synchronize_rcu(); {w_x}", LOCKED + r("r0", "x") + UNLOCKED + w("y"), LB, "Never"),
    ("{r_y} synchronize_rcu(); {w_x}", r("r0", "x") + LOCKED + w("y") + UNLOCKED, LB, "Never"),
    ("{r_y} synchronize_rcu(); {w_x}", LOCKED + UNLOCKED + r("r0", "x") + w("y"), LB, "Sometimes"),
    ("{r_y} synchronize_rcu(); {w_x}", r("r0", "x") + w("y") + LOCKED + UNLOCKED, LB, "Sometimes"),
    # sections in sections are one
    (
        "{r_y} synchronize_rcu(); {w_x}",
        LOCKED + LOCKED + r("r0", "x") + UNLOCKED + LOCKED + UNLOCKED + w("y") + UNLOCKED,
        LB,
        "Never",
    ),
    (
        "{r_y} synchronize_rcu(); {w_x}",
        LOCKED + LOCKED + UNLOCKED + UNLOCKED + r("r0", "x") + w("y"),
        LB,
        "Sometimes",
    ),
]


@pytest.mark.parametrize(("writer", "reader", "condition", "expected"), RCU)
def test_rcu(writer: str, reader: str, condition: str, expected: str) -> None:
    first = writer.format(w_x=w("x"), w_y=w("y"), r_y=r("r0", "y"))
    assert observation(kernel(f"{first} | {reader}", condition), "lkmm") == expected


@pytest.mark.parametrize(
    ("sections", "periods", "expected"), [(1, 1, "Never"), (2, 1, "Sometimes"), (2, 2, "Never")]
)
def test_a_cycle_needs_no_fewer_grace_periods_than_sections(
    sections: int, periods: int, expected: str
) -> None:
    """LB around sections and grace periods, which the published counting rule decides."""
    places = "xyza"[: sections + periods]
    threads, conditions = [], []
    for i in range(sections + periods):
        here, there = places[i], places[(i + 1) % len(places)]
        first, second = r("r0", here), w(there)
        is_section = i < sections
        body = f"{LOCKED}{first}{second}{UNLOCKED}" if is_section else f"{first}synchronize_rcu();{second}"
        threads.append(body)
        conditions.append(f"{i}:r0=1")
    condition = " /\\ ".join(conditions)
    text = kernel(" | ".join(threads), f"exists ({condition})")
    text = text.replace("int *z,", "int *z, int *a,")
    assert observation(text, "lkmm") == expected


def srcu_cycle(domain: str) -> str:
    one = f"{r('r0', 'y')} synchronize_srcu({domain}); {w('x')}"
    two = f"{TAKE} {r('r0', 'x')} {w('y')} {DROP}"
    text = kernel(f"{one} | {two}", LB)
    return text.replace("struct srcu_struct *s)", "struct srcu_struct *s, struct srcu_struct *t)")


def test_srcu_orders_within_its_domain() -> None:
    assert observation(srcu_cycle("s"), "lkmm") == "Never"
    assert observation(srcu_cycle("t"), "lkmm") == "Sometimes"


@pytest.mark.parametrize("wait", ["synchronize_rcu();", "synchronize_srcu(s);"])
@pytest.mark.parametrize(("lock", "unlock", "expected"), [(LOCKED, UNLOCKED, set()), ("", "", {"data-race"})])
def test_a_section_that_began_after_two_grace_periods_reads_no_stale_data(
    wait: str, lock: str, unlock: str, expected: set[str]
) -> None:
    """The first grace period comes after the data, the second before the flag that the section has seen."""
    threads = (
        f"*x = 1; {wait} {w('y')}",
        f"{r('r0', 'y')} synchronize_rcu(); WRITE_ONCE(*z, r0);",
        f"{lock} {r('r0', 'z')} if (r0) {{ r1 = *x; }} {unlock}",
    )
    assert flags(kernel(" | ".join(threads), "exists (2:r0=1)"), "lkmm") == expected


@pytest.mark.parametrize(
    ("body", "flag"),
    [
        (LOCKED, "unmatched-rcu-lock"),
        (LOCKED + LOCKED + UNLOCKED, "unmatched-rcu-lock"),
        (UNLOCKED + LOCKED + UNLOCKED, "unmatched-rcu-unlock"),
        (TAKE, "unmatched-srcu-lock"),
        (LOCKED + "synchronize_srcu(s);" + UNLOCKED, "invalid-sleep"),
        ("spin_unlock(l);", "unmatched-unlock"),
    ],
)
def test_flags(body: str, flag: str) -> None:
    assert flag in flags(kernel(f"{body} {w('x')}", "exists (x=1)"), "lkmm")


@pytest.mark.parametrize(
    "body",
    [
        LOCKED + LOCKED + UNLOCKED + UNLOCKED + LOCKED + UNLOCKED,
        TAKE + DROP,
        "synchronize_srcu(s);",
        "spin_lock(l);" + "spin_unlock(l);",
    ],
)
def test_no_flags(body: str) -> None:
    assert flags(kernel(f"{body} {w('x')}", "exists (x=1)"), "lkmm") == set()


CRITICAL = "spin_lock(l); {} spin_unlock(l);"


@pytest.mark.parametrize(
    ("threads", "condition", "expected"),
    [
        # sections of one lock follow each other, also for those who look on with a fence
        (
            CRITICAL.format(w("x") + w("y")) + " | " + CRITICAL.format(r("r0", "y") + r("r1", "x")),
            MP,
            "Never",
        ),
        (CRITICAL.format(w("x") + w("y")) + " | " + r("r0", "y") + r("r1", "x"), MP, "Sometimes"),
        # a lock is no full fence
        (
            w("x") + CRITICAL.format("") + r("r0", "y") + " | " + w("y") + "smp_mb();" + r("r0", "x"),
            SB,
            "Sometimes",
        ),
        (
            w("x") + "spin_lock(l); smp_mb__after_spinlock();" + r("r0", "y") + "spin_unlock(l);"
            " | " + w("y") + "smp_mb();" + r("r0", "x"),
            SB,
            "Never",
        ),
        # a second one in the same section never comes
        ("spin_lock(l); spin_lock(l);" + w("x"), "exists (x=1)", "Never"),
        # dependencies go through memory
        (
            r("r0", "x")
            + "*z = r0; r1 = *z;"
            + "WRITE_ONCE(*y, r1); | "
            + r("r0", "y")
            + "smp_mb();"
            + w("x"),
            LB,
            "Never",
        ),
    ],
)
def test_locks_and_dependencies(threads: str, condition: str, expected: str) -> None:
    assert observation(kernel(threads, condition), "lkmm") == expected


A64 = "0:X0=x; 0:X1=y; 1:X0=x; 1:X1=y;"
A64_WRITER = "MOV W2,#1; STR W2,[X0]; DMB SY; STR W2,[X1]"
A64_MP, A64_LB = "exists (1:X2=1 /\\ 1:X3=0)", "exists (0:X2=1 /\\ 1:X2=1)"


@pytest.mark.parametrize(
    ("columns", "condition", "expected"),
    [
        # what a conditional select picks is ordered before a write, as its address or its value …
        (
            [
                "LDR W2,[X0]; CMP W2,#0; CSEL W3,W4,W5,EQ; EOR W3,W3,W3; ADD W3,W3,#1; STR W3,[X1]",
                "LDR W2,[X1]; DMB SY; MOV W3,#1; STR W3,[X0]",
            ],
            A64_LB,
            "Never",
        ),
        # … but not before a read whose address it is, as a dependency is
        (
            [A64_WRITER, "LDR W2,[X1]; CMP W2,#0; CSEL W4,W5,W6,EQ; EOR W4,W4,W4; LDR W3,[X0,W4,SXTW]"],
            A64_MP,
            "Sometimes",
        ),
        ([A64_WRITER, "LDR W2,[X1]; EOR W4,W2,W2; LDR W3,[X0,W4,SXTW]"], A64_MP, "Never"),
        # acquire-pc orders like an acquire, but not after a release
        ([A64_WRITER, "LDAPR W2,[X1]; LDR W3,[X0]"], A64_MP, "Never"),
        (
            [
                "MOV W4,#1; STLR W4,[X0]; LDAPR W2,[X1]",
                "MOV W4,#1; STLR W4,[X1]; LDAPR W2,[X0]",
            ],
            "exists (0:X2=0 /\\ 1:X2=0)",
            "Sometimes",
        ),
        (
            ["MOV W4,#1; STLR W4,[X0]; LDAR W2,[X1]", "MOV W4,#1; STLR W4,[X1]; LDAR W2,[X0]"],
            "exists (0:X2=0 /\\ 1:X2=0)",
            "Never",
        ),
        # the sum that an atomic leaves in memory carries its read on
        (
            [
                "MOV W4,#1; LDADD W4,W2,[X0]; LDR W3,[X0]; STR W3,[X1]",
                "LDR W2,[X1]; DMB SY; MOV W3,#5; STR W3,[X0]",
            ],
            "exists (0:X2=5 /\\ 0:X3=6 /\\ 1:X2=6)",
            "Never",
        ),
        (
            [
                "MOV W4,#6; SWP W4,W2,[X0]; LDR W3,[X0]; STR W3,[X1]",
                "LDR W2,[X1]; DMB SY; MOV W3,#5; STR W3,[X0]",
            ],
            "exists (0:X2=5 /\\ 0:X3=6 /\\ 1:X2=6)",
            "Sometimes",
        ),
    ],
)
def test_armv8(columns: list[str], condition: str, expected: str) -> None:
    assert observation(assembly("AArch64", A64, columns, condition), "armv8") == expected


RISCV = "0:x5=1; 0:x6=x; 0:x7=y; 1:x5=1; 1:x6=x; 1:x7=y;"
RISCV_WRITER = "sw x5,0(x6); fence {}; sw x5,0(x7)"
RISCV_MP, RISCV_SB = "exists (1:x8=1 /\\ 1:x9=0)", "exists (0:x8=0 /\\ 1:x8=0)"
RISCV_SC = "lr.w x10,(x6); sc.w x11,x5,(x6); {}; sw x5,0({})"
RISCV_STORED = "exists (0:x11=0 /\\ 1:x8=1 /\\ 1:x9=0)"
RISCV_READER = "lw x8,0(x7); fence rw,rw; lw x9,0(x6)"


@pytest.mark.parametrize(
    ("columns", "condition", "expected"),
    [
        ([RISCV_WRITER.format("w,w"), "lw x8,0(x7); fence r,r; lw x9,0(x6)"], RISCV_MP, "Never"),
        ([RISCV_WRITER.format("rw,w"), "lw x8,0(x7); fence r,rw; lw x9,0(x6)"], RISCV_MP, "Never"),
        ([RISCV_WRITER.format("r,rw"), "lw x8,0(x7); fence r,r; lw x9,0(x6)"], RISCV_MP, "Sometimes"),
        ([RISCV_WRITER.format("w,w"), "lw x8,0(x7); fence w,rw; lw x9,0(x6)"], RISCV_MP, "Sometimes"),
        (
            [RISCV_WRITER.format("w,w"), "lw x8,0(x7); xor x10,x8,x8; add x10,x10,x6; lw x9,0(x10)"],
            RISCV_MP,
            "Never",
        ),
        (
            ["sw x5,0(x6); fence rw,rw; lw x8,0(x7)", "sw x5,0(x7); fence rw,rw; lw x8,0(x6)"],
            RISCV_SB,
            "Never",
        ),
        (
            ["sw x5,0(x6); fence.tso; lw x8,0(x7)", "sw x5,0(x7); fence.tso; lw x8,0(x6)"],
            RISCV_SB,
            "Sometimes",
        ),
        (
            ["sw x5,0(x6); fence w,r; lw x8,0(x7)", "sw x5,0(x7); fence w,r; lw x8,0(x6)"],
            RISCV_SB,
            "Never",
        ),
        ([RISCV_SC.format("nop", "x7"), RISCV_READER], RISCV_STORED, "Sometimes"),
        ([RISCV_SC.format("xor x12,x11,x11; add x12,x12,x7", "x12"), RISCV_READER], RISCV_STORED, "Never"),
        ([RISCV_SC.format("bne x11,x0,L", "x7") + "; L:", RISCV_READER], RISCV_STORED, "Never"),
    ],
)
def test_riscv(columns: list[str], condition: str, expected: str) -> None:
    assert observation(assembly("RISCV", RISCV, columns, condition), "riscv") == expected


PPC = "0:r1=1; 0:r2=x; 0:r3=y; 1:r1=1; 1:r2=x; 1:r3=y; 2:r2=x; 2:r3=y;"
PPC_MP = "exists (1:r4=1 /\\ 1:r5=0)"
PPC_2W = "exists (x=1 /\\ y=1)"


@pytest.mark.parametrize(
    ("columns", "condition", "expected"),
    [
        (["stw r1,0(r2); lwsync; stw r1,0(r3)", "lwz r4,0(r3); lwsync; lwz r5,0(r2)"], PPC_MP, "Never"),
        (["stw r1,0(r2); eieio; stw r1,0(r3)", "lwz r4,0(r3); lwsync; lwz r5,0(r2)"], PPC_MP, "Never"),
        (["stw r1,0(r2); lwsync; stw r1,0(r3)", "lwz r4,0(r3); eieio; lwz r5,0(r2)"], PPC_MP, "Sometimes"),
        (
            ["stw r1,0(r2); lwsync; stw r1,0(r3)", "lwz r4,0(r3); xor r6,r4,r4; lwzx r5,r6,r2"],
            PPC_MP,
            "Never",
        ),
        (
            ["stw r1,0(r2); lwsync; lwz r4,0(r3)", "stw r1,0(r3); lwsync; lwz r4,0(r2)"],
            "exists (0:r4=0 /\\ 1:r4=0)",
            "Sometimes",
        ),
        (
            ["stw r1,0(r2); sync; lwz r4,0(r3)", "stw r1,0(r3); sync; lwz r4,0(r2)"],
            "exists (0:r4=0 /\\ 1:r4=0)",
            "Never",
        ),
        # ctrl alone orders no reads, with isync it does
        (
            ["stw r1,0(r2); lwsync; stw r1,0(r3)", "lwz r4,0(r3); cmpw r4,r1; beq L; L:; lwz r5,0(r2)"],
            PPC_MP,
            "Sometimes",
        ),
        (
            [
                "stw r1,0(r2); lwsync; stw r1,0(r3)",
                "lwz r4,0(r3); cmpw r4,r1; beq L; L:; isync; lwz r5,0(r2)",
            ],
            PPC_MP,
            "Never",
        ),
        # a write that a thread has seen need not have reached the others
        (
            [
                "stw r1,0(r2)",
                "lwz r4,0(r2); xor r6,r4,r4; stwx r1,r6,r3",
                "lwz r4,0(r3); lwsync; lwz r5,0(r2)",
            ],
            "exists (1:r4=1 /\\ 2:r4=1 /\\ 2:r5=0)",
            "Sometimes",
        ),
        (
            ["stw r1,0(r2)", "lwz r4,0(r2); lwsync; stw r1,0(r3)", "lwz r4,0(r3); lwsync; lwz r5,0(r2)"],
            "exists (1:r4=1 /\\ 2:r4=1 /\\ 2:r5=0)",
            "Never",
        ),
    ],
)
def test_power(columns: list[str], condition: str, expected: str) -> None:
    assert observation(assembly("PPC", PPC, columns, condition), "power") == expected


X86_SB = "exists (0:rax=0 /\\ 1:rax=0)"


@pytest.mark.parametrize(
    ("columns", "condition", "expected"),
    [
        (["movl $1,(x); movl (y),%eax", "movl $1,(y); movl (x),%eax"], X86_SB, "Sometimes"),
        (["movl $1,(x); mfence; movl (y),%eax", "movl $1,(y); mfence; movl (x),%eax"], X86_SB, "Never"),
        (
            ["movl $1,(x); movl $1,(y)", "movl (y),%eax; movl (x),%ebx"],
            "exists (1:rax=1 /\\ 1:rbx=0)",
            "Never",
        ),
        (
            ["movl $1,%ebx; xchgl %ebx,(x); movl (y),%eax", "movl $1,%ebx; xchgl %ebx,(y); movl (x),%eax"],
            X86_SB,
            "Never",
        ),
    ],
)
def test_x86(columns: list[str], condition: str, expected: str) -> None:
    assert observation(assembly("X86_64", "", columns, condition), "tso") == expected


def test_sequential_consistency_is_for_each_architecture(tmp_path: Path) -> None:
    x86 = assembly("X86_64", "", ["movl $1,(x); movl (y),%eax", "movl $1,(y); movl (x),%eax"], X86_SB)
    assert observation(x86, "sc") == "Never"
    c = kernel(w("x") + r("r0", "y") + " | " + w("y") + r("r0", "x"), SB)
    assert observation(c, "sc") == "Never"
    assert observation(c, "lkmm") == "Sometimes"
