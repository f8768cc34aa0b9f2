"""Assembly litmus tests: instructions -> operations."""

from __future__ import annotations

import pytest

from verifier.errors import InputError
from verifier.options import Options
from verifier.pipeline import litmus
from verifier.program.litmus.lower import lower_litmus
from verifier.program.program import (
    Branch,
    Fence,
    FinalLocal,
    FinalLocation,
    Load,
    Local,
    Loop,
    Operation,
    Program,
    Rmw,
    Scope,
    Store,
    StoreExclusive,
    Value,
)
from verifier.report import herd
from verifier.source import Source
from verifier.syntax.litmus import parse_litmus

STATE = {
    "AArch64": "0:X1=x; 0:X2=y; uint64_t y; 0:X3=b; uint8_t b;",
    "X86_64": "0:rcx=x; uint64_t y;",
    "RISCV": "0:x6=x; 0:x8=y; uint64_t y;",
    "PPC": "0:r6=x; 0:r8=y; uint64_t y;",
}


def lower(text: str) -> Program:
    source = Source.whole("t.litmus", text)
    return lower_litmus(parse_litmus(source))


def program(isa: str, *instructions: str) -> Program:
    lines = "".join(f" {i} ;\n" for i in instructions)
    return lower(f"{isa} t\n{{ {STATE[isa]} }}\n P0 ;\n{lines}exists (x=0)\n")


def shown(v: Value | None) -> str:
    """A value in few words."""
    if v is None:
        return ""
    if isinstance(v, Local):
        return v.name
    arguments = getattr(v, "arguments", None)
    if arguments is None:
        return str(getattr(v, "value", "?"))
    return f"{v.operator}({','.join(shown(a) for a in arguments)})"  # type: ignore[union-attr]


def events(operations: tuple[Operation, ...]) -> list[str]:
    """The accesses and fences, in few words."""
    found = []
    for o in operations:
        match o:
            case Load():
                found.append(f"R{'x' if o.is_exclusive else ''} {o.address.path} [{o.order}]")
            case Store():
                found.append(f"W {o.address.path} [{o.order}] {shown(o.value)}")
            case StoreExclusive():
                found.append(f"Wx {o.address.path} [{o.order}] {shown(o.value)}")
            case Rmw():
                found.append(f"U {o.address.path} [{o.order}] {shown(o.new)} if {shown(o.succeeds)}")
            case Fence():
                found.append(f"F {o.kind} ({o.name})")
            case Scope() | Loop():
                found += events(o.body)
            case Branch():
                found += events((*o.then, *o.otherwise))
            case _:
                pass
    return found


