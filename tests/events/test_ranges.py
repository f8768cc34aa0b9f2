"""A value that can only be one number carries no dependency (the kernel's rcu_dereference.rst, memory-barriers.txt)."""

from __future__ import annotations

from random import Random

import pytest

from tests.programs import event_graph
from verifier.events.expression import Apply, Const, Expression, ReadValue, evaluate, reads_of
from verifier.events.logic import fold
from verifier.events.ranges import Range, narrowed, range_of, settled, where
from verifier.options import Options
from verifier.pipeline import check

POINTER = """struct foo { int a; };
struct foo one, two;
struct foo *gp;
void pub(void) { one.a = 1; two.a = 1; smp_wmb(); WRITE_ONCE(gp, &one); }
int sub(void) { struct foo *p = READ_ONCE(gp); BODY }
"""
INDEX = """int i, a[3];
void pub(void) { WRITE_ONCE(a[1], 1); smp_wmb(); WRITE_ONCE(i, 1); }
int sub(void) { int k = READ_ONCE(i); BODY }
"""
CASES = [
    (POINTER, "if (p) return READ_ONCE(p->a); return 1;", "paired"),
    (POINTER, "if (p == &one) return READ_ONCE(p->a); return 1;", "unpaired"),
    (POINTER, "if (p != &one) return 1; return READ_ONCE(p->a);", "unpaired"),
    (POINTER, "if (p && p != &two) return READ_ONCE(p->a); return 1;", "paired"),
    (POINTER, "if (p == &one && READ_ONCE(p->a)) return 0; return 1;", "unpaired"),
    (INDEX, "return READ_ONCE(a[k]);", "paired"),
    (INDEX, "if (k > 0) return READ_ONCE(a[k]); return 1;", "paired"),
    (INDEX, "if (k == 1) return READ_ONCE(a[k]); return 1;", "unpaired"),
    (
        INDEX.replace("1", "2"),
        "if (k > 1) return READ_ONCE(a[k]); return 1;",
        "unpaired",
    ),  # there are but three
    (INDEX, "if (k > 0 && k < 2) return READ_ONCE(a[k]); return 1;", "unpaired"),
    (INDEX, "if (k & 1) return READ_ONCE(a[k & 1]); return 1;", "unpaired"),
    (INDEX, "return READ_ONCE(a[k & 1]);", "paired"),
    (INDEX, "return READ_ONCE(a[k > 0]);", "unpaired"),  # a branch, to many compilers
    (INDEX, "return READ_ONCE(a[k && 1]);", "unpaired"),
    (INDEX, "return READ_ONCE(a[!!k]);", "unpaired"),
    (INDEX, "return READ_ONCE(a[k + (k > 1)]);", "paired"),
    (INDEX, "WRITE_ONCE(a[k > 0], 2); return 1;", "paired"),  # a branch orders a store as well
    (INDEX, "return READ_ONCE(a[(k | 1) & 1]);", "unpaired"),
    (INDEX, "return READ_ONCE(a[k % 1 + 1]);", "unpaired"),
    (INDEX.replace("a[3]", "a[2]"), "return READ_ONCE(a[k]);", "paired"),
    (
        INDEX.replace("a[3]", "a[1]").replace("[1], 1", "[0], 1").replace("(i, 1)", "(i, 0)"),
        "return READ_ONCE(a[k]);",
        "unpaired",
    ),
    (INDEX, "switch (k) { case 1: return READ_ONCE(a[k]); } return 1;", "unpaired"),
    (INDEX, "if (k == 1) smp_rmb(); return READ_ONCE(a[k]);", "paired"),
]


@pytest.mark.parametrize("name", ["armv8", "lkmm"])
@pytest.mark.parametrize(("text", "body", "status"), CASES)
def test_what_is_known_to_be_a_number(text: str, body: str, status: str, name: str) -> None:
    (unit,) = check("c.c", text.replace("BODY", body).encode(), Options(models=(name,)))
    assert {b.status for r in unit.results for b in r.barriers if b.place.name == "smp_wmb"} == {status}


@pytest.mark.parametrize(("index", "ends"), [("k & 1", {"R", "W"}), ("k > 0", {"W"})])
def test_a_branch_orders_what_an_operation_writes_and_not_what_it_reads(index: str, ends: set[str]) -> None:
    graph = event_graph(
        f"int i, a[2]; void f(void) {{ int k = READ_ONCE(i); xchg_relaxed(&a[{index}], 2); }}", "linux"
    )
    assert {graph.events[d.end].kind for d in graph.dependencies if d.kind == "addr"} == ends


LOAD_BUFFERING = """int a, b, c;
void one(void) { int d; TYPE q = READ_ONCE(a); BODY }
void two(void) { int r = READ_ONCE(b); smp_mb(); WRITE_ONCE(a, 1); }
void three(void) { WRITE_ONCE(c, 6); }
"""


