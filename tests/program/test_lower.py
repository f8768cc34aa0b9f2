"""What pseudo-C means: the values that small programs can end with, and what lowering notes or refuses."""

from __future__ import annotations

import pytest

from tests.outcomes import reachable
from verifier.errors import ProgramError, UsageError
from verifier.options import Options
from verifier.program.lower import lower
from verifier.program.program import Fence, Load, Operation, Program, Rmw, Scope, Store, flatten
from verifier.source import Source
from verifier.syntax import parse


def lowered(text: str, **options: object) -> Program:
    source = Source.whole("a.c", text)
    return lower(parse(source), source, Options(**options))  # type: ignore[arg-type]


ONE_THREAD = [  # declarations, the body of one thread, and the value of x at its end
    ("", "int r = 2; if (r == 2) x = 1; else x = 3;", 1),
    ("", "int r = 0; if (r) x = 1; else if (!r) x = 2; else x = 3;", 2),
    ("", "int i; for (i = 0; i < 2; i++) x = x + 3;", 6),
    ("", "int r = 0; for (int i = 0; i < 7; i++) r += 1; x = r;", 7),
    ("", "int i = 0; while (1) { if (i == 5) break; i++; } x = i;", 5),
    ("", "int i = 0; do { x++; } while (i); x = x + 10;", 11),
    ("", "do { x = 4; break; x = 5; } while (0); x++;", 5),
    ("", "int r = 0; for (int i = 0; i < 4; i++) { if (i & 1) continue; r += 10; } x = r;", 20),
    ("", "switch (2) { case 1: x = 1; case 2: x = x + 2; case 3: x = x + 4; break; default: x = 50; }", 6),
    ("", "switch (9) { default: x = 5; break; case 1: x = 1; }", 5),
    ("", "switch (9) { case 1: x = 1; default: x = 5; case 2: x = x + 1; }", 6),
    ("", "switch (9) { case 1: x = 1; } x = x + 3;", 3),
    ("", "switch (2) { case 1 ... 3: x = 7; break; default: x = 5; }", 7),
    ("", "switch (4) { case 1 ... 3: x = 7; case 4 ... 5: x = x + 1; break; default: x = 5; }", 1),
    ("", "switch (0 - 2) { case -3 ... -1: x = 7; break; case 0 ... 9: x = 5; }", 7),
    ("", "int r = 1; if (r) goto out; x = 7; out: x = x + 1;", 1),
    ("", "int r = 0; up: r++; if (r == 1) goto down; r++; down: if (r < 4) goto up; x = r;", 5),
    ("", "int r = 0; up: r++; if (r < 2) goto up; down: r = r + 3; if (r < 6) goto up; x = r;", 9),
    ("", "int r = 0; up: r++; down: if (r == 2) goto out; if (r < 2) goto up; out: x = r;", 2),
    ("", "int r = 0; again: r++; if (r < 2) goto again; x = r;", 2),
    ("", "int r = 0; if (r && (x = 9)) x = 8;", 0),
    ("", "int r = 1; if (r || (x = 9)) x = x + 1;", 1),
    ("", "int r = 1; x = r ? 3 : 4;", 3),
    ("", "int r = 6; r |= 1; r &= 5; r <<= 2; r -= 1; x = r;", 19),
    ("", "int r = 1; x = r++ + 10; x = x * 10 + r;", 112),
    ("", "int r = 1; x = (r = r + 1) * 10 + r;", 22),
    ("", "int r = -7 / 2; x = r;", -3),
    ("enum state { A, B, C = 7, D };", "x = D * 10 + B;", 81),
    ("enum state { A = BIT(3), B = 1 << 2, C = ~-6, D = A | B };", "x = D * 100 + C * 10 + A;", 1258),
    ("#define LIMIT 12", "x = LIMIT;", 12),
    ("#define MASK (1 << 4)", "x = MASK;", 16),
    ("", "x = BIT(3);", 8),
    ("", "x = true; if (y == NULL) x = x + 1;", 2),
    ("int a[3];", "a[1] = 4; a[2] = 5; x = a[1];", 4),
    ("int a[3] = { 7, 8, 9 };", "x = a[2];", 9),
    ("static int s = 6;", "x = s;", 6),
    ("", "static int s = 6; x = s;", 6),
    ("atomic_t n = ATOMIC_INIT(3);", "x = atomic_read(&n);", 3),
    ("", "int *p = &x; *p = 3;", 3),
    ("", "int *p; p = &y; p = &x; *p = 3;", 3),
    ("", "int r[2]; r[0] = 1; r[1] = 2; x = r[0] + r[1] * 10;", 21),
    ("struct s { int a; int b; }; struct s g;", "struct s *p = &g; p->a = 5; x = g.a;", 5),
    ("static int twice(int v) { return 2 * v; }", "x = twice(twice(3));", 12),
    ("static void set(int *p, int v) { if (!v) return; *p = v; }", "set(&x, 4); set(&x, 0);", 4),
    ("static int f(int v) { return v ? 4 : 5; }", "x = f(0) * 10 + f(1);", 54),
    ("", "int r = 1; { int r = 5; r++; } x = r;", 1),
    ("", "int r = 1; for (int r = 0; r < 2; r++) { } x = r;", 1),
    ("", "x = sizeof(int) ? 1 : 1;", 1),
    # locals of blocks, which hide a global until the block ends
    ("", "{ int x = 5; x++; y = x; } x = y + 1;", 7),
    ("", "x = 1; if (x) { int x = 5; x++; }", 1),
    ("", "for (int x = 0; x < 1; x++) { y = 2; } x = x + y;", 2),
    ("", "do { int x = 5; y = x; } while (0); x = y;", 5),
    ("", "switch (y) { int x; case 0: x = 5; y = x; } x = y;", 5),
    ("", "{ int y; { y = 4; x = y; } y = 3; } x = x * 10 + y;", 40),
    ("static int f(void) { if (x) { int x = 4; x++; } return x; }", "x = 7; x = f() + 1;", 8),
    ("int a[2];", "a[0] = 6; { int a = 4; y = a; } x = a[0];", 6),
    ("int *p = &x;", "{ int *p = &y; *p = 3; } *p = 4;", 4),
]


