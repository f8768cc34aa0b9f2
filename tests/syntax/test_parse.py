"""Pseudo-C and the tree that it parses into, printed."""

from __future__ import annotations

import pytest

from tests.syntax.printer import show
from verifier.errors import SyntaxProblem
from verifier.source import Source
from verifier.syntax import parse, parse_diagram, tree
from verifier.syntax.walk import nodes


def body(text: str) -> str:
    """The statements of a snippet's one function, printed."""
    unit = parse(Source.whole("t.c", f"void f(void)\n{{\n{text}\n}}\n"))
    return show(unit.functions[0].body)[2:-2]


def column(text: str) -> str:
    return show(parse(Source.whole("t.txt", text), "CPU0").functions[0].body)[2:-2]


def unit(text: str) -> tree.Unit:
    return parse(Source.whole("t.c", text))


EXPRESSIONS = [
    ("a = b + c * d - e", "a = ((b + (c * d)) - e)"),
    ("a = b << 1 | c & 3 ^ d", "a = ((b << 1) | ((c & 3) ^ d))"),
    ("a = b == c && d || !e", "a = (((b == c) && d) || (!e))"),
    ("a = b < c == d", "a = ((b < c) == d)"),
    ("a = b ? c : d ? e : f", "a = (b ? c : (d ? e : f))"),
    ("a = b ?: c", "a = (b ? b : c)"),
    ("a = b = c", "a = b = c"),
    ("a += 1, b--", "(a += 1 , (b--))"),
    ("*p = &q->r[i].s", "(*p) = (&q->r[i].s)"),
    ("++acked[cpu()]", "(++acked[cpu()])"),
    ("a = (u64)b + (struct foo *)c", "a = (((u64)b) + ((struct foo *)c))"),
    ("a = (b) + (c)", "a = (b + c)"),
    ("a = (foo *)b", "a = ((foo *)b)"),
    ("a = (foo)b", "a = ((foo)b)"),
    ("a = (unsigned long)&b", "a = ((unsigned long)(&b))"),
    (
        "a = sizeof(struct foo) + sizeof *b + sizeof(c)",
        "a = ((sizeof(struct foo) + sizeof((*b))) + sizeof(c))",
    ),
    ("a = container_of(p, struct foo, member)", "a = container_of(p, struct foo, member)"),
    ("a = va_arg(ap, unsigned long)", "a = va_arg(ap, unsigned long)"),
    ("a = 0x1fUL + 017 + 'x' + '\\n'", "a = (((0x1fUL + 017) + 'x') + '\\n')"),
    ('printk("a" "b", x)', 'printk("ab", x)'),
    ("(*fn)(a)(b)", "(*fn)(a)(b)"),
    ("a = p->b\n\t&& !p->c\n\t|| d", "a = ((p->b && (!p->c)) || d)"),
    ("a = b +\n\tc", "a = (b + c)"),
    ("a = (struct foo){ .b = 1, .c = { 2 } }", "a = ((struct foo){ .b = 1, .c = { 2 } })"),
    ("a = typeof(b)(c)", "a = typeof(b)(c)"),
    ("x = - 1", "x = (-1)"),
    ("a = b - - c", "a = (b - (-c))"),
    ('asm volatile("dmb" ::: "memory")', 'asm(<"dmb" ::: "memory">)'),
    ("x → y = 1", "x->y = 1"),
]


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_expressions(text: str, expected: str) -> None:
    assert body(text + ";") == expected + ";"


