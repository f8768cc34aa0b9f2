"""Where accesses through pointers go: small programs with known answers, and random ones against an interpreter."""

from __future__ import annotations

import random
from itertools import product

import pytest

from tests import pointer_programs
from tests.oracle import TooBigError
from tests.outcomes import reachable
from tests.program.test_lower import lowered
from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.pipeline import check

STRUCT = "struct s { struct s *next; int v; };\n"
FINALS = ("a.v", "b.v", "cells[0]", "cells[1]")


def answer(text: str, **options: object) -> UnitResult:
    (unit,) = check("a.c", text.encode(), Options(models=("sc",), **options))  # type: ignore[arg-type]
    return unit


ONE_THREAD = [  # declarations, the body of one thread, and the value of x at its end
    ("struct s a, b;", "struct s *p = &a; p->v = 1; p = &b; p->v = 2; x = a.v * 10 + b.v;", 12),
    ("struct s a, b;", "struct s *p = y ? &a : &b; p->v = 2; x = a.v * 10 + b.v;", 2),
    ("struct s a, b, *g = &a;", "g->v = 4; g = &b; g->v = 5; x = a.v * 10 + b.v;", 45),
    ("struct s a, b;", "a.next = &b; b.v = 3; x = a.next->v;", 3),
    ("struct s a, b;", "struct s *p; a.next = &b; b.v = 1; for (p = &a; p; p = p->next) x += p->v + 1;", 3),
    ("struct s a, b;", "struct s *p = &a; struct s *old = xchg(&a.next, &b); p->next->v = 6; x = b.v;", 6),
    ("struct s a[3];", "int i; for (i = 0; i < 3; i++) a[i].v = i; x = a[1].v + 10 * a[2].v;", 21),
    ("struct s a[3];", "int i = 1; struct s *p = &a[i]; p->v = 4; x = a[1].v * 10 + a[2].v;", 40),
    ("int a[3];", "int i = 1; a[i + 1] = 4; a[i] = 3; x = a[2] * 10 + a[1];", 43),
    ("", "int a[3], i; for (i = 0; i < 3; i++) a[i] = i + 1; x = a[2] * 10 + a[0];", 31),
    ("", "int a[3] = { 7 }, i = 0; x = a[i] * 10 + a[i + 1];", 70),
    ("", "struct s l; struct s *p = &l; p->v = 3; x = l.v;", 3),
    ("", "struct s l = { 0 }; struct s *p = &l; x = p->v + 1;", 1),
    (
        "",
        "struct s *p = kzalloc(sizeof(*p), 0); struct s *q = kzalloc(8, 0); q->v = 1; x = p->v * 10 + q->v;",
        1,
    ),
    (
        "",
        (
            "struct s *p = 0, *q; for (int i = 0; i < 2; i++) { q = kmalloc(8, 0); q->next = p; q->v = i; p = q; }"
            " x = p->v * 10 + p->next->v + (p == q) + (p->next == NULL);"
        ),
        11,
    ),
    ("struct s a, b;", "struct s *p = y ? &a : &b; int *i = &p->v; *i = 3; x = a.v * 10 + b.v;", 3),
    (
        "struct s a, b;",
        "struct s *p = y ? &a : &b; int *i = &p->v; p = container_of(i, struct s, v); p->v = 2; x = b.v;",
        2,
    ),
    (
        "struct o { int u; struct s n; }; struct o a;",
        "struct s *p = y ? NULL : &a.n; p->v = 2; x = a.n.v;",
        2,
    ),
    (
        "struct o { int u; struct s n; }; struct o a;",
        "struct s *p = y ? NULL : &a.n; struct o *o = container_of(p, struct o, n); o->u = 2; x = a.u;",
        2,
    ),
    ("struct s a, b;", "struct s *p = &a, *q = &b; if (p == q) x = 1; else if (p != q && p) x = 2;", 2),
    (
        "static void set(struct s *p, int v) { p->v = v; } struct s a, b;",
        "set(&a, 1); set(&b, 2); x = a.v;",
        1,
    ),
    (
        "static struct s *other(struct s *p, struct s *q) { return p ? q : p; } struct s a, b;",
        "other(&a, &b)->v = 2; x = b.v * 10 + a.v;",
        20,
    ),
    ("int a[3];", "int *p = &a[1]; p[1] = 5; x = a[2];", 5),
    ("int a[3];", "int *p = y ? &a[0] : &a[1]; p[1] = 5; x = a[2];", 5),
    ("int a[3];", "int *p = &y; p = a; p[1] = 5; x = a[1];", 5),
    ("int a[3];", "int *p = &y; p[0] = 5; x = y;", 5),
    ("int a[3];", "int *p = &a[0]; p = &a[1]; p[1] = 5; x = a[2];", 5),
    ("int a[3];", "*(a + 1) = 5; x = a[1];", 5),
    ("int a[3];", "int i = 2; *(a + i) = 5; x = a[2];", 5),
    ("int a[3];", "int *p = &a[0]; int i = 1; p = &a[1]; p[i] = 5; x = a[2];", 5),
    ("int a[2][2];", "int i = 1; a[i][1] = 3; x = a[1][1];", 3),
    ("struct s a[2];", "int i = 1; a[i].v = 4; int *p = &a[i].v; *p = *p + 1; x = a[1].v;", 5),
    (
        "struct s *heads[2], a, b;",
        "heads[1] = &a; heads[0] = &b; heads[1]->v = 3; heads[y]->v = 2; x = a.v * 10 + b.v;",
        32,
    ),
    (
        "struct s *heads[2], a, b;",
        "int i = 1; heads[i] = &a; heads[0] = &b; heads[i]->v = 3; x = a.v * 10 + b.v;",
        30,
    ),
    ("", "int l = 3; int *p = &l; *p = 4; x = l;", 4),
    ("static void f(int *p) { *p = 7; } static void g(int *p) { f(p); }", "int l = 3; g(&l); x = l;", 7),
    ("static void f(int **p) { *p = &y; }", "int *l; f(&l); *l = 2; x = y;", 2),
    (
        "struct s a, b, *h;",
        "struct s **p = &h; h = &a; a.next = &b; p = &(*p)->next; *p = NULL; x = a.next == NULL;",
        1,
    ),
    # an array is a pointer to its first element
    ("int a[3];", "*a = 5; x = a[0];", 5),
    ("struct s a[3];", "a->v = 5; x = a[0].v;", 5),
    ("int a[3];", "int *p = a; x = p == &a[0];", 1),
    ("int a[3];", "int *p = a + 1; *p = 5; x = a[1];", 5),
    ("", "int a[3], i; for (i = 0; i < 3; i++) a[i] = 1; *a = 5; x = a[0];", 5),
    ("int a[3]; int *g = a, *h = &a[2];", "g[1] = 5; x = a[1] * 10 + (h[-1] == 5);", 51),
    ("static void set(int *p) { p[1] = 5; } int a[3];", "set(a); x = a[1];", 5),
    ("static void set(int *p) { p[1] = 5; } int a[2][2];", "set(a[1]); x = a[1][1];", 5),
    ("static void fill(int *p, int n) { while (n--) p[n] = n; } int a[3];", "fill(a, 3); x = a[2];", 2),
    # of a member, its type says whether it is one
    ("struct t { int m[3]; } k;", "int *p = k.m; p[1] = 5; x = k.m[1];", 5),
    ("struct t { int m[3]; } k;", "*k.m = 5; *(k.m + 1) = 6; x = k.m[0] * 10 + k.m[1];", 56),
    ("static void set(int *p) { p[1] = 5; } struct t { int m[3]; } k;", "set(k.m); x = k.m[1];", 5),
    ("#define N 3\nstruct t { int m[N]; } k;", "k.m[0] = 1; k.m[y + 1] = 5; x = k.m[0] * 10 + k.m[1];", 15),
    ("struct t { int m[3]; } k = { .m = { 1, 2, 3 } };", "x = k.m[y + 2];", 3),
    ("struct t { struct s m[2]; } k, *g = &k;", "struct s *p = &g->m[y]; p[1].v = 5; x = k.m[1].v;", 5),
    ("struct t { int *m; } k; int a[3];", "k.m = a; k.m[1] = 5; x = a[1];", 5),
    ("struct t { int *m; } k = { .m = &y }; int a[3];", "k.m[0] = 5; x = y;", 5),
    ("struct t { int **m; } k; int *a[2];", "k.m = a; a[1] = &y; *k.m[1] = 5; x = y;", 5),
    ("struct t { struct s *m; } k; struct s a[3];", "k.m = a; k.m[1].v = 5; x = a[1].v;", 5),
    ("struct t *g; int a[3];", "g->m = a; g->m[1] = 5; x = a[1];", 5),  # it is set, as no array is
    ("int a[3];", "struct { int *m; } l; l.m = a; l.m[1] = 5; x = a[1];", 5),
]