@pytest.mark.parametrize(("declarations", "body", "value"), ONE_THREAD)
def test_one_thread(declarations: str, body: str, value: int) -> None:
    text = f"int x, y;\n{declarations}\nvoid t(void)\n{{\n{body}\n}}\n"
    assert reachable(text, "x") == {(value,)}


def test_a_global_that_a_local_hides_is_asked_for_without_a_thread() -> None:
    text = "int x, y;\nvoid t(void)\n{\n\tx = 1;\n\t{ int x = 5, z = 7; y = x + z; }\n}\n"
    assert reachable(text, "x t:x y t:z z") == {(1, 5, 12, 7, 7)}


ATOMICS = [  # an operation on x, which holds 1; its result, and x afterwards
    ("atomic_add_return(2, &x)", 3, 3),
    ("atomic_fetch_add(2, &x)", 1, 3),
    ("atomic_sub_return(2, &x)", -1, -1),
    ("atomic_inc_return(&x)", 2, 2),
    ("atomic_dec_return_release(&x)", 0, 0),
    ("atomic_fetch_or(6, &x)", 1, 7),
    ("atomic_fetch_andnot(1, &x)", 1, 0),
    ("atomic_fetch_xor_relaxed(3, &x)", 1, 2),
    ("atomic_dec_and_test(&x)", 1, 0),
    ("atomic_inc_and_test(&x)", 0, 2),
    ("atomic_sub_and_test(1, &x)", 1, 0),
    ("atomic_add_negative(-2, &x)", 1, -1),
    ("atomic_add_unless(&x, 5, 1)", 0, 1),
    ("atomic_add_unless(&x, 5, 2)", 1, 6),
    ("atomic_inc_not_zero(&x)", 1, 2),
    ("refcount_dec_and_test(&x)", 1, 0),
    ("refcount_inc_not_zero(&x)", 1, 2),
    ("xchg(&x, 5)", 1, 5),
    ("atomic_xchg_acquire(&x, 5)", 1, 5),
    ("cmpxchg(&x, 1, 5)", 1, 5),
    ("cmpxchg64(&x, 1, 5)", 1, 5),
    ("cmpxchg_relaxed(&x, 2, 5)", 1, 1),
    ("atomic_cmpxchg(&x, 0, 5)", 1, 1),
    ("test_and_set_bit(1, &x)", 0, 3),
    ("test_and_set_bit(0, &x)", 1, 1),
    ("test_and_clear_bit(0, &x)", 1, 0),
    ("test_and_change_bit(2, &x)", 0, 5),
    ("test_and_set_bit_lock(0, &x)", 1, 1),
    ("test_bit(0, &x)", 1, 1),
    ("test_bit(1, &x)", 0, 1),
]


