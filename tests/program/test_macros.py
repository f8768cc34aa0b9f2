"""Function-like macros, preprocessor conditions, and the outcome row below a diagram."""

from __future__ import annotations

import pytest

from verifier.errors import InputError
from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.pipeline import check

MACROS = """\
#define my_wmb() smp_wmb()
#define GET(p, member) READ_ONCE((p)->member)
#define PUT(place, value) do { \\
		WRITE_ONCE(place, value); \\
	} while (0)
struct box { int data, flag; };
void writer(struct box *b)
{
	PUT(b->data, 1);
	my_wmb();
	PUT(b->flag, 1);
}
int reader(struct box *c)
{
	int ready = GET(c, flag);
	smp_rmb();
	return ready && !GET(c, data);
}
"""


def _check(text: str, name: str = "x.c") -> UnitResult:
    return check(name, text.encode(), Options(models=("lkmm",)))[0]


def test_macros_are_expanded() -> None:
    unit = _check(MACROS)
    assert unit.threads == ("writer", "reader")
    assert unit.results[0].verdict == "proved"
    barriers = [(b.place.name, b.place.via, b.place.line) for b in unit.results[0].barriers]
    assert barriers == [("smp_wmb", "my_wmb", 1), ("smp_rmb", None, 16)]


@pytest.mark.parametrize("after", ["\\\n", "\\\n\t", " \\\n\t\t"])
def test_a_macro_may_begin_below_its_name(after: str) -> None:
    text = MACROS.replace("my_wmb() smp_wmb()", f"my_wmb(){after}smp_wmb()")
    barriers = [(b.place.via, b.place.line, b.status) for b in _check(text).results[0].barriers]
    assert barriers == [("my_wmb", 2, "paired"), (None, 17, "paired")]


def test_a_macro_s_body_below_its_name_is_quoted_whole() -> None:
    text = MACROS.replace("GET(p, member) READ", "GET(p, member) \\\n\tREAD").replace(
        "smp_wmb()", "barrier()"
    )
    example = _check(text).results[0].barriers[0].counterexample
    assert example is not None
    assert "READ_ONCE((p)->member)" in {s.text for s in example.steps}


def test_what_is_returned_may_stand_on_the_next_line() -> None:
    text = MACROS.replace("return ready", "return\n\t\tready")
    assert _check(text).results[0].verdict == "proved"
    text = MACROS.replace("return ready && !GET(c, data);", "if (!ready)\n\t\treturn\n\tr1 = GET(c, data)")
    assert _check(text).results[0].verdict == "proved"


def test_a_macro_without_its_barrier_is_refuted() -> None:
    assert _check(MACROS.replace("smp_wmb()", "barrier()")).results[0].verdict == "refuted"


def test_a_statement_macro_may_leave_the_function() -> None:
    text = MACROS.replace("my_wmb();", "my_wmb();\n\tBAIL(1);").replace(
        "struct box {", "#define BAIL(c) if (c) return\nstruct box {"
    )
    assert [b.status for b in _check(text).results[0].barriers] == ["unmatched", "unmatched"]


def test_a_macro_of_itself_is_recursion() -> None:
    text = MACROS.replace("smp_wmb()", "my_wmb()")
    with pytest.raises(InputError) as caught:
        _check(text)
    assert caught.value.code == "recursion"


def test_macros_of_each_other_are_recursion() -> None:
    text = """#define A(v) do { v = 1; B(v); y = 2; } while (0)
#define B(v) do { z = 1; A(v); v = 2; } while (0)
int y, z, *p = &y;
void f(void) { A(z); *p = 1; }
"""
    with pytest.raises(InputError) as caught:
        _check(text)
    assert caught.value.code == "recursion"


def test_arms_of_conditions_are_assumptions() -> None:
    text = MACROS.replace("\tmy_wmb();", "#ifdef CONFIG_SMP\n\tmy_wmb();\n#endif")
    assert "line 10: #ifdef CONFIG_SMP is taken to be true" in _check(text).assumptions


def test_includes_and_exports_are_not_worth_a_word() -> None:
    text = "#include <linux/kernel.h>\n" + MACROS + "EXPORT_SYMBOL_GPL(writer);\n"
    assert _check(text).skipped == ()


DIAGRAM = """\
CPU0                 CPU1
WRITE_ONCE(x, 1);    r1 = READ_ONCE(y);
smp_wmb();           smp_rmb();
WRITE_ONCE(y, 1);    r2 = READ_ONCE(x);

BUG_ON(r1 == 1 && r2 == 0);
"""


