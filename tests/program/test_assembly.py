"""Assembly litmus tests: instructions -> operations."""

from __future__ import annotations

import pytest

from verifier.errors import InputError
from verifier.options import Options
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
    return lower_litmus(parse_litmus(source), source, Options())


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
        ("X86_64", "lock cmpxchgl %ebx,(x)", "U x [X/X] rbx if ==(cmpxchgl#1,rax)"),
        ("X86_64", "mfence", "F MFENCE (MFENCE)"),
        ("RISCV", "lw x5,0(x6)", "R x []"),
        ("RISCV", "lr.w.aq x5,(x6)", "Rx x [EX Acq]"),
        ("RISCV", "sc.w.rl x7,x5,(x6)", "Wx x [EX Rel] x5"),
        ("RISCV", "amoswap.w.aq.rl x5,x7,(x6)", "U x [X AcqRel/X AcqRel] x7 if "),
        ("RISCV", "fence r,rw", "F Fence.r.rw (fence r,rw)"),
        ("RISCV", "fence.tso", "F Fence.tso (fence.tso)"),
        ("PPC", "lwz r5,0(r6)", "R x []"),
        ("PPC", "stw r5,0(r6)", "W x [] r5"),
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
        "locations [x;0:X10;0:X2]\nforall (0:X3=1 => x!=0)\n"
    )
    assert [label for label, _ in found.observed] == ["0:X2", "0:X3", "0:X10", "[x]"]
    assert found.observed[0][1] == FinalLocal(0, "X2")
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
        ("RISCV", "fence iorw,iorw", "not-modelled", 2),
        ("RISCV", "csrr x5,x6", "not-modelled", 2),
        ("PPC", "bl L", "not-modelled", 2),
    ],
)
def test_errors(isa: str, text: str, code: str, column: int) -> None:
    with pytest.raises(InputError) as caught:
        program(isa, text)
    assert caught.value.span is not None
    assert (caught.value.code, caught.value.span.line, caught.value.span.column) == (code, 4, column)