@pytest.mark.parametrize(
    ("isa", "text", "expected"),
    [
        ("AArch64", "LDR W0,[X1]", "R x []"),
        ("AArch64", "LDAR W0,[X1]", "R x [A]"),
        ("AArch64", "LDAPR X0,[X2]", "R y [Q]"),
        ("AArch64", "LDAXR W0,[X1]", "Rx x [A EX]"),
        ("AArch64", "STLR W0,[X1]", "W x [L] X0"),
        ("AArch64", "STLXR W4,W0,[X1]", "Wx x [L EX] X0"),
        ("AArch64", "LDRB W0,[X3]", "R b []"),
        ("AArch64", "SWPAL W0,W4,[X1]", "U x [X A/X L] X0 if "),
        ("AArch64", "CAS W0,W4,[X1]", "U x [X/X] X4 if ==(cas#1,X0)"),
        ("AArch64", "LDSETA W0,W4,[X1]", "U x [X A/X] |(ldseta#1,X0) if "),
        ("AArch64", "LDEORA W0,WZR,[X1]", "U x [X NoRet/X] ^(ldeora#1,X0) if "),
        ("AArch64", "STCLRL W0,[X1]", "U x [X NoRet/X L] &(stclrl#1,~(X0)) if "),
        ("AArch64", "DMB ISHLD", "F DMB.ISHLD (DMB ISHLD)"),
        ("AArch64", "dsb sy", "F DSB.SY (DSB SY)"),
        ("AArch64", "ISB", "F ISB (ISB)"),
        ("X86_64", "movl $1,(x)", "W x [] 1"),
        ("X86_64", "movl (%rcx),%eax", "R x []"),
        ("X86_64", "xchgl %eax,(x)", "U x [X/X] rax if "),
        ("X86_64", "lock orl $1,(x)", "U x [X/X] |(orl#1,1) if "),
        ("X86_64", "lock cmpxchgq %rbx,(y)", "U y [X/X] rbx if ==(cmpxchgq#1,rax)"),
        ("X86_64", "mfence", "F MFENCE (MFENCE)"),
        ("RISCV", "lw x5,0(x6)", "R x []"),
        ("RISCV", "lr.w.aq x5,(x6)", "Rx x [EX Acq]"),
        ("RISCV", "sc.d.rl x7,x5,(x8)", "Wx y [EX Rel] x5"),
        ("RISCV", "amoswap.d.aq.rl x5,x7,(x8)", "U y [X AcqRel/X AcqRel] x7 if "),
        ("RISCV", "fence r,rw", "F Fence.r.rw (fence r,rw)"),
        ("RISCV", "fence.tso", "F Fence.tso (fence.tso)"),
        ("PPC", "lwz r5,0(r6)", "R x []"),
        ("PPC", "std r5,0(r8)", "W y [] r5"),
        ("PPC", "stdx r5,r0,r8", "W y [] r5"),
        ("PPC", "lwsync", "F LWSYNC (lwsync)"),
    ],
)
def test_one_event(isa: str, text: str, expected: str) -> None:
    assert events(program(isa, text).threads[0].body) == [expected]


def test_dependencies_are_not_simplified_away() -> None:
    body = program("AArch64", "LDR W0,[X1]", "EOR W4,W0,W0", "LDR X5,[X2,W4,SXTW]").threads[0].body
    last = [o for o in body if isinstance(o, Load)][-1]
    assert last.address.is_computed
    assert shown(last.address.pointer) == "+(X2,X4)"


def test_jumps_become_scopes_and_loops() -> None:
    forward = program("AArch64", "CBZ W0,L", "STR W0,[X1]", "L:", "STR W4,[X1]").threads[0].body
    (scope,) = (o for o in forward if isinstance(o, Scope))
    assert events((scope,)) == ["W x [] X0"]
    backward = program("AArch64", "L:", "LDR W0,[X1]", "CBNZ W0,L", "STR W0,[X1]").threads[0].body
    (scope,) = (o for o in backward if isinstance(o, Scope))
    assert isinstance(scope.body[0], Loop)
    assert events((scope,)) == ["R x []"]


def test_what_herd7_would_show() -> None:
    found = lower(
        "AArch64 t\n{ 0:X1=x; uint64_t 0:X3; }\n P0 ;\n STR W0,[X1] ;\n"
        "locations [x;0:X10;0:X0]\nforall (0:X3=1 => x!=0)\n"
    )
    assert [label for label, _ in found.observed] == ["0:X0", "0:X3", "0:X10", "[x]"]
    assert found.observed[0][1] == FinalLocal(0, "X0")
    assert isinstance(found.observed[3][1], FinalLocation)
    assert found.conditions[0].text == "forall ((0:X3=1 => not ([x]=0)))"
    assert (found.isa, found.is_litmus, found.title) == ("AArch64", True, "t")