FROM_OUTSIDE = [  # declarations, parameters, a body, and the value of x at its end
    ("", "int *p", "*p = 3; x = p[0];", 3),
    ("", "struct s *p", "p->v = 3; x = p[0].v;", 3),
    ("", "struct t *p", "p->m->v = 3; x = p->m[0].v;", 3),
    ("struct t { struct s *m; };", "struct t *p", "p->m->v = 3; p->m[1].v = 4; x = p->m[0].v;", 3),
    ("struct s *p;", "void", "p->v = 3; p[1].v = 4; x = p->v * 10 + p[1].v;", 34),
    ("struct t { int m[3]; };", "struct t *p", "p->m[0] = 1; p->m[y + 1] = 5; x = p->m[0];", 1),
]


@pytest.mark.parametrize(("declared", "parameters", "body", "value"), FROM_OUTSIDE)
def test_counting_from_a_pointer_of_outside(declared: str, parameters: str, body: str, value: int) -> None:
    text = f"{STRUCT}{declared}\nint x, y;\nvoid t({parameters})\n{{\n\t{body}\n}}\n"
    assert reachable(text, "x") == {(value,)}


@pytest.mark.parametrize(("declarations", "body", "value"), ONE_THREAD)
def test_one_thread(declarations: str, body: str, value: int) -> None:
    text = f"{STRUCT}int x, y;\n{declarations}\nvoid t(void)\n{{\n{body}\n}}\n"
    assert lowered(text).unmodelled == ()
    assert reachable(text, "x") == {(value,)}
    assert "may go to" not in answer(text + "exists (x == 1)\n").results[0].reason