@pytest.mark.parametrize(("call", "result", "after"), ATOMICS)
def test_atomics(call: str, result: int, after: int) -> None:
    assert reachable(f"int x = 1;\nvoid t(void)\n{{\n\tint r = {call};\n}}\n", "t:r x") == {(result, after)}


@pytest.mark.parametrize(
    ("call", "after"),
    [
        ("atomic_inc(&x)", 2),
        ("atomic_sub(3, &x)", -2),
        ("atomic_or(4, &x)", 5),
        ("set_bit(1, &x)", 3),
        ("clear_bit(0, &x)", 0),
        ("clear_bit_unlock(0, &x)", 0),
        ("change_bit(1, &x)", 3),
        ("atomic_set(&x, 9)", 9),
        ("smp_store_mb(x, 9)", 9),
    ],
)
def test_atomics_without_a_result(call: str, after: int) -> None:
    assert reachable(f"int x = 1;\nvoid t(void)\n{{\n\t{call};\n}}\n", "x") == {(after,)}


def test_try_cmpxchg_updates_what_it_expected() -> None:
    body = "\tint old = %d;\n\tint done = try_cmpxchg(&x, &old, 9);\n"
    text = "int x = 1;\nvoid t(void)\n{\n" + body + "}\n"
    assert reachable(text % 1, "t:done t:old x") == {(1, 1, 9)}
    assert reachable(text % 2, "t:done t:old x") == {(0, 1, 1)}
    shared = "int x = 1, old = 2;\nvoid t(void)\n{\n\tint done = try_cmpxchg(&x, &old, 9);\n}\n"
    assert reachable(shared, "t:done old x") == {(0, 1, 1)}


def operations(body: tuple[Operation, ...]) -> list[Operation]:
    return [i for o in body for i in (operations(o.body) if isinstance(o, Scope) else [o])]


@pytest.mark.parametrize(
    ("call", "order", "explicit"),
    [
        ("r = atomic_add_return(1, &x)", "full", False),
        ("r = atomic_add_return_acquire(1, &x)", "acquire", True),
        ("r = atomic_fetch_inc_release(&x)", "release", True),
        ("r = atomic_fetch_inc_relaxed(&x)", "relaxed", True),
        ("atomic_inc(&x)", "noreturn", False),
        ("set_bit(0, &x)", "noreturn", True),
        ("r = test_and_set_bit(0, &x)", "full", False),
        ("r = test_and_set_bit_lock(0, &x)", "acquire", True),
        ("clear_bit_unlock(0, &x)", "release", True),
        ("r = refcount_dec_and_test(&x)", "release", False),
        ("r = cmpxchg_acquire(&x, 0, 1)", "acquire", True),
        ("r = xchg(&x, 1)", "full", False),
    ],
)
def test_orders_of_atomics(call: str, order: str, explicit: bool) -> None:
    program = lowered(f"int x;\nvoid t(void)\n{{\n\tint r;\n\t{call};\n}}\n")
    (rmw,) = (o for o in operations(program.threads[0].body) if isinstance(o, Rmw))
    assert (rmw.order, rmw.is_explicit or order == "noreturn") == (order, explicit or order == "noreturn")


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("smp_mb();", ["mb"]),
        ("smp_rmb(); dma_wmb(); barrier();", ["rmb", "wmb", "barrier"]),
        ("smp_mb__before_atomic(); smp_mb__after_atomic();", ["before-atomic", "after-atomic"]),
    ],
)
def test_fences(body: str, kinds: list[str]) -> None:
    program = lowered(f"int x;\nvoid t(void)\n{{\n\t{body}\n\tx = 1;\n}}\n")
    assert [o.kind for o in operations(program.threads[0].body) if isinstance(o, Fence)] == kinds


# ----------------------------------------------------------- unknown values