@pytest.mark.parametrize("name", ["armv8", "lkmm"])
@pytest.mark.parametrize(
    ("kind", "condition", "status"),
    [
        ("int", "q", "paired"),
        ("int", "q % 2", "paired"),
        ("int", "q % 1 == 0", "unpaired"),  # memory-barriers.txt
        ("int", "q || 1 > 0", "unpaired"),  # memory-barriers.txt
        ("int", "q >= 0", "paired"),
        ("unsigned int", "q >= 0", "unpaired"),
        ("unsigned char", "q <= 255", "unpaired"),
        ("unsigned char", "q <= 254", "paired"),
        ("int", "q == q", "unpaired"),
        ("int", "(q & 3) < 4", "unpaired"),
        ("int", "(q & 3) < 3", "paired"),
        ("int", "(q | 4) & 4", "unpaired"),
        ("int", "(q << 1 | 1) % 2", "paired"),  # a remainder of what is negative may be so, too
        ("unsigned int", "(q << 1 | 1) % 2", "unpaired"),
        ("int", "(q * 4 & 3) == 0", "unpaired"),
        ("int", "READ_ONCE(c) > 5 && (q || c > 3)", "paired"),  # c is read again
        ("int", "(d = READ_ONCE(c)) > 5 && (q || d > 6)", "paired"),
        ("int", "(d = READ_ONCE(c)) > 5 && (q || d > 3)", "unpaired"),
    ],
)
def test_what_decides_nothing_is_no_control_dependency(
    kind: str, condition: str, status: str, name: str
) -> None:
    body = f"if ({condition}) WRITE_ONCE(b, 1);"
    text = LOAD_BUFFERING.replace("TYPE", kind).replace("BODY", body)
    (unit,) = check("c.c", text.encode(), Options(models=(name,)))
    assert {b.status for r in unit.results for b in r.barriers} == {status}


def of(operator: str, *arguments: Expression | int) -> Expression:
    return Apply(operator, tuple(Const(a) if isinstance(a, int) else a for a in arguments))


A, B = ReadValue(0), ReadValue(1)
BYTE = of("&", A, 255)
SIGNED = of("-", BYTE, 3)


@pytest.mark.parametrize(
    ("e", "low", "high"),
    [
        (A, None, None),
        (of("neg", BYTE), -255, 0),
        (of("~", BYTE), -256, -1),
        (of("!", A), 0, 1),
        (of("!", of("|", A, 1)), 0, 0),
        (of("!", of(">", BYTE, 255)), 1, 1),
        (of("+", BYTE, 3), 3, 258),
        (of("+", A, 3), None, None),
        (of("-", 3, BYTE), -252, 3),
        (of("*", BYTE, 2), 0, 510),
        (of("*", SIGNED, of("-", BYTE, 4)), -1008, 252 * 251),
        (of("/", BYTE, 2), 0, 127),
        (of("/", SIGNED, 2), -1, 126),
        (of("/", BYTE, -2), None, None),
        (of("%", BYTE, 10), 0, 9),
        (of("%", BYTE, 300), 0, 255),
        (of("%", BYTE, 8), 0, 7),
        (of("%", SIGNED, 2), -1, 1),
        (of("%", of("neg", BYTE), 4), -3, 0),
        (of("%", A, 1), 0, 0),
        (of("%", of("*", BYTE, 8), 8), 0, 0),
        (of(">>", BYTE, 4), 0, 15),
        (of(">>", BYTE, 8), 0, 0),
        (of("<<", BYTE, 2), 0, 1020),
        (of("<<", BYTE, B), None, None),
        (of("&", of("<<", A, 3), 7), 0, 0),
        (of("&", A, 6), 0, 6),
        (of("|", BYTE, 256), 256, 511),
        (of("|", of("+", BYTE, 5), of("&", B, 3)), 5, 511),
        (of("|", A, -1), -1, -1),
        (of("^", BYTE, of("&", B, 15)), 0, 255),
        (of("?:", B, BYTE, 300), 0, 300),
        (of("?:", of("|", B, 1), BYTE, 300), 0, 255),
        (of("?:", of("<", BYTE, 0), BYTE, 300), 300, 300),
        (of("<", BYTE, 256), 1, 1),
        (of("<", BYTE, 255), 0, 1),
        (of("<", BYTE, 0), 0, 0),
        (of("<=", BYTE, 255), 1, 1),
        (of("<=", BYTE, -1), 0, 0),
        (of("<=", BYTE, 0), 0, 1),
        (of(">", BYTE, 255), 0, 0),
        (of(">=", BYTE, 0), 1, 1),
        (of(">=", BYTE, 1), 0, 1),
        (of("==", BYTE, 256), 0, 0),
        (of("==", 255, BYTE), 0, 1),
        (of("==", of("<<", A, 1), 1), 0, 0),
        (of("!=", of("<<", A, 1), 1), 1, 1),
        (of("<=", A, A), 1, 1),
        (of("<", A, A), 0, 0),
        (of("&&", of("|", A, 1), of("|", B, 2)), 1, 1),
        (of("&&", A, of(">", BYTE, 255)), 0, 0),
        (of("&&", A, of("|", B, 2)), 0, 1),
        (of("||", A, of("|", B, 1)), 1, 1),
        (of("||", A, of(">", BYTE, 255)), 0, 1),
        (of("||", of("<", BYTE, 0), of(">", BYTE, 255)), 0, 0),
    ],
)
def test_ranges(e: Expression, low: int | None, high: int | None) -> None:
    found = range_of(e)
    assert (found.low, found.high) == (low, high)
    assert settled(e) == (Const(low) if low is not None and low == high else e)


