"""Which values variables start with, and what they become in types that may not hold them."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pipeline import check


def judged(text: str) -> str:
    """The status of the only property; where there is none the reason for which all is undecided."""
    (unit,) = check("a.c", text.encode(), Options(models=("lkmm",)))
    (result,) = unit.results
    return result.properties[0].status if result.properties else result.reason


@pytest.mark.parametrize(
    ("declared", "read", "value", "status"),
    [
        ("int x = 1 + 2;", "READ_ONCE(x)", "3", "violated"),
        ("int x = 1 + 2;", "READ_ONCE(x)", "0", "holds"),
        ("int x = ~0;", "READ_ONCE(x)", "-1", "violated"),
        ("int x = (1 << 3);", "READ_ONCE(x)", "8", "violated"),
        ("int x = BIT(3);", "READ_ONCE(x)", "8", "violated"),
        ("int x = BIT(3);", "READ_ONCE(x)", "3", "holds"),
        ("int x = (int)5;", "READ_ONCE(x)", "5", "violated"),
        ("int x = (u8)300;", "READ_ONCE(x)", "44", "violated"),
        ("int x = (bool)6;", "READ_ONCE(x)", "6", "holds"),
        ("#define A 3\nint x = A | 8;", "READ_ONCE(x)", "11", "violated"),
        ("#define A 3\nint x = A | 8;", "READ_ONCE(x)", "3", "holds"),
        ("int x = FIRST | SECOND;", "READ_ONCE(x) & FIRST", "0", "holds"),
        ("int a[2] = {1 + 1, 3};", "READ_ONCE(a[0])", "2", "violated"),
        ("struct s v = {.a = 1 + 1, .b = 3};", "READ_ONCE(v.a)", "2", "violated"),
        ("atomic_t x = ATOMIC_INIT(1 + 1);", "atomic_read(&x)", "2", "violated"),
        ("atomic_t x = ATOMIC_INIT(1 + 1);", "atomic_read(&x)", "0", "holds"),
        # What is not known may be anything
        ("int x = 1 ? 4 : 5;", "READ_ONCE(x)", "4", "violated"),
        ("int x = sizeof(int);", "READ_ONCE(x)", "4", "violated"),
        ("int x = max(3, 4);", "READ_ONCE(x)", "4", "violated"),
        ("int x = cpu_to_le32(3);", "READ_ONCE(x)", "50331648", "violated"),
    ],
)
def test_initial_values(declared: str, read: str, value: str, status: str) -> None:
    assert judged(f"{declared}\nvoid f(void) {{ BUG_ON(({read}) == {value}); }}\n") == status


def test_what_initialises_a_lock_leaves_it_free() -> None:
    text = """spinlock_t l = __SPIN_LOCK_UNLOCKED(l); int x;
