"""What is remembered from test to test never shows: a test says the same after others as it says alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from verifier.decide import ARCHITECTURES
from verifier.errors import InputError
from verifier.events.build import build
from verifier.events.graph import EventGraph
from verifier.inbox import recognise
from verifier.inbox.pieces import Litmus
from verifier.memo import Memo
from verifier.program.litmus.lower import lower_litmus
from verifier.program.program import Program
from verifier.syntax.litmus import parse_litmus

OURS = sorted((Path(__file__).parent.parent / "litmus").rglob("*.litmus"))


def forget() -> None:
    """Empties every memo of the package."""
    modules = [m for name, m in sys.modules.items() if name.startswith("verifier.")]
    for memo in {id(v): v for m in modules for v in vars(m).values() if isinstance(v, Memo)}.values():
        memo._known.clear()


def said(text: str) -> str:
    """All that the front end says about a test, with every place in it."""
    try:
        (piece,) = recognise("t.litmus", text.encode())
        assert isinstance(piece, Litmus)
        program = lower_litmus(parse_litmus(piece.source))
        graph = build(program, ARCHITECTURES.get(program.isa or "", "linux"), 2)
    except InputError as problem:
        return problem.render()
    return f"{_program(program)}\n{graph}\n{_places(graph)}"


def _program(p: Program) -> str:
    places = [c.span for c in p.conditions]
    return (
        f"{p.names} {p.locations} {p.initial} {p.addresses} {p.conditions} {places} {p.filter} {p.observed}"
    )


def _places(graph: EventGraph) -> str:
    parts = (*graph.events, *graph.sources, *graph.sleeps, *graph.properties)
    return f"{[part.span for part in parts]}"


def assembly(
    state: str = "0:X1=x; 0:X3=y; 1:X1=y; 1:X3=x;",
    before: str = "",
    first: tuple[str, ...] = ("MOV W0,#1", "STR W0,[X1]", "DMB SY", "LDR W2,[X3]"),
    second: tuple[str, ...] = ("LDR W0,[X1]", "DMB LD", "LDR W2,[X3]"),
    asked: str = "exists (0:X2=0 /\\ 1:X0=1)",
    wide: str = "",
) -> str:
    size = max(len(first), len(second))
    rows = zip((*first, *[""] * (size - len(first))), (*second, *[""] * (size - len(second))), strict=True)
    table = "".join(f" {a} {wide}| {b} ;\n" for a, b in rows)
    return f"AArch64 t\n{before}{{ {state} }}\n P0 | P1 ;\n{table}{asked}\n"


FOLLOWING = ("LDR W0,[X1]", "EOR W2,W0,W0", "LDR W4,[X3,W2,SXTW]")
SECOND = "exists (1:X2=1)"
EXCLUSIVE = ("L: LDXR W0,[X1]", "STXR W2,W0,[X1]", "CBNZ W2,L", "LDR W2,[X3]")
ASSEMBLY = {
    "plain": assembly(),
    "lower": assembly(before="(* a comment *)\n\n"),
    "wider": assembly(wide="      "),
    "other registers": assembly("0:X1=y; 0:X3=x; 1:X1=x; 1:X3=y;"),
    "an unknown address": assembly("0:X1=x; 1:X1=y; 1:X3=x;"),
    "other order of locations": assembly("y=1; x=0; 0:X1=x; 0:X3=y; 1:X1=y; 1:X3=x;"),
    "wide locations": assembly("uint64_t x; 0:X1=x; 0:X3=y; 1:X1=y; 1:X3=x;"),
    "wide locations that are seen": assembly(
        "uint64_t x; 0:X1=x; 0:X3=y; 1:X1=y; 1:X3=x;", asked="exists (x=1)"
    ),
    "typed registers": assembly("uint64_t 0:X2; 0:X1=x; 0:X3=y; 1:X1=y; 1:X3=x;"),
    "threads exchanged": assembly(
        first=("LDR W0,[X1]", "DMB LD", "LDR W2,[X3]"),
        second=("MOV W0,#1", "STR W0,[X1]", "DMB SY", "LDR W2,[X3]"),
    ),
    "a longer first thread": assembly(first=("MOV W0,#1", "STR W0,[X1]", "STR W0,[X3]", "LDR W2,[X3]")),
    "exclusives": assembly(first=EXCLUSIVE),
    "exclusives twice": assembly(first=EXCLUSIVE, second=EXCLUSIVE),
    "a pointer": assembly(second=FOLLOWING),
    "a pointer among more": assembly("z=1; 0:X1=x; 0:X3=y; 1:X1=y; 1:X3=x;", second=FOLLOWING),
    "other registers asked": assembly(asked="exists (0:X7=0 /\\ 1:X2=1)"),
    "the same asked lower": assembly(asked="\n\nexists (0:X2=0 /\\ 1:X0=1)"),
    "a location that nobody has": assembly(asked="locations [w;]\nexists (0:X2=0 /\\ 1:X0=1)"),
    "an unknown location": assembly(asked="exists (w=0)"),
    "an unknown thread": assembly(asked="exists (7:X0=0)"),
    "a cell in two lines": assembly(second=("LDR W0,\n[X1]", "DMB LD", "LDR W2,[X3]")),
    "a wrong cell": assembly(second=("LDR W0,[X1]", "DMB NO", "LDR W2,[X3]")),
    "a wrong cell lower": assembly(before="\n", second=("LDR W0,[X1]", "DMB NO", "LDR W2,[X3]")),
    "an unreadable cell": assembly(before="\n", second=("LDR W0,[X1", "NOP")),
    "flags asked for": assembly(second=("LDR W0,[X1]", "CMP W0,#1", "CSET W2,EQ"), asked=SECOND),
    "other flags asked for": assembly(second=("LDR W0,[X1]", "CMP W0,#1", "CSET W2,LO"), asked=SECOND),
    "flags not asked for": assembly(second=("LDR W0,[X1]", "CMP W0,#1", "MOV W2,#1"), asked=SECOND),
    "flags never set": assembly(second=("LDR W0,[X1]", "MOV W2,#1", "CSET W2,EQ"), asked=SECOND),
    "a half register": assembly(second=("LDR W0,[X1]", "ADD W2,W0,#1", "MOV W4,W2"), asked=SECOND),
    "a whole register": assembly(second=("LDR W0,[X1]", "ADD W2,W0,#1", "MOV X4,X2"), asked=SECOND),
    "a register that moves": assembly(
        second=("LDR W0,[X1]", "STR W0,[X3]", "MOV X3,X1"), asked="exists (1:X4=x)"
    ),
    "a register that stays": assembly(
        second=("LDR W0,[X1]", "STR W0,[X3]", "MOV X4,X1"), asked="exists (1:X4=x)"
    ),
    "twice in the state": assembly("x=1; x=2;"),
    "twice in the state lower": assembly("x=1; x=2;", before="\n"),
}

X86 = {
    "named": "X86_64 t\n{}\n P0 ;\n MOV [x],$1 ;\n MOV EAX,[y] ;\nexists (0:EAX=0)\n",
    "named by another": "X86_64 t\n{}\n P0 ;\n MOV [z],$1 ;\n MOV EAX,[y] ;\nexists (0:EAX=0)\n",
    "declared": "X86_64 t\n{ y=1; x=2; }\n P0 ;\n MOV [x],$1 ;\n MOV EAX,[y] ;\nexists (0:EAX=0)\n",
    "none": "X86_64 t\n{}\n P0 ;\n MOV EAX,$1 ;\nexists (0:EAX=0)\n",
    "a half compared": "X86_64 t\n{ x=1; }\n P0 ;\n LOCK CMPXCHG ECX,(x) ;\n MOV EAX,EBX ;\nexists (0:rbx=0)\n",
    "a whole compared": "X86_64 t\n{ x=1; }\n P0 ;\n LOCK CMPXCHG ECX,(x) ;\n MOV RAX,RBX ;\nexists (0:rbx=0)\n",
    "none in C": "C t\n{ }\nP0()\n{\n\t*r1 = 1;\n}\n",
    "none in AArch64": "AArch64 t\n{}\n P0 ;\n MOV W0,#1 ;\nexists (0:X0=0)\n",
    "an element": "AArch64 t\n{ 0:X1=a[1]; }\n P0 ;\n LDR W0,[X1] ;\nexists (0:X0=0)\n",
}

READER = "P1(int *x, int *y)\n{\n\tint r0 = READ_ONCE(*y);\n\tsmp_rmb();\n\tint r1 = READ_ONCE(*x);\n}\n"


def c(
    state: str = "",
    before: str = "",
    first: str = "WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1);",
    second: str = READER,
    asked: str = "exists (1:r0=1 /\\ 1:r1=0)",
    parameters: str = "int *x, int *y",
) -> str:
    return f"C t\n{{ {state} }}\n{before}P0({parameters})\n{{\n\t{first}\n}}\n\n{second}\n{asked}\n"


BY_POINTER = "int *r0 = READ_ONCE(*p); WRITE_ONCE(*r0, 1);"
C = {
    "plain": c(),
    "lower": c(before="\n// a comment\n"),
    "on one line": c(before="    ", second="  " + READER),
    "other order of locations": c("y=1; x=0;"),
    "a char": c("char x=200;"),
    "wide": c("long x=1; long y;"),
    "other declarations": c(second=READER.replace("int r1", "long r1"), asked="exists (1:r1=4294967295)"),
    "an initial register": c("1:r2=1;", asked="exists (1:r2=1)"),
    "another initial register": c("1:r0=&x;", asked="exists (1:r0=x)"),
    "a pointer": c("int *p=&x;", first=BY_POINTER, parameters="int **p, int *x, int *y"),
    "a pointer to the other": c("int *p=&y;", first=BY_POINTER, parameters="int **p, int *x, int *y"),
    "a pointer to none": c(first=BY_POINTER, parameters="int **p, int *x, int *y"),
    "an address": c(first="WRITE_ONCE(*p, y);", parameters="int **p, int *x, int *y"),
    "another address": c("z=1;", first="WRITE_ONCE(*p, y);", parameters="int **p, int *x, int *y"),
    "an array": c("int x[2]={1,2};", first="WRITE_ONCE(x[1], 1);"),
    "no array": c(first="WRITE_ONCE(x[1], 1);"),
    "a call of the other": c(first="P1(x, y);"),
    "a call of nothing": c(first="P7(x, y);"),
    "a call of nothing lower": c(before="\n", first="P7(x, y);"),
    "a loop": c(first="while (READ_ONCE(*x)) { WRITE_ONCE(*y, 1); }"),
    "a loop lower": c(before="\n", first="while (READ_ONCE(*x)) { WRITE_ONCE(*y, 1); }"),
    "a waiting loop": c(first="while (READ_ONCE(*x) == 0) { }"),
    "a wrong statement": c(first="WRITE_ONCE(*x 1);"),
    "a wrong statement lower": c(before="\n", first="WRITE_ONCE(*x 1);"),
    "a type of its own": c(first="typedef int t; WRITE_ONCE(*x, 1);"),
    "a variable called continue": c(first="int continue = READ_ONCE(*x); WRITE_ONCE(*y, continue);"),
    "a comment inside": c(first="WRITE_ONCE(*x, 1); /* {\n */ smp_wmb(); // }\n\tWRITE_ONCE(*y, 1);"),
    "code between": c(second="int z;\n" + READER),
    "a comment behind": c(second=READER + "/* the end */\n"),
    "the second first": c(second=READER.replace("P1", "P2")),
    "three": c(second=READER + READER.replace("P1", "P2")),
    "the same asked lower": c(asked="\n\nexists (1:r0=1 /\\ 1:r1=0)"),
    "an unknown thread": c(asked="exists (7:r0=0)"),
    "locks": c("spinlock_t s;", first="spin_lock(s); spin_unlock(s);", parameters="spinlock_t *s"),
    "locks elsewhere": c(
        before="\n", first="spin_lock(s); spin_unlock(s);", parameters="int *x, spinlock_t *s"
    ),
}


def alone(text: str) -> str:
    forget()
    return said(text)


@pytest.mark.parametrize("texts", [ASSEMBLY, C, X86], ids=["assembly", "C", "x86"])
def test_after_each_other(texts: dict[str, str]) -> None:
    expected = {name: alone(text) for name, text in texts.items()}
    for first in texts:
        forget()
        said(texts[first])
        for name, text in texts.items():
            assert said(text) == expected[name], f"{name}, {first} before it"


@pytest.mark.parametrize("texts", [ASSEMBLY, C, X86], ids=["assembly", "C", "x86"])
def test_they_differ(texts: dict[str, str]) -> None:
    assert len({alone(text) for text in texts.values()}) >= len(texts) - 1


def test_our_own_tests_after_each_other() -> None:
    texts = [path.read_text(encoding="utf-8") for path in OURS]
    expected = [alone(text) for text in texts]
    forget()
    assert [said(text) for text in texts] == expected
    assert [said(text) for text in reversed(texts)] == expected[::-1]


def test_a_memo_does_not_grow() -> None:
    memo: Memo[int, str] = Memo(3)
    assert [memo(i % 5, lambda i=i: str(i % 5)) for i in range(20)] == [str(i % 5) for i in range(20)]  # type: ignore[misc]
    assert len(memo._known) <= 3


def test_what_raises_is_not_remembered() -> None:
    memo: Memo[int, str] = Memo()
    with pytest.raises(ZeroDivisionError):
        memo(1, lambda: str(1 // 0))
    assert memo(1, lambda: "one") == "one"