@pytest.mark.parametrize(("barrier", "status"), [("smp_rmb();", "holds"), ("barrier();", "violated")])
def test_an_outcome_below_a_diagram_is_a_condition_on_all_columns(barrier: str, status: str) -> None:
    result = _check(DIAGRAM.replace("smp_rmb();", barrier), "x.txt").results[0]
    assert [(p.kind, p.line, p.status) for p in result.properties] == [("condition", 6, status)]


def test_a_barrier_without_parentheses_is_one_in_a_diagram() -> None:
    bare = DIAGRAM.replace("smp_rmb();", "smp_rmb")
    assert _check(bare, "x.txt").results[0].verdict == "proved"
    unlock = DIAGRAM.replace("smp_rmb();", "synchronize_sched")
    assert "synchronize_sched()" in _check(unlock, "x.txt").results[0].reason


def test_arguments_of_unknown_calls_are_read() -> None:
    text = MACROS.replace("return ready && !GET(c, data);", 'pr_info("%d", c->data);\n\treturn 0;')
    assert _check(text).results[0].verdict == "proved"
    assert _check(text.replace("\tsmp_rmb();\n", "")).results[0].verdict == "refuted"


MESSAGE = """int x, y;
void writer(void) {{ WRITE_ONCE(x, 1); {} WRITE_ONCE(y, 1); }}
void reader(void) {{ int r = READ_ONCE(y); smp_rmb(); BUG_ON(r && !READ_ONCE(x)); }}
"""


@pytest.mark.parametrize(
    ("macro", "use"),
    [
        ("#define my_wmb smp_wmb()", "my_wmb;"),
        ("#define my_wmb smp_wmb", "my_wmb();"),
        ("#define my_wmb ours\n#define ours() smp_wmb()", "my_wmb();"),
        ("#define my_wmb do { smp_wmb(); } while (0)", "my_wmb;"),
        ("#define my_wmb() ours\n#define ours smp_wmb()", "my_wmb();"),
    ],
)
def test_object_like_macros_are_expanded(macro: str, use: str) -> None:
    assert _check(f"{macro}\n{MESSAGE.format(use)}").results[0].verdict == "proved"
    weaker = macro.replace("smp_wmb", "barrier")
    assert _check(f"{weaker}\n{MESSAGE.format(use)}").results[0].verdict == "refuted"


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("#define KICK WRITE_ONCE(x, 2)", "KICK; BUG_ON(READ_ONCE(x) == 2);"),
        ("#define kick x = 2", "kick; BUG_ON(x == 2);"),
        ("#define put WRITE_ONCE", "put(x, 2); BUG_ON(READ_ONCE(x) == 2);"),
        ("#define B (x + 1)", "x = 1; BUG_ON(B == 2);"),
        ("#define B (A + x)\n#define A 1", "x = 1; BUG_ON(B == 2);"),
        ("#define B o.a", "B = 2; BUG_ON(o.a == 2);"),
        ("#define B o.a\n#define SET(v) WRITE_ONCE(B, v)", "SET(2); BUG_ON(READ_ONCE(o.a) == 2);"),
        ("#define field a", "o.field = 2; BUG_ON(o.a == 2);"),
        ("#define field n->a", "o.n = &q; o.field = 2; BUG_ON(q.a == 2);"),
        ("#define inner i.c", "o.inner = 2; BUG_ON(o.i.c == 2);"),
        ("#define M(v) ((v).a)", "M(o) = 2; BUG_ON(o.a == 2);"),
        ("#define M(v) ((v).a)", "struct s v; M(v) = 2; BUG_ON(v.a == 2);"),
        ("#define M(p) ((p)->a)", "struct s *p = &o; WRITE_ONCE(M(p), 2); BUG_ON(READ_ONCE(o.a) == 2);"),
        ("#define NEXT(p) ((p)->n)", "o.n = &q; NEXT(&o)->a = 2; BUG_ON(q.a == 2);"),
        ("#define AT(p) (&(p)->a)", "*AT(&o) = 2; BUG_ON(o.a == 2);"),
        ("#define ANY foo()", "int v = ANY, w = ANY; BUG_ON(v != w);"),
        ("#define V 1\n#undef V\n#define V 2", "BUG_ON(V == 2);"),
        ("", "\n#define V 1\nint v = V;\n#undef V\n#define V 2\nBUG_ON(v == 1 && V == 2);"),
        ("#define T unsigned int", "T v = 0; v--; BUG_ON(v > 0);"),
        ("#define self self\nint self;", "self = 2; BUG_ON(self == 2);"),
        ("#define F (ONE | TWO)", "x = ONE; BUG_ON(x & F);"),
        ("#define F (ONE | TWO)", "x = F & ~ONE; BUG_ON(x == TWO);"),
        ("#define F GENMASK(3, 1)", "BUG_ON(F == 14);"),
        ("#define F (sizeof(long) / 3 + -7 % 4)", "BUG_ON(F == -1);"),
        ("#define F (2 < 1 ? 5 : 6)", "BUG_ON(F == 6);"),
        ("#define START { .a = 2 }", "struct s v = START; BUG_ON(v.a == 2);"),
        ("", "ACCESS_ONCE(x) = 2; BUG_ON(ACCESS_ONCE(x) == 2);"),
        ("", "ACCESS_ONCE(x)++; ACCESS_ONCE(x) += 1; BUG_ON(READ_ONCE(x) == 2);"),
    ],
)
def test_what_macros_stand_for(before: str, body: str) -> None:
    structs = "struct s { int a; struct s *n; struct { int c; } i; } o, q; int x;"
    result = _check(f"{structs}\n{before}\nvoid f(void)\n{{ {body} }}\n").results[0]
    assert [p.status for p in result.properties] == ["violated"], result.reason