UNKNOWN = [  # a thread that stores 1 on one path and 2 on the other, whatever the unknown value is
    "int r = foo(); x = r < 0 ? 1 : 2;",
    "int r = foo(); x = r > 100 ? 1 : 2;",
    "int r = foo(); x = r & 4 ? 1 : 2;",
    "int r = foo(); x = (r & 6) == 2 ? 1 : 2;",
    "int r = foo(); x = r + 1 == 5 ? 1 : 2;",
    "int r = foo(); x = r % 2 ? 1 : 2;",
    "int r = foo(); x = 2; switch (r) { case 1: case 2: case 3: case 4: case 5: case 6: break; case 8: x = 1; }",
    "int r; get_value(&r); x = r ? 1 : 2;",
    "int r = 0; get_value(&r); x = r ? 1 : 2;",
    "int r; get_user(r, p); x = r ? 1 : 2;",
    "struct s v; get_value(&v); x = v.a ? 1 : 2;",
    "if (there is work) x = 1; else x = 2;",
]


@pytest.mark.parametrize("body", UNKNOWN)
def test_unknown_values_take_both_branches(body: str) -> None:
    assert reachable(f"int x;\nvoid t(void)\n{{\n\t{body}\n}}\n", "x") == {(1,), (2,)}


def test_a_parameter_that_nobody_gives_may_be_anything() -> None:
    text = (
        "int x;\nvoid t(int flags)\n{\n\tif (flags & 8)\n\t\tx = 1;\n\telse if (flags & 2)\n\t\tx = 2;\n}\n"
    )
    assert reachable(text, "x") == {(0,), (1,), (2,)}


def test_an_unknown_value_is_tested_where_it_is_read() -> None:
    text = """int x, y;
void w(void) { WRITE_ONCE(x, foo()); }
void r(void) { if (READ_ONCE(x) == 5) WRITE_ONCE(y, 1); }
"""
    assert reachable(text, "y") == {(0,), (1,)}


# ---------------------------------------------------------------- locations


def test_objects_of_one_type_are_one() -> None:
    text = """struct dev { int ready; };
void w(struct dev *d) { WRITE_ONCE(d->ready, 1); }
int r(struct dev *dev) { return READ_ONCE(dev->ready); }
"""
    program = lowered(text)
    assert program.names == ("d.ready",)
    assert program.assumptions == ("d and dev are taken to be the same object (by type)",)


def test_objects_without_a_type_are_joined_by_their_tail() -> None:
    text = "void w(void) { v->arch.ready = 1; }\nvoid r(void) { int a; a = vcpu->arch.ready; }\n"
    program = lowered(text)
    assert len(program.names) == 1
    assert any("taken to be the same location" in a for a in program.assumptions)


def test_two_objects_of_one_type_in_one_thread_stay_apart() -> None:
    text = """struct n { int v; };
void w(struct n *a, struct n *b) { a->v = 1; b->v = 2; }
void r(struct n *a) { int x = a->v; }
"""
    assert len(lowered(text).names) == 2


@pytest.mark.parametrize("said", ["option", "directive"])
def test_aliases(said: str) -> None:
    text = "void w(void) { one->a = 1; }\nvoid r(void) { int v = other->b.a; int u = third->a; }\n"
    if said == "directive":
        program = lowered(text + "/* mbpair: alias one third */\n")
    else:
        program = lowered(text, aliases=(("one", "third"),))
    numbers = {str(p): n for p, n in program.locations}
    assert numbers["one.a"] == numbers["third.a"] != numbers["other.b.a"]


@pytest.mark.parametrize(
    "text",
    [
        "int a[64], i;\nvoid w(void) { a[1] = 1; a[i] = 2; }\n",  # many
        "int a[], i;\nvoid w(void) { a[1] = 1; a[i] = 2; }\n",
        "int a[4], i;\nvoid w(int n) { int k = i; a[1] = 1; a[n] = 2; }\n",  # may be out of bounds
    ],
)
def test_an_array_of_which_the_text_does_not_tell_the_elements_is_one_location(text: str) -> None:
    program = lowered(text)
    assert len(program.names) == 2
    assert "the elements of a[] are taken to be one location" in program.assumptions
    assert len(lowered("int a[4];\nvoid w(void) { a[1] = 1; a[2] = 2; }\n").names) == 2


