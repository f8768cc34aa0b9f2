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
            "not modelled: the members of u, which is a union (line 2)",
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