@pytest.mark.parametrize(
    ("before", "body", "reason"),
    [
        ("#define B x + 1", "BUG_ON(B * 2 == 2);", "the macro B()"),
        ("#define N 1 + 2", "BUG_ON(N * 2 == 6);", "the macro N()"),
        ("#define N 1 + 2", "BUG_ON(~N == -4);", "the macro N()"),
        ("#define N 1 + 2", "BUG_ON((u8)N == 3);", "the macro N()"),
        ("#define N 1 + 2", "BUG_ON(4 - N == 1);", "the macro N()"),
        ("#define F 1 | 2", "BUG_ON((x & F) == 0);", "the macro F()"),
        ("#define N 1 + 2\n#define M (N * 2)", "BUG_ON(M == 6);", "the macro N()"),
        ("#if 0\n#define B() (x + 1)\n#endif", "BUG_ON(B() == 1);", "the macro B()"),
        ("#define B() (x + 1)\n#undef B\n#define B() (x + 2)", "BUG_ON(B() == 2);", "the macro B()"),
        ("#define B() (x + 1)\n#undef B", "BUG_ON(B() == 1);", "the macro B()"),
        ("#define B (x + 1)\n#undef B\n#define B (x + 2)", "BUG_ON(B == 2);", "the macro B()"),
        ("", "unknown(x) = 1; BUG_ON(x == 1);", "unknown(x), a call that stands for a variable"),
        ("int t[2];", "int *p = &t[1]; BUG_ON(p - t == 1);", "p - t, the distance between two pointers"),
    ],
)
def test_what_macros_stand_for_is_not_always_modelled(before: str, body: str, reason: str) -> None:
    result = _check(f"int x;\n{before}\nvoid f(void) {{ {body} }}\n").results[0]
    assert reason in result.reason


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("#define M(a, b) ((a) > (b) ? (a) : (b))", "x = 3; BUG_ON(M(1, M(x, 2)) == 3);"),
        ("#define M(a, b) ((a) > (b) ? (a) : (b))", "BUG_ON(M(M(M(1, 2), 3), M(4, M(5, 1))) == 5);"),
        ("#define M(a) ((a) + 1)\nstatic int g(int a) { return M(a); }", "BUG_ON(M(g(x)) == 2);"),
        ("#define F 1 << 3", "x |= F; BUG_ON(x & F);"),
        ("#define F 1 << 3\n#define G (F | 1)", "BUG_ON(G == 9);"),
        ("#define N -1", "BUG_ON(4 - N == 5);"),
        ("#define N 1 + 2", "BUG_ON((N) * 2 == 6 && N == 3);"),
        ("#define N (1 + 2)", "BUG_ON(N * 2 == 6);"),
        ("#undef B\n#define B() (x + 2)", "BUG_ON(B() == 2);"),
        ("#define B() (x + 2)\n#define B()  (x + 2)", "BUG_ON(B() == 2);"),
    ],
)
def test_what_reads_the_same_wherever_it_is_put_is_a_value(before: str, body: str) -> None:
    result = _check(f"int x;\n{before}\nvoid f(void) {{ {body} }}\n").results[0]
    assert [p.status for p in result.properties] == ["violated"], result.reason