def test_registers_of_undeclared_threads_are_their_own() -> None:
    text = "int x, y;\nvoid w(void) { r1 = READ_ONCE(y); }\nvoid r(void) { r1 = READ_ONCE(x); }\n"
    assert set(lowered(text).names) == {"x", "y"}
    shared = "int x;\nvoid w(void) { val = 1; }\nvoid r(void) { x = val; }\n"
    assert "val" in lowered(shared).names


# ------------------------------------------------------- threads and errors


def test_threads_are_what_nothing_calls() -> None:
    text = "static void f(void) { x = 1; }\nvoid a(void) { f(); }\nvoid b(void) { f(); }\n"
    assert [t.name for t in lowered(text).threads] == ["a", "b"]
    assert [t.name for t in lowered(text, threads=(("T", "f"),)).threads] == ["T"]
    assert [t.name for t in lowered(text + "/* mbpair: thread one f; thread b */").threads] == ["one", "b"]
    with pytest.raises(UsageError, match="no function g in the text"):
        lowered(text, threads=(("T", "g"),))


ERRORS = [
    ("void f(void)\n{\n\tg();\n}\nvoid g(void)\n{\n\tf();\n}\n", "recursion", 7),
    ("void f(void)\n{\n\tf();\n}\n", "recursion", 3),
    ("void f(void)\n{\n\tbreak;\n}\n", "stray-jump", 3),
    ("void f(void)\n{\n\tgoto away;\n}\n", "goto", 3),
    ("int x;\nvoid f(void)\n{\n\tx();\n}\n", "call-of-location", 4),
    ("int x;\nvoid f(void)\n{\n\tx = 1;\n\tsmp_store_release(&x);\n}\n", "missing-argument", 5),
    ("void f(void)\n{\n}\nvoid f(void)\n{\n}\n", "duplicate-function", 4),
    ("/* mbpair: colour blue */\nvoid f(void)\n{\n\tx = 1;\n}\n", "directive", 1),
    ("int x;\nvoid f(void)\n{\n\tx = 1;\n}\nexists (f:r == 1)\n", "unknown-local", 6),
    ("int x;\nvoid f(void)\n{\n\tx = 1;\n}\nexists (z == 1)\n", "unknown-name", 6),
]


@pytest.mark.parametrize(("text", "code", "line"), ERRORS)
def test_errors_have_a_place(text: str, code: str, line: int) -> None:
    with pytest.raises(ProgramError) as caught:
        lowered(text)
    assert (caught.value.code, caught.value.span and caught.value.span.line) == (code, line)


# --------------------------------------------------------------------- notes


def test_unknown_calls_are_listed() -> None:
    (note,) = lowered("int x;\nvoid f(void)\n{\n\tfoo(x);\n\tx = 1;\n}\n").assumptions
    assert note.startswith("foo() is not in the text (line 4)")


@pytest.mark.parametrize("called", ["d->ops->fn(d)", "(*d->ops->fn)(d, 1)"])
def test_a_call_through_a_member_reads_it(called: str) -> None:
    structs = "struct ops { void (*fn)(void *); };\nstruct dev { struct ops *ops; };\n"
    (thread,) = lowered(f"{structs}void f(struct dev *d) {{ {called}; }}\n").threads
    assert [o.address.path.members[-1] for o in flatten(thread.body) if isinstance(o, Load)] == ["ops", "fn"]


@pytest.mark.parametrize(
    "name",
    (
        "down readl cancel_work_sync lock_page ww_mutex_lock llist_del_many list_cut_position percpu_down_read "
        "atomic_inc_somehow read_seqcount_t_begin percpu_ref_get wait_on_page cancel_delayed_work up "
        "__smp_load_acquire this_cpu_cmpxchg writel_relaxed smp_call_function_single kthread_run "
        "kthread_create_on_node kthread_queue_work"
    ).split(),
)
def test_what_orders_and_is_not_modelled_is_said(name: str) -> None:
    assert lowered(f"void f(void)\n{{\n\t{name}(&l);\n}}\n").unmodelled == ((3, f"{name}()"),)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("wait_event(wq)", "wait_event() without its condition"),
        ("kref_put(&r)", "kref_put() without its release"),
    ],
)
def test_what_a_primitive_needs_has_to_be_given(call: str, what: str) -> None:
    assert lowered(f"void f(void)\n{{\n\t{call};\n}}\n").unmodelled == ((3, what),)