@pytest.mark.parametrize(
    ("guard", "low", "high"),
    [
        ((of("<", A, 4), of(">=", A, 1)), 1, 3),
        ((of("<=", A, 4), of(">", A, 1)), 2, 4),
        ((of(">", 4, A), of("<=", 1, A)), 1, 3),
        ((of("!=", A, 4), of("<=", A, 4), of(">=", A, 0)), 0, 3),
        ((A, of("<=", A, 4), of(">=", A, 0)), 1, 4),
        ((of("!", A),), 0, 0),
        ((of("&&", of(">", A, 4), of("<", A, 6)),), 5, 5),
        ((of("||", of(">", A, 4), of("<", A, 6)),), None, None),
        ((of("!=", A, 2), of("<=", A, 4), of(">=", A, 0)), 0, 4),
        ((of(">", B, 4),), None, None),
        ((of("<", A, 0), of(">", A, 0)), None, None),  # never reached
    ],
)
def test_what_a_guard_leaves(guard: tuple[Expression, ...], low: int | None, high: int | None) -> None:
    found = range_of(A, narrowed(guard))
    assert (found.low, found.high) == (low, high)


UNARY, BINARY = ("!", "~", "neg"), ("+ - * / % << >> & | ^ == != < > <= >= && ||").split()
NUMBERS = (0, 0, 1, 1, 2, 3, 4, 5, 7, 8, 15, 16, 255, 0xFFFFFFFF, -1, -2, -3, -8)


def drawn(draw: Random, depth: int) -> Expression:
    if depth == 0 or draw.random() < 0.1:
        return draw.choice((ReadValue(0), ReadValue(1), Const(draw.choice(NUMBERS))))
    if draw.random() < 0.3:  # what types make of what is read
        return Apply("&", (drawn(draw, depth - 1), Const(draw.choice((1, 3, 7, 255, 0xFFFFFFFF)))))
    if draw.random() < 0.1:
        return Apply("?:", tuple(drawn(draw, depth - 1) for _ in range(3)))
    if draw.random() < 0.2:
        return Apply(draw.choice(UNARY), (drawn(draw, depth - 1),))
    operator = draw.choice(BINARY)
    right = Const(draw.choice(NUMBERS)) if operator in ("<<", ">>") else drawn(draw, depth - 1)
    return Apply(operator, (drawn(draw, depth - 1), right))


def lies_in(value: int, found: Range) -> bool:
    low, high = found.low, found.high
    return (
        (low is None or low <= value)
        and (high is None or value <= high)
        and value & found.mask == found.bits
        and found.is_zero in (None, value == 0)
    )


def test_each_value_lies_in_the_range_of_its_expression() -> None:
    draw = Random(8)
    known = 0
    for _ in range(4_000):
        e = drawn(draw, draw.randint(1, 4))
        found = range_of(e)
        known += isinstance(settled(e), Const) and bool(reads_of(e)) and not isinstance(fold(e), Const)
        for _ in range(12):
            reads = {r: draw.choice((*NUMBERS, draw.randint(-300, 300))) for r in (0, 1)}
            assert lies_in(evaluate(e, reads, {}), found), (e, reads, found)
    assert known > 100


def test_each_value_lies_in_the_range_that_a_guard_leaves() -> None:
    draw = Random(9)
    held = changed = 0
    for _ in range(4_000):
        guard, e = tuple(drawn(draw, 2) for _ in range(draw.randint(1, 3))), drawn(draw, 3)
        given, told = narrowed(guard), where(guard, e)
        for _ in range(20):
            reads = {r: draw.choice((*NUMBERS, draw.randint(-9, 9))) for r in (0, 1)}
            if all(evaluate(g, reads, {}) for g in guard):
                held += 1
                changed += told != fold(e)
                value = evaluate(e, reads, {})
                assert value == evaluate(told, reads, {}), (guard, e, reads)
                assert lies_in(value, range_of(e, given)), (guard, e, reads)
    assert held > 5_000
    assert changed > 500


def test_where() -> None:
    a, b, one, two = ReadValue(1), ReadValue(2), Const(1), Const(2)
    low: Expression = Apply("&", (a, Const(3)))

    def is_one(e: Expression) -> Expression:
        return Apply("==", (e, one))

    total = Apply("+", (a, b))
    assert where((), total) is total
    assert where((Apply("!=", (a, one)),), total) is total
    assert where((Apply("||", (is_one(a), is_one(b))),), total) is total
    assert where((is_one(a),), total) == Apply("+", (one, b))
    assert where((Apply("&&", (is_one(a), is_one(b))),), total) == two
    assert where((is_one(low),), Apply("+", (low, a))) == Apply("+", (one, a))