@pytest.mark.parametrize(
    ("isa", "text", "code", "column"),
    [
        ("AArch64", "STG X0,[X1]", "not-modelled", 2),
        ("AArch64", "DC CVAU,X1", "not-modelled", 2),
        ("AArch64", "LDR X0,[X1]", "not-modelled", 2),
        ("AArch64", "LDR W0,[X1,#2]", "not-modelled", 2),
        ("AArch64", "LDR W0,[X9]", "litmus-operands", 2),
        ("AArch64", "LDR W0", "litmus-operands", 2),
        ("AArch64", "ADD X0,W1,X2", "litmus-operands", 2),
        ("AArch64", "DMB FOO", "litmus-operands", 2),
        ("AArch64", "B Nowhere", "unknown-label", 2),
        ("X86_64", "movb $1,(x)", "not-modelled", 2),
        ("X86_64", "clflush (x)", "not-modelled", 2),
        ("RISCV", "fence i,o", "not-modelled", 2),
        ("RISCV", "csrr x5,x6", "not-modelled", 2),
        ("PPC", "bl L", "not-modelled", 2),
        ("PPC", "lwzx r5,r6", "litmus-operands", 2),
        ("PPC", "lwzx r5,0(r6)", "litmus-operands", 2),
        ("PPC", "lwzx r5,cr0,r6", "litmus-operands", 2),
        ("PPC", "lwzx r5,r6,4", "litmus-operands", 2),
        ("RISCV", "lw x²5,0(x6)", "litmus-operands", 2),
        ("AArch64", "TBZ W0,#40,L", "litmus-operands", 2),
        ("AArch64", "MOVK W0,#1,LSL #7", "litmus-operands", 2),
        ("AArch64", "LDP W0,X2,[X1]", "litmus-operands", 2),
        ("AArch64", "LDP W0,W4,[X1,X2]", "litmus-operands", 2),
        ("AArch64", "STP W0,W4,[X1,X2]", "litmus-operands", 2),
        ("AArch64", "MOV W31,#1", "litmus-operands", 2),
        ("AArch64", "ROR W0,W4", "litmus-operands", 2),
        ("AArch64", "ROR W0,W4,#1,#2", "litmus-operands", 2),
        ("AArch64", "ROR W0,W4,X5", "litmus-operands", 2),
        ("AArch64", "LDXP W0,W2,[X1]", "not-modelled", 2),
    ],
)
def test_errors(isa: str, text: str, code: str, column: int) -> None:
    with pytest.raises(InputError) as caught:
        program(isa, text)
    assert caught.value.span is not None
    assert (caught.value.code, caught.value.span.line, caught.value.span.column) == (code, 4, column)


@pytest.mark.parametrize(
    ("state", "code", "column"),
    [
        ("2:X1=x;", "unknown-thread", 3),
        ("%x9=x;", "unknown-register", 3),
        ("0:Q1=x;", "unknown-register", 3),
        ("0:X31=x;", "unknown-register", 3),
        ("complex x;", "not-modelled", 3),
        ("0:X1=x; 0:X1=y;", "litmus-initial", 11),
        ("0:X1=x; 0:W1=1;", "litmus-initial", 11),
        ("x=1; x=1;", "litmus-initial", 8),
        ("int a[2]={1,2,3};", "litmus-initial", 3),
        ("int a[2]; a[2]=3;", "unknown-location", 13),
    ],
)
def test_errors_in_the_initial_state(state: str, code: str, column: int) -> None:
    with pytest.raises(InputError) as caught:
        lower(f"AArch64 t\n{{ {state} }}\n P0 ;\n MOV W0,#1 ;\nexists (x=0)\n")
    assert caught.value.span is not None
    assert (caught.value.code, caught.value.span.line, caught.value.span.column) == (code, 2, column)