void f(void) { spin_lock(&l); x = 1; spin_unlock(&l); }
void g(void) { spin_lock(&l); x = 2; BUG_ON(x == 1); spin_unlock(&l); }
"""
    assert judged(text) == "holds"


WRITER = "int x;\nvoid f(int v) {{ {} }}\nvoid g(void) {{ BUG_ON(READ_ONCE(x) == {}); }}\n"


@pytest.mark.parametrize(
    ("body", "value", "status"),
    [
        ("int a[2] = {1, 2}; WRITE_ONCE(x, a[1]);", 2, "violated"),
        ("int a[2] = {1, 2}; WRITE_ONCE(x, a[1]);", 1, "holds"),
        ("int a[] = {1, 2}; WRITE_ONCE(x, a[1]);", 2, "violated"),
        ("int a[3] = {1, 2}; WRITE_ONCE(x, a[2] + 4);", 4, "violated"),
        ("int a[2] = {1, v}; WRITE_ONCE(x, a[1]);", 98, "violated"),
        ("int a[2]; a[1] = 2; WRITE_ONCE(x, a[1]);", 2, "violated"),
        ("int a[3] = {[1] = 2}; WRITE_ONCE(x, a[1]);", 2, "not modelled: the initial value of a (line 2)"),
        (
            "int i, a[3] = {[1] = 2}; for (i = 0; i < 2; i++) WRITE_ONCE(x, a[i]);",
            2,
            "not modelled: the initial value of a (line 2)",
        ),
        ('char a[] = "ab"; WRITE_ONCE(x, a[1]);', 98, "not modelled: the initial value of a (line 2)"),
        (
            "int a[2][2] = {{1, 2}, {3, 4}}; WRITE_ONCE(x, a[1][1]);",
            4,
            "not modelled: the initial value of a (line 2)",
        ),
        (
            "struct s a[2] = {{1}, {v}}; WRITE_ONCE(x, a[1].b);",
            1,
            "not modelled: the initial value of a (line 2)",
        ),
        (
            "union u u; u.a = 3; WRITE_ONCE(x, u.b);",
            3,
            "not modelled: the members of u, which share a place (line 2)",
        ),
        ("union u u; u.a = 3; WRITE_ONCE(x, u.a);", 3, "violated"),
        # What an unknown function gets the address of
        ("int a = 0; fill(&a); WRITE_ONCE(x, a);", 98, "violated"),
        ("int a = 0; fill(a); WRITE_ONCE(x, a);", 98, "holds"),
        ("int a[2] = {1, 2}; fill(a); WRITE_ONCE(x, a[1]);", 98, "violated"),
        ("int a[2] = {1, 2}; fill(&a[1]); WRITE_ONCE(x, a[1]);", 98, "violated"),
        ("int a[2] = {1, 2}; fill(a[0]); WRITE_ONCE(x, a[1]);", 98, "holds"),
        ("struct s a = {.b = 1}; fill(&a); WRITE_ONCE(x, a.b);", 98, "violated"),
        ("struct s a = {.b = 1}; fill(&a.b); WRITE_ONCE(x, a.b);", 98, "violated"),
    ],
)
def test_arrays_and_unions_of_a_function(body: str, value: int, status: str) -> None:
    assert judged(WRITER.format(body, value)) == status


@pytest.mark.parametrize(
    ("body", "value", "status"),
    [
        ("WRITE_ONCE(x, (u8)300);", 44, "violated"),
        ("WRITE_ONCE(x, (u8)300);", 300, "holds"),
        ("WRITE_ONCE(x, (unsigned char)-1);", 255, "violated"),
        ("WRITE_ONCE(x, (s8)255);", -1, "violated"),
        ("WRITE_ONCE(x, (char)127);", 127, "violated"),
        ("WRITE_ONCE(x, (u16)65537);", 1, "violated"),
        ("WRITE_ONCE(x, (short)32768);", -32768, "violated"),
        ("WRITE_ONCE(x, (int)300);", 300, "violated"),
        ("WRITE_ONCE(x, (bool)4);", 1, "violated"),
        ("WRITE_ONCE(x, (u8)v);", 300, "holds"),
        ("WRITE_ONCE(x, (u8)v);", 255, "violated"),
        ("WRITE_ONCE(x, (s8)v);", 255, "holds"),
        ("WRITE_ONCE(x, (s8)v);", -128, "violated"),
        ("bool b = v & 4; WRITE_ONCE(x, b);", 1, "violated"),
        ("bool b = v & 4; WRITE_ONCE(x, b);", 4, "holds"),
        ("bool b; b = 4; WRITE_ONCE(x, b);", 1, "violated"),
        ("u8 b = 255; b++; WRITE_ONCE(x, b + 7);", 7, "violated"),
        ("u8 *b = (u8 *)300; WRITE_ONCE(x, (long)b);", 300, "violated"),
    ],
)
def test_a_value_fits_into_its_type(body: str, value: int, status: str) -> None:
    assert judged(WRITER.format(body, value)) == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (
            "bool x; void f(void) { WRITE_ONCE(x, 4); } void g(void) { BUG_ON(READ_ONCE(x) == 1); }",
            "violated",
        ),
        ("u8 x; void f(void) { WRITE_ONCE(x, 300); } void g(void) { BUG_ON(READ_ONCE(x) == 300); }", "holds"),
        ("u8 x; void f(void) { x = 300; } void g(void) { BUG_ON(READ_ONCE(x) == 44); }", "violated"),
        ("int x; bool h(int a) { return a & 4; } void f(int v) { BUG_ON(h(v) == 1); }", "violated"),
        ("int x; bool h(int a) { return a & 4; } void f(int v) { BUG_ON(h(v) == 4); }", "holds"),
        ("int x; int h(bool a) { return a; } void f(int v) { BUG_ON(h(6) == 6); }", "holds"),
        ("void f(bool v) { BUG_ON(v == 2); }", "holds"),
        ("void f(u8 v) { BUG_ON(v == 256); }", "holds"),
        ("void f(u8 v) { BUG_ON(v == 255); }", "violated"),
    ],
)
def test_a_value_fits_wherever_it_is_handed_to(text: str, status: str) -> None:
    assert judged(text.replace(";", ";\n") if text.startswith("#") else text) == status


RING = """struct ring { unsigned int head, tail; };
void produce(struct ring *r) { WRITE_ONCE(r->tail, 1); smp_wmb(); WRITE_ONCE(r->head, 1); }
void consume(struct ring *r)
{
    {declared} READ_ONCE(r->head), t;
    smp_rmb();
    t = READ_ONCE(r->tail);
    BUG_ON({condition});
}
"""


@pytest.mark.parametrize(
    ("declared", "condition", "status"),
    [
        ("unsigned int h =", "h - t > 4", "violated"),
        ("u32 h =", "h - t > 4", "violated"),
        ("int h =", "h - t > 4", "holds"),
        ("unsigned int h =", "(int)(h - t) > 4", "holds"),
        ("unsigned int h =", "(int)(h - t) == -1", "violated"),
        ("unsigned int h =", "(u8)(h - t) == 255", "violated"),
        ("unsigned int h =", "h - t == -1", "violated"),
        ("unsigned int h =", "h - t < 0", "holds"),
        ("unsigned int h =", "h - t == 0xffffffff", "violated"),
        ("unsigned int h =", "(unsigned long)h - t == 0xffffffff", "holds"),
        ("unsigned int h =", "(unsigned long)h - t > 0xffffffffffff", "violated"),
        ("unsigned int h =", "(long)h - t == -1", "violated"),
        ("unsigned int h =", "h + ~t > 0 && h == 0 && t == 1", "violated"),
    ],
)
def test_what_has_no_sign_wraps(declared: str, condition: str, status: str) -> None:
    text = RING.replace("{declared}", declared).replace("{condition}", condition)
    assert judged(text) == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        # Where the type of a place is said
        (
            "u32 x; void f(void) { WRITE_ONCE(x, 0 - 1); } void g(void) { BUG_ON(READ_ONCE(x) > 4); }",
            "violated",
        ),
        ("u32 x; void f(void) { WRITE_ONCE(x, 0 - 1); } void g(void) { BUG_ON(READ_ONCE(x) < 0); }", "holds"),
        ("u32 x = -1; void f(void) { BUG_ON(READ_ONCE(x) + 1 == 0); }", "violated"),
        ("u64 x = -1; void f(void) { BUG_ON(READ_ONCE(x) + 1 == 0); }", "violated"),
        ("u32 x = -1; void f(void) { BUG_ON((u64)READ_ONCE(x) + 1 == 0); }", "holds"),
        ("u32 a[2] = {-1, 1}; void f(void) { BUG_ON(READ_ONCE(a[0]) > 4); }", "violated"),
        (
            "struct s { u8 a; } v; void f(void) { WRITE_ONCE(v.a, 300); BUG_ON(READ_ONCE(v.a) == 44); }",
            "violated",
        ),
        (
            "struct s { u8 a; }; void f(struct s *v) { WRITE_ONCE(v->a, 300); BUG_ON(READ_ONCE(v->a) == 300); }",
            "holds",
        ),
        ("struct s { u8 a; } v = { .a = 300 }; void f(void) { BUG_ON(READ_ONCE(v.a) == 44); }", "violated"),
        ("typedef struct { u8 a; } s_t; s_t v; void f(void) { v.a = 300; BUG_ON(v.a == 44); }", "violated"),
        (
            "typedef u8 small; typedef small mine; mine v; void f(void) { v = 300; BUG_ON(v == 44); }",
            "violated",
        ),
        ("struct s { struct { u8 a; }; } v; void f(void) { v.a = 300; BUG_ON(v.a == 44); }", "violated"),
        (
            "struct i { u8 a; }; struct s { struct i i; } v; void f(void) { v.i.a = 300; BUG_ON(v.i.a == 44); }",
            "violated",
        ),
        ("struct s { u8 a[2]; } v; void f(void) { v.a[1] = 300; BUG_ON(v.a[1] == 44); }", "violated"),
        ("struct s { u8 a; }; void f(void) { struct s v; v.a = 300; BUG_ON(v.a == 44); }", "violated"),
        ("struct s { u8 a; }; void f(void) { struct s v = { .a = 300 }; BUG_ON(v.a == 44); }", "violated"),
        ("struct s { u8 a; int b; }; void f(void) { struct s v; v.b = 300; BUG_ON(v.b == 44); }", "holds"),
        # By the member's name alone, where all structs agree
        ("struct s { u8 a; }; void f(void) { p->a = 300; BUG_ON(p->a == 44); }", "violated"),
        (
            "struct s { u8 a; }; struct t { u32 a; }; void f(void) { p->a = 300; BUG_ON(p->a == 44); }",
            "holds",
        ),
        ("struct s { u8 a; }; void f(struct t *p) { p->a = 300; BUG_ON(p->a == 44); }", "holds"),
        ("void f(u8 *p) { *p = 300; BUG_ON(*p == 44); }", "violated"),
        # Wherever values are compared, computed or handed on
        ("u32 x; void f(void) { BUG_ON(READ_ONCE(x) > -1); }", "holds"),
        ("u32 x; void f(void) { BUG_ON(READ_ONCE(x) < -1); }", "violated"),
        ("u32 x; void f(void) { BUG_ON(READ_ONCE(x) - 1U > 4U); }", "violated"),
        ("int x; void f(void) { BUG_ON(READ_ONCE(x) - 1U > 4U); }", "violated"),
        ("int x; void f(void) { BUG_ON(READ_ONCE(x) - 1 > 4); }", "holds"),
        ("int x; void f(void) { BUG_ON(READ_ONCE(x) - sizeof(int) < 0); }", "holds"),
        ("u32 x; void f(void) { u32 i = READ_ONCE(x); i--; BUG_ON(i > 4); }", "violated"),
        ("u32 x; void f(void) { u32 i = READ_ONCE(x); BUG_ON(i-- > 4); }", "holds"),
        ("u32 x; void f(void) { u32 i = READ_ONCE(x); BUG_ON(--i > 4); }", "violated"),
        ("u32 x; void f(void) { u32 i = READ_ONCE(x); i -= 1; BUG_ON(i > 4); }", "violated"),
        ("u32 x; void f(void) { BUG_ON((x -= 1) > 4); }", "violated"),
        ("u8 x; void f(void) { BUG_ON((x = 300) == 44); }", "violated"),
        ("u32 x; void f(void) { switch (READ_ONCE(x) - 1) { case -1: BUG(); } }", "violated"),
        ("u32 x; void f(int v) { u32 i = v ? READ_ONCE(x) - 1 : 2; BUG_ON(i > 4); }", "violated"),
        ("int x; u32 h(u32 a) { return a - 1; } void f(void) { BUG_ON(h(READ_ONCE(x)) > 4); }", "violated"),
        ("int x; int h(u32 a) { return a - 1; } void f(void) { BUG_ON(h(READ_ONCE(x)) > 4); }", "holds"),
        ("u32 x; void f(void) { xchg(&x, -1); BUG_ON(READ_ONCE(x) > 4); }", "violated"),
        (
            "u32 x = -1; void f(void) { BUG_ON(cmpxchg(&x, -1, 2) > 4); BUG_ON(READ_ONCE(x) != 2); }",
            "violated",
        ),
        ("atomic_t x; void f(void) { BUG_ON(atomic_dec_return(&x) < 0); }", "violated"),
        ("unsigned long x; void f(void) { clear_bit(0, &x); BUG_ON(READ_ONCE(x) != 0); }", "holds"),
        ("#define M (~0U)\nu32 x; void f(void) { WRITE_ONCE(x, M); BUG_ON(READ_ONCE(x) == M); }", "violated"),
        # Values from outside
        ("void f(u32 v) { BUG_ON(v < 0); }", "holds"),
        ("void f(u32 v) { BUG_ON(v + 1 == 0); }", "violated"),
        ("void f(u32 v) { BUG_ON(v == 0xffffffff); }", "violated"),
        ("void f(u32 v, u32 w) { BUG_ON(v == w && v > 7); }", "violated"),
        ("void f(u32 v) { BUG_ON((int)v < 0); }", "violated"),
        ("void f(int v) { BUG_ON(v < 0); }", "violated"),
        ("void f(size_t v) { BUG_ON(v - 1 > v); }", "violated"),
        ("int x; void f(void) { u32 i = unknown(); BUG_ON(i < 0); }", "holds"),
        ("void f(void) { u32 i; BUG_ON(i < 0); }", "holds"),
        # Where the text does not tell the type
        ("void f(void) { r0 = READ_ONCE(x) - 1; WRITE_ONCE(x, 0); BUG_ON(r0 > 4); }", "holds"),
        ("void f(void) { u32 i = READ_ONCE(p->x); WRITE_ONCE(p->x, 0 - 1); BUG_ON(i < 0); }", "holds"),
    ],
)
def test_types_of_places_and_expressions(text: str, status: str) -> None:
    assert judged(text.replace(";", ";\n") if text.startswith("#") else text) == status


@pytest.mark.parametrize(
    ("constants", "body", "value"),
    [
        ("#define C BIT(31)", "u64 v = 0x100000001; v &= ~C;", "0x100000001"),
        ("#define C 1000000000L", "u32 five = 5; u64 v = five * C;", "5000000000"),
        ("#define C (~0U)", "u64 v = C;", "0xffffffff"),
        ("#define C (~0U)", "int v = C > 0;", "1"),
        ("#define C (0 - 1U)", "u64 v = C;", "0xffffffff"),
        ("#define C 0xffffffffUL", "u64 v = C + 1;", "0x100000000"),
        ("#define C 0xffffffffUL", "u64 v = C << 4;", "0xffffffff0"),
        ("#define C 0xffffffffUL", "u64 v = ~C;", "0xffffffff00000000"),
        ("#define C 0xffffffff", "u64 v = ~C;", "0"),
        ("#define C GENMASK(3, 0)", "u64 v = ~C;", "0xfffffffffffffff0"),
        ("#define C (1 ? -1 : 0U)", "u64 v = C;", "0xffffffff"),
        ("#define C (-1 / 2U)", "u64 v = C;", "0x7fffffff"),
        ("#define C (-1 > 0U)", "int v = C;", "1"),
        ("#define C ((u8)~0)", "int v = ~C;", "-256"),
        ("#define C (1U - 2 >> 28 && 1)", "int v = C - 2;", "-1"),
        ("#define C sizeof(int)", "int v = C - 5 > 0;", "1"),
        ("#define D (C + 1)\n#define C 0xffffffffU", "u64 v = D;", "0"),
        ("static u64 v = ~0U;", "", "0xffffffff"),
        ("static const u64 v = ~0U;", "", "0xffffffff"),
        ("enum { C = ~0U >> 4 };", "u64 v = C;", "0x0fffffff"),
    ],
)
def test_constants_have_types(constants: str, body: str, value: str) -> None:
    assert judged(f"{constants}\nvoid f(void) {{ {body} BUG_ON(v == {value}); }}\n") == "violated"
    assert judged(f"{constants}\nvoid f(void) {{ {body} BUG_ON(v != {value}); }}\n") == "holds"


@pytest.mark.parametrize(
    ("body", "condition"),
    [
        ("g = LOW(-1);", "g == -1"),
        ("WRITE_ONCE(g, LOW(-1));", "g == -1"),
        ("int l; l = LOW(-1);", "l == -1"),
        ("int l = LOW(-1);", "l == -1"),
        ("struct s { int m; } v; v.m = LOW(-1);", "v.m == -1"),
        ("t[1] = LOW(-1);", "t[1] == -1"),
        ("g = low();", "g == -1"),
        ("g = same(LOW(-1));", "g == -1"),
        ("", "(int)LOW(-1) == -1"),
        ("", "LOW(-1) > 0"),
        ("", "OUTER(-1) == 0xffffffff"),
        ("u64 big = 0xffffffff; u32 one = 1; big = SUM(big, 0) + one;", "big == 0x100000000"),
        ("u64 big = 0xff00000003; u32 one = 1; big = CLEAR(big, one);", "big == 2"),
        ("u64 big; u32 one = 1; big = BIT_ULL(40) | one;", "big == 0x10000000001"),
        ("u64 big = 0x100000001; big &= ~BIT(n & 31);", "big == 0x100000000"),
        ("int l = BIT(31);", "l < 0"),
        ("", "BIT(63) > 0"),
        ("", "~GENMASK(3, 0) == 0xfffffffffffffff0"),
        ("atomic_or(BIT(31), &v);", "atomic_read(&v) < 0"),
    ],
)
def test_what_macros_give_has_a_type(body: str, condition: str) -> None:
    defined = """#define LOW(n) ((u32)(n))