def test_an_object_that_is_only_handed_to_a_function_of_the_text_is_no_location_itself() -> None:
    functions = "static void set(struct s *o) { o->v = 1; }\nvoid t(void) { %s }\n"
    text = f"{STRUCT}struct s a, *p;\n{functions}"
    assert lowered(text % "set(&a);").names == ("a.v",)
    assert set(lowered(text % "set(&a); p = &a;").names) == {"a.v", "p", "a"}


def test_each_thread_has_locals_of_its_own() -> None:
    text = f"""{STRUCT}struct s *g;
/* mbpair: thread A = f; thread B = f */
void f(void)
{{
	struct s node;
	node.v = 1;
	struct s *old = xchg(&g, &node);
	int mine = old == &node;
	int seen = old ? READ_ONCE(old->v) : 0;
}}
"""
    assert reachable(text, "A:mine B:mine A:seen B:seen") == {(0, 0, 0, 1), (0, 0, 1, 0)}


def test_a_parameter_is_one_object_unless_it_is_said_to_be_the_threads_own() -> None:
    body = f"""{STRUCT}struct s *g;
/* mbpair: thread A = f; thread B = f%s */
void f(struct s *node)
{{
	struct s *old = xchg(&g, node);
	int mine = old == node;
}}
"""
    assert reachable(body % "", "A:mine B:mine") == {(0, 1), (1, 0)}
    assert reachable(body % "; own node", "A:mine B:mine") == {(0, 0)}