STATEMENTS = [
    ("if (a) if (b) x(); else y();", "if (a) { if (b) { x(); } else { y(); } }"),
    (
        "if (a) { x(); } else if (b) y(); else z();",
        "if (a) { { x(); } } else { if (b) { y(); } else { z(); } }",
    ),
    ("while (!READ_ONCE(x))\n\tcpu_relax();", "while ((!READ_ONCE(x))) cpu_relax();"),
    ("for (;;) { break; continue; }", "for (; ; ) { break; continue; }"),
    ("for (i = 0, j = 1; i < 3; i++) ;", "for ((i = 0 , j = 1); (i < 3); (i++)) ;"),
    ("for (int i = 0; i < 3; i++) x(i);", "for (int i = 0; (i < 3); (i++)) x(i);"),
    ("do { x(); } while (y);", "do { x(); } while (y);"),
    ("do { x(); } while (y)\nz();", "do { x(); } while (y); z();"),
    ("do x(); while (y);", "do x(); while (y);"),
    (
        "switch (a) { case 1: x(); break; case B: default: y(); }",
        "switch (a) { case 1: x(); break; case B: default: y(); }",
    ),
    ("retry:\n\tx();\n\tgoto retry;", "retry: x(); goto retry;"),
    ("return;", "return;"),
    ("return -1;", "return (-1);"),
    ("return x\n", "return x;"),
    ("int a, *b = &a, c[3] = { 1, [2] = 3 };", "int a; int * b = (&a); int c[3] = { 1, [2] = 3 };"),
    ("struct kvm_vcpu *vcpu = info;", "struct kvm_vcpu * vcpu = info;"),
    ("foo_bar baz;", "foo_bar baz;"),
    ("foo *bar;", "foo * bar;"),
    ("const volatile u64 __maybe_unused x = 1;", "u64 x = 1;"),
    ("static int n;", "static int n;"),
    ("int (*fn)(int, void *) = g;", "int * fn = g;"),
    ("enum { A = (unsigned int)1 };", "const A = ((unsigned int)1);"),
    ("enum { A, B = 4, C } s;", "const A = 0; const B = 4; const C = 5; enum {A} s;"),
    ("struct { int a; } s;", "struct s;"),
    ("list_for_each_entry(p, &head, node) { x(p); }", "list_for_each_entry(p, (&head), node) { x(p); }"),
    ("for_each_possible_cpu(cpu)\n\tx(cpu);", "for_each_possible_cpu(cpu) x(cpu);"),
    ("scoped_guard(mutex, &m) { x(); }", "scoped_guard(mutex, (&m)); { x(); }"),
    ("smp_mb()\nx = 1\n*p = 2", "smp_mb(); x = 1; (*p) = 2;"),
    ("x = 1\n(void)y();", "x = 1; ((void)y());"),
    ("... stop waiting ...", "<break: ... stop waiting ...>"),
    ("if (a) {\n... stop waiting ...\n}", "if (a) { { <break: ... stop waiting ...> } }"),
    (
        "if (a)\n... stop waiting ...\nelse\ncontinue;",
        "if (a) { <break: ... stop waiting ...> } else { continue; }",
    ),
    ("...", "<skip: ...>"),
    ("…", "<skip: …>"),
    ("... x();", "<skip: ...> x();"),
    ("return to guest", "<return: return to guest>"),
    ("bail out", "<return: bail out>"),
    ("bail out;", "<return: bail out>"),
    ("break out of the loop", "<break: break out of the loop>"),
    ("wake up the vcpu", "<skip: wake up the vcpu>"),
    ("if (there is work) x();", "if (<there is work>) { x(); }"),
    ("if (...) x();", "if (<...>) { x(); }"),
    ("while (not done yet) x();", "while (<not done yet>) x();"),
    ("for (each vcpu) x();", "for (; <each vcpu>; ) x();"),
    ("x(a, ...);", "x(a, <...>);"),
    ("curr <- rq->curr;", "curr = rq->curr;"),
]


@pytest.mark.parametrize(("text", "expected"), STATEMENTS, ids=[text for text, _ in STATEMENTS])
def test_statements(text: str, expected: str) -> None:
    assert body(text) == expected


COLUMNS = [
    ("smp_rmb() // DMB ISHLD\nread 1 from acked[2]", "smp_rmb(); <skip: read 1 from acked[2]>"),
    ("LOCK rq(1)->lock\nX->cpu = 0", "<skip: LOCK rq(1)->lock> X->cpu = 0;"),
    ("bad[2] = <the old value>\nsmp_wmb()", "bad[2] = <<the old value>>; smp_wmb();"),
    ("f():\n  x = 1", "<skip: f():> x = 1;"),
    ("t->{a,b} = {2,2}\nx = 1", "<skip: t->{a,b} = {2,2}> x = 1;"),
    ("n == m, return", "<return: n == m, return>"),
    ("<interrupt>\nx = 1", "<skip: <interrupt>> x = 1;"),
    ("wake_up(all waiters)", "wake_up(<all waiters>);"),
    ("if (the flag is set)\n  x = 1", "if (<the flag is set>) { x = 1; }"),
    ("x = 1;\nif (x)", "x = 1; if (x) { ; }"),
    ("don't sleep\nx = 1", "<skip: don't sleep> x = 1;"),
    ("x = = 1;\ny = 2;", "<skip: x = = 1> y = 2;"),
]


@pytest.mark.parametrize(("text", "expected"), COLUMNS, ids=[text for text, _ in COLUMNS])
def test_columns_are_read_leniently(text: str, expected: str) -> None:
    assert column(text) == expected


def test_an_if_before_a_gap_and_no_indented_line_stands_alone() -> None:
    text = "ttwu()\n  if (p->state)\n\n  cpu = X->cpu;\n  if (a)\n    b = 1;"
    assert column(text) == "ttwu(); if (p->state) { ; } cpu = X->cpu; if (a) { b = 1; }"