@pytest.mark.parametrize(
    ("isa", "state", "text", "shown"),
    [
        ("AArch64", "0:X1=-3; 0:X2=0xffffffff;", "ANDS W0,W1,W2 | CSET W3,MI | CSET W4,VS", "0:X3=1 0:X4=0"),
        ("AArch64", "int64_t 0:X1=0x7fffffffffffffff; int64_t 0:X0;", "ADD X0,X1,#1", f"0:X0={-(1 << 63)}"),
        ("AArch64", "uint32_t 0:X1=0x80000000;", "ASR W0,W1,#4", "0:X0=-134217728"),
        ("AArch64", "0:X1=-1; int64_t 0:X0;", "ADD W0,W1,#0", "0:X0=4294967295"),
        (
            "AArch64",
            "0:X1=0x80000000; 0:X2=0x80000000;",
            "ADDS W0,W1,W2 | CSET W3,EQ | CSET W4,CS",
            "0:X3=1 0:X4=1",
        ),
        ("AArch64", "0:X1=5; 0:X2=9;", "UBFM W0,W1,#30,#2 | ROR W3,W2,#1", "0:X0=20 0:X3=-2147483644"),
        ("RISCV", "uint64_t 0:x1;", "ori x1,x0,1 | subw x1,x0,x1", f"0:x1={(1 << 64) - 1}"),
        ("AArch64", "0:X1=3; 0:X2=33; 0:X3=32;", "ROR W4,W1,W2 | ROR W5,W1,W3", "0:X4=-2147483647 0:X5=3"),
        (
            "AArch64",
            "0:X1=5; 0:X2=-1; int64_t 0:X3; int64_t 0:X4;",
            "ROR X3,X1,X2 | ORR W4,W1,W1,ROR #1",
            "0:X3=10 0:X4=2147483655",
        ),
        ("RISCV", "int64_t 0:x2;", "li x1,2147483647 | addw x2,x1,x1", "0:x2=-2"),
        ("RISCV", "int64_t 0:x2;", "li x1,9223372036854775807 | add x2,x1,x1", "0:x2=-2"),
        ("RISCV", "int64_t 0:x1;", "li x1,8070450532247928832", "0:x1=8070450532247928832"),
        ("X86_64", "0:rax=1; 0:rbx=2;", "xchgl %eax,%ebx", "0:rax=2 0:rbx=1"),
        ("X86_64", "0:rax=1; 0:rbx=2;", "xaddl %eax,%ebx", "0:rax=2 0:rbx=3"),
        ("X86_64", "0:rax=1;", "cmpl $2,%eax | jb L | movl $7,%eax | L: nop", "0:rax=1"),
        (
            "PPC",
            "x=-1; 0:r1=x; int64_t 0:r0; int64_t 0:r2;",
            "lwa r0,0(r1) | lwz r2,0(r1)",
            "0:r0=-1 0:r2=4294967295",
        ),
        (
            "PPC",
            "int x[2]={7,8}; 0:r1=x; 0:r2=4; 0:r0=9; y=5; 0:r5=y;",
            "lwzx r3,r1,r2 | lwzx r4,r2,r1 | stwx r3,r0,r5 | lwzx r6,0,r5",
            "0:r3=8 0:r4=8 0:r6=8",
        ),
        ("PPC", "0:r1=5;", "lis r2,1 | addis r3,r1,2 | addis r4,r0,3", "0:r2=65536 0:r3=131077 0:r4=196608"),
        ("PPC", "0:r1=4294967295; int64_t 0:r2;", "extsw r2,r1", "0:r2=-1"),
    ],
)
def test_arithmetic(isa: str, state: str, text: str, shown: str) -> None:
    labels = [part.partition("=")[0] for part in shown.split()]
    cells = "".join(f" {cell} ;\n" for cell in text.split(" | "))
    whole = f"{isa} t\n{{ {state} }}\n P0 ;\n{cells}locations [{' '.join(f'{l};' for l in labels)}]\nexists (true)\n"
    verdict = litmus("t.litmus", whole.encode(), Options(states=True))
    assert verdict.outcome is not None
    assert [" ".join(f"{l}={v}" for l, v in state) for state in verdict.outcome.states] == [shown]