#define OUTER(n) LOW(n)
#define SUM(a, b) ((a) + (b))
#define CLEAR(x, b) ((x) & ~(b))
int g, t[2]; atomic_t v;
int low(void) { return LOW(-1); }
int same(int a) { return a; }
"""
    assert judged(f"{defined}void f(u32 n) {{ {body} BUG_ON({condition}); }}\n") == "violated"


@pytest.mark.parametrize(
    ("declared", "condition", "status"),
    [
        ("enum e { A, B }; enum e v = -1;", "v < 0", "holds"),
        ("enum e { A, B }; enum e v = -1;", "v > B", "violated"),
        ("enum e { A, B } v = -1;", "v > B", "violated"),
        ("enum { A, B } v = -1;", "v > B", "violated"),
        ("typedef enum { A, B } T; T v = -1;", "v > B", "violated"),
        ("typedef enum e { A, B } T; T v = -1;", "v > B", "violated"),
        ("typedef enum e { A, B } T; enum e v = -1;", "v > B", "violated"),
        ("enum e { A, B }; struct s { enum e m; } v = { .m = -1 };", "v.m > B", "violated"),
        ("enum e { A = BIT(40), B = 1 }; enum e v = -1;", "v == 0xffffffffffffffff", "violated"),
        ("enum e { A = 1, B = -A }; enum e v = -1;", "v < 0", "violated"),
        ("enum e { A, B = 0 - 1LL << 40 }; enum e v = B;", "v == -(1LL << 40)", "violated"),
        ("enum e v = -1;", "v < 0", "violated"),
        # Their constants
        ("enum e { A, B };", "A - 1 < 0", "violated"),
        ("enum e { A = 1U, B };", "A - 2 < 0", "violated"),
        ("enum e { A = 0xffffffff, B = 1 };", "A + 1 == 0", "violated"),
        ("enum e { A = BIT(40), B = 1 };", "-A > 0", "violated"),
    ],
)
def test_an_enumeration_is_the_integer_that_has_its_constants(
    declared: str, condition: str, status: str
) -> None:
    assert judged(f"{declared}\nvoid f(void) {{ BUG_ON({condition}); }}\n") == status


def test_what_is_checked_for_a_sign_may_have_none() -> None:
    text = """enum st { A, B, C }; int x;
