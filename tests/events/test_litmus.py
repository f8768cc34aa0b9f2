"""What a litmus test's operations become: events, syntactic dependencies, exclusives, constraints."""

from __future__ import annotations

import pytest

from verifier.events.build import build
from verifier.events.expression import FALSE, TRUE, Const
from verifier.events.graph import EventGraph
from verifier.events.logic import negation
from verifier.program.litmus.lower import lower_litmus
from verifier.source import Source
from verifier.syntax.litmus import parse_litmus


def graph(text: str, architecture: str) -> EventGraph:
    source = Source.whole("x.litmus", text)
    return build(lower_litmus(parse_litmus(source)), architecture, 2)


def aarch64(*instructions: str, start: str = "0:X1=x; 0:X3=y;") -> EventGraph:
    rows = "".join(f" {i} ;\n" for i in instructions)
    return graph(f"AArch64 t\n{{ {start} }}\n P0 ;\n{rows}exists (x=0 /\\ y=0)\n", "aarch64")


def c(*statements: str, architecture: str = "linux") -> EventGraph:
    body = " ".join(statements)
    text = f"C t\n{{ int *p=&x; }}\nP0(int *x, int *y, int **p, spinlock_t *s) {{ {body} }}\nexists (x=0)\n"
    return graph(text, architecture)


def dependencies(g: EventGraph) -> list[tuple[str, str, str]]:
    """Kind, first and last event of each dependency, events as kind and text."""
    return [(d.kind, g.events[d.start].text, g.events[d.end].text) for d in g.dependencies]


def test_a_dependency_is_one_of_the_text() -> None:
    g = aarch64("LDR W0,[X1]", "EOR W2,W0,W0", "ADD W2,W2,#1", "STR W2,[X3]")
    assert dependencies(g) == [("data", "LDR W0,[X1]", "STR W2,[X3]")]
    assert g.events[-1].value == Const(1)
    g = c("int r0 = READ_ONCE(*x);", "WRITE_ONCE(*y, 1 + (r0 ^ r0));")
    assert dependencies(g) == [("data", "READ_ONCE(*x)", "WRITE_ONCE(*y, 1 + (r0 ^ r0))")]


def test_control_reaches_past_the_branch_in_assembly_and_only_the_arms_in_c() -> None:
    g = aarch64("LDR W0,[X1]", "CBZ W0,L", "NOP", "L:", "STR W0,[X3]", "ISB")
    assert ("ctrl", "LDR W0,[X1]", "STR W0,[X3]") in dependencies(g)
    assert ("ctrl", "LDR W0,[X1]", "ISB") in dependencies(g)
    g = c("int r0 = READ_ONCE(*x);", "if (r0) WRITE_ONCE(*y, 1);", "WRITE_ONCE(*y, 2);")
    assert dependencies(g) == [("ctrl", "READ_ONCE(*x)", "WRITE_ONCE(*y, 1)")]


def test_a_select_makes_pick_dependencies() -> None:
    g = aarch64("LDR W0,[X1]", "LDR W4,[X1]", "CMP W0,#0", "CSEL W5,W4,W6,EQ", "STR W5,[X3]")
    kinds = {(d.kind, g.events[d.start].text, d.holds == TRUE) for d in g.dependencies}
    assert kinds == {("pick-data", "LDR W0,[X1]", True), ("data", "LDR W4,[X1]", False)}


def test_an_exclusive_store_needs_the_load_of_its_location() -> None:
    g = aarch64("LDXR W0,[X1]", "STXR W2,W4,[X1]")
    (pair,) = g.atomics
    assert (g.events[pair.read].kind, g.events[pair.write].kind, pair.kind) == ("R", "W", "lxsx")
    assert g.events[pair.write].executes not in (TRUE, FALSE)
    for other in (aarch64("LDXR W0,[X1]", "STXR W2,W4,[X3]"), aarch64("STXR W2,W4,[X1]")):
        assert other.atomics == ()
        assert all(e.kind != "W" or e.thread < 0 for e in other.events)
    twice = aarch64("LDXR W0,[X1]", "STXR W2,W4,[X1]", "STXR W5,W4,[X1]")
    assert len(twice.atomics) == 1