@pytest.mark.parametrize(
    "conditional",
    [
        "#if 0\n{strong}#else\n{weak}#endif",
        "#ifdef CONFIG_SMP\n{weak}#else\n{strong}#endif",
        "#ifndef CONFIG_SMP\n{strong}#else\n{weak}#endif",
    ],
)
def test_a_macro_of_an_arm_that_is_left_out_is_not_used(conditional: str) -> None:
    arms = conditional.format(strong="#define pub() smp_wmb()\n", weak="#define pub() barrier()\n")
    text = (
        "int x, y;\nvoid a(void) { WRITE_ONCE(x, 1); pub(); WRITE_ONCE(y, 1); }\n"
        "void b(void) { if (READ_ONCE(y)) { smp_rmb(); BUG_ON(!READ_ONCE(x)); } }\n"
    )
    result = _check(f"{arms}\n{text}").results[0]
    assert [p.status for p in result.properties] == ["violated"]


def test_a_word_that_is_not_in_the_text_is_told() -> None:
    unit = _check("int x;\nvoid f(void) {\nTRACE;\nBUG_ON(x == 1);\n}\n")
    assert "TRACE is not in the text (line 3): taken to do nothing" in unit.assumptions


def test_a_constant_that_can_t_be_worked_out_is_told() -> None:
    unit = _check("#define F __VALUE(3)\nint x;\nvoid f(void) { x = 3; BUG_ON(x == F); }\n")
    said = "F stands for what can't be worked out: taken to be a constant like no other"
    assert said in unit.assumptions


def test_access_once_is_a_marked_access() -> None:
    text = MESSAGE.format("smp_wmb();").replace("WRITE_ONCE(y, 1)", "ACCESS_ONCE(y) = 1")
    unit = _check(text)
    assert unit.results[0].verdict == "proved"
    assert not any("plain" in a or "race" in a for a in unit.assumptions)


@pytest.mark.parametrize(
    ("macro", "call"),
    [
        ("set_flag(args...) WRITE_ONCE(args)", "set_flag(b->flag, 1)"),
        ("set_flag(...) WRITE_ONCE(__VA_ARGS__)", "set_flag(b->flag, 1)"),
        ("set_flag(place, ...) WRITE_ONCE(place, __VA_ARGS__)", "set_flag(b->flag, 1)"),
        ("set_flag(place, value, args...) WRITE_ONCE(place, value, ## args)", "set_flag(b->flag, 1)"),
        (
            "say(fmt, ...) printk(fmt, ##__VA_ARGS__)",
            'say("x\\n"); say("%d\\n", b->data); WRITE_ONCE(b->flag, 1)',
        ),
        (
            "say(fmt, args...) do { printk(fmt, ## args); } while (0)",
            'say("%d %d", 1, 2); WRITE_ONCE(b->flag, 1)',
        ),
    ],
)
def test_a_macro_may_take_any_number_of_arguments(macro: str, call: str) -> None:
    result = _check(f"#define {macro}\n" + MACROS.replace("PUT(b->flag, 1)", call)).results[0]
    assert [(b.place.name, b.status) for b in result.barriers] == [
        ("smp_wmb", "paired"),
        ("smp_rmb", "paired"),
    ]


@pytest.mark.parametrize(
    "body", ["(__VA_ARGS__ + 1)", "f(x ## __VA_ARGS__ ## y)", "f(#__VA_ARGS__)", "f(__VA_OPT__(1))"]
)
def test_what_such_a_macro_does_besides_is_not_read(body: str) -> None:
    unit = _check(f"#define SET(...) {body}\n" + MACROS.replace("PUT(b->flag, 1)", "SET(b->flag)"))
    assert unit.results[0].verdict == "undecided"


def test_what_a_macro_hands_on_is_changed_by_it() -> None:
    text = "#define SET(args...) WRITE_ONCE(args)\nvoid f(void) { int r = 1; SET(r, 2); BUG_ON(r != 2); }\n"
    assert [p.status for p in _check(text).results[0].properties] == ["holds"]