HEADS = [
    (
        "static inline irqreturn_t __must_check f(int irq, void *info) { }",
        "irqreturn_t f(int irq, void * info) { }",
    ),
    ("asmlinkage __visible void __init f(void) { }", "void f() { }"),
    (
        "__attribute__((noinline, used)) struct foo *f(const struct bar *b, unsigned long n) { }",
        "struct foo * f(struct bar * b, unsigned long n) { }",
    ),
    ("static void\nf(int a[], int (*cb)(int), ...)\n{\n}", "void f(int * a, int * cb) { }"),
    ("P0(int *x, atomic_t *y) { }", "P0(int * x, atomic_t * y) { }"),
    ("static void f(struct pt_regs *regs __unused) { }", "void f(struct pt_regs * regs) { }"),
    ("u64 f(foo_t x, bar *y) { }", "u64 f(foo_t x, bar * y) { }"),
    ("typedef struct { int a; } foo; foo g; void f(foo *p) { foo q; }", "foo g; void f(foo * p) { foo q; }"),
    ("int f(int a, char *);\nextern int x;\nint g(void) { }", "int x; int g() { }"),
    ("struct foo { int a : 3; struct { int b; } c; };\nunion u;\nint x = 1, y[2];", "int x = 1; int y[2];"),
    (
        "enum state { A, B = 5, C, D = A + 1, E };",
        "enum { A = 0 }; enum { B = 5 }; enum { C = 6 }; enum { D = (A + 1) }; enum { E = (A + 2) };",
    ),
    ("#define N 3\n#define M (1UL << N) /* bits */\n", "enum { N = 3 }; enum { M = (1UL << N) };"),
    ("int x;\nexists (x == 1 && handler:r2 == 0)", "int x; exists (((x == 1) && (handler:r2 == 0)))"),
    (
        r"exists (0:r0=0 /\ 1:r1=1 /\ ~(x=2 \/ y=1))",
        "exists ((((0:r0 == 0) && (1:r1 == 1)) && (!((x == 2) || (y == 1)))))",
    ),
    ("~exists (x=1)", "~exists ((x == 1))"),
    ("forall (not x=1)", "forall (((!x) == 1))"),
]


@pytest.mark.parametrize(("text", "expected"), HEADS, ids=[text for text, _ in HEADS])
def test_top_level(text: str, expected: str) -> None:
    assert show(unit(text)) == expected


def test_comments_of_both_kinds_are_kept_in_order() -> None:
    found = unit("/* one\n * two */\nvoid f(void) { // three\n}\n/** four */").comments
    assert [c.text for c in found] == ["one\ntwo", "three", "four"]


def test_what_is_skipped_is_noted() -> None:
    text = (
        '#include <a.h>\nMODULE_LICENSE("GPL");\nstatic DEFINE_SPINLOCK(l);\n'
        "#define f(x) #x\nEXPORT_SYMBOL(z)\nint x;"
    )
    found = unit(text)
    assert [s.text for s in found.skipped] == [
        "#include <a.h>",
        'MODULE_LICENSE("GPL")',
        "static DEFINE_SPINLOCK(l)",
        "#define f(x) #x",
        "EXPORT_SYMBOL(z)",
    ]
    assert [v.name for v in found.variables] == ["x"]


def test_one_arm_of_a_preprocessor_condition_is_kept() -> None:
    text = (
        "#ifdef CONFIG_SMP\nint a;\n#else\nint b;\n#endif\n#if 0\nint c;\n#endif\n"
        "#ifndef CONFIG_X\nint d;\n#else\nint e;\n#endif\n"
    )
    found = unit(text)
    assert [v.name for v in found.variables] == ["a", "e"]
    assert "int b;" in [s.text for s in found.skipped]


def test_a_diagram_has_a_function_for_each_column() -> None:
    found = parse_diagram(
        [("CPU0", Source.whole("d", "x = 1")), ("CPU1", Source.whole("d", "r1 = x"))],
        Source.whole("d", "exists (CPU1:r1 == 0)"),
    )
    assert [f.name for f in found.functions] == ["CPU0", "CPU1"]
    assert all(f.column for f in found.functions)
    assert len(found.conditions) == 1


ROUND_TRIPS = [text for text, _ in EXPRESSIONS if "struct foo){" not in text and "asm" not in text]


@pytest.mark.parametrize("text", ROUND_TRIPS)
def test_printing_and_parsing_again_gives_the_same_tree(text: str) -> None:
    first = unit(f"void f(void) {{ {text}; }}")
    assert unit(show(first)).functions == first.functions


@pytest.mark.parametrize(
    "arguments", ['KERN_ERR "x"', 'NAME"x"', '"a" FORMAT "b", n', 'KERN_ERR NAME ": x" END, n', '"x" END']
)
def test_a_macro_beside_a_string_is_a_part_of_it(arguments: str) -> None:
    unit = parse(Source.whole("a.c", f"void f(void) {{ log({arguments}); }}"))
    (call,) = [n for n in nodes(unit.functions[0]) if isinstance(n, tree.Call)]
    assert isinstance(call.arguments[0], tree.String)
    assert len(call.arguments) == 1 + arguments.count(",")


def test_words_beside_a_quotation_are_no_code() -> None:
    with pytest.raises(SyntaxProblem):
        parse(Source.whole("a.c", 'void f(void) { wait "done" here; }'))