@pytest.mark.parametrize(
    "body",
    [
        "struct s *p = READ_ONCE(g); x = p->v;",  # NULL
        "struct s *p = kmalloc(8, 0); p->next->v = 1;",  # memory that nobody set
        "struct s l; g = &l; g->next->v = 1;",
        "struct s *p = &a; p = (struct s *)((unsigned long)p | 1); p->v = 1;",
        "struct s *p = &a; p++; p->v = 1;",
        "int i = 2; array[i].v = 1;",
        "struct s *p = &array[0]; p = &array[1]; p[1].v = 1;",
        "struct s *p = &a; while (x) p = &p->inner; p->v = 1;",  # to more places than are followed
        "struct s *p = y ? &a : &array[1]; (p + 1)->v = 1;",
        "struct s *p; int i; for (i = 0; i < 3; i++) { p = kzalloc(8, 0); p->v = i; }",  # beyond the bound
    ],
)
def test_an_access_that_may_go_nowhere_is_not_proved(body: str) -> None:
    text = f"{STRUCT}struct s a, *g;\nstruct s array[2];\nint x, y;\nvoid t(void)\n{{\n{body}\n\tassert(x < 7);\n}}\n"
    text += "void w(void)\n{\n\tWRITE_ONCE(g, &a);\n}\n"
    (result,) = answer(text).results
    assert result.verdict == "undecided"
    assert "may go to an address that is no location's" in result.reason


def test_what_is_refuted_without_a_wild_access_stays_refuted() -> None:
    text = f"{STRUCT}struct s a, *g;\nint x;\nvoid w(void)\n{{\n\tg = &a;\n\tx = 1;\n}}\n"
    text += "void t(void)\n{\n\tx = READ_ONCE(g)->v;\n\tassert(x == 0);\n}\n"
    assert answer(text).results[0].verdict == "refuted"


def test_a_pointer_from_outside_that_is_set_twice_is_not_modelled() -> None:
    text = f"{STRUCT}int x;\nvoid t(struct s *p, struct s *q)\n{{\n\tif (x)\n\t\tp = q;\n\tp->v = 1;\n}}\n"
    other = "void u(struct s *r)\n{\n\tr->v = 2;\n}\n"
    assert lowered(text + other).unmodelled == ((7, "p, which points to more than one object"),)


def test_what_no_other_thread_accesses_may_be_any_object() -> None:
    text = f"{STRUCT}int x;\nvoid t(struct s *p, struct s *q)\n{{\n\tif (x)\n\t\tp = q;\n\tp->v = 1;\n}}\n"
    program = lowered(text + "void u(struct s *r)\n{\n\tr->w = 2;\n}\n")
    assert program.unmodelled == ()
    assert any("taken for an object that only its thread accesses" in a for a in program.assumptions)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("struct s l; l = a; x = l.v;", "l = a, a struct assigned as a whole"),
        ("struct s l = a; x = l.v;", "the initial value of l"),
        ("struct s *p = &a, *q = &b; *p = *q;", "*p = *q, a struct assigned as a whole"),
        ("int *p = &array[0]; p = &p[1]; *p = 1;", "the address of an element, by a pointer"),
        ("int l; x = (long)&l;", "the address of l, used as a value"),
        ("g.one = 1; x = g.two;", "the members of g, which is a union"),
        ("struct s *p = &a; p[1].v = 1;", "p[1], an access beside an object"),
    ],
)
def test_what_is_not_modelled_is_said(body: str, what: str) -> None:
    text = f"{STRUCT}union u {{ int one; char two; }};\nunion u g;\nstruct s a, b;\nint array[2], x;\n"
    assert [name for _, name in lowered(f"{text}void t(void)\n{{\n{body}\n}}\n").unmodelled] == [what]


@pytest.mark.parametrize(("member", "is_modelled"), [("m", False), ("v", True)])
def test_an_array_or_a_pointer_of_one_thread_matters_to_nobody(member: str, is_modelled: bool) -> None:
    text = f"{STRUCT}struct s a;\nint x;\nvoid t(void) {{ struct s *p = &a; x = p->m[1]; struct s *q = p->m; }}\n"
    program = lowered(text + f"void u(struct s *p) {{ WRITE_ONCE(p->{member}, 1); }}\n")
    assert (program.unmodelled == ()) == is_modelled