@pytest.mark.parametrize("name", ["block", "get_clock", "cleanup", "setup_dev", "do_work_now", "backup"])
def test_other_names_are_only_unknown(name: str) -> None:
    assert lowered(f"void f(void)\n{{\n\t{name}(&l);\n}}\n").unmodelled == ()


@pytest.mark.parametrize("name", ["smp_cond_load_acquire", "atomic_cond_read_acquire"])
def test_conditional_loads_wait(name: str) -> None:
    text = f"int x, y;\nvoid w(void) {{ x = 1; y = 2; }}\nvoid r(void) {{ int a = {name}(&y, VAL > 1); }}\n"
    assert reachable(text, "r:a") == {(2,)}


@pytest.mark.parametrize(
    "text",
    [
        "struct s { int a; int b; };\nstruct s g = { 0, 1 };\nvoid f(void) { g.a = 1; }\n",
        "struct s { int a; };\nstruct s g, h;\nvoid f(void) { g = h; }\n",
        "struct s { int a; };\nstruct s *g;\nvoid f(void) { struct s l = { 1 }; g = &l; }\n",
    ],
)
def test_values_that_are_not_followed_are_said(text: str) -> None:
    assert len(lowered(text).unmodelled) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("struct s g = { .b = 1 };\nvoid f(void) { r0 = g.b; r1 = g.a; }\n", (1, 0)),
        (
            "struct s g = { .b = ATOMIC_INIT(2), .c = { .d = 3 } };\nvoid f(void) { r0 = g.b; r1 = g.c.d; }\n",
            (2, 3),
        ),
        ("struct s g = { .c.d = 3 };\nvoid f(void) { r0 = g.a; r1 = g.c.d; }\n", (0, 3)),
        ("struct s g = { .b = 1 };\nvoid f(struct s *p) { g.a = 2; r0 = p->a; r1 = p->b; }\n", (2, 1)),
        ("int g[3] = { [2] = 5, [0] = 4, 3 };\nvoid f(void) { r0 = g[1]; r1 = g[2]; }\n", (3, 5)),
        ("int *p = &g.b; struct s g = { .b = 7 };\nvoid f(void) { r0 = *p; r1 = g.b; }\n", (7, 7)),
    ],
)
def test_initial_values_of_members_and_elements(text: str, expected: tuple[int, int]) -> None:
    assert reachable(text, "f:r0 f:r1") == {expected}


def test_initial_values_of_what_nobody_uses_do_not_matter() -> None:
    assert (
        lowered("struct s { int a; };\nstruct s g = { 1 };\nint x;\nvoid f(void) { x = 1; }\n").unmodelled
        == ()
    )
    shown = "struct s { int a; };\nstruct s g = { 1 };\nvoid f(struct s *p) { p->a = 1; }\n"
    assert len(lowered(shown).unmodelled) == 1


def test_a_load_and_a_store_know_their_place() -> None:
    program = lowered(
        "int x;\nstatic void set(void)\n{\n\tx = 1;\n}\nvoid t(void)\n{\n\tset();\n\tREAD_ONCE(x);\n}\n"
    )
    store, load = (o for o in operations(program.threads[0].body) if isinstance(o, Store | Load))
    assert (store.origin.span.line, store.origin.via, store.is_plain) == (4, "set", True)
    assert (load.origin.span.line, load.origin.via, load.is_plain) == (9, None, False)


@pytest.mark.parametrize(
    ("text", "clashes"),
    [
        ("int x;\nvoid f(void) { static int n; x = n++; }\nvoid g(void) { x = 1; }\n", False),
        ("int x;\nvoid f(void) { static int x; x++; }\nvoid g(void) { x = 1; }\n", True),
        ("int x;\nvoid f(int n) { { static int n; x = n; } }\n", True),
        ("int x;\nvoid f(void) { static int n; x = n++; }\nvoid g(void) { static int n; x = n++; }\n", True),
    ],
)
def test_a_static_variable_of_a_function_is_one_of_its_own(text: str, clashes: bool) -> None:
    """Locations go by their names: one that has two meanings is not modelled, rather than taken for the other."""
    assert bool(lowered(text).unmodelled) == clashes
