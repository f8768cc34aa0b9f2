"""What `check` says of litmus tests: partners, and what is missing in the test's own language."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pairing.verdict import BarrierVerdict, ModelResult, UnitResult
from verifier.pipeline import check
from verifier.report import text
from verifier.report.style import Style

FLAGS = {
    "AArch64": ("{\n0:X1=x; 0:X3=y;\n1:X1=x; 1:X3=y;\n}", "exists (1:X0=1)"),
    "X86_64": ("{\n}", "exists (0:rax=0)"),
    "RISCV": ("{\n0:x6=x; 0:x7=y;\n1:x6=x; 1:x7=y;\n}", "exists (1:x5=1)"),
    "PPC": ("{\n0:r2=x; 0:r4=y;\n1:r2=x; 1:r4=y;\n}", "exists (1:r1=1)"),
}


def assembly(isa: str, *columns: str) -> UnitResult:
    """A test of two columns, a line an instruction, from line 6 on."""
    initial, condition = FLAGS[isa]
    cells = [column.split("; ") for column in columns]
    height = max(map(len, cells))
    rows = [" | ".join(c[i] if i < len(c) else "" for c in cells) + " ;" for i in range(height)]
    whole = "\n".join([f"{isa} test", initial, "P0 | P1 ;", *rows, condition, ""])
    (unit,) = check("a.litmus", whole.encode(), Options())
    return unit


def kernel(
    *threads: str, models: tuple[str, ...] = ("lkmm",), parameters: str = "int *x, int *y"
) -> UnitResult:
    """A C test, whose bodies are written on one line each: from line 2 on."""
    bodies = [f"P{i}({parameters}) {{ {body} }}" for i, body in enumerate(threads)]
    whole = "\n".join(["C test", "{}", *bodies, "exists (x=7)", ""])
    (unit,) = check("a.litmus", whole.encode(), Options(models=models))
    return unit


def barrier(result: ModelResult, name: str) -> BarrierVerdict:
    return next(b for b in result.barriers if b.place.name == name)


def missing(unit: UnitResult, name: str) -> list[tuple[str, str, str]]:
    found = barrier(unit.results[0], name).missing
    return [(m.kind, m.barrier, m.thread) for m in found]


WRITER = "MOV W0,#1; STR W0,[X1]; DMB ISHST; STR W0,[X3]"


@pytest.mark.parametrize(
    ("load", "acquire"),
    [
        ("LDR W0,[X3]", "LDAR"),
        ("LDXR W0,[X3]", "LDAXR"),
        ("SWP W5,W0,[X3]", "SWPA"),
        ("LDADDL W5,W0,[X3]", "LDADDAL"),
        ("CAS W0,W5,[X3]", "CASA"),
    ],
)
def test_what_a_reader_of_aarch64_lacks(load: str, acquire: str) -> None:
    found = missing(assembly("AArch64", WRITER, f"{load}; LDR W2,[X1]"), "DMB ISHST")
    assert found == [("fence", "DMB ISHLD", "P1"), ("acquire", acquire, "P1")]


def test_a_read_without_a_register_needs_another_instruction() -> None:
    found = missing(assembly("AArch64", WRITER, "STADD W5,[X3]; LDR W2,[X1]"), "DMB ISHST")
    assert found == [("acquire", "LDADDA", "P1")]


@pytest.mark.parametrize(
    ("store", "release"),
    [
        ("STR W0,[X3]", "STLR"),
        ("STLXR W9,W0,[X3]", ""),
        ("SWPA W5,W0,[X3]", "SWPAL"),
        ("STADD W0,[X3]", "STADDL"),
    ],
)
def test_what_a_writer_of_aarch64_lacks(store: str, release: str) -> None:
    before = "LDXR W8,[X3]; " if "XR" in store else ""
    reader = "LDR W0,[X3]; DMB ISHLD; LDR W2,[X1]"
    unit = assembly("AArch64", f"MOV W0,#1; STR W0,[X1]; {before}{store}", reader)
    if release:
        assert missing(unit, "DMB ISHLD") == [("fence", "DMB ISHST", "P0"), ("release", release, "P0")]
    else:
        assert barrier(unit.results[0], "DMB ISHLD").status == "paired"


@pytest.mark.parametrize(
    ("isa", "writer", "reader", "name", "expected"),
    [
        ("X86_64", "movl $1,(x); movl (y),%eax", "movl $1,(y); mfence; movl (x),%eax", "MFENCE", "MFENCE"),
        (
            "RISCV",
            "ori x5,x0,1; sw x5,0(x6); lw x8,0(x7)",
            "sw x5,0(x7); fence rw,rw; lw x8,0(x6)",
            "fence rw,rw",
            "",
        ),
        (
            "PPC",
            "li r1,1; stw r1,0(r2); lwz r3,0(r4)",
            "li r1,1; stw r1,0(r4); sync; lwz r3,0(r2)",
            "sync",
            "sync",
        ),
    ],
)
def test_full_fences_of_other_instruction_sets(
    isa: str, writer: str, reader: str, name: str, expected: str
) -> None:
    found = missing(assembly(isa, writer, reader), name)
    assert found == [("fence", expected or name, "P0")]


def test_fixes_are_instructions() -> None:
    unit = assembly("AArch64", WRITER.replace("ISHST", "ISHLD"), "LDR W0,[X3]; DMB ISHLD; LDR W2,[X1]")
    report = text.render((unit,), Style(width=100))
    assert (
        "to fix: replace DMB ISHLD on line 9 by DMB ISHST in P0\n    or: use STLR for the write on line 10"
        in report
    )
    assert "smp_" not in report


def test_a_partner_on_the_same_line_is_named_with_its_thread() -> None:
    one, other = (
        "MOV W0,#1; STR W0,[X1]; DMB ISH; LDR W2,[X3]",
        "MOV W0,#1; STR W0,[X3]; DMB ISH; LDR W2,[X1]",
    )
    result = assembly("AArch64", one, other).results[0]
    assert [b.partners_text for b in result.barriers] == ["DMB ISH in P1 (line 9)", "DMB ISH in P0 (line 9)"]


LOCKS = "int *x, int *y, spinlock_t *s"
SECTIONS = (
    "spin_lock(s); WRITE_ONCE(*x, 1); spin_unlock(s); spin_lock(s); {} r0 = READ_ONCE(*y); spin_unlock(s);"
)
DEKKER = "WRITE_ONCE(*y, 1); smp_mb(); r0 = READ_ONCE(*x);"


def test_a_lock_goes_with_the_barrier_after_it() -> None:
    body = SECTIONS.format("smp_mb__after_spinlock();")
    result = kernel(body, DEKKER, parameters=LOCKS).results[0]
    partners = barrier(result, "smp_mb").partners_text
    assert partners == "spin_lock (line 3) with smp_mb__after_spinlock (line 3)"
    assert barrier(result, "smp_mb__after_spinlock").status == "paired"


def test_locks_get_no_verdict() -> None:
    body = "r0 = spin_trylock(s); r1 = spin_is_locked(s); if (r0) { r2 = READ_ONCE(*x); spin_unlock(s); }"
    result = kernel(SECTIONS.format(""), body, parameters=LOCKS).results[0]
    assert result.barriers == ()


def test_a_barrier_that_is_no_instruction_is_redundant_where_nothing_is_missing() -> None:
    body = SECTIONS.format("smp_mb__after_unlock_lock();")
    unit = kernel(body, DEKKER, models=("armv8", "lkmm"), parameters=LOCKS)
    found = [barrier(r, "smp_mb__after_unlock_lock").status for r in unit.results]
    assert found == ["redundant", "paired"]


PUBLISH = "WRITE_ONCE(*x, 1); synchronize_rcu(); WRITE_ONCE(*y, 1);"


@pytest.mark.parametrize(
    ("reads", "forbidden"),
    [
        ("r0 = READ_ONCE(*x); r1 = READ_ONCE(*y);", "P1 reads x = 0, then y = 1"),
        ("r0 = READ_ONCE(*y); r1 = READ_ONCE(*x);", "P1 reads y = 1, then x = 0"),
    ],
)
def test_a_grace_period_pairs_with_its_readers(reads: str, forbidden: str) -> None:
    result = kernel(PUBLISH, f"rcu_read_lock(); {reads} rcu_read_unlock();").results[0]
    (found,) = result.barriers
    assert (found.place.name, found.status, found.forbids) == ("synchronize_rcu", "paired", forbidden)
    assert found.partners_text == "rcu_read_lock (line 4) with rcu_read_unlock (line 4)"


def test_grace_periods_are_not_modelled_on_power() -> None:
    unit = kernel(PUBLISH, "r0 = READ_ONCE(*y); r1 = READ_ONCE(*x);", models=("power",))
    (result,) = unit.results
    assert (result.verdict, result.reason) == (
        "undecided",
        "not modelled: synchronize_rcu() under power (line 3)",
    )
    assert [b.status for b in result.barriers] == ["undecided"]


def test_a_litmus_test_has_no_callers() -> None:
    result = kernel("smp_store_release(x, 1); smp_mb();", "r0 = READ_ONCE(*x);").results[0]
    assert result.reason == "a barrier has no counterpart in the text"
    assert [b.hints for b in result.barriers] == [(), ()]
    assert "caller" not in "".join(b.reason for b in result.barriers)