def test_a_call_through_a_variable_is_one_of_which_nothing_is_known() -> None:
    text = (
        "int x, y;\nvoid t(int (*f)(int), void *p)\n{\n\tvoid (*g)(void) = p;\n\tx = 1;\n\tf(2);\n\tg();\n}\n"
    )
    program = lowered(text)
    assert program.unmodelled == ()
    assert [a for a in program.assumptions if "not in the text" in a] != []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("struct s l = { .v = 3 };\n\tBUG_ON(l.v != 3);", "holds"),
        ("struct s l = { .v = 3 };\n\tBUG_ON(l.w);", "holds"),
        ("struct s l = { 3, 4 };\n\tBUG_ON(l.v == 7);", "violated"),
        ("struct s l = make();\n\tBUG_ON(l.v == 7);", "violated"),
        ("struct s l = {};\n\tBUG_ON(l.v);", "holds"),
        ("int l[N];\n\tl[0] = 1;\n\tl[x] = 2;\n\tBUG_ON(l[0] == 7);", "violated"),
        ("int l[N];\n\tl[0] = 1;\n\tBUG_ON(l[0] != 1);", "holds"),
        ("int i = ((union u) { .one = 1 }).two;\n\tBUILD_BUG_ON(i);\n\tBUG_ON(i == 7);", "violated"),
    ],
)
def test_a_local_may_have_any_value_where_the_text_does_not_tell(body: str, status: str) -> None:
    unit = answer(f"{STRUCT}int x, N;\nvoid t(void)\n{{\n\t{body}\n}}\n")
    assert [p.status for p in unit.results[0].properties] == [status]


@pytest.mark.parametrize("access", ["WRITE_ONCE(p->state, TASK_INTERRUPTIBLE)", "spin_lock(&p->lock)"])
def test_operations_by_a_pointer_to_several_objects(access: str) -> None:
    text = f"{STRUCT}struct s a, b;\nint y;\nvoid t(void)\n{{\n"
    text += f"\tstruct s *p = y ? &a : &b;\n\t{access};\n\tschedule();\n}}\n"
    assert answer(text).results[0].verdict in ("undecided", "nothing to check")


@pytest.mark.parametrize(
    ("pointer", "values"),
    [
        ("*g", {0, 1}),
        ("*o->p", {0, 1}),
        ("*o->a[0]", {0, 1}),
        ("g = &y; *g", {0}),
        ("int *l = get(); *l", {0, 1}),
    ],
)
def test_a_pointer_from_outside_may_lead_to_what_the_text_takes_the_address_of(
    pointer: str, values: set[int]
) -> None:
    head = "struct o { int *p, *a[2]; };\nint x, y, z, *k, *g;\n"
    text = f"{head}void t(struct o *o)\n{{\n\tz = x;\n\tk = &x;\n\tg = get();\n\t{pointer} = 1;\n}}\n"
    assert reachable(text, "x") == {(v,) for v in values}
    assert reachable(text.replace("k = &x", "k = 0"), "x") == {(0,)}


def test_nothing_from_outside_leads_to_what_an_allocation_gives() -> None:
    text = "int x, *g;\nvoid t(void)\n{\n\tint *p = kzalloc(4, 0);\n\tg = get();\n\t*g = 1;\n\tx = *p;\n}\n"
    assert reachable(text, "x") == {(0,)}


def test_only_the_pointer_that_is_given_back_points_to_an_object_at_first() -> None:
    text = "struct s *g, *h;\nint x;\nvoid f(void)\n{\n\tkfree(g);\n}\nvoid u(void)\n{\n"
    text += "\tx += READ_ONCE(h) == NULL;\n" * 3 + "}\n"
    found = [a for a in lowered(text).assumptions if "points to an object at first" in a]
    assert [a.partition(" ")[0] for a in found] == ["g"]