static int get(void) { return READ_ONCE(x) ? -22 : 1; }
void f(void) { enum st s = get(); if (s < 0) return; BUG_ON(s != B); }
void g(void) { WRITE_ONCE(x, 1); }
"""
    assert judged(text) == "violated"


@pytest.mark.parametrize(
    "body",
    [
        "u8 t[2]; t[0] = 300; BUG_ON(t[0] == 44);",
        "u8 t[2]; t[0] = 255; t[0]++; BUG_ON(t[0] == 0);",
        "u8 t[2] = { 300, -1 }; BUG_ON(t[1] == 255);",
        "u8 t[2] = { 300, -1 }; BUG_ON(t[i & 1] == 44);",
        "u8 t[2]; t[i & 1] = 300; BUG_ON(t[i & 1] == 44);",
        "u8 t[2][2]; t[0][1] = 300; BUG_ON(t[0][1] == 44);",
        "small t[2]; t[0] = 300; BUG_ON(t[0] == 44);",
        "u32 t[1]; t[0] = 0; BUG_ON(t[0] - 1 > 4);",
        "struct s v; v.t[0] = 65535; v.t[0]++; BUG_ON(v.t[0] == 0);",
        "struct s v[2]; v[1].m = 300; BUG_ON(v[1].m == 44);",
        "struct s v[2]; v[1].t[0] = 65536; BUG_ON(v[1].t[0] == 0);",
        "struct s v; v.t[1] = 65536; BUG_ON(get(v) == 0);",
    ],
)
def test_elements_of_a_local_have_its_type(body: str) -> None:
    declared = """typedef u8 small; struct s { u16 t[2]; u8 m; };