@pytest.mark.parametrize(
    ("final", "column"),
    [
        ("exists (x=0 /\\ qq=0)", 16),
        ("exists (0:X1=qq)", 9),
        ("exists (a[2]=0)", 9),
        ("exists (0:X1=a[2])", 9),
        ("exists (x[1]=0)", 9),
        ("filter (qq=0)", 9),
    ],
)
def test_a_condition_is_about_locations_of_the_test(final: str, column: int) -> None:
    with pytest.raises(InputError) as caught:
        lower(f"AArch64 t\n{{ 0:X1=x; int a[2]; }}\n P0 ;\n MOV W0,#1 ;\n{final}\n")
    assert caught.value.span is not None
    assert (caught.value.code, caught.value.span.line, caught.value.span.column) == (
        "unknown-location",
        5,
        column,
    )


def test_a_location_that_only_an_instruction_names_is_one() -> None:
    assert lower("X86_64 t\n{ }\n P0 ;\n movl $1,(x) ;\nexists (x=1 /\\ x[0]=1)\n").names == ("x",)


def test_an_access_to_no_location_is_undecided() -> None:
    text = "AArch64 t\n{ 0:X1=x; }\n P0 ;\n LDR X0,[X1] ;\n LDR W2,[X0] ;\nexists (0:X2=0)\n"
    verdict = litmus("t.litmus", text.replace("{ ", "{ int64_t x; z; ").encode(), Options())
    assert verdict.outcome is None
    assert "may go to an address that is no location's" in verdict.reason
    assert "Undecided: " in herd.render(verdict)
    assert "States" not in herd.render(verdict)


def test_whole_arrays_are_shown_as_herd7_does() -> None:
    text = "AArch64 t\n{ int a[2]={1,2}; 0:X1=a; }\n P0 ;\n STR W0,[X1] ;\nlocations [a; a[1];]\n"
    verdict = litmus("t.litmus", text.encode(), Options(states=True))
    assert "a={0,2}; a[1]=2;" in herd.render(verdict)


def test_a_computed_access_may_not_meet_a_location_of_another_size() -> None:
    text = (
        "AArch64 t\n{{ {}; 0:X1=x; uint64_t y; }}\n P0 ;\n LDR X2,[X1] ;\n LDR W3,[X2] ;\nexists (0:X3=0)\n"
    )
    assert lower(text.format("int *x=&z")).threads
    with pytest.raises(InputError) as caught:
        lower(text.format("z=0; int64_t *x=&y"))
    assert (caught.value.code, caught.value.span and caught.value.span.line) == ("not-modelled", 5)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turns_of_a_loop_may_bring_the_address_of_a_location_of_another_size(turns: int) -> None:
    moves = "".join(f" MOV X{n},X{n + 1} ;\n" for n in range(1, turns + 1))
    rows = f"{moves} LDR W9,[X1] ;\n SUB W8,W8,#1 ;\n CBNZ W8,L ;\n"
    text = f"AArch64 t\n{{{{ x=0; uint64_t y; 0:X1=x; 0:X{{}}=y; 0:X8=4; }}}}\n P0 ;\n L: ;\n{rows}exists (0:X9=0)\n"
    assert lower(text.format(turns + 2)).threads
    with pytest.raises(InputError) as caught:
        lower(text.format(turns + 1))
    assert (caught.value.code, caught.value.span and caught.value.span.line) == ("not-modelled", 5 + turns)


def test_an_address_may_take_a_turn_of_a_loop_to_arrive() -> None:
    rows = (
        "LDR X1,[X6]",
        "LDR X2,[X7]",
        "L: MOV X3,X2",
        "MOV X2,X1",
        "LDR W4,[X3]",
        "SUB W5,W5,#1",
        "CBNZ W5,L",
    )
    cells = "".join(f" {row} ;\n" for row in rows)
    initial = "x=7; y=5; int *p=&x; int *q=&y; 0:X6=p; 0:X7=q; 0:X5=2;"
    text = f"AArch64 t\n{{ {initial} }}\n P0 ;\n{cells}exists (0:X4=7)\n"
    verdict = litmus("t.litmus", text.encode(), Options())
    assert verdict.outcome is not None, verdict.reason
    assert verdict.outcome.observation == "Always"