@pytest.mark.parametrize(
    ("member", "is_wild"),
    [("n", False), ("m", True), ("u.n", False), ("n.m", True)],
)
def test_only_an_object_that_has_the_member_is_around_it(member: str, is_wild: bool) -> None:
    """Of what the text does not show; container_of() of another member is a mistake."""
    body = "\tint *p = z ? &o->n : 0;\n\tif (!p)\n\t\treturn;\n"
    body += f"\tstruct big *b = container_of(p, struct big, {member});\n\tb->v = 1;\n\tassert(z < 7);\n"
    found = answer(
        f"struct o {{ int n; }};\nint z;\nvoid t(struct o *o)\n{{\n{body}}}\nvoid u(void)\n{{\n\tz = 1;\n}}\n"
    ).results[0]
    assert ("may go to an address that is no location's" in found.reason) == is_wild


def programs() -> list[int]:
    return list(range(60))


@pytest.mark.parametrize("seed", programs())
def test_random_programs_end_as_an_interpreter_says(seed: int) -> None:
    compare(random.Random(seed), 2, 3)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(1000, 2000))
def test_more_random_programs_end_as_an_interpreter_says(seed: int) -> None:
    compare(random.Random(seed), *((1, 8), (2, 4), (3, 2))[seed % 3])


def compare(rng: random.Random, threads: int, length: int) -> None:
    drawn = pointer_programs.draw(rng, threads, length)
    text = pointer_programs.text(drawn)
    used = {str(name) for name in lowered(text).names}
    wanted = pointer_programs.outcomes(drawn)
    locals_ = [f"t{t}:{name}" for t, name in product(range(threads), ("r", "pa", "pl"))]
    shown = [n for n in FINALS if n in used]
    kept = [*range(3 * threads), *(3 * threads + i for i, n in enumerate(FINALS) if n in used)]
    assert lowered(text).unmodelled == ()
    if lowered(text).merged:
        pytest.skip("an index by a pointer that may change: the elements are one location")
    try:
        found = reachable(text, " ".join((*locals_, *shown)))
    except TooBigError:
        pytest.skip("too many writes for the enumeration")
    assert found == {tuple(w[i] for i in kept) for w in wanted}, text


@pytest.mark.parametrize(
    "set_to_y",
    [
        # by the address of the pointer
        "int *p = &x; int **q = &p; *q = &y;",
        "int *p = &x; int **q = &p, **r = q; *r = &y;",
        "int *p = &x; point_to_y(&p);",
        "int *p = &x, *q = &y; exchange(&p, &q);",
        # by a macro, whose argument is the pointer itself
        "int *p = &x; WRITE_ONCE(p, &y);",
        "int *p = &x; rcu_assign_pointer(p, &y);",
        "int *p = &x; smp_store_mb(p, &y);",
        "int *p = &x, *q = &y; swap(p, q);",
        "int *p = &x; SET(p, &y);",
        "int *p = &x; SET_TO_Y(p);",
        "int *p = &x; RESET();",
        # and what is at file scope
        "int *p; p = gp; WRITE_ONCE(gp, &y); p = gp;",
        "int *p; smp_store_release(&gp, &y); p = gp;",
        "int *p; point_to_y(&gp); p = gp;",
        "int *p; SET(gp, &y); p = gp;",
        # a pointer that is read as its macro would
        "int *q = &y; int *p = READ_ONCE(q);",
        "int *q = &y; int *p = rcu_dereference(q);",
    ],
)
def test_a_pointer_is_followed_by_whatever_sets_it(set_to_y: str) -> None:
    helpers = """#define SET(to, from) ((to) = (from))
#define SET_TO_Y(to) SET(to, &y)
#define RESET() (p = &y)
int x, y; int *gp = &x;
static void point_to_y(int **q) { *q = &y; }
static void exchange(int **a, int **b) { int *old = *a; *a = *b; *b = old; }
"""
    body = f"{set_to_y} WRITE_ONCE(*p, 3);"
    (x, y) = (answer(f"{helpers}void f(void) {{ {body} BUG_ON({place} == 3); }}") for place in "xy")
    assert [unit.results[0].properties[0].status for unit in (x, y)] == ["holds", "violated"]