def test_what_a_store_conditional_says_depends_on_it_and_what_an_exclusive_store_says_does_not() -> None:
    text = (
        "RISCV t\n{ 0:x6=x; 0:x7=y; }\n P0 ;\n lr.w x5,(x6) ;\n sc.w x8,x9,(x6) ;\n xor x10,x8,x8 ;\n"
        " sw x10,0(x7) ;\n bne x8,x0,L ;\n L: ;\n lw x11,0(x7) ;\nexists (x=0 /\\ y=0)\n"
    )
    g, store = graph(text, "riscv"), "sc.w x8,x9,(x6)"
    assert dependencies(g) == [("data", store, "sw x10,0(x7)"), ("ctrl", store, "lw x11,0(x7)")]
    assert {g.events[d.start].kind for d in g.dependencies} == {"W"}
    assert dependencies(aarch64("LDXR W0,[X1]", "STXR W2,W4,[X1]", "EOR W5,W2,W2", "STR W5,[X3]")) == []


def test_an_exclusive_store_pairs_with_the_last_load_alone() -> None:
    g = aarch64("LDXR W0,[X1]", "CBZ W0,L", "LDXR W5,[X1]", "L:", "STXR W2,W4,[X1]")
    first, second = sorted(g.atomics, key=lambda a: a.read)
    assert first.write == second.write
    assert negation(first.holds) == second.holds
    apart = aarch64(
        "LDR W6,[X3]", "CBZ W6,L", "LDXR W5,[X1]", "B M", "L:", "LDXR W0,[X1]", "M:", "STXR W2,W4,[X1]"
    )
    assert apart.unmodelled == ()
    assert len(apart.atomics) == 2


def test_a_lock_that_is_never_had_is_not_considered() -> None:
    g = c("spin_lock(s);", "spin_unlock(s);")
    assert len(g.constraints) == 1
    assert [sorted(e.tags) for e in g.events if e.thread == 0] == [["LKR"], ["LKW"], ["UL"]]


def test_a_pointer_goes_to_what_it_may_hold() -> None:
    g = c("int *r0 = READ_ONCE(*p);", "int r1 = READ_ONCE(*r0);")
    reads = [e for e in g.events if e.text == "READ_ONCE(*r0)"]
    assert len(reads) >= 1
    assert {g.locations[e.location or 0] for e in reads} >= {"x"}
    assert [line for line, _ in g.escapes] == [3]
    assert ("addr", "READ_ONCE(*p)", "READ_ONCE(*r0)") in dependencies(g)


def test_fences_that_an_architecture_puts_around_an_access() -> None:
    g = c("int r0 = smp_load_acquire(x);", "int r1 = cmpxchg(y, 0, 1);", architecture="power")
    own = [(e.kind, sorted(e.tags)) for e in g.events if e.thread == 0]
    assert own[:2] == [("R", []), ("F", ["LWSYNC"])]
    fences = [e for e in g.events if e.kind == "F" and "cmpxchg" in e.text]
    assert len(fences) >= 2
    assert fences[-1].executes != TRUE
    assert {g.sources[e.source].name for e in fences if e.source is not None} == {"cmpxchg"}


def test_grace_periods_of_all_kinds_are_events_on_every_architecture() -> None:
    for architecture in ("linux", "aarch64", "riscv", "power", "x86"):
        graph = c("synchronize_srcu(s);", architecture=architecture)
        assert graph.unmodelled == ()
        assert ["Sync-srcu" in e.tags for e in graph.events if e.kind == "F"] == [True]


@pytest.mark.parametrize(
    ("way", "is_origin"),
    [
        ("if (r1) { r0 = READ_ONCE(*x); }", True),
        ("if (r1) { r2 = 0; } else { r0 = READ_ONCE(*x); }", True),
        ("if (r1) { r0 = READ_ONCE(*x); r0 = 1; }", False),
        ("if (r1) { r0 = 1; } else { r0 = READ_ONCE(*x); }", True),
        ("r0 = READ_ONCE(*x); if (r1) { r2 = 0; } else { r2 = 1; }", True),
    ],
)
def test_a_value_that_one_way_brings_is_a_dependency(way: str, is_origin: bool) -> None:
    g = c("int r1 = READ_ONCE(*y); int r0 = 0; int r2;", way, "WRITE_ONCE(*y, r0);")
    assert (("data", "READ_ONCE(*x)", "WRITE_ONCE(*y, r0)") in dependencies(g)) == is_origin