static int get(struct s v) { return v.t[1]; }
"""
    assert judged(f"{declared}void f(int i) {{ {body} }}\n") == "violated"


def test_elements_of_a_local_that_are_not_set_have_any_value_of_its_type() -> None:
    assert judged("void f(void) { u8 t[2]; t[1] = 0; BUG_ON(t[0] == 255); }\n") == "violated"
    assert judged("void f(void) { u8 t[2]; t[1] = 0; BUG_ON(t[0] > 255); }\n") == "holds"
    assert judged("void f(int i) { u8 t[99]; BUG_ON(t[i] > 255); }\n") == "holds"


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("", "int *p; p = &g; *p = 0xfffffffe;"),
        ("", "int *p = &g; if (c) p = &h; *p = 0xfffffffe;"),
        ("", "*(c ? &g : &h) = 0xfffffffe;"),
        ("", "int *p = &g, *q = &h; *(c ? p : q) = 0xfffffffe;"),
        ("static int *at(void) { return &g; }", "*at() = 0xfffffffe;"),
        ("static int *at(int c) { if (c) return &g; return &h; }", "*at(c) += 0xfffffffe;"),
        ("static void put(int *p, int c) { if (c) p = &h; *p = 0xfffffffe; }", "put(&g, c);"),
        ("int *at = &g;", "if (c) at = &h; *at = 0xfffffffe;"),
        ("struct s { int *p; };", "struct s v = { .p = &g }; *v.p = 0xfffffffe;"),
    ],
)
def test_what_a_pointer_leads_to_has_its_type(before: str, body: str) -> None:
    assert judged(f"int g, h;\n{before}\nvoid f(int c) {{ {body} BUG_ON(g == -2); }}\n") == "violated"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        # Variables that are defined elsewhere
        ("extern int x; void f(void) { BUG_ON(READ_ONCE(x) == 5); }", "violated"),
        ("extern int y, x[2]; void f(void) { BUG_ON(READ_ONCE(x[1]) == 5); }", "violated"),
        ("extern int g(int x); int x; void f(void) { BUG_ON(READ_ONCE(x) == 5); }", "holds"),
        ("int x; void f(void) { BUG_ON(READ_ONCE(x) == 5); }", "holds"),
        # Members that share a place
        (
            "struct s { union { int a; u8 b; }; int c; } v; void f(void) { v.a = 1; BUG_ON(v.b == 1); }",
            "not modelled: the members of v, which has an unnamed union (line 1)",
        ),
        (
            "struct s { union { struct { int a; int b; }; u8 c; }; } v; void f(void) { v.a = 1; BUG_ON(v.c == 1); }",
            "not modelled: the members of v, which has an unnamed union (line 1)",
        ),
        (
            "struct s { union { int a; u8 b; } u; } v; void f(void) { v.u.a = 1; BUG_ON(v.u.b == 1); }",
            "not modelled: the members of v.u, which is a union (line 1)",
        ),
        (
            "union u { int a; u8 b; }; struct s { union u u; } v; void f(void) { v.u.a = 1; BUG_ON(v.u.b == 1); }",
            "not modelled: the members of v.u, which is a union (line 1)",
        ),
        (
            "struct s { union { struct { int a; int b; }; u8 c; }; } v; void f(void) { v.a = 1; BUG_ON(v.b); }",
            "holds",
        ),
        ("struct s { union { int a; u8 b; }; int c; } v; void f(void) { v.a = 1; BUG_ON(v.c); }", "holds"),
        (
            "typedef union { int a; u8 b; } u_t; u_t v; void f(void) { v.a = 1; BUG_ON(v.b == 1); }",
            "not modelled: the members of v, which has an unnamed union (line 1)",
        ),
        (
            "typedef union { int a; u8 b; } u_t; void f(void) { u_t v; v.a = 1; BUG_ON(v.b == 1); }",
            "not modelled: the members of v, which share a place (line 1)",
        ),
        (
            "struct s { union { int a; u8 b; }; }; void f(void) { struct s v; v.a = 1; BUG_ON(v.b == 1); }",
            "not modelled: the members of v, which share a place (line 1)",
        ),
        (
            "struct s { union { int a; u8 b; }; }; void f(struct s v) { v.a = 1; BUG_ON(v.b == 1); }",
            "not modelled: the members of v, which share a place (line 1)",
        ),
        # Bit-fields
        (
            "struct s { u32 a:1; u32 b:1; } v; void f(void) { v.a = 1; BUG_ON(v.a == 0); }",
            "not modelled: v.a = 1, which sets a bit-field (line 1)",
        ),
        (
            "struct s { u32 a:1; }; void f(struct s *p) { p->a++; BUG_ON(p->a == 0); }",
            "not modelled: p->a++, which sets a bit-field (line 1)",
        ),
        ("struct s { u32 a:1; u32 b; } v; void f(void) { v.b = 2; BUG_ON(v.a); }", "holds"),
        # What the C library writes
        (
            "int x; void f(void) { WRITE_ONCE(x, 1); memset(&x, 0, 4); BUG_ON(READ_ONCE(x) == 0); }",
            "not modelled: what memset() writes (line 1)",
        ),
        (
            "struct s { int a; }; void f(struct s *p) { p->a = 1; memset(p, 0, 4); BUG_ON(p->a == 0); }",
            "not modelled: what memset() writes (line 1)",
        ),
        (
            "struct s { int a; }; void f(struct s *p) { memcpy(p, h(), 4); } void g(struct s *q) { BUG_ON(q->a); }",
            "not modelled: what memcpy() writes (line 1)",
        ),
        (
            "int x, y; void f(void) { WRITE_ONCE(x, 1); memset(&y, 0, 4); BUG_ON(READ_ONCE(x) == 0); }",
            "holds",
        ),
        (
            "int x; void f(void) { int a = 1; memset(&a, 0, 4); WRITE_ONCE(x, 1); BUG_ON(a == 0); }",
            "violated",
        ),
        ("int x = 1, y; void f(void) { swap(x, y); BUG_ON(READ_ONCE(y) == 1); }", "violated"),
        ("int x = 1, y; void f(void) { swap(x, y); BUG_ON(READ_ONCE(x) == 1); }", "holds"),
        ("void f(void) { int a = 1, b = 2; swap(a, b); BUG_ON(a == 2 && b == 1); }", "violated"),
        # Accesses as of another type
        (
            "u64 x; void f(void) { WRITE_ONCE(x, 511); BUG_ON(READ_ONCE(*(u8 *)&x) == 255); }",
            "not modelled: (u8 *)&x, an access as of another type (line 1)",
        ),
        (
            "u64 x; void f(void) { u8 *p = (u8 *)&x; *p = 1; BUG_ON(x == 1); }",
            "not modelled: (u8 *)&x, an access as of another type (line 1)",
        ),
        (
            "struct a { int v; } s; struct b { u8 v; }; void f(void) { ((struct b *)&s)->v = 1; BUG_ON(s.v == 1); }",
            "not modelled: (struct b *)&s, an access as of another type (line 1)",
        ),
        (
            "void h(u32 *p) { *p = 0; } void f(void) { u64 v = ~0ULL; h((u32 *)&v); BUG_ON(v); }",
            "not modelled: (u32 *)&v, an access as of another type (line 1)",
        ),
        (
            "void h(u32 *p) { *p = 0; } void f(void) { u64 v = ~0ULL; h((void *)&v); BUG_ON(v); }",
            "not modelled: (void *)&v, an access as of another type (line 1)",
        ),
        (
            "void h(void *p) { u32 *q = p; *q = 0; } void f(void) { u64 v = ~0ULL; h(&v); BUG_ON(v); }",
            "not modelled: p, an access as of another type (line 1)",
        ),
        (
            "u64 x = ~0ULL; void h(u32 *p) { *p = 0; } void f(void) { h((void *)&x); BUG_ON(x); }",
            "not modelled: (void *)&x, an access as of another type (line 1)",
        ),
        (
            "u64 x = ~0ULL; void f(void) { u32 *p; p = (u32 *)&x; *p = 0; BUG_ON(x); }",
            "not modelled: (u32 *)&x, an access as of another type (line 1)",
        ),
        ("u64 x = 1; void f(void) { u64 *p; p = (u64 *)&x; *p = 0; BUG_ON(x); }", "holds"),
        ("void h(void *p) { u64 *q = p; *q = 0; } void f(void) { u64 v = 1; h(&v); BUG_ON(v); }", "holds"),
        ("u64 x; void f(void) { WRITE_ONCE(*(u64 *)&x, 1); BUG_ON(READ_ONCE(x) == 1); }", "violated"),
        ("struct a { int v; } s; void f(void) { ((struct a *)&s)->v = 1; BUG_ON(s.v == 1); }", "violated"),
        # What nothing has set yet, and structs that are handed over
        ("void f(int v) { int a; if (v) a = 1; BUG_ON(a == 3); }", "violated"),
        ("struct s { int a; }; void f(void) { struct s v; BUG_ON(v.a == 3); }", "violated"),
        ("typedef struct { int a; } s_t; void f(void) { s_t v; BUG_ON(v.a == 3); }", "violated"),
        ("struct s { u8 a; }; void f(void) { struct s v; BUG_ON(v.a == 300); }", "holds"),
        ("struct s { int a; }; void f(struct s v) { BUG_ON(v.a == 3); }", "violated"),
        (
            "struct s { int a; }; int h(struct s v) { return v.a; } void f(struct s w) { w.a = 3; BUG_ON(h(w) == 3); }",
            "violated",
        ),
        (
            "struct s { int a; }; int h(struct s v) { return v.a; } void f(struct s w) { w.a = 3; BUG_ON(h(w) == 4); }",
            "holds",
        ),
        # Names for constants that the text does not tell
        ("u32 x; void f(void) { x |= ONE; BUG_ON(x & OTHER); }", "holds"),
        ("u32 x; void f(void) { x |= ONE; BUG_ON(x & ONE); }", "violated"),
        ("u8 x; void f(void) { x |= ONE; BUG_ON(x & ONE); }", "violated"),
        ("unsigned long x; void f(void) { set_bit(ONE, &x); BUG_ON(test_bit(ONE, &x)); }", "violated"),
        ("unsigned long x; void f(void) { set_bit(ONE, &x); BUG_ON(test_bit(OTHER, &x)); }", "holds"),
        ("unsigned long x; void f(void) { x |= 1UL << ONE; BUG_ON(x & BIT(ONE)); }", "violated"),
        (
            "unsigned long x; void h(int i) { x |= 1UL << i; } void f(void) { h(ONE); BUG_ON(x & (1UL << ONE)); }",
            "violated",
        ),
        ("unsigned long x; void f(void) { x |= ULONG_MAX; BUG_ON(x + 1 == 0); }", "violated"),
        ("u32 x; void f(void) { x = U32_MAX; BUG_ON(x + UINT_MAX + 2 == 0); }", "violated"),
        (
            "u64 x; void f(void) { smp_store_mb(x, 1ULL << 40); BUG_ON(READ_ONCE(x) == 1ULL << 40); }",
            "violated",
        ),
    ],
)
def test_what_only_declarations_tell(text: str, status: str) -> None:
    assert judged(text) == status


@pytest.mark.parametrize(
    ("declared", "body", "status"),
    [
        ("int t[4];", "t[0] = 1; t[i] = 2; BUG_ON(t[0] == 1);", "undecided"),
        ("int t[4];", "t[0] = 1; t[i] = 2; BUG_ON(t[0] == 2);", "violated"),
        ("int t[4];", "t[i] = 2; BUG_ON(t[i] != 2);", "undecided"),
        ("int t[4];", "t[0] = 1; t[i & 3] = 2; BUG_ON(t[0] == 1);", "violated"),
        ("int t[4];", "t[0] = 1; t[3 & i] = 2; BUG_ON(t[0] == 0);", "holds"),
        ("int t[4];", "t[i & 3] = 2; BUG_ON(t[i & 3] != 2);", "holds"),
        ("int t[4];", "t[i & 3] = 2; BUG_ON(t[i & 3] != 2 || t[j & 3] == 0);", "violated"),
        ("int t[4] = { 1, 2, 3, 4 };", "BUG_ON(t[i] == 3);", "undecided"),
        ("int t[4] = { 1, 2, 3, 4 };", "BUG_ON(t[i & 3] == 3);", "violated"),
        ("int t[4] = { 1, 2, 3, 4 };", "BUG_ON(t[i & 3] == 5);", "holds"),
        ("int t[99];", "t[0] = 1; t[i & 3] = 2; BUG_ON(t[0] == 1);", "undecided"),
        ("struct { int t[4]; } *p;", "p->t[0] = 1; p->t[i] = 2; BUG_ON(p->t[0] == 1);", "undecided"),
        ("int *p;", "p[0] = 1; p[i] = 2; BUG_ON(p[0] == 1);", "undecided"),
        ("int t[4], x;", "if (t[i]) x = 1; BUG_ON(x);", "undecided"),
    ],
)
def test_nothing_is_proved_of_elements_that_are_one_location(declared: str, body: str, status: str) -> None:
    found = judged(f"{declared}\nvoid f(unsigned int i, int j) {{ {body} }}\n")
    assert found == status


def test_a_question_about_elements_that_are_one_location_is_open() -> None:
    text = "int t[4];\nvoid f(int i) {{ t[0] = 1; t[i] = 2; }}\nexists (t[0] == {})\n"
    assert judged(text.format(1)) == "undecided"
    assert judged(text.format(2)) == "holds"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("BUG_ON(READ_ONCE(x) > LIMIT);", {"LIMIT is not in the text: taken to be 101"}),
        ("BUG_ON(READ_ONCE(x) & FLAG);", {"FLAG is not in the text: taken to be 64"}),
        ("BUG_ON(READ_ONCE(x) == 64 && READ_ONCE(x) & FLAG);", {"FLAG is not in the text: taken to be 128"}),
        ("BUG_ON(READ_ONCE(x) == STATE);", set()),
        ("BUG_ON(READ_ONCE(x) == STATE && STATE == 5);", {"STATE is not in the text: taken to be 101"}),
        ("BUG_ON(-LIMIT == -5);", {"LIMIT is not in the text: taken to be 101"}),
        ("BUG_ON(-EIO != -5);", set()),
        ("set_bit(x, &g.a);", set()),
        ("set_bit(1, p->w);", set()),
        ("set_bit(x, p->w);", {"the bit of set_bit() on line 2 is taken to be in the first word"}),
        ("BUG_ON(p->a == 3); q->a = 3;", {"p and q are taken to be different objects"}),
        ("BUG_ON(p->a == 3); q->b = 3;", set()),
        ("h->a = 1; BUG_ON(g.a == 1);", {"h and g are taken to be different objects"}),
        ("p->t->a = 1; BUG_ON(g.a == 1);", {"p->t and g are taken to be different objects"}),
        ("p->t->a = 1; BUG_ON(p->u->a == 1);", {"p->t and p->u are taken to be different objects"}),
        ("p->t->a = 1; BUG_ON(p->u->b == 1);", set()),
        ("p->t->a = 1; BUG_ON(p->t->a == 2);", set()),
        (
            "p->n->a = 1; BUG_ON(p->a == 2);",
            {"p->n and p are taken to be different objects"},
        ),  # or a ring of one
        ("g.a = 1; BUG_ON(k.a == 1);", set()),
        ("*i = 1; BUG_ON(*j == 2);", {"i and j are taken to be different objects"}),
        ("x = 1; *i = 2; BUG_ON(x != 1);", {"x and i are taken to be different objects"}),
        ("x = 1; *r = 2; BUG_ON(x != 1);", {"x and r are taken to be different objects"}),
        ("x = 1; *p->r = 2; BUG_ON(x != 1);", {"x and p->r are taken to be different objects"}),
        ("g.a = 1; *i = 2; BUG_ON(g.a != 1);", {"g.a and i are taken to be different objects"}),
        ("p->a = 1; *i = 2; BUG_ON(p->a != 1);", {"p->a and i are taken to be different objects"}),
        ("x = 1; *c = 2; BUG_ON(x != 1);", set()),
        ("x = 1; g.a = 2; BUG_ON(x != 1);", set()),
        ("h = NULL; r = NULL; BUG_ON(h);", set()),
    ],
)
def test_what_is_taken_for_granted_is_said(body: str, said: set[str]) -> None:
    structs = (
        "struct t { int a, b; } g, k, *h; "
        "struct s { int a, b, *r; struct t *t, *u; struct s *n; unsigned long w[2]; };"
    )
    text = f"{structs} int x, *r;\nvoid f(struct s *p, struct s *q, int *i, int *j, long *c) {{ {body} }}\n"
    (unit,) = check("a.c", text.encode(), Options(models=("lkmm",)))
    assert {a for a in unit.assumptions if "taken to be" in a} == said


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("set_bit(64, bits); BUG_ON(bits[1] == 1);", "violated"),
        ("set_bit(64, bits); BUG_ON(bits[0]);", "holds"),
        ("set_bit(64, bits); BUG_ON(!test_bit(64, bits));", "holds"),
        ("set_bit(130, s.f); BUG_ON(s.f[2] == 4);", "violated"),
        ("set_bit(70, s.p); BUG_ON(s.p[1] == 64);", "violated"),
        ("set_bit(64, &bits[1]); BUG_ON(bits[2] == 1);", "violated"),
        ("BUG_ON(test_and_set_bit(99, bits)); BUG_ON(bits[1] == 1UL << 35);", "violated"),
        ("__set_bit(9, bits); BUG_ON(bits[0] == 512);", "violated"),
        ("x = 4; BUG_ON(__test_and_set_bit(x++, bits)); BUG_ON(x == 5);", "violated"),
        ("BUG_ON(-EIO == -5);", "violated"),
        ("BUG_ON(EAGAIN == EWOULDBLOCK);", "violated"),
        ("BUG_ON(LIMIT == EIO);", "holds"),
    ],
)
def test_bits_of_several_words_and_numbers_of_errors(body: str, status: str) -> None:
    declared = "unsigned long bits[3]; struct { unsigned long f[3], *p; } s; int x;"
    (unit,) = check("a.c", f"{declared}\nvoid f(void) {{ {body} }}\n".encode(), Options(models=("lkmm",)))
    assert status in {p.status for p in unit.results[0].properties}, unit.results[0].reason


SIZED = "u32 w; u64 arr[3]; struct s { u8 b; u16 c[5]; struct s *n; } s, *sp;"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("BUG_ON(sizeof(w) != 4);", "holds", ""),
        ("BUG_ON(sizeof(s.b) != 1 || sizeof(sp->b) != 1 || sizeof(p->n) != 8);", "holds", ""),
        ("long l; BUG_ON(sizeof(l) != 8);", "holds", ""),
        ("BUG_ON(sizeof(w) == 4);", "violated", ""),
        ("BUG_ON(ARRAY_SIZE(arr) != 3 || ARRAY_SIZE(sp->c) != 5 || ARRAY_SIZE(p->c) != 5);", "holds", ""),
        ("int l[4]; BUG_ON(ARRAY_SIZE(l) != 4);", "holds", ""),
        ("for (int i = 0; i < ARRAY_SIZE(arr); i++) arr[i] = 1; BUG_ON(arr[1] != 1);", "holds", ""),
        ("BUG_ON(sizeof(s) != 24);", "violated", "“sizeof(s)” may have any value"),
        ("BUG_ON(sizeof(*p) != 24);", "violated", "“sizeof(*p)” may have any value"),
        ("BUG_ON(sizeof(o->x) != 4);", "violated", "“sizeof(o->x)” may have any value"),
        ("BUG_ON(ARRAY_SIZE(other) != 3);", "violated", "“ARRAY_SIZE(other)” may have any value"),
        ("p->n = kmalloc(sizeof(*p), 1); BUG_ON(w);", "holds", ""),
    ],
)
def test_sizes(body: str, status: str, said: str) -> None:
    text = f"{SIZED}\nvoid f(struct s *p) {{ {body} }}\n"
    (unit,) = check("a.c", text.encode(), Options(models=("lkmm",)))
    assert [p.status for p in unit.results[0].properties] == [status], unit.results[0].reason
    assert [a for a in unit.assumptions if "may have any value" in a] == ([f"line 2: {said}"] if said else [])


STRUCTS = "struct s { int a, b; }; struct o { struct s i; int t[2]; }; struct s gs, *gp; int x, y, t[2];\n"


@pytest.mark.parametrize(
    ("before", "body"),
    [
        # A struct that is handed over as a value, and what its declaration does not set
        ("static int get(struct s v) { return v.a; }", "struct s v = { .a = 1 }; BUG_ON(get(v) == 1);"),
        ("static int get(struct s v) { return v.a; }", "struct s v; v.b = 1; BUG_ON(get(v) == 1);"),
        (
            "static int inner(struct s v) { return v.a; }\nstatic int get(struct s v) { return inner(v); }",
            "struct s v = { .a = 1 }; BUG_ON(get(v) == 1);",
        ),
        (
            "static struct s make(void) { struct s v = { .a = 1 }; return v; }",
            "struct s v = make(); BUG_ON(v.a == 1);",
        ),
        ("static int get(struct o v) { return v.t[1]; }", "struct o v; v.t[1] = 1; BUG_ON(get(v) == 1);"),
        ("", "struct o v = { .t = { 1, 2 } }; BUG_ON(v.t[1] == 2);"),
        ("", "struct o v; v.t[0] = 1; BUG_ON(v.t[1] == 2);"),
        ("", "struct s v[2]; v[0].b = 1; BUG_ON(v[1].a == 2);"),
        ("", "int v[2] = { 1, 2 }; BUG_ON(*(v + 1) == 2);"),
        ("", "old.val = READ_ONCE(x); BUG_ON(old.locked == 1);"),
        # Members and elements that macros name
        ("#define A(v) ((v).a)", "struct s v = { .a = 1 }; BUG_ON(A(v) == 1);"),
        ("#define F(v, m) ((v).m)", "struct s v = { .a = 1 }; BUG_ON(F(v, a) == 1);"),
        ("#define F(v, m) ((v).m)", "struct o v; v.i.a = 1; BUG_ON(F(v, i.a) == 1);"),
        ("#define F(v, m) ((v).m)", "struct o v; v.t[1] = 1; BUG_ON(F(v, t[1]) == 1);"),
        ("#define CHECK() BUG_ON(v.a == 1)", "struct s v = { .a = 1 }; CHECK();"),
        ("#define AT(t, i) ((t)[i])", "int v[2] = { 1, 2 }; BUG_ON(AT(v, c & 1) == 2);"),
        # Jumps in macros
        ("#define LEAVE() return", "if (c) LEAVE(); BUG();"),
        ("#define OUT() goto out", "if (c) OUT(); return; out: BUG();"),
        ("#define AGAIN() goto again", "int n = 0; again: n++; if (c && n < 2) AGAIN(); BUG_ON(n == 2);"),
        ("#define STOP() break", "while (1) { if (c) STOP(); } BUG();"),
        (
            "#define NEXT() continue",
            "int i, n = 0; for (i = 0; i < 1; i++) { if (c) NEXT(); n++; } BUG_ON(!n);",
        ),
        (
            "#define FIVE() return 5\nstatic int get(int c) { if (c) FIVE(); return 1; }",
            "BUG_ON(get(c) == 5);",
        ),
        # Variables of functions that all calls share
        ("static int *at(void) { static int *p = &x; return p; }", "*at() = 1; BUG_ON(x == 1);"),
        ("", "static int *p = &x; *p = 1; BUG_ON(x == 1);"),
        ("", "static int *p = &t[1]; *p = 1; BUG_ON(t[1] == 1);"),
        ("", "static int *p = t; p[1] = 1; BUG_ON(t[1] == 1);"),
        ("", "static int *p = &x; if (c) p = &y; *p = 1; BUG_ON(y == 1);"),
        ("", "static struct s *p = &gs; p->a = 1; BUG_ON(gs.a == 1);"),
        ("", "static u8 n = 255; n++; BUG_ON(n == 0);"),
        # What an unknown function gets the address of
        ("static void hand(int *p) { get_it(p); }", "int v = 0; hand(&v); BUG_ON(v == 3);"),
        ("#define GET(v) get_it(&v)", "struct s v; v.a = 0; GET(v); BUG_ON(v.a == 3);"),
        ("", "struct o v; v.i.a = 0; get_it(&v); BUG_ON(v.i.a == 3);"),
        ("", "struct o v; v.t[1] = 0; get_it(&v); BUG_ON(v.t[1] == 3);"),
        ("", "struct s v[2]; v[1].a = 0; get_it(v); BUG_ON(v[1].a == 2);"),
        ("", "struct s v; v.a = 0; get_it(&v); goto out; v.a = 1; out: BUG_ON(v.a == 3);"),
    ],
)
def test_what_a_part_of_a_local_may_be(before: str, body: str) -> None:
    assert judged(f"{STRUCTS}{before}\nvoid f(bool c) {{ {body} }}\n") == "violated"


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("static int get(struct s v) { return v.a; }", "struct s v = { .a = 1 }; BUG_ON(get(v) != 1);"),
        ("static int get(struct o v) { return v.t[1]; }", "struct o v; v.t[1] = 1; BUG_ON(get(v) != 1);"),
        ("static void put(struct s v) { v.a = 2; }", "struct s v = { .a = 1 }; put(v); BUG_ON(v.a != 1);"),
        (
            "static struct s make(void) { struct s v; v.a = 1; return v; }\nstatic int get(struct s v) { return v.a; }",
            "BUG_ON(get(make()) != 1);",
        ),
        ("static int get(struct s v) { return v.a; }", "struct o v; v.i.a = 1; BUG_ON(get(v.i) != 1);"),
        ("static int get(struct s v) { return v.a; }", "struct s v[2]; v[1].a = 1; BUG_ON(get(v[1]) != 1);"),
        ("#define A(v) ((v).a)", "struct s v = { .a = 1 }; BUG_ON(A(v) != 1);"),
        ("#define F(v, m) ((v).m)", "struct o v; v.i.a = 1; BUG_ON(F(v, i.a) != 1);"),
        ("", "int i; for (i = 0; i < 2; i++) { struct s v = { .a = i }; BUG_ON(v.a != i); }"),
        ("", "static int *p = &x; *p = 1; BUG_ON(x != 1);"),
    ],
)
def test_what_a_part_of_a_local_must_be(before: str, body: str) -> None:
    assert judged(f"{STRUCTS}{before}\nvoid f(bool c) {{ {body} }}\n") == "holds"


@pytest.mark.parametrize(
    "body",
    [
        "struct o v, w; w.i.a = 2; v.i = w.i; BUG_ON(v.i.a == 2);",
        "go.i.a = 2; gq.i = go.i; BUG_ON(gq.i.a == 2);",
        "p->i.a = 2; q->i = p->i; BUG_ON(q->i.a == 2);",
        "struct s v; v.a = 2; WRITE_ONCE(gs, v); BUG_ON(gs.a == 2);",
        "ts[0].a = 2; ts[1] = ts[0]; BUG_ON(ts[1].a == 2);",
        "tv.a = 2; tw = tv; BUG_ON(tw.a == 2);",
        "r->a = 2; *u = *r; BUG_ON(u->a == 2);",
        "*sp = (struct s){ .a = 2 }; BUG_ON(sp->a == 2);",
        "ts[0].a = 2; swap(ts[0], ts[1]); BUG_ON(ts[1].a == 2);",
    ],
)
def test_a_struct_assigned_as_a_whole_is_not_modelled(body: str) -> None:
    declared = "typedef struct { int a; } T; T tv, tw; struct o go, gq; struct s ts[2];"
    parameters = "struct o *p, struct o *q, T *r, T *u, struct s *sp"
    found = judged(f"{STRUCTS}{declared}\nvoid f({parameters}) {{ {body} }}\n")
    assert "a struct assigned as a whole" in found


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("", "BUG_ON(get(gs) == 1);"),
        ("", "BUG_ON(get(*gp) == 1);"),
        ("", "BUG_ON(get((struct s){ .a = 1 }) == 1);"),
        ("static void put(struct s *p) { p->a = 1; }", "struct s v; put(&v); BUG_ON(get(v) == 1);"),
        ("static struct s all(void) { return gs; }", "BUG_ON(get(all()) == 1);"),
        ("", "struct s v = { .a = 1 }, w = { .a = 2 }; BUG_ON(get(c ? v : w) == 1);"),
    ],
)
def test_a_struct_in_memory_that_is_read_as_a_whole_is_not_modelled(before: str, body: str) -> None:
    get = "static int get(struct s v) { return v.a; }"
    found = judged(f"{STRUCTS}{get}\n{before}\nvoid f(bool c) {{ {body} }}\n")
    assert "a struct that is read as a whole" in found


@pytest.mark.parametrize(
    "body",
    [
        "int ret; if (p) goto out; ret = 1; out: BUG_ON(ret == 5);",
        "int ret; { if (p) goto out; } ret = 1; out: BUG_ON(ret == 5);",
        "int ret; while (READ_ONCE(x)) { if (p) goto out; ret = 1; } out: BUG_ON(ret == 5);",
        "if (p) goto out; int ret = 1; out: BUG_ON(ret == 5);",
        "int i; for (i = 0; i < 2; i++) { if (p) goto next; int ret = 1; next: BUG_ON(ret == 5); }",
        "if (p) goto out; int a[2] = {1, 2}; out: BUG_ON(a[1] == 5);",
        "int i; if (p) goto out; int a[2] = {1, 2}; out: for (i = 0; i < 2; i++) BUG_ON(a[i] == 5);",
        "if (p) goto out; struct s v = {.a = 1}; out: BUG_ON(v.a == 5);",
        "switch (p) { case 1: ; int ret = 1; case 2: BUG_ON(ret == 5); }",
        "switch (p) { int ret = 1; case 1: BUG_ON(ret == 5); }",
        "switch (p) { int ret; case 1: ret = 1; case 2: BUG_ON(ret == 5); }",
        "int ret; switch (p) { case 1: ret = 1; } BUG_ON(ret == 5);",
        "int ret; LEAVE(p); ret = 1; out: BUG_ON(ret == 5);",
    ],
)
def test_what_control_jumps_over_sets_nothing(body: str) -> None:
    before = f"{STRUCTS}int x;\n#define LEAVE(c) do {{ if (c) goto out; }} while (0)\n"
    assert judged(f"{before}void f(int p) {{ {body} }}\n") == "violated"


@pytest.mark.parametrize(
    "body",
    [
        "int ret; if (p) goto out; out: ret = 1; BUG_ON(ret != 1);",
        "int ret = 1; if (p) goto out; ret = 2; out: BUG_ON(ret != 1 && ret != 2);",
        "if (p) goto out; int ret = 1; BUG_ON(ret != 1); out: ;",
        "switch (p) { case 1: ; int ret = 1; BUG_ON(ret != 1); case 2: ; }",
        "switch (p) { int ret; case 1: ret = 1; BUG_ON(ret != 1); }",
        "int ret = 1; switch (p) { case 1: { int ret = 2; } case 2: BUG_ON(ret != 1); }",
        "if (p) goto out; static int x = 1; out: BUG_ON(x != 1);",
    ],
)
def test_what_control_jumps_over_changes_nothing_else(body: str) -> None:
    assert judged(f"void f(int p) {{ {body} }}\n") == "holds"
